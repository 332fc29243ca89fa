"""Consents: given, withdrawn, taken in, and what they mean for a purpose and a channel."""

from ._acts import (
    consents_of,
    give_consent,
    passed_withdrawals,
    withdraw_consent,
)
from ._checks import Moment, Subject, check_subject, reject_faults
from ._states import NO_END, Standing, group_codes, mark_history, standing_at, standings
from ._taken_in import HeldConsent, TakenIn, consent_faults, take_in_consents

__all__ = [
    "NO_END",
    "HeldConsent",
    "Moment",
    "Standing",
    "Subject",
    "TakenIn",
    "check_subject",
    "consent_faults",
    "consents_of",
    "give_consent",
    "group_codes",
    "mark_history",
    "passed_withdrawals",
    "reject_faults",
    "standing_at",
    "standings",
    "take_in_consents",
    "withdraw_consent",
]
