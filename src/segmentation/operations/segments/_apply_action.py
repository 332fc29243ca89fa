"""What an action does to a segment, worked out without storing anything.

Contacts are asked of the store, the segment is a value. Adding, reducing, refining and
refreshing meet here, whether they are done, replayed or only looked at beforehand.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import reduce
from itertools import chain
from operator import or_
from typing import assert_never

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, to_positions, without
from segmentation.contacts import AlternativeAddress
from segmentation.criteria import AsOf, BoundSelection, Criteria, among, bind
from segmentation.frozen import freeze_within
from segmentation.operations.context import Context
from segmentation.operations.permission import LASTING, Denial, denials
from segmentation.operations.records import get_record
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    Candidates,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    LeftOuts,
    Lines,
    Options,
    Roster,
    SavedCriteria,
    Segment,
    SegmentHeader,
    Terms,
    actions_from_json,
    address_on,
    nos_in_order,
)
from segmentation.templates import InteractionTemplate


@attrs.frozen(field_transformer=freeze_within)
class Few:
    """Who alone is looked at when a segment is refreshed, and what is known already.

    Attributes:
        nos: The contacts.
        actions: The actions of the saved criteria, and of those that they refresh from, by code.
        asked: What each of them asks.
    """

    nos: AbstractSet[str]
    actions: Mapping[str, Sequence[CriteriaAction]]
    asked: Sequence[BoundSelection]

    def asking(self, criteria: Criteria | None) -> BoundSelection:
        """What the criteria of an action ask of these contacts."""
        pairs = zip(chain(*self.actions.values()), self.asked, strict=True)
        return among(next(asked for each, asked in pairs if each.criteria is criteria), self.nos)


def line_defaults(context: Context, segment: Segment) -> Terms:
    """The terms on which contacts join a segment now."""
    code = segment.header.interaction_template_code
    template = context.store.records.find(InteractionTemplate, code) if code else None
    now = context.stopped
    made_at = now.next_minute if segment.header.date == now.day.workdate else None
    return Terms(segment.header, template, segment.texts, made_at)


def apply_action(
    context: Context,
    segment: Segment,
    action: CriteriaAction,
    as_of: AsOf,
    few: Few | None = None,
) -> Segment:
    """The segment after an action; what else is in the action than its choice is worked out.

    Args:
        context: Store, user, day and clock.
        segment: The segment.
        action: The action.
        as_of: The day.
        few: Who alone is looked at; everybody if not given. A refresh of these leaves all
            others as the refresh before it did, which must be the last action.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The criteria name a table or field that the schema does not have.
        NotFound: A segment or saved criteria that the action names do not exist.
    """
    store = context.store
    match action.kind:
        case ActionKind.ADD:
            found = _candidates(store, action.criteria, as_of, action.options, few)
            return _joined(context, segment, found, action)
        case ActionKind.REDUCE:
            goes, stays = segment.lines.split(_passing(store, action, as_of, few))
            return segment.acted(action, kept=stays, removed=goes)
        case ActionKind.REFINE:
            stays, goes = segment.lines.split(_passing(store, action, as_of, few))
            return segment.acted(action, kept=stays, removed=goes)
        case ActionKind.REFRESH:
            return _refreshed(context, segment, action, as_of, few)
        case _:
            assert_never(action.kind)


def _candidates(
    store: Store,
    criteria: Criteria | None,
    as_of: AsOf,
    options: Options,
    few: Few | None,
) -> Candidates:
    bound = few.asking(criteria) if few else bind(criteria, schema_of(store), as_of)
    return store.contacts.candidates(bound, options)


def _passing(store: Store, action: CriteriaAction, as_of: AsOf, few: Few | None) -> Roster:
    """The contacts that pass, with ``entire_companies`` their whole companies."""
    options = Options(expand_companies=action.options.entire_companies)
    return _candidates(store, action.criteria, as_of, options, few).who


def _joined(
    context: Context, segment: Segment, found: Candidates, action: CriteriaAction
) -> Segment:
    """The segment with lines for those who may join, and a note of those who may not."""
    joining, left_out = partition_candidates(found, segment, action.options)
    inserted = lines_for(context, segment, joining)
    denied = denied_contacts(context, inserted)
    if denied:
        left_out = _with_denied(left_out, denied)
        joining = joining.only(without(joining.everyone, joining.shared(denied.keys())))
        inserted = lines_for(context, segment, joining)
    overruled = overruled_in(found, joining, action.options)
    done = attrs.evolve(action, left_out=left_out, overruled=overruled)
    return segment.acted(done, inserted=inserted)


def denied_contacts(context: Context, lines: Lines) -> Mapping[str, Denial]:
    """The contacts of lines that may not be written to what the lines are for."""
    columns = lines.by_field()
    found = denials(context, columns, LASTING) if columns else {}
    nos = columns.column("contact_no") if found else ()
    return {nos[place]: denial for place, denial in found.items()}


def _with_denied(left_out: LeftOuts, denied: Mapping[str, Denial]) -> LeftOuts:
    """Those who were left out, with those who may not be written to."""
    by_reason: dict[LeftOutReason, set[str]] = {}
    for no, denial in denied.items():
        by_reason.setdefault(denial.reason, set()).add(no)
    reasons: dict[LeftOutReason, Bitmap] = dict(left_out.reasons)
    for reason, nos in by_reason.items():
        reasons[reason] = reasons.get(reason, EMPTY) | left_out.who.shared(nos)
    return attrs.evolve(
        left_out,
        reasons=reasons,
        entry_nos={no: each.entry_no for no, each in denied.items() if each.entry_no},
    )


def overruled_in(found: Candidates, joining: Roster, options: Options) -> tuple[str, ...]:
    """The contacts that join although they are excluded, in the order of the lines."""
    excluded = found.barred.get(LeftOutReason.EXCLUDED, EMPTY)
    if not (options.ignore_exclusion and excluded):
        return ()
    who = found.who
    places = excluded & who.shared(joining)
    return tuple(who.contact_nos(who.in_order(places)))


def lines_for(context: Context, segment: Segment, *rosters: Roster) -> Lines:
    """New lines for contacts, numbered after the segment's last."""
    codes = _address_codes(context.store, segment.header, rosters)
    return segment.new_lines(line_defaults(context, segment), *rosters, address_codes=codes)


