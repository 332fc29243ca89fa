"""Choosing contacts for a segment: add, reduce, refine, go back, and criteria saved for reuse.

Each step reads a segment, makes a new value of it and stores that, in one transaction; an
error leaves everything as it was.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime

import attrs

from segmentation.codes import to_code
from segmentation.contacts import AlternativeAddress, Contact, in_segment_order
from segmentation.criteria import (
    AsOf,
    Compare,
    Criteria,
    InLoggedSegment,
    Operand,
    Operator,
    Part,
    Schema,
    Where,
    bind,
)
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Options,
    SavedCriteria,
    Segment,
    SegmentHeader,
    SegmentLine,
    actions_from_json,
    actions_to_json,
    contact_schema,
    make_line,
)
from segmentation.setup import ExtraField, UserSetup
from segmentation.templates import InteractionTemplate, TemplateLanguage

from .importing import as_field
from .numbering import take_no


def schema_of(store: Store) -> Schema:
    """The schema of a store's contacts: our tables, with the extra fields taken in."""
    added: dict[str, list[ExtraField]] = {}
    for extra in store.records.all(ExtraField):
        added.setdefault(extra.table, []).append(extra)
    return contact_schema({table: map(as_field, extras) for table, extras in added.items()})


def select(store: Store, criteria: Criteria | None, as_of: AsOf) -> Sequence[str]:
    """The numbers of the contacts that pass, excluded and blocked ones among them.

    Args:
        store: Where the contacts are.
        criteria: What to choose by; ``None`` for every contact.
        as_of: The day and user that relative dates and tokens stand for.
    """
    return store.contacts.matching(bind(criteria, schema_of(store), as_of))


def new_segment(
    store: Store,
    *,
    workdate: date,
    user: str = "",
    no: str = "",
    description: str = "",
    campaign_no: str = "",
    template_code: str = "",
    salesperson_code: str = "",
) -> Segment:
    """Make and store an empty segment.

    An empty number takes the next of the series; an empty salesperson becomes the one of the
    user at work, if that user has one; the date is the work date.

    Raises:
        NotFound: A campaign or template that is named does not exist.
        Refused: No number can be given.
    """
    with store.transaction():
        header = SegmentHeader(
            no=take_no(store, "segment_nos", no),
            description=description,
            campaign_no=campaign_no,
            salesperson_code=salesperson_code or _salesperson_of(store, user),
            date=workdate,
        )
        languages: tuple[TemplateLanguage, ...] = ()
        if template_code:
            template = template_of(store, template_code)
            languages = languages_of(store, template.code)
            header = header.with_template(template, languages)
        return store.segments.put(Segment(header=header, languages=languages))


def _salesperson_of(store: Store, user: str) -> str:
    setup = store.records.find(UserSetup, to_code(user))
    return setup.salesperson_code if setup else ""


def template_of(store: Store, code: str) -> InteractionTemplate:
    """The interaction template with this code.

    Raises:
        NotFound: There is none.
    """
    template = store.records.find(InteractionTemplate, to_code(code))
    if template is None:
        raise NotFound("interaction template", code)
    return template


def languages_of(store: Store, template_code: str) -> tuple[TemplateLanguage, ...]:
    """A template's texts, in the order of their languages."""
    return tuple(
        row
        for row in store.records.all(TemplateLanguage)
        if row.interaction_template_code == template_code
    )


def add_contacts(
    store: Store,
    segment_no: str,
    criteria: Criteria | None,
    as_of: AsOf,
    options: Options | None = None,
) -> Segment:
    """Every contact that passes joins the segment.

    Excluded contacts join only with ``ignore_exclusion``; blocked contacts and minors without
    consent never do. Who matched and did not join stands in the action's ``left_out``.
    """
    chosen = options or Options()
    with store.transaction():
        segment = store.segments.get(segment_no)
        found = _widened(store, select(store, criteria, as_of), chosen)
        action = CriteriaAction(kind=ActionKind.ADD, criteria=criteria, options=chosen, as_of=as_of)
        return store.segments.put(_joined(store, segment, found, action))


