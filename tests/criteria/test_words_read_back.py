"""Selections are read back from the words that describe them."""

import re
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from segmentation.criteria import (
    MAX_CONDITIONS,
    AllOf,
    AnyOf,
    AsOf,
    Criteria,
    Cut,
    Filter,
    First,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Link,
    Not,
    Order,
    Part,
    Sample,
    Schema,
    Selection,
    Where,
    at_least,
    bind,
    describe,
    earliest,
    fields,
    followed,
    from_words,
    latest,
    make_selection,
    make_table,
    none,
    parse,
    row,
    total,
)
from segmentation.errors import FilterError, InvalidValue, UsageError
from segmentation.fields import Field, FieldType
from segmentation.languages import ENGLISH, LANGUAGES, Phrases, phrases_of
from segmentation.segments import contact_schema
from segmentation.testing.strategies import selections
from support import trees, truth

SCHEMA = contact_schema()
AS_OF = AsOf(date(2026, 11, 22), date(2026, 1, 15), user="ANNA")
the = fields(SCHEMA)
contact, mailing, interaction = the.contact, the.mailing_groups, the.interactions
UNITS = ("D", "WD", "W", "M", "Q", "Y")
_BASE = truth.SCHEMA.table(truth.SCHEMA.base)

in_each_language = pytest.mark.parametrize("language", LANGUAGES)


def said(criteria: Criteria | None, language: str, schema: Schema = SCHEMA) -> str:
    as_of = truth.AS_OF if schema is truth.SCHEMA else AS_OF
    return describe(bind(criteria, schema, as_of), phrases_of(language))


def read(text: str, language: str = "en", schema: Schema = SCHEMA) -> Criteria | None:
    return from_words(text, language, schema)


def cuts() -> st.SearchStrategy[Criteria]:
    orders = st.lists(st.builds(Order, st.sampled_from(sorted(_BASE.fields)), st.booleans()))
    firsts = st.builds(First, st.integers(0, 1000), orders)
    samples = st.builds(Sample, st.integers(0, 1000), st.text(max_size=5))
    selected = st.sampled_from(
        [Part("contact"), InSegment("S1"), Not(InSegment("S1")) | InLoggedSegment(7)]
    )
    return st.builds(Cut, selected, firsts | samples)


# -- whatever is described ------------------------------------------------------------------------


@in_each_language
@given(selection=trees.selections)
def test_every_selection_is_read_back_mng_52(language: str, selection: Selection) -> None:
    """MNG-52."""
    assert read(said(selection, language, truth.SCHEMA), language, truth.SCHEMA) == selection


@in_each_language
@given(criteria=cuts())
def test_every_cut_is_read_back_mng_52(language: str, criteria: Criteria) -> None:
    """MNG-52."""
    assert read(said(criteria, language, truth.SCHEMA), language, truth.SCHEMA) == criteria


@in_each_language
@given(item=trees.filters, name=st.sampled_from(["name", "code", "no"]))
def test_every_filter_of_a_text_is_read_back_mng_52(language: str, item: Filter, name: str) -> None:
    """MNG-52."""
    texts = [Field("name", FieldType.TEXT), *(Field(n, FieldType.CODE) for n in ("code", "no"))]
    schema = Schema("contact", "no", {"contact": make_table("contact", texts)})
    selection = Part("contact", (Where(name, item),))
    try:
        bound = bind(selection, schema, AS_OF)
    except UsageError:  # a token that is not known, a NUL
        return
    assert read(describe(bound, phrases_of(language)), language, schema) == selection


