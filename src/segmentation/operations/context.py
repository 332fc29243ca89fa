"""What travels together through the verbs: where things are kept, who works, when, in which words.

Time, identity and chance enter here and nowhere else: a verb is given a context and reads no
clock of its own.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from types import MappingProxyType
from typing import Any, Literal, Self, cast

import attrs

from segmentation.criteria import AsOf
from segmentation.errors import InvalidValue, Message
from segmentation.journal import Stamp
from segmentation.languages import Phrases, phrases_of
from segmentation.protocols import Agenda, Clock, Couriers, ErasureList, Ledgers, Rendering, Store
from segmentation.segments import Observer, observe_nothing
from segmentation.showing import shown_by


def _view(values: Mapping[Any, Any]) -> Mapping[Any, Any]:
    """The same values, seen as they change, but not to be changed here."""
    return MappingProxyType(cast("dict[Any, Any]", values))


_SHORTEST = 16
"""Bytes of a key; shorter ones could be guessed."""


def _keys(keys: Iterable[bytes]) -> Sequence[bytes]:
    """Keys, each long enough.

    Raises:
        InvalidValue: One is too short.
    """
    found = tuple(keys)
    if any(len(key) < _SHORTEST for key in found):
        raise InvalidValue("address_keys", "...", Message("have one of less than 16 bytes"))
    return found


@shown_by("user", "today", "workdate", "language", "store")
@attrs.frozen(eq=False, repr=False)
class Context:
    """Store, user, day and clock, and what the host brings: all that verbs have in common.

    Two are equal only if they are one. What the host changes in its tokens is seen here.

    Attributes:
        store: Where everything is kept.
        user: Who works; stands in the journal.
        clock: Tells the time of journal entries.
        random_bytes: Gives at least 16 random bytes, new ones for each call; they guard what is
            personal in the journal.
        today: What "today" stands for; the clock's day in the zone if not given.
        workdate: What "workdate" stands for, and the date of new segments; today if not given.
        zone: Where the clock's day begins, and where a date is a day of a datetime field.
        date_order: In which order the digits of a date are typed in filters (``221126``).
        tokens: Filter texts that the host's own tokens stand for, by name (``%mycustomers``);
            looked up anew for each selection.
        on_event: Is called before and after each change of a segment; an error of it undoes the
            step (see `segmentation.segments`).
        rendering: How letters are made.
        language: What descriptions, selections, explanations and errors are written in.
        couriers: Who delivers what, by correspondence type.
        agenda: The host's system of tasks and opportunities, which takes over what is made.
        ledgers: The host's books, for figures of customers and vendors.
        address_keys: Keys under which suppressed addresses are kept; the first for new ones, all
            to find them again.
        erasures: The list that names erasures before they are done.
    """

    store: Store
    user: str = attrs.field(default="", kw_only=True)
    clock: Clock = attrs.field(kw_only=True)
    random_bytes: Callable[[], bytes] = attrs.field(kw_only=True)
    today: date | None = attrs.field(default=None, kw_only=True)
    workdate: date | None = attrs.field(default=None, kw_only=True)
    zone: tzinfo = attrs.field(default=UTC, kw_only=True)
    date_order: Literal["dmy", "mdy", "ymd"] = attrs.field(default="dmy", kw_only=True)
    tokens: Mapping[str, str] = attrs.field(factory=dict, converter=_view, kw_only=True)
    on_event: Observer = attrs.field(default=observe_nothing, kw_only=True)
    rendering: Rendering = attrs.field(factory=Rendering, kw_only=True)
    language: str = attrs.field(default="en", kw_only=True)
    couriers: Couriers = attrs.field(factory=dict, converter=_view, kw_only=True)
    agenda: Agenda | None = attrs.field(default=None, kw_only=True)
    ledgers: Ledgers | None = attrs.field(default=None, kw_only=True)
    address_keys: Sequence[bytes] = attrs.field(default=(), converter=_keys, kw_only=True)
    erasures: ErasureList | None = attrs.field(default=None, kw_only=True)

    @property
    def now(self) -> datetime:
        """The time by the clock, in the zone."""
        return self._in_zone(self.clock())

    @property
    def next_minute(self) -> time:
        """The time of what is made now: the next full minute of the same day, in the zone."""
        at = self.now.replace(tzinfo=None)
        last = at.replace(hour=23, minute=59, second=0, microsecond=0)
        minute = at.replace(second=0, microsecond=0)
        return (last if minute == last else minute + timedelta(minutes=1)).time()

    def _in_zone(self, at: datetime) -> datetime:
        """A time by the clock in the zone, which must have a day in the calendar there.

        Raises:
            InvalidValue: The day is not in the calendar.
        """
        try:
            return at.astimezone(self.zone)
        except OverflowError:
            reason = Message(
                "has a day outside the years 1 to 9999 in the zone {zone}", zone=str(self.zone)
            )
            raise InvalidValue("clock", at.isoformat(), reason) from None

    @property
    def day(self) -> AsOf:
        """The day and the user that criteria are bound to."""
        today = self.today or self.now.date()
        return AsOf(
            today,
            self.workdate or today,
            user=self.user,
            tokens=self.tokens,
            zone=self.zone,
            date_order=self.date_order,
            language=self.language,
        )

    @property
    def stamp(self) -> Stamp:
        """Time and user of what is recorded now, with new random bytes."""
        at = self.clock()
        return Stamp(
            at=at,
            user=self.user,
            day=self.today or self._in_zone(at).date(),
            random_bytes=self.random_bytes(),
        )

    @property
    def stopped(self) -> Self:
        """The same with the clock stopped now, for a verb whose records all bear one time."""
        at = self.clock()
        return attrs.evolve(self, clock=lambda: at)

    @property
    def phrases(self) -> Phrases:
        """The words of the language."""
        return phrases_of(self.language)

    def on(self, day: AsOf) -> Self:
        """The same on another day, by another user, with other tokens."""
        return attrs.evolve(
            self,
            today=day.today,
            workdate=day.workdate,
            user=day.user,
            tokens=day.tokens,
            zone=day.zone,
            date_order=day.date_order,
        )