def add_contact(store: Store, segment_no: str, contact_no: str, as_of: AsOf) -> Segment:
    """One contact joins by hand; it is recorded like any other action.

    Raises:
        NotFound: There is no such contact.
        Refused: The contact is blocked, or a minor without consent.
    """
    no = to_code(contact_no)
    with store.transaction():
        segment = store.segments.get(segment_no)
        contacts = store.contacts.get_many([no])
        if not contacts:
            raise NotFound("contact", contact_no)
        if not contacts[0].may_be_contacted:
            raise Refused(f"add contact {no}", _reason(contacts[0], Options()) or "")
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=_by_number(no),
            options=Options(allow_existing=True, ignore_exclusion=True),
            by_hand=True,
            as_of=as_of,
        )
        return store.segments.put(_joined(store, segment, contacts, action))


def remove_line(store: Store, segment_no: str, line_no: int, as_of: AsOf) -> Segment:
    """One line goes by hand; it is recorded like any other action.

    Raises:
        NotFound: There is no such line.
    """
    with store.transaction():
        segment = store.segments.get(segment_no)
        line = next((line for line in segment.lines if line.line_no == line_no), None)
        if line is None:
            raise NotFound("segment line", f"{segment_no} {line_no}")
        action = CriteriaAction(
            kind=ActionKind.REDUCE,
            criteria=_by_number(line.contact_no),
            by_hand=True,
            as_of=as_of,
        )
        return store.segments.put(segment.removed(lambda other: other == line, action))


def _by_number(no: str) -> Part:
    return Part("contact", (Where("no", Compare(Operator.EQUAL, Operand(no))),))


def reduce_contacts(
    store: Store,
    segment_no: str,
    criteria: Criteria | None,
    as_of: AsOf,
    options: Options | None = None,
) -> Segment:
    """Lines of contacts that pass go; with ``entire_companies`` their whole companies do."""
    return _remove(store, segment_no, ActionKind.REDUCE, criteria, as_of, options)


def refine_contacts(
    store: Store,
    segment_no: str,
    criteria: Criteria | None,
    as_of: AsOf,
    options: Options | None = None,
) -> Segment:
    """Only lines of contacts that pass stay; with ``entire_companies`` whole companies do."""
    return _remove(store, segment_no, ActionKind.REFINE, criteria, as_of, options)


def _remove(
    store: Store,
    segment_no: str,
    kind: ActionKind,
    criteria: Criteria | None,
    as_of: AsOf,
    options: Options | None,
) -> Segment:
    chosen = options or Options()
    with store.transaction():
        segment = store.segments.get(segment_no)
        passing = frozenset(select(store, criteria, as_of))
        if chosen.entire_companies:
            companies = {c.company_no for c in store.contacts.get_many(passing)}
            passing |= frozenset(store.contacts.in_companies(companies))
        goes: Callable[[SegmentLine], bool] = (
            (lambda line: line.contact_no in passing)
            if kind is ActionKind.REDUCE
            else (lambda line: line.contact_no not in passing)
        )
        action = CriteriaAction(kind=kind, criteria=criteria, options=chosen, as_of=as_of)
        return store.segments.put(segment.removed(goes, action))


def _widened(store: Store, nos: Sequence[str], options: Options) -> Sequence[Contact]:
    """The matches with those who come along, in the order in which contacts join a segment."""
    found = store.contacts.get_many(nos)
    if options.expand_companies:
        companies = {contact.company_no for contact in found}
        whole = store.contacts.in_companies(companies)
        found = [*found, *store.contacts.get_many(set(whole) - {c.no for c in found})]
    if options.allow_related_companies:
        companies = {contact.company_no for contact in found} - {c.no for c in found} - {""}
        found = [*found, *store.contacts.get_many(sorted(companies))]
    return in_segment_order(found)


def _joined(
    store: Store, segment: Segment, contacts: Iterable[Contact], action: CriteriaAction
) -> Segment:
    """The segment with lines for those who may join, and a note of those who may not."""
    there = frozenset(segment.contact_nos)
    joining, left_out = [], []
    for contact in contacts:
        reason = _reason(contact, action.options)
        if reason is None and contact.no in there and not action.options.allow_existing:
            reason = LeftOutReason.ALREADY_THERE
        if reason is None:
            joining.append(contact)
        else:
            left_out.append(LeftOut(contact.no, reason))
    lines = _lines(store, segment, joining)
    return segment.added(lines, attrs.evolve(action, left_out=tuple(left_out)))


