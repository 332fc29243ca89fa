"""What logging a segment would do, with all that is wrong; nothing is changed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

import attrs

from segmentation.campaigns import HeldBackContact
from segmentation.columns import Columns
from segmentation.contacts import CorrespondenceType
from segmentation.errors import Fault, Message
from segmentation.frozen import freeze_within
from segmentation.markup import to_figures, to_rows
from segmentation.operations.letters import (
    Keep,
    Snapshot,
    Snapshots,
    households,
    snapshot_all,
)
from segmentation.operations.permission import Denial
from segmentation.protocols import Rendering, Store
from segmentation.segments import (
    LeftOutReason,
    Segment,
    SegmentLine,
)
from segmentation.showing import shown_by

from ._log_checks import Checker
from ._passed_over import PassedOver
from ._split import arms_in
from ._waiting_lines import WaitingLine, to_waiting


@shown_by("segment_no", "faults", "warnings", "interactions", "cost", "duration_min", "deliveries")
@attrs.frozen(kw_only=True, repr=False, field_transformer=freeze_within)
class LoggingPlan:
    """What logging a segment would do.

    Attributes:
        segment_no: The segment.
        faults: All that is wrong: with any of them nothing is recorded.
        interactions: How many interactions would be recorded.
        campaign_nos: The campaigns that would get an entry.
        cost: What the interactions cost, in the currency of the host.
        duration_min: How long they take, in minutes.
        deliveries: How many documents would be delivered.
        skipped: Numbers of lines without a contact, of which nothing is recorded.
        without_address: Numbers of lines whose correspondence type would be left empty,
            because it is e-mail and the contact has no address.
        arms: How many interactions are in each arm of the segment's split, by name.
        held_back: How many contacts are in the held-back arm, and get nothing.
        passed_over: Lines by which nobody is written to, so that nothing is recorded of them: the
            contact may not be written to for the purpose of the template or was excluded since it
            joined, a segment of the chain wrote to it before, its address is marked in the
            register, or another contact with the same address gets the mail.
        shared_addresses: Numbers of lines that would mail one address more than once, those of
            one address together; only looked up for a plan.
        waiting: Lines by which somebody is written to later, each with why and when: a cap is
            reached, or it is quiet where the contact is. They are recorded like the others, and
            their documents wait; only looked up for a plan.
        shared_letters: Numbers of lines whose contacts are at one postal address and have one
            letter, those of one letter together.
        shared_households: Numbers of lines whose contacts are at one postal address and have more
            than one letter, those of one address together; only looked up for a plan.
        warnings: What somebody should look at first, and may let be: tracked changes and comments
            that were left in a template; fields because of which people at one address get a
            letter each.
        needs_approval: Whether a second user must approve it.
        plan_hash: The hash that is approved: of criteria and their days, recipients, texts and
            sender. Empty if it needs no approval.
        approved_by: Who has approved it; empty if nobody has.
    """

    segment_no: str
    faults: tuple[Fault, ...] = ()
    interactions: int = 0
    campaign_nos: tuple[str, ...] = ()
    cost: Decimal = Decimal(0)
    duration_min: Decimal = Decimal(0)
    deliveries: int = 0
    skipped: tuple[int, ...] = ()
    without_address: tuple[int, ...] = ()
    arms: Mapping[str, int] = attrs.field(factory=dict)
    held_back: int = 0
    passed_over: tuple[PassedOver, ...] = ()
    shared_addresses: tuple[tuple[int, ...], ...] = ()
    waiting: tuple[WaitingLine, ...] = ()
    shared_letters: tuple[tuple[int, ...], ...] = ()
    shared_households: tuple[tuple[int, ...], ...] = ()
    warnings: tuple[Fault, ...] = ()
    needs_approval: bool = False
    plan_hash: str = ""
    approved_by: str = ""

    def _repr_html_(self) -> str:
        """The counts, and the first of what is wrong."""
        figures = {
            "interactions": self.interactions,
            "cost": self.cost,
            "duration_min": self.duration_min,
            "deliveries": self.deliveries,
            "skipped": len(self.skipped),
            "without address": len(self.without_address),
            "passed over": len(self.passed_over),
            "written to later": len(self.waiting),
            "shared letters": len(self.shared_letters),
            **self.arms,
            "held back": self.held_back,
        }
        faults = to_rows(self.faults, ["place", "field", "reason"]) if self.faults else ""
        warnings = to_rows(self.warnings, ["place", "reason"]) if self.warnings else ""
        waiting = to_waiting(self.waiting)
        return to_figures(figures, caption=self.segment_no) + faults + warnings + waiting


@attrs.frozen(field_transformer=freeze_within)
class Prepared:
    """What is to be logged: the lines as they would be recorded, and what is wrong with them.

    Attributes:
        segment: The segment.
        deliver: Whether documents are to be delivered.
        lines: The lines that have a contact, as they would be recorded.
        skipped: Numbers of lines without a contact.
        without_address: Numbers of lines that are to be mailed and have no address.
        letters: What is kept of the letters, by line number.
        faults: All that is wrong.
        passed_over: Lines that get no mail, of which nothing is recorded.
        held_back: Contacts in the held-back arm, of whom only that is recorded.
        warnings: What somebody should look at first.
        households: The numbers of the lines that have one letter together.
    """

    segment: Segment
    deliver: bool
    lines: Columns[SegmentLine]
    skipped: tuple[int, ...]
    without_address: tuple[int, ...]
    letters: Mapping[int, Snapshot]
    faults: tuple[Fault, ...]
    passed_over: tuple[PassedOver, ...] = ()
    held_back: tuple[HeldBackContact, ...] = ()
    warnings: tuple[Fault, ...] = ()
    households: tuple[tuple[int, ...], ...] = ()

    @property
    def arms(self) -> Sequence[str]:
        """The arm of each line; blank without a split."""
        return arms_in(self.segment.header.split, self.lines)

    def plan(self) -> LoggingPlan:
        """The same in counts."""
        lines = self.lines
        return LoggingPlan(
            segment_no=self.segment.no,
            faults=self.faults,
            interactions=len(lines),
            campaign_nos=tuple(sorted(no for (no,) in lines.counted("campaign_no") if no)),
            cost=_sum(lines, "unit_cost"),
            duration_min=_sum(lines, "unit_duration_min"),
            deliveries=self._deliveries,
            skipped=self.skipped,
            without_address=self.without_address,
            arms={name: count for name, count in sorted(Counter(self.arms).items()) if name},
            held_back=len(self.held_back),
            passed_over=self.passed_over,
            shared_letters=self.households,
            warnings=self.warnings,
        )

    @property
    def _deliveries(self) -> int:
        """How many documents are to be delivered, each of those that are shared once."""
        if not self.deliver:
            return 0
        sent = sum(map(bool, self.lines.column("correspondence_type")))
        return sent - sum(len(group) - 1 for group in self.households)


def prepare(
    store: Store,
    segment: Segment,
    *,
    deliver: bool,
    rendering: Rendering | None,
    keep: Keep | None = None,
    passed_over: Sequence[PassedOver] = (),
    held_back: Sequence[HeldBackContact] = (),
    everybody: bool = False,
) -> Prepared:
    """The lines of a segment as they would be recorded, checked, with their letters.

    Args:
        store: Where everything is kept.
        segment: The segment.
        deliver: Whether documents are to be delivered.
        rendering: How letters are made.
        keep: Keeps a letter, where the segment is logged and not only looked at.
        passed_over: Lines that have gone already, because they get no mail.
        held_back: Contacts whose lines have gone already, because they are in the held-back arm.
        everybody: Whether all households have one letter; else those of templates that say so do.
    """
    all_lines = segment.lines.by_field()
    contact_nos = all_lines.column("contact_no")
    lines = all_lines.taken([row for row, no in enumerate(contact_nos) if no])
    checker = Checker(store, lines, deliver=deliver)
    if not deliver:
        lines = _without_type(lines, checker.without_address)
    shared = households(store, lines, deliver=deliver, everybody=everybody)
    letters = (
        snapshot_all(store, segment, rendering, keep=keep, households=shared)
        if deliver and rendering
        else Snapshots(letters={}, faults=(), warnings=(), shared=shared)
    )
    numbers = lines.column("line_no")
    return Prepared(
        segment=segment,
        deliver=deliver,
        lines=lines,
        skipped=tuple(no for no, contact in all_lines.rows("line_no", "contact_no") if not contact),
        without_address=tuple(numbers[row] for row in checker.without_address),
        letters=letters.letters,
        faults=(
            *header_faults(segment, lines, passed_over, is_held_back=bool(held_back)),
            *checker.faults(lines),
            *letters.faults,
        ),
        passed_over=tuple(passed_over),
        held_back=tuple(held_back),
        warnings=tuple(letters.warnings),
        households=tuple(letters.shared),
    )


def _without_type(lines: Columns[SegmentLine], rows: Sequence[int]) -> Columns[SegmentLine]:
    """The lines without the correspondence type of some, which cannot be reached by it."""
    if not rows:
        return lines
    correspondence_types = list(lines.column("correspondence_type"))
    for row in rows:
        correspondence_types[row] = CorrespondenceType.BLANK
    return lines.with_columns(correspondence_type=correspondence_types)


_WHY: Mapping[LeftOutReason, Message] = {
    LeftOutReason.EXCLUDED: Message("was excluded from segments since it joined"),
    LeftOutReason.WRITTEN_TO_BEFORE: Message("was written to before by a segment of the chain"),
    LeftOutReason.BOUNCED: Message("gets no mail: mails to the address came back"),
    LeftOutReason.COMPLAINED: Message("gets no mail: somebody complained at the address"),
    LeftOutReason.SUPPRESSED: Message("gets no mail: the address is suppressed"),
    LeftOutReason.SAME_ADDRESS: Message("gets no mail: another contact has the address"),
}

_OF_CONTACT = frozenset({LeftOutReason.EXCLUDED, LeftOutReason.WRITTEN_TO_BEFORE})
"""Reasons that are not of the address."""


def _sum(lines: Columns[SegmentLine], field: str) -> Decimal:
    counts = lines.counted(field).items()
    return sum((value * count for (value,), count in counts), Decimal(0))


def header_faults(
    segment: Segment,
    lines: Sequence[SegmentLine],
    passed_over: Sequence[PassedOver] = (),
    *,
    is_held_back: bool = False,
) -> Iterator[Fault]:
    if not segment.header.description:
        yield Fault("header", "description", "is blank")
    for each in () if lines or is_held_back else passed_over:
        place = Message("line {no} (contact {contact})", no=each.line_no, contact=each.contact_no)
        if each.reason in _WHY:
            field = "contact_no" if each.reason in _OF_CONTACT else "e_mail"
            yield Fault(place, field, _WHY[each.reason])
        else:
            denial = Denial(reason=each.reason, because=each.because, entry_no=each.entry_no)
            yield Fault(place, "contact_no", denial.message)
    if not (lines or passed_over or is_held_back):
        yield Fault("lines", "", "there is no line with a contact")
