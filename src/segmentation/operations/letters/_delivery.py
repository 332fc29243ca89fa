"""Delivering what was logged: rendering, sending, and recording how it went.

What is still to be sent is what the journal says is in progress: it was stored with the log,
in one transaction, and survives everything. Several processes may deliver at once, each takes
up documents by a claim that runs out by itself. A document is sent twice only if a process
dies, or the store goes away, between the courier's acceptance and our record of it; its key
(a mail's Message-ID) is then the same, so that the two can be told for one.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, Protocol

import attrs

from segmentation.columns import gathered
from segmentation.contacts import AddressState, Contact, CorrespondenceType, mail_addresses
from segmentation.documents import Receipt
from segmentation.errors import (
    Conflict,
    InvalidValue,
    Message,
    NotDelivered,
    NotFound,
    Refused,
    UsageError,
)
from segmentation.frozen import FrozenMapping, freeze_within
from segmentation.interactions import DeliveryClaim, DeliveryStatus, Interaction
from segmentation.journal import DeliveryRecorded
from segmentation.markup import SHOWN, to_figures, to_table
from segmentation.operations.addresses import check_keys, hindrances, marks_for
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.permission import LASTING, LONGEST_CLAIM, denials, not_yet
from segmentation.operations.records import (
    at_once,
    find_record,
    find_records,
    get_record,
    read_ahead,
)
from segmentation.protocols import Couriers, Store
from segmentation.reach import Wait
from segmentation.segments import LoggedSegment
from segmentation.showing import shown_by

from ._households import NotForAll, barred_from, household_of
from ._printer import Letter, LetterPrinter
from ._snapshots import restore


def _above_zero(_policy: object, field: "attrs.Attribute[Any]", value: float | timedelta) -> None:
    if value <= type(value)():  # type: ignore[operator]  # zero of the same kind
        raise InvalidValue(field.name, value, "is not above 0")


@shown_by("attempts", "pause", "factor", "lease", "batch", "failures")
@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How often, and after which pauses, documents are tried again.

    Attributes:
        attempts: How often one document is tried before its delivery counts as failed; 5.
        pause: How long a document waits after its first temporary failure; a minute.
        factor: How many times longer it waits after each further one; 4.
        lease: For how long a process claims documents; longer than sending them takes; ten
            minutes.
        batch: How many documents a process claims at a time; 20.
        failures: After a courier was down so many times in a row it gets no more in this run; 3.

    Raises:
        InvalidValue: One of them, but for ``pause``, is not above 0.
    """

    attempts: int = attrs.field(default=5, validator=_above_zero)
    pause: timedelta = timedelta(minutes=1)
    factor: int = attrs.field(default=4, validator=_above_zero)
    lease: timedelta = attrs.field(default=timedelta(minutes=10), validator=_above_zero)
    batch: int = attrs.field(default=20, validator=_above_zero)
    failures: int = attrs.field(default=3, validator=_above_zero)

    def wait(self, attempts: int) -> timedelta:
        """How long a document waits after so many failed attempts."""
        waited: timedelta = self.pause * self.factor ** (attempts - 1)
        return waited


@shown_by("done", "of")
@attrs.frozen(kw_only=True)
class Progress:
    """How far a run has come.

    Attributes:
        done: How many documents it is through with, delivered or not.
        of: How many it found to be delivered.
    """

    done: int
    of: int


class OnProgress(Protocol):
    """Is called after each document; any function of one argument will do."""

    def __call__(self, progress: Progress, /) -> object:
        """Say how far the run has come."""


@shown_by("delivered", "failed", "waiting", "held", "refused", "next_attempt")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Delivered:
    """What a run of delivering did.

    Attributes:
        delivered: Entry numbers of the interactions whose documents were delivered.
        failed: Entry numbers of those that failed for good; the field ``delivery_error`` of the
            interaction has the reason, and `resend` queues it again.
        waiting: Entry numbers of those that are to be tried again, or that another process
            delivers.
        refused: Of those that were delivered to some of their recipients only, by entry number,
            who refused and why.
        held: Of those that wait, by entry number, who is written to later, why and when: a cap is
            reached, or it is quiet where the contact is. Nothing was tried.
        next_attempt: When the first of them may be tried again; ``None`` if none waits, or if
            nothing is known of when.
    """

    delivered: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    refused: Mapping[int, str] = attrs.field(factory=dict)
    held: Mapping[int, Wait] = attrs.field(factory=dict)
    next_attempt: datetime | None = None

    def _repr_html_(self) -> str:
        """How many there are of each, and when to go on; the first that are written to later."""
        figures = {
            "delivered": len(self.delivered),
            "failed": len(self.failed),
            "waiting": len(self.waiting),
            "next attempt": self.next_attempt or "",
        }
        rows = [(number, str(wait)) for number, wait in islice(self.held.items(), SHOWN)]
        more = len(self.held) - len(rows)
        held = to_table(["entry_no", "why"], rows, caption="written to later", more=more)
        return to_figures(figures, caption="delivered") + (held if rows else "")


