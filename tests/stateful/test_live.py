"""Random changes of everything that criteria ask for: each refresh is what a full run gives.

``python -m pytest tests/stateful/test_live.py`` is short. Longer: ``LIVE_EXAMPLES=1000`` before it.
"""

import datetime as dt
import os
from contextlib import suppress
from typing import Any

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

import segmentation as seg
from segmentation.contacts import ContactIndustryGroup, ContactMailingGroup
from segmentation.criteria import InSegment, followed, latest, none, row, total
from segmentation.errors import NotFound, Refused, Rejected
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from support.databases import Database
from support.fair import TODAY, company, evolved, person
from support.live import Live, order, own, prepare, talk, where

EXAMPLES = int(os.environ.get("LIVE_EXAMPLES", "0"))
NOS = ("A", "B", "C", "D")
COMPANIES = ("F", "G")
nos = st.sampled_from(NOS)
days = st.integers(min_value=-100, max_value=10).map(lambda n: TODAY + dt.timedelta(n))


def criteria_of(crm: seg.Workspace, asked: str) -> dict[str, Any]:
    """Criteria of every kind."""
    the = crm.fields
    dk = where(contact={"country_region_code": "DK"})
    recent = where(interactions={"date": "-3M..", "canceled": "no"})
    talked = the.interactions
    return {
        "country": dk,
        "group": where(mailing_groups={"mailing_group_code": "NEWS|FAIR"}) & ~dk,
        "no group": none(where(mailing_groups={"mailing_group_code": "NEWS|FAIR"})),
        "recent": dk | recent,
        "not recent": none(recent),
        "retail": where(industry_groups={"industry_group_code": "RETAIL"}),
        "sum": total(the["orders"]["amount"]) >= 100,
        "latest": latest(talked.date) < TODAY - dt.timedelta(30),
        "today": where(contact={"visit": "t..+3D"}),
        "birthday": the.contact["visit"].day_of_year.between(0, 7),
        "answered": followed(
            row(talked.date.age_in_days <= 60), by=talked.any_row(), on=talked.date, within=14
        ),
        "segment": InSegment(asked) | where(contact={"city": "Bern"}),
    }


KINDS = [
    "country",
    "group",
    "no group",
    "recent",
    "not recent",
    "retail",
    "sum",
    "latest",
    "today",
    "birthday",
    "answered",
    "segment",
]
kinds = st.sampled_from(KINDS)


