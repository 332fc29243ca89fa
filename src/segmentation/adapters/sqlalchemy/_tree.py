"""Hashes of the tree over the journal in their table."""

from collections.abc import Iterable, Iterator, Mapping

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from segmentation.proofs import Node

from ._tables import Tables
from ._units import Unit
from ._writing import batches

_RUNS = 100
"""How many runs of nodes are asked for at once."""


class SqlTree:
    """Hashes of the tree over the journal."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._table = tables.tree

    def find(self, nodes: Iterable[Node]) -> Mapping[Node, bytes]:
        """Those of the nodes that are kept, with their hashes."""
        own = self._table.c
        found: dict[Node, bytes] = {}
        with self._unit.connection() as connection:
            for batch in batches(_runs(nodes), _RUNS):
                chosen = (
                    (own.level == level) & own.number.between(run.start, run.stop - 1)
                    for level, run in batch
                )
                rows = connection.execute(
                    sa.select(own.level, own.number, own.hash).where(sa.or_(*chosen))
                )
                found |= {(level, number): bytes(kept) for level, number, kept in rows}
        return found

    def put(self, nodes: Mapping[Node, bytes]) -> None:
        """Keep the hashes of nodes; one that is there is replaced."""
        with self._unit.transaction() as connection:
            insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
            statement = insert(self._table)
            statement = statement.on_conflict_do_update(
                index_elements=["level", "number"], set_={"hash": statement.excluded.hash}
            )
            for batch in batches(nodes.items()):
                rows = [
                    {"level": level, "number": number, "hash": kept}
                    for (level, number), kept in batch
                ]
                connection.execute(statement, rows)


def _runs(nodes: Iterable[Node]) -> Iterator[tuple[int, range]]:
    """Nodes of one level that follow each other, together."""
    run: tuple[int, range] | None = None
    for level, number in sorted(set(nodes)):
        if run is not None and run[0] == level and run[1].stop == number:
            run = level, range(run[1].start, number + 1)
            continue
        if run is not None:
            yield run
        run = level, range(number, number + 1)
    if run is not None:
        yield run
