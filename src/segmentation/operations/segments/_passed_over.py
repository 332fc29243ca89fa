"""Lines that are passed over when a segment is logged: nobody may be written to by them.

Contacts may not be written to for the purpose of the template, were excluded since they joined,
have an address that no mail goes to, or share it with another.

They leave the segment by an action of their own, so that its history, and the journal, say who was
left out and why.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

import attrs

from segmentation.columns import Columns
from segmentation.contacts import (
    AddressMark,
    AlternativeAddress,
    Contact,
    ContactMark,
    CorrespondenceType,
    mail_addresses,
)
from segmentation.criteria import AnyOf, Compare, Operand, Operator, Part, Where
from segmentation.operations.addresses import check_keys, hindrances
from segmentation.operations.context import Context
from segmentation.operations.permission import LASTING, denials
from segmentation.operations.records import find_records
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Segment,
    SegmentLine,
)
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate

from ._log_checks import excluded_among

_FIELDS = ("line_no", "contact_no", "contact_alt_address_code", "correspondence_type")


@shown_by("line_no", "contact_no", "reason", "because")
@attrs.frozen(kw_only=True)
class PassedOver:
    """A line by which nobody is written to, so that nothing is recorded of it.

    Attributes:
        line_no: The line.
        contact_no: Its contact.
        reason: Why.
        because: The purpose that consent is missing for; what the register says of the address; or
            the contact who gets the mail instead.
        entry_no: The entry of the journal that says so; 0 if none does.
    """

    line_no: int
    contact_no: str
    reason: LeftOutReason
    because: str
    entry_no: int = 0


@attrs.frozen
class _Mailed:
    """A line that is to be mailed, and where its mails go."""

    line_no: int
    contact_no: str
    to: tuple[str, ...]


def pass_over(
    context: Context, segment: Segment, *, one_mail_per_address: bool
) -> tuple[Segment, tuple[PassedOver, ...]]:
    """A segment without the lines by which nobody is written to, and which these are.

    Args:
        context: Store, user, day and clock.
        segment: The segment.
        one_mail_per_address: Of several lines with one address only the first gets the mail; else
            this holds for the lines of templates that say so.
    """
    store = context.store
    lines = segment.lines.by_field()
    found = [*_denied(context, lines), *_excluded(store, segment, lines)]
    once = _once(store, lines, everybody=one_mail_per_address)
    has_marks = next(store.records.all(AddressMark), None) is not None
    if has_marks or once:
        gone = {each.line_no for each in found}
        mailed = [each for each in _mailed(store, lines) if each.line_no not in gone]
        found += [*_marked(context, mailed), *_shared(mailed, once)]
    first = {each.line_no: each for each in reversed(found)}
    passed = tuple(first[number] for number in sorted(first))
    if not passed:
        return segment, ()
    left_out = [LeftOut(each.contact_no, each.reason, entry_no=each.entry_no) for each in passed]
    return without_lines(context, segment, {each.line_no for each in passed}, left_out), passed


def _denied(context: Context, lines: Columns[SegmentLine]) -> Iterator[PassedOver]:
    """Lines for contacts who may not be written to what they are for."""
    found = denials(context, lines, LASTING)
    numbers, nos = (lines.column(name) if found else () for name in ("line_no", "contact_no"))
    for place, denial in found.items():
        yield PassedOver(
            line_no=numbers[place],
            contact_no=nos[place],
            reason=denial.reason,
            because=denial.because,
            entry_no=denial.entry_no,
        )


def _excluded(store: Store, segment: Segment, lines: Columns[SegmentLine]) -> Iterator[PassedOver]:
    """Lines for contacts who were excluded since they joined."""
    excluded = excluded_among(store, segment.no, frozenset(lines.column("contact_no")))
    if not excluded:
        return
    overruled = {no for action in segment.actions for no in action.overruled or ()}
    unknown = {
        line_no
        for action in segment.actions
        if action.overruled is None
        for line_no in action.inserted
    }
    for line_no, no in lines.rows("line_no", "contact_no"):
        if no in excluded and no not in overruled and line_no not in unknown:
            mark = store.records.find(ContactMark, no, "exclude_from_segment", "")
            yield PassedOver(
                line_no=line_no,
                contact_no=no,
                reason=LeftOutReason.EXCLUDED,
                because="",
                entry_no=mark.entry_no if mark and mark.value else 0,
            )


def shared_addresses(store: Store, segment: Segment) -> tuple[tuple[int, ...], ...]:
    """Lines that would mail one address more than once, those of one address together."""
    groups: dict[str, list[int]] = {}
    for each in _mailed(store, segment.lines.by_field()):
        for address in each.to:
            groups.setdefault(address, []).append(each.line_no)
    return tuple(tuple(numbers) for numbers in groups.values() if len(numbers) > 1)


def _once(store: Store, lines: Columns[SegmentLine], *, everybody: bool) -> frozenset[int]:
    """The numbers of the lines that share a mail with others of their address."""
    if everybody:
        return frozenset(lines.column("line_no"))
    codes = {code for (code,) in lines.counted("interaction_template_code") if code}
    templates = (store.records.find(InteractionTemplate, code) for code in codes)
    chosen = {each.code for each in templates if each and each.one_mail_per_address}
    if not chosen:
        return frozenset()
    rows = lines.rows("line_no", "interaction_template_code")
    return frozenset(number for number, code in rows if code in chosen)


def _mailed(store: Store, lines: Columns[SegmentLine]) -> Iterator[_Mailed]:
    rows = [row for row in lines.rows(*_FIELDS) if row[3] is CorrespondenceType.EMAIL]
    addresses = _addresses(store, {no for _, no, _, _ in rows})
    keys = {(no, code) for _, no, code, _ in rows if code}
    others = find_records(store, AlternativeAddress, list(keys))
    for number, no, code, _ in rows:
        other = others.get((no, code))
        to = mail_addresses(other.e_mail if other and other.e_mail else addresses.get(no, ""))
        yield _Mailed(number, no, to)


def _addresses(store: Store, nos: Iterable[str]) -> Mapping[str, str]:
    """The contacts' mail addresses, not all contacts at once."""
    wanted = sorted(nos)
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _BATCH):
        contacts: Sequence[Contact] = store.contacts.get_many(wanted[start : start + _BATCH])
        found |= {contact.no: contact.e_mail for contact in contacts if contact.e_mail}
    return found


