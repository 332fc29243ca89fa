"""Mail addresses that no mail goes to: bounced, complained, suppressed; one register for all."""

from ._keyed import check_keys
from ._register import (
    address_marks_of,
    addresses_of,
    hindrances,
    is_shared,
    mark_address,
    mark_of,
    marked_in,
    marks_for,
    release_address,
)
from ._reports import Reported, take_in_report

__all__ = [
    "Reported",
    "address_marks_of",
    "addresses_of",
    "check_keys",
    "hindrances",
    "is_shared",
    "mark_address",
    "mark_of",
    "marked_in",
    "marks_for",
    "release_address",
    "take_in_report",
]
