"""Hashes of the tree over the journal in their table."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain, islice, repeat
from typing import Any

import sqlalchemy as sa

from segmentation.proofs import Node

from ._tables import Tables
from ._units import Unit
from ._writing import batches, put_row

_AT_ONCE = 16
"""How many runs of nodes are asked for at once: enough for a proof in a journal of millions."""

_NONE = repeat((-1, range(0)))
"""Runs of no nodes, in the places that are left over."""


class SqlTree:
    """Hashes of the tree over the journal."""

    def __init__(self, unit: Unit, tables: Tables) -> None:
        self._unit = unit
        self._table = tables.tree
        self._query = _query(self._table)  # building it takes longer than asking

    def find(self, nodes: Iterable[Node]) -> Mapping[Node, bytes]:
        """Those of the nodes that are kept, with their hashes."""
        found: dict[Node, bytes] = {}
        with self._unit.connection() as connection:
            for batch in batches(_runs(nodes), _AT_ONCE):
                asked = dict[str, int]()
                for place, (level, run) in enumerate(islice(chain(batch, _NONE), _AT_ONCE)):
                    asked |= {
                        f"level_{place}": level,
                        f"first_{place}": run.start,
                        f"last_{place}": run.stop - 1,
                    }
                rows = connection.execute(self._query, asked)
                found |= {(level, number): bytes(kept) for level, number, kept in rows}
        return found

    def put(self, nodes: Mapping[Node, bytes]) -> None:
        """Keep the hashes of nodes; one that is there is replaced."""
        with self._unit.transaction() as connection:
            statement = put_row(connection, self._table, ["hash"])
            for batch in batches(nodes.items()):
                rows = [
                    {"level": level, "number": number, "hash": kept}
                    for (level, number), kept in batch
                ]
                connection.execute(statement, rows)


def _query(table: sa.Table) -> sa.Select[Any]:
    """The question for nodes in some runs."""
    own = table.c
    runs = (
        (own.level == sa.bindparam(f"level_{place}", type_=sa.Integer()))
        & own.number.between(sa.bindparam(f"first_{place}"), sa.bindparam(f"last_{place}"))
        for place in range(_AT_ONCE)
    )
    return sa.select(own.level, own.number, own.hash).where(sa.or_(*runs))


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
