"""Candidates out of a frame: read by columns, so that no contact is made for each row."""

from array import array
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import narwhals as nw

from segmentation.bitmaps import from_flags
from segmentation.codes import to_code
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.fields import fields_of
from segmentation.segments import BARRED, Candidates, LeftOut, Listed, Options

from ._frames import Frame, collected, is_eager, narrowed
from ._question import Question
from ._reading import typed_values

_FIELDS = {field.name: field for field in fields_of(Contact)}
_ORDER = ("company_name", "company_no", "type", "name", "no")
_MANNER = ("language_code", "correspondence_type", "salesperson_code")
_BARRING = ("privacy_blocked", "minor", "parental_consent_received", "exclude_from_segment")
_READ = tuple(dict.fromkeys((*_ORDER, *_MANNER, *_BARRING)))


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
    columns = {name: column for name in _READ if (column := question.column(name)) is not None}
    names = [column.name for column in columns.values()]
    frame = question.contacts
    if nos is not None:
        found = frame.filter(nw.col(question.key).is_in(sorted(nos)))
    else:
        needed = question.needed(frame, columns) if is_eager(frame) else frame
        found = question.those_among(needed)
    read = collected(narrowed(found, names))
    if options.expand_companies or options.allow_related_companies:
        further = _with_companies(question, read, options)
        read = collected(narrowed(further, names))
    values = {
        name: typed_values(read[columns[name].name], columns[name]) if name in columns else None
        for name in _READ
    }
    return _unpacked(_sorted(_filled(values, len(read))), unread)


def _with_companies(question: Question, found: Any, options: Options) -> Frame:  # noqa: ANN401 - an eager frame
    """The contacts that were found, and the further ones that the options add."""
    key, company = question.key, question.column("company_no")
    nos = found[key].to_list()
    test = nw.col(key).is_in(nos)
    if company is None:
        return question.contacts.filter(test)
    companies = sorted({to_code(no) for no in found[company.name].to_list() if no} - {""})
    if options.expand_companies:
        test |= ~nw.col(company.name).is_null() & nw.col(company.name).is_in(companies)
    if options.allow_related_companies:
        test |= nw.col(key).is_in(companies)
    return question.contacts.filter(test)


def _filled(values: Mapping[str, list[Any] | None], count: int) -> Mapping[str, Sequence[Any]]:
    """The columns as contacts would have them: blank where missing, codes as codes."""
    filled: dict[str, Sequence[Any]] = {}
    for name, read in values.items():
        blank = _FIELDS[name].blank
        column = [blank] * count if read is None else [v if v is not None else blank for v in read]
        is_code = name in {"no", "company_no", "language_code", "salesperson_code"}
        filled[name] = list(map(to_code, column)) if is_code else column
    return filled


def _sorted(values: Mapping[str, Sequence[Any]]) -> Mapping[str, Sequence[Any]]:
    """The columns in the order of a segment's lines."""
    keys = list(map("\0".join, zip(*(values[name] for name in _ORDER), strict=True)))
    order = sorted(range(len(keys)), key=keys.__getitem__)
    return {name: list(map(column.__getitem__, order)) for name, column in values.items()}


def _unpacked(values: Mapping[str, Sequence[Any]], unread: Sequence[LeftOut]) -> Candidates:
    manners = list(zip(*(values[name] for name in _MANNER), strict=True))
    place = {manner: number for number, manner in enumerate(dict.fromkeys(manners))}
    who = Listed(
        numbers=tuple(values["no"]),
        company_nos=tuple(values["company_no"]),
        manners=[(language, CorrespondenceType(wish), by) for language, wish, by in place],
        manner_of=array("I", map(place.__getitem__, manners)),
    )
    flags = zip(*(values[name] for name in _BARRING), strict=True)
    barred = bytes(_barred(*each) for each in flags)
    places = {
        reason: from_flags(bytes(map(number.__eq__, barred)))
        for number, reason in enumerate(BARRED, start=1)
    }
    return Candidates(who, places, unread)


def _barred(blocked: bool, minor: bool, consent: bool, excluded: bool) -> int:  # noqa: FBT001
    """The place of the first reason against a contact, from 1; 0 if there is none."""
    if blocked:
        return 1
    if minor and not consent:
        return 2
    return 3 if excluded else 0
