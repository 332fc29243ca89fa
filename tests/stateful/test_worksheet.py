"""Random sequences of all that can be done to a segment, against a model of plain dictionaries."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from segmentation.criteria import make_selection
from segmentation.errors import Refused
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.protocols import Store
from segmentation.segments import Options, Segment, actions_from_json, actions_to_json
from support.databases import Database
from support.fair import SETUP, company, context, person

STEP = 10_000
COUNTRIES = ("DK", "SE", "NO")
CONTACTS = [
    company("C1", country_region_code="DK"),
    person("P11", "C1", country_region_code="SE", company_name="C1 Ltd"),
    person("P12", "C1", country_region_code="DK", company_name="C1 Ltd"),
    company("C2", country_region_code="SE", exclude_from_segment=True),
    person("P21", "C2", country_region_code="NO", company_name="C2 Ltd"),
    person("P22", "C2", country_region_code="DK", company_name="C2 Ltd", privacy_blocked=True),
    company("C3", country_region_code="NO"),
    person("P0", country_region_code="SE"),
    person("P9", country_region_code="NO", minor=True),
]
BY_NO = {contact.no: contact for contact in CONTACTS}
MAY_JOIN = [contact.no for contact in CONTACTS if contact.may_be_contacted]

Line = tuple[str, str]
"""Contact and description."""


def order(no: str) -> tuple[Any, ...]:
    contact = BY_NO[no]
    is_person = contact.type == "person"
    return (contact.company_name, contact.company_no, is_person, contact.name, contact.no)


@attrs.define
class Done:
    """An action of the model."""

    kind: str
    choose: Callable[[], set[str]]
    options: Options = attrs.field(factory=Options)
    inserted: dict[int, Line] = attrs.field(factory=dict)
    removed: dict[int, Line] = attrs.field(factory=dict)
    by_hand: bool = False


class Model:
    """A segment as anybody would write it down."""

    def __init__(self) -> None:
        self.lines: dict[int, Line] = {}
        self.done: list[Done] = []
        self.undone: list[Done] = []
        self.description = ""

    def act(self, done: Done) -> None:
        passing = done.choose()
        if done.kind == "add":
            self._insert(done, self._joining(done, passing))
        else:
            if done.options.entire_companies:
                companies = {BY_NO[no].company_no for no in passing} - {""}
                passing = passing | {c.no for c in CONTACTS if c.company_no in companies}
            stays = done.kind == "refine"
            done.removed = {
                no: line for no, line in self.lines.items() if (line[0] in passing) is not stays
            }
            for no in done.removed:
                del self.lines[no]
        self.done.append(done)
        self.undone = []

    def _joining(self, done: Done, passing: set[str]) -> list[str]:
        found = set(passing)
        if done.options.expand_companies:
            companies = {BY_NO[no].company_no for no in found} - {""}
            found |= {c.no for c in CONTACTS if c.company_no in companies}
        if done.options.allow_related_companies:
            found |= {BY_NO[no].company_no for no in found} - {""}
        there = {line[0] for line in self.lines.values()}
        return [
            no
            for no in sorted(found, key=order)
            if BY_NO[no].may_be_contacted
            and (done.options.ignore_exclusion or not BY_NO[no].exclude_from_segment)
            and (done.options.allow_existing or no not in there)
        ]

    def _insert(self, done: Done, nos: list[str]) -> None:
        last = max(self.lines, default=0)
        done.inserted = {
            last + n * STEP: (no, self.description) for n, no in enumerate(nos, start=1)
        }
        self.lines |= done.inserted

    def refresh(self, saved: list[Done]) -> None:
        scratch = Model()
        for done in saved:
            scratch.act(Done(done.kind, done.choose, done.options))
        wanted = list(dict.fromkeys(scratch.lines[no][0] for no in sorted(scratch.lines)))
        put_in, taken_out = self._done_by_hand()
        there = {line[0] for line in self.lines.values()}
        refreshed = Done("refresh", set)
        refreshed.removed = {
            no: line
            for no, line in self.lines.items()
            if no not in put_in and line[0] not in wanted
        }
        entering = [no for no in wanted if no not in there | taken_out]
        self._insert(refreshed, entering)
        for no in refreshed.removed:
            del self.lines[no]
        self.done.append(refreshed)
        self.undone = []

    def _done_by_hand(self) -> tuple[set[int], set[str]]:
        put_in: set[int] = set()
        taken_out: set[str] = set()
        for done in self.done:
            put_in -= set(done.removed) | set(done.inserted)
            if done.by_hand:
                put_in |= set(done.inserted)
                taken_out |= {line[0] for line in done.removed.values()}
        return put_in, taken_out - {line[0] for line in self.lines.values()}

    def go_back(self) -> None:
        done = self.done.pop()
        done.inserted = {no: self.lines.pop(no) for no in done.inserted if no in self.lines}
        self.lines |= done.removed
        self.undone.append(done)

    def go_forward(self) -> None:
        done = self.undone.pop()
        for no in done.removed:
            del self.lines[no]
        self.lines |= done.inserted
        self.done.append(done)


options = st.builds(
    Options,
    allow_existing=st.booleans(),
    expand_companies=st.booleans(),
    allow_related_companies=st.booleans(),
    ignore_exclusion=st.booleans(),
    entire_companies=st.booleans(),
)
countries = st.sampled_from(COUNTRIES)
picks = st.integers(min_value=0, max_value=99)


class Worksheets(RuleBasedStateMachine):
    """The segment and its model go through the same steps."""

    def make_store(self) -> Store:
        return MemoryStore()

    @initialize()
    def begin(self) -> None:
        self.store = self.make_store()
        self.store.records.put([*SETUP, *CONTACTS])
        BY_NO.update({contact.no: contact for contact in CONTACTS})
        self.no = segments.new_segment(context(self.store, workdate=dt.date(2026, 11, 22))).no
        self.other = segments.new_segment(context(self.store, workdate=dt.date(2026, 11, 22))).no
        segments.add_contacts(context(self.store), self.other, in_country("DK"))
        self.model = Model()
        self.saved: list[Done] = []

    @property
    def segment(self) -> Segment:
        return self.store.segments.get(self.no)

    def line(self, pick: int) -> int:
        numbers = sorted(self.model.lines)
        return numbers[pick % len(numbers)]

    @rule(country=countries, chosen=options)
    def add(self, country: str, chosen: Options) -> None:
        segments.add_contacts(context(self.store), self.no, in_country(country), chosen)
        self.model.act(Done("add", lambda: nos_in(country), chosen))
        left_out = {each.contact_no for each in self.segment.actions[-1].left_out}
        joined = {line[0] for line in self.model.done[-1].inserted.values()}
        assert not joined & left_out
        assert nos_in(country) <= joined | left_out

    @rule(country=countries, chosen=options)
    def reduce(self, country: str, chosen: Options) -> None:
        segments.reduce_contacts(context(self.store), self.no, in_country(country), chosen)
        self.model.act(Done("reduce", lambda: nos_in(country), chosen))

    @rule(country=countries, chosen=options)
    def refine(self, country: str, chosen: Options) -> None:
        segments.refine_contacts(context(self.store), self.no, in_country(country), chosen)
        self.model.act(Done("refine", lambda: nos_in(country), chosen))

    @rule(contact_no=st.sampled_from(MAY_JOIN))
    def add_by_hand(self, contact_no: str) -> None:
        segments.add_contact(context(self.store), self.no, contact_no)
        self.model.act(
            Done("add", lambda: {contact_no}, Options(allow_existing=True, ignore_exclusion=True))
        )
        self.model.done[-1].options = Options(ignore_exclusion=True)
        self.model.done[-1].by_hand = True

    @precondition(lambda self: self.model.lines)
    @rule(pick=picks, recorded=st.booleans())
    def remove_by_hand(self, pick: int, recorded: bool) -> None:
        number = self.line(pick)
        segments.remove_line(context(self.store), self.no, number, recorded=recorded)
        line = self.model.lines.pop(number)
        self.model.undone = []
        if recorded:
            done = Done("reduce", lambda: {line[0]}, removed={number: line}, by_hand=True)
            self.model.done.append(done)

    @precondition(lambda self: self.model.lines)
    @rule(pick=picks, text=st.sampled_from("abc"))
    def describe_line(self, pick: int, text: str) -> None:
        number = self.line(pick)
        segments.change_line(context(self.store), self.no, number, description=text)
        self.model.lines[number] = (self.model.lines[number][0], text)
        self.model.undone = []

    @precondition(lambda self: self.model.lines)
    @rule(pick=picks, contact_no=st.sampled_from(MAY_JOIN))
    def change_contact(self, pick: int, contact_no: str) -> None:
        number = self.line(pick)
        segments.change_line(context(self.store), self.no, number, contact_no=contact_no)
        old = self.model.lines[number]
        new = (contact_no, self.model.description)
        self.model.lines[number] = new
        self.model.undone = []
        if old[0] != contact_no:
            self.model.done.append(
                Done("reduce", lambda: {old[0]}, removed={number: old}, by_hand=True)
            )
            self.model.done.append(
                Done(
                    "add",
                    lambda: {contact_no},
                    Options(ignore_exclusion=True),
                    inserted={number: new},
                    by_hand=True,
                )
            )

    @rule(contact_no=st.sampled_from(MAY_JOIN), name=st.sampled_from("az"))
    def rename(self, contact_no: str, name: str) -> None:
        """Those who join later come in another order; lines stay where they are."""
        BY_NO[contact_no] = attrs.evolve(BY_NO[contact_no], name=name, company_name=name)
        self.store.records.put([BY_NO[contact_no]])

    @rule(text=st.sampled_from(["", "spring", "autumn"]), update=st.booleans())
    def describe_header(self, text: str, update: bool) -> None:
        segments.change_header(context(self.store), self.no, update_lines=update, description=text)
        self.model.description = text
        self.model.undone = []
        if update:
            self.model.lines = {no: (line[0], text) for no, line in self.model.lines.items()}

    @rule()
    def go_back(self) -> None:
        if self.model.done:
            segments.go_back(context(self.store), self.no)
            self.model.go_back()
        else:
            with pytest.raises(Refused):
                segments.go_back(context(self.store), self.no)

    @rule()
    def go_forward(self) -> None:
        if self.model.undone:
            segments.go_forward(context(self.store), self.no)
            self.model.go_forward()
        else:
            with pytest.raises(Refused):
                segments.go_forward(context(self.store), self.no)

    @rule()
    def save(self) -> None:
        if self.goes_round():
            with pytest.raises(Refused, match="circle"):
                segments.save_criteria(context(self.store), self.no, "KEPT", "")
        elif self.model.done:
            segments.save_criteria(context(self.store), self.no, "KEPT", "")
            self.saved = list(self.model.done)
        else:
            with pytest.raises(Refused):
                segments.save_criteria(context(self.store), self.no, "KEPT", "")

    @precondition(lambda self: 0 < len(self.saved) < 10)
    @rule()
    def reuse(self) -> None:
        segments.reuse_criteria(context(self.store), self.no, "KEPT")
        for done in self.saved:
            self.model.act(Done(done.kind, done.choose, done.options, by_hand=done.by_hand))

    @precondition(lambda self: self.saved)
    @rule()
    def refresh(self) -> None:
        segments.follow_criteria(context(self.store), self.no, "KEPT")
        segments.refresh(context(self.store), self.no)
        self.model.refresh(self.saved)

    def goes_round(self) -> bool:
        """Whether what was done refers to the criteria themselves, which are to be saved."""
        return any(done.kind == "refresh" for done in self.model.done)

    @rule(step=st.sampled_from([segments.unite, segments.intersect, segments.subtract]))
    def combine(self, step: Callable[..., Segment]) -> None:
        step(context(self.store), self.no, self.other)
        kinds = {"unite": "add", "intersect": "refine", "subtract": "reduce"}
        self.model.act(Done(kinds[step.__name__], lambda: nos_in("DK") & set(MAY_JOIN)))

    @rule()
    def take_up_a_copy(self) -> None:
        self.no = segments.copy_segment(context(self.store), self.no).no
        self.model.undone = []

    @invariant()
    def the_lines_are_those_of_the_model(self) -> None:
        lines = self.segment.lines
        expected = [(no, *self.model.lines[no]) for no in sorted(self.model.lines)]
        found = [(line.line_no, line.contact_no, line.description) for line in lines]
        assert found == expected
        assert list(lines.numbers) == [line[0] for line in expected]
        assert list(lines.contact_nos) == [line[1] for line in expected]
        assert len(lines) == len(expected)
        assert [lines[place] for place in range(len(lines))] == list(lines)
        assert lines.by_field() == list(lines)
        assert all(line.segment_no == self.no for line in lines)

    @invariant()
    def the_actions_are_those_of_the_model(self) -> None:
        actions = self.segment.actions
        assert [str(action.kind) for action in actions] == [d.kind for d in self.model.done]
        for action, done in zip(actions, self.model.done, strict=True):
            removed = {ln.line_no: (ln.contact_no, ln.description) for ln in action.removed}
            assert removed == done.removed
            assert set(done.inserted) == set(action.inserted)

    @invariant()
    def the_actions_can_be_written_down(self) -> None:
        assert actions_from_json(actions_to_json(self.segment.actions)) == self.segment.actions


def in_country(country: str) -> Any:  # noqa: ANN401 - criteria
    return make_selection(contact={"country_region_code": country})


def nos_in(country: str) -> set[str]:
    return {contact.no for contact in CONTACTS if contact.country_region_code == country}


TestWorksheets = Worksheets.TestCase
TestWorksheets.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)


def test_worksheets_in_a_database_are_those_of_the_model(kept_database: Database) -> None:
    class StoredWorksheets(Worksheets):
        """The same, written to a database at each step, and read by somebody else."""

        def make_store(self) -> Store:
            kept_database.empty()
            self.reader = kept_database.open()
            return kept_database.open()

        @property
        def segment(self) -> Segment:
            return self.reader.segments.get(self.no)

    run_state_machine_as_test(
        StoredWorksheets,
        settings=settings(max_examples=8, stateful_step_count=15, deadline=None),
    )
