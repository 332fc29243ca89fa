"""Permission: why somebody may or may not be written to, all reasons in one place."""

from ._denials import LASTING, RULES, Denial, Rule, denials, may_deny, not_yet
from ._may import Permission, Reason, may_write_to
from ._reach import LONGEST_CLAIM

__all__ = [
    "LASTING",
    "LONGEST_CLAIM",
    "RULES",
    "Denial",
    "Permission",
    "Reason",
    "Rule",
    "denials",
    "may_deny",
    "may_write_to",
    "not_yet",
]
