"""Acts of consent out of files: checked, recorded once, and never lifting a withdrawal unsaid."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import Consent, ConsentAct, latest_act
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.errors import Fault, Message, NotFound
from segmentation.fields import Record
from segmentation.operations.checks import Placed
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.operations.records import find_records
from segmentation.showing import shown_by

from ._acts import as_happening
from ._checks import date_faults


@shown_by("contact_no", "purpose_code", "channel", "withdrawn", "given")
@attrs.frozen(kw_only=True)
class HeldConsent:
    """A consent out of a file that does not lift a withdrawal.

    Attributes:
        place: File and row, or table and key.
        contact_no: The contact.
        purpose_code: The purpose.
        channel: The channel.
        withdrawn: When it was withdrawn here.
        given: When it was given, as the file says.
        entry_no: The entry of the journal by which it was withdrawn.
    """

    place: str
    contact_no: str
    purpose_code: str
    channel: CorrespondenceType
    withdrawn: dt.datetime
    given: dt.datetime
    entry_no: int


@attrs.frozen
class TakenIn:
    """What was recorded of acts that came in, and what they do not lift."""

    acts: tuple[Consent, ...] = ()
    held: tuple[HeldConsent, ...] = ()


def consent_faults(
    context: Context, acts: Sequence[Placed], records: Iterable[Record]
) -> Iterator[Fault]:
    """What is wrong with acts that are to be recorded.

    Args:
        context: Store, clock and zone.
        acts: The acts, each with its place.
        records: What comes in with them: contacts and purposes among it.
    """
    found = [(item.place, item.record) for item in acts if isinstance(item.record, Consent)]
    coming = list(records) if found else []
    purposes = [row.code for row in coming if isinstance(row, Purpose)]
    purposes += [row.code for row in context.store.records.all(Purpose)] if found else []
    named = {act.contact_no for _, act in found} - {
        row.no for row in coming if isinstance(row, Contact)
    }
    keys = [(no,) for no in sorted(named)]
    there = find_records(context.store, Contact, keys) if keys else {}
    missing = named - {contact.no for contact in there.values()}
    for place, act in found:
        if act.contact_no in missing:
            yield _absent(place, "contact_no", NotFound("contact", act.contact_no))
        if act.purpose_code not in purposes:
            absent = NotFound("purpose", act.purpose_code, known=purposes)
            yield _absent(place, "purpose_code", absent)
        if not act.channel:
            yield Fault(place, "channel", Message("is blank"), "blank")
        yield from date_faults(context, place, act)


def _absent(place: str, field: str, error: NotFound) -> Fault:
    return Fault(place, field, error.message, "missing_reference")


def take_in_consents(context: Context, acts: Sequence[Placed], *, lift: bool) -> TakenIn:
    """Record acts that are not known yet, of one moment the withdrawals last.

    Args:
        context: Store, user and clock.
        acts: The acts, each with its place; nothing is wrong with them.
        lift: Whether a consent may lift a withdrawal of the very same moment.
    """
    store = context.store
    here = list(store.records.all(Consent)) if acts else []
    known = {_identity(act) for act in here}
    withdrawn = _withdrawals(here)
    fresh: list[Consent] = []
    held: list[HeldConsent] = []
    for place, act in sorted(_placed(acts), key=lambda each: _order(each[1])):
        if _identity(act) in known:
            continue
        known.add(_identity(act))
        kept_from = _withdrawn_since(withdrawn.get(_subject(act)), place, act)
        if kept_from is not None:
            held.append(kept_from)
        if kept_from is None or lift or kept_from.withdrawn > kept_from.given:
            fresh.append(attrs.evolve(act, gone_entry_no=0))
    if fresh:
        record(store, map(as_happening, fresh), context.stamp)
    return TakenIn(tuple(fresh), tuple(held))


def _placed(acts: Iterable[Placed]) -> Iterator[tuple[str, Consent]]:
    return ((item.place, item.record) for item in acts if isinstance(item.record, Consent))


def _order(act: Consent) -> tuple[Any, ...]:
    return act.date, act.act.position


def _identity(act: Consent) -> tuple[Any, ...]:
    """What tells an act from all others, in whatever store it is."""
    return (*_subject(act), act.act, act.date, act.until, act.text, act.source, act.gone_no)


def _subject(act: Consent) -> tuple[str, str, CorrespondenceType]:
    return act.contact_no, act.purpose_code, act.channel


def _withdrawals(here: Iterable[Consent]) -> Mapping[tuple[str, str, CorrespondenceType], Consent]:
    """The acts that count now and are withdrawals, by what they are about."""
    acts: dict[tuple[str, str, CorrespondenceType], list[Consent]] = {}
    for act in here:
        acts.setdefault(_subject(act), []).append(act)
    latest = {subject: latest_act(done, _NEVER) for subject, done in acts.items()}
    return {
        subject: act
        for subject, act in latest.items()
        if act is not None and act.act is ConsentAct.WITHDRAWN
    }


def _withdrawn_since(last: Consent | None, place: str, act: Consent) -> HeldConsent | None:
    """The withdrawal here that a consent does not lift: of the same moment, or a later one."""
    if act.act is ConsentAct.WITHDRAWN or last is None:
        return None
    if act.date is None or last.date is None or last.date < act.date:
        return None
    return HeldConsent(
        place=place,
        contact_no=act.contact_no,
        purpose_code=act.purpose_code,
        channel=act.channel,
        withdrawn=last.date,
        given=act.date,
        entry_no=last.entry_no,
    )


_NEVER = dt.datetime.max.replace(tzinfo=dt.UTC)