def deliver(
    context: Context,
    couriers: Couriers | None = None,
    *,
    worker: str,
    logged_segment_entry_no: int | LoggedSegment = 0,
    retry: RetryPolicy | None = None,
    on_progress: OnProgress | None = None,
) -> Delivered:
    """Deliver what is still to be delivered; may be stopped at any time and run again.

    What has a correspondence type without a courier is left for another run. So is what is for a
    contact who has reached a cap, or where it is quiet now.

    Args:
        context: Store, user, day, clock, and couriers.
        couriers: Who delivers what, by correspondence type; the context's if not given.
        worker: Names this process or thread: no two that deliver at once may share a name.
        logged_segment_entry_no: The one logged segment to deliver; 0 for all.
        retry: How often, and after which pauses, a document is tried again; as `RetryPolicy`
            says if not given.
        on_progress: Is called after each document, delivered or not.

    Raises:
        InvalidValue: There is no courier at all.
        NotFound: There is no such logged segment.
        Refused: Mail addresses are suppressed under a key that is not given; nothing is sent.
        StoreError: The store went away; what was recorded until then is.
        Conflict: Others recorded all the time, and our record found no place among theirs.
    """
    couriers = context.couriers if couriers is None else couriers
    if not couriers:
        raise InvalidValue("couriers", dict(couriers), _NO_COURIER)
    if _EMAIL in couriers:
        check_keys(context)
    store = context.store
    run = _Run(context, couriers, worker, retry or RetryPolicy())
    todo = _to_deliver(store, couriers, _logged_no(store, logged_segment_entry_no))
    by_status: dict[DeliveryStatus, list[int]] = {status: [] for status in DeliveryStatus}
    done = itertools.count(1)
    for start in range(0, len(todo), run.retry.batch):
        batch = todo[start : start + run.retry.batch]
        statuses = dict.fromkeys(itertools.chain(*batch), DeliveryStatus.IN_PROGRESS)
        with at_once(store):
            for numbers, status in run.deliver_batch(run.claim(batch)):
                statuses |= dict.fromkeys(numbers, status)
                if on_progress:
                    on_progress(Progress(done=next(done), of=len(todo)))
        for number, status in statuses.items():
            by_status[status].append(number)
    waiting = by_status[DeliveryStatus.IN_PROGRESS]
    unheld = [number for number in waiting if number not in run.held]
    next_times = [each.next_time for each in run.held.values() if each.next_time]
    return Delivered(
        delivered=tuple(by_status[DeliveryStatus.DELIVERED]),
        failed=tuple(by_status[DeliveryStatus.ERROR]),
        waiting=tuple(waiting),
        refused=run.refused,
        held=run.held,
        next_attempt=min((*_lease_expiries(store, unheld), *next_times), default=None),
    )


_NO_COURIER = Message("is empty; name at least one courier by the correspondence type it serves")


def outstanding(
    store: Store, *, logged_segment_entry_no: int | LoggedSegment = 0
) -> Sequence[Interaction]:
    """The interactions whose documents are still to be delivered, in order.

    Args:
        store: Where they are.
        logged_segment_entry_no: The one logged segment that they belong to; 0 for all.

    Raises:
        NotFound: There is no such logged segment.
    """
    return list(_outstanding(store, _logged_no(store, logged_segment_entry_no)))


def _logged_no(store: Store, logged_segment: int | LoggedSegment) -> int:
    """The entry number of a logged segment, which must be there; 0 stays 0."""
    if logged_segment == 0:
        return 0
    return get_record(store, LoggedSegment, logged_segment).entry_no