class Changes(RuleBasedStateMachine):
    """Contacts, rows, days and criteria change; some segments follow."""

    def make_store(self) -> Store:
        return MemoryStore()

    @initialize(chosen=st.lists(kinds, min_size=2, max_size=3, unique=True))
    def begin(self, chosen: list[str]) -> None:
        self.crm = seg.Workspace.open(self.make_store(), user="ANNA", today=TODAY)
        prepare(self.crm)
        self.crm.add(*map(company, COMPANIES), *(person(no, "F") for no in NOS))
        self.day = TODAY
        self.number = 0
        self.asked = self.crm.new_segment("Asked")
        found = criteria_of(self.crm, self.asked.no)
        self.live = [Live(self.crm, found[kind], code=f"C{n}") for n, kind in enumerate(chosen)]

    @rule()
    def refresh(self) -> None:
        for live in self.live:
            live.refreshed(today=self.day)

    @rule(move=st.sampled_from([-40, -1, 1, 2, 30]))
    def another_day(self, move: int) -> None:
        self.day += dt.timedelta(move)
        self.refresh()

    @rule(place=st.integers(0, 1), kind=kinds)
    def save_anew(self, place: int, kind: str) -> None:
        self.crm.saved_criteria.save(f"C{place}", criteria_of(self.crm, self.asked.no)[kind])

    # -- contacts -----------------------------------------------------------------------------

    @rule(
        no=nos,
        fields=st.sampled_from(
            [
                {"country_region_code": "DK"},
                {"country_region_code": "SE"},
                {"city": "Bern"},
                {"city": ""},
                {"privacy_blocked": True},
                {"privacy_blocked": False},
            ]
        ),
    )
    def change(self, no: str, fields: dict[str, Any]) -> None:
        self.crm.contacts.change(no, **fields)
        self.refresh()

    @rule(no=nos, on=days)
    def visit(self, no: str, on: dt.date) -> None:
        own(self.crm, no, visit=on)

    @rule(no=nos, company_no=st.sampled_from(["", *COMPANIES]))
    def set_company(self, no: str, company_no: str) -> None:
        with suppress(Refused):
            self.crm.contacts.set_company(no, company_no)

    @rule(no=nos)
    def exclude_or_admit(self, no: str) -> None:
        is_out = self.crm.contacts[no].exclude_from_segment
        (self.crm.contacts.admit if is_out else self.crm.contacts.exclude)(no, "so they said")

    @rule()
    def add_one(self) -> None:
        self.number += 1
        self.crm.add(person(f"N{self.number}", "G", country_region_code="DK"))

    # -- rows ---------------------------------------------------------------------------------

    @rule(no=nos, code=st.sampled_from(["NEWS", "FAIR"]), there=st.booleans())
    def group(self, no: str, code: str, there: bool) -> None:
        rows = self.crm.contacts.add_rows if there else self.crm.contacts.remove_rows
        with suppress(NotFound):
            rows(ContactMailingGroup(contact_no=no, mailing_group_code=code))

    @rule(no=st.sampled_from(COMPANIES), there=st.booleans())
    def industry(self, no: str, there: bool) -> None:
        rows = self.crm.contacts.add_rows if there else self.crm.contacts.remove_rows
        with suppress(NotFound):
            rows(ContactIndustryGroup(contact_no=no, industry_group_code="RETAIL"))

    @rule(no=nos, amount=st.sampled_from(["60", "40", "99.99", "0.01"]))
    def order(self, no: str, amount: str) -> None:
        self.number += 1
        order(self.crm, self.number, no, amount)

    @precondition(lambda self: len(self.crm.tables["orders"]) > 0)
    @rule(no=nos, pick=st.integers(0, 50), amount=st.sampled_from(["1", "100", ""]))
    def change_order(self, no: str, pick: int, amount: str) -> None:
        orders = self.crm.tables["orders"]
        found: Any = list(orders)[pick % len(orders)]
        if amount:
            orders.change(found, contact_no=no, amount=amount)
        else:
            orders.delete(found)

    @rule(no=nos, on=days)
    def talk(self, no: str, on: dt.date) -> None:
        with suppress(Rejected):  # blocked for privacy
            talk(self.crm, no, on.isoformat())

    @precondition(lambda self: len(self.crm.interactions) > 0)
    @rule(pick=st.integers(0, 50))
    def cancel_or_uncancel(self, pick: int) -> None:
        found = list(self.crm.interactions)[pick % len(self.crm.interactions)]
        with suppress(Refused):
            (self.crm.interactions.uncancel if found.canceled else self.crm.interactions.cancel)(
                found
            )

    # -- segments, and what is undone -----------------------------------------------------------

    @rule(no=nos)
    def ask_for(self, no: str) -> None:
        if no in self.asked.contact_nos:
            self.asked.remove_line(next(x for x in self.asked.lines if x.contact_no == no))
        else:
            with suppress(Refused):
                self.asked.add_contact(no)

    @rule(no=nos)
    def by_hand(self, no: str) -> None:
        for live in self.live:
            sheet = live.sheet()
            live.by_hand.add(no)
            if no in sheet.contact_nos:
                sheet.remove_line(live.line(no))
            else:
                with suppress(Refused):
                    sheet.add_contact(no)

    @rule()
    def go_back_and_refresh(self) -> None:
        for live in self.live:
            last = live.sheet().actions[-1]
            if str(last.kind) == "refresh":
                live.sheet().go_back()
                live.refreshed(today=self.day)

    @rule(no=nos)
    def take_back(self, no: str) -> None:
        with suppress(ZeroDivisionError), self.crm.transaction():
            self.crm.contacts.change(no, country_region_code="DK", city="Bern")
            order(self.crm, 1000, no, "100")
            for live in self.live:
                live.sheet(evolved(self.crm, today=self.day)).refresh()
            raise ZeroDivisionError
        self.refresh()

    def teardown(self) -> None:
        if hasattr(self, "live"):
            self.refresh()
            self.crm.journal.verify()


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=EXAMPLES or 12, stateful_step_count=20, deadline=None)


def test_segments_in_a_database_follow_as_well(kept_database: Database) -> None:
    class StoredChanges(Changes):
        """The same in a database."""

        def make_store(self) -> Store:
            kept_database.empty()
            return kept_database.open()

    run_state_machine_as_test(
        StoredChanges,
        settings=settings(max_examples=EXAMPLES or 2, stateful_step_count=12, deadline=None),
    )
