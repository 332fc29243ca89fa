"""A segment as frames: its lines, who was left out, who came and who went since another time.

Nothing is read here: all frames are plans of their engine, which writes what comes of them.
"""

from typing import Any

import attrs
import narwhals as nw

from segmentation.errors import InvalidValue, Message
from segmentation.segments import BARRED, LeftOutReason, Options

from ._candidates import BARRED_PLACE, columns_of, selected
from ._frames import Frame, Native, collected, distinct, is_eager, lazily, narrowed
from ._keys import Keys, joined
from ._members import CONTACT_NO, lines_frame, member_keys
from ._question import Question

_OF_CONTACTS = {
    CONTACT_NO: "no",
    "contact_company_no": "company_no",
    "language_code": "language_code",
    "correspondence_type": "correspondence_type",
    "salesperson_code": "salesperson_code",
}
"""The fields of lines that come from contacts, each with the contact's field."""

_FOUND = "segmentation_found"


@attrs.frozen
class ComparedLines:
    """Who came and who went between two frames of lines.

    Attributes:
        came: The lines of those who are in the second frame alone.
        went: The lines of those who were in the first frame alone, as they were.
    """

    came: Native = attrs.field(repr=lambda frame: type(frame).__name__)
    went: Native = attrs.field(repr=lambda frame: type(frame).__name__)


def compare_lines(*, before: Native, after: Native) -> ComparedLines:
    """Who came into a segment and who went, told by the numbers on its lines.

    Args:
        before: A frame with a column ``contact_no``, such as a table that lines were written to.
        after: Another one of the same engine.

    Raises:
        UnknownName: One has no such column.
        InvalidValue: What is given is no frame, or the frames are not of one engine.

    >>> import polars as pl
    >>> week_1 = pl.DataFrame({"contact_no": ["A", "B"]})
    >>> week_2 = pl.DataFrame({"contact_no": ["B", "C"]})
    >>> found = compare_lines(before=week_1, after=week_2)
    >>> found.came["contact_no"].to_list(), found.went["contact_no"].to_list()
    (['C'], ['A'])
    """
    first, second = lines_frame("before", before), lines_frame("after", after)
    if first.implementation is not second.implementation or is_eager(first) is not is_eager(second):
        reason = Message("is not of the same kind as the frame that it is compared with")
        raise InvalidValue("after", type(after).__name__, reason)
    return ComparedLines(came=_without(second, first), went=_without(first, second))


def _without(lines: Frame, others: Frame) -> Native:
    found = joined(lazily(lines), [member_keys(others, CONTACT_NO, wanted=False)])
    return (collected(found) if is_eager(lines) else found).to_native()


def lines_in(question: Question, options: Options) -> Frame:
    """The lines of those whom a question finds and who may join, in no order."""
    found = _candidates(question, options).filter(~_is_barred(_barring(options)))
    return found.select(*_of_lines(found))


def left_out_in(question: Question, options: Options) -> Frame:
    """The lines of those whom a question finds and who may not join, each with the reason."""
    barring = _barring(options)
    found = _candidates(question, options).filter(_is_barred(barring))
    reason: Any = nw.col(BARRED_PLACE).cast(nw.String())
    for place, each in barring.items():
        test = nw.col(BARRED_PLACE) == place
        reason = nw.when(test).then(nw.lit(each.value)).otherwise(reason)
    return found.select(*_of_lines(found), reason.alias("reason"))


def _of_lines(found: Frame) -> list[nw.Expr]:
    known = found.collect_schema()
    return [nw.col(field).alias(name) for name, field in _OF_CONTACTS.items() if field in known]


def _barring(options: Options) -> dict[int, LeftOutReason]:
    """The reasons that count, by their places."""
    ignored = {LeftOutReason.EXCLUDED} if options.ignore_exclusion else set()
    return {place: each for place, each in enumerate(BARRED, start=1) if each not in ignored}


def _is_barred(barring: dict[int, LeftOutReason]) -> nw.Expr:
    barred: nw.Expr = nw.col(BARRED_PLACE).is_in(list(barring))
    return barred


def _candidates(question: Question, options: Options) -> Frame:
    columns, frame = columns_of(question), lazily(question.contacts)
    asked = question.needed(frame, columns) if is_eager(frame) else frame
    found = _with_companies(question, question.those_among(asked), asked, options)
    return selected(columns, found)


def _with_companies(question: Question, found: Frame, frame: Frame, options: Options) -> Frame:
    """Those who were found, and the further contacts that the options add."""
    key, company = question.key, question.column("company_no")
    if company is None or not (options.expand_companies or options.allow_related_companies):
        return found
    companies = found.select(nw.col(company.name).alias(_FOUND)).filter(nw.col(_FOUND) != "")
    numbers = [found.select(nw.col(key).alias(_FOUND))]
    if options.expand_companies:
        colleagues = joined(frame, [Keys(companies, [_FOUND], [company.name], {}, passing=True)])
        numbers.append(colleagues.select(nw.col(key).alias(_FOUND)))
    if options.allow_related_companies:
        numbers.append(companies)
    everybody = distinct(nw.concat([narrowed(each, [_FOUND]) for each in numbers]))
    return joined(frame, [Keys(everybody, [_FOUND], [key], {}, passing=True)])