def _reason(contact: Contact, options: Options) -> LeftOutReason | None:
    if contact.privacy_blocked:
        return LeftOutReason.BLOCKED
    if not contact.may_be_contacted:
        return LeftOutReason.NO_CONSENT
    if contact.exclude_from_segment and not options.ignore_exclusion:
        return LeftOutReason.EXCLUDED
    return None


def _lines(store: Store, segment: Segment, contacts: Iterable[Contact]) -> list[SegmentLine]:
    code = segment.header.interaction_template_code
    template = template_of(store, code) if code else None
    languages = {row.language_code: row for row in segment.languages}
    addresses: dict[str, list[AlternativeAddress]] = {}
    for address in store.records.all(AlternativeAddress):
        addresses.setdefault(address.contact_no, []).append(address)
    return [
        make_line(
            segment.header,
            contact,
            template=template,
            languages=languages,
            addresses=addresses.get(contact.no, ()),
        )
        for contact in contacts
    ]


def reuse_logged_segment(
    store: Store, segment_no: str, logged_segment_entry_no: int, as_of: AsOf
) -> Segment:
    """The contacts that were logged join again, as one action, existing ones too.

    Cancelled interactions are left out; each line bears the campaign of its interaction.
    """
    with store.transaction():
        segment = store.segments.get(segment_no)
        campaigns = {
            entry.contact_no: entry.campaign_no
            for entry in store.records.all(Interaction)
            if entry.logged_segment_entry_no == logged_segment_entry_no and not entry.canceled
        }
        action = CriteriaAction(
            kind=ActionKind.ADD,
            criteria=InLoggedSegment(logged_segment_entry_no),
            options=Options(allow_existing=True, ignore_exclusion=True),
            as_of=as_of,
        )
        contacts = in_segment_order(store.contacts.get_many(campaigns))
        joined = _joined(store, segment, contacts, action)
        inserted = frozenset(joined.actions[-1].inserted)
        lines = tuple(
            attrs.evolve(line, campaign_no=campaigns[line.contact_no])
            if line.line_no in inserted
            else line
            for line in joined.lines
        )
        return store.segments.put(attrs.evolve(joined, lines=lines))


def go_back(store: Store, segment_no: str) -> Segment:
    """Undo the last action: the lines are again as they were before it.

    Raises:
        Refused: There is no action left.
    """
    with store.transaction():
        return store.segments.put(store.segments.get(segment_no).gone_back())


def save_criteria(
    store: Store, segment_no: str, code: str, description: str, *, user: str, at: datetime
) -> SavedCriteria:
    """Keep a segment's actions under a code; the same code is replaced.

    Raises:
        Refused: The segment has no action.
    """
    with store.transaction():
        segment = store.segments.get(segment_no)
        if not segment.actions:
            raise Refused(f"save criteria {code}", f"segment {segment_no} has no action yet")
        if not to_code(code):
            raise InvalidValue("code", code, "is blank")
        saved = SavedCriteria(
            code=code,
            description=description,
            saved_by=user,
            saved_at=at,
            actions=actions_to_json(segment.actions),
        )
        store.records.put([saved])
        return saved


def reuse_criteria(store: Store, segment_no: str, code: str, as_of: AsOf) -> Segment:
    """Play saved actions on a segment, one by one, on the data of today.

    Raises:
        NotFound: There are no such criteria.
    """
    steps = {
        ActionKind.ADD: add_contacts,
        ActionKind.REDUCE: reduce_contacts,
        ActionKind.REFINE: refine_contacts,
    }
    with store.transaction():
        saved = store.records.find(SavedCriteria, to_code(code))
        if saved is None:
            raise NotFound("saved criteria", code)
        for action in actions_from_json(saved.actions):
            steps[action.kind](store, segment_no, action.criteria, as_of, action.options)
        return store.segments.get(segment_no)
