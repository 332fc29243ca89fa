"""A shop with orders, points and birthdays of its own, as any store can hold it.

Contacts A to H are persons; points, born, tier and nick are fields of the shop's own, and orders
a table of its own.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.criteria import Link, make_table
from segmentation.fields import Field, FieldType
from segmentation.segments import contact_schema

TODAY = date(2026, 11, 22)

CONTACT_FIELDS = (
    Field("points", "integer"),
    Field("born", "date"),
    Field("tier", "option", options=("", "bronze", "silver", "gold")),
    Field("nick", "text", length=10),
)
ORDER_FIELDS = (
    Field("order_no", "integer"),
    Field("contact_no", "code", length=20),
    Field("date", "date"),
    Field("article", "code", length=20),
    Field("amount", "decimal"),
)

_PEOPLE = """
A|Anna|Berg|Bern|120|1990-11-24|gold
B|Bo|Dahl|Basel||1984-02-29|
C|Cleo|Ek|Bern|15|1975-12-31|silver
D|Dag|Foss|Zürich|-5|2001-01-01|bronze
E|Eva|Gran||120||gold
F|Finn|Holm|bern|7|1964-11-22|
G|Gro|Iversen|Basel|50|2000-11-29|silver
H|Hal|Jahn|Bern||1999-11-30|
"""

_ORDERS = """
1 A 2026-11-22 TENT
2 A 2026-11-01 LAMP
3 A 2026-08-24 TENT
4 A 2026-08-23 LAMP
5 B 2026-10-01 TENT
6 B 2026-10-31 LAMP
7 C 2026-10-01 TENT
8 C 2026-11-01 LAMP
9 D 2026-10-01 TENT
10 D 2026-10-01 LAMP
11 E 2026-12-01 TENT
12 F 2026-09-25 LAMP
13 F 2026-10-01 TENT
14 G 2026-10-01 TENT
15 G 2026-10-10 MAP
16 G 2026-10-20 LAMP
"""

AMOUNTS = {"TENT": "100", "LAMP": "20", "MAP": "5.50"}


def people() -> Iterator[Contact]:
    """The shop's customers; values of its own fields are texts, as a file has them."""
    for line in _PEOPLE.split("\n")[1:-1]:
        no, first, last, city, *own = line.split("|")
        values = dict(zip(("points", "born", "tier"), own, strict=True))
        yield Contact(
            no=no,
            type="person",
            name=f"{first} {last}",
            first_name=first,
            surname=last,
            city=city,
            extra={name: value for name, value in values.items() if value},
        )


def rows() -> Mapping[str, Sequence[Mapping[str, Any]]]:
    """The shop's customers and orders as plain rows, as frames hold them."""
    contacts = [
        {field.name: _plain(contact, field) for field in FRAME_FIELDS["contact"]}
        for contact in people()
    ]
    return {"contact": contacts, "orders": order_rows(*order_lines())}


def order_rows(*orders: str) -> Sequence[Mapping[str, Any]]:
    """Orders as plain rows, each said as number, contact, date and article."""
    return [
        {
            "order_no": int(no),
            "contact_no": contact,
            "date": date.fromisoformat(day),
            "article": article,
            "amount": Decimal(AMOUNTS[article]),
        }
        for no, contact, day, article in map(str.split, orders)
    ]


def order_lines() -> Sequence[str]:
    """Each order as number, contact, date and article."""
    return _ORDERS.split("\n")[1:-1]


def _plain(contact: Contact, field: Field) -> object:
    if not field.extra:
        return str(getattr(contact, field.name))
    value = dict(contact.extra).get(field.name)
    if value is None or field.type is FieldType.OPTION:
        return value
    return int(str(value)) if field.type is FieldType.INTEGER else date.fromisoformat(str(value))


SCHEMA = (
    contact_schema()
    .with_fields("contact", *CONTACT_FIELDS)
    .with_tables(
        make_table("orders", ORDER_FIELDS, link=Link((("contact_no", "no"),)), key=("order_no",))
    )
)
"""The schema that `define` makes of a store."""

_NAMED = ("no", "type", "name", "first_name", "surname", "city", "points", "born", "tier")
FRAME_FIELDS = {
    "contact": [SCHEMA.table("contact").field(name) for name in _NAMED],
    "orders": list(ORDER_FIELDS),
}
"""The fields that have a column in the shop's frames."""


def define(crm: seg.Workspace) -> None:
    """Define the shop's fields and its table."""
    crm.tables.define("contact", *CONTACT_FIELDS)
    crm.tables.define("orders", *ORDER_FIELDS, key="order_no", link="contact_no")


def fill(crm: seg.Workspace) -> None:
    """Take in the shop's customers and their orders."""
    crm.contacts.add(*people())
    for line in order_lines():
        add_order(crm, *line.split())


def add_order(crm: seg.Workspace, order_no: str, contact_no: str, day: str, article: str) -> None:
    """Take in one order."""
    crm.tables["orders"].new(
        order_no, contact_no=contact_no, date=day, article=article, amount=AMOUNTS[article]
    )
