"""Campaigns: made and changed, their entries, figures, comparisons, targets and invoices."""

from ._campaign import (
    add_campaigns,
    change_campaign,
    delete_campaign,
    get_campaign,
    new_campaign,
)
from ._comparison import (
    compare,
)
from ._details import (
    campaign_details,
)
from ._entries import (
    cancel_entry,
    delete_all_canceled_entries,
    delete_canceled_entries,
    entries_of,
    uncancel_entry,
)
from ._figures import (
    PARTS,
    Scope,
    figures,
    figures_by,
    figures_over,
)
from ._holdout import (
    held_out,
    hold_out,
)
from ._invoices import (
    record_invoice,
)
from ._pictured import (
    funnel,
    response_curve,
)
from ._responses import (
    ASKED_BY,
    Credit,
    credits_in,
    has_not_responded,
    has_responded,
    responses,
    responses_by,
)
from ._targets import (
    activate,
    active_for,
    deactivate,
    is_active,
    target_group,
)

__all__ = [
    "ASKED_BY",
    "PARTS",
    "Credit",
    "Scope",
    "activate",
    "active_for",
    "add_campaigns",
    "campaign_details",
    "cancel_entry",
    "change_campaign",
    "compare",
    "credits_in",
    "deactivate",
    "delete_all_canceled_entries",
    "delete_campaign",
    "delete_canceled_entries",
    "entries_of",
    "figures",
    "figures_by",
    "figures_over",
    "funnel",
    "get_campaign",
    "has_not_responded",
    "has_responded",
    "held_out",
    "hold_out",
    "is_active",
    "new_campaign",
    "record_invoice",
    "response_curve",
    "responses",
    "responses_by",
    "target_group",
    "uncancel_entry",
]
