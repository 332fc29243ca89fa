"""Giving numbers from series, so that no number is given twice."""

from segmentation.codes import to_code
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup, NumberSeries


def take_no(store: Store, setup_field: str, given: str = "") -> str:
    """A number for a new record: the next of the series, or the one given by hand.

    Args:
        store: Where series and set-up are kept; call this inside a transaction.
        setup_field: The set-up's field that names the series ("segment_nos").
        given: A number given by hand; empty to take the next one.

    Raises:
        Refused: No series is set up; the series has run out; or it allows no numbers by hand.
    """
    setup = store.records.find(MarketingSetup) or MarketingSetup()
    code: str = getattr(setup, setup_field)
    if not code:
        raise Refused(
            "take a number", f"the marketing setup's field {setup_field} names no number series"
        )
    series = store.records.find(NumberSeries, code)
    if series is None:
        raise NotFound("number series", code)
    if given:
        return _by_hand(series, given)
    number = series.next_no()
    store.records.put([series.used(number)])
    return number


def _by_hand(series: NumberSeries, given: str) -> str:
    if not series.manual_nos:
        raise Refused(
            f"number {given!r}",
            f"series {series.code} allows no numbers given by hand; leave the number empty",
        )
    number = to_code(given)
    if not number:
        raise InvalidValue("no", given, "is blank")
    return number
