"""Whether a contact may be written to, with all reasons at once, as of any moment or entry."""

import datetime as dt
from collections.abc import Iterator

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import PermissionReason
from segmentation.contacts import Contact, ContactMark, CorrespondenceType
from segmentation.errors import Message
from segmentation.journal import Entry
from segmentation.markup import to_text
from segmentation.operations.addresses import check_keys, hindrances
from segmentation.operations.consents import (
    NO_END,
    Moment,
    Standing,
    Subject,
    check_subject,
    mark_history,
    reject_faults,
    standing_at,
)
from segmentation.operations.context import Context
from segmentation.operations.journal import get_entry
from segmentation.protocols import Store
from segmentation.reach import Hindrance, Wait
from segmentation.showing import shown_by

from ._reach import reach_rules, sendings, zone_of


@shown_by("reason", "entry_no", "date", "until", "mailing_group_code", "gone_no", "hindrance.code")
@attrs.frozen(kw_only=True)
class Reason:
    """One reason why a contact may or may not be written to.

    Attributes:
        reason: The reason.
        entry_no: The entry of the journal that says so; 0 if none does.
        date: When what it says happened; ``None`` without an entry.
        recorded_at: When it was recorded.
        until: The last day of a consent.
        mailing_group_code: The mailing group that the contact is in, or left.
        gone_no: The contact that had withdrawn and was merged into this one.
        gone_entry_no: The entry by which that one had.
        hindrance: The cap or the quiet hours; ``None`` if it is neither.
    """

    reason: PermissionReason
    entry_no: int = 0
    date: dt.datetime | None = None
    recorded_at: dt.datetime | None = None
    until: dt.date | None = None
    mailing_group_code: str = ""
    gone_no: str = ""
    gone_entry_no: int = 0
    hindrance: Hindrance | None = None

    @property
    def message(self) -> Message:
        """The reason in words."""
        if self.hindrance is not None:
            return self.hindrance.message
        said = Message(_WORDS[self.reason])
        details: list[str] = []
        if self.until and self.reason is PermissionReason.RAN_OUT:
            details.append(self.until.isoformat())
        if self.mailing_group_code:
            details.append(Message("mailing group {code}", code=self.mailing_group_code))
        if self.gone_no:
            gone = Message("contact {no}, entry {entry}", no=self.gone_no, entry=self.gone_entry_no)
            details.append(gone)
        if self.entry_no and self.date and self.recorded_at:
            entry = Message(
                "entry {entry} of {date}, recorded {recorded}",
                entry=self.entry_no,
                date=self.date.isoformat(),
                recorded=self.recorded_at.isoformat(),
            )
            details.append(entry)
        if not details:
            return said
        return Message("{said} ({details})", said=said, details=Message.joined("; ", details))

    def __str__(self) -> str:
        return str(self.message)


_WORDS = {
    PermissionReason.GIVEN: "consent given",
    PermissionReason.IN_MAILING_GROUP: "in the mailing group",
    PermissionReason.NO_OBJECTION: "no objection",
    PermissionReason.NOT_GIVEN: "no consent",
    PermissionReason.WITHDRAWN: "withdrawn",
    PermissionReason.RAN_OUT: "ran out",
    PermissionReason.BLOCKED: "blocked",
    PermissionReason.PARENTAL_CONSENT_MISSING: "parental consent missing",
    PermissionReason.EXCLUDED: "excluded",
    PermissionReason.BOUNCED: "bounced",
    PermissionReason.COMPLAINED: "complained",
    PermissionReason.SUPPRESSED: "suppressed",
}


@shown_by("contact_no", "purpose_code", "channel", "allowed", "reasons", "next_time")
@attrs.frozen(kw_only=True)
class Permission:
    """Whether a contact may be written to, for a purpose and by a channel; true if it may.

    Attributes:
        contact_no: The contact.
        purpose_code: The purpose.
        channel: The channel.
        at: The moment that was asked about.
        reasons: Why: all that forbid it; or the one that allows it.
        next_time: When it is possible next, as far as is known now, in UTC, if nothing but a cap
            or quiet hours forbids it; ``None`` if it is allowed, or time alone changes nothing.
    """

    contact_no: str
    purpose_code: str
    channel: CorrespondenceType
    at: dt.datetime
    reasons: tuple[Reason, ...]
    next_time: dt.datetime | None = None

    @property
    def allowed(self) -> bool:
        """Whether it may be written to."""
        return all(each.reason.allows for each in self.reasons)

    @property
    def entry_nos(self) -> tuple[int, ...]:
        """The entries of the journal that say so."""
        return tuple(each.entry_no for each in self.reasons if each.entry_no)

    def __bool__(self) -> bool:
        return self.allowed

    @property
    def message(self) -> Message:
        """The answer in words."""
        answer = "yes: {reasons}" if self.allowed else "no: {reasons}"
        reasons = Message.joined("; ", [each.message for each in self.reasons])
        said = Message(answer, reasons=reasons)
        if self.next_time is None:
            return said
        return Message("{why}; possible from {time} on", why=said, time=self.next_time.isoformat())

    def __str__(self) -> str:
        return str(self.message)

    def _repr_html_(self) -> str:
        return to_text(str(self))


