"""Many drafts of interactions looked at by their columns: whether all of them are sound.

What is wrong, if anything is, `_checks` tells of each draft.
"""

from collections.abc import Collection

from segmentation.columns import Columns
from segmentation.interactions import Interaction
from segmentation.operations.values import all_fit_plainly, different, has_own_values
from segmentation.protocols import Store
from segmentation.segments import LeftOutReason, Options

from ._checks import SET_BY_US, Lookups, interaction_faults, missing_attachments


def are_sound(store: Store, drafts: Columns[Interaction]) -> bool:
    """Whether nothing is wrong with drafts.

    Args:
        store: Where contacts, templates, salespersons and campaigns are.
        drafts: The drafts. Those with own fields, or that answer an entry, are not judged here.

    Returns:
        ``False`` if a draft has a fault, or might have one.
    """
    if not drafts or has_own_values(drafts) or not all_fit_plainly(drafts):
        return False
    blank = Interaction()
    if any(drafts.shared.get(name) != getattr(blank, name) for name in SET_BY_US | {_ANSWERED}):
        return False
    if not all(all(different(drafts, name)) for name in _NEEDED):
        return False
    if not _may_be_met(store, {*different(drafts, "contact_no")}):
        return False
    others = dict(zip(drafts.rows(*_LOOKED_UP), range(len(drafts)), strict=True))
    shown = [drafts[place] for place in others.values()]
    lookups = Lookups(store, shown)
    return not (
        missing_attachments(store, shown)
        or any(any(interaction_faults(lookups, draft)) for draft in shown)
    )


_ANSWERED = "answers_entry_no"

_NEEDED = ("date", "description")

_LOOKED_UP = (
    "interaction_template_code",
    "salesperson_code",
    "campaign_no",
    "attachment",
    "word_template_code",
    "correspondence_type",
)
"""Fields of which no more is asked than what their values together allow."""


def _may_be_met(store: Store, contact_nos: Collection[str]) -> bool:
    """Whether all these contacts are there, and privacy forbids none of them."""
    found = store.contacts.candidates(contact_nos, Options())
    forbidden = (LeftOutReason.BLOCKED, LeftOutReason.NO_CONSENT)
    if found.unread or any(found.barred.get(reason) for reason in forbidden):
        return False
    return found.count == len(contact_nos)
