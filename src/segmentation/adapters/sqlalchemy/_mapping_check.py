"""What is wrong with the rows of mapped tables, with counts and examples.

For deployment and tests: all rows are read, in the database where it can tell, or else some
thousands at a time.
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from unicodedata import is_normalized

import attrs
import sqlalchemy as sa

from segmentation.contacts import Contact
from segmentation.criteria import Table
from segmentation.definitions import is_row_kind, row_kind
from segmentation.errors import Fault, Identifier, Message
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.kinds import record_kinds
from segmentation.operations.checks import placed, record_faults
from segmentation.operations.schema import schema_of
from segmentation.showing import shown_by

from ._dialects import Dialect, dialect_of
from ._host_rows import HostReading, HostRows
from ._mapping import MappedTable, worded
from ._store import SqlStore
from ._tables import Element, Test
from ._types import cast_to_text
from ._writing import batches, streamed

_EXAMPLES = 3
_AT_ONCE = 20_000
"""How many records are held; what they refer to is looked up for each lot of them."""
_WORDS = 20
"""How many different words of a field are told, each with its rows."""

_SEVERAL = {
    "duplicate": "numbers with several rows that differ: {count}, such as {first!r}",
    "equal_rows": "numbers with several rows that are equal: {count}, such as {first!r}",
    "equal_but_for_case": "numbers equal but for case or blanks: {count}, such as {first!r}",
}
"""What is said of numbers that several rows have, by code."""


@shown_by("place", "field", "code", "count", "examples")
@attrs.frozen
class MappingFault(Fault):
    """Something that is wrong with rows of a mapped table.

    Attributes:
        count: How many rows, numbers or values there are of the kind.
        rows: How many rows these are.
        examples: Some of them: numbers, words, keys.
    """

    count: int = 0
    rows: int = 0
    examples: tuple[str, ...] = ()


def check_mapping(store: SqlStore) -> Sequence[MappingFault]:
    """Find what is wrong with the rows of a store's mapped tables.

    Nothing is changed. What is told of rows that cannot be read safely comes first; such rows are
    contacts in no verb (see `segmentation.segments.LeftOutReason`). What is told of the others is
    what any other way of taking them in would refuse, with the same codes.

    Args:
        store: A store with mapped tables.

    Returns:
        The faults by table, each with its count and examples; none if all is well.

    >>> from segmentation.adapters.sqlalchemy import join_store
    >>> engine = sa.create_engine("sqlite://")
    >>> with engine.begin() as connection:
    ...     _ = connection.exec_driver_sql("CREATE TABLE people AS SELECT '' AS ref, 'Bo' AS name")
    ...     people = sa.table("people", sa.column("ref"), sa.column("name"))
    ...     mapped = {"contact": MappedTable(people, {"no": people.c.ref, "name": people.c.name})}
    ...     for fault in check_mapping(join_store(connection, prefix="crm_", mapped=mapped)):
    ...         print(fault)
    contact: no: rows without a number: 1
    >>> engine.dispose()
    """
    schema = schema_of(store)
    found: list[MappingFault] = []
    for name, host in store.mapped.items():
        kind = record_kinds().get(name)
        table = schema.tables.get(name)
        if kind is None and table is not None and table.key:
            kind = row_kind(table)
        if kind is not None:
            with store.reading() as connection:
                looking = _Looking(store, connection, name, host, kind, table)
                found += looking.faults()
    return found


class _Looking:
    """Looks at the rows of one mapped table."""

    def __init__(
        self,
        store: SqlStore,
        connection: sa.Connection,
        name: str,
        host: MappedTable,
        kind: type[Record],
        table: Table | None,
    ) -> None:
        self._store = store
        self._connection = connection
        self._place = Identifier(name)
        self._kind = kind
        self._table = table
        self._own = () if is_row_kind(kind) else store.records.own_fields(kind, host)
        known = {field.name: field for field in (*fields_of(kind), *self._own)}
        self._host = host.only(known)
        self._fields = {name: known[name] for name in self._host.values}
        self._values = self._host.values
        self._dialect: Dialect = dialect_of(connection.dialect, store.tables)

    def faults(self) -> Iterator[MappingFault]:
        """All that is wrong."""
        yield from self._link_faults()
        if self._kind is Contact:
            yield from self._number_faults()
        yield from self._word_faults()
        yield from self._type_faults()
        yield from self._clean_faults()
        yield from self._row_faults()

    def _fault(
        self, field: str, reason: Message, code: str, count: int, examples: Iterable[str] = ()
    ) -> MappingFault:
        return MappingFault(self._place, field, reason, code, count, count, tuple(examples))

    def _select(self, *columns: Any) -> sa.Select[Any]:  # noqa: ANN401 - what SQLAlchemy takes
        return sa.select(*columns).select_from(self._host.source)

    # -- links and numbers --------------------------------------------------------------------

    def _link_faults(self) -> Iterator[MappingFault]:
        """Fields by which rows belong to a contact, and that are not mapped."""
        link = self._table.link if self._table else None
        for name, _ in (*link.on, *filter(None, [link.only])) if link else ():
            if name not in self._host.values:
                reason = Message("is not mapped, and rows belong to contacts by it too")
                yield self._fault(name, reason, "not_mapped", 0)

    def _number_faults(self) -> Iterator[MappingFault]:
        """Numbers that are missing, too long, or those of several rows."""
        host, given = HostRows(self._host, self._fields, "no", self._dialect), self._values["no"]
        count, found = self._found(host.is_blank, given)
        if count:
            reason = Message("rows without a number: {count}", count=count)
            yield self._fault("no", reason, "blank", count, found)
        yield from self._several_faults(host)
        most = self._fields["no"].length
        no = sa.func.trim(cast_to_text(given), type_=sa.Text())
        count, found = self._found(sa.func.char_length(no) > most, no)
        if count:
            reason = Message(
                "values of more than {most} characters: {count}, such as {first!r}",
                most=most,
                count=count,
                first=found[0],
            )
            yield self._fault("no", reason, "too_long", count, found)

    def _several_faults(self, host: HostRows) -> Iterator[MappingFault]:
        """Numbers that several rows have."""
        numbers = host.numbers().cte()
        in_other_case = numbers.c.least != numbers.c.last
        differ = sa.and_(sa.not_(in_other_case), numbers.c.no.in_(host.different()))
        equal = sa.not_(sa.or_(in_other_case, differ))
        tests = {"duplicate": differ, "equal_rows": equal, "equal_but_for_case": in_other_case}
        for code, test in tests.items():
            asked = sa.select(sa.func.count(), sa.func.sum(numbers.c.rows)).where(test)
            count, rows = self._connection.execute(asked).one()
            if count:
                written = sa.select(numbers.c.least, numbers.c.last).where(test)
                first = written.order_by(numbers.c.no).limit(_EXAMPLES)
                texts = (text for pair in self._connection.execute(first) for text in pair)
                found = tuple(dict.fromkeys(texts))
                reason = Message(_SEVERAL[code], count=count, first=found[0])
                yield MappingFault(self._place, "no", reason, code, count, int(rows), found)

    # -- values -------------------------------------------------------------------------------

    def _word_faults(self) -> Iterator[MappingFault]:
        """Words that stand for nothing, each with its rows."""
        for field, test in self._host.unreadable(self._fields, self._dialect):
            word = worded(self._values[field.name])
            counts = self._select(word, sa.func.count()).where(test).group_by(word)
            order = sa.func.count().desc(), word
            found = self._connection.execute(counts.order_by(*order).limit(_WORDS)).all()
            for text, count in found:
                reason = Message(
                    "{word!r} stands for no value of it, in rows: {count}", word=text, count=count
                )
                yield self._fault(field.name, reason, "wrong_type", count, [text])
            left = self._count(test) - sum(count for _, count in found)
            if left:
                reason = Message(
                    "other words stand for no value of it, in rows: {count}", count=left
                )
                yield self._fault(field.name, reason, "wrong_type", left)

    def _type_faults(self) -> Iterator[MappingFault]:
        """Values that are none of their field's type."""
        for field, test in self._misfits():
            count, found = self._found(test, self._values[field.name])
            if count:
                reason = Message(
                    "values that are no {type}: {count}, such as {first!r}",
                    type=Message(field.type),
                    count=count,
                    first=found[0],
                )
                yield self._fault(field.name, reason, "wrong_type", count, found)

    def _misfits(self) -> Iterator[tuple[Field, Test]]:
        for name, field in self._fields.items():
            given = self._values[name]
            if isinstance(given, sa.ColumnElement):
                for test in self._dialect.misfit(given, field.type):
                    yield field, test

    def _clean_faults(self) -> Iterator[MappingFault]:
        """Columns that are declared as clean, and are not."""
        for name, field in self._fields.items():
            given = self._values[name]
            if name not in self._host.clean or field.blank is None:
                continue
            test: Test = given.is_(None)
            if field.type is FieldType.CODE:
                test = sa.or_(test, self._dialect.text(given) != self._dialect.code(given))
            count, found = self._found(test, given)
            if count:
                reason = Message("is declared as clean, and is not in rows: {count}", count=count)
                yield self._fault(name, reason, "not_clean", count, found)

    def _found(self, test: Test, value: Element) -> tuple[int, Sequence[str]]:
        """How many rows meet a condition, and some of their values."""
        count = self._count(test)
        if not count:
            return 0, ()
        given = self._select(cast_to_text(value)).where(test).distinct().limit(_EXAMPLES)
        return count, [each or "" for each in self._connection.scalars(given)]

    def _count(self, test: Test) -> int:
        return self._connection.scalar(self._select(sa.func.count()).where(test)) or 0

    # -- records ------------------------------------------------------------------------------

    def _row_faults(self) -> Iterator[MappingFault]:
        """What any other way of taking the rows in would refuse, and texts that are not NFC."""
        found: dict[tuple[str, str], list[Any]] = {}
        texts = [name for name, field in self._fields.items() if field.type is FieldType.TEXT]
        forms = {name: _Forms() for name in texts}
        for records in batches(self._records(), _AT_ONCE):
            for fault in record_faults(self._store, placed(records)):
                if self._is_of_rows(fault):
                    seen = found.setdefault((fault.field, fault.code), [0, [], fault.reason])
                    seen[0] += 1
                    if len(seen[1]) < _EXAMPLES:
                        seen[1].append(str(fault.place).removeprefix(f"{self._place} "))
            for name, form in forms.items():
                form.look_at(_value(record, name) for record in records)
        for (field, code), (count, places, said) in found.items():
            reason = Message(
                "rows: {count}, such as {first}: {reason}",
                count=count,
                first=places[0],
                reason=said,
            )
            yield self._fault(field, reason, code, count, places)
        for name, form in forms.items():
            if form.others:
                reason = Message(
                    "not in Unicode's normal form C: {count} of {filled} values, such as {first!r}",
                    count=form.others,
                    filled=form.filled,
                    first=form.examples[0],
                )
                yield self._fault(name, reason, "not_nfc", form.others, form.examples)

    def _is_of_rows(self, fault: Fault) -> bool:
        """Whether a fault is of what the rows hold, and is not looked for in the database."""
        if self._kind is Contact and (fault.field, fault.code) == ("no", "too_long"):
            return False
        return fault.code != "duplicate" and fault.field in {"", *self._values}

    def _records(self) -> Iterator[Record]:
        """The records that can be read; values of another type are missing in them."""
        wrong = {field.name: test for field, test in self._misfits()}
        values = {
            name: sa.case((wrong[name], sa.null()), else_=given) if name in wrong else given
            for name, given in self._host.values.items()
        }
        layout = self._store.tables.of(self._kind)
        host = attrs.evolve(self._host, values=values)
        reading = HostReading(layout, host, self._own, self._dialect)
        keys = [reading.values[name] for name in self._kind.__key__]
        query = sa.select(*reading.columns).order_by(*keys)
        with streamed(self._connection, query) as rows:
            yield from reading.records(rows)


class _Forms:
    """Counts the texts of one field that are not in Unicode's normal form C."""

    def __init__(self) -> None:
        self.filled = 0
        self.others = 0
        self.examples: list[str] = []

    def look_at(self, values: Iterable[str]) -> None:
        """Count some values."""
        for value in values:
            self.filled += bool(value)
            if not value.isascii() and not is_normalized("NFC", value):
                self.others += 1
                if len(self.examples) < _EXAMPLES:
                    self.examples.append(value)


def _value(record: Any, name: str) -> str:  # noqa: ANN401 - a record of any kind
    found = getattr(record, name, None)
    return str(dict(record.extra).get(name, "") if found is None else found)
