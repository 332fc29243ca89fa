"""One bound selection, asked of frames: expressions, semi- and anti-joins of their engine."""

from collections.abc import Collection, Iterable
from typing import Any, NoReturn, TypeGuard, assert_never

import narwhals as nw

from segmentation.codes import to_code
from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundFigure,
    BoundFilter,
    BoundFollowed,
    BoundNode,
    BoundPart,
    BoundSelection,
    BoundWhere,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Table,
    merged,
    to_value_test,
)
from segmentation.errors import Identifier, Message, Refused
from segmentation.fields import Field, FieldType

from ._finishing import deciding_keys, passing_numbers, passing_values
from ._following import Pairs
from ._frames import Column, Frame, Frames, distinct, is_eager, lazily, narrowed
from ._keys import Keys, filled_key, flagged, has_key, joined, looked_up
from ._members import Members, is_frame, member_keys
from ._nodes import (
    Linked,
    at_leaves,
    fields_read,
    is_joined,
    is_own,
    linked_in,
    own_needed,
    part_of,
    segments_in,
    why_at_hand,
)
from ._predicates import (
    DAY_OF_TIME,
    InexactError,
    Test,
    all_of,
    among,
    any_of,
    different,
    is_filled,
    is_value,
    kept,
    negated,
    to_test,
    with_missing,
)

_JOINED = 30
"""How many linked parts are joined. More of them are looked at by Python, row by row."""

_FLAG, _FIGURE = "segmentation_flag", "segmentation_figure"


