"""Permission: why somebody may or may not be written to, all reasons in one place."""

from ._denials import Denial, Rule, denials
from ._may import Permission, Reason, may_write_to

__all__ = ["Denial", "Permission", "Reason", "Rule", "denials", "may_write_to"]
