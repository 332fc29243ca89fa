"""How files are taken in, and what was taken in so far."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import attrs

from segmentation.fields import Record
from segmentation.frozen import freeze_within

from ._kinds import TO_BE_RECORDED
from ._notation import Notation
from ._results import Imported
from ._updates import Mode


class Unfit(Exception):  # noqa: N818 - says what it is
    """Something is wrong with the files, and is to be told by who reads all of them."""


@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Taking:
    """How files are taken in.

    Attributes:
        mode: How rows meet the records that are there.
        ignore: Columns to pass over.
        lift: Whether rows may take back what was decided here.
        notation: How texts write dates and numbers.
        attached: Reads a file that a row names.
        rows_at_once: How many rows are a batch.
        on_rows: Is called with the number of rows that were read since.
    """

    mode: Mode
    ignore: Sequence[str]
    lift: bool
    notation: Notation
    attached: Callable[[str], bytes]
    rows_at_once: int
    on_rows: Callable[[int], object]


class Told:
    """What was taken in so far."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.leaving: dict[type[Record], Sequence[Record]] = {}
        self.parts: list[Imported] = []
        self.normalized: Counter[str] = Counter()
        self.latest: datetime | None = None

    def add(self, imported: Imported) -> None:
        self.counts.update(dict(imported.counts))
        self.parts.append(attrs.evolve(imported, counts=()))

    def change(self, latest: datetime | None) -> None:
        self.latest = max(filter(None, (self.latest, latest)), default=None)

    def whole(self, kinds: Iterable[type[Record]]) -> Imported:
        """All of it, the tables in the order of the files."""
        tables = [kind.__table__ for kind in sorted(kinds, key=lambda k: k in TO_BE_RECORDED)]
        return Imported(
            counts=tuple((table, self.counts[table]) for table in tables if self.counts[table]),
            new=sum(part.new for part in self.parts),
            changes=tuple(change for part in self.parts for change in part.changes),
            same=sum(part.same for part in self.parts),
            held=tuple(held for part in self.parts for held in part.held),
            held_consents=tuple(held for part in self.parts for held in part.held_consents),
            normalized=tuple(self.normalized.items()),
            latest_change=self.latest,
        )
