"""How long contacts are kept: who had neither interaction nor consent for so long is erased.

A rule is asked before it is run, and may be run again at any time: what it erases is proved by the
entries of the journal, and who has to stay is told with the reason.
"""

import datetime as dt
from collections.abc import Container, Iterable, Iterator, Mapping

import attrs

from segmentation.codes import Option
from segmentation.consents import Consent, ConsentAct
from segmentation.contacts import Contact, ContactBusinessRelation, ContactType, LinkToTable
from segmentation.interactions import Interaction
from segmentation.markup import to_table
from segmentation.operations.context import Context
from segmentation.operations.journal import day_back
from segmentation.operations.records import all_contacts
from segmentation.protocols import Store
from segmentation.showing import shown_by

from ._privacy import Erasure, erase_contacts


class StayReason(Option):
    """Why somebody whose time is up is not erased."""

    ON_WORKSHEET = "on_worksheet"
    HAS_PERSONS = "has_persons"
    HAS_LEDGER = "has_ledger"
    HAS_NO_DATE = "has_no_date"


@shown_by("contact_no", "reason", "place")
@attrs.frozen(kw_only=True)
class Staying:
    """A contact whose time is up and that stays nevertheless.

    Attributes:
        contact_no: The contact.
        reason: Why: it stands on an open worksheet, other contacts work for it, it is a customer,
            vendor or bank account, or nothing of it has a date.
        place: The worksheet's number, or that of the person, customer, vendor or bank account.
    """

    contact_no: str
    reason: StayReason
    place: str = ""


@shown_by("before", "due", "staying")
@attrs.frozen(kw_only=True, repr=False)
class RetentionPlan:
    """Whom a rule would erase; nothing is done yet.

    Attributes:
        before: Whoever had nothing since this day is due.
        due: The numbers of those who would be erased, persons before companies.
        staying: Those who are due as well, and would stay.
    """

    before: dt.date
    due: tuple[str, ...]
    staying: tuple[Staying, ...]

    def _repr_html_(self) -> str:
        """Who would stay, and why."""
        return _shown(self.staying, repr(self))


@shown_by("before", "erasures", "staying")
@attrs.frozen(kw_only=True, repr=False)
class Retained:
    """Whom a rule erased.

    Attributes:
        before: Whoever had nothing since this day was due.
        erasures: What was erased, contact by contact.
        staying: Those who were due as well, and stay.
    """

    before: dt.date
    erasures: tuple[Erasure, ...]
    staying: tuple[Staying, ...]

    def _repr_html_(self) -> str:
        """Who stays, and why."""
        return _shown(self.staying, repr(self))


def _shown(staying: Iterable[Staying], caption: str) -> str:
    rows = [(each.contact_no, each.reason, each.place) for each in staying]
    return to_table(["contact", "stays", "place"], rows, caption=caption)


def plan_retention(context: Context, *, months: int) -> RetentionPlan:
    """Whom `apply_retention` would erase, without erasing anybody.

    Args:
        context: Store, user, day and clock.
        months: For how many months contacts are kept without interaction or consent.

    Raises:
        InvalidValue: It is no number of months.
    """
    before = day_back(context, months)
    overdue = [each for each in _last_days(context) if each[1] is None or each[1] < before]
    overdue.sort(key=lambda each: each[0].type is ContactType.COMPANY)  # persons before theirs
    worksheets = _worksheets_of(context.store, frozenset(contact.no for contact, _ in overdue))
    due: dict[str, None] = {}
    staying = []
    for contact, last in overdue:
        reason = _reason_to_stay(context.store, contact, last, worksheets, due)
        if reason is None:
            due[contact.no] = None
        else:
            staying.append(reason)
    return RetentionPlan(before=before, due=tuple(due), staying=tuple(staying))


