"""Who is left out of what is to be written: asked when contacts join, at logging, at delivery.

Each rule looks at many lines or interactions at once. What rules there are stands in one list,
`RULES`; it is fixed, and nothing joins it at run time. All but the last, `LASTING`, say who is not
written to at all; the last says who is written to later.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, TypeAlias

import attrs

from segmentation.campaigns import Holdout
from segmentation.columns import Columns
from segmentation.consents import PermissionReason
from segmentation.contacts import CorrespondenceType
from segmentation.errors import Message
from segmentation.operations.consents import Standing, standings
from segmentation.operations.context import Context
from segmentation.protocols import Store
from segmentation.reach import Wait
from segmentation.segments import LeftOutReason
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate

from ._reach import waits


@shown_by("reason", "because", "entry_no", "wait")
@attrs.frozen(kw_only=True)
class Denial:
    """Why somebody is not written to.

    Attributes:
        reason: The reason.
        because: What it rests on: the purpose that consent is missing for.
        entry_no: The entry of the journal that says so; 0 if none does.
        wait: Why it is written to later, and when; ``None`` if it is not at all.
    """

    reason: LeftOutReason
    because: str = ""
    entry_no: int = 0
    wait: Wait | None = None

    @property
    def message(self) -> Message:
        """Why, to be said of the contact."""
        if self.wait is not None:
            return self.wait.message
        why = Message(_WORDS[self.reason], because=self.because)
        if not self.entry_no:
            return why
        return Message("{why} (entry {entry})", why=why, entry=self.entry_no)


_WORDS: Mapping[LeftOutReason, str] = {
    LeftOutReason.NOT_GIVEN: "did not agree to {because}",
    LeftOutReason.WITHDRAWN: "withdrew from {because}",
    LeftOutReason.RAN_OUT: "agreed to {because} for a time that is over",
    LeftOutReason.HOLDOUT: "is in the holdout until {because}",
}


Rule: TypeAlias = Callable[[Context, Columns[Any]], Mapping[int, Denial]]
"""Who of many lines or interactions is left out, by its place among them.

Both have ``contact_no``, ``interaction_template_code``, ``correspondence_type``, ``campaign_no``.
"""


def denials(
    context: Context, lines: Columns[Any], rules: Sequence[Rule] | None = None
) -> Mapping[int, Denial]:
    """Which lines or interactions are for somebody who may not be written to, by their places.

    Of several reasons the first counts, in the order of the rules.

    Args:
        context: Store, clock and zone.
        lines: Lines of a segment, or interactions.
        rules: The rules; all if not given.
    """
    found: dict[int, Denial] = {}
    for rule in reversed(RULES if rules is None else rules):
        found |= rule(context, lines)
    return found


# -- consent ----------------------------------------------------------------------------------

_REASONS: Mapping[PermissionReason, LeftOutReason] = {
    PermissionReason.NOT_GIVEN: LeftOutReason.NOT_GIVEN,
    PermissionReason.WITHDRAWN: LeftOutReason.WITHDRAWN,
    PermissionReason.RAN_OUT: LeftOutReason.RAN_OUT,
}


def without_consent(context: Context, lines: Columns[Any]) -> Mapping[int, Denial]:
    """Who may not be written to for the purpose of the template, by the line's channel.

    A line that is sent by no channel is for somebody who agreed by any of them.
    """
    templates = _templates_of(context.store, lines)
    purposes = {each.code: each.purpose_code for each in templates if each.purpose_code}
    asked: dict[tuple[str, CorrespondenceType], dict[int, str]] = {}
    fields = ("interaction_template_code", "correspondence_type", "contact_no")
    for place, (code, channel, no) in enumerate(lines.rows(*fields) if purposes else ()):
        if code in purposes and no:
            asked.setdefault((purposes[code], channel), {})[place] = no
    found: dict[int, Denial] = {}
    for (purpose_code, channel), nos in asked.items():
        stand = _standings(context, frozenset(nos.values()), purpose_code, channel)
        found |= dict(_denied(nos, stand, purpose_code))
    return found


def _templates_of(store: Store, lines: Columns[Any]) -> Iterator[InteractionTemplate]:
    """The templates of lines or interactions, each once."""
    for (code,) in lines.counted("interaction_template_code"):
        template = store.records.find(InteractionTemplate, code) if code else None
        if template is not None:
            yield template


def _standings(
    context: Context, nos: frozenset[str], purpose_code: str, channel: CorrespondenceType
) -> Mapping[str, Standing]:
    channels = [channel] if channel else [each for each in CorrespondenceType if each]
    found: dict[str, Standing] = {}
    for each in channels:
        for no, standing in standings(
            context, nos, purpose_code=purpose_code, channel=each
        ).items():
            if no not in found or standing.reason.allows:
                found[no] = standing
    return found


def _denied(
    nos: Mapping[int, str], stand: Mapping[str, Standing], purpose_code: str
) -> Iterator[tuple[int, Denial]]:
    for place, no in nos.items():
        standing = stand[no]
        if not standing.reason.allows:
            entry_no = standing.act.entry_no if standing.act else 0
            reason = _REASONS[standing.reason]
            yield place, Denial(reason=reason, because=purpose_code, entry_no=entry_no)


# -- holdout ----------------------------------------------------------------------------------


def held_out(context: Context, lines: Columns[Any]) -> Mapping[int, Denial]:
    """Who is held out of promotions today, if the line's template is one."""
    store, today = context.store, context.day.today
    registers = [each for each in store.records.all(Holdout) if each.holds_on(today)]
    if not registers:
        return {}
    promoting = {each.code for each in _templates_of(store, lines) if each.promotional}
    rows = lines.rows("interaction_template_code", "contact_no") if promoting else ()
    found: dict[int, Denial] = {}
    for place, (code, no) in enumerate(rows):
        until = [each.ending_date for each in registers if each.has(no)] if no else []
        if code in promoting and until:
            last = max(str(day) for day in until)
            found[place] = Denial(reason=LeftOutReason.HOLDOUT, because=last)
    return found


# -- reach ------------------------------------------------------------------------------------


def not_yet(context: Context, lines: Columns[Any]) -> Mapping[int, Denial]:
    """Who is written to later: a cap is reached, or it is night where the contact is."""
    return {
        place: Denial(reason=LeftOutReason.NOT_YET, wait=wait)
        for place, wait in waits(context, lines).items()
    }


LASTING: tuple[Rule, ...] = (without_consent, held_out)
RULES: tuple[Rule, ...] = (*LASTING, not_yet)

_CONCERNED: Mapping[Rule, Callable[[InteractionTemplate], bool]] = {
    without_consent: lambda template: bool(template.purpose_code),
    held_out: lambda template: template.promotional,
}
"""Which templates a lasting rule looks at; one that is not here looks at all, and at none."""


def may_deny(template: InteractionTemplate | None) -> bool:
    """Whether a lasting rule may leave somebody out of what has a template, or has none."""
    concerned = [_CONCERNED.get(rule) for rule in LASTING]
    return any(each is None or (template is not None and each(template)) for each in concerned)
