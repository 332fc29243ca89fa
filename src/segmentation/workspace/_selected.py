"""What a selection found, with all that the finding rests on."""

from collections.abc import Sequence
from datetime import datetime
from typing import overload

import attrs

from segmentation.criteria import AsOf, BoundSelection, describe
from segmentation.frozen import freeze_within
from segmentation.languages import ENGLISH, Phrases
from segmentation.markup import SHOWN, to_table


@attrs.frozen(eq=False, repr=False, field_transformer=freeze_within)
class Selected(Sequence[str]):
    """The numbers of the contacts that pass a selection: all of them, or there was an error.

    Equal to any other sequence of the same numbers; ``str`` of it is for people.

    Attributes:
        nos: The numbers, ascending; of a cut in its order.
        base: From how many contacts they were chosen.
        bound: The selection, with the dates that relative ones stood for.
        at: When it was worked out.

    >>> from datetime import UTC, date
    >>> from segmentation import Contact, Workspace
    >>> noon = datetime(2026, 11, 22, 12, tzinfo=UTC)
    >>> crm = Workspace.open(clock=lambda: noon)
    >>> _ = crm.add(Contact(no="A", country_region_code="DK"), Contact(no="B"))
    >>> found = crm.select(contact={"country_region_code": "DK"})
    >>> list(found), found.base, str(found.as_of.today)
    (['A'], 2, '2026-11-22')
    >>> print(found)
    1 of 2 contacts on 2026-11-22 (country region code is DK); worked out 2026-11-22 12:00+00:00
    """

    nos: Sequence[str]
    base: int
    bound: BoundSelection
    at: datetime
    _phrases: Phrases = ENGLISH

    @property
    def as_of(self) -> AsOf:
        """The day and user that the selection was bound to."""
        return self.bound.as_of

    def __len__(self) -> int:
        return len(self.nos)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[str]: ...
    def __getitem__(self, index: int | slice) -> str | Sequence[str]:
        return self.nos[index]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Sequence) or isinstance(other, str):
            return NotImplemented
        return list(self.nos) == list(other)

    __hash__ = None  # type: ignore[assignment]  # equal to any sequence of equal numbers

    def __str__(self) -> str:
        return self._phrases.say(
            "selected",
            count=len(self.nos),
            base=self.base,
            day=self.as_of.today.isoformat(),
            selection=describe(self.bound, self._phrases),
            at=self.at.isoformat(" ", "minutes"),
        )

    def __repr__(self) -> str:
        return f"<{len(self.nos)} of {self.base} contacts on {self.as_of.today}>"

    def _repr_html_(self) -> str:
        shown = self.nos[:SHOWN]
        more = len(self.nos) - len(shown)
        return to_table(["no"], [(no,) for no in shown], caption=str(self), more=more)
