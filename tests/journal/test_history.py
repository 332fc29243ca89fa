"""Whatever is done in whatever order: the chain holds, records and totals follow from it."""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Any

import attrs
import hypothesis.strategies as st
import pytest
from hypothesis import given, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

import segmentation as seg
from segmentation.campaigns import CampaignEntry
from segmentation.columns import Columns, gathered
from segmentation.errors import InvalidValue, JournalBroken, NotFound, Refused
from segmentation.fields import fields_of, to_extra
from segmentation.interactions import (
    DeliveryStatus,
    Evaluation,
    Interaction,
    InteractionComment,
)
from segmentation.journal import (
    Commented,
    DeliveryRecorded,
    Dropped,
    Evaluated,
    Happening,
    Head,
    State,
    make_entries,
    verify,
    without_personal,
)
from segmentation.memory import MemoryStore
from segmentation.operations.interactions import (
    Cancelable,
    cancel,
    contact_figures,
    delete_all_canceled_interactions,
    delete_canceled_campaign_entries,
    delete_canceled_logged_segments,
    uncancel,
)
from segmentation.operations.journal import audit, record
from segmentation.protocols import Records, Store
from segmentation.segments import LoggedSegment
from segmentation.serialization import fragments, to_data, to_json
from segmentation.workspace import open_store
from support.desk import check_journal, make_desk, segment_of
from support.fair import STAMP, TODAY

NOS = st.sampled_from(["SHOP", "ANNA", "BO", "CARL", "MILL"])
TEMPLATES = st.sampled_from(["TALK", "CALL", "LETTER"])
CAMPAIGNS = st.sampled_from(["", "SALE", "FAIR"])


