"""Contacts in frames: what is given back, what may be missing, what fills a segment."""

from datetime import date

import pandas as pd
import polars as pl
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import FrameContacts, selection_of, to_frame
from segmentation.contacts import Contact
from segmentation.criteria import (
    AsOf,
    BoundSelection,
    Criteria,
    Cut,
    First,
    InLoggedSegment,
    InSegment,
    Order,
    Part,
    bind,
    make_selection,
)
from segmentation.errors import Refused, UnknownName
from segmentation.interactions import Interaction
from segmentation.segments import Options, contact_schema

CONTACTS = pl.DataFrame(
    {
        "no": ["3", "1", "2"],
        "company_no": ["9", "9", None],
        "Country": ["DK", "SE", None],
        "city": ["Oslo", "Rome", "Ålborg"],
    }
)
GROUPS = pl.DataFrame(
    {"contact_no": ["1", "2", ""], "mailing_group_code": ["NEWS", "NEWS", "NEWS"]}
)
COLUMNS = {"contact": {"country_region_code": "Country"}}


def source(contacts: object = CONTACTS) -> FrameContacts:
    return FrameContacts(contacts, {"mailing_groups": GROUPS}, columns=COLUMNS)


def bound(criteria: Criteria | None = None, **tables: dict[str, str]) -> BoundSelection:
    chosen = criteria or make_selection(tables)
    return bind(chosen, contact_schema(), AsOf(date(2026, 11, 22)))


NORTH = {"country_region_code": "<>SE"}


def test_a_filtered_frame_is_of_the_same_kind_and_has_the_same_columns() -> None:
    eager = source().filter(bound(contact=NORTH))
    assert isinstance(eager, pl.DataFrame)
    assert eager.columns == CONTACTS.columns
    assert eager["no"].to_list() == ["3", "2"]
    frame = source(pd.DataFrame(CONTACTS.to_dict(as_series=False))).filter(bound(contact=NORTH))
    assert isinstance(frame, pd.DataFrame)


def test_what_is_lazy_stays_lazy() -> None:
    found = source(CONTACTS.lazy()).filter(
        bound(contact=NORTH, mailing_groups={"mailing_group_code": "NEWS"})
    )
    assert isinstance(found, pl.LazyFrame)
    assert found.collect()["no"].to_list() == ["2"]


def test_numbers_come_in_their_order_and_cuts_in_theirs() -> None:
    assert source().matching(bound()) == ["1", "2", "3"]
    first = bind(
        Cut(Part("contact"), First(2, (Order("city"),))),
        contact_schema(),
        AsOf(date(2026, 11, 22)),
    )
    assert source().matching(first) == ["3", "1"]
    assert sorted(source().filter(first)["no"].to_list()) == ["1", "3"]


def test_contacts_are_read_as_records() -> None:
    found = source().get_many(["2", "X", "3"])
    assert found == [
        Contact(no="2", city="Ålborg"),
        Contact(no="3", company_no="9", country_region_code="DK", city="Oslo"),
    ]
    assert source().in_companies(["9", ""]) == ["1", "3"]
    joining = source().candidates(["3"], Options(expand_companies=True))
    assert joining.who.nos == {"1", "3"}


def test_a_column_or_frame_is_missed_only_where_it_is_asked_for() -> None:
    with pytest.raises(UnknownName, match=r"column 'post_code' in frame contact"):
        source().matching(bound(contact={"post_code": "1"}))
    with pytest.raises(UnknownName, match="frame 'contact_industry_group'"):
        source().matching(bound(industry_groups={"industry_group_code": "X"}))
    with pytest.raises(UnknownName, match="frame 'value_entry'"):
        source().matching(bound(item_entries={"item_no": "X"}))


def test_members_of_segments_are_asked_of_the_host() -> None:
    for criteria in (InSegment("S1"), InLoggedSegment(7)):
        with pytest.raises(Refused, match="members"):
            source().matching(bound(criteria))
    told = FrameContacts(CONTACTS, segment_members={"S1": ["1"]}.__getitem__)
    assert told.matching(bound(InSegment("S1"))) == ["1"]


def test_a_frame_fills_a_segment() -> None:
    crm = seg.Workspace.open(today=date(2026, 11, 22))
    crm.add(*(Contact(no=no) for no in ("1", "2", "3")))
    for nos in (["1", "3", "1"], ["2"], []):
        assert crm.select(
            selection_of(pl.DataFrame({"no": pl.Series(nos, dtype=pl.String)}))
        ) == sorted(set(nos))


def test_records_are_given_out_as_frames() -> None:
    frame = to_frame(
        [Interaction(entry_no=1, contact_no="1", date=date(2026, 1, 1))], Interaction, "pandas"
    )
    assert frame["contact_no"].tolist() == ["1"]
    assert to_frame([Contact(no="1")], Contact, "polars")["type"].to_list() == ["company"]
