"""Merge fields: every field that a letter may name, and where its value comes from.

A field has one name, however a template spells it (see `documents.field_name`). What a
contact's own record holds has no prefix; what comes from elsewhere has one, ours or that of
Business Central, which is a table's caption or the first five letters of it:

=========================================  ==============================================
prefix                                     the fields of
=========================================  ==============================================
(none), ``contact_``, ``conta_``           the contact, at the address that is active on
                                           the date
``company_``, ``customer_``, ``custo_``,   the company that a person works for; its number
``vendor_``, ``vendo_``                    as a customer or vendor
``salesperson_``, ``sales_``               the salesperson of the line
``company_information_``, ``compa_``,      the sender
``our_``
``campaign_``, ``campa_``                  the campaign of the line
``segment_``, ``segme_``                   the segment as it was logged
(none), ``interaction_``, ``inter_``,      the interaction, or the line before it is logged;
``segment_line_``                          without prefix what a contact does not have
=========================================  ==============================================

Besides: ``formal_salutation``, ``informal_salutation``, ``address_block``,
``address_line_1`` to ``address_line_8``, ``country_region_name``, ``date``, ``subject``,
``remark``, ``unsubscribe`` where the host makes links, and whatever extra fields the host has
declared on any of these.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, time
from decimal import Decimal
from functools import cache, partial
from typing import TypeAlias

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, LinkToTable
from segmentation.definitions import OwnField
from segmentation.documents import field_name
from segmentation.errors import Fault, Message, Rejected, text_of
from segmentation.fields import Field, FieldType, Record, Value, fields_of
from segmentation.interactions import Interaction
from segmentation.markup import to_rows
from segmentation.operations.context import Context
from segmentation.operations.schema import worked_out_in
from segmentation.protocols import Records
from segmentation.salutations import SalutationType
from segmentation.segments import LoggedSegment, SegmentHeader
from segmentation.setup import CompanyInformation
from segmentation.showing import shown_by

from ._merge_data import MergeData

_ADDRESS_LINES = 8


_SAID_OF_ONE = frozenset({Contact.__table__, Interaction.__table__, "segment_line"})


REMARK = "remark"
"""The extra field of a line or an interaction that is a remark to this one person."""


UNSUBSCRIBE = "unsubscribe"
"""The link by which a contact takes itself off the list, where the host makes one."""


Getter: TypeAlias = Callable[[MergeData], Value]
"""Finds one field in the merge data."""


@cache
def known_fields() -> Mapping[str, Getter]:
    """Every field that there always is, by its name as `field_name` gives it."""
    known: dict[str, Getter] = {}
    for prefix, kind, source in _sources():
        for field in fields_of(kind):
            name = field_name(f"{prefix}_{field.name}")
            known.setdefault(name, partial(_attribute, source, field.name, field.blank))
    known.update((field_name(name), getter) for name, getter in _COMPUTED.items())
    for number in range(_ADDRESS_LINES):
        known[field_name(f"address_line_{number + 1}")] = partial(_address_line, number)
    for prefix, names in _ALSO_UNDER.items():
        for name in names:
            known.setdefault(field_name(f"{prefix}_{name}"), known[field_name(name)])
    return known


def find_getter(name: str, extra: Mapping[str, Getter]) -> Getter | None:
    """What finds a field that a template names; ``None`` if nothing fills it.

    Args:
        name: The field, as the template spells it.
        extra: Extra fields of the host, as `extra_fields` gives them.
    """
    plain = field_name(name)
    return known_fields().get(plain) or extra.get(plain)


def extra_fields(records: Records) -> Mapping[str, Getter]:
    """The extra fields that a host declared, by their `field_name`, under each prefix."""
    found: dict[str, Getter] = {}
    for table, field in _declared(records):
        for prefix, kind, source in _sources():
            if table == kind.__table__:
                name = field_name(f"{prefix}_{field.name}")
                found.setdefault(name, partial(_extra, source, field))
        if table in _SAID_OF_ONE:
            found[field_name(field.name)] = partial(_own_extra, field)
    return found


def worked_out_fields(
    functions: Mapping[str, Callable[[Contact], Value]],
) -> Mapping[str, Getter]:
    """The fields of contacts that a host works out in Python, as `extra_fields` gives others.

    Args:
        functions: The fields, each with the function that works it out.
    """
    found: dict[str, Getter] = {}
    for prefix in ("", *_CONTACT):
        for name, work_out in functions.items():
            getter = partial(_worked_out, name, work_out)
            found[field_name(f"{prefix}_{name}")] = getter
    return found


def _worked_out(name: str, work_out: Callable[[Contact], Value], data: MergeData) -> Value:
    """What a host's function makes of a contact.

    Raises:
        Rejected: It raises an error, or gives what is no value.
    """
    field = f"{Contact.__table__}.{name}"
    try:
        value: object = work_out(data.contact)
    except Exception as error:
        reason = Message(
            "cannot be worked out: {error}", error=f"{type(error).__name__}: {text_of(error)}"
        )
        raise _rejected(data.contact, field, reason) from error
    if value is None or isinstance(value, str | int | Decimal | date | time):
        return value
    reason = Message("is worked out as {value!r}, which is no value of a field", value=value)
    raise _rejected(data.contact, field, reason)


def _rejected(contact: Contact, field: str, reason: Message) -> Rejected:
    place = Message("contact {no}", no=contact.no)
    return Rejected(place, [Fault(place, field, reason, "worked_out")])


def _declared(records: Records) -> Iterator[tuple[str, Field]]:
    """The tables and fields that a host defined, in tables of ours."""
    for own in records.all(OwnField):
        if own.is_sound:
            yield own.table, own.field


# -- the list of them ---------------------------------------------------------------------------


@shown_by("name", "caption", "table")
@attrs.frozen(kw_only=True)
class MergeField:
    """A field that a template may name.

    Attributes:
        name: Its name in a template; case and underscores do not matter.
        caption: What it is called in the language of the workspace.
        table: The table that it comes from; empty if it is worked out of several.
        also: Its names with the other prefixes of the table.
    """

    name: str
    caption: str
    table: str = ""
    also: tuple[str, ...] = ()


@shown_by(count="fields")
class MergeFields(tuple[MergeField, ...]):
    """The fields that a template may name, those worked out first, then table by table."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """The first of them."""
        return to_rows(self, ["name", "caption", "table", "also"])


def merge_fields(context: Context) -> MergeFields:
    """All fields that a letter may name, with a host's own, for who writes a template.

    Args:
        context: Where own fields are declared, and the language of the captions.
    """
    phrases, own = context.phrases, _own_fields(context.store.records)
    linked = (UNSUBSCRIBE,) if context.rendering.unsubscribe else ()
    worked_out = (*_WORKED_OUT, *linked)
    rows = [MergeField(name=name, caption=phrases.name("*", name)) for name in worked_out]
    taken = {row.name for row in rows}
    computed = {Contact.__table__: tuple(worked_out_in(context.store))}
    for prefixes, kind, _ in _PREFIXES:
        table = kind.__table__
        named = (field.name for field in fields_of(kind))
        for field in (*named, *own.get(table, ()), *computed.get(table, ())):
            name, *also = (f"{prefix}_{field}".strip("_") for prefix in prefixes)
            if name not in taken:
                taken.add(name)
                caption = phrases.name(table, field)
                rows.append(MergeField(name=name, caption=caption, table=table, also=tuple(also)))
    return MergeFields(rows)


def _own_fields(records: Records) -> Mapping[str, Sequence[str]]:
    """The names of the fields that a host declared, by table."""
    found: dict[str, list[str]] = {}
    for table, field in _declared(records):
        found.setdefault(table, []).append(field.name)
    return found


# -- where their values come from ---------------------------------------------------------------


def _attribute(
    source: Callable[[MergeData], object], name: str, blank: Value, data: MergeData
) -> Value:
    value: Value = getattr(source(data), name, blank)
    return value


def _place_or_contact(name: str, data: MergeData) -> Value:
    value: Value = getattr(data.place, name, "") or getattr(data.contact, name)
    return value


def _address_line(number: int, data: MergeData) -> Value:
    lines = data.address_block
    return lines[number] if number < len(lines) else ""


def _extra(source: Callable[[MergeData], object], field: Field, data: MergeData) -> Value:
    value: Value = dict(getattr(source(data), "extra", ())).get(field.name, field.blank)
    return value


def _own_extra(field: Field, data: MergeData) -> Value:
    """An extra field of the contact, or of this one interaction or line, which goes before."""
    extra = dict(data.contact.extra) | dict(data.interaction.extra)
    return extra.get(field.name, field.blank)


def _place(name: str, data: MergeData) -> Value:
    value: Value = getattr(data.place, name)
    return value


def _customer(data: MergeData) -> Contact:
    return data.company or data.contact


def _number_as(table: LinkToTable, data: MergeData) -> Value:
    return data.number_as(table)


_AT_THE_ADDRESS = (
    "address",
    "address_2",
    "post_code",
    "city",
    "county",
    "country_region_code",
)


_OF_BOTH = ("phone_no", "mobile_phone_no", "e_mail", "home_page")


_CONTACT = ("contact", "conta")


_LINKED = {
    **dict.fromkeys(("customer", "custo"), LinkToTable.CUSTOMER),
    **dict.fromkeys(("vendor", "vendo"), LinkToTable.VENDOR),
}


_COMPUTED: Mapping[str, Getter] = {
    **{
        f"{prefix}{name}": partial(_place, name)
        for prefix in ("", *(f"{each}_" for each in _CONTACT))
        for name in _AT_THE_ADDRESS
    },
    **{
        f"{prefix}{name}": partial(_place_or_contact, name)
        for prefix in ("", *(f"{each}_" for each in _CONTACT))
        for name in _OF_BOTH
    },
    "address_block": lambda data: "\n".join(data.address_block),
    "company_name": lambda data: data.company_name,
    "country_region_name": lambda data: data.country.name if data.country else "",
    **{f"{prefix}_no": partial(_number_as, table) for prefix, table in _LINKED.items()},
    **{f"{prefix}_contact": lambda data: data.contact.name for prefix in _LINKED},
    "date": lambda data: data.interaction.date,
    "formal_salutation": lambda data: data.salutation(SalutationType.FORMAL),
    "informal_salutation": lambda data: data.salutation(SalutationType.INFORMAL),
    "subject": lambda data: data.interaction.subject,
    "salesperson_code": lambda data: data.interaction.salesperson_code,
    "segment_no": lambda data: data.interaction.segment_no,
    "campaign_no": lambda data: data.interaction.campaign_no,
    "segment_line_language_code": lambda data: data.interaction.interaction_language_code,
    REMARK: partial(_own_extra, Field(REMARK, FieldType.TEXT)),
}


_WORKED_OUT = (
    "formal_salutation",
    "informal_salutation",
    "address_block",
    *(f"address_line_{number + 1}" for number in range(_ADDRESS_LINES)),
    "country_region_name",
    REMARK,
)
"""Fields of no table, or of several."""


_OF_A_LINE = (
    "campaign_description",
    "contact_company_name",
    "contact_e_mail",
    "contact_mobile_phone_no",
    "contact_name",
    "contact_phone_no",
    "salesperson_name",
    "segment_description",
)


_INTERACTION = ("interaction", "interaction_log_entry", "inter", "segment_line")


_ALSO_UNDER: Mapping[str, Sequence[str]] = {
    **dict.fromkeys(_CONTACT, ("formal_salutation", "informal_salutation", "company_name")),
    **dict.fromkeys(_INTERACTION, _OF_A_LINE),
    "segment_header": ("campaign_description",),
}
"""Names that have a prefix where Business Central repeats them in another table."""


_PREFIXES: Sequence[tuple[Sequence[str], type[Record], Callable[[MergeData], object]]] = (
    (("", *_CONTACT), Contact, lambda data: data.contact),
    (("company_information", "compa", "our"), CompanyInformation, lambda data: data.sender),
    (("company",), Contact, lambda data: data.company),
    (tuple(_LINKED), Contact, _customer),
    (
        ("salesperson", "salesperson_purchaser", "sales"),
        SalespersonPurchaser,
        lambda data: data.salesperson,
    ),
    (("campaign", "campa"), Campaign, lambda data: data.campaign),
    (("segment", "segment_header", "segme"), SegmentHeader, lambda data: data.segment),
    (("segment", "logged_segment", "segme"), LoggedSegment, lambda data: data.segment),
    ((*_INTERACTION, ""), Interaction, lambda data: data.interaction),
)
"""Prefixes, kind and place of what has fields; of two with one name the first counts."""


def _sources() -> Iterator[tuple[str, type[Record], Callable[[MergeData], object]]]:
    for prefixes, kind, source in _PREFIXES:
        for prefix in prefixes:
            yield prefix, kind, source
