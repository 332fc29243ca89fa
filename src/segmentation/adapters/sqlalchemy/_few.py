"""Candidates among a few contacts, by a statement that is kept for the next few.

Segments that follow criteria ask the same of other contacts each time. Making a statement and
compiling it takes several times as long as running it, so its text is kept, by what it asks.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import chain
from typing import Any, Self, cast

import attrs
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from segmentation.criteria import BoundNode, BoundSelection
from segmentation.fields import Field
from segmentation.segments import Candidates
from segmentation.serialization import to_json

from ._candidates import as_lists, chosen_rows, read_lists, unpacked
from ._compile import to_test
from ._declaration import check_named
from ._dialects import Dialect
from ._source import Source
from ._tables import Element, Tables, Test

_FEW = "segmentation_few"
"""The name of the parameter that holds the numbers."""


def _in_array(number: Element) -> Test:
    held = sa.bindparam(_FEW, type_=postgresql.ARRAY(sa.Text()))
    return number == sa.any_(held)


def _in_json(number: Element) -> Test:
    held = sa.bindparam(_FEW, type_=sa.Text())
    listed = sa.func.json_each(held).table_valued("value")
    return number.in_(sa.select(listed.c.value))


_AMONG: Mapping[str, tuple[Callable[[Element], Test], Callable[[list[str]], object]]] = {
    "postgresql": (_in_array, list),
    "sqlite": (_in_json, to_json),
}
"""By dialect: the condition that a number is one of few, and the form in which they are given."""


@attrs.frozen(eq=False)
class _Kept:
    """A compiled statement.

    Attributes:
        node: What it asks, which is kept so that nothing else takes its identity.
        statement: The statement.
        text: Its text; empty if that depends on the values, so that it is made each time.
        values: The values of its parameters, as the driver takes them, by name.
        order: The names in the order of the marks; ``None`` where marks have names.
    """

    node: BoundNode | None
    statement: sa.Select[Any]
    text: str = ""
    values: Mapping[str, object] = attrs.field(factory=dict)
    order: Sequence[str] | None = None

    @classmethod
    def of(cls, node: BoundNode | None, statement: sa.Select[Any], dialect: sa.Dialect) -> Self:
        compiled: Any = statement.compile(dialect=dialect)
        if compiled.post_compile_params:
            return cls(node, statement)
        held = {
            name: _held(bind.type, bind.value, dialect) for name, bind in compiled.binds.items()
        }
        return cls(node, statement, str(compiled), held, compiled.positiontup)

    def columns(self, connection: sa.Connection, nos: object) -> Sequence[Sequence[Any]]:
        """What it gives for a few."""
        if not self.text:
            return read_lists(connection.execute(self.statement, {_FEW: nos}).one())
        values = {**self.values, _FEW: nos}
        given: Any = values if self.order is None else tuple(map(values.__getitem__, self.order))
        return read_lists(connection.exec_driver_sql(self.text, given).one())


def _held(kind: sa.types.TypeEngine[Any], value: object, dialect: sa.Dialect) -> object:
    """A value as the driver takes it."""
    process = kind.dialect_impl(dialect).bind_processor(dialect)
    return process(value) if process and value is not None else value


class FewCandidates:
    """Finds candidates among few of our contacts.

    Args:
        tables: Our tables.
        most: How many statements are kept.
    """

    def __init__(self, tables: Tables, *, most: int = 512) -> None:
        self._tables = tables
        self._most = most
        self._kept: dict[tuple[int, str, str], _Kept] = {}

    def find(
        self,
        connection: sa.Connection,
        nos: Iterable[str],
        bound: BoundSelection,
        dialect: Dialect,
    ) -> Candidates | None:
        """The candidates among few who pass a selection; ``None`` if the database has no lists."""
        name = connection.dialect.name
        if name not in _AMONG:
            return None
        known = id(bound.node), name, connection.dialect.driver
        kept = self._kept.get(known)
        if kept is None:
            kept = _Kept.of(bound.node, self._statement(bound, name, dialect), connection.dialect)
            while len(self._kept) >= self._most:
                self._kept.pop(next(iter(self._kept)), None)
            self._kept[known] = kept
        return unpacked(*kept.columns(connection, _AMONG[name][1](list(nos))))

    def _statement(self, bound: BoundSelection, name: str, dialect: Dialect) -> sa.Select[Any]:
        check_named({}, self._tables, bound.schema)
        base = bound.schema.table(bound.schema.base)
        naming = self._tables.naming()
        ours = Source(self._tables, {}, dialect, naming)
        rows = ours.rows(base)
        number = base.field(bound.schema.key)

        def value(field: Field) -> Element:
            """A value by which no contact is looked for, as few numbers find fewer."""
            found = rows.value(field)
            return found if field.name == number.name else dialect.not_sought(found)

        places = chain([attrs.evolve(rows, value=value)], iter(lambda: ours.rows(base), None))
        source = Source(self._tables, {}, dialect, naming, contacts=lambda: next(places))
        test = to_test(bound, source, dialect, of_few=True)
        among = _AMONG[name][0](rows.value(number))
        listed = as_lists(chosen_rows(rows, sa.and_(among, test)), dialect)
        return cast("sa.Select[Any]", listed)
