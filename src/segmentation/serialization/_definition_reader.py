"""Reads selections as people write them, and tells all that is wrong with them at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeVar

import attrs

from segmentation.criteria import (
    AllOf,
    AnyOf,
    Aspect,
    Criteria,
    Cut,
    Figure,
    First,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Part,
    Sample,
    Selection,
    Where,
    parse,
)
from segmentation.errors import FilterError, Message, UnknownName, UsageError
from segmentation.showing import shown_by

from ._definitions import TAGS
from ._placed import Path
from ._values import JSON

_FEWEST = 2

T = TypeVar("T")
OptionT = TypeVar("OptionT", bound=StrEnum)


@shown_by("path", "reason", "position")
@attrs.frozen
class DefinitionFault:
    """What is wrong in a definition, and where.

    Attributes:
        path: What leads to it.
        reason: What is wrong.
        position: The place in the filter text, ``None`` if the key is at fault.
        field: The table's field, as far as it is known.
    """

    path: Path
    reason: Message
    position: int | None = None
    field: str = ""


class _Wrong(Exception):  # noqa: N818 - never leaves the reader
    """Something was told already."""


class DefinitionReader:
    """Reads definitions and keeps all that is wrong in them.

    Args:
        look: Tells what a selection of one condition does not find in a schema: the error, or
            ``None``.
    """

    def __init__(self, look: Callable[[Criteria], UsageError | None]) -> None:
        self.faults: list[DefinitionFault] = []
        self._look = look

    def criteria(self, data: JSON, path: Path) -> Criteria | None:
        """A selection; ``None`` if something is wrong with it, which the faults tell."""
        count = len(self.faults)
        try:
            found = self._node(data, path)
        except _Wrong:
            return None
        except RecursionError:
            self.tell(path, Message("are nested too deep to be read"))
            return None
        if len(self.faults) > count:
            return None
        error = self._look(found)
        if error is not None:
            self._tell_error(path, error)
            return None
        return found

    def tell(self, path: Path, reason: Message, *, position: int | None = None) -> None:
        """Keep a fault."""
        self.faults.append(DefinitionFault(path, reason, position))

    def object(self, data: JSON, path: Path) -> dict[str, JSON] | None:
        """An object; ``None`` if it is none, which is told."""
        if isinstance(data, dict):
            return dict(data)
        self.tell(path, Message("is no table with keys"))
        return None

    def known(self, data: JSON, path: Path, names: Iterable[str]) -> dict[str, JSON] | None:
        """An object, whose unknown keys are told; ``None`` if it is none."""
        found = self.object(data, path)
        allowed = tuple(names)
        for key in found or ():
            if key not in allowed:
                error = UnknownName("key", key, known=allowed)
                self.faults.append(DefinitionFault((*path, key), error.message))
        return found

    def value(self, kind: type[T], data: Mapping[str, JSON], path: Path, default: T) -> T:
        """A value of just this type; one that is missing is the default."""
        value = data.get(str(path[-1]), default)
        if type(value) is kind or value is default:
            return value
        self.tell(path, _NOT[kind], position=0)
        return default

    def option(self, kind: type[OptionT], data: Mapping[str, JSON], path: Path) -> OptionT | None:
        """A name of an enumeration; ``None`` if it is missing or unknown, which is told."""
        name = str(path[-1])
        if name not in data:
            self.tell(path[:-1], Message("lacks the key {name!r}", name=name))
            return None
        text = data[name]
        if not isinstance(text, str):
            self.tell(path, _NOT[str], position=0)
        elif text in set(kind):
            return kind(text)
        else:
            error = UnknownName("option", text, known=list(map(str, kind)))
            self.tell(path, error.message, position=0)
        return None

    # -- nodes ----------------------------------------------------------------------------------

    def _node(self, data: JSON, path: Path) -> Criteria:
        if not isinstance(data, dict) or not data:
            self.tell(path, Message("is no selection; name tables with their fields and filters"))
            raise _Wrong
        found = list(self._entries(data, path))
        if len(found) == 1:
            return found[0]
        return AllOf(tuple(self._selections(found, path)))

    def _entries(self, data: dict[str, JSON], path: Path) -> Iterator[Criteria]:
        """What each key says; one that is wrong does not hide the others."""
        wrong = False
        for key, value in data.items():
            try:
                inner = (*path, key)
                made = (
                    self._part(key, value, inner)
                    if key not in TAGS
                    else self._tagged(key, value, inner)
                )
                yield made
            except _Wrong:
                wrong = True
        if wrong:
            raise _Wrong

    def _tagged(self, tag: str, value: JSON, path: Path) -> Criteria:
        match tag:
            case "all":
                return AllOf(tuple(self._several(value, path)))
            case "any":
                return AnyOf(tuple(self._several(value, path)))
            case "not":
                return Not(self._selection(value, path))
            case "in_segment":
                return InSegment(self._whole(str, value, path))
            case "in_logged_segment":
                return InLoggedSegment(self._whole(int, value, path))
            case "in_share":
                data = self._known(value, path, ("seed", "start", "stop"))
                seed = self._needed(str, data, path, "seed")
                numbers = (self._needed(int, data, path, name) for name in ("start", "stop"))
                return InShare(seed, *numbers)
            case "part":
                return self._stored_part(value, path)
            case "figure":
                return self._figure(value, path)
            case "followed":
                return self._followed(value, path)
            case _:
                return self._cut(tag, value, path)

    def _several(self, value: JSON, path: Path) -> Iterator[Selection]:
        if not isinstance(value, list):
            self.tell(path, Message("is no list of selections"))
            raise _Wrong
        if len(value) < _FEWEST:
            self.tell(path, Message("needs two selections at least"))
            raise _Wrong
        wrong, found = False, []
        for place, each in enumerate(value):
            try:
                found.append(self._selection(each, (*path, place)))
            except _Wrong:
                wrong = True
        if wrong:
            raise _Wrong
        yield from found

    def _selection(self, value: JSON, path: Path) -> Selection:
        (found,) = self._selections([self._node(value, path)], path)
        return found

    def _selections(self, found: Iterable[Criteria], path: Path) -> Iterator[Selection]:
        for each in found:
            if isinstance(each, Cut):
                self.tell(path, Message("has a cut inside; it goes outermost"))
                raise _Wrong
            yield each

    def _part(self, table: str, value: JSON, path: Path) -> Part:
        if self.object(value, path) is None or not self._is_there(Part(table), path):
            raise _Wrong
        wheres = [
            where
            for name, given in value.items()
            for where in self._conditions(table, name, given, (*path, name))
        ]
        return Part(table, tuple(wheres))

    def _conditions(self, table: str, name: str, given: JSON, path: Path) -> Iterator[Where]:
        """The conditions on a field; one that is wrong is told and left out."""
        if isinstance(given, dict):
            for aspect, inner in given.items():
                yield from self._conditions(table, f"{name}.{aspect}", inner, (*path, aspect))
            return
        texts = (
            [((*path, n), each) for n, each in enumerate(given)]
            if isinstance(given, list)
            else [(path, given)]
        )
        field, _, aspect = name.partition(".")
        for place, text in texts:
            if isinstance(text, str):
                yield from self._condition(table, (field, text, aspect), place)
            else:
                self.tell(place, _NOT[str], position=0)

    def _condition(self, table: str, said: tuple[str, str, str], path: Path) -> Iterator[Where]:
        field, text, aspect = said
        if aspect and aspect not in set(Aspect):
            error = UnknownName("aspect", aspect, known=list(map(str, Aspect)))
            self.faults.append(DefinitionFault(path, error.message, field=f"{table}.{field}"))
            return
        try:
            found = parse(text)
        except FilterError as error:
            self._tell_error(path, error.at_field(f"{table}.{field}"))
            return
        if found is None:
            self.tell(path, Message("is empty; say '' for a blank value"), position=0)
            return
        where = Where(field, found, Aspect(aspect) if aspect else None)
        if self._is_there(Part(table, (where,)), path):
            yield where

    def _stored_part(self, value: JSON, path: Path) -> Part:
        data = self._known(value, path, ("table", "where"))
        table = self._needed(str, data, path, "table")
        rows = data.get("where", [])
        if not isinstance(rows, list) or not all(map(_is_row, rows)):
            self.tell((*path, "where"), Message("is no list of [field, filter]"), position=0)
            raise _Wrong
        wheres = [
            where
            for place, (field, text, *aspect) in enumerate(rows)
            for where in self._condition(
                table, (field, text, *(aspect or [""])), (*path, "where", place, 1)
            )
        ]
        return Part(table, tuple(wheres))

    def _part_in(self, data: dict[str, JSON], path: Path, name: str) -> Part:
        found = self._node(data.get(name), (*path, name))
        if not isinstance(found, Part):
            self.tell((*path, name), Message("is not of one table"))
            raise _Wrong
        return found

    def _figure(self, value: JSON, path: Path) -> Figure:
        data = self._known(value, path, ("measure", "field", "of", "filter", "aspect"))
        measure = self._option(Measure, data, (*path, "measure"))
        aspect = self._option(Aspect, data, (*path, "aspect")) if "aspect" in data else None
        field = self.value(str, data, (*path, "field"), "")
        part = self._part_in(data, path, "of")
        text = self._needed(str, data, path, "filter")
        place = (*path, "filter")
        try:
            filtered = parse(text)
        except FilterError as error:
            self._tell_error(place, error)
            raise _Wrong from None
        if filtered is None:
            self.tell(place, Message("is empty; say '' for a blank value"), position=0)
            raise _Wrong
        return Figure(measure, field, part, filtered, aspect)

    def _followed(self, value: JSON, path: Path) -> Followed:
        names = ("field", "first", "then", "within", "later_day", "without")
        data = self._known(value, path, names)
        field = self._needed(str, data, path, "field")
        first, then = (self._part_in(data, path, name) for name in ("first", "then"))
        without = self._part_in(data, path, "without") if "without" in data else None
        within = self._needed(int, data, path, "within") if "within" in data else None
        later_day = self.value(bool, data, (*path, "later_day"), default=False)
        return Followed(field, first, then, within, later_day, without)

    def _cut(self, tag: str, value: JSON, path: Path) -> Cut:
        data = self._known(value, path, ("count", "of", "order" if tag == "first" else "seed"))
        count = self._needed(int, data, path, "count")
        of = self._selection(data.get("of"), (*path, "of"))
        if tag == "sample":
            return Cut(of, Sample(count, self._needed(str, data, path, "seed")))
        rows = data.get("order", [])
        if not isinstance(rows, list) or not all(map(_is_order, rows)):
            reason = Message("is no list of [field, true for downwards]")
            self.tell((*path, "order"), reason, position=0)
            raise _Wrong
        return Cut(of, First(count, tuple(Order(field, down) for field, down in rows)))

    # -- values ---------------------------------------------------------------------------------

    def _needed(self, kind: type[T], data: dict[str, JSON], path: Path, name: str) -> T:
        if name not in data:
            self.tell(path, Message("lacks the key {name!r}", name=name))
            raise _Wrong
        return self._whole(kind, data[name], (*path, name))

    def _whole(self, kind: type[T], value: JSON, path: Path) -> T:
        if type(value) is not kind:
            self.tell(path, _NOT[kind], position=0)
            raise _Wrong
        return value

    def _option(self, kind: type[OptionT], data: dict[str, JSON], path: Path) -> OptionT:
        found = self.option(kind, data, path)
        if found is None:
            raise _Wrong
        return found

    def _known(self, data: JSON, path: Path, names: Iterable[str]) -> dict[str, JSON]:
        found = self.known(data, path, names)
        if found is None:
            raise _Wrong
        return found

    def _is_there(self, criteria: Criteria, path: Path) -> bool:
        error = self._look(criteria)
        if error is not None:
            self._tell_error(path, error)
        return error is None

    def _tell_error(self, path: Path, error: UsageError) -> None:
        if isinstance(error, FilterError):
            self.faults.append(DefinitionFault(path, error.summary, error.position, error.field))
        else:
            position = None if isinstance(error, UnknownName) else 0
            self.faults.append(DefinitionFault(path, error.message, position))


def _is_row(row: JSON) -> bool:
    return isinstance(row, list) and len(row) in {2, 3} and all(isinstance(x, str) for x in row)


def _is_order(row: JSON) -> bool:
    return isinstance(row, list) and [type(each) for each in row] == [str, bool]


_NOT: Mapping[type, Message] = {
    str: Message("is no text"),
    int: Message("is no whole number"),
    bool: Message("is neither true nor false"),
}