LISTED = contact.country_region_code.is_in(f"C{n:02}" for n in range(25))
NAMED: dict[str, Criteria | None] = {
    "a list of 25 countries": LISTED,
    "none of 25 countries": Not(LISTED),
    "not one of 25 countries": contact.country_region_code.passes(
        "<>(" + "|".join(f"C{n:02}" for n in range(25)) + ")"
    ),
    "an any within an all": AllOf(
        (AnyOf((contact.city == "Bern", InSegment("S1"))), ~(mailing.mailing_group_code == "NEWS"))
    ),
    "a count": at_least(3, interaction.any_row()),
    "a sum": total(interaction.cost) > 500,
    "an interval without lower end": contact.post_code.passes("..4999"),
    "a date without lower end": interaction.date.passes("..t"),
    "patterns": contact.name.passes("H?ns*|@h*|~müller*|<>*a"),
    "letters": contact.name.passes("@hansen|~muller|>@a"),
    "a token": contact.salesperson_code.passes("%me"),
    "not a token": contact.salesperson_code.passes("<>%me"),
    "a sample": Cut(contact.city == "Bern", Sample(10, "spring")),
    "a share": InShare("spring", 0, 1250),
    "shares": InShare("a seed", 3333, 6667) | InShare("and", 0, 1),
    "a segment": InSegment("SM1"),
    "segments": ~InSegment("a b") & (InLoggedSegment(7) | ~InLoggedSegment(8)),
    "the first 10 by name downwards": Cut(
        contact.city == "Bern", First(10, Order("name", descending=True))
    ),
    "the first 10": Cut(
        mailing.any_row(), First(10, (Order("no"), Order("city", descending=True)))
    ),
    "tables by their aliases": make_selection(
        mailing_groups={"mailing_group_code": "NEWS"},
        interactions=none(date="-3M.."),
        industry_groups=at_least(2),
    ),
    "everybody": None,
    "any contact": Part("contact"),
    "nobody": ~Part("contact"),
    "conditions on one row": row(contact.city == "Bern", contact.name.passes("A*|B*")),
    "conditions on two": (contact.city == "Bern") & (contact.name == "A"),
    "conditions on two, denied": ~((contact.city == "Bern") & (contact.name == "A")),
    "rows with two conditions": row(interaction.cost > 5, interaction.date.passes("-1W..t")),
    "aspects": row(
        interaction.date.month == "November",
        interaction.date.weekday.passes("Monday|6..7"),
        interaction.date.day_of_year.between(-3, 7),
        interaction.date.age_in_years.passes(">=18&<30"),
        interaction.date.age_in_days > 100,
    ),
    "a known date": interaction.date.known < date(1980, 1, 1),
    "known alone": interaction.date.passes("<>''&<>''"),
    "distinct": at_least(2, distinct=interaction.interaction_template_code),
    "the latest": latest(interaction.date) >= "-1M",
    "the month of the earliest": earliest(interaction.date).month == 3,
    "a sum over some rows": total(interaction.cost, interaction.date >= "-CY").passes("(>5&<9)|0"),
    "one after the other": followed(
        interaction.interaction_template_code == "CALL",
        by=interaction.interaction_template_code == "MEET",
        on=interaction.date,
        within=1,
        later_day=True,
        without=row(interaction.canceled == True, interaction.cost > 1),  # noqa: E712
    ),
    "nothing asked of what follows": Followed(
        "date", Part(interaction.any_row().table), Part(interaction.any_row().table)
    ),
    "options": contact.type.passes("company|person|1|Società"),
    "a blank option": contact.type.passes("''"),
    "yes and no": (contact.minor == True) & contact.minor.passes("<>no|0|oui"),  # noqa: E712
}


@in_each_language
@pytest.mark.parametrize("criteria", NAMED.values(), ids=NAMED)
def test_what_is_described_is_read_back_mng_52(language: str, criteria: Criteria | None) -> None:
    """MNG-52."""
    text = said(criteria, language)
    assert read(text, language) == criteria, text


@in_each_language
def test_none_of_a_long_list_is_lost_mng_52(language: str) -> None:
    """MNG-52."""
    assert all(f"C{n:02}" in said(LISTED, language) for n in range(25))


# -- days -----------------------------------------------------------------------------------------


@in_each_language
@pytest.mark.parametrize("figure", [True, False])
def test_a_relative_date_is_said_with_its_day_mng_50(language: str, *, figure: bool) -> None:
    """MNG-50."""
    asked = latest(interaction.date) if figure else interaction.date
    criteria = asked.passes("-90D..")
    text = said(criteria, language)
    day = re.search(r" \(\w*.*?2026-08-24\)$", text)
    assert day, text
    assert "90" in text[: day.start()]
    for brackets in (day[0], "", " (2020-01-01)", " (since (about) whenever)", " ()"):
        assert read(text[: day.start()] + brackets, language) == criteria


