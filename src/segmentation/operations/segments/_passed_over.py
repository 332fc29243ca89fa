"""Lines that get no mail when a segment is logged: their address is marked, or another has it.

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
    CorrespondenceType,
    mail_addresses,
)
from segmentation.criteria import AnyOf, Compare, Operand, Operator, Part, Where
from segmentation.operations.addresses import hindrances
from segmentation.operations.context import Context
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

_FIELDS = ("line_no", "contact_no", "contact_alt_address_code", "correspondence_type")


@shown_by("line_no", "contact_no", "reason", "because")
@attrs.frozen(kw_only=True)
class PassedOver:
    """A line that gets no mail, so that nothing is recorded of it.

    Attributes:
        line_no: The line.
        contact_no: Its contact.
        reason: Why.
        because: What the register says of the address; or the contact who gets the mail instead.
    """

    line_no: int
    contact_no: str
    reason: LeftOutReason
    because: str


@attrs.frozen
class _Mailed:
    """A line that is to be mailed, and where its mails go."""

    line_no: int
    contact_no: str
    to: tuple[str, ...]


def pass_over(
    context: Context, segment: Segment, *, one_mail_per_address: bool
) -> tuple[Segment, tuple[PassedOver, ...]]:
    """A segment without the lines that get no mail, and which these are.

    Args:
        context: Store, user, day and clock.
        segment: The segment.
        one_mail_per_address: Of several lines with one address only the first gets the mail; else
            this holds for the lines of templates that say so.
    """
    store = context.store
    lines = segment.lines.by_field()
    once = _once(store, lines, everybody=one_mail_per_address)
    has_marks = next(store.records.all(AddressMark), None) is not None
    if not (has_marks or once):
        return segment, ()
    mailed = list(_mailed(store, lines))
    found = [*_marked(store, mailed), *_shared(mailed, once)]
    first = {each.line_no: each for each in reversed(found)}
    passed = tuple(first[number] for number in sorted(first))
    if not passed:
        return segment, ()
    left_out = [LeftOut(each.contact_no, each.reason) for each in passed]
    return without_lines(context, segment, {each.line_no for each in passed}, left_out), passed


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
    for number, no, code, _ in rows:
        other = store.records.find(AlternativeAddress, no, code) if code else None
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


def _marked(store: Store, mailed: Iterable[_Mailed]) -> Iterator[PassedOver]:
    lines = [(each, ";".join(each.to)) for each in mailed if each.to]
    marks = hindrances(store, {field for _, field in lines})
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
