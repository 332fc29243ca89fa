"""Who was asked and who responded: each response is credited to what it answers.

A response answers the entry that it names. If it names none, it answers the last entry by which
the contact was asked before, or else the contact's company: within the time that the response's
template says, or, without such a rule, for the campaign that the response is for.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from operator import attrgetter

import attrs

from segmentation.campaigns import Campaign, HeldBackContact, was_target
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Compare,
    Not,
    Operand,
    Operator,
    Part,
    Selection,
    Where,
)
from segmentation.errors import UnknownName
from segmentation.experiments import Responses, day_after
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.segments import LoggedSegment
from segmentation.templates import InteractionTemplate

from ._campaign import get_campaign
from ._figures import Scope

ASKED_BY = ("segment_no", "interaction_template_code", "arm", "campaign_no", "campaign_entry_no")
"""What responses can be grouped by: fields of the entry that asked."""

Asked = Interaction | HeldBackContact


@attrs.frozen
class Credit:
    """An entry by which a contact was asked or held back, and what answers it.

    Attributes:
        asked: The entry.
        answers: The responses, in the order of recording.
    """

    asked: Asked
    answers: tuple[Interaction, ...] = ()

    @property
    def is_held_back(self) -> bool:
        """Whether the contact was held back."""
        return isinstance(self.asked, HeldBackContact)


def responses(store: Store, scope: Scope) -> Responses:
    """How many contacts were asked, and who responded.

    Args:
        store: Where everything is kept.
        scope: The campaign and part that asked; its days are those of the responses.

    Raises:
        NotFound: There is no such campaign.
    """
    return _summed(each for each in credits_in(store, scope) if not each.is_held_back)


def responses_by(store: Store, field: str, scope: Scope) -> Mapping[str | int, Responses]:
    """The same for each value of a field of what asked, in their order.

    Arms have the held-back one among them; there, asked are those who were held back.

    Raises:
        NotFound: There is no such campaign.
        UnknownName: Responses cannot be had by this field.
    """
    if field not in ASKED_BY:
        raise UnknownName("field", field, known=ASKED_BY, where=Interaction.__table__)
    grouped: dict[str | int, list[Credit]] = {}
    for each in credits_in(store, scope):
        if field == "arm" or not each.is_held_back:
            grouped.setdefault(getattr(each.asked, field), []).append(each)
    return {key: _summed(grouped[key]) for key in sorted(grouped)}


def _summed(found: Iterable[Credit]) -> Responses:
    asked: dict[str, list[str]] = {}
    for each in found:
        who = asked.setdefault(each.asked.contact_no, [])
        who += [answer.contact_no for answer in each.answers if answer.contact_no not in who]
    responded = {no: tuple(sorted(who)) for no, who in sorted(asked.items()) if who}
    return Responses(asked=len(asked), responders=responded)


def has_responded(store: Store, campaign_no: str | Campaign) -> Selection:
    """Whom a campaign asked and who has responded, by itself or through its persons.

    Raises:
        NotFound: There is no such campaign.
    """
    no = get_campaign(store, campaign_no).no
    return AllOf((was_target(no), _in(responses(store, Scope(campaign_no=no)).responders)))


def has_not_responded(store: Store, campaign_no: str | Campaign) -> Selection:
    """Whom a campaign asked and who has not responded, neither by itself nor through its persons.

    Raises:
        NotFound: There is no such campaign.
    """
    no = get_campaign(store, campaign_no).no
    return AllOf((was_target(no), Not(_in(responses(store, Scope(campaign_no=no)).responders))))


def _in(contact_nos: Iterable[str]) -> Part:
    """The contacts with these numbers; without any, nobody."""
    named = [Compare(Operator.EQUAL, Operand(no)) for no in contact_nos]
    if not named:
        named = [Compare(Operator.EQUAL, Operand(""))]
    return Part("contact", (Where("no", named[0] if len(named) == 1 else AnyOf(tuple(named))),))


# -- crediting --------------------------------------------------------------------------------


def credits_in(store: Store, scope: Scope) -> list[Credit]:
    """What asked in a scope, in the order of recording, with the responses of its days."""
    if scope.campaign_no:
        get_campaign(store, scope.campaign_no)
    rules = {
        each.code: each.answers_within
        for each in store.records.all(InteractionTemplate)
        if each.answers_within
    }
    known = [each for each in store.records.all(Interaction) if each.counts]
    asking = [each for each in known if _asks(each, rules)]
    entries: list[Asked] = [*asking, *held_back_in(store)]
    ledger = _Ledger(entries, rules)
    answers: dict[int, list[Interaction]] = {}
    for each in known:
        number = ledger.answered(each) if scope.holds(each.date) else 0
        if number:
            answers.setdefault(number, []).append(each)
    return [
        Credit(entry, tuple(answers.get(entry.entry_no, ())))
        for entry in sorted(entries, key=attrgetter("entry_no"))
        if _is_in(entry, scope)
    ]


def held_back_in(store: Store) -> Iterator[HeldBackContact]:
    """Who was held back by a logged segment that counts."""
    counting = {each.entry_no for each in store.records.all(LoggedSegment) if not each.canceled}
    for each in store.records.all(HeldBackContact):
        if each.logged_segment_entry_no in counting:
            yield each


def _asks(entry: Interaction, rules: Mapping[str, str]) -> bool:
    """Whether an interaction asks: it was logged with a segment or aimed at a target."""
    if entry.campaign_response or entry.answers_entry_no:
        return False
    if entry.interaction_template_code in rules and not entry.logged_segment_entry_no:
        return False
    return bool(entry.logged_segment_entry_no or entry.campaign_target)


def _is_in(entry: Asked, scope: Scope) -> bool:
    in_campaign = scope.campaign_no in {"", entry.campaign_no}
    return in_campaign and scope.segment_no in {"", entry.segment_no}


class _Ledger:
    """What asked, to be found by who was asked and when."""

    def __init__(self, entries: Iterable[Asked], rules: Mapping[str, str]) -> None:
        self._rules = rules
        self._numbers: set[int] = set()
        self._of: dict[str, list[tuple[date, int, Asked]]] = {}
        for entry in entries:
            self._numbers.add(entry.entry_no)
            row = (entry.date or date.min, entry.entry_no, entry)
            self._of.setdefault(entry.contact_no, []).append(row)
        for rows in self._of.values():
            rows.sort(key=lambda row: row[:2])

    def answered(self, response: Interaction) -> int:
        """The number of the entry that an interaction answers; 0 if none."""
        if response.answers_entry_no:
            named = response.answers_entry_no
            return named if named in self._numbers else 0
        within = self._rules.get(response.interaction_template_code, "")
        if response.logged_segment_entry_no or not (within or response.campaign_response):
            return 0
        for no in dict.fromkeys((response.contact_no, response.contact_company_no)):
            if no and (found := self._last(no, response, within)):
                return found
        return 0

    def _last(self, contact_no: str, response: Interaction, within: str) -> int:
        day = response.date or date.min
        rows = self._of.get(contact_no, [])
        for asked_on, number, entry in reversed(rows[: bisect_right(rows, day, key=_day_of)]):
            if within and day_after(within, asked_on) < day:
                return 0
            if entry.campaign_no == response.campaign_no or (within and not response.campaign_no):
                return number
        return 0


def _day_of(row: tuple[date, int, Asked]) -> date:
    return row[0]
