"""Layouts: templates that show a tree of named data, parts of which are repeated.

A layout of Business Central has no merge fields: its places are bound to the data of a report, by
path. The data come as a host has them, as mappings and rows of mappings, and are brought into one
flat mapping, by which a letter can be kept and filled again: ``/Job/No_Job``, and for rows
``/Job/Job_Task`` (how many there are) and ``/Job/Job_Task[1]/Type``.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from typing import Protocol, TypeAlias, runtime_checkable

import attrs

from segmentation.errors import Fault, InvalidValue, Message, Rejected
from segmentation.fields import Value
from segmentation.showing import shown_by

from ._forms import Form

DataPath: TypeAlias = tuple[str, ...]
"""Names from the top down."""

Given: TypeAlias = "Value | bytes | Mapping[str, Given] | Sequence[Mapping[str, Given]]"
"""What a host gives under one name: a value, a picture, a group of names, or rows of them."""

Ours: TypeAlias = Callable[[DataPath], Value]
"""Gives what is known without the host; raises `KeyError` for what is not."""

MISSING_DATA = "missing_data"
"""The code of the fault of a layout for which the host gave too little."""


@attrs.frozen
class LayoutPart:
    """What is shown once: the whole of a layout, or a row of what is repeated in it.

    Attributes:
        path: Where its data are; empty for the whole.
        fields: What it shows, by path, without what its own repeated parts show.
        parts: What is repeated in it.
    """

    path: DataPath = ()
    fields: tuple[DataPath, ...] = ()
    parts: tuple["LayoutPart", ...] = ()


@shown_by("name", "whole.fields", "pictures")
@attrs.frozen
class Layout:
    """What a layout shows.

    Attributes:
        name: Its report's name and number: ``Email_Merge/5084``.
        whole: The names that it shows.
        pictures: Those of them that are pictures.
    """

    name: str
    whole: LayoutPart
    pictures: frozenset[DataPath] = frozenset()


@runtime_checkable
class FormOfLayout(Form, Protocol):
    """A form that may be a layout."""

    @property
    def layout(self) -> Layout | None:
        """What it shows besides its fields; ``None`` if nothing."""


def layout_values(
    layout: Layout, given: Mapping[str, Given], ours: Ours
) -> tuple[Mapping[str, Value], Sequence[str]]:
    """The data of a layout in one flat mapping, and the names for which there are none.

    A name is looked for in the group or row in which the layout has it, then further out; so
    groups need not be given as such. Of what is repeated, whatever stands outside of it shows the
    first row, and is blank if there is none. What is missing is blank.

    Args:
        layout: The layout.
        given: What the host gives.
        ours: What we know.

    Raises:
        InvalidValue: A value is of no kind that can be shown where it is to be.
    """
    reader = _Reader(layout.pictures, ours)
    reader.read(layout.whole, "", [given])
    return reader.values, list(dict.fromkeys(reader.missing))


def missing_data(template: str, layout: str, names: Sequence[str]) -> Rejected:
    """The error that says what a host has to give for a layout."""
    reason = Message(
        "the layout {layout} shows {names}; give them by these names (Rendering.extra_fields)",
        layout=layout,
        names=", ".join(names),
    )
    place = Message("template {code}", code=template)
    return Rejected(place, [Fault(place, "", reason, MISSING_DATA)])


def names_of(part: LayoutPart) -> Iterator[str]:
    """The names that a layout shows, those of its repeated parts included."""
    yield from (path[-1] for path in part.fields)
    for inner in part.parts:
        yield inner.path[-1]
        yield from names_of(inner)


class _Reader:
    """Reads the data of a layout as a host gave them."""

    def __init__(self, pictures: frozenset[DataPath], ours: Ours) -> None:
        self.values: dict[str, Value] = {}
        self.missing: list[str] = []
        self._pictures = pictures
        self._ours = ours

    def read(self, part: LayoutPart, key: str, scopes: Sequence[Mapping[str, Given]]) -> None:
        """Read one showing of a part.

        Args:
            part: The part.
            key: What its keys begin with.
            scopes: The data that count, those that are nearest last.
        """
        for path in part.fields:
            names = path[len(part.path) :]
            value = self._value(path, names, scopes)
            self.values[f"{key}/{'/'.join(names)}"] = value
        for inner in part.parts:
            names = inner.path[len(part.path) :]
            own = f"{key}/{'/'.join(names)}"
            found, rows = self._rows(names, scopes)
            self.values[own] = len(rows)
            for number, row in enumerate(rows, start=1):
                self.read(inner, f"{own}[{number}]", [*found, row])

    def _value(
        self, path: DataPath, names: DataPath, scopes: Sequence[Mapping[str, Given]]
    ) -> Value:
        found, has_rows = _entered(names[:-1], scopes)
        for scope in reversed(found):
            value = _named(names[-1], scope)
            if value is not _NOTHING and not isinstance(value, Mapping | list | tuple):
                return self._picture(path, value) if path in self._pictures else _shown(path, value)
        try:
            return self._ours(path)
        except KeyError:
            if has_rows:
                self.missing.append(path[-1])
            return ""

    def _rows(
        self, names: DataPath, scopes: Sequence[Mapping[str, Given]]
    ) -> tuple[Sequence[Mapping[str, Given]], Sequence[Mapping[str, Given]]]:
        """The rows of a repeated part, and the data around them."""
        found, has_rows = _entered(names[:-1], scopes)
        value = _named(names[-1], found[-1])
        if value is _NOTHING:
            if has_rows:
                self.missing.append(names[-1])
            return found, ()
        if isinstance(value, Mapping):
            return found, (value,)
        if not value:
            return found, ()
        if isinstance(value, list | tuple) and all(isinstance(row, Mapping) for row in value):
            return found, value
        raise InvalidValue(names[-1], value, Message("is no list of rows, each a mapping"))

    def _picture(self, path: DataPath, value: object) -> str:
        if not value:
            return ""
        if not isinstance(value, bytes):
            raise InvalidValue(path[-1], value, Message("is no picture; give its bytes"))
        if picture_kind(value) is None:
            reason = Message("is no picture that Word shows: PNG, JPEG, GIF, BMP or TIFF")
            raise InvalidValue(path[-1], value[:8], reason)
        return base64.b64encode(value).decode()


_NOTHING = object()


def _named(name: str, scope: Mapping[str, Given]) -> object:
    """What stands under a name, whose case does not matter."""
    if name in scope:
        return scope[name]
    plain = name.casefold()
    return next((value for key, value in scope.items() if key.casefold() == plain), _NOTHING)


def _entered(
    groups: DataPath, scopes: Sequence[Mapping[str, Given]]
) -> tuple[Sequence[Mapping[str, Given]], bool]:
    """The data around a name, with the groups that are given; no rows at all end the way."""
    found = list(scopes)
    for group in groups:
        inner = _named(group, found[-1])
        if isinstance(inner, Mapping):
            found.append(inner)
        elif isinstance(inner, list | tuple):
            if not inner:
                return found, False
            if not isinstance(inner[0], Mapping):
                raise InvalidValue(group, inner, Message("is no list of rows, each a mapping"))
            found.append(inner[0])
    return found, True


def _shown(path: DataPath, value: object) -> Value:
    if value is None or isinstance(value, str | float | int | Decimal | date | time):
        return value  # type: ignore[return-value]  # a float is written as any number is
    raise InvalidValue(path[-1], value, Message("is no value of a field"))


_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "png",
    b"\xff\xd8\xff": "jpeg",
    b"GIF8": "gif",
    b"BM": "bmp",
    b"II*\x00": "tiff",
    b"MM\x00*": "tiff",
}


def picture_kind(content: bytes) -> str | None:
    """The kind of a picture, as its file's ending says it; ``None`` if Word does not show it.

    >>> picture_kind(b"GIF89a..."), picture_kind(b"%PDF")
    ('gif', None)
    """
    return next((kind for mark, kind in _SIGNATURES.items() if content.startswith(mark)), None)