class Journal(RuleBasedStateMachine):
    """Random work at a desk; what a contact's figures should be is kept beside it."""

    made = Bundle("made")
    put_off = Bundle("put_off")

    def __init__(self) -> None:
        super().__init__()
        self.crm: seg.Workspace = make_desk()
        self.past: dict[int, list[object]] = {}

    def teach(self) -> None:
        """Remember what the records are now, to be asked of the past later."""
        self.past[self.crm.journal.head.number] = outline(self.crm.store.records)

    @rule(target=made, no=NOS, template=TEMPLATES, campaign=CAMPAIGNS)
    def create(self, no: str, template: str, campaign: str) -> int:
        return self.crm.interactions.create(
            no, interaction_template_code=template, campaign_no=campaign
        ).entry_no

    @rule(target=put_off, no=NOS)
    def postpone(self, no: str) -> int:
        return self.crm.interactions.postpone(
            no, interaction_template_code="TALK", campaign_no="SALE"
        ).entry_no

    @rule(target=made, number=consumes(put_off), cost=st.decimals(0, 99, places=2))
    def resume(self, number: int, cost: Decimal) -> int:
        return self.crm.interactions.finish(number, cost=cost, description="Done").entry_no

    @rule(number=consumes(put_off))
    def drop(self, number: int) -> None:
        self.crm.interactions.discard(number)

    @rule(nos=st.sets(NOS, min_size=1), campaign=CAMPAIGNS)
    def log(self, nos: set[str], campaign: str) -> None:
        segment_of(self.crm, *sorted(nos), campaign=campaign).log()

    @rule(data=st.data(), kind=st.sampled_from(["interaction", "entry", "segment"]))
    def switch(self, data: st.DataObject, kind: str) -> None:
        records = self.crm.store.records
        found: list[Cancelable]
        match kind:
            case "interaction":
                found = list(records.all(Interaction, postponed=False))
            case "entry":
                found = list(records.all(CampaignEntry))
            case _:
                found = list(self.crm.logged_segments)
        if found:
            item = data.draw(st.sampled_from(found))
            change = uncancel if item.canceled else cancel
            try:
                change(self.crm.context, item)
            except Refused:
                self.below_canceled(item)

    def below_canceled(self, item: Cancelable) -> None:
        """Only what belongs to something canceled cannot count again."""
        assert not isinstance(item, LoggedSegment)
        records = self.crm.store.records
        above: list[Cancelable | None] = [records.find(LoggedSegment, item.logged_segment_entry_no)]
        if isinstance(item, Interaction):
            above.append(records.find(CampaignEntry, item.campaign_entry_no))
        assert any(each.canceled for each in above if each)

    @rule(what=st.integers(0, 2))
    def delete(self, what: int) -> None:
        delete = (
            delete_all_canceled_interactions,
            delete_canceled_campaign_entries,
            delete_canceled_logged_segments,
        )[what]
        delete(self.crm.context)

    @rule(number=made, text=st.sampled_from(["Well", "Æ", "\n"]))
    def annotate(self, number: int, text: str) -> None:
        try:
            self.crm.interactions.evaluate(number, evaluation="positive")
            self.crm.interactions.comment(number, f"{text}!")
        except NotFound:
            assert self.crm.store.records.find(Interaction, number) is None

    @rule(number=made, failed=st.booleans(), opportunity_no=st.sampled_from(["", "OP1"]))
    def note(self, number: int, opportunity_no: str, *, failed: bool) -> None:
        sent = DeliveryRecorded(
            interaction_no=number, status=DeliveryStatus.ERROR, attempts=1, reason="Full"
        )
        try:
            self.crm.interactions.set_attempt(number, attempt_failed=failed)
            self.crm.interactions.link_opportunity(number, opportunity_no)
            record(self.crm.store, [sent], STAMP)
        except NotFound:
            assert self.crm.store.records.find(Interaction, number) is None

    @rule(no=st.sampled_from(["BO", "CARL"]))
    def erase(self, no: str) -> None:
        """What was said of a person goes; the person stays, to be met again."""
        contact = self.crm.contacts[no]
        self.crm.contacts.erase(no)
        self.crm.store.records.put([contact])

    @invariant()
    def the_past_is_what_it_was(self) -> None:
        if self.crm.journal.head.number not in self.past:
            self.teach()

    def teardown(self) -> None:
        check_journal(self.crm)
        for number, known in self.past.items():
            assert outline(self.crm.journal.as_of(entry_no=number)) == known
        lines = list(self.crm.journal.export())
        other = seg.Workspace.open(MemoryStore())
        other.journal.import_entries(lines)
        assert list(other.journal.export()) == lines
        assert other.journal.audit() == []
        for no in ("SHOP", "ANNA"):
            counted = [i for i in self.crm.interactions.of(no) if i.counts]
            figures = contact_figures(self.crm.store, no).figures
            assert figures.interactions == len(counted)
            assert figures.cost == sum(i.cost for i in counted)


def outline(known: State | Records) -> list[object]:
    """All that follows from a journal, but for what is personal and may have gone since."""
    return [
        *map(without_personal, known.all(Interaction)),
        *map(without_personal, known.all(CampaignEntry)),
        *map(without_personal, known.all(LoggedSegment)),
    ]


TestJournal = Journal.TestCase
TestJournal.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=5),
    "code": st.text("AB1 ", max_size=3),
    "integer": st.integers(-5, 5),
    "decimal": st.sampled_from([Decimal(0), Decimal("1.0"), Decimal("1.00"), Decimal(-3)]),
    "boolean": st.booleans(),
    "date": st.sampled_from([None, TODAY]),
    "datetime": st.none() | st.datetimes(timezones=st.just(UTC)),
    "time": st.none() | st.times(),
}


@st.composite
def interactions(draw: st.DrawFn) -> Interaction:
    values: dict[str, Any] = {
        field.name: draw(st.sampled_from(field.options) if field.options else VALUES[field.type])
        for field in fields_of(Interaction)
        if draw(st.booleans())
    }
    extra = st.dictionaries(st.text(max_size=2), VALUES["decimal"] | st.none(), max_size=2)
    return Interaction(**values, extra=to_extra(draw(extra)))


@given(st.lists(interactions(), max_size=4))
def test_many_interactions_are_stored_as_each_by_itself_would_be(items: list[Interaction]) -> None:
    alike = gathered(Interaction, items)
    names = {field.name for field in fields_of(Interaction)} | {"extra"}
    written = [f"{{{text[1:]}}}" for text in fragments(alike, names)]
    assert written == [to_json(to_data(item)) for item in items]
    together, apart = (
        list(chain.from_iterable(make_entries(some, after=Head(), stamp=STAMP)))
        for some in ([alike], items)
    )
    assert together == apart