def _address_codes(
    store: Store, header: SegmentHeader, rosters: Sequence[Roster]
) -> dict[str, str]:
    """The alternative addresses that are active on the header's date, by contact."""
    count = sum(who.everyone.bit_count() for who in rosters)
    if not count:
        return {}
    of_contact: dict[str, list[AlternativeAddress]] = {}
    few = [no for who in rosters for no in nos_in_order(who)] if count <= _FEW else None
    for address in _addresses(store, few):
        of_contact.setdefault(address.contact_no, []).append(address)
    if not of_contact:
        return {}
    concerned = (who.contact_nos(to_positions(who.shared(of_contact.keys()))) for who in rosters)
    return {no: address_on(of_contact[no], header.date) for no in chain(*concerned)}


_FEW = 3
"""Of so many contacts at most addresses are asked for one by one."""


def _addresses(store: Store, nos: Sequence[str] | None) -> Iterator[AlternativeAddress]:
    """The alternative addresses of these contacts, or of all."""
    if nos is None:
        yield from store.records.all(AlternativeAddress)
        return
    for no in nos:
        yield from store.records.all(AlternativeAddress, contact_no=no)


def partition_candidates(
    found: Candidates, segment: Segment, options: Options
) -> tuple[Roster, LeftOuts]:
    """Those who join, and those who do not with the reason, in the order of the lines."""
    who, reasons = found.who, dict(found.barred)
    if options.ignore_exclusion:
        del reasons[LeftOutReason.EXCLUDED]
    may = without(who.everyone, reduce(or_, reasons.values(), EMPTY))
    if not options.allow_existing:
        reasons[LeftOutReason.ALREADY_THERE] = may & segment.lines.on(who)
        may = without(may, reasons[LeftOutReason.ALREADY_THERE])
    return who.only(may), LeftOuts(who, reasons, found.unread)


# -- refreshing -------------------------------------------------------------------------------


def saved_actions(store: Store, code: str) -> tuple[CriteriaAction, ...]:
    """The actions of saved criteria.

    Raises:
        NotFound: There are no such criteria.
    """
    return actions_from_json(get_record(store, SavedCriteria, code).actions)


def check_actions(store: Store, actions: Iterable[CriteriaAction], as_of: AsOf) -> None:
    """Bind what actions choose by, so that a fault in the last shows before the first is done.

    Raises:
        FilterError: A filter does not fit its field.
        UnknownName: The criteria name a table or field that the schema does not have.
    """
    schema = schema_of(store)
    for action in actions:
        bind(action.criteria, schema, as_of)


