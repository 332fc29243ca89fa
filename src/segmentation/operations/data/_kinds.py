"""Which tables files may bring: all but those that the library works out or keeps for itself."""

from collections.abc import Iterable, Mapping
from functools import cache

from segmentation.campaigns import (
    CampaignActivation,
    CampaignEntry,
    CampaignTally,
    CampaignTarget,
    HeldBackContact,
)
from segmentation.column_names import letters_of
from segmentation.consents import Consent
from segmentation.contacts import AddressMark, ContactMark, FormerName, FormerNumber
from segmentation.definitions import Definitions, OwnField, OwnTable
from segmentation.fields import Record
from segmentation.frozen import FrozenMapping
from segmentation.interactions import (
    DeliveryClaim,
    Interaction,
    InteractionComment,
    InteractionTotal,
)
from segmentation.kinds import record_kinds
from segmentation.languages import captions
from segmentation.segments import (
    LoggedSegment,
    SavedCriteria,
    SegmentHeader,
    SegmentLine,
    SegmentPlan,
)
from segmentation.templates import WordTemplate

NOT_IMPORTED: Mapping[type[Record], str] = {
    AddressMark: "the journal records it",
    CampaignActivation: "a campaign is activated by a verb, which collects its targets",
    CampaignEntry: "the journal records it",
    CampaignTally: "it is worked out from the interactions",
    CampaignTarget: "it is worked out from lines and interactions",
    ContactMark: "the journal records it",
    Definitions: "definitions are made by crm.tables.define",
    DeliveryClaim: "it belongs to a delivery at work",
    FormerName: "changing and merging keep it",
    FormerNumber: "renumbering and merging keep it",
    HeldBackContact: "the journal records it",
    InteractionComment: "the journal records it",
    InteractionTotal: "it is worked out from the interactions",
    LoggedSegment: "the journal records it",
    OwnField: "definitions are made by crm.tables.define",
    OwnTable: "definitions are made by crm.tables.define",
    SavedCriteria: "it has a file format of its own",
    SegmentHeader: "a segment is kept as a whole",
    SegmentLine: "a segment is kept as a whole",
    SegmentPlan: "a plan is made by a verb, and approved by another",
    WordTemplate: "it is nothing without its document; templates take it with it",
}
"""The tables that no file brings, each with the reason."""

TO_BE_RECORDED = (Interaction, Consent)
"""What files bring for the journal, which numbers it anew and keeps it for good."""

NUMBERED_BY_US = (Consent,)
"""What files may bring without a number."""


@cache
def imported_kinds() -> Mapping[str, type[Record]]:
    """The kinds of records that files may bring, by the names of their tables.

    >>> "contact" in imported_kinds(), "logged_segment" in imported_kinds()
    (True, False)
    """
    return FrozenMapping(
        (table, kind) for table, kind in record_kinds().items() if kind not in NOT_IMPORTED
    )


_SERVED: Mapping[str, str] = {
    "country": "country_region",
    "countries": "country_region",
    "countriesRegions": "country_region",
    "salespersonsPurchasers": "salesperson_purchaser",
    "salespeoplePurchasers": "salesperson_purchaser",
    "salespeople": "salesperson_purchaser",
    "interactionLogEntries": "interaction_log_entry",
    "contactAltAddresses": "contact_alt_address",
    "valueEntries": "value_entry",
}
"""What web services call some tables beside the plural of their names."""


def kind_named(name: str, own: Iterable[type[Record]] = ()) -> type[Record] | None:
    """The kind of records that a file of this name may bring, ``None`` if it is none.

    Args:
        name: A table's name or caption in any language, its plural, or a web service's name; only
            letters and digits count.
        own: The kinds that the host defined, which go by the names of their tables.

    >>> kind_named("Contact Mailing Group").__table__, kind_named("contacts").__table__
    ('contact_mailing_group', 'contact')
    """
    letters = letters_of(name)
    found = _kinds_by_letters().get(letters)
    if found is not None:
        return found
    return next((kind for kind in own if letters_of(kind.__table__) == letters), None)


@cache
def _kinds_by_letters() -> Mapping[str, type[Record]]:
    found: dict[str, type[Record]] = {}
    kinds = imported_kinds()
    for table, kind in kinds.items():
        found[letters_of(table)] = kind
    for table, kind in kinds.items():
        for called in (table + "s", *captions(table)):
            found.setdefault(letters_of(called), kind)
    for called, table in _SERVED.items():
        found.setdefault(letters_of(called), kinds[table])
    return found
