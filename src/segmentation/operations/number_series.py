"""Giving numbers from series, so that no number is given twice."""

from collections.abc import Callable

import attrs

from segmentation.codes import to_code
from segmentation.errors import Identifier, InvalidValue, Message, NotFound, Refused
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.showing import shown_by


@shown_by("no", "series")
@attrs.frozen
class Numbered:
    """A number and the series that it was taken from; without a series if given by hand."""

    no: str
    series: str = ""


def take_no(store: Store, setup_field: str, given: str = "") -> str:
    """A number for a new record: the next of the series, or the one given by hand.

    Args:
        store: Where series and set-up are kept; call this inside a transaction.
        setup_field: The set-up's field that names the series ("segment_nos").
        given: A number given by hand; empty to take the next one.

    Raises:
        Refused: No series is set up; the series has run out; or it allows no numbers by hand.
    """
    return take_number(store, setup_field, given).no


def take_number(
    store: Store,
    setup_field: str,
    given: str = "",
    *,
    series: str = "",
    taken: Callable[[str], bool] = lambda _: False,
) -> Numbered:
    """A number for a new record, and the series that it comes from.

    Args:
        store: Where series and set-up are kept; call this inside a transaction.
        setup_field: The set-up's field that names the series ("segment_nos").
        given: A number given by hand; empty to take the next one.
        series: Another series than the one that is set up.
        taken: Whether a number is in use; the series passes over such numbers.

    Raises:
        NotFound: There is no such series.
        Refused: No series is set up; the series has run out; it allows no numbers by hand; or
            the number given by hand is in use.
    """
    setup = store.records.find(MarketingSetup) or MarketingSetup()
    code: str = to_code(series) or getattr(setup, setup_field)
    if given:
        return Numbered(_by_hand(store, code, given, taken))
    if not code:
        reason = "the marketing setup's field {field} names no number series"
        raise Refused("take a number", Message(reason, field=Identifier(setup_field)))
    store.log.head()  # whoever takes numbers waits for each other there
    found = _series(store, code)
    while True:
        number = found.next_no()
        found = found.used(number)
        if not taken(number):
            store.records.put([found])
            return Numbered(number, found.code)


def _series(store: Store, code: str) -> NumberSeries:
    series = store.records.find(NumberSeries, code)
    if series is None:
        raise NotFound("number series", code)
    return series


def _by_hand(store: Store, code: str, given: str, taken: Callable[[str], bool]) -> str:
    if code and not _series(store, code).manual_nos:
        reason = "series {code} allows no numbers given by hand; leave the number empty"
        raise Refused(Message("number {given!r}", given=given), Message(reason, code=code))
    number = to_code(given)
    if not number:
        raise InvalidValue("no", given, "is blank")
    if taken(number):
        raise Refused(Message("number {given!r}", given=number), "is in use already")
    return number
