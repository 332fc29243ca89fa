"""A selection told, explained, checked, compared and counted."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.criteria import (
    AllOf,
    AnyOf,
    BoundSelection,
    Concern,
    Criteria,
    Cut,
    Explanation,
    Filter,
    First,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Part,
    Sample,
    Schema,
    Selection,
    at_least,
    at_most,
    bind,
    bind_filter,
    check,
    circle_from,
    compare,
    count,
    count_parts,
    describe,
    effect,
    exactly,
    explain,
    fields,
    latest,
    make_selection,
    make_table,
    none,
    outcomes,
    row,
    segments_of,
    to_value_test,
    total,
)
from segmentation.errors import UsageError
from segmentation.fields import Field, FieldType
from segmentation.languages import ENGLISH, Phrases
from support import trees, truth
from support.reference import MappingRows, RecordRows, numbers

SOURCE = MappingRows()
the = fields(truth.SCHEMA)
contact, mailing, interaction = the.contact, the.mailing, the.interaction
DK = contact.country == "DK"


def bound(criteria: Criteria | None) -> BoundSelection:
    return bind(criteria, truth.SCHEMA, truth.AS_OF)


def why(criteria: Criteria | None, number: str) -> Explanation:
    row = next(row for row in truth.ROWS["contact"] if row["no"] == number)
    return explain(bound(criteria), SOURCE, row, items=SOURCE.tables)


@pytest.mark.parametrize(
    ("field", "text", "told"),
    [
        ("country", "DK", "country is DK"),
        ("country", "DK|SE|NO", "country is DK, SE or NO"),
        ("country", "<>DK", "country is not DK"),
        ("country", "<>(DK|SE)", "country is none of DK or SE"),
        ("country", "''", "country is blank"),
        ("country", "D*", "country fits “D*”"),
        ("country", "<>D*", "country does not fit “D*”"),
        ("country", "DE..NO", "country is from DE to NO"),
        ("country", ">=DE", "country is at least DE"),
        ("country", ">DE&<NO", "country is more than DE and is less than NO"),
        ("country", "D*|NO..", "country fits “D*” or is NO or more"),
        ("country", "(D*|S*)&<>DK", "country (fits “D*” or fits “S*”) and is not DK"),
        ("country", "<>(DE..NO)", "country not (is from DE to NO)"),
        ("name", "@hansen", "name is “hansen” in upper or lower case"),
        ("name", "@h*", "name fits “h*” in upper or lower case"),
        ("credit", "<=1.50", "credit is at most 1.50"),
        ("active", "yes", "active is yes"),
        ("active", "<>yes", "active is not yes"),
        ("type", "natural_person|''", "type is natural person or blank"),
        ("born", "-3M..", "born is in the last 3 months (since 2026-08-22)"),
        ("born", "..t", "born is today (2026-11-22) or earlier, or blank"),
        ("born", ">t", "born is after today (2026-11-22)"),
        ("born", "<t", "born is before today (2026-11-22), or blank"),
        ("born", ">''", "born is after blank"),
        ("changed", "2026-11-22 14:30", "changed is 2026-11-22 14:30"),
        ("changed", "..9999-12-31", "changed is 9999-12-31 or earlier, or blank"),
        ("points", "7", "points is 7"),
    ],
)
def test_a_filter_is_told_in_words(field: str, text: str, told: str) -> None:
    assert describe(bound(make_selection(contact={field: text}))) == told


@pytest.mark.parametrize(
    ("criteria", "told"),
    [
        (None, "everybody"),
        (Part("contact"), "any contact"),
        (DK & (contact.city == "Bern"), "country is DK; city is “Bern”"),
        (DK | (contact.city == "Bern"), "country is DK or city is “Bern”"),
        (Not(Part("contact")), "not (any contact)"),
        (mailing.any_row(), "has mailing"),
        (~mailing.any_row(), "has no mailing"),
        (mailing.code == "NEWS", "has mailing where code is NEWS"),
        (none(mailing.code == "NEWS"), "has no mailing where code is NEWS"),
        (~DK, "not (country is DK)"),
        (~(DK | InSegment("S1")), "not (country is DK or is in segment S1)"),
        (InSegment("S1") & InLoggedSegment(7), "is in segment S1; was logged with 7"),
        (~InSegment("S1") & ~InLoggedSegment(7), "is not in segment S1; was not logged with 7"),
        (
            InShare("spring", 0, 1250),
            "falls between 0 % and 12.5 % of the split spring",
        ),
        (
            (DK | InSegment("S1")) & ~InSegment("S2") | InSegment("S3"),
            "((country is DK or is in segment S1) and is not in segment S2) or is in segment S3",
        ),
        (
            Not(Part("contact", (*DK.conditions, *(contact.type != "company").conditions))),
            "not (country is DK and type is not company)",
        ),
        (
            AnyOf(
                (
                    Part("contact", (*DK.conditions, *(contact.name.is_in(["a", "b"])).conditions)),
                    InSegment("S1"),
                )
            ),
            "(country is DK and name (is “a” or “b”)) or is in segment S1",
        ),
        (
            truth.figure(Measure.COUNT, "", mailing.any_row(), ">=2"),
            "the number of rows of mailing is at least 2",
        ),
        (
            truth.figure(Measure.SUM, "cost", interaction.cost > 5, ">500"),
            "the sum of cost over interaction where cost is more than 5 is more than 500",
        ),
        (
            truth.figure(Measure.LATEST, "date", interaction.any_row(), "<-6M"),
            "the latest date of interaction is before 6 months ago (2026-05-22), or blank",
        ),
        (Cut(DK, First(2)), "country is DK; of these the first 2"),
        (
            Cut(DK, First(2, (Order("name"), Order("born", descending=True)))),
            "country is DK; of these the first 2 by name, born downwards",
        ),
        (Cut(DK, Sample(2, "x")), "country is DK; of these a sample of 2 by “x”"),
    ],
)
def test_a_selection_is_told_in_words(criteria: Criteria | None, told: str) -> None:
    assert describe(bound(criteria)) == told


def test_of_a_long_list_all_is_described_and_the_beginning_shown() -> None:
    asked = bound(contact.country.is_in(f"C{n}" for n in range(100)))
    assert describe(asked).endswith("C97, C98 or C99")
    told = describe(asked, shortened=True)
    assert told.startswith("country is C0, C1, ")
    assert told.endswith("C19 or 80 more")


def test_a_host_hands_over_words_of_its_own() -> None:
    names = {"contact.country": "Land", "*.type.company": "Firma"}
    german = Phrases({**ENGLISH.texts, "equal": "ist {value}", "next": ", "}, names)
    criteria = DK & (contact.type == "company")
    assert describe(bound(criteria), german) == "Land ist DK, type ist Firma"


@given(trees.selections)
def test_every_selection_can_be_told_and_explained(selection: Selection) -> None:
    ready = bound(selection)
    passing = numbers(ready, SOURCE)
    for each in truth.ROWS["contact"]:
        found = explain(ready, SOURCE, each, items=SOURCE.tables)
        assert found.holds == (each["no"] in passing)
        assert str(found)
    assert describe(ready)
    assert count_parts(ready, SOURCE, SOURCE.all("contact"), items=SOURCE.tables).passing == len(
        passing
    )


def test_an_explanation_shows_the_values_that_decided() -> None:
    found = why(DK & ~(mailing.code == "EVENTS"), "A")
    assert not found.holds
    assert [part.holds for part in found.parts] == [True, False]
    assert found.parts[0].rows[0].findings[0].value == "DK"
    events = found.parts[1].parts[0]
    assert (events.holds, events.row_count) == (True, 2)
    assert [row.holds for row in events.rows] == [True, False]
    assert str(found) == (
        "no  country is DK and has no mailing where code is EVENTS\n"
        "  yes country is DK\n"
        "    yes country = DK\n"
        "  no  has no mailing where code is EVENTS\n"
        "    yes has mailing where code is EVENTS\n"
        "      yes code = EVENTS\n"
        "      no  code = NEWS"
    )


def test_an_explanation_shows_a_figure() -> None:
    found = why(truth.figure(Measure.SUM, "cost", interaction.any_row(), ">500"), "A")
    assert str(found) == "no  the sum of cost over interaction is more than 500 (120.5)"


def test_of_many_rows_the_first_are_shown() -> None:
    class Many(MappingRows):
        def rows(self, _table: object, _key: object) -> list[truth.Row]:
            return [{"contact_no": "A", "code": f"C{n}", "since": None} for n in range(9)]

    row = truth.ROWS["contact"][0]
    found = explain(bound(mailing.code == "C7"), Many(), row, items=SOURCE.tables)
    assert (found.row_count, len(found.rows)) == (9, 5)
    assert str(found).splitlines()[1] == "  yes code = C7"
    assert str(found).endswith("... of 9 rows")


def test_everybody_passes_no_selection() -> None:
    assert str(why(None, "A")) == "yes everybody"


def test_records_are_explained_like_mappings() -> None:
    records = RecordRows()
    row = next(iter(records.all("contact")))
    criteria = (contact.tier == "gold") & (mailing.code == "NEWS")
    assert explain(bound(criteria), records, row) == why(criteria, "A")


def test_parts_are_counted_alone_and_together() -> None:
    counts = count_parts(
        bound(DK & (mailing.code == "NEWS") & InSegment("S1")),
        SOURCE,
        SOURCE.all("contact"),
        items=SOURCE.tables,
    )
    assert [(part.alone, part.so_far) for part in counts.parts] == [(2, 2), (3, 2), (2, 1)]
    assert (counts.base, counts.passing) == (6, 1)
    assert str(counts).splitlines() == [
        "6",
        "2  country is DK (2 alone)",
        "2  has mailing where code is NEWS (3 alone)",
        "1  is in segment S1 (2 alone)",
    ]
    assert count_parts(bound(None), SOURCE, SOURCE.all("contact")).passing == 6


def remarks(criteria: Criteria | None) -> list[tuple[Concern, str]]:
    assert criteria is not None
    found = check(criteria, truth.SCHEMA, truth.AS_OF)
    return [(remark.concern, remark.place) for remark in found]


@pytest.mark.parametrize(
    ("field", "text", "concern"),
    [
        ("employees", ">5&<3", Concern.NEVER),
        ("employees", ">1&<2", Concern.NEVER),
        ("employees", "10..1", Concern.NEVER),
        ("employees", ">5|<=5", Concern.ALWAYS),
        ("employees", "<>5|<>6", Concern.ALWAYS),
        ("credit", "<>(..5)&<=5", Concern.NEVER),
        ("country", "DK&SE", Concern.NEVER),
        ("country", "<''", Concern.NEVER),
        ("country", ">=''", Concern.ALWAYS),
        ("country", ">a&<a", Concern.NEVER),
        ("active", "yes&no", Concern.NEVER),
        ("active", "yes|no", Concern.ALWAYS),
        ("type", "company&<>''&natural_person", Concern.NEVER),
        ("opens", "<08:00&>09:00", Concern.NEVER),
        ("born", ">2026-11-22&<2026-11-23", Concern.NEVER),
        ("born", "''..", Concern.ALWAYS),
        ("changed", ">2026-11-22&<2026-11-22", Concern.NEVER),
        ("changed", "..9999-12-31", Concern.ALWAYS),
        ("opens", "<''", Concern.NEVER),
        ("country", "X|(DK&SE)", Concern.NEVER),
        ("country", "D*&<>D*", Concern.NEVER),
        ("country", "D*|<>D*", Concern.ALWAYS),
        ("country", "DK&N*", Concern.NEVER),
        ("country", "<>DK|D*", Concern.ALWAYS),
        ("country", "@dk&<>@dk", Concern.NEVER),
        ("country", "*", Concern.ALWAYS),
        ("country", "<>*", Concern.NEVER),
        ("name", "@hansen&Hanson", Concern.NEVER),
    ],
)
def test_what_never_or_always_holds_is_said(field: str, text: str, concern: Concern) -> None:
    assert remarks(make_selection(contact={field: text})) == [(concern, f"contact.{field}")]


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("employees", ">3&<5"),
        ("credit", ">1&<2"),
        ("country", ">DK&<DL"),
        ("country", "DK|SE"),
        ("country", ">@a&<@a"),
        ("country", "D*&<>DK"),
        ("country", "D*|<>NO"),
        ("name", "@hansen&Hansen"),
        ("name", "H*&*n&?????*"),
        ("name", "|".join(f"{letter}*" for letter in "ABCDEFGHIJKLMNOP")),
        ("born", "2026-11-22|9999-12-31|0001-01-01"),
        ("opens", ">08:00&<09:00|10:00"),
        ("active", "yes"),
        ("changed", "2026-11-22 10:00"),
    ],
)
def test_a_sound_filter_gets_no_remark(field: str, text: str) -> None:
    assert remarks(make_selection(contact={field: text})) == []


def test_parts_that_exclude_each_other_are_found() -> None:
    assert remarks(DK & (contact.country == "SE")) == [(Concern.NEVER, "contact.country")]
    assert remarks(DK | (contact.country == "SE")) == []
    assert remarks(Not(DK & (contact.country == "SE"))) == [(Concern.NEVER, "contact.country")]
    assert remarks((mailing.code == "A") & (mailing.code == "B")) == []
    empty = truth.figure(Measure.COUNT, "", mailing.code.passes("A&B"), "1")
    assert remarks(AllOf((empty, InSegment("S1")))) == [(Concern.NEVER, "mailing.code")]


@pytest.mark.parametrize(
    ("criteria", "concern", "place"),
    [
        (row(contact.name == "A", contact.name == "B"), Concern.NEVER, "contact.name"),
        (row(mailing.code == "A", mailing.code == "B"), Concern.NEVER, "mailing.code"),
        (DK & ~DK, Concern.NEVER, ""),
        (DK | ~DK, Concern.ALWAYS, ""),
        (DK | (contact.country != "DK"), Concern.ALWAYS, "contact.country"),
        (~DK & (contact.country == "DK") & InSegment("S1"), Concern.NEVER, ""),
        (~(contact.employees > 5) & (contact.employees > 7), Concern.NEVER, "contact.employees"),
        (InSegment("S1") & ~InSegment("S1"), Concern.NEVER, ""),
        (InSegment("S1") | ~InSegment("S1"), Concern.ALWAYS, ""),
        ((mailing.code == "A") & none(mailing.code == "A"), Concern.NEVER, ""),
        (at_least(0, mailing.any_row()), Concern.ALWAYS, "mailing.count"),
        (exactly(-1, mailing.any_row()), Concern.NEVER, "mailing.count"),
        (count(mailing.any_row()) < 0, Concern.NEVER, "mailing.count"),
        (total(interaction.cost).passes(">5&<3"), Concern.NEVER, "interaction.cost"),
        (latest(interaction.date) < None, Concern.NEVER, "interaction.date"),
        (InShare("x", 5, 5), Concern.NEVER, ""),
        (InShare("x", 0, 10_000), Concern.ALWAYS, ""),
        (Cut(DK, First(0)), Concern.NEVER, ""),
        (Cut(DK, First(0, Order("name"))), Concern.NEVER, ""),
        (Cut(DK, Sample(0, "x")), Concern.NEVER, ""),
    ],
)
def test_what_together_never_or_always_holds_is_said(
    criteria: Criteria, concern: Concern, place: str
) -> None:
    assert remarks(criteria) == [(concern, place)]


@pytest.mark.parametrize(
    "criteria",
    [
        at_least(1, mailing.any_row()),
        at_most(0, mailing.any_row()),
        total(interaction.cost) < 0,
        row(contact.name >= "A", contact.name < "B"),
        DK | (contact.country == "SE"),
        DK & (contact.name != "A"),
        InSegment("S1") & ~InSegment("S2"),
        InShare("x", 0, 9_999),
        Cut(DK, First(1)),
    ],
)
def test_a_sound_selection_gets_no_remark(criteria: Criteria) -> None:
    assert remarks(criteria) == []


@given(trees.filters, st.sampled_from(["name", "country", "employees", "born"]), st.data())
def test_what_is_said_to_be_certain_is_certain(
    item: Filter, name: str, data: st.DataObject
) -> None:
    field = truth.CONTACT.fields[name]
    try:
        ready = bind_filter(item, field, truth.AS_OF)
    except UsageError:
        return
    found = outcomes(ready, field)
    passes = to_value_test(ready, field)
    values = {each[name] for each in truth.ROWS["contact"]}
    texts = data.draw(st.lists(st.text(max_size=4))) if name == "name" else []
    assert {passes(value) for value in (*values, *texts)} <= (found or {True, False})


def test_dates_that_move_with_the_day_are_said() -> None:
    found = check(
        (contact.born.passes("-3M..t|<>(t|2026-01-01)")) & (contact.name == "t"),
        truth.SCHEMA,
        truth.AS_OF,
    )
    assert [str(remark) for remark in found] == [
        "contact.born: -3M, t depends on the day on which the selection is worked out"
    ]
    latest = truth.figure(Measure.LATEST, "date", interaction.date < "2026-01-01", "<-6M")
    assert remarks(latest) == [(Concern.RELATIVE, "interaction.date")]
    assert remarks(Cut(contact.changed >= "-1D", First(5))) == [
        (Concern.RELATIVE, "contact.changed")
    ]


def test_what_cannot_be_bound_is_said() -> None:
    assert remarks(make_selection(contact={"bron": "t"})) == [(Concern.FAULT, "")]
    assert remarks(make_selection(contact={"born": "soon"})) == [(Concern.FAULT, "contact.born")]
    assert remarks(make_selection(contact={"born": "soon", "bron": "x"}, maling={"code": "A"})) == [
        (Concern.FAULT, "contact.born"),
        (Concern.FAULT, "contact.bron"),
        (Concern.FAULT, "maling"),
    ]


def test_codes_that_do_not_exist_are_said() -> None:
    country = Field("country", FieldType.CODE, refers_to="country_region")
    free = Field("free", FieldType.CODE)
    schema = Schema("contact", "no", {"contact": make_table("contact", [country, free])})
    known = {"country_region": {"DK", "SE"}}.get
    criteria = make_selection(contact={"country": "DK|<>XX&<>''", "free": "YY"})
    assert criteria is not None
    found = check(criteria, schema, truth.AS_OF, known=known)
    assert [str(remark) for remark in found] == ["contact.country: there is no country region XX"]
    assert check(criteria, schema, truth.AS_OF, known=lambda _table: None) == ()
    assert check(criteria, schema, truth.AS_OF) == ()


def test_segments_that_refer_to_themselves_are_found() -> None:
    criteria = Cut(InSegment("B") & ~(InSegment("C") | InSegment("B")), First(1))
    assert segments_of(criteria) == ("B", "C")
    asked = {"A": ["B", "C"], "B": ["C"], "C": ["D", "B"], "D": ["A"]}
    assert circle_from("A", asked.__getitem__) == ("A", "C", "D", "A")
    assert circle_from("A", {"A": ["B"], "B": ["B"]}.__getitem__) == ()
    assert circle_from("A", {"A": ["A"]}.__getitem__) == ("A", "A")


def test_two_selections_are_compared_in_words_and_by_effect() -> None:
    old, new = Cut(DK & InSegment("S1"), First(5)), InSegment("S1") & (contact.born < "2026-01-01")
    difference = compare(bound(old), bound(new))
    assert str(difference) == (
        "- country is DK\n- of these the first 5\n+ born is before 2026-01-01, or blank"
    )
    assert str(compare(bound(None), bound(DK))) == "+ country is DK"
    changed = effect(numbers(bound(old), SOURCE), numbers(bound(new), SOURCE))
    assert (changed.comes_in, changed.goes_out) == (("E",), ("A",))
    assert truth.AS_OF.today == date(2026, 11, 22)


def test_conditions_that_stand_together_are_not_taken_apart_beside_others() -> None:
    young = make_selection(contact={"employees": "<3", "country": "DK"})
    old = make_selection(contact={"employees": ">=3"})
    assert young is not None
    assert old is not None
    assert remarks(young | old) == []
    assert remarks(young & old) == [(Concern.NEVER, "contact.employees")]
