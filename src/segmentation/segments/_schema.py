"""The schema of contacts: the tables that a selection may name, and how their rows are linked."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactProfileAnswer,
    ContactWebSource,
    ItemEntry,
)
from segmentation.criteria import Link, Schema, Table, make_table
from segmentation.fields import Field, Record, captioned_fields_of
from segmentation.interactions import Interaction
from segmentation.languages import captions

from ._fields import ContactTables

_OWN = Link((("contact_no", "no"),))
_COMPANY = Link((("contact_no", "company_no"),))
_WITHIN_COMPANY = Link((("contact_no", "no"), ("contact_company_no", "company_no")))
_LINKED = Link(
    (("source_no", "no"), ("source_type", "link_to_table")),
    through="contact_business_relation",
    only=("contact_no", "no"),
    unless=("type", "company"),
)

FILTERED: Sequence[tuple[type[Record], str, Link | None]] = (
    (Contact, "contact", None),
    (ContactProfileAnswer, "profile_answers", _OWN),
    (ContactMailingGroup, "mailing_groups", _OWN),
    (Interaction, "interactions", _WITHIN_COMPANY),
    (ContactJobResponsibility, "job_responsibilities", _OWN),
    (ContactIndustryGroup, "industry_groups", _COMPANY),
    (ContactBusinessRelation, "business_relations", _COMPANY),
    (ContactWebSource, "web_sources", _COMPANY),
    (AlternativeAddress, "alternative_addresses", _OWN),
    (ItemEntry, "item_entries", _LINKED),
)
"""The records that a selection may name, their short names, and their links to contacts."""


def contact_schema(extra_fields: Mapping[str, Iterable[Field]] | None = None) -> Schema:
    """The schema of contacts: every table that a selection may name.

    Args:
        extra_fields: Fields that a host added, by table.

    >>> contact_schema().table("mailing_groups").name
    'contact_mailing_group'
    """
    return _schema_with(extra_fields) if extra_fields else _plain_schema()


def contact_fields(schema: Schema | None = None) -> ContactTables:
    """The tables of a contact with their fields, to build selections from.

    A type checker finds spelling mistakes in tables and fields, and values of a wrong type. Fields
    and tables that a host added are items: ``the.contact["points"]``, ``the["orders"]["article"]``.

    Args:
        schema: The schema, by default that of contacts without a host's fields.

    >>> the = contact_fields()
    >>> (the.contact.city == "Bern") & the.contact.type.is_in(["person"])
    make_selection(contact={'city': 'Bern'}) & make_selection(contact={'type': 'person'})
    """
    return ContactTables(contact_schema() if schema is None else schema)


@cache
def _plain_schema() -> Schema:
    return _schema_with({})


def _schema_with(added: Mapping[str, Iterable[Field]]) -> Schema:
    tables = [
        _table(kind, alias, link).with_fields(*added.get(kind.__table__, ()))
        for kind, alias, link in FILTERED
    ]
    return Schema("contact", "no", {table.name: table for table in tables})


def _table(kind: type[Record], alias: str, link: Link | None) -> Table:
    name = kind.__table__
    fields = captioned_fields_of(kind)
    return make_table(name, fields, link=link, alias=alias, called=captions(name), key=kind.__key__)
