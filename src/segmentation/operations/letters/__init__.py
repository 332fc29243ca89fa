"""Letters: merge fields, printing, what they were filled with, delivery."""

from ._delivery import (
    Delivered,
    Persistence,
    Progress,
    deliver,
    outstanding,
    resend,
    resend_fresh,
)
from ._merge_fields import (
    REMARK,
    Facts,
    Gatherer,
    known_fields,
)
from ._printer import (
    Press,
    as_interaction,
    check_letters,
    faults_of,
    has_letter,
    in_one_document,
    letters,
)
from ._snapshots import (
    freeze_all,
)

__all__ = [
    "REMARK",
    "Delivered",
    "Facts",
    "Gatherer",
    "Persistence",
    "Press",
    "Progress",
    "as_interaction",
    "check_letters",
    "deliver",
    "faults_of",
    "freeze_all",
    "has_letter",
    "in_one_document",
    "known_fields",
    "letters",
    "outstanding",
    "resend",
    "resend_fresh",
]