def talk(number: int) -> Interaction:
    return Interaction(contact_no=f"C{number}", description=f"Talk {number}", date=TODAY)


BLOCK = len(next(make_entries(map(talk, range(10_000)), after=Head(), stamp=STAMP)))


@pytest.mark.parametrize("size", [1, BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK, 2 * BLOCK + 1])
@pytest.mark.parametrize("before", [0, 1, BLOCK - 1])
def test_at_the_borders_of_blocks_entries_are_those_of_each_by_itself(
    size: int, before: int
) -> None:
    singles = [talk(number) for number in range(before)]
    many = [talk(number) for number in range(before, before + size)]
    mixed: list[Happening | Columns[Interaction]] = [*singles, gathered(Interaction, many), talk(0)]
    blocks = list(make_entries(mixed, after=Head(), stamp=STAMP))
    alone = make_entries([*singles, *many, talk(0)], after=Head(), stamp=STAMP)
    apart = list(chain.from_iterable(alone))
    assert [*chain.from_iterable(blocks)] == apart
    assert verify(apart).number == before + size + 1
    assert [len(block) for block in blocks[:-1]] == [BLOCK] * (len(blocks) - 1)
    assert len({entry.personal for entry in apart}) == len(apart)


@pytest.fixture(params=["memory", "database"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    made = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    yield made
    made.close()


@pytest.mark.parametrize("size", [BLOCK - 1, BLOCK, BLOCK + 1, 2 * BLOCK + 1])
def test_what_is_recorded_in_blocks_is_found_under_its_numbers(store: Store, size: int) -> None:
    put_off = attrs.evolve(talk(0), postponed=True)
    columns = gathered(Interaction, [talk(number) for number in range(size)])
    many = columns.with_columns(entry_no=range(3, 3 + size))
    last = 2 + size
    happenings: list[Happening | Columns[Interaction]] = [
        put_off,
        Commented(interaction_no=1, text="Hm"),
        many,
        Evaluated(interaction_no=last, evaluation=Evaluation.NEGATIVE),
        talk(7),
        columns[:2],
        Commented(interaction_no=last + 3, text="Well"),
        Dropped(interaction_no=1),
    ]
    numbers = record(store, happenings, STAMP)
    assert numbers == range(1, last + 7)
    assert store.log.head() == verify(store.log.read())
    assert audit(store) == []
    found = {each.entry_no: each for each in store.records.all(Interaction)}
    assert sorted(found) == [*range(3, last + 1), last + 2, last + 3, last + 4]
    assert found[last].evaluation is Evaluation.NEGATIVE
    assert [found[n].contact_no for n in (3, last, last + 2, last + 4)] == [
        "C0",
        f"C{size - 1}",
        "C7",
        "C1",
    ]
    assert [each.interaction_no for each in store.records.all(InteractionComment)] == [last + 3]


def test_of_a_recording_that_fails_in_a_later_block_nothing_stays(store: Store) -> None:
    many = gathered(Interaction, [talk(number) for number in range(BLOCK + 5)])
    bad = attrs.evolve(talk(0), description="\ud800")
    with pytest.raises(InvalidValue, match="UTF-8"):
        record(store, [many, bad], STAMP)
    assert store.log.head() == Head()
    assert list(store.records.all(Interaction)) == []
    with pytest.raises(JournalBroken, match="speaks of"):
        record(store, [many, Dropped(interaction_no=9_999)], STAMP)
    assert store.log.head() == Head()
    assert list(store.records.all(Interaction)) == []


def test_a_state_is_asked_for_records_by_several_fields(crm: seg.Workspace) -> None:
    made = crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="SALE")
    crm.interactions.create("ANNA", interaction_template_code="TALK", campaign_no="FAIR")
    state = crm.journal.as_of(entry_no=crm.journal.head.number)
    found = state.all(Interaction, contact_no="ANNA", campaign_no="SALE")
    assert [each.entry_no for each in found] == [made.entry_no]
