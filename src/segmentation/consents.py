"""Consents: for what a contact agreed to be written to, by which channel, until when.

What acts mean at a moment is worked out here. Knows nothing of storage, nor of what else keeps
somebody from being written to.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Annotated

import attrs

from .code_tables import PurposeCode
from .codes import Option
from .contacts import CorrespondenceType
from .fields import (
    Code,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    to_option,
    with_converters,
)


class ConsentAct(Option):
    """What somebody did."""

    GIVEN = "given"
    WITHDRAWN = "withdrawn"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Consent(
    Record,
    table="consent",
    key=("entry_no",),
    shown=("entry_no", "contact_no", "purpose_code", "channel", "act", "date", "until"),
    checked_by_recording=True,
):
    """Consent that a contact gave or withdrew, as the journal records it.

    Attributes:
        entry_no: The entry of the journal; the later of two acts of one moment has the higher.
        contact_no: The contact; the act stays when it is deleted and comes again.
        purpose_code: For what.
        channel: By which way.
        act: Whether it was given or withdrawn.
        date: When; not later than it was recorded.
        until: The last day of a consent, to its end in the zone of the workspace.
        text: What the contact read or said.
        source: Where it came from: a form, a fair, a call.
        gone_no: The contact that was merged into this one and had withdrawn.
        gone_entry_no: The entry by which that one had.
        recorded_at: When it was recorded.
        user_id: Who recorded it.
    """

    entry_no: int = 0
    contact_no: Code = ""
    purpose_code: PurposeCode = ""
    channel: CorrespondenceType = attrs.field(default=CorrespondenceType.BLANK, converter=to_option)
    act: ConsentAct = attrs.field(default=ConsentAct.GIVEN, converter=to_option)
    date: dt.datetime | None = None
    until: dt.date | None = None
    text: LongText = ""
    source: LongText = ""
    gone_no: Code = ""
    gone_entry_no: int = 0
    recorded_at: dt.datetime | None = None
    user_id: LongText = ""


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class ConsentMailingGroup(
    Record,
    table="consent_mailing_group",
    key=("mailing_group_code",),
    shown=("mailing_group_code", "purpose_code", "channel"),
):
    """A mailing group whose members agreed to a purpose by a channel; who leaves it withdraws."""

    mailing_group_code: Annotated[ShortCode, RefersTo("mailing_group")]
    purpose_code: PurposeCode = ""
    channel: CorrespondenceType = attrs.field(default=CorrespondenceType.EMAIL, converter=to_option)


class PermissionReason(Option):
    """Why somebody may or may not be written to."""

    GIVEN = "given"
    IN_MAILING_GROUP = "in_mailing_group"
    NO_OBJECTION = "no_objection"
    NOT_GIVEN = "not_given"
    WITHDRAWN = "withdrawn"
    RAN_OUT = "ran_out"
    BLOCKED = "blocked"
    PARENTAL_CONSENT_MISSING = "parental_consent_missing"
    EXCLUDED = "excluded"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    CAP_REACHED = "cap_reached"
    QUIET_HOURS = "quiet_hours"
    ZONE_UNKNOWN = "zone_unknown"

    @property
    def allows(self) -> bool:
        """Whether somebody may be written to for this reason."""
        return self in _ALLOWING


_ALLOWING = frozenset(
    {
        PermissionReason.GIVEN,
        PermissionReason.IN_MAILING_GROUP,
        PermissionReason.NO_OBJECTION,
    }
)


def latest_act(acts: Iterable[Consent], at: dt.datetime) -> Consent | None:
    """The act that counts at a moment: the last by its date, of one date by its entry.

    Args:
        acts: What one contact did for one purpose and channel.
        at: The moment; what is dated later does not count yet.
    """
    done = [(act.date, act.entry_no, act) for act in acts if act.date and act.date <= at]
    return max(done, key=lambda each: each[:2], default=(None, 0, None))[2]


def judged(
    act: Consent | None, at: dt.datetime, zone: dt.tzinfo, *, needs_consent: bool, is_member: bool
) -> PermissionReason:
    """What an act, or that there is none, means at a moment.

    Args:
        act: The act that counts.
        at: The moment.
        zone: Where days begin.
        needs_consent: Whether the purpose needs consent.
        is_member: Whether the contact is in a mailing group that stands for purpose and channel.
    """
    silent = PermissionReason.NOT_GIVEN if needs_consent else PermissionReason.NO_OBJECTION
    if act is None:
        return PermissionReason.IN_MAILING_GROUP if is_member else silent
    if act.act is ConsentAct.WITHDRAWN:
        return PermissionReason.WITHDRAWN
    if act.until and has_ended(act.until, at, zone):
        return PermissionReason.RAN_OUT if needs_consent else silent
    return PermissionReason.GIVEN


def has_ended(day: dt.date, at: dt.datetime, zone: dt.tzinfo) -> bool:
    """Whether a day is over in a zone at a moment.

    >>> has_ended(dt.date(2028, 2, 29), dt.datetime(2028, 3, 1, tzinfo=dt.UTC), dt.UTC)
    True
    """
    return at.astimezone(zone).date() > day