def test_days_are_said_in_words_mng_50() -> None:
    """MNG-50."""
    told = {
        "-90D..": "Date is in the last 90 days (since 2026-08-24)",
        "-1M..t": "Date is from 1 month ago (2026-10-22) to today (2026-11-22)",
        ">=w": "Date is not before the work date (2026-01-15)",
        "..2W": "Date is in 2 weeks (2026-12-06) or earlier, or blank",
        "-CM..CQ": "Date is from the start of the month (2026-11-01)"
        " to the end of the quarter (2026-12-31)",
        ">t-1D&<t+1D": "Date is after yesterday (2026-11-21) and is before tomorrow (2026-11-23)",
        "mon25|CM+10D": "Date is mon25 (2026-06-15) or CM+10D (2026-12-10)",
        "2026-11-22|22.11.26": "Date is 2026-11-22 or 22.11.26 (2026-11-22)",
    }
    names = {"*.date": "Date"}
    for text, words in told.items():
        bound = bind(interaction.date.passes(text), SCHEMA, AS_OF)
        shown = describe(bound, Phrases(ENGLISH.texts, names))
        assert shown == f"has interaction log entry where {words}"


@in_each_language
@pytest.mark.parametrize(
    "text",
    [f"{sign}{n}{unit}" for sign in ("", "-") for n in (0, 1, 2) for unit in UNITS]
    + [f"{sign}C{unit}" for sign in ("", "-") for unit in UNITS]
    + ["t", "T", "w", "today", "t-1D", "t+1D", "oggi", "-1d", "-01D", "15", "D10", " t ", "i dag"],
)
def test_every_spelling_of_a_day_is_read_back_mng_50(language: str, text: str) -> None:
    """MNG-50."""
    dated = [Field("on", FieldType.DATE), Field("at", FieldType.DATETIME)]
    schema = Schema("contact", "no", {"contact": make_table("contact", dated)})
    reader = AsOf(AS_OF.today, language={"oggi": "it", "i dag": "nb"}.get(text, "en"))
    of = fields(schema).contact
    for field in (of.on, of.at):
        for form in ("{}", "<>{}", "{}..", "..{}", "{}..{}", ">{}", ">={}", "<{}", "<={}"):
            criteria = field.passes(form.format(*[f"'{text}'"] * 2))
            words = describe(bind(criteria, schema, reader), phrases_of(language))
            assert read(words, language, schema) == criteria, words


def test_days_of_the_year_in_another_spelling_are_said_as_they_were_written() -> None:
    birthday = fields(truth.SCHEMA).contact.born.day_of_year
    told = {
        "+3": "born (day of the year) is +3 (25 November)",
        "0..9999999999": "born (day of the year) is from today (22 November) to 9999999999",
    }
    for text, words in told.items():
        assert said(birthday.passes(text), "en", truth.SCHEMA) == words
        assert read(words, "en", truth.SCHEMA) == birthday.passes(text)


# -- quotes ---------------------------------------------------------------------------------------

READ_TWO_WAYS = (
    *(
        "5",
        "blank",
        "A or B",
        "24.11.2026",
        "“x”",
        "it's",
        "(y)",
        "is",
        " ",
        "«x»",
        '"',
        "”",
        "a;b",
    ),
    *(
        "in upper or lower case",
        "yes",
        "today",
        "90 days ago",
        "%me",
        "a\\b",
        "a*b",
        "\n",
        "”) or (",
    ),
)


@in_each_language
@pytest.mark.parametrize("text", READ_TWO_WAYS)
def test_what_could_be_read_two_ways_stands_in_quotes_mng_51(language: str, text: str) -> None:
    """MNG-51."""
    for criteria in (
        contact.name == text,
        contact.name != text,
        contact.name.is_in(["a", text, "b"]),
        InSegment(text),
        InShare(text, 0, 5),
        Cut(contact.name > text, Sample(1, text)),
    ):
        words = said(criteria, language)
        read_back = read(words, language)
        assert bind(read_back, SCHEMA, AS_OF) == bind(criteria, SCHEMA, AS_OF), words
    assert read(said(contact.name == text, language), language) == (contact.name == text)


@in_each_language
def test_a_name_beside_a_code_that_is_a_joint_mng_51(language: str) -> None:
    """MNG-51."""
    for name in READ_TWO_WAYS:
        criteria = make_selection(contact={"name": [name], "territory_code": ["OR"]})
        words = said(criteria, language)
        assert read(words, language) == criteria, words
    assert "“OR”" in said(criteria, "en")


