"""Consents: given, withdrawn, taken in, and what they mean for a purpose and a channel."""

from ._acts import (
    acts_of,
    consents_of,
    entries_of_consents,
    give_consent,
    passed_withdrawals,
    withdraw_consent,
)
from ._checks import Moment, Subject, check_subject, reject_faults
from ._standing import Standing, group_codes, mark_history, standing_at, standings

__all__ = [
    "Moment",
    "Standing",
    "Subject",
    "acts_of",
    "check_subject",
    "consents_of",
    "entries_of_consents",
    "give_consent",
    "group_codes",
    "mark_history",
    "passed_withdrawals",
    "reject_faults",
    "standing_at",
    "standings",
    "withdraw_consent",
]
