"""Acts of consent: given and withdrawn, each an entry of the journal."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import cast

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import Consent, ConsentAct, latest_act
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.errors import Fault, Message
from segmentation.journal import ConsentRecorded
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.protocols import Store

from ._checks import Moment, Subject, check_subject, date_faults, reject_faults


def give_consent(
    context: Context,
    contact_no: str | Contact,
    *,
    purpose_code: str | Purpose,
    channel: CorrespondenceType | str,
    date: Moment | None = None,
    until: dt.date | None = None,
    text: str = "",
    source: str = "",
) -> Consent:
    """Record that a contact agreed to be written to.

    Args:
        context: Store, user, clock and zone.
        contact_no: The contact.
        purpose_code: For what.
        channel: By which way: "email" or "hard_copy".
        date: When it agreed, now if not given; never later than now. A date is the beginning of
            its day.
        until: The last day of the consent, to its end; no end if not given.
        text: What it read or said.
        source: Where the consent came from.

    Raises:
        Rejected: There is no such contact, purpose or channel, or the dates do not fit: all of it.
    """
    subject, faults = check_subject(context, contact_no, purpose_code, channel, date, field="date")
    said = Consent(act=ConsentAct.GIVEN, until=until, text=text, source=source)
    return _recorded(context, subject, said, faults)


def withdraw_consent(
    context: Context,
    contact_no: str | Contact,
    *,
    purpose_code: str | Purpose,
    channel: CorrespondenceType | str,
    date: Moment | None = None,
    text: str = "",
    source: str = "",
) -> Consent:
    """Record that a contact does not want to be written to any more, or objected.

    Args:
        context: Store, user, clock and zone.
        contact_no: The contact.
        purpose_code: For what.
        channel: By which way: "email" or "hard_copy".
        date: When it said so, now if not given; never later than now. A date is the beginning of
            its day.
        text: What it read or said.
        source: Where this came from.

    Raises:
        Rejected: There is no such contact, purpose or channel, or the date does not fit: all of
            it.
    """
    subject, faults = check_subject(context, contact_no, purpose_code, channel, date, field="date")
    said = Consent(act=ConsentAct.WITHDRAWN, text=text, source=source)
    return _recorded(context, subject, said, faults)


def _recorded(
    context: Context, subject: Subject, said: Consent, faults: Sequence[Fault]
) -> Consent:
    """Record what a contact said, if nothing is wrong with it.

    Raises:
        Rejected: Something is: all of it.
    """
    stamp = context.stamp
    act = attrs.evolve(
        said,
        contact_no=subject.contact_no,
        purpose_code=subject.purpose_code,
        channel=subject.channel,
        date=subject.at,
    )
    reject_faults([*faults, *date_faults(context, Message("consent"), act)])
    with context.store.transaction():
        (number,) = record(context.store, [as_happening(act)], stamp)
        return get_record(context.store, Consent, number)


def as_happening(act: Consent) -> ConsentRecorded:
    """What the journal records of an act, which has a date."""
    date = cast("dt.datetime", act.date)
    return ConsentRecorded(
        contact_no=act.contact_no,
        purpose_code=act.purpose_code,
        channel=act.channel,
        act=act.act,
        date=date.astimezone(dt.UTC),
        until=act.until,
        text=act.text,
        source=act.source,
        gone_no=act.gone_no,
        gone_entry_no=act.gone_entry_no,
    )


# -- looked up ----------------------------------------------------------------------------------


def consents_of(store: Store, contact_no: str | Contact) -> Sequence[Consent]:
    """What a contact gave and withdrew, in the order of the entries; it may be gone by now.

    Raises:
        NotFound: There is no such contact, and no act of one.
    """
    no = str(key_in(Contact, contact_no)[0])
    found = list(store.records.all(Consent, contact_no=no))
    if not found and find_record(store, Contact, no) is None:
        get_record(store, Contact, no)
    return found


# -- merging ------------------------------------------------------------------------------------


def passed_withdrawals(
    store: Store, kept_no: str, gone_no: str, at: dt.datetime
) -> Iterator[ConsentRecorded]:
    """What a contact that is merged into another had withdrawn, as withdrawn by that one."""
    acts: dict[tuple[str, CorrespondenceType], list[Consent]] = {}
    for act in store.records.all(Consent, contact_no=gone_no):
        acts.setdefault((act.purpose_code, act.channel), []).append(act)
    for done in acts.values():
        last = latest_act(done, _EVER)  # also what was recorded by a clock that ran ahead
        if last is not None and last.act is ConsentAct.WITHDRAWN:
            passed = attrs.evolve(
                last,
                contact_no=kept_no,
                date=at,
                text="",
                source="",
                gone_no=gone_no,
                gone_entry_no=last.entry_no,
            )
            yield as_happening(passed)


_EVER = dt.datetime.max.replace(tzinfo=dt.UTC)
