"""Letters: merge fields, printing, what they were filled with, delivery."""

from ._delivery import (
    Couriers,
    Delivered,
    Persistence,
    Progress,
    deliver,
    outstanding,
    resend,
)
from ._merge_fields import (
    REMARK,
    Facts,
    Gatherer,
    known_fields,
)
from ._printer import (
    More,
    Press,
    Rendering,
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
    "Couriers",
    "Delivered",
    "Facts",
    "Gatherer",
    "More",
    "Persistence",
    "Press",
    "Progress",
    "Rendering",
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
]
