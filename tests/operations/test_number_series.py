"""Numbers of contacts and campaigns, and the series that they come from."""

from collections.abc import Callable, Iterator
from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.campaigns import Campaign
from segmentation.contacts import Contact
from segmentation.errors import NotFound, Refused
from segmentation.memory import MemoryStore
from segmentation.setup import NumberSeries
from support.desk import make_desk

SERIES = (
    NumberSeries(code="CAMP", starting_no="CP001", manual_nos=True),
    NumberSeries(code="CONT", starting_no="CT001", manual_nos=True),
    NumberSeries(code="OWN", starting_no="OWN1"),
)


@pytest.fixture(params=["memory", "sql"])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store, with a series for campaigns and one for contacts."""
    store = MemoryStore() if request.param == "memory" else open_store(tmp_path / "crm.db")
    with make_desk(*SERIES, store=store) as made:
        made.setup.change_marketing(campaign_nos="CAMP", contact_nos="CONT")
        yield made


Maker = Callable[..., Contact | Campaign]


def contact(crm: seg.Workspace, **fields: str) -> Contact:
    return crm.contacts.new("Eve", type="company", **fields)  # type: ignore[arg-type]


def campaign(crm: seg.Workspace, **fields: str) -> Campaign:
    return crm.campaigns.new("Fair", **fields)  # type: ignore[arg-type]


BOTH = pytest.mark.parametrize(
    ("make", "no", "series"),
    [(campaign, "CP001", "CAMP"), (contact, "CT001", "CONT")],
    ids=["campaign", "contact"],
)


@BOTH
def test_who_takes_the_next_number_keeps_the_code_of_its_series(
    crm: seg.Workspace, make: Maker, no: str, series: str
) -> None:
    """EXM-48."""
    noun = crm.campaigns if make is campaign else crm.contacts
    made = make(crm)
    assert (made.no, made.no_series) == (no, series)
    assert noun[no] == made
    own = make(crm, no_series="own")
    assert (own.no, own.no_series) == ("OWN1", "OWN")
    with pytest.raises(NotFound, match="NONE"):
        make(crm, no_series="NONE")


@BOTH
def test_a_number_given_by_hand_has_no_series(
    crm: seg.Workspace, make: Maker, no: str, series: str
) -> None:
    """EXM-48."""
    assert make(crm, no="X1").no_series == ""
    assert make(crm, no="X2", no_series=series).no_series == ""
    made = make(crm)
    assert (made.no, made.no_series) == (no, series)


@BOTH
def test_the_series_of_a_number_stays(
    crm: seg.Workspace, make: Maker, no: str, series: str
) -> None:
    noun = crm.campaigns if make is campaign else crm.contacts
    made = make(crm)
    with pytest.raises(Refused, match="it tells which series the number came from"):
        noun.change(no, no_series="OWN")
    assert noun.change(no, no_series=series).no_series == series
    assert attrs.evolve(noun[no], last_modified=None) == attrs.evolve(made, last_modified=None)


def test_a_new_number_and_a_merged_contact_bring_no_series_along(crm: seg.Workspace) -> None:
    kept, gone = contact(crm, no="X1"), contact(crm)
    assert crm.contacts.merge(kept_no=kept.no, gone_no=gone.no).no_series == ""
    made = contact(crm)
    assert crm.contacts.renumber(old_no=made.no, new_no="X2").no_series == ""


def test_a_series_that_numbers_came_from_is_not_deleted(crm: seg.Workspace) -> None:
    made = contact(crm, no_series="OWN")
    with pytest.raises(Refused, match=made.no):
        crm.tables["number_series"].delete("OWN")
