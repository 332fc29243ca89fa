"""Delivering what was logged: rendering, sending, and recording how it went.

What is still to be sent is what the journal says is in progress: it was stored with the log,
in one transaction, and survives everything. Several processes may deliver at once, each takes
up documents by a claim that runs out by itself. A document is sent twice only if a process
dies, or the store goes away, between the courier's acceptance and our record of it; its key
(a mail's Message-ID) is then the same, so that the two can be told for one.
"""

import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.errors import Conflict, InvalidValue, NotDelivered, NotFound, Refused, UsageError
from segmentation.interactions import DeliveryClaim, DeliveryStatus, Interaction
from segmentation.journal import DeliveryRecorded
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import find_record
from segmentation.phrases import phrase
from segmentation.protocols import Couriers, Store

from ._printer import Letter, LetterPrinter
from ._snapshots import restore, snapshot


def _above_zero(
    _persistence: object, field: "attrs.Attribute[Any]", value: float | timedelta
) -> None:
    if value <= type(value)():  # type: ignore[operator]  # zero of the same kind
        raise InvalidValue(field.name, value, "is not above 0")


@attrs.frozen(kw_only=True)
class RetryPolicy:
    """How stubbornly documents are delivered.

    Attributes:
        attempts: How often one document is tried before its delivery counts as failed.
        pause: How long a document waits after its first temporary failure.
        factor: How much longer it waits after each further one.
        lease: For how long a process takes documents up; longer than sending them takes.
        batch: How many documents a process takes up at a time.
        failures: After a courier was down so many times in a row it gets no more in this run.

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


@attrs.frozen(kw_only=True)
class Progress:
    """How far a run has come.

    Attributes:
        done: How many documents it is through with, delivered or not.
        of: How many it found to be delivered.
    """

    done: int
    of: int


@attrs.frozen(kw_only=True)
class Delivered:
    """What a run of delivering did.

    Attributes:
        delivered: Entry numbers of the interactions whose documents were delivered.
        failed: Entry numbers of those that never will be, without help; the reason stands
            with the interaction.
        waiting: Entry numbers of those that are to be tried again, or that others are at.
        next_attempt: When the first of them may be tried again; ``None`` if none waits.
    """

    delivered: tuple[int, ...] = ()
    failed: tuple[int, ...] = ()
    waiting: tuple[int, ...] = ()
    next_attempt: datetime | None = None


def deliver(
    context: Context,
    couriers: Couriers,
    *,
    worker: str,
    logged_segment_no: int = 0,
    retry: RetryPolicy | None = None,
    on_progress: Callable[[Progress], object] | None = None,
) -> Delivered:
    """Deliver what is still to be delivered; may be stopped at any time and run again.

    Args:
        context: Store, user, day and clock.
        couriers: Who delivers what.
        worker: Names this process or thread: no two that deliver at once may share a name.
        logged_segment_no: Entry number of the one logged segment to deliver; 0 for all.
        retry: How stubbornly.
        on_progress: Told after each document.

    Raises:
        StoreError: The store went away; what was recorded until then is.
        Conflict: Others recorded all the time, and our record found no place among theirs.
    """
    run = _Run(context, couriers, worker, retry or RetryPolicy())
    todo = list(_to_deliver(context.store, couriers, logged_segment_no))
    by_status: dict[DeliveryStatus, list[int]] = {status: [] for status in DeliveryStatus}
    done = itertools.count(1)
    for start in range(0, len(todo), run.retry.batch):
        batch = todo[start : start + run.retry.batch]
        statuses = dict.fromkeys(batch, DeliveryStatus.IN_PROGRESS)
        for number, status in run.through(run.claim(batch)):
            statuses[number] = status
            if on_progress:
                on_progress(Progress(done=next(done), of=len(todo)))
        for number, status in statuses.items():
            by_status[status].append(number)
    waiting = by_status[DeliveryStatus.IN_PROGRESS]
    return Delivered(
        delivered=tuple(by_status[DeliveryStatus.DELIVERED]),
        failed=tuple(by_status[DeliveryStatus.ERROR]),
        waiting=tuple(waiting),
        next_attempt=min(_until(context.store, waiting), default=None),
    )


def outstanding(store: Store, logged_segment_no: int = 0) -> Sequence[Interaction]:
    """The interactions whose documents are still to be delivered, in order."""
    return list(_outstanding(store, logged_segment_no))


def resend(context: Context, entry_nos: Iterable[int]) -> Sequence[Interaction]:
    """Have documents delivered again, the same as before.

    Args:
        context: Store, user, day and clock.
        entry_nos: The interactions.

    Returns:
        The interactions that are to be delivered, in the order asked for.

    Raises:
        NotFound: There is no such interaction.
        Refused: One is canceled, was never to be delivered, or is being delivered.
    """
    store = context.store
    with store.transaction():
        known = [_to_resend(store, number) for number in dict.fromkeys(entry_nos)]
        record(store, [_queued(interaction) for interaction in known], context.stamp)
        found = [store.records.find(Interaction, each.entry_no) for each in known]
    return [interaction for interaction in found if interaction]


def resend_fresh(
    context: Context, entry_nos: Iterable[int], *, language: str = ""
) -> Sequence[Interaction]:
    """Have new documents delivered, made from the contacts as they are now.

    Args:
        context: Store, user, day and clock.
        entry_nos: The interactions; each gets a new one, of the work date.
        language: The language of what the description of a new interaction says; the context's
            if not given.

    Returns:
        The new interactions, which are to be delivered, in the order asked for.

    Raises:
        NotFound: There is no such interaction.
        Refused: One is canceled, was never to be delivered, or is being delivered.
        Rejected: A letter names a field that nothing fills.
    """
    store = context.store
    printer = LetterPrinter(store, context.rendering)
    with store.transaction():
        known = [_to_resend(store, number) for number in dict.fromkeys(entry_nos)]
        fresh = [_fresh(context, printer, each, language or context.language) for each in known]
        numbers = record(store, fresh, context.stamp)
    return [attrs.evolve(new, entry_no=number) for new, number in zip(fresh, numbers, strict=True)]


def _to_resend(store: Store, number: int) -> Interaction:
    interaction = store.records.find(Interaction, number)
    if interaction is None:
        raise NotFound("interaction", str(number))
    step = f"resend interaction {number}"
    if not interaction.counts:
        raise Refused(step, "it is canceled or postponed")
    if interaction.delivery_status is DeliveryStatus.IN_PROGRESS:
        raise Refused(step, "it is being delivered already")
    if not interaction.correspondence_type:
        raise Refused(step, "it has no correspondence type")
    return interaction


def _queued(interaction: Interaction) -> DeliveryRecorded:
    return DeliveryRecorded(interaction_no=interaction.entry_no, status=DeliveryStatus.IN_PROGRESS)


def _fresh(
    context: Context, printer: LetterPrinter, interaction: Interaction, language: str
) -> Interaction:
    """A new interaction with a letter that is made afresh."""
    again = attrs.evolve(
        interaction,
        entry_no=0,
        date=context.day.workdate,
        description=phrase("resent", language, what=interaction.description)[:_LONGEST],
        delivery_status=DeliveryStatus.IN_PROGRESS,
        delivery_error="",
        delivery_attempts=0,
        user_id=context.user,
    )
    return attrs.evolve(again, merge_data=snapshot(printer.prepare(again)))


_LONGEST = 100


_RACES = 20


def _outstanding(store: Store, logged_segment_no: int) -> Iterator[Interaction]:
    of_segment = {"logged_segment_entry_no": logged_segment_no} if logged_segment_no else {}
    status = DeliveryStatus.IN_PROGRESS
    return store.records.all(Interaction, delivery_status=status, **of_segment)


def _to_deliver(store: Store, couriers: Couriers, logged_segment_no: int) -> Iterator[int]:
    """Numbers only: what letters say may be too much to hold for all of them."""
    for interaction in _outstanding(store, logged_segment_no):
        if interaction.correspondence_type in couriers:
            yield interaction.entry_no


def _until(store: Store, numbers: Iterable[int]) -> Iterator[datetime]:
    for number in numbers:
        claim = store.records.find(DeliveryClaim, number)
        if claim:
            yield claim.until


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
        self._press = LetterPrinter(context.store, context.rendering)
        self._failures = dict.fromkeys(couriers, 0)
        self._until = datetime.min.replace(tzinfo=UTC)

    # -- claims -----------------------------------------------------------------------------

    def claim(self, numbers: Sequence[int]) -> Sequence[Interaction]:
        """Take up documents that nobody else is at; others win races, and we go on."""
        now = self._context.now
        self._until = now + self.retry.lease
        try:
            with self._store.transaction():
                free = [i for i in map(self._find, numbers) if i and self._is_free(i, now)]
                claims = [
                    DeliveryClaim(entry_no=i.entry_no, worker=self._worker, until=self._until)
                    for i in free
                ]
                self._store.records.put(claims)
        except Conflict:
            return ()
        return free

    def _find(self, number: int) -> Interaction | None:
        return self._store.records.find(Interaction, number)

    def _is_free(self, interaction: Interaction, now: datetime) -> bool:
        claim = self._store.records.find(DeliveryClaim, interaction.entry_no)
        down = self._failures[interaction.correspondence_type] >= self.retry.failures
        wanted = interaction.delivery_status is DeliveryStatus.IN_PROGRESS and not down
        return wanted and (claim is None or claim.until <= now)

    def _release(self, interactions: Iterable[Interaction]) -> None:
        """Leave what was taken up to others; claims that are not ours any more stay."""
        claims = (self._store.records.find(DeliveryClaim, i.entry_no) for i in interactions)
        ours = [claim for claim in claims if claim and claim.worker == self._worker]
        if ours:
            with self._store.transaction():
                self._store.records.remove(ours)

    # -- documents --------------------------------------------------------------------------

    def through(self, claimed: Sequence[Interaction]) -> Iterator[tuple[int, DeliveryStatus]]:
        """Deliver what was taken up, and tell how it went; what is left in the end is released."""
        left = list(claimed)
        try:
            while left and self._context.now < self._until:
                interaction = left[0]
                if self._failures[interaction.correspondence_type] < self.retry.failures:
                    status = self._deliver(interaction)
                    left.pop(0)
                    yield interaction.entry_no, status
                else:
                    self._release([left.pop(0)])
        finally:
            self._release(left)

    def _deliver(self, interaction: Interaction) -> DeliveryStatus:
        attempts = interaction.delivery_attempts + 1
        kind = interaction.correspondence_type
        try:
            letter = restore(interaction) or self._press.prepare(interaction)
            self._check(letter)
            self._couriers[kind].deliver(self._press.render(letter))
        except NotDelivered as error:
            again = error.temporary and attempts < self.retry.attempts
            self._failures[kind] = self._failures[kind] + 1 if error.down else 0
            status = DeliveryStatus.IN_PROGRESS if again else DeliveryStatus.ERROR
            reason = str(error)
        except UsageError as error:
            status, reason = DeliveryStatus.ERROR, str(error)
        else:
            self._failures[kind] = 0
            status, reason = DeliveryStatus.DELIVERED, ""
        self._record(interaction, status, attempts, reason)
        return status

    def _check(self, letter: Letter) -> None:
        """Look again whether the contact may be written to: much can happen after logging.

        Raises:
            Refused: It may not.
        """
        interaction = letter.interaction
        step = f"write to contact {interaction.contact_no}"
        contact = find_record(self._store, Contact, interaction.contact_no)
        if contact is None:
            raise NotFound("contact", interaction.contact_no)
        if interaction.canceled:
            raise Refused(step, "the interaction was canceled")
        if not contact.may_be_contacted:
            raise Refused(step, "privacy forbids it")
        if contact.exclude_from_segment and not letter.excluded:
            raise Refused(step, "it was excluded from segments after logging")

    def _record(
        self, interaction: Interaction, status: DeliveryStatus, attempts: int, reason: str
    ) -> None:
        """Record how it went, and with it end or renew the claim."""
        number = interaction.entry_no
        happened = DeliveryRecorded(
            interaction_no=number, status=status, attempts=attempts, reason=reason
        )
        for race in itertools.count(1):  # pragma: no branch - it ends by success or by an error
            stamp = self._context.stamp
            claim = DeliveryClaim(entry_no=number, until=stamp.at + self.retry.wait(attempts))
            try:
                with self._store.transaction():
                    record(self._store, [happened], stamp)
                    if status is DeliveryStatus.IN_PROGRESS:
                        self._store.records.put([claim])
                    else:
                        self._store.records.remove([claim])
            except Conflict:
                if race == _RACES:
                    raise
            else:
                break