_EMAIL = CorrespondenceType.EMAIL

_MARKED: Mapping[AddressState, Message] = {
    AddressState.BOUNCED: Message("mails to its address came back"),
    AddressState.COMPLAINED: Message("somebody complained of mails at its address"),
    AddressState.SUPPRESSED: Message("its address is suppressed"),
}

_RACES = 20
_NO_REASONS: Mapping[int, str] = FrozenMapping()


def _outstanding(store: Store, logged_segment_no: int) -> Iterator[Interaction]:
    of_segment = {"logged_segment_entry_no": logged_segment_no} if logged_segment_no else {}
    status = DeliveryStatus.IN_PROGRESS
    return store.records.all(Interaction, delivery_status=status, **of_segment)


def _to_deliver(
    store: Store, couriers: Couriers, logged_segment_no: int
) -> Sequence[tuple[int, ...]]:
    """The interactions of each document that waits, those of who share one together.

    Numbers only: what letters say may be too much to hold for all of them.
    """
    documents: dict[int, tuple[int, ...]] = {}
    for each in _outstanding(store, logged_segment_no):
        if each.correspondence_type in couriers:
            first = each.household_entry_no or each.entry_no
            documents[first] = (*documents.get(first, ()), each.entry_no)
    return list(documents.values())


def _lease_expiries(store: Store, numbers: Iterable[int]) -> Iterator[datetime]:
    for claim in _claims(store, numbers).values():
        yield claim.until


def _claims(store: Store, numbers: Iterable[int]) -> Mapping[int, DeliveryClaim]:
    """The claims on the documents of these interactions, by the numbers of these."""
    found = find_records(store, DeliveryClaim, [(number,) for number in numbers])
    return {claim.entry_no: claim for claim in found.values()}