def may_write_to(
    context: Context,
    contact_no: str | Contact,
    *,
    purpose_code: str | Purpose,
    channel: CorrespondenceType | str,
    at: Moment | None = None,
    entry_no: int | None = None,
) -> Permission:
    """Whether a contact may be written to, and why.

    Of several acts the latest counts, by its date; of one date that with the higher entry. Marks
    of privacy count too, and a mail address that no mail goes to; so do caps and quiet hours, as
    they are set now.

    Args:
        context: Store, clock and zone.
        contact_no: The contact. It may be gone if a moment is given and acts of it are kept.
        purpose_code: For what.
        channel: By which way: "email" or "hard_copy".
        at: The moment; now if not given. A date is the beginning of its day.
        entry_no: The last entry of the journal that counts; all if not given.

    Raises:
        Rejected: There is no such contact, purpose or channel, or the time has no zone: all of it.
        NotFound: The journal has no such entry.
        Refused: Mail addresses are suppressed under a key that is not given.
    """
    store = context.store
    subject, faults = check_subject(
        context,
        contact_no,
        purpose_code,
        channel,
        at,
        field="at",
        of_the_past=at is not None,
    )
    reject_faults(faults)
    if entry_no:
        get_entry(store, entry_no)
    last = NO_END if entry_no is None else entry_no
    standing = standing_at(
        context,
        subject.contact_no,
        purpose_code=subject.purpose_code,
        channel=subject.channel,
        at=subject.at,
        last=last,
    )
    reasons = list(_hindering(context, subject, last))
    if not standing.reason.allows:
        reasons.append(_of_standing(standing))
    wait = _wait(context, subject)
    next_time = wait.next_time if wait and not reasons else None
    reasons += [_of_hindrance(each) for each in wait.reasons] if wait else []
    return Permission(
        contact_no=subject.contact_no,
        purpose_code=subject.purpose_code,
        channel=subject.channel,
        at=subject.at,
        reasons=tuple(reasons or [_of_standing(standing)]),
        next_time=next_time,
    )


def _of_standing(standing: Standing) -> Reason:
    act = standing.act
    if act is None or standing.reason is PermissionReason.NO_OBJECTION:
        group = standing.mailing_group_code
        return Reason(reason=standing.reason, mailing_group_code=group)
    return Reason(
        reason=standing.reason,
        entry_no=act.entry_no,
        date=act.date,
        recorded_at=act.recorded_at,
        until=act.until,
        mailing_group_code=standing.mailing_group_code,
        gone_no=act.gone_no,
        gone_entry_no=act.gone_entry_no,
    )


def _wait(context: Context, subject: Subject) -> Wait | None:
    """Why a contact is written to later than at the moment, as it was known then."""
    rules = reach_rules(context.store).about(subject.channel, subject.purpose_code)
    if not rules or subject.contact is None:
        return None
    at = subject.at.astimezone(dt.UTC)
    no = subject.contact_no
    sent = sendings(context.store, {no}, rules, at).get(no, ())
    known = [each for each in sent if each.at <= at]
    return rules.wait(at, known, *zone_of(context, subject.contact))


def _of_hindrance(hindrance: Hindrance) -> Reason:
    return Reason(reason=PermissionReason(hindrance.reason), hindrance=hindrance)


# -- what else forbids it ---------------------------------------------------------------------


def _hindering(context: Context, subject: Subject, last: int) -> Iterator[Reason]:
    """Marks of privacy of a contact, and of its address, as they were at the moment."""
    store, contact = context.store, subject.contact
    if contact is None:
        return
    blocked, entry = _mark_at(store, contact, "privacy_blocked", subject.at, last)
    if blocked:
        yield _of_mark(PermissionReason.BLOCKED, entry)
    minor, entry = _mark_at(store, contact, "minor", subject.at, last)
    agreed, agreed_entry = _mark_at(store, contact, "parental_consent_received", subject.at, last)
    if minor and not agreed:
        yield _of_mark(PermissionReason.PARENTAL_CONSENT_MISSING, agreed_entry or entry)
    excluded, entry = _mark_at(store, contact, "exclude_from_segment", subject.at, last)
    if excluded:
        yield _of_mark(PermissionReason.EXCLUDED, entry)
    if subject.channel is CorrespondenceType.EMAIL:
        check_keys(context)
        for mark in hindrances(context, [contact.e_mail]).values():
            if mark.marked_at and mark.marked_at <= subject.at and mark.entry_no <= last:
                yield Reason(
                    reason=PermissionReason(mark.state),
                    entry_no=mark.entry_no,
                    date=mark.marked_at,
                    recorded_at=mark.marked_at,
                )


def _mark_at(
    store: Store, contact: Contact, mark: str, at: dt.datetime, last: int
) -> tuple[bool, Entry | None]:
    """A mark as it was at a moment, and the entry that decided it.

    A mark that was changed since its last entry, by a host or a file, is as it is now.
    """
    value = getattr(contact, mark)
    history = mark_history(store, contact.no, mark=mark, at=at, last=last)
    if not history:
        return value, None
    known = [each for each in history if each[0].number <= last and each[0].at <= at]
    if known:
        entry, decided = known[-1]
        newest = store.records.find(ContactMark, contact.no, mark, "")
        if newest and newest.entry_no == entry.number and value is not decided.value:
            return value, None
        return decided.value, entry
    first = history[0][1]
    return (not first.value if first.before is None else first.before), None


def _of_mark(reason: PermissionReason, entry: Entry | None) -> Reason:
    if entry is None:
        return Reason(reason=reason)
    return Reason(reason=reason, entry_no=entry.number, date=entry.at, recorded_at=entry.at)
