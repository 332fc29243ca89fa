"""A small world for tests: companies, their people, a template, a campaign called FAIR.

SHOP and MILL are companies, SHOP is the customer C1; ANNA and BO work for SHOP, CARL for
nobody. Whoever needs more adds it.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import BusinessRelation, SalespersonPurchaser
from segmentation.contacts import ContactBusinessRelation, LinkToTable
from segmentation.criteria import AsOf
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.journal import Stamp
from segmentation.memory import MemoryStore
from segmentation.operations.context import Context
from segmentation.protocols import Store
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionGroup, InteractionTemplate
from segmentation.testing import make_company, make_person
from segmentation.workspace import Workspace

TODAY = dt.date(2026, 11, 22)
NOW = dt.datetime(2026, 11, 22, 9, 30, tzinfo=dt.UTC)
STAMP = Stamp(at=NOW, user="ANNA", random_bytes=b"sixteen bytes or more")
AS_OF = AsOf(TODAY, user="ANNA")
company, person = make_company, make_person


def context(
    store: Store,
    *,
    as_of: AsOf = AS_OF,
    stamp: Stamp = STAMP,
    **more: Any,  # noqa: ANN401 - as for a context
) -> Context:
    """A store with the day, the user and the time of the tests, or others."""
    made = Context(
        store, clock=lambda: stamp.at, random_bytes=lambda: stamp.random_bytes, user=stamp.user
    )
    return attrs.evolve(made.on(as_of), **more)


def evolved(crm: Workspace, **more: Any) -> Workspace:  # noqa: ANN401 - as for a context
    """The same workspace, with something else in its context."""
    return Workspace(attrs.evolve(crm.context, **more))


def customer(contact_no: str, no: str) -> ContactBusinessRelation:
    return ContactBusinessRelation(
        contact_no=contact_no,
        business_relation_code="CUST",
        link_to_table=LinkToTable.CUSTOMER,
        no=no,
    )


SETUP: tuple[Record, ...] = (
    MarketingSetup(
        contact_nos="CONT",
        segment_nos="SEGM",
        campaign_nos="CAMP",
        bus_rel_code_for_customers="CUST",
        bus_rel_code_for_vendors="VEND",
    ),
    NumberSeries(code="CONT", starting_no="CT0001", manual_nos=True),
    NumberSeries(code="SEGM", starting_no="SM0001"),
    NumberSeries(code="CAMP", starting_no="CP0001"),
    SalespersonPurchaser(code="JO"),
    SalespersonPurchaser(code="RB"),
    BusinessRelation(code="CUST"),
    BusinessRelation(code="VEND"),
    BusinessRelation(code="PRESS"),
    InteractionGroup(code="LETTERS"),
    InteractionTemplate(
        code="INVITE",
        interaction_group_code="LETTERS",
        unit_cost=Decimal("1.50"),
        unit_duration_min=Decimal(2),
        campaign_no="FAIR",
        campaign_target=True,
    ),
    Campaign(
        no="FAIR",
        description="Spring fair",
        starting_date=dt.date(2026, 11, 1),
        ending_date=dt.date(2026, 11, 30),
    ),
)
PEOPLE: tuple[Record, ...] = (
    company("SHOP", salesperson_code="JO"),
    company("MILL", salesperson_code="RB"),
    person("ANNA", "SHOP", salesperson_code="JO"),
    person("BO", "SHOP", salesperson_code="RB"),
    person("CARL", salesperson_code="RB"),
    customer("SHOP", "C1"),
)


def make_store(*more: Record) -> MemoryStore:
    """A store with this world in it, and more."""
    store = MemoryStore()
    store.records.put([*SETUP, *PEOPLE, *more])
    return store


def interaction(
    number: int, contact_no: str, company_no: str = "", **fields: object
) -> Interaction:
    """An interaction of the campaign FAIR, as if it were recorded with this number."""
    values: dict[str, object] = {
        "campaign_no": "FAIR",
        "date": TODAY,
        "cost": Decimal(2),
        "duration_min": Decimal(3),
        **fields,
    }
    return Interaction(
        entry_no=number,
        contact_no=contact_no,
        contact_company_no=company_no,
        **values,  # type: ignore[arg-type]  # whatever a test gives
    )
