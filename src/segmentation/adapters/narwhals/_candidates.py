"""Candidates out of a frame: read by columns, so that no contact is made for each row."""

from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import narwhals as nw

from segmentation.bitmaps import from_flags
from segmentation.codes import to_code
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.fields import fields_of
from segmentation.segments import BARRED, Candidates, LeftOut, Listed, Options

from ._frames import Column, Frame, collected, is_eager, narrowed
from ._predicates import among, any_of, kept
from ._question import Question

_BLANKS = {field.name: str(field.blank) for field in fields_of(Contact)}
_ORDER = ("company_name", "company_no", "type", "name", "no")
_MANNER = ("language_code", "correspondence_type", "salesperson_code")
_BARRING = ("privacy_blocked", "minor", "parental_consent_received", "exclude_from_segment")
_TEXTS = tuple(dict.fromkeys((*_ORDER, *_MANNER)))
BARRED_PLACE = "segmentation_barred"
"""The column that says which of the reasons `BARRED` bars a contact, from 1, or 0."""


def candidates_in(
    question: Question,
    nos: Collection[str] | None,
    options: Options,
    unread: Sequence[LeftOut],
) -> Candidates:
    """The contacts that pass, or have these numbers, as candidates.

    Args:
        question: The selection, asked of the contacts that can be read.
        nos: The numbers; ``None`` for those whom the question finds.
        options: Which further contacts to add.
        unread: Rows that were found too and cannot be read.
    """
    columns = columns_of(question)
    frame = question.contacts
    if nos is not None:
        found = kept(frame, among(question.key, sorted(nos)), question.key)
    else:
        found = question.those_among(question.needed(frame, columns) if is_eager(frame) else frame)
    if options.expand_companies or options.allow_related_companies:
        found = _with_companies(question, found, options)
    asked = selected(columns, found).sort(*(name for name in _ORDER if name in columns))
    return _unpacked(collected(asked), unread)


def columns_of(question: Question) -> Mapping[str, Column]:
    """The columns of contacts that are read of candidates, by their fields."""
    found = ((name, question.column(name)) for name in (*_TEXTS, *_BARRING))
    return {name: column for name, column in found if column is not None}


def selected(columns: Mapping[str, Column], found: Frame) -> Frame:
    """What is read of contacts who were found, by the names of the fields, and `BARRED_PLACE`.

    Raises:
        InvalidValue: A value in a column without a type is not of its field's type.
    """
    for column in columns.values():
        _check(column, found)
    return found.select(*_selected(columns))


def _check(column: Column, found: Frame) -> None:
    """See that what stands in a column without a type is of its field's type.

    Raises:
        InvalidValue: A value is not.
    """
    if not column.is_typed:
        column.typed(collected(narrowed(found, [column.name]))[column.name])


def _with_companies(question: Question, found: Frame, options: Options) -> Frame:
    """The contacts that were found, and the further ones that the options add."""
    key, company = question.key, question.column("company_no")
    if company is None:
        return found
    read = collected(narrowed(found, [key, company.name]))
    nos, company_nos = read[key].to_list(), read[company.name].to_list()
    companies = sorted({to_code(no) for no in company_nos if no} - {""})
    tests = [among(key, nos)]
    if options.expand_companies and companies:
        tests.append(~nw.col(company.name).is_null() & nw.col(company.name).is_in(companies))
    if options.allow_related_companies:
        tests.append(among(key, companies))
    return kept(question.contacts, any_of(tests), key)


def _selected(columns: Mapping[str, Column]) -> Iterator[nw.Expr]:
    """What is read of each contact, by the names of the fields."""
    for name in _TEXTS:
        if name in columns:
            yield _text(columns[name]).alias(name)
    blocked, minor, consent, excluded = (_yes(columns.get(name)) for name in _BARRING)
    reasons = ((blocked, 1), (minor & ~consent, 2), (excluded, 3))
    place: Any = nw.lit(0)
    for test, number in reversed(reasons):
        place = nw.when(test).then(nw.lit(number)).otherwise(place)
    # Of some engines a literal alone is one row: the number makes it one for each contact.
    yield (nw.when(~nw.col(columns["no"].name).is_null()).then(place).otherwise(nw.lit(0))).alias(
        BARRED_PLACE
    )


def _text(column: Column) -> nw.Expr:
    """A text, a code or an option: its blank where it is missing."""
    value, blank = nw.col(column.name), _BLANKS[column.field.name]
    if column.dtype != nw.String():
        # Some versions of pandas write what is missing as a text.
        value = nw.when(~value.is_null()).then(value.cast(nw.String()))
    value = value.fill_null(blank)
    return nw.when(value == "").then(nw.lit(blank)).otherwise(value) if blank else value


def _yes(column: Column | None) -> nw.Expr:
    """A yes or no: no where it is missing."""
    if column is None:
        return nw.lit(value=False)
    value = nw.col(column.name).fill_null(value=False)
    return value if column.is_typed else value.cast(nw.Boolean())


def _unpacked(read: Any, unread: Sequence[LeftOut]) -> Candidates:  # noqa: ANN401 - an eager frame
    count, known = len(read), set(read.columns)
    texts = {
        name: read[name].to_list() if name in known else [_BLANKS[name]] * count for name in _TEXTS
    }
    manners = list(zip(*(texts[name] for name in _MANNER), strict=True))
    different = {manner: _manner(*manner) for manner in dict.fromkeys(manners)}
    place = {manner: number for number, manner in enumerate(dict.fromkeys(different.values()))}
    place_of = {raw: place[manner] for raw, manner in different.items()}
    who = Listed(
        numbers=tuple(texts["no"]),
        company_nos=tuple(map(to_code, texts["company_no"])),
        manners=list(place),
        manner_of=array("I", map(place_of.__getitem__, manners)),
    )
    barred = bytes(read[BARRED_PLACE].to_list())
    places = {
        reason: from_flags(bytes(map(number.__eq__, barred)))
        for number, reason in enumerate(BARRED, start=1)
    }
    return Candidates(who, places, unread)


def _manner(language: str, wish: str, by: str) -> tuple[str, CorrespondenceType, str]:
    return to_code(language), CorrespondenceType(wish), to_code(by)
