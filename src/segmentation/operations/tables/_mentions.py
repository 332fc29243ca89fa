"""Where the key of a record is named: in fields that refer to it, and literally in criteria.

One walk serves both who looks for what needs a key and who gives it another.
"""

from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import attrs

from segmentation.codes import to_code
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Compare,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    Followed,
    InSegment,
    Not,
    Operator,
    Part,
    Schema,
    Selection,
)
from segmentation.errors import UnknownName
from segmentation.fields import Field, Record, RecordT, Value, fields_of
from segmentation.segments import (
    CriteriaAction,
    Segment,
    SegmentHeader,
    SegmentLine,
    Undone,
    contact_schema,
    texts_to_json,
)

OnRecord: TypeAlias = Callable[[Any], Any]
"""Gives a record as it is to be; the same one if nothing changes."""

OnCriteria: TypeAlias = Callable[[Criteria], Criteria]
"""Gives criteria as they are to be; equal ones if nothing changes."""


@attrs.frozen
class Naming:
    """A key of a table, to be found where it is named.

    Attributes:
        table: The table.
        key: The key, of one part.
    """

    table: str
    key: Value

    def fields_in(self, record: Record) -> tuple[str, ...]:
        """The fields of a record that name the key."""
        fields = referring_fields(type(record), self.table)
        return tuple(name for name in fields if getattr(record, name) == self.key)

    def renamed(self, record: RecordT, new: Value) -> RecordT:
        """A record that names another key instead; the same one if it does not name this one."""
        fields = self.fields_in(record)
        if not fields:
            return record
        return attrs.evolve(record, **dict.fromkeys(fields, new))  # type: ignore[misc]  # an attrs class

    def renamed_in(self, criteria: Criteria, new: Value) -> Criteria:
        """Criteria that name another key instead, wherever a filter compares with this one."""
        return _criteria(criteria, self, str(new))


def referring_fields(kind: type[Record], table: str) -> tuple[str, ...]:
    """The fields of a kind of record that hold the key of another table."""
    return tuple(field.name for field in fields_of(kind) if field.refers_to == table)


def _criteria(criteria: Criteria, naming: Naming, new: str) -> Criteria:
    if isinstance(criteria, Cut):
        return attrs.evolve(criteria, selection=_selection(criteria.selection, naming, new))
    return _selection(criteria, naming, new)


