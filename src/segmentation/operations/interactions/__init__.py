"""Interactions: drafts, what is recorded, evaluated, canceled, and their figures."""

from ._cancellation import (
    Cancelable,
    cancel,
    cancel_interactions,
    delete_all_canceled_interactions,
    delete_canceled_campaign_entries,
    delete_canceled_interactions,
    delete_canceled_logged_segments,
    uncancel,
    uncancel_interactions,
)
from ._drafts import (
    create_interaction,
    create_interactions,
    draft_interaction,
    postpone_interaction,
)
from ._entries import (
    attachment_of,
    comment_interaction,
    comments_of,
    evaluate_interactions,
    interaction_title,
    link_opportunity,
    may_link_opportunity,
    set_attempt,
)
from ._figures import (
    ContactFigures,
    campaign_entry_figures,
    contact_figures,
    logged_segment_figures,
)
from ._history import (
    not_taken_in_yet,
    take_in_past,
)
from ._lookup import (
    get_interaction,
    get_interactions,
    interactions_of,
)
from ._postponed import (
    discard_interaction,
    finish_interaction,
    postpone_interaction_again,
    postponed_interactions,
)
from ._recorded import (
    DocumentRecorded,
    NotRecorded,
    record_call,
    record_document,
    record_mail,
)
from ._shared_letters import sharing_letters, without_letter

__all__ = [
    "Cancelable",
    "ContactFigures",
    "DocumentRecorded",
    "NotRecorded",
    "attachment_of",
    "campaign_entry_figures",
    "cancel",
    "cancel_interactions",
    "comment_interaction",
    "comments_of",
    "contact_figures",
    "create_interaction",
    "create_interactions",
    "delete_all_canceled_interactions",
    "delete_canceled_campaign_entries",
    "delete_canceled_interactions",
    "delete_canceled_logged_segments",
    "discard_interaction",
    "draft_interaction",
    "evaluate_interactions",
    "finish_interaction",
    "get_interaction",
    "get_interactions",
    "interaction_title",
    "interactions_of",
    "link_opportunity",
    "logged_segment_figures",
    "may_link_opportunity",
    "not_taken_in_yet",
    "postpone_interaction",
    "postpone_interaction_again",
    "postponed_interactions",
    "record_call",
    "record_document",
    "record_mail",
    "set_attempt",
    "sharing_letters",
    "take_in_past",
    "uncancel",
    "uncancel_interactions",
    "without_letter",
]
