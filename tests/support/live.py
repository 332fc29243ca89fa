"""A segment that follows criteria, and a full run to compare each of its refreshes with."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.code_tables import IndustryGroup, MailingGroup
from segmentation.contacts import Contact
from segmentation.criteria import BoundSelection, Criteria
from segmentation.fields import Field
from segmentation.operations.segments import Refreshed
from segmentation.protocols import Contacts
from segmentation.segments import Candidates, Options
from segmentation.templates import InteractionGroup
from support.desk import make_template
from support.fair import SETUP, evolved, person
from support.stores import workspaces

CODE = "LIVE"

TALK: Mapping[str, Any] = {
    "interaction_template_code": "TALK",
    "correspondence_type": "",
    "salesperson_code": "JO",
}
"""The fields of an interaction that could be recorded."""


def live_workspaces(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store, with groups, an own table and own fields."""
    for crm in workspaces(request, tmp_path):
        prepare(crm)
        yield crm


def prepare(crm: seg.Workspace) -> None:
    """Set up what the scenarios need: groups, a template, fields and a table of the host's own."""
    crm.store.records.put(
        [
            *SETUP,
            InteractionGroup(code="TALKS"),
            make_template("TALK"),
            *(MailingGroup(code=code) for code in ("NEWS", "FAIR")),
            IndustryGroup(code="RETAIL"),
        ]
    )
    crm.tables.define(
        "contact", Field("visit", "date"), Field("born", "date"), Field("seen", "datetime")
    )
    crm.tables.define(
        "orders",
        Field("order_no", "integer"),
        Field("contact_no", "code", length=20),
        Field("amount", "decimal"),
        key="order_no",
        link="contact_no",
    )


def people(country: str, *nos: str, **fields: Any) -> list[seg.Contact]:  # noqa: ANN401 - of any
    """Persons of a country."""
    return [person(no, country_region_code=country, **fields) for no in nos]


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def where(**tables: Any) -> Any:  # noqa: ANN401 - a selection, never of everybody
    """A selection of filters by table."""
    return seg.make_selection(**tables)


class Live:
    """A segment that follows criteria. Each refresh is compared with a full run.

    Args:
        crm: The workspace.
        criteria: What it follows; ``None`` if they are saved already.
        code: The code of the saved criteria.
    """

    def __init__(
        self, crm: seg.Workspace, criteria: Criteria | None = None, *, code: str = CODE
    ) -> None:
        self.crm = crm
        self.code = code
        if criteria is not None:
            crm.saved_criteria.save(code, criteria)
        self.no = crm.new_segment("Live").follow_criteria(code).no
        self.by_hand: set[str] = set()
        """Who was put in or taken out by hand, and may differ from a full run."""
        self.first = self.refresh()

    def sheet(self, crm: seg.Workspace | None = None) -> seg.Worksheet:
        return (crm or self.crm).segment(self.no)

    @property
    def nos(self) -> str:
        """Who is in, in the order of their numbers."""
        return " ".join(sorted(self.sheet().contact_nos))

    def refresh(self, **more: Any) -> str:  # noqa: ANN401 - as for a context
        """Refresh, and tell who came and who went: ``+B -A``; nothing if none did."""
        return told(self.refreshed(**more))

    def refreshed(self, **more: Any) -> Refreshed:  # noqa: ANN401 - as for a context
        """Refresh, on another day or in another zone perhaps, and compare with a full run."""
        crm = evolved(self.crm, **more) if more else self.crm
        before = self.sheet(crm).lines
        done = self.sheet(crm).refresh()
        after = self.sheet(crm).lines
        assert list(after) == list(done.segment.lines)
        stayed = [line for line in before if line.contact_no not in set(done.left)]
        assert [line for line in after if line.line_no not in done.joining.numbers] == stayed
        assert sorted([*before.contact_nos, *done.entered]) == sorted(
            [*after.contact_nos, *done.left]
        )
        assert (done.lines_before, done.lines_after) == (len(before), len(after))
        self._compare(crm, done)
        return done

    def _compare(self, crm: seg.Workspace, done: Refreshed) -> None:
        full = crm.new_segment("Full").reuse_criteria(self.code)
        found, expected = set(self.sheet(crm).contact_nos), set(full.contact_nos)
        assert found - self.by_hand == expected - self.by_hand
        if len(full.actions) == 1:
            assert reasons(done.left_out, self.by_hand) == reasons(
                full.actions[0].left_out, self.by_hand
            )
        full.delete()

    def line(self, contact_no: str) -> seg.SegmentLine:
        """The line of a contact."""
        (found,) = [line for line in self.sheet().lines if line.contact_no == contact_no]
        return found


def told(done: Refreshed) -> str:
    """Who came and who went: ``+B -A``."""
    came = [f"+{no}" for no in sorted(done.entered)]
    return " ".join([*came, *(f"-{no}" for no in sorted(done.left))])


def reasons(left_out: Iterable[Any], besides: set[str]) -> Mapping[str, str]:
    """Why contacts did not join, by number."""
    return {
        each.contact_no: str(each.reason) for each in left_out if each.contact_no not in besides
    }


def talk(crm: seg.Workspace, contact_no: str, on: str) -> int:
    """Record a talk on a day; its number."""
    return crm.interactions.create(contact_no, **TALK, date=day(on)).entry_no


def own(crm: seg.Workspace, no: str, **values: Any) -> None:  # noqa: ANN401 - of any type
    """Give a contact values of own fields."""
    known = dict(crm.contacts[no].extra)
    kept = {name: value for name, value in (known | values).items() if value is not None}
    crm.contacts.change(no, extra=kept)


def order(crm: seg.Workspace, order_no: int, contact_no: str, amount: str) -> None:
    """Take in an order."""
    crm.tables["orders"].new(order_no, contact_no=contact_no, amount=amount)


class Counting:
    """Contacts of a store, and how many of them were read."""

    def __init__(self, contacts: Contacts) -> None:
        self._contacts = contacts
        self.read = 0

    def get_many(self, nos: Any) -> Sequence[Contact]:  # noqa: ANN401 - numbers
        found = self._contacts.get_many(nos)
        self.read += len(found)
        return found

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        found = self._contacts.matching(bound)
        self.read += len(found)
        return found

    def count(self, bound: BoundSelection) -> int:
        return self._contacts.count(bound)

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        found = self._contacts.candidates(chosen, options)
        self.read += found.count
        return found


def counted(crm: seg.Workspace, step: Callable[[], object]) -> int:
    """How many contacts a step reads."""
    store: Any = crm.store
    contacts = store.contacts
    store.contacts = counting = Counting(contacts)
    try:
        step()
    finally:
        store.contacts = contacts
    return counting.read
