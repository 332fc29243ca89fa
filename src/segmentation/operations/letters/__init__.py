"""Letters: merge fields, printing, what they were filled with, delivery."""

from ._at_one_address import apart, households
from ._delivery import Delivered, OnProgress, Progress, RetryPolicy, deliver, outstanding
from ._letters_of import in_one_document, letters, letters_of
from ._merge_data import MergeData, household_key
from ._merge_data_reader import MergeDataReader
from ._merge_fields import REMARK, MergeField, MergeFields, known_fields, merge_fields
from ._printer import LetterPrinter, has_letter
from ._resend import resend, resend_fresh
from ._snapshots import Keep, Snapshot, Snapshots, snapshot_all
from ._trial import (
    active_address_code,
    active_address_codes,
    as_interaction,
    check_letters,
    try_template,
)
from ._unsubscribe_links import Answer, Unsubscribing, answer_unsubscribing

__all__ = [
    "REMARK",
    "Answer",
    "Delivered",
    "Keep",
    "LetterPrinter",
    "MergeData",
    "MergeDataReader",
    "MergeField",
    "MergeFields",
    "OnProgress",
    "Progress",
    "RetryPolicy",
    "Snapshot",
    "Snapshots",
    "Unsubscribing",
    "active_address_code",
    "active_address_codes",
    "answer_unsubscribing",
    "apart",
    "as_interaction",
    "check_letters",
    "deliver",
    "has_letter",
    "household_key",
    "households",
    "in_one_document",
    "known_fields",
    "letters",
    "letters_of",
    "merge_fields",
    "outstanding",
    "resend",
    "resend_fresh",
    "snapshot_all",
    "try_template",
]
