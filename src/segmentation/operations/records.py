"""Records looked up: by their key, with near keys where there is none.

A contact is asked of the store's contacts, wherever the host keeps them.
"""

from collections.abc import Iterator, Mapping

from segmentation import (
    campaigns,
    code_tables,
    contacts,
    questionnaires,
    salutations,
    setup,
    tasks,
    templates,
)
from segmentation.codes import to_code
from segmentation.contacts import Contact, ContactBusinessRelation, LinkToTable
from segmentation.errors import NotFound
from segmentation.fields import Record, RecordT
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.segments import Segment
from segmentation.setup import UserSetup

KINDS: Mapping[str, type[Record]] = {
    kind.__table__: kind
    for kind in (
        contacts.Contact,
        contacts.AlternativeAddress,
        contacts.ContactBusinessRelation,
        contacts.ContactIndustryGroup,
        contacts.ContactJobResponsibility,
        contacts.ContactMailingGroup,
        contacts.ContactProfileAnswer,
        contacts.ContactWebSource,
        contacts.ItemEntry,
        Interaction,
        code_tables.MailingGroup,
        code_tables.IndustryGroup,
        code_tables.BusinessRelation,
        code_tables.JobResponsibility,
        code_tables.OrganizationalLevel,
        code_tables.WebSource,
        code_tables.Territory,
        code_tables.CountryRegion,
        code_tables.LanguageCode,
        code_tables.SalespersonPurchaser,
        salutations.Salutation,
        salutations.SalutationFormula,
        templates.InteractionGroup,
        templates.InteractionTemplate,
        templates.TemplateLanguage,
        templates.InteractionTemplateSetup,
        campaigns.Campaign,
        campaigns.CampaignStatus,
        questionnaires.ProfileQuestionnaire,
        questionnaires.ProfileQuestionnaireLine,
        questionnaires.Rating,
        tasks.Team,
        tasks.TeamSalesperson,
        setup.NumberSeries,
        setup.MarketingSetup,
        setup.UserSetup,
        setup.CompanyInformation,
    )
}
"""The tables that can be taken in, by name."""


def require_segment(store: Store, segment_no: str) -> Segment:
    """The segment with this number.

    Raises:
        NotFound: There is none; it may have been logged or deleted.
    """
    return store.segments.get(to_code(segment_no))


def require_contact(store: Store, contact_no: str) -> Contact:
    """The contact with this number, wherever the host keeps its contacts.

    Raises:
        NotFound: There is none.
    """
    found = store.contacts.get_many([to_code(contact_no)])
    if not found:
        raise NotFound("contact", contact_no)
    return found[0]


def salesperson_of(store: Store, user: str) -> str:
    """The salesperson that a user of the host is; empty if none."""
    setup = store.records.find(UserSetup, to_code(user))
    return setup.salesperson_code if setup else ""


def require_record(store: Store, kind: type[RecordT], name: str, *key: str) -> RecordT:
    """The record with this key.

    Args:
        store: Where it is kept.
        kind: Its kind.
        name: What the kind is called, for the error.
        *key: Codes as they were given.

    Raises:
        NotFound: There is none.
    """
    found = store.records.find(kind, *map(to_code, key))
    if found is None:
        raise NotFound(name, " ".join(key))
    return found


def relations_of(store: Store, contact_no: str) -> Iterator[ContactBusinessRelation]:
    """A contact's own business relations, in the order of their codes."""
    return store.records.all(ContactBusinessRelation, contact_no=contact_no)


def linked_no(store: Store, contact_no: str, table: LinkToTable) -> str:
    """The number under which the host keeps a contact as customer, vendor, ...; empty if none."""
    numbers = (each.no for each in relations_of(store, contact_no) if each.link_to_table is table)
    return next(filter(None, numbers), "")