class _Run:
    """One run of delivering: what it holds, what it has done."""

    def __init__(
        self,
        context: Context,
        couriers: Couriers,
        worker: str,
        retry: RetryPolicy,
    ) -> None:
        self.retry = retry
        self._context = context
        self._store = context.store
        self._couriers = couriers
        self._worker = worker
        self._printer = LetterPrinter(context.store, context.rendering)
        self._failures = dict.fromkeys(couriers, 0)
        self.refused: dict[int, str] = {}
        self.held: dict[int, Wait] = {}
        self._lease_expiry = datetime.min.replace(tzinfo=UTC)

    # -- claims -----------------------------------------------------------------------------

    def claim(self, documents: Sequence[tuple[int, ...]]) -> Sequence[Sequence[Interaction]]:
        """Take up documents that nobody else is at; others win races, and we go on.

        Args:
            documents: The numbers of the interactions of each.
        """
        now = self._context.now
        self._lease_expiry = now + self.retry.lease
        try:
            with self._store.transaction():
                self._store.log.head()  # who takes up documents waits for each other there
                free = self._reached(self._free(documents, now))
                claims = [
                    DeliveryClaim(
                        entry_no=i.entry_no, worker=self._worker, until=self._lease_expiry
                    )
                    for i in itertools.chain(*free)
                ]
                self._store.records.put(claims)
        except Conflict:
            return ()
        self._read_ahead(list(itertools.chain(*free)))
        return free

    def _free(
        self, documents: Sequence[tuple[int, ...]], now: datetime
    ) -> Sequence[Sequence[Interaction]]:
        """The interactions that wait for us, and that nobody else has taken up, by document."""
        numbers = list(itertools.chain(*documents))
        found = find_records(self._store, Interaction, [(number,) for number in numbers])
        claims = _claims(self._store, numbers)
        there = ([found[n,] for n in document if (n,) in found] for document in documents)
        return [
            document
            for document in there
            if document and all(self._is_free(i, claims.get(i.entry_no), now) for i in document)
        ]

    def _reached(
        self, documents: Sequence[Sequence[Interaction]]
    ) -> Sequence[Sequence[Interaction]]:
        """Those of documents that may be sent now; what others are sending counts as sent.

        A document for several waits for all of them.
        """
        held = self._held(list(itertools.chain(*documents)))
        free: list[Sequence[Interaction]] = []
        for document in documents:
            waits = [held[each.entry_no] for each in document if each.entry_no in held]
            if waits:
                self.held |= {each.entry_no: held.get(each.entry_no, waits[0]) for each in document}
            else:
                free.append(document)
        return free

    def _held(self, interactions: Sequence[Interaction]) -> Mapping[int, Wait]:
        found = denials(self._context, gathered(Interaction, interactions), [not_yet])
        return {
            interactions[place].entry_no: each.wait for place, each in found.items() if each.wait
        }

    def _is_free(
        self, interaction: Interaction, claim: DeliveryClaim | None, now: datetime
    ) -> bool:
        down = self._failures[interaction.correspondence_type] >= self.retry.failures
        wanted = interaction.delivery_status is DeliveryStatus.IN_PROGRESS and not down
        return wanted and (claim is None or not self._holds(claim, now))

    def _holds(self, claim: DeliveryClaim, now: datetime) -> bool:
        longest = max(self.retry.lease, self.retry.wait(self.retry.attempts), LONGEST_CLAIM)
        return now < claim.until <= now + longest

    def _read_ahead(self, interactions: Sequence[Interaction]) -> None:
        """Read together what letters need that is the same until the batch is delivered.

        Whether a contact may be written to is looked at again for each letter, unless it stands
        in a frame.
        """
        read_ahead(self._store, (each.contact_no for each in interactions))
        unmade = [each for each in interactions if not each.merge_data]
        if unmade:
            self._printer.expect(unmade)

    def _release(self, interactions: Iterable[Interaction]) -> None:
        """Leave what was taken up to others; claims that are not ours any more stay."""
        claims = _claims(self._store, [each.entry_no for each in interactions])
        ours = [claim for claim in claims.values() if claim.worker == self._worker]
        if ours:
            with self._store.transaction():
                self._store.records.remove(ours)

    # -- documents --------------------------------------------------------------------------

    def deliver_batch(
        self, claimed: Sequence[Sequence[Interaction]]
    ) -> Iterator[tuple[Sequence[int], DeliveryStatus]]:
        """Deliver what was taken up, and tell how it went; what is left in the end is released."""
        left = list(claimed)
        try:
            while left and self._context.now < self._lease_expiry:
                document = left[0]
                if self._failures[document[0].correspondence_type] < self.retry.failures:
                    status = self._deliver(document)
                    left.pop(0)
                    yield [each.entry_no for each in document], status
                else:
                    self._release(left.pop(0))
        finally:
            self._release(itertools.chain(*left))

    def _deliver(self, document: Sequence[Interaction]) -> DeliveryStatus:
        """Deliver one document, which is one interaction's or that of several who share it."""
        first = document[0]
        attempts = first.delivery_attempts + 1
        kind = first.correspondence_type
        unknown: Sequence[str] = ()
        delivered_at = None
        try:
            letter = self._letter(first)
            if not self._reached([document]):  # it became night since it was taken up
                self._release(document)
                return DeliveryStatus.IN_PROGRESS
            where = self._couriers[kind].deliver(self._printer.render(self._reachable(letter)))
            delivered_at = self._context.now.astimezone(UTC)
        except NotForAll as error:
            happened = DeliveryRecorded(
                interaction_no=first.entry_no, status=DeliveryStatus.ERROR, attempts=attempts
            )
            return self._end(document, happened, reasons=error.reasons)
        except NotDelivered as error:
            if error.stops:
                return self._stop(document, str(error))
            again = error.temporary and attempts < self.retry.attempts
            self._failures[kind] = self._failures[kind] + 1 if error.down else 0
            status = DeliveryStatus.IN_PROGRESS if again else DeliveryStatus.ERROR
            reason, unknown = str(error), error.unknown
        except UsageError as error:
            status, reason = DeliveryStatus.ERROR, str(error)
        else:
            self._failures[kind] = 0
            refused = where.refused if isinstance(where, Receipt) else ""
            unknown = where.unknown if isinstance(where, Receipt) else ()
            status, reason = DeliveryStatus.DELIVERED, refused
            if refused:
                self.refused |= dict.fromkeys((each.entry_no for each in document), refused)
        happened = DeliveryRecorded(
            interaction_no=first.entry_no,
            status=status,
            attempts=attempts,
            reason=reason,
            delivered_at=delivered_at,
        )
        return self._end(document, happened, unknown=unknown)

    def _letter(self, interaction: Interaction) -> Letter:
        """The letter of an interaction, to whom may still be written to.

        Raises:
            NotForAll: Of those who share it somebody may not.
            Refused: Its contact may not; or those who share it cannot have one letter any more.
        """
        kept = restore(interaction)
        if not interaction.household_entry_no:
            letter = kept or self._printer.prepare(interaction)
            self._check(letter)
            return letter
        sharing = household_of(self._store, interaction)
        barred = {each.entry_no: barred_from(self._context, each) for each in sharing}
        if any(barred.values()):
            raise NotForAll(sharing, barred)
        made = [] if kept else self._printer.prepare_joint(sharing)
        if len(made) > 1:
            step = Message("write to contact {no}", no=interaction.contact_no)
            raise Refused(step, Message("those who share the letter need one each now"))
        return kept or made[0].letter

    def _stop(self, document: Sequence[Interaction], reason: str) -> DeliveryStatus:
        """Leave a courier alone that can deliver nothing; the attempt is no fault of the letter."""
        first = document[0]
        self._failures[first.correspondence_type] = self.retry.failures
        happened = DeliveryRecorded(
            interaction_no=first.entry_no,
            status=DeliveryStatus.IN_PROGRESS,
            attempts=first.delivery_attempts,
            reason=reason,
        )
        return self._end(document, happened, waits=False)

    def _check(self, letter: Letter) -> None:
        """Look again whether the contact may be written to: much can happen after logging.

        Raises:
            Refused: It may not.
        """
        interaction = letter.interaction
        step = Message("write to contact {no}", no=interaction.contact_no)
        contact = find_record(self._store, Contact, interaction.contact_no)
        if contact is None:
            raise NotFound("contact", interaction.contact_no)
        if interaction.canceled:
            raise Refused(step, Message("the interaction was canceled"))
        if not contact.may_be_contacted:
            raise Refused(step, Message("privacy forbids it"))
        if contact.exclude_from_segment and not letter.excluded:
            raise Refused(step, Message("it was excluded from segments after logging"))
        for denial in denials(
            self._context, gathered(Interaction, [interaction]), LASTING
        ).values():
            raise Refused(step, denial.message)
        if interaction.correspondence_type is _EMAIL:
            for mark in hindrances(self._context, [letter.e_mail]).values():
                raise Refused(step, _MARKED[mark.state])

    def _reachable(self, letter: Letter) -> Letter:
        """The letter, to be mailed to those of its addresses that are not marked."""
        addresses = [each.strip() for each in letter.e_mail.split(";")]
        if len(addresses) == 1 or letter.interaction.correspondence_type is not _EMAIL:
            return letter
        kept = [each for each in addresses if each and not hindrances(self._context, [each])]
        return attrs.evolve(letter, e_mail="; ".join(kept))

    def _end(
        self,
        document: Sequence[Interaction],
        happened: DeliveryRecorded,
        *,
        reasons: Mapping[int, str] = _NO_REASONS,
        waits: bool = True,
        unknown: Iterable[str] = (),
    ) -> DeliveryStatus:
        """Record how it went, and with it end or renew the claims.

        Args:
            document: The interactions whose document it was.
            happened: How it went.
            reasons: Why it stands so, by the number of the interaction, where that is not the
                same for all.
            waits: Whether a document that is still to be delivered waits before it is tried again.
            unknown: Addresses that do not exist, as the server says; they are marked.
        """
        gone = [address for each in unknown for address in mail_addresses(each)]
        numbers = [each.entry_no for each in document]
        each_happened = [
            attrs.evolve(happened, interaction_no=no, reason=reasons.get(no, happened.reason))
            for no in numbers
        ]
        for race in itertools.count(1):  # pragma: no branch - it ends by success or by an error
            stamp = self._context.stamp
            until = stamp.at + self.retry.wait(happened.attempts)
            claims = [DeliveryClaim(entry_no=number, until=until) for number in numbers]
            try:
                with self._store.transaction():
                    bounced = marks_for(self._context, gone, AddressState.BOUNCED, happened.reason)
                    record(self._store, [*each_happened, *bounced], stamp)
                    if happened.status is DeliveryStatus.IN_PROGRESS and waits:
                        self._store.records.put(claims)
                    else:
                        self._store.records.remove(claims)
            except Conflict:
                if race == _RACES:
                    raise
            else:
                break
        return happened.status