def replayed(
    context: Context,
    segment: Segment,
    actions: Iterable[CriteriaAction],
    as_of: AsOf,
    few: Few | None = None,
) -> Segment:
    """The segment after each of these actions is done on it, on the data of today."""
    plain = (attrs.evolve(action, as_of=as_of) for action in actions)
    return reduce(
        lambda done, action: apply_action(context, done, action, as_of, few), plain, segment
    )


def _refreshed(
    context: Context,
    segment: Segment,
    action: CriteriaAction,
    as_of: AsOf,
    few: Few | None,
) -> Segment:
    """The segment after its saved criteria are run again; what was done by hand stays.

    Contacts that now match enter, those that do not match any more leave. A line put in by
    hand stays; a contact taken out by hand stays out.
    """
    if few and segment.actions and not few.nos:
        before = segment.actions[-1]
        done = attrs.evolve(action, left_out=before.left_out, overruled=before.overruled)
        return segment.acted(done)
    scratch = Segment(header=segment.header, languages=segment.languages)
    code = action.saved_code
    actions = few.actions[code] if few else saved_actions(context.store, code)
    fresh = replayed(context, scratch, actions, as_of, few)
    by_hand, banned = _done_by_hand(segment)
    kept_by_hand, others = segment.lines.picked(by_hand)
    stays, goes = _stays_and_goes(others, fresh.lines, few)
    entering: list[Roster] = []
    for who in fresh.lines.rosters:
        there = _on_lines(segment.lines, who, few) | who.shared(banned, *entering)
        entering.append(who.only(without(who.everyone, there)))
    changes = goes or any(who.everyone for who in entering)
    left_out = _left_out(fresh, banned)
    overruled = tuple(chain.from_iterable(done.overruled or () for done in fresh.actions))
    if few and segment.actions:
        before = segment.actions[-1]
        left_out = _with_others(left_out, before.left_out, few.nos)
        overruled = (*(no for no in before.overruled or () if no not in few.nos), *overruled)
    return segment.acted(
        attrs.evolve(action, left_out=left_out, overruled=overruled),
        kept=stays.merged(kept_by_hand) if changes else None,
        inserted=lines_for(context, segment, *entering) if changes else (),
        removed=goes,
    )


def _stays_and_goes(lines: Lines, fresh: Lines, few: Few | None) -> tuple[Lines, Lines]:
    """The lines that criteria leave, and those that they do not."""
    if few is None:
        return lines.split(*fresh.rosters)
    tried, others = lines.split(few.nos)
    stays, goes = tried.split(frozenset(fresh.contact_nos))
    return others.merged(stays), goes


def _on_lines(lines: Lines, who: Roster, few: Few | None) -> Bitmap:
    return lines.on(who) if few is None else who.shared(lines.known(few.nos))


def _with_others(
    left_out: Sequence[LeftOut], before: LeftOuts, tried: AbstractSet[str]
) -> Sequence[LeftOut]:
    """Who is left out of those that were tried, with those of before that were not."""
    if not left_out and not before.names(tried):
        return before
    return (*(each for each in before if each.contact_no not in tried), *left_out)


def _left_out(fresh: Segment, banned: frozenset[str]) -> Sequence[LeftOut]:
    """Who did not join when criteria were run again, or was taken out by hand before."""
    if len(fresh.actions) == 1 and not banned:
        return fresh.actions[0].left_out
    told = chain.from_iterable(done.left_out for done in fresh.actions)
    out = {each.contact_no: each for each in told if each.contact_no}
    for who in fresh.lines.rosters:
        for no in who.contact_nos(who.in_order(who.shared(banned))):
            out[no] = LeftOut(no, LeftOutReason.REMOVED_BY_HAND)
    joined = fresh.lines.known(out.keys()) - banned
    numberless = (_without_number(done.left_out) for done in fresh.actions)
    return (
        *(each for no, each in out.items() if no not in joined),
        *max(numberless, key=len, default=()),
    )


def _without_number(left_out: Iterable[LeftOut]) -> Sequence[LeftOut]:
    """Rows without a number, which nothing tells apart: several actions may have met the same."""
    return [each for each in left_out if not each.contact_no]


def _done_by_hand(segment: Segment) -> tuple[frozenset[int], frozenset[str]]:
    """The numbers of lines that were put in by hand, and the contacts taken out by hand."""
    put_in: set[int] = set()
    taken_out: set[str] = set()
    for action in segment.actions:
        if action.by_hand:
            put_in.difference_update(action.removed.numbers)
            put_in.update(action.inserted)
            taken_out.update(action.removed.contact_nos)
        else:
            put_in = {number for number in put_in if number not in action.inserted}
    return frozenset(put_in), frozenset(taken_out - segment.lines.known(taken_out))
