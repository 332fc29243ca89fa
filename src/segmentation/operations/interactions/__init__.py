"""Interactions: drafts, what is recorded, evaluated, canceled, and their figures."""

from ._cancellation import (
    Cancelable,
    cancel,
    delete_canceled_campaign_entries,
    delete_canceled_interactions,
    delete_canceled_logged_segments,
    uncancel,
)
from ._drafts import (
    create_interaction,
    draft_interaction,
    drop_interaction,
    interaction_of,
    next_minute,
    postpone_interaction,
    postponed_interactions,
    resume_interaction,
)
from ._entries import (
    comment_interaction,
    evaluate_interactions,
    interaction_title,
    link_opportunity,
    may_link_opportunity,
    note_attempt,
)
from ._figures import (
    ContactFigures,
    campaign_entry_figures,
    contact_figures,
    interactions_of,
    logged_segment_figures,
)
from ._history import (
    SOURCE_NO,
    not_taken_in_yet,
    take_in_past,
)
from ._recorded import (
    DocumentRecorded,
    NotRecorded,
    record_call,
    record_call_of_line,
    record_document,
    record_mail,
)

__all__ = [
    "SOURCE_NO",
    "Cancelable",
    "ContactFigures",
    "DocumentRecorded",
    "NotRecorded",
    "campaign_entry_figures",
    "cancel",
    "comment_interaction",
    "contact_figures",
    "create_interaction",
    "delete_canceled_campaign_entries",
    "delete_canceled_interactions",
    "delete_canceled_logged_segments",
    "draft_interaction",
    "drop_interaction",
    "evaluate_interactions",
    "interaction_of",
    "interaction_title",
    "interactions_of",
    "link_opportunity",
    "logged_segment_figures",
    "may_link_opportunity",
    "next_minute",
    "not_taken_in_yet",
    "note_attempt",
    "postpone_interaction",
    "postponed_interactions",
    "record_call",
    "record_call_of_line",
    "record_document",
    "record_mail",
    "resume_interaction",
    "take_in_past",
    "uncancel",
]