_BATCH = 10_000


def _marked(context: Context, mailed: Iterable[_Mailed]) -> Iterator[PassedOver]:
    lines = [(each, ";".join(each.to)) for each in mailed if each.to]
    if lines:
        check_keys(context)
    marks = hindrances(context, {field for _, field in lines})
    for each, field in lines:
        mark = marks.get(field)
        if mark is not None:
            yield PassedOver(
                line_no=each.line_no,
                contact_no=each.contact_no,
                reason=LeftOutReason(mark.state),
                because=mark.reason,
            )


def _shared(mailed: Iterable[_Mailed], once: frozenset[int]) -> Iterator[PassedOver]:
    first: dict[str, str] = {}
    for each in mailed:
        if each.line_no not in once or not each.to:
            continue
        others = [first[address] for address in each.to if address in first]
        if len(others) == len(each.to):
            yield PassedOver(
                line_no=each.line_no,
                contact_no=each.contact_no,
                reason=LeftOutReason.SAME_ADDRESS,
                because=others[0],
            )
        for address in each.to:
            first.setdefault(address, each.contact_no)


def without_lines(
    context: Context, segment: Segment, line_nos: Collection[int], left_out: Sequence[LeftOut]
) -> Segment:
    """The segment after the action that takes lines out, and says of whom and why."""
    nos = dict.fromkeys(each.contact_no for each in left_out)
    named = tuple(Compare(Operator.EQUAL, Operand(no)) for no in nos)
    chosen = Where("no", named[0] if len(named) == 1 else AnyOf(named))
    action = CriteriaAction(
        kind=ActionKind.REDUCE,
        criteria=Part("contact", (chosen,)),
        as_of=context.day,
        left_out=left_out,
    )
    goes, stays = segment.lines.picked(line_nos)
    return segment.acted(action, kept=stays, removed=goes)
