"""Candidates from one statement: the contacts that would join a segment, in the order of its lines.

Each column is read as one text, so that Python does not handle each row by itself.
"""

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

import sqlalchemy as sa

from segmentation.bitmaps import from_flags
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.fields import fields_of
from segmentation.segments import BARRED, Candidates, Listed, Options
from segmentation.serialization import from_json

from ._dialects import Dialect
from ._tables import Element, FromTable, Test

_FIELDS = {field.name: field for field in fields_of(Contact)}
_TAKEN = ("no", "company_no", "language_code", "correspondence_type", "salesperson_code")
_ORDER = ("company_name", "company_no", "type", "name", "no")

Found: TypeAlias = Callable[[FromTable], Test]
"""The function from the table of contacts to the condition that a contact was found."""


def widened(found: Found, contacts: Callable[[], FromTable], options: Options) -> Found:
    """The contacts that were found, and the further contacts that the options add.

    Args:
        found: The contacts that were found.
        contacts: The table of contacts, under another alias at each call.
        options: Which further contacts to add.
    """
    if options.expand_companies:
        found = _or_company(found, contacts, "company_no")
    if options.allow_related_companies:
        found = _or_company(found, contacts, "no")
    return found


def _or_company(found: Found, contacts: Callable[[], FromTable], name: str) -> Found:
    """The contacts that were found, and those with one of their company numbers in a field."""

    def either(rows: FromTable) -> Test:
        others = contacts()
        company = _value(others, "company_no")
        theirs = sa.select(company).where(found(others), company != "")
        return sa.or_(found(rows), _value(rows, name).in_(theirs))

    return either


def candidates(
    connection: sa.Connection, rows: FromTable, found: Test | None, dialect: Dialect
) -> Candidates:
    """The candidates, read from a database.

    Args:
        connection: The connection to read with.
        rows: The table of contacts.
        found: The condition that a contact is a candidate, ``None`` if all are.
        dialect: The dialect of the database.
    """
    return unpacked(*_columns(connection, chosen_rows(rows, found), dialect))


def chosen_rows(rows: FromTable, found: Test | None) -> sa.Select[Any]:
    """What is asked of the candidates, in the order of the lines.

    Args:
        rows: The table of contacts.
        found: The condition that a contact is a candidate, ``None`` if all are.
    """
    barred = sa.case(
        (_value(rows, "privacy_blocked"), 1),
        (sa.and_(_value(rows, "minor"), sa.not_(_value(rows, "parental_consent_received"))), 2),
        (_value(rows, "exclude_from_segment"), 3),
        else_=0,
    )
    chosen = sa.select(*(_value(rows, name) for name in _TAKEN), barred.label("barred"))
    if found is not None:
        chosen = chosen.where(found)
    return chosen.order_by(*(_value(rows, name) for name in _ORDER))


def _columns(
    connection: sa.Connection, rows: sa.Select[Any], dialect: Dialect
) -> Iterable[Sequence[Any]]:
    """The columns of rows, each as one text where the database can give it so."""
    listed = as_lists(rows, dialect)
    if listed is None:
        found = connection.execute(rows).all()
        return list(zip(*found, strict=True)) or [[] for _ in rows.selected_columns]
    return read_lists(connection.execute(listed).one())


def as_lists(rows: sa.Select[Any], dialect: Dialect) -> sa.Select[Any] | None:
    """The columns of rows as texts, in one row; ``None`` where the database cannot."""
    held = rows.subquery()
    listed = [each for each in map(dialect.listed, held.c) if each is not None]
    return sa.select(*listed) if listed else None


def read_lists(columns: Sequence[str | None]) -> Sequence[Sequence[Any]]:
    """The columns out of the row of `as_lists`."""
    return [from_json(column) if column else [] for column in columns]


def _value(rows: FromTable, name: str) -> Element:
    return rows.value(_FIELDS[name])


def unpacked(nos: Sequence[str], company_nos: Sequence[str], *columns: Sequence[Any]) -> Candidates:
    """Candidates from columns of `chosen_rows`."""
    kinds = list(zip(*columns, strict=True))
    place = {kind: number for number, kind in enumerate(dict.fromkeys(kinds))}
    kind_of = array("I", map(place.__getitem__, kinds))
    who = Listed(
        numbers=tuple(nos),
        company_nos=tuple(company_nos),
        manners=[(language, CorrespondenceType(wish), by) for language, wish, by, _ in place],
        manner_of=kind_of,
    )
    barred = {
        reason: from_flags(bytes(map([kind[-1] == number for kind in place].__getitem__, kind_of)))
        for number, reason in enumerate(BARRED, start=1)
    }
    return Candidates(who, barred)
