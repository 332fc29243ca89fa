"""Keys that tell who is sought, and how engines look for them."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from importlib import import_module
from typing import Literal

import attrs
import narwhals as nw

from segmentation.fields import Field

from ._frames import Frame, Native, distinct, is_eager

_FILLED = "segmentation_filled_"
_BETWEEN = "\x1f"
"""What parts the values of a key in one text. No code has it: it counts as a blank, too."""


@attrs.frozen
class Keys:
    """Keys that tell who is sought.

    Attributes:
        rows: A frame in which they stand, some more than once.
        names: Their columns in it.
        own: The contacts' columns that equal them.
        fill: Those of the contacts' columns that are compared with their blank where missing.
        passing: Whether those with such a key are sought, or those without.
    """

    rows: Frame
    names: list[str]
    own: list[str]
    fill: Mapping[str, Field]
    passing: bool

    @property
    def how(self) -> Literal["semi", "anti"]:
        """The kind of join that finds who is sought."""
        return "semi" if self.passing else "anti"

    @property
    def comparable(self) -> list[str]:
        """The contacts' columns that are compared, those that are filled by another name."""
        return [_FILLED + name if name in self.fill else name for name in self.own]

    def filled(self, frame: Frame) -> Frame:
        """The contacts with the columns that are compared."""
        columns = [
            filled_key(name, field).alias(_FILLED + name) for name, field in self.fill.items()
        ]
        return frame.with_columns(*columns) if columns else frame


def filled_key(name: str, field: Field) -> nw.Expr:
    """A column of a key, its blank where it is missing."""
    value = nw.col(name)
    return value if field.blank is None else value.fill_null(field.blank)


def joined(frame: Frame, joins: Sequence[Keys]) -> Frame:
    """The contacts who are sought, or not, by all the keys.

    On DuckDB and Spark each join is one step of the engine, where Narwhals takes five, or names
    every column: DuckDB binds each step by itself, Spark is asked in another process.
    """
    way = _BY_NAME.get(frame.implementation) if joins else None
    if way is None or not all(map(_is_told_apart, joins)):
        for keys in joins:
            frame = _joined(keys.filled(frame), keys)
        return frame
    for keys in joins:
        frame = keys.filled(frame)
    return nw.from_native(way(frame.to_native(), joins))


def _joined_by_duckdb(contacts: Native, joins: Iterable[Keys]) -> Native:
    alias = contacts.alias
    seen = {alias}
    for keys in joins:
        rows = keys.rows.to_native()
        if rows.alias in seen:
            rows = rows.set_alias(f"{len(seen)} {rows.alias}")
        seen.add(rows.alias)
        contacts = contacts.join(rows, _equal(keys, rows.alias, '"'), keys.how)
    return contacts.set_alias(alias)


def _joined_by_spark(contacts: Native, joins: Iterable[Keys]) -> Native:
    expression = import_module("pyspark.sql.functions").expr
    for place, keys in enumerate(joins):
        alias = f"segmentation_{place}"
        rows = keys.rows.to_native().alias(alias)
        contacts = contacts.join(rows, expression(_equal(keys, alias, "`")), keys.how)
    return contacts


_BY_NAME: Mapping[nw.Implementation, Callable[[Native, Iterable[Keys]], Native]] = {
    nw.Implementation.DUCKDB: _joined_by_duckdb,
    nw.Implementation.PYSPARK: _joined_by_spark,
}


def _equal(keys: Keys, alias: str, mark: str) -> str:
    """The condition that the keys of rows of this name equal those of contacts, in SQL."""

    def quoted(name: str) -> str:
        return mark + name.replace(mark, 2 * mark) + mark

    pairs = zip(keys.comparable, keys.names, strict=True)
    return " AND ".join(f"{quoted(own)} = {quoted(alias)}.{quoted(name)}" for own, name in pairs)


def _joined(frame: Frame, keys: Keys) -> Frame:
    rows = keys.rows
    if is_eager(frame):
        if len(keys.names) == 1:
            return frame.filter(looked_up(keys) if keys.passing else ~looked_up(keys))
        # Eager engines sort out keys that they join on; most are of nobody who is left.
        rows = rows.filter(nw.col(keys.names[0]).is_in(frame[keys.own[0]]))
    return frame.join(rows, how=keys.how, left_on=keys.comparable, right_on=keys.names)


def looked_up(keys: Keys) -> nw.Expr:
    """Whether a contact has one of the keys, which are of one column."""
    own = nw.col(keys.own[0])
    return ~own.is_null() & own.is_in(keys.rows[keys.names[0]])


def has_key(own: Sequence[str], keys: Collection[tuple[str, ...]]) -> nw.Expr:
    """Whether the contacts' columns have the values of one of the keys; never null.

    Args:
        own: The columns, all of texts; what is missing in one is blank.
        keys: The values for them. None is blank in front.
    """
    if len(own) == 1:
        value = nw.col(own[0])
        return ~value.is_null() & value.is_in([key[0] for key in keys])
    values = [nw.col(name).fill_null("") for name in own]
    return nw.concat_str(values, separator=_BETWEEN).is_in([_BETWEEN.join(key) for key in keys])


def flagged(frame: Frame, keys: Keys, flag: str) -> Frame:
    """The contacts with a column that is filled where a key equals theirs."""
    named = [f"{flag}_{n}" for n in range(len(keys.names))]
    renamed = [nw.col(key).alias(name) for key, name in zip(keys.names, named, strict=True)]
    rows = distinct(keys.rows.select(*renamed)).with_columns(nw.lit(value=True).alias(flag))
    return keys.filled(frame).join(rows, how="left", left_on=keys.comparable, right_on=named)


def _is_told_apart(keys: Keys) -> bool:
    """Whether no column of the rows bears the name of one of the contacts' columns."""
    known = {name.casefold() for name in keys.rows.columns}
    return known.isdisjoint(name.casefold() for name in keys.comparable)
