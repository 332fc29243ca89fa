"""The holdout register: a share of all contacts that no promotion reaches for a while."""

import math
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from segmentation.campaigns import Holdout
from segmentation.errors import Fault, Message, Rejected
from segmentation.operations.context import Context
from segmentation.operations.records import all_contacts

_PLACE = "holdout"


def hold_out(context: Context, share: Decimal | float, *, until: date) -> Holdout:
    """Hold a share of all contacts out of promotions, from today on; later contacts too.

    Who is in is drawn anew by the random bytes of the context.

    Args:
        context: Store, day and random bytes.
        share: The share as a fraction: 0.1 for one of ten.
        until: The last day.

    Raises:
        Rejected: The share is not between 0 and 1, or the day is blank or over: all of it.
    """
    today = context.day.today
    faults = [*_share_faults(share), *_until_faults(until, today)]
    if faults:
        raise Rejected(Message("the holdout register"), faults)
    with context.store.transaction():
        records = context.store.records
        last = max((each.entry_no for each in records.all(Holdout)), default=0)
        made = Holdout(
            entry_no=last + 1,
            share=Decimal(str(share)),
            starting_date=today,
            ending_date=until,
            key=context.random_bytes().hex(),
        )
        records.put([made])
        return made


def _share_faults(share: object) -> Iterator[Fault]:
    is_number = isinstance(share, float | int | Decimal) and not isinstance(share, bool)
    if not is_number or not math.isfinite(share) or not 0 < share < 1:  # type: ignore[operator,arg-type]
        reason = Message("{value!r} is no share; give a fraction between 0 and 1", value=share)
        yield Fault(_PLACE, "share", reason)


def _until_faults(until: object, today: date) -> Iterator[Fault]:
    if isinstance(until, datetime) or not isinstance(until, date):
        reason = Message("{value!r} is no date; give the last day", value=until)
        yield Fault(_PLACE, "until", reason)
    elif until < today:
        reason = Message("{value} is over; today is {today}", value=until, today=today)
        yield Fault(_PLACE, "until", reason)


def held_out(context: Context, *, on: date | None = None) -> Sequence[str]:
    """The numbers of the contacts that are held out on a day, in their order.

    Args:
        context: Store and day.
        on: The day; today if not given.
    """
    day = on or context.day.today
    registers = [each for each in context.store.records.all(Holdout) if each.holds_on(day)]
    if not registers:
        return ()
    nos = (contact.no for contact in all_contacts(context.store))
    return tuple(sorted(no for no in nos if any(each.has(no) for each in registers)))
