"""Contacts in frames: what is given back, what may be missing, what fills a segment."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Literal

import duckdb
import narwhals as nw
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import segmentation as seg
from segmentation.adapters.narwhals import FrameContacts, from_frame, selection_of, to_frame
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
    Where,
    bind,
    make_selection,
    parse,
)
from segmentation.errors import InvalidValue, Refused, Rejected, UnknownName
from segmentation.interactions import Evaluation, Interaction
from segmentation.segments import Options, SegmentLine, contact_schema
from support.desk import make_desk
from support.frames import OF_POLARS

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
    chosen = make_selection(tables) if criteria is None else criteria
    return bind(chosen, contact_schema(), AsOf(date(2026, 11, 22)))


def in_group(codes: str) -> Part:
    item = parse(codes)
    assert item is not None
    return Part("mailing_groups", (Where("mailing_group_code", item),))


NORTH = {"country_region_code": "<>SE"}


def test_a_filtered_frame_is_of_the_same_kind_and_has_the_same_columns() -> None:
    eager = source().filter(bound(contact=NORTH))
    assert isinstance(eager, pl.DataFrame)
    assert eager.columns == CONTACTS.columns
    assert eager["no"].to_list() == ["3", "2"]
    indexed = pd.DataFrame(CONTACTS.to_dict(as_series=False), index=["x", "y", "z"])
    frame = FrameContacts(indexed, columns=COLUMNS).filter(bound(contact=NORTH))
    assert isinstance(frame, pd.DataFrame)
    assert frame.index.tolist() == ["x", "z"]
    assert frame["city"].tolist() == ["Oslo", "Ålborg"]


def test_frames_of_different_engines_are_told_apart_at_once() -> None:
    with pytest.raises(InvalidValue, match="mailing_groups: 'polars' is of another engine"):
        FrameContacts(pd.DataFrame({"no": ["1"]}), {"mailing_groups": GROUPS})


def test_what_is_lazy_stays_lazy() -> None:
    found = source(CONTACTS.lazy()).filter(
        bound(contact=NORTH, mailing_groups={"mailing_group_code": "NEWS"})
    )
    assert isinstance(found, pl.LazyFrame)
    assert found.collect()["no"].to_list() == ["2"]


DOTS_AND_QUOTES = pytest.mark.skipif(
    duckdb.__version__.startswith("1."), reason="DuckDB 1 reads no dots and quotes in names"
)


@pytest.mark.parametrize(
    ("no", "no_of_group"),
    [
        pytest.param("No_", "contact_no", id="plain"),
        pytest.param("The no", "no", id="blank"),
        pytest.param("Contact/No-", "Contact/No-", id="signs"),
        pytest.param("Contact No.", "count(*)", id="dot", marks=DOTS_AND_QUOTES),
        pytest.param('The "no"', 'the "NO"', id="quotes", marks=DOTS_AND_QUOTES),
    ],
)
def test_relations_are_joined_whatever_they_and_their_columns_are_called(
    no: str, no_of_group: str
) -> None:
    connection = duckdb.connect()
    connection.register("everybody", CONTACTS.rename({"no": no}).to_arrow())
    connection.register("groups", GROUPS.rename({"contact_no": no_of_group}).to_arrow())
    contacts, groups = (
        connection.table(name).set_alias("same") for name in ("everybody", "groups")
    )
    names = {"contact": {"no": no}, "contact_mailing_group": {"contact_no": no_of_group}}
    of_both = FrameContacts(contacts, {"mailing_groups": groups}, columns=names)
    chosen = bound(in_group("*") & in_group("NEWS") & ~in_group("X"))
    found = of_both.filter(chosen)
    assert (found.alias, found.columns) == ("same", contacts.columns)
    assert sorted(number for number, *_ in found.fetchall()) == ["1", "2"]
    assert of_both.matching(chosen) == ["1", "2"]


def test_numbers_come_in_their_order_and_cuts_in_theirs() -> None:
    assert source().matching(bound()) == ["1", "2", "3"]
    first = bind(
        Cut(Part("contact"), First(2, (Order("city"),))),
        contact_schema(),
        AsOf(date(2026, 11, 22)),
    )
    assert source().matching(first) == ["3", "1"]
    assert sorted(source().filter(first)["no"].to_list()) == ["1", "3"]


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "duckdb"])
def test_a_number_may_begin_with_a_blank(library: str) -> None:
    contacts = FrameContacts(OF_POLARS[library](pl.DataFrame({"no": [" A", "B"]})))
    assert contacts.matching(bound()) == [" A", "B"]
    blank = FrameContacts(OF_POLARS[library](pl.DataFrame({"no": ["A", " "]})))
    with pytest.raises(InvalidValue, match="is the number of row 2; a contact has one"):
        blank.matching(bound())


@pytest.mark.parametrize("library", ["polars", "pandas", "pyarrow", "duckdb"])
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("@*BERG", "ABE"),
        ("@ISK*", "CD"),
        ("@berg", "A"),
        ("@b?RG", "A"),
        ("@*Ö*", "B"),
        (f"@{'berg' * 300}", "E"),
    ],
    ids=str.__len__,
)
def test_case_does_not_count_on_any_engine(library: str, text: str, expected: str) -> None:
    cities = ["Berg", "ÖberG", "\u0130\u017fKa", "\u0131s\u212a", "Berg" * 300, None]
    contacts = pl.DataFrame({"no": list("ABCDEF"), "city": cities})
    source = FrameContacts(OF_POLARS[library](contacts))
    assert source.matching(bound(contact={"city": text})) == list(expected)


def test_contacts_are_read_as_records() -> None:
    found = source().get_many(["2", "X", "3"])
    assert found == [
        Contact(no="2", city="Ålborg"),
        Contact(no="3", company_no="9", country_region_code="DK", city="Oslo"),
    ]
    joining = source().candidates(["3"], Options(expand_companies=True))
    assert joining.who.nos == {"1", "3"}


def test_a_column_or_frame_is_missed_only_where_it_is_asked_for() -> None:
    with pytest.raises(UnknownName, match=r"column 'post_code' in frame contact"):
        source().matching(bound(contact={"post_code": "1"}))
    with pytest.raises(UnknownName, match="frame 'contact_industry_group'"):
        source().matching(bound(industry_groups={"industry_group_code": "X"}))
    with pytest.raises(UnknownName, match="frame 'value_entry'"):
        source().matching(bound(item_entries={"item_no": "X"}))


def test_a_column_of_another_type_is_named() -> None:
    numbered = FrameContacts(pl.DataFrame({"no": [1, 2]}))
    with pytest.raises(InvalidValue, match=r"contact.no: 'Int64' in column 'no'"):
        numbered.matching(bound())
    coded = CONTACTS.with_columns(pl.col("company_no").cast(pl.Categorical))
    groups = pl.DataFrame({"contact_no": ["9"], "industry_group_code": ["X"]})
    with pytest.raises(InvalidValue, match=r"contact.company_no: 'Categorical' links contacts"):
        FrameContacts(coded, {"industry_groups": groups}).matching(
            bound(industry_groups={"industry_group_code": "X"})
        )


@pytest.mark.parametrize("dtype", [pl.Categorical, pl.Enum(["Rome", "Oslo", "Ålborg"])])
def test_texts_may_be_categories_and_keep_their_order(dtype: pl.DataType) -> None:
    frame = CONTACTS.with_columns(pl.col("city").cast(dtype))
    for contacts in (frame, frame.lazy(), frame.to_pandas(), frame.to_arrow()):
        found = FrameContacts(contacts).matching(bound(contact={"city": "P..Z|Å*"}))
        assert found == ["1", "2"]


def test_what_is_not_a_number_is_missing() -> None:
    spoken = pl.DataFrame(
        {
            "contact_no": ["1", "2", "3"],
            "contact_company_no": ["9", "9", "9"],
            "cost": [1.5, float("nan"), None],
        }
    )
    contacts = CONTACTS.with_columns(company_no=pl.lit("9"))
    for made in (
        (contacts, spoken),
        (contacts.to_pandas(), spoken.to_pandas()),
        (contacts.to_arrow(), spoken.to_arrow()),
    ):
        of_made = FrameContacts(made[0], {"interactions": made[1]})
        for text, expected in {"0": ["2", "3"], ">1": ["1"], "<>1.5": ["2", "3"]}.items():
            assert of_made.matching(bound(interactions={"cost": text})) == expected, text


def test_numbers_of_another_size_are_compared_as_numbers() -> None:
    spoken = pl.DataFrame(
        {"contact_no": ["1", "2"], "contact_company_no": ["9", "9"], "cost": [1, 2]}
    )
    of_whole = FrameContacts(
        CONTACTS.with_columns(company_no=pl.lit("9")), {"interactions": spoken}
    )
    for text, expected in {
        "1.5": [],
        ">1.5": ["2"],
        "<1000000000000000000000": ["1", "2"],
    }.items():
        assert of_whole.matching(bound(interactions={"cost": text})) == expected, text


def test_an_empty_column_of_pandas_fits_any_field() -> None:
    spoken = pd.DataFrame(
        {"contact_no": ["1"], "contact_company_no": ["9"], "cost": pd.Series([None], dtype=object)}
    )
    contacts = CONTACTS.with_columns(company_no=pl.lit("9")).to_pandas()
    source = FrameContacts(contacts, {"interactions": spoken})
    assert source.matching(bound(interactions={"cost": "0"})) == ["1"]


def test_times_may_bear_a_zone_without_a_name() -> None:
    zoned = pa.table(
        {
            "no": ["1", "2"],
            "last_modified": pa.array(
                [datetime(2026, 11, 21, 23, tzinfo=UTC), datetime(2026, 11, 20, 23, tzinfo=UTC)],
                pa.timestamp("us", "+02:00"),
            ),
        }
    )
    assert FrameContacts(zoned).matching(bound(contact={"last_modified": "<2026-11-21"})) == ["2"]


def test_days_may_be_stored_as_times_of_the_day() -> None:
    spoken = pl.DataFrame(
        {
            "contact_no": ["1", "2", "3"],
            "contact_company_no": ["9", "9", "9"],
            "date": ["2026-11-21 23:00", "2026-11-22 09:00", "9999-12-31 00:00"],
        }
    ).with_columns(pl.col("date").str.to_datetime())
    contacts = CONTACTS.with_columns(company_no=pl.lit("9"))
    zoned = spoken.with_columns(pl.col("date").dt.replace_time_zone("Europe/Oslo"))
    for made in (
        (contacts, spoken),
        (contacts, zoned),
        (contacts.to_pandas(), spoken.to_pandas()),
        (contacts.to_arrow(), zoned.to_arrow()),
    ):
        of_made = FrameContacts(made[0], {"interactions": made[1]})
        for text, expected in {
            "t": ["2"],
            "..t": ["1", "2"],
            "<t": ["1"],
            ">t": ["3"],
            "t..": ["2", "3"],
            "<>t": ["1", "3"],
            "..9999-12-31": ["1", "2", "3"],
            ">9999-12-31": [],
        }.items():
            assert of_made.matching(bound(interactions={"date": text})) == expected, text


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


def test_what_is_wrong_with_a_frame_is_named() -> None:
    with pytest.raises(UnknownName, match="column 'number'; did you mean 'Number'"):
        selection_of(pl.DataFrame({"Number": ["1"]}), "number")
    with pytest.raises(InvalidValue, match="no: 1 is no text"):
        selection_of(pl.DataFrame({"no": [1, 2]}))
    with pytest.raises(UnknownName, match="column 'Town'"):
        list(from_frame(CONTACTS, Contact, columns={"city": "Town"}))
    with pytest.raises(UnknownName, match="field 'citty' in contact; did you mean 'city'"):
        list(from_frame(CONTACTS, Contact, columns={"citty": "city"}))
    with pytest.raises(UnknownName, match="column 'no'"):
        list(from_frame(pl.DataFrame({"city": ["Oslo"]}), Contact))
    with pytest.raises(UnknownName, match="column 'no' in frame contact"):
        FrameContacts(pl.DataFrame({"city": ["Oslo"]})).get_many(["1"])
    with pytest.raises(UnknownName, match="column 'Town'"):
        FrameContacts(CONTACTS, columns={"contact": {"city": "Town"}}).get_many(["1"])


def test_records_are_given_out_as_frames() -> None:
    frame = to_frame(
        [Interaction(entry_no=1, contact_no="1", date=date(2026, 1, 1))], Interaction, "pandas"
    )
    assert frame["contact_no"].tolist() == ["1"]
    assert to_frame([Contact(no="1")], Contact, "polars")["type"].to_list() == ["company"]


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_records_come_back_from_their_frame(
    backend: Literal["polars", "pandas", "pyarrow"],
) -> None:
    spoken = [
        Interaction(
            entry_no=1,
            contact_no="1",
            date=date(2026, 1, 1),
            cost=Decimal("1.50"),
            evaluation=Evaluation.POSITIVE,
        ),
        Interaction(entry_no=2),
    ]
    assert list(from_frame(to_frame(spoken, Interaction, backend), Interaction)) == spoken
    known = [Contact(no="1", last_modified=datetime(2026, 1, 1, 8, 30, tzinfo=UTC), minor=True)]
    assert list(from_frame(to_frame(known, Contact, backend), Contact)) == known


def test_a_row_without_a_key_is_a_record_without_a_key() -> None:
    unnumbered = pl.DataFrame({"no": [None], "city": ["Oslo"]}, schema_overrides={"no": pl.String})
    assert list(from_frame(unnumbered, Contact)) == [Contact(no="", city="Oslo")]


def test_columns_have_their_types_even_if_nothing_stands_in_them() -> None:
    nobody = to_frame([], Interaction, "polars")
    assert (nobody.schema["date"], nobody.schema["entry_no"]) == (pl.Date, pl.Int64)
    assert str(to_frame([], Interaction, "pandas")["date"].dtype) == "datetime64[us]"


def test_a_segment_is_given_out_as_a_frame() -> None:
    crm = seg.Workspace.open(today=date(2026, 11, 22))
    crm.add(*from_frame(CONTACTS.drop("company_no"), Contact, columns=COLUMNS["contact"]))
    fair = crm.new_segment("Fair", no="FAIR").add_contacts(contact={"city": "O*|R*"})
    frame = to_frame(fair.lines, SegmentLine, "polars")
    assert frame["contact_no"].to_list() == ["1", "3"]
    assert frame["contact_company_no"].to_list() == ["1", "3"]


def test_the_journal_is_given_out_as_a_frame() -> None:
    crm = make_desk()
    crm.interactions.create("CARL", interaction_template_code="TALK")
    crm.interactions.create("SHOP", interaction_template_code="CALL")
    frame = to_frame(crm.interactions, Interaction, "polars")
    assert frame["contact_no"].to_list() == ["CARL", "SHOP"]
    assert frame["interaction_template_code"].to_list() == ["TALK", "CALL"]


@pytest.mark.parametrize("backend", ["polars", "pandas", "pyarrow"])
def test_a_frame_is_read_by_the_names_that_files_are_read_by(
    backend: Literal["polars", "pandas", "pyarrow"],
) -> None:
    """INO-11."""
    crm = seg.Workspace.open(today=date(2026, 11, 30))
    columns = {"No.": ["C1", "C2"], "Name": ["Berg", "Dahl"], "privacyBlocked": [True, False]}
    frame = nw.from_dict(columns, backend=backend).to_native()
    crm.add(*from_frame(frame, Contact))
    assert [contact.privacy_blocked for contact in crm.contacts] == [True, False]
    columns["Opt-out"] = columns.pop("privacyBlocked")
    frame = nw.from_dict(columns, backend=backend).to_native()
    for ignore in ((), "*"):
        with pytest.raises(Rejected, match="frame of contact: Opt-out: may say that somebody"):
            list(from_frame(frame, Contact, ignore=ignore))
    assert len(list(from_frame(frame, Contact, ignore="Opt-out"))) == 2


def test_a_column_that_is_named_and_one_of_the_field_s_own_name_are_a_fault() -> None:
    frame = pl.DataFrame({"no": ["C1"], "Town": ["Oslo"], "City": ["Moss"]})
    with pytest.raises(Rejected, match="City: names a second column like one before"):
        list(from_frame(frame, Contact, columns={"city": "Town"}))
    (contact,) = from_frame(frame, Contact, columns={"city": "Town"}, ignore=("city",))
    assert contact.city == "Oslo"
