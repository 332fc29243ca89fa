"""The whole main job of a shop with orders of its own, on any store, with what it answers."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, TypeAlias

import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import MappedTable
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.criteria import at_least, latest, total
from segmentation.documents import Attachment, Document
from segmentation.fields import Field, FieldType, key_of
from support import shop
from support.databases import Database

Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
ShopOn: TypeAlias = Callable[[Rows], seg.Workspace]
"""Gives the shop as it is on a day: with these contacts and orders, and what it did before."""
Timed: TypeAlias = Callable[[str], AbstractContextManager[object]]

_LETTER = b"{{ first_name }}, {{ points }} points, born {{ born }}"


class Kept:
    """A courier that keeps the texts of letters."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def deliver(self, document: Document) -> str:
        """Keep the text of a document."""
        self.texts.append(document.content.decode())
        return "kept"


def not_timed(_step: str) -> AbstractContextManager[object]:
    return nullcontext()


def load(crm: seg.Workspace, rows: Rows) -> None:
    """Bring the rows of a store to those of a day; the first time, define fields and table."""
    if "orders" not in crm.schema.tables:
        shop.define(crm)
    own = [field.name for field in shop.CONTACT_FIELDS]
    records, order = crm.store.records, crm.tables["orders"].kind
    with crm.store.transaction():
        records.put(_contact(row, own) for row in rows["contact"])
        wanted = {row["order_no"] for row in rows["orders"]}
        there = [each for each in records.all(order) if key_of(each)[0] not in wanted]
        records.remove(there)
        records.put(order(**row) for row in rows["orders"])


def _contact(row: Mapping[str, Any], own: Sequence[str]) -> Contact:
    extra = {name: row[name] for name in own if row.get(name) is not None}
    ours = {name: value for name, value in row.items() if name not in own and value is not None}
    return Contact(**ours, extra=extra)


class MappedShop:
    """The shop in tables of a host's database, mapped; all else stands beside them in ours.

    Args:
        database: Where the tables are made.
    """

    def __init__(self, database: Database) -> None:
        database.own_address()  # makes the schema
        metadata = sa.MetaData(schema=database.schema)
        self._tables = {
            name: sa.Table(
                f"shop_{name}",
                metadata,
                *(_column(field, key, index) for field in shop.FRAME_FIELDS[name]),
            )
            for name, key, index in (("contact", "no", ""), ("orders", "order_no", "contact_no"))
        }
        contact, orders = self._tables["contact"], self._tables["orders"]
        own = [field for field in shop.CONTACT_FIELDS if field.name in contact.c]
        mapped = {
            "contact": MappedTable(contact, dict(contact.c), clean={"no"}, fields=own),
            "orders": MappedTable(
                orders,
                dict(orders.c),
                clean={"order_no", "contact_no", "article"},
                fields=shop.ORDER_FIELDS,
                key="order_no",
                link="contact_no",
            ),
        }
        self._engine = database.engine()
        metadata.create_all(self._engine)
        self._store = database.open(prefix="beside_", mapped=mapped)

    def __call__(self, rows: Rows) -> seg.Workspace:
        """The shop on a day: the host's tables hold these rows."""
        with self._engine.begin() as connection:
            for name, table in self._tables.items():
                named = list(table.c.keys())
                connection.execute(sa.delete(table))
                connection.execute(
                    sa.insert(table), [{key: row.get(key) for key in named} for row in rows[name]]
                )
        return seg.Workspace.open(self._store, today=shop.TODAY)


def _column(field: Field, key: str, index: str) -> sa.Column[Any]:
    made = _SQL.get(field.type, sa.Text())
    return sa.Column(field.name, made, primary_key=field.name == key, index=field.name == index)


_SQL: Mapping[FieldType, sa.types.TypeEngine[Any]] = {
    FieldType.INTEGER: sa.Integer(),
    FieldType.DECIMAL: sa.Numeric(12, 2),
    FieldType.DATE: sa.Date(),
}


def whole_job(
    shop_on: ShopOn, days: tuple[Rows, Rows], explained: Sequence[str], timed: Timed = not_timed
) -> Mapping[str, object]:
    """Do the job on two days; returns what each step answers.

    Args:
        shop_on: Gives the shop on a day.
        days: The rows of both days.
        explained: Contacts of whom it is asked why they pass, or why not.
        timed: Takes the time of a step.
    """
    said: dict[str, object] = {}
    crm = shop_on(days[0])
    _set_up(crm)
    orders = crm.fields["orders"]
    wanted = (
        (crm.fields.contact["points"] > 0)
        & at_least(1, orders["article"] == "TENT")
        & (total(orders["amount"]) > 110)
        & (latest(orders["date"]) >= "-90D")
    )
    with timed("select"):
        said["select"] = list(crm.select(wanted))
    with timed("funnel"):
        said["funnel"] = str(crm.count(wanted))
    with timed("explain"):
        said["explain"] = [str(crm.explain(no, wanted)) for no in explained]
    crm.saved_criteria.save("SPENT", wanted)
    segment = crm.new_segment(
        "Spenders", no="SPEND", interaction_template_code="POINTS", salesperson_code="JO"
    )
    segment.follow_criteria("SPENT")
    with timed("refresh"):
        segment.refresh()
    said["lines"] = list(segment.contact_nos)
    crm = shop_on(days[1])
    segment = crm.segment("SPEND")
    with timed("refresh again"):
        refreshed = segment.refresh()
    said["came and went"] = (list(refreshed.entered), list(refreshed.left))
    with timed("log"):
        logged = segment.log(follow_up=True, deliver=True)
    said["own fields"] = list(logged.segment.own_fields.fields)
    kept = Kept()
    with timed("letters"):
        crm.letters.deliver({CorrespondenceType.HARD_COPY: kept})
    said["letters"] = sorted(kept.texts)
    assert logged.follow_up is not None
    said["follow-up"] = list(crm.segment(logged.follow_up.no).contact_nos)
    crm.journal.verify()
    return said


def _set_up(crm: seg.Workspace) -> None:
    crm.tables["language"].new("ENG")
    crm.tables["salesperson_purchaser"].new("JO")
    crm.tables["number_series"].new("SM", starting_no="SM001", manual_nos=True)
    crm.setup.change_marketing(segment_nos="SM")
    crm.templates.new("POINTS", description="Points")
    letter = Attachment("points.txt", _LETTER)
    crm.templates.put_language("POINTS", "ENG", attachment=letter, description="Points")
    crm.templates.change(
        "POINTS", language_code_default="ENG", correspondence_type_default="hard_copy"
    )
