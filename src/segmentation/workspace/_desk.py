"""Who works, on what, on which day: what every front of a workspace has in common."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, tzinfo
from typing import Literal

from segmentation.contacts import Contact
from segmentation.criteria import AsOf
from segmentation.journal import Stamp
from segmentation.languages import Phrases, phrases_of
from segmentation.operations.letters import Rendering
from segmentation.operations.records import require_contact
from segmentation.protocols import Clock, Store
from segmentation.segments import Tell, tell_nobody


def system_clock() -> datetime:
    """The time of the machine, in UTC: the one place where the library reads a clock."""
    return datetime.now(UTC)  # noqa: TID251 - a workspace's default; everything else is given it


def system_chance() -> bytes:
    """Thirty-two random bytes of the machine: the one place where chance comes in."""
    return os.urandom(32)  # noqa: TID251 - likewise


class Desk:
    """A store with a user, a day and a clock, and nothing done yet.

    What it is made from is told by `segmentation.workspace.Workspace`, which adds all that can
    be done.
    """

    def __init__(
        self,
        store: Store,
        *,
        user: str = "",
        today: date | None = None,
        workdate: date | None = None,
        clock: Clock = system_clock,
        chance: Callable[[], bytes] = system_chance,
        zone: tzinfo = UTC,
        date_order: Literal["dmy", "mdy", "ymd"] = "dmy",
        tokens: Mapping[str, str] | None = None,
        on_event: Tell = tell_nobody,
        rendering: Rendering | None = None,
        language: str = "en",
    ) -> None:
        self.store = store
        self.user = user
        self._today = today
        self._workdate = workdate
        self._clock = clock
        self._chance = chance
        self._zone = zone
        self._date_order = date_order
        self._tokens = tokens or {}
        self.on_event = on_event
        self.rendering = rendering or Rendering()
        self.language = language

    @property
    def as_of(self) -> AsOf:
        """The day and user that criteria are bound to."""
        today = self._today or self._clock().astimezone(self._zone).date()
        return AsOf(
            today,
            self._workdate or today,
            user=self.user,
            tokens=self._tokens,
            zone=self._zone,
            date_order=self._date_order,
        )

    @property
    def phrases(self) -> Phrases:
        """The words of the language that the workspace speaks."""
        return phrases_of(self.language)

    @property
    def now(self) -> datetime:
        """The time by the workspace's clock."""
        return self._clock()

    @property
    def stamp(self) -> Stamp:
        """The time, the user and the chance of what is recorded now."""
        return Stamp(at=self._clock(), user=self.user, secret=self._chance())

    def contact(self, no: str) -> Contact:
        """The contact with this number.

        Raises:
            NotFound: There is none.
        """
        return require_contact(self.store, no)