@pytest.mark.parametrize("caption", ["Ltd., or the like", "5” pipe", "(none"])
def test_an_option_whose_caption_holds_a_sign_is_said_by_its_name_mng_51(caption: str) -> None:
    """MNG-51."""
    phrases = Phrases(ENGLISH.texts, {"*.type.person": caption})
    person = contact.type == "person"
    words = describe(bind(person, SCHEMA, AS_OF), phrases)
    assert words == "type is person"
    assert from_words(words, phrases, SCHEMA) == person


def test_a_host_may_say_rows_in_words_of_its_own_mng_51() -> None:
    """MNG-51."""
    ours = {"rows": "lines in {table}", "rows_where": "lines in {table} where {conditions}"}
    phrases = Phrases({**ENGLISH.texts, **ours}, {})
    three = at_least(3, interaction.any_row())
    words = describe(bind(three, SCHEMA, AS_OF), phrases)
    assert " lines in " in words
    assert from_words(words, phrases, SCHEMA) == three
    with pytest.raises(FilterError, match="expected a table"):
        from_words(words.replace("lines in ", ""), phrases, SCHEMA)


def test_the_blank_is_not_the_word_mng_51() -> None:
    """MNG-51."""
    assert said(contact.name == "", "en") == "name is blank"
    assert said(contact.name == "blank", "en") == "name is “blank”"
    assert read("Name is blank") == (contact.name == "")
    assert read("Name is “blank”") == read('Name is "blank"') == (contact.name == "blank")
    assert read("Name is «blank»") == (contact.name == "blank")


@in_each_language
@pytest.mark.parametrize(
    "code",
    ["OR", "IS", "NO", "MORE", "LATER", "SE", "OG", "E", "O", "ET", "OU", "NON", "ER", "THEN"],
)
def test_codes_that_are_words_are_read_back_mng_51(language: str, code: str) -> None:
    """MNG-51."""
    for text in (
        "{0}",
        "A|{0}",
        "{0}|A",
        "A|{0}|B",
        "<>{0}",
        "<>(A|{0})",
        "{0}..",
        "..{0}",
        "{0}..A",
        "A..{0}",
        ">{0}",
        ">={0}",
        "<{0}&<>A",
        "<={0}|A*",
    ):
        item = parse(text.format(code))
        assert item is not None
        criteria: Selection = AnyOf(
            (
                row(contact.territory_code.passes(item), contact.city == "Bern"),
                mailing.mailing_group_code.passes(item),
                at_least(2, mailing.mailing_group_code.passes(item)),
                contact.territory_code.passes(item),
            )
        )
        words = said(criteria, language)
        assert read(words, language) == criteria, words


def odd_schema(language: str) -> tuple[Schema, Phrases]:
    """Fields and tables that are named like what stands around them."""
    texts = phrases_of(language).texts
    lead = texts["equal"].partition("{")[0].strip()
    odd = [
        *(
            "a",
            f"a {lead}",
            f"a {lead} a",
            lead,
            f"{lead} a",
            "and",
            "or",
            texts["or"].strip(),
            "(x)",
        ),
        *("is", "has a", texts["has"].partition("{")[0] + "t", "of a", "over", "a of rows", "“q”"),
        *("known", texts["month"], "not", "sum", "a downwards", "5", "date of t", "x;y", "A"),
    ]
    names = {f"field_{n}": caption for n, caption in enumerate(odd)}
    made = [Field(name, FieldType.CODE) for name in names]
    dated = [Field("day", FieldType.DATE), Field("sum_of", FieldType.DECIMAL)]
    link = Link((("field_0", "field_0"),))
    tables = {
        "contact": make_table("contact", [*made, *dated]),
        "t": make_table("t", [*made, *dated], link=link),
        "t_where": make_table("t_where", [*made, *dated], link=link),
    }
    captions = {f"*.{name}": caption for name, caption in names.items()}
    captions |= {"t_where": f"t {texts['rows_where'].partition('}')[2].strip('» ').split()[0]}"}
    captions |= {"*.sum_of": "a of t", "*.day": "field 3"}
    return Schema("contact", "field_0", tables), Phrases(texts, captions)


