"""What consent is about: contact, purpose, channel, moment; all that is wrong at once."""

import datetime as dt
from collections.abc import Iterator
from typing import Any, TypeAlias

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import Consent, ConsentAct, has_ended
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.errors import Fault, InvalidValue, Message, NotFound, Rejected
from segmentation.operations.context import Context
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.protocols import Store

Moment: TypeAlias = dt.datetime | dt.date
"""A moment; a date is the beginning of its day in the zone of the workspace."""

CHANNELS = tuple(channel for channel in CorrespondenceType if channel)


@attrs.frozen(kw_only=True)
class Subject:
    """Whom and what consent is about, checked."""

    contact_no: str
    contact: Contact | None
    purpose_code: str
    channel: CorrespondenceType
    at: dt.datetime


def check_subject(
    context: Context,
    contact_no: str | Contact,
    purpose_code: str | Purpose,
    channel: CorrespondenceType | str,
    moment: Moment | None,
    *,
    field: str,
    of_the_past: bool = False,
) -> tuple[Subject, list[Fault]]:
    """What a caller asks about, with all that is wrong with it.

    Args:
        context: Store, clock and zone.
        contact_no: The contact.
        purpose_code: The purpose.
        channel: The channel.
        moment: The moment; now if not given.
        field: What the caller calls the moment.
        of_the_past: Whether a contact may be gone of whom acts are kept.
    """
    store, faults = context.store, []
    no = str(key_in(Contact, contact_no)[0])
    contact = find_record(store, Contact, contact_no)
    acted = of_the_past and next(store.records.all(Consent, contact_no=no), None) is not None
    if contact is None and not acted:
        faults.append(_missing(store, Contact, no, "contact_no"))
    code = str(key_in(Purpose, purpose_code)[0])
    if store.records.find(Purpose, code) is None:
        faults.append(_missing(store, Purpose, code, "purpose_code"))
    if channel not in CHANNELS:
        known = ", ".join(CHANNELS)
        reason = Message("{value!r} is none of {known}", value=channel, known=known)
        faults.append(Fault(_PLACE, "channel", reason, "unknown_option"))
        channel = CorrespondenceType.BLANK
    at = context.now
    try:
        at = to_moment(context, moment, field)
    except InvalidValue as error:
        faults.append(error.fault(_PLACE))
    subject = Subject(
        contact_no=no,
        contact=contact,
        purpose_code=code,
        channel=CorrespondenceType(channel),
        at=at,
    )
    return subject, faults


_PLACE = Message("consent")


def _missing(store: Store, kind: type[Any], key: str, field: str) -> Fault:
    try:
        get_record(store, kind, key)
    except NotFound as error:
        reason = error.message
    return Fault(_PLACE, field, reason, "missing_reference")


def to_moment(context: Context, moment: object, field: str) -> dt.datetime:
    """A moment that was given, now if none was.

    Raises:
        InvalidValue: It is no date, has no zone, or no day in the calendar in UTC or in the zone.
    """
    if moment is None:
        return context.now
    if not isinstance(moment, dt.date):
        raise InvalidValue(field, moment, _NO_DATE)
    at = moment
    if not isinstance(at, dt.datetime):
        at = dt.datetime.combine(at, dt.time(), context.zone)
    if at.utcoffset() is None:
        raise InvalidValue(field, str(moment), "has no time zone")
    for zone in (dt.UTC, context.zone):
        try:
            at.astimezone(zone)
        except OverflowError:
            reason = Message(
                "has a day outside the years 1 to 9999 in the zone {zone}", zone=str(zone)
            )
            raise InvalidValue(field, str(moment), reason) from None
    return at


_NO_DATE = "is no date; give a `datetime.date`"


def date_faults(context: Context, place: str, act: Consent) -> Iterator[Fault]:
    """What is wrong with the dates of an act."""
    if act.date is None:
        yield Fault(place, "date", Message("is blank"), "blank")
        return
    if act.date > context.now:
        reason = Message("{value} is later than now", value=act.date.isoformat())
        yield Fault(place, "date", reason, "in_the_future")
    if act.until is not None and type(act.until) is not dt.date:
        yield InvalidValue("until", act.until, _NO_DATE).fault(place)
    elif act.until and act.act is ConsentAct.WITHDRAWN:
        yield Fault(
            place, "until", Message("is of consents only; leave it out"), "end_of_withdrawal"
        )
    elif act.until and has_ended(act.until, act.date, context.zone):
        reason = Message("{value} is before the date", value=act.until.isoformat())
        yield Fault(place, "until", reason, "ends_before")


def reject_faults(faults: list[Fault]) -> None:
    """See that nothing is wrong.

    Raises:
        Rejected: Something is: all of it.
    """
    if faults:
        raise Rejected(_PLACE, faults)
