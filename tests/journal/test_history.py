"""Whatever is done in whatever order: the chain holds, records and totals follow from it."""

from decimal import Decimal
from itertools import chain
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, rule

import segmentation as seg
from desk import check_journal, make_desk, segment_of
from fair import STAMP, TODAY
from segmentation.campaigns import CampaignEntry
from segmentation.columns import gathered
from segmentation.errors import NotFound, Refused
from segmentation.fields import fields_of, to_extra
from segmentation.interactions import Interaction
from segmentation.journal import Head, make_entries
from segmentation.operations.cancelling import (
    Cancelable,
    delete_canceled_campaign_entries,
    delete_canceled_interactions,
    delete_canceled_logged_segments,
)
from segmentation.operations.figuring import contact_figures
from segmentation.segments import LoggedSegment
from segmentation.serialization import fragments, to_data, to_json

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

    @rule(target=made, no=NOS, template=TEMPLATES, campaign=CAMPAIGNS)
    def create(self, no: str, template: str, campaign: str) -> int:
        return self.crm.interactions.create(no, template, campaign_no=campaign).entry_no

    @rule(target=put_off, no=NOS)
    def postpone(self, no: str) -> int:
        return self.crm.interactions.postpone(no, "TALK", campaign_no="SALE").entry_no

    @rule(target=made, number=consumes(put_off), cost=st.decimals(0, 99, places=2))
    def resume(self, number: int, cost: Decimal) -> int:
        return self.crm.interactions.resume(number, cost=cost).entry_no

    @rule(number=consumes(put_off))
    def drop(self, number: int) -> None:
        self.crm.interactions.drop(number)

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
                found = list(self.crm.logged_segments())
        if found:
            item = data.draw(st.sampled_from(found))
            change = (
                self.crm.interactions.uncancel if item.canceled else self.crm.interactions.cancel
            )
            try:
                change(item)
            except Refused:
                self.below_canceled(item)

    def below_canceled(self, item: Cancelable) -> None:
        """Only what belongs to something cancelled cannot count again."""
        assert not isinstance(item, LoggedSegment)
        records = self.crm.store.records
        above: list[Cancelable | None] = [records.find(LoggedSegment, item.logged_segment_entry_no)]
        if isinstance(item, Interaction):
            above.append(records.find(CampaignEntry, item.campaign_entry_no))
        assert any(each.canceled for each in above if each)

    @rule(what=st.integers(0, 2))
    def delete(self, what: int) -> None:
        delete = (
            delete_canceled_interactions,
            delete_canceled_campaign_entries,
            delete_canceled_logged_segments,
        )[what]
        delete(self.crm.store, STAMP)

    @rule(number=made, text=st.sampled_from(["Well", "Æ", "\n"]))
    def annotate(self, number: int, text: str) -> None:
        try:
            self.crm.interactions.evaluate("positive", number)
            self.crm.interactions.comment(number, f"{text}!")
        except NotFound:
            assert self.crm.store.records.find(Interaction, number) is None

    def teardown(self) -> None:
        check_journal(self.crm)
        for no in ("SHOP", "ANNA"):
            counted = [i for i in self.crm.interactions.of(no) if i.counts]
            figures = contact_figures(self.crm.store, no).figures
            assert figures.interactions == len(counted)
            assert figures.cost == sum(i.cost for i in counted)


TestJournal = Journal.TestCase
TestJournal.settings = settings(max_examples=30, stateful_step_count=25, deadline=None)

VALUES: dict[str, st.SearchStrategy[Any]] = {
    "text": st.text(max_size=5),
    "code": st.text("AB1 ", max_size=3),
    "integer": st.integers(-5, 5),
    "decimal": st.sampled_from([Decimal(0), Decimal("1.0"), Decimal("1.00"), Decimal(-3)]),
    "boolean": st.booleans(),
    "date": st.sampled_from([None, TODAY]),
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