@in_each_language
@settings(max_examples=30)
@given(data=st.data())
def test_names_that_are_words_are_read_back_mng_51(language: str, data: st.DataObject) -> None:
    """MNG-51."""
    schema, phrases = odd_schema(language)
    selection = data.draw(selections(schema))
    order = data.draw(st.lists(st.sampled_from(sorted(schema.table("contact").fields)), max_size=3))
    criteria = Cut(selection, First(5, tuple(Order(name, name > "field_2") for name in order)))
    words = describe(bind(criteria, schema, AS_OF), phrases)
    assert from_words(words, phrases, schema) == criteria, words


# -- what people write ----------------------------------------------------------------------------

BERN = contact.city == "Bern"
NEWS = Part("mailing_groups", (Where("mailing_group_code", parse("NEWS")),))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "criteria"),
    [
        ("everybody", None),
        ("City is Bern", BERN),
        ("  CITY IS Bern  ", BERN),
        ("City is Bern and Name is X", row(BERN, contact.name == "X")),
        ("City is Bern; Name is X", BERN & (contact.name == "X")),
        (
            "City is Bern or Basel and Name is X",
            row(contact.city.is_in(["Bern", "Basel"]), contact.name == "X"),
        ),
        ("City is Bern or Basel or is blank", contact.city.passes("Bern|Basel|''")),
        ("(City is Bern)", BERN),
        ("City (is Bern)", BERN),
        ("((City is Bern) and (Name is X))", AllOf((BERN, contact.name == "X"))),
        ("Post Code is from 1000 to 4999", contact.post_code.between("1000", "4999")),
        ("post_code is at most 9", contact.post_code <= "9"),
        ("Ville is Bern", BERN),
        ("City is Bern and is in segment SM1", AllOf((BERN, InSegment("SM1")))),
        (
            "City is Bern or is in segment SM1; Name is X",
            AllOf((AnyOf((BERN, InSegment("SM1"))), contact.name == "X")),
        ),
        (
            "City is Bern and is in segment S1; Name is X",
            AllOf((BERN, InSegment("S1"), contact.name == "X")),
        ),
        ("City fits Ber*", contact.city.passes("Ber*")),
        (
            "has mailing groups where mailing group code is NEWS and City is Bern",
            AllOf((NEWS, BERN)),
        ),
        ("everybody; of these the first 3", Cut(Part("contact"), First(3))),
        ("Type is none of person", contact.type.passes("<>person")),
    ],
)
def test_what_people_write_is_read(text: str, criteria: Criteria | None) -> None:
    assert read(text) == criteria


@pytest.mark.parametrize(
    ("text", "position", "told"),
    [
        (
            "Cty is Bern",
            0,
            "such as “is in segment …”; did you mean 'City'?\n",
        ),
        ("City is Bern and and Name is X", 17, "'and' does not fit here; expected a field"),
        ("City is", 7, "the text ends too early; expected a value"),
        ("City est Berne", 5, "'est' does not fit here; expected a comparison such as “is …”"),
        ("City is Bern; drop the table", 14, "'drop' does not fit here; expected a field"),
        ("", 0, "the text ends too early; expected a field"),
        ("City", 4, "expected a comparison"),
        ("City is New York", 12, "'York' does not fit here; expected “and”, “or”, “;”, or the end"),
        ("City is Bern.", 8, "expected a value"),
        ("City is not", 11, "expected a value"),
        ("City is or", 8, "expected a value"),
        ("City is from A", 14, "expected “to”"),
        ("City is from A too B", 15, "expected “to”"),
        ("City is “Bern", 8, "a quote is not closed"),
        ("City is Bern”", 12, "a quote closes that was not opened"),
        ("(City is Bern", 13, "expected “)”"),
        ("City (is Bern", 13, "expected “)”"),
        ("has mailing groups where (mailing group code is A", 49, "expected “)”"),
        ("City is Bern)", 12, "expected “and”, “or”, “;”, or the end"),
        ("City is Bern (since (1990)", 13, "expected “and”, “or”, “;”, or the end"),
        ("City is Bern and Name is X or No. is 5", 27, "brackets around what belongs together"),
        ("City fits “Bern”", 10, "expected a pattern with * or ?"),
        ("City is at least %me", 17, "no name for a whole filter"),
        ("has mailing grups", 4, "did you mean"),
        ("has mailing groups where mailing grp code is A", 25, "did you mean"),
        ("the number of rows of interactions is at least 3 and", 52, "expected"),
        ("the number of rows of interaktions is at least 3", 22, "did you mean"),
        pytest.param(
            "has interactions where cost is 1, then one where cost is 2, by date, at most 2 weeks;",
            84,
            "expected a number of days",
            id="weeks",
        ),
        ("the sum of cots over interactions is more than 5", 11, "did you mean 'Cost'?"),
        ("the sum of city over interactions is more than 5", 11, "expected a field of the table"),
        ("City is Bern; of these the first few", 33, "expected a whole number"),
        ("City is Bern; of these the first 5 by nme", 38, "did you mean 'Name'?"),
        ("falls between 0 % and 12.345 % of the split x", 22, "expected a percentage"),
        ("was logged with S1", 16, "expected a whole number"),
        ("is in segment", 13, "expected a number or code"),
        pytest.param("(" * 300 + "City is Bern", 200, "at most 200 open brackets", id="deep"),
        pytest.param("not (" * 300 + "City is Bern", 1004, "at most 200 open brackets", id="not"),
        ("City is Bern; of these the first 5; Name is X", 34, "expected “and”"),
    ],
)
def test_what_does_not_fit_is_a_fault_with_its_place_mng_53(
    text: str, position: int, told: str
) -> None:
    """MNG-53."""
    with pytest.raises(FilterError) as caught:
        read(text)
    assert (caught.value.position, caught.value.text) == (position, text)
    assert told in str(caught.value)