def apply_retention(context: Context, *, months: int) -> Retained:
    """Erase who had neither interaction nor consent for so long; running it again finds nobody.

    Each contact is erased by itself, with an entry of the journal that proves it. Others who
    name it are not changed; each erasure tells them. Canceled and postponed interactions do not
    count, a consent counts up to the day that it ended. Without both, the day counts on which the
    card was last changed.

    Args:
        context: Store, user, day and clock.
        months: For how many months contacts are kept without interaction or consent. A month
            back is the same day of that month, or its last; what is dated before has run out.

    Raises:
        InvalidValue: It is no number of months.
    """
    plan = plan_retention(context, months=months)
    erasures = erase_contacts(context, plan.due)
    return Retained(before=plan.before, erasures=tuple(erasures), staying=plan.staying)


def _last_days(context: Context) -> Iterator[tuple[Contact, dt.date | None]]:
    """All contacts in order, with the last day that something was; ``None`` if none is known."""
    store = context.store
    interactions = _last_interactions(store)
    consents = _last_consents(context)
    for contact in all_contacts(store):
        days = [interactions.get(contact.no), consents.get(contact.no)]
        known = [day for day in days if day is not None]
        if not known and contact.last_modified is not None:
            known = [contact.last_modified.astimezone(context.zone).date()]
        yield contact, max(known, default=None)


def _last_interactions(store: Store) -> Mapping[str, dt.date]:
    """The day of the last interaction of each contact, and of each company."""
    found: dict[str, dt.date] = {}
    for each in store.records.all(Interaction):
        if each.counts and each.date is not None:
            for no in {each.contact_no, each.contact_company_no}:
                found[no] = max(found.get(no, dt.date.min), each.date)
    return found


def _last_consents(context: Context) -> Mapping[str, dt.date]:
    """The last day of each contact's consents: today, if one is in force."""
    today, zone = context.day.today, context.zone
    acts: dict[tuple[str, str, str], list[Consent]] = {}
    for act in context.store.records.all(Consent):
        acts.setdefault((act.contact_no, act.purpose_code, act.channel), []).append(act)
    found: dict[str, dt.date] = {}
    for (no, _, _), each in acts.items():
        each.sort(key=lambda act: (act.date or act.recorded_at, act.entry_no))
        for given, after in zip(each, [*each[1:], None], strict=True):
            if given.act is ConsentAct.GIVEN:
                ends = [today, given.until or today]
                if after is not None and after.date is not None:
                    ends.append(after.date.astimezone(zone).date())
                found[no] = max(found.get(no, dt.date.min), min(ends))
    return found


def _worksheets_of(store: Store, nos: frozenset[str]) -> Mapping[str, str]:
    """The first worksheet that each of some contacts stands on; each is read once."""
    found: dict[str, str] = {}
    for header in store.segments.headers():
        for no in store.segments.get(header.no).lines.known(nos):
            found.setdefault(no, header.no)
    return found


def _reason_to_stay(
    store: Store,
    contact: Contact,
    last: dt.date | None,
    worksheets: Mapping[str, str],
    going: Container[str],
) -> Staying | None:
    if last is None:
        return Staying(contact_no=contact.no, reason=StayReason.HAS_NO_DATE)
    if contact.no in worksheets:
        place = worksheets[contact.no]
        return Staying(contact_no=contact.no, reason=StayReason.ON_WORKSHEET, place=place)
    for reason, place in _hindrances(store, contact, going):
        return Staying(contact_no=contact.no, reason=reason, place=place)
    return None


def _hindrances(
    store: Store, contact: Contact, going: Container[str]
) -> Iterator[tuple[StayReason, str]]:
    if contact.type is ContactType.COMPANY:
        for person in store.records.all(Contact, company_no=contact.no):
            if person.no != contact.no and person.no not in going:
                yield StayReason.HAS_PERSONS, person.no
    for relation in store.records.all(ContactBusinessRelation, contact_no=contact.no):
        if relation.link_to_table is not LinkToTable.BLANK and relation.no:
            yield StayReason.HAS_LEDGER, relation.no
