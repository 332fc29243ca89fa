"""Candidates out of one statement: who would join a segment, as columns in the order of its lines.

Whole columns come as one text each, so that no row goes through Python by itself.
"""

from array import array
from collections.abc import Callable
from typing import Any, TypeAlias

import sqlalchemy as sa

from segmentation.bitmaps import from_flags
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.fields import fields_of
from segmentation.segments import BARRED, Candidates, Listed, Options
from segmentation.serialization import from_json

from ._compile import Rows
from ._words import Element, Test, Words

_FIELDS = {field.name: field for field in fields_of(Contact)}
_TAKEN = ("no", "company_no", "language_code", "correspondence_type", "salesperson_code")
_ORDER = ("company_name", "company_no", "type", "name", "no")

Found: TypeAlias = Callable[[Rows], Test]
"""Whether the contact of a row was found."""


def widened(found: Found, contacts: Callable[[], Rows], options: Options) -> Found:
    """Who was found, and who comes along with them.

    Args:
        found: Who was found.
        contacts: The rows of all contacts, under a name of their own at each call.
        options: Who comes along.
    """
    if options.expand_companies:
        found = _or_company(found, contacts, "company_no")
    if options.allow_related_companies:
        found = _or_company(found, contacts, "no")
    return found


def _or_company(found: Found, contacts: Callable[[], Rows], name: str) -> Found:
    """Who was found, and contacts who bear one of their company numbers in a field."""

    def either(rows: Rows) -> Test:
        others = contacts()
        company = _value(others, "company_no")
        theirs = sa.select(company).where(found(others), company != "")
        return sa.or_(found(rows), _value(rows, name).in_(theirs))

    return either


def candidates(
    connection: sa.Connection, rows: Rows, found: Test | None, words: Words
) -> Candidates:
    """The candidates that a database finds.

    Args:
        connection: The database.
        rows: The rows of all contacts.
        found: Whether a row's contact is one; ``None`` if all are.
        words: Those of the database.
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
    listed = chosen.order_by(*(_value(rows, name) for name in _ORDER)).subquery()
    columns = connection.execute(sa.select(*map(words.listed, listed.c))).one()
    return _unpacked(*(from_json(column) if column else [] for column in columns))


def _value(rows: Rows, name: str) -> Element:
    return rows.value(_FIELDS[name])


def _unpacked(nos: list[str], company_nos: list[str], *columns: list[Any]) -> Candidates:
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