class Question:
    """One bound selection, asked of frames.

    Args:
        bound: The selection; its cut is left out of account.
        frames: The frames.
        members: Gives the contacts of segments.
    """

    def __init__(self, bound: BoundSelection, frames: Frames, members: Members) -> None:
        self._bound = bound
        self._node = None if bound.node is None else at_leaves(merged(bound.node))
        self._base = bound.schema.table(bound.schema.base)
        self._frames = frames
        self._members = members
        self._known_members: dict[InSegment | InLoggedSegment, Collection[str] | Frame] = {}
        self._flags = 0
        self.is_wider = False
        """Whether what is found bears columns of ours."""
        self.key = frames.key(self._base, bound.schema.key)

    @property
    def contacts(self) -> Frame:
        """The frame of contacts that is asked."""
        return self._frames.of(self._base)

    def column(self, field: str) -> Column | None:
        """The column of a contact's field, if there is one."""
        known = self._frames.has(self._base, field)
        return self._frames.column(self._base, field) if known else None

    @property
    def at_hand(self) -> bool:
        """Whether Python can finish what the engine cannot do."""
        return self._frames.at_hand

    def needed(self, frame: Frame, also: Iterable[str] = ()) -> Frame:
        """A frame of contacts with the columns that are looked at, and some more."""
        read = fields_read(self._node, self._bound.schema) if self._node is not None else ()
        own = (field for table, field in read if table.name == self._base.name)
        names = [self._frames.column(self._base, field).name for field in (*own, *also)]
        return narrowed(frame, [self.key, *names])

    def plain_rows(self, frame: Frame, also: Iterable[str]) -> list[dict[str, Any]]:
        """The rows of contacts, with their number and some other fields, as mappings."""
        return self._frames.plain_rows(frame, self._base, [self._bound.schema.key, *also])

    def those_among(self, frame: Frame) -> Frame:
        """The rows of a frame of contacts that pass, perhaps with columns of ours behind."""
        if self._node is None:
            return frame
        nodes = self._node.items if isinstance(self._node, AllOf) else [self._node]
        return self._passing_all(nodes, frame)

    def _passing_all(self, nodes: Iterable[BoundNode], frame: Frame) -> Frame:
        """Own fields are looked at first and together, then rows that are joined, then the rest.

        Of the rest, too, what own fields must meet is asked first: fewer contacts are joined.
        """
        own: list[Test] = []
        linked: list[tuple[Linked, bool]] = []
        rest: list[BoundNode] = []
        members: list[Keys] = []
        for node in nodes:
            item, wanted = (node.item, False) if isinstance(node, Not) else (node, True)
            if self._is_own(node):
                own.append(self._test(node, frame)[1])
            elif self._is_joined(item):
                linked.append((item, wanted))
            elif (lines := self._lines_of(item)) is not None:
                members.append(member_keys(lines, self.key, wanted=wanted))
            else:
                rest.append(node)
                needed = own_needed(node, self._is_own)
                own += [] if needed is None else [self._test(needed, frame)[1]]
        filled = dict(
            self._first_key(item) for item, wanted in linked if self._by_rows(item, wanted)
        )
        joins = [self._keys(item, wanted=wanted, filled=filled) for item, wanted in linked]
        blanks = [self._is_filled(*each) for each in filled.items() if each[0] != self.key]
        frame = joined(kept(frame, all_of([*own, *blanks]), self.key), [*joins, *members])
        for node in rest:
            frame, test = self._test(node, frame)
            frame = kept(frame, test, self.key)
        return frame

    def _test(self, node: BoundNode, frame: Frame) -> tuple[Frame, Test]:
        """A test of a node; the frame bears a flag for each linked part that it looks at."""
        match node:
            case BoundPart(table, conditions) if table.link is None:
                return frame, all_of(self._where(table, where) for where in conditions)
            case BoundPart() | BoundFigure() | BoundFollowed() if self._is_joined(node):
                return self._flagged(node, frame)
            case BoundPart() | BoundFigure() | BoundFollowed() if self._is_keyed(node):
                return frame, self._by_stored_rows(node)
            case BoundPart() | BoundFigure() | BoundFollowed() | InShare():
                return frame, self._by_reference(node, frame)
            case InSegment() | InLoggedSegment():
                return self._among_members(node, frame)
            case Not(item):
                frame, test = self._test(item, frame)
                return frame, negated(test)
            case AllOf() | AnyOf() if self.at_hand and linked_in(node) > _JOINED:
                return frame, self._by_reference(node, frame)
            case AllOf(items) | AnyOf(items):
                tests = []
                for item in items:
                    frame, test = self._test(item, frame)
                    tests.append(test)
                return frame, (all_of if isinstance(node, AllOf) else any_of)(tests)
            case _:
                assert_never(node)

    def _is_own(self, node: BoundNode) -> bool:
        """Whether a node looks at a contact's own fields alone, and at numbers that are listed."""
        return is_own(node) and all(self._lines_of(each) is None for each in segments_in(node))

    def _members_of(self, node: InSegment | InLoggedSegment) -> Collection[str] | Frame:
        if node not in self._known_members:
            self._known_members[node] = (
                self._members.of_segment(node.segment_no)
                if isinstance(node, InSegment)
                else self._members.of_logged(node.entry_no)
            )
        return self._known_members[node]

    def _lines_of(self, node: BoundNode) -> Frame | None:
        """The frame on whose lines the contacts of a segment stand, if it is one."""
        if not isinstance(node, InSegment | InLoggedSegment):
            return None
        members = self._members_of(node)
        return members if is_frame(members) else None

    def _among_members(self, node: InSegment | InLoggedSegment, frame: Frame) -> tuple[Frame, Test]:
        lines = self._lines_of(node)
        if lines is None:
            return frame, self._among(self._members_of(node))
        return self._marked(member_keys(lines, self.key, wanted=True), frame)

    def _among(self, members: Collection[str]) -> Test:
        return among(self.key, sorted(members))

    def _is_keyed(self, node: Linked) -> bool:
        """Whether rows of the store decide, linked by nothing but fields of contacts."""
        table = part_of(node).table
        link = table.link
        return self._frames.is_stored(table) and not (link and (link.through or link.only))

    def _is_joined(self, node: BoundNode) -> TypeGuard[Linked]:
        """Whether a node is answered by a join: the engine can do all of it exactly."""
        if not is_joined(node) or self._frames.is_stored(part_of(node).table):
            return False
        match node:
            case BoundFollowed():
                pairs = self._pairs(node)
                return self._shows_days(pairs.column) and pairs.is_exact
            case BoundFigure(Measure.DISTINCT, Field() as field, part):
                column = self._frames.column(part.table, field.name)
                return self._shows_days(column) and self._is_counted(column, part.table)
            case _:
                return True

    def _shows_days(self, column: Column) -> bool:
        if not column.shows_days and not self.at_hand:
            self._refuse_inexact(column, DAY_OF_TIME)
        return column.shows_days

    def _is_counted(self, column: Column, table: Table) -> bool:
        """Whether the engine tells the values of a column apart as the library does."""
        if not self._frames.at_hand:
            return True
        if column.field.type is not FieldType.CODE:
            return column.is_typed
        frame = self._frames.of(table)
        return column.is_typed and not passing_values(frame, column, lambda v: to_code(v) != v)

    # -- linked tables ----------------------------------------------------------------------

    def _first_key(self, linked: Linked) -> tuple[str, Field]:
        """The contacts' column that goes in front of a key, and the field that it is."""
        table = part_of(linked).table
        row, own = table.link.on[0] if table.link else ("", "")
        return self._frames.key(self._base, own), table.field(row)

    def _is_filled(self, key: str, field: Field) -> nw.Expr:
        return is_filled(key, field, self._frames.made_by)

    def _by_rows(self, linked: Linked, wanted: bool) -> bool:  # noqa: FBT001
        """Whether those who are sought are found by their rows, and not by having none."""
        return wanted is not self._passes_without_rows(linked)

    def _keys(self, linked: Linked, *, wanted: bool, filled: Collection[str] = frozenset()) -> Keys:
        """Keys of those who pass, or of those who do not if one can pass without any row.

        A blank in front links nothing. It is left out of the rows, or else of the contacts, of
        whom there are fewer: but only those who are sought by their rows can be left out. What
        is missing behind it is filled, for engines do not find it equal to itself; unless the
        contacts' columns are filled ones, which a blank does not equal.
        """
        part = part_of(linked)
        table = part.table
        pairs = table.link.on if table.link else ()
        fields = [table.field(field) for field, _ in pairs]
        own = [self._frames.key(self._base, field) for _, field in pairs]
        names = [self._frames.key(table, field) for field, _ in pairs]
        passing = self._by_rows(linked, wanted)
        followed = isinstance(linked, BoundFollowed)
        tests = [] if followed else self._conditions(part)
        blanks = [] if passing else [self._is_filled(names[0], fields[0])]
        rows = kept(lazily(self._frames.of(table)), all_of([*tests, *blanks]), names[0])
        further = zip(own[1:], names[1:], fields[1:], strict=True)
        behind = [each for each in further if each[0] not in filled]
        if behind:
            self.is_wider = True
            rows = rows.with_columns(*(filled_key(name, field) for _, name, field in behind))
        fill = {name: field for name, _, field in behind}
        if isinstance(linked, BoundFigure):
            rows = self._measured(linked, rows, names)
        if isinstance(linked, BoundFollowed):
            rows = self._paired(linked, rows, names)
        return Keys(narrowed(rows, names) if is_eager(rows) else rows, names, own, fill, passing)

    def _passes_without_rows(self, linked: Linked) -> bool:
        if not isinstance(linked, BoundFigure):
            return False
        compared = _compared_field(linked)
        return to_value_test(linked.filter, compared)(compared.blank)

    def _measured(self, figure: BoundFigure, rows: Frame, names: list[str]) -> Frame:
        """The keys whose figure passes, or else fails, whichever takes a row."""
        if figure.field is None:
            measured = nw.len()
        elif figure.measure is Measure.DISTINCT:
            column = self._frames.column(figure.part.table, figure.field.name)
            rows = kept(rows, is_value(column), names[0])
            rows = distinct(rows.select(nw.col(*names), different(column).alias(_FIGURE)))
            measured = nw.len()
        else:
            value = nw.col(self._frames.column(figure.part.table, figure.field.name).name)
            measured = {
                Measure.COUNT: value.sum,
                Measure.SUM: value.sum,
                Measure.EARLIEST: value.min,
                Measure.LATEST: value.max,
            }[figure.measure]()
        found = rows.group_by(names).agg(measured.alias(_FIGURE))
        dtype = found.collect_schema()[_FIGURE]
        place = f"{figure.part.table.name} {figure.measure}"
        zone = self._bound.as_of.zone
        column = Column(_FIGURE, _compared_field(figure), dtype, self._frames.made_by, place, zone)
        turned = self._passes_without_rows(figure)
        test = self._compared(column, found, Not(figure.filter) if turned else figure.filter)
        return kept(found, test, names[0])

    def _conditions(self, part: BoundPart) -> list[Test]:
        return [self._where(part.table, where) for where in part.conditions]

    def _paired(self, followed: BoundFollowed, rows: Frame, names: list[str]) -> Frame:
        """The keys of the contacts that have rows one after the other."""
        met = [kept(rows, all_of(self._conditions(part)), names[0]) for part in followed.parts]
        return self._pairs(followed, names).among(*met)

    def _pairs(self, followed: BoundFollowed, names: Iterable[str] = ()) -> Pairs:
        column = self._frames.column(followed.table, followed.field.name)
        return Pairs(column, followed, list(names))

    def _flagged(self, linked: Linked, frame: Frame) -> tuple[Frame, Test]:
        turned = self._passes_without_rows(linked)
        frame, found = self._marked(self._keys(linked, wanted=turned), frame)
        return frame, ~found if turned else found

    def _marked(self, keys: Keys, frame: Frame) -> tuple[Frame, nw.Expr]:
        """A test that a contact has one of the keys, and the frame that it looks at."""
        if is_eager(frame) and len(keys.names) == 1:
            return frame, looked_up(keys)
        self._flags += 1
        self.is_wider = True
        flag = f"{_FLAG}{self._flags}"
        return flagged(frame, keys, flag), ~nw.col(flag).is_null()

    # -- fields -----------------------------------------------------------------------------

    def _where(self, table: Table, where: BoundWhere) -> Test:
        column = self._frames.column(table, where.field.name)
        return self._compared(column, self._frames.of(table), where.filter)

    def _compared(self, column: Column, frame: Frame, item: BoundFilter) -> Test:
        passes = to_value_test(item, column.field)
        blank_passes = passes(column.field.blank)
        try:
            return to_test(column, item, blank_passes=blank_passes)
        except InexactError as error:
            if not self._frames.at_hand:
                self._refuse_inexact(column, error.what)
        found = passing_values(frame, column, passes)
        test = nw.col(column.name).is_in(found) if found else False
        return with_missing(column.value, test, blank_passes=blank_passes)

    def _by_reference(self, node: BoundNode, frame: Frame) -> Test:
        """A test of the numbers that the reference predicate finds among those who are left."""
        if not self._frames.at_hand:
            self._refuse(why_at_hand(node))
        found = passing_numbers(node, self._bound, self._frames, frame, self._members)
        return self._among(found)

    def _by_stored_rows(self, node: Linked) -> Test:
        """A test of the contacts' fields that link the rows, which are looked at in Python."""
        link = part_of(node).table.link
        own = [self._frames.key(self._base, name) for _, name in link.on] if link else []
        keys, without = deciding_keys(node, self._bound, self._frames)
        test: Test = has_key(own, keys) if keys else False
        return negated(test) if without else test

    def _refuse_inexact(self, column: Column, what: Message) -> NoReturn:
        reason = "{place}: {what} cannot be done exactly there"
        self._refuse(Message(reason, place=Identifier(column.place), what=what))

    def _refuse(self, reason: str) -> NoReturn:
        step = Message("select on {engine}", engine=self._frames.made_by.value)
        raise Refused(step, reason) from None


def _compared_field(figure: BoundFigure) -> Field:
    """The field that a figure is compared as."""
    if figure.field is None or figure.measure is Measure.DISTINCT:
        return Field(_FIGURE, FieldType.INTEGER)
    summed = figure.measure in {Measure.COUNT, Measure.SUM}
    return Field(_FIGURE, FieldType.DECIMAL if summed else figure.field.type)