def _selection(selection: Selection, naming: Naming, new: str) -> Selection:
    match selection:
        case Part():
            return _part(selection, naming, new)
        case Figure(part=part):
            return attrs.evolve(selection, part=_part(part, naming, new))
        case Followed(first=first, then=then, without=without):
            return attrs.evolve(
                selection,
                first=_part(first, naming, new),
                then=_part(then, naming, new),
                without=None if without is None else _part(without, naming, new),
            )
        case Not(item):
            return Not(_selection(item, naming, new))
        case AllOf(items):
            return AllOf(tuple(_selection(item, naming, new) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(_selection(item, naming, new) for item in items))
        case InSegment(segment_no) if naming.table == SegmentHeader.__table__:
            return InSegment(new) if to_code(segment_no) == naming.key else selection
        case _:
            return selection


def _part(part: Part, naming: Naming, new: str) -> Part:
    schema = contact_schema()
    conditions = [
        attrs.evolve(each, filter=_filter(each.filter, naming, new))
        if _refers(schema, part.table, each.field, naming.table)
        else each
        for each in part.conditions
    ]
    return attrs.evolve(part, conditions=conditions)


def _refers(schema: Schema, table: str, field: str, to: str) -> bool:
    """Whether a field that criteria name holds the key of a table; a host's own never does."""
    try:
        return schema.table(table).field(field).refers_to == to
    except UnknownName:
        return False


def _filter(filtered: Filter, naming: Naming, new: str) -> Filter:
    match filtered:
        case Compare(Operator.EQUAL as operator, operand):
            if to_code(operand.text) != to_code(str(naming.key)):
                return filtered
            return Compare(operator, attrs.evolve(operand, text=new))
        case Not(item):
            return Not(_filter(item, naming, new))
        case AllOf(items):
            return AllOf(tuple(_filter(item, naming, new) for item in items))
        case AnyOf(items):
            return AnyOf(tuple(_filter(item, naming, new) for item in items))
        case _:
            return filtered


# -- fields -----------------------------------------------------------------------------------


def names_field(schema: Schema, criteria: Criteria, table: str, field: str) -> bool:
    """Whether criteria ask for a field of a table."""
    return any(
        found_table == table and found_field == field
        for found_table, found_field in _fields_in(schema, criteria)
    )


def _fields_in(schema: Schema, criteria: Criteria) -> Iterator[tuple[str, str]]:
    match criteria:
        case Cut(selection, by):
            yield from _fields_in(schema, selection)
            orders = by.order if isinstance(by, First) else ()
            yield from (_named(schema, schema.base, order.field) for order in orders)
        case AllOf(items) | AnyOf(items):
            for item in items:
                yield from _fields_in(schema, item)
        case Not(item):
            yield from _fields_in(schema, item)
        case Part(table, conditions):
            yield from (_named(schema, table, where.field) for where in conditions)
        case Figure(field=field, part=part):
            yield _named(schema, part.table, field)
            yield from _fields_in(schema, part)
        case Followed(field=field, first=first, then=then, without=without):
            yield _named(schema, first.table, field)
            for part in (first, then, *([] if without is None else [without])):
                yield from _fields_in(schema, part)
        case _:
            return


def _named(schema: Schema, table: str, field: str) -> tuple[str, str]:
    """Table and field by their own names, where criteria may give shorter or other ones."""
    try:
        found = schema.table(table)
        return found.name, found.field(field).name
    except UnknownName:
        return table, field


def own_fields_named(schema: Schema, criteria: Criteria) -> Iterator[tuple[str, Field]]:
    """The tables and fields of a host's own that criteria ask for."""
    ours = contact_schema()
    for table, name in _fields_in(schema, criteria):
        if table in schema.tables and name in schema.tables[table].fields:
            field = schema.tables[table].fields[name]
            if field.extra or table not in ours.tables:
                yield table, field


# -- segments ---------------------------------------------------------------------------------


def walk_segment(segment: Segment, on_record: OnRecord, on_criteria: OnCriteria) -> Segment:
    """A segment with all its records and criteria as they are to be; itself if nothing changes."""

    def on_line(line: SegmentLine) -> SegmentLine:
        texts = line.texts
        new = [on_record(text) for text in texts]
        written = line if new == list(texts) else attrs.evolve(line, own_texts=texts_to_json(new))
        found: SegmentLine = on_record(written)
        return found

    def on_action(action: CriteriaAction) -> CriteriaAction:
        removed = action.removed.mapped(on_line)
        criteria = None if action.criteria is None else on_criteria(action.criteria)
        if removed is action.removed and criteria == action.criteria:
            return action
        return attrs.evolve(action, criteria=criteria, removed=removed)

    def on_undone(undone: Undone) -> Undone:
        action, inserted = on_action(undone.action), undone.inserted.mapped(on_line)
        if action is undone.action and inserted is undone.inserted:
            return undone
        return Undone(action=action, inserted=inserted)

    header, lines = on_record(segment.header), segment.lines.mapped(on_line)
    languages = tuple(on_record(text) for text in segment.languages)
    actions, undone = tuple(map(on_action, segment.actions)), tuple(map(on_undone, segment.undone))
    before = (segment.header, segment.lines, *segment.languages, *segment.actions, *segment.undone)
    after = (header, lines, *languages, *actions, *undone)
    if all(one is other for one, other in zip(before, after, strict=True)):
        return segment
    return attrs.evolve(
        segment, header=header, lines=lines, languages=languages, actions=actions, undone=undone
    )
