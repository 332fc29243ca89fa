"""Questions that people ask of their contacts, each asked in every way: the page `gallery`.

The sample data with orders, birthdays and interactions answer them. The page shows besides how each
question is told in words, which SQL it becomes, and how many contacts it finds.
"""

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import attrs
import polars as pl

import segmentation as seg
from segmentation import criteria
from segmentation.contacts import (
    AlternativeAddress,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
)
from segmentation.criteria import Criteria
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.interactions import Interaction

_TABLES: Mapping[str, type[Record] | None] = {
    "contact": None,
    "orders": None,
    "mailing_groups": ContactMailingGroup,
    "business_relations": ContactBusinessRelation,
    "industry_groups": ContactIndustryGroup,
    "job_responsibilities": ContactJobResponsibility,
    "alternative_addresses": AlternativeAddress,
    "interactions": Interaction,
}
TODAY = dt.date(2026, 11, 22)
ARTICLES = ("LAMP", "SHADE", "BULB", "CABLE")


def _stripped(text: str) -> str:
    return text.strip()


@attrs.frozen(kw_only=True)
class Question:
    """A question, and how it is asked.

    Attributes:
        group: What it is about.
        asked: The question as somebody would ask it.
        texts: Filter texts, as arguments of `crm.count`; empty if texts do not say it.
        python: The same as an expression of the fields.
        polars: The same by hand, as an expression of frames.
        count: How many contacts there are.
    """

    group: str
    asked: str
    texts: str = attrs.field(default="", converter=_stripped)
    python: str = attrs.field(converter=_stripped)
    polars: str = attrs.field(converter=_stripped)
    count: int

    @property
    def from_texts(self) -> Criteria | None:
        """The selection that the texts make."""
        if not self.texts:
            return None
        made = self.texts if "make_selection" in self.texts else f"make_selection({self.texts})"
        selection: Criteria = evaluated(made, {})
        return selection

    def from_python(self, crm: seg.Workspace) -> Criteria:
        """The selection that the Python makes."""
        tables = {name: crm.fields[name] for name in _TABLES}
        selection: Criteria = evaluated(self.python, tables)
        return selection

    def by_hand(self, frames: Mapping[str, pl.DataFrame]) -> list[str]:
        """The numbers that polars finds."""
        found = evaluated(self.polars, {**frames, "pl": pl, "dt": dt, "today": TODAY})
        return sorted(found["no"])


def evaluated(code: str, names: Mapping[str, Any]) -> Any:  # noqa: ANN401 - whatever it makes
    """What an expression of a question makes."""
    known = {name: getattr(criteria, name) for name in criteria.__all__}
    return eval(f"({code}\n)", {**known, **names})  # noqa: S307 - our own questions


def questions() -> Sequence[Question]:
    """All questions, in the order of the page."""
    text = Path(__file__).with_suffix(".toml").read_text("utf-8")
    rows: list[dict[str, Any]] = tomllib.loads(text)["question"]
    return [Question(**row) for row in rows]


def frames_of(crm: seg.Workspace) -> Mapping[str, pl.DataFrame]:
    """The tables as frames of polars, by the names of the page."""
    linked = {
        name: pl.DataFrame(_columns(crm, kind), infer_schema_length=None)
        for name, kind in _TABLES.items()
        if kind
    }
    return {
        **linked,
        "contact": crm.contacts.to_frame("polars"),
        "orders": crm.tables["orders"].to_frame("polars"),
    }


def _columns(crm: seg.Workspace, kind: type[Record]) -> Mapping[str, Sequence[Any]]:
    rows = list(crm.store.records.all(kind))
    return {field.name: [getattr(row, field.name) for row in rows] for field in fields_of(kind)}


def workspace(address: str = ":memory:") -> seg.Workspace:
    """The sample data, with fields and a table of one's own, filled by rule."""
    crm = seg.Workspace.open(address, user="ANNA", today=TODAY)
    crm.tables.define(
        "contact",
        Field("born", FieldType.DATE),
        Field("points", FieldType.INTEGER),
        Field("tier", FieldType.OPTION, options=("", "silver", "gold")),
    )
    crm.tables.define(
        "orders",
        Field("order_no", FieldType.INTEGER),
        Field("contact_no", FieldType.CODE, length=20),
        Field("date", FieldType.DATE),
        Field("article", FieldType.CODE),
        Field("channel", FieldType.CODE),
        Field("amount", FieldType.DECIMAL),
        key="order_no",
        link="contact_no",
    )
    crm.import_data(str(files("segmentation.sample")))
    everybody = list(crm.contacts)
    for place, contact in enumerate(everybody):
        if contact.type == "person":
            born = dt.date(1950 + place % 55, 1 + place % 12, 1 + place * 5 % 28)
            tier = ("", "silver", "gold")[place % 3]
            extra = {"born": born if place % 4 else None, "points": place * 37 % 500, "tier": tier}
            crm.contacts.change(contact.no, extra=extra)
    kind = crm.tables["orders"].kind
    crm.tables["orders"].put(
        *(
            kind(
                order_no=place * 10 + turn,
                contact_no=contact.no,
                date=TODAY - dt.timedelta(days=(place * 13 + turn * 37) % 700),
                article=ARTICLES[(place + turn * (turn + 1) // 2) % 4],
                channel=("WEB", "SHOP")[place * turn % 3 % 2],
                amount=Decimal(place * 17 + turn * 129) % 400 + Decimal("0.5"),
            )
            for place, contact in enumerate(everybody)
            for turn in range(place * 7 % 6)
        )
    )
    drafts = [
        crm.interactions.draft(
            contact.no,
            interaction_template_code="VISIT" if place % 2 else "SHOWROOM",
            correspondence_type="hard_copy",
            date=TODAY - dt.timedelta(days=place * 19 % 400),
            cost=place * 7 % 90,
            evaluation="positive" if place % 5 == 1 else "",
        )
        for place, contact in enumerate(everybody)
        if place % 3 and contact.may_be_contacted
    ]
    crm.interactions.create_many(drafts)
    return crm
