"""Campaigns: made and changed, their figures, targets and invoices."""

from ._campaign import (
    change_campaign,
    delete_campaign,
    entries_of,
    get_campaign,
    new_campaign,
)
from ._details import (
    campaign_details,
)
from ._figures import (
    PARTS,
    Scope,
    figures,
    figures_by,
    figures_over_time,
    responses_of,
)
from ._invoices import (
    record_targeted_invoice,
)
from ._targets import (
    activate,
    campaigns_for,
    deactivate,
    is_active,
    target_group,
)

__all__ = [
    "PARTS",
    "Scope",
    "activate",
    "campaign_details",
    "campaigns_for",
    "change_campaign",
    "deactivate",
    "delete_campaign",
    "entries_of",
    "figures",
    "figures_by",
    "figures_over_time",
    "get_campaign",
    "is_active",
    "new_campaign",
    "record_targeted_invoice",
    "responses_of",
    "target_group",
]