def test_a_text_that_is_none_is_refused() -> None:
    with pytest.raises(InvalidValue, match="is no text"):
        from_words(5, "en", SCHEMA)  # type: ignore[arg-type]


WORDS = (
    *[
        "City",
        "is",
        "Bern",
        "and",
        "or",
        ";",
        "(",
        ")",
        "“x”",
        "not",
        "from",
        "to",
        "5",
        "has",
        "mailing",
        "groups",
        "where",
    ],
    "%me",
)


@given(text=st.text() | st.lists(st.sampled_from(WORDS)).map(" ".join))
def test_any_text_is_read_or_is_a_fault(text: str) -> None:
    try:
        criteria = read(text)
    except FilterError as error:
        position = error.position
    else:
        position = 0
        assert read(said(criteria, "en")) == criteria
    assert 0 <= position <= len(text)


# -- sizes ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "criteria",
    [
        contact.city.is_in(f"K{n}" for n in range(100_000)),
        contact.name.passes("|".join(f"@x{n}?" for n in range(MAX_CONDITIONS))),
        AnyOf(tuple(mailing.mailing_group_code == f"G{n}" for n in range(MAX_CONDITIONS))),
    ],
    ids=["values", "patterns", "parts"],
)
def test_long_selections_are_read_back_mng_17(criteria: Criteria) -> None:
    """MNG-17."""
    assert read(said(criteria, "en")) == criteria


def test_as_deep_as_it_may_be_is_read_back() -> None:
    text = "<>(" * 50 + "DK|SE" + ")" * 50
    criteria: Selection = AnyOf((InSegment("S1"), contact.country_region_code.passes(text)))
    for _ in range(49):
        criteria = Not(criteria)
    assert read(said(criteria, "en")) == criteria


def test_a_date_with_a_time_needs_no_quotes() -> None:
    moment = truth.part("contact", changed="2026-11-22 14:30..")
    assert said(moment, "en", truth.SCHEMA) == "changed is 2026-11-22 14:30 or later"
    odd = truth.part("contact", changed="t 4p")
    assert said(odd, "en", truth.SCHEMA) == "changed is “t 4p” (2026-11-22 16:00)"
    for criteria in (moment, odd):
        assert read(said(criteria, "en", truth.SCHEMA), "en", truth.SCHEMA) == criteria


def test_a_time_stands_for_one_of_the_clock() -> None:
    typed = truth.part("contact", opens="4p..")
    assert said(typed, "en", truth.SCHEMA) == "opens is 4p (16:00) or later"
    assert read("opens is 4p (16:00) or later", "en", truth.SCHEMA) == typed
