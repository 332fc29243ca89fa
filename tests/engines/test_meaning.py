"""What filters mean to the last letter: scenarios that every engine answers alike."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime
from typing import Any, NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import duckdb
import polars as pl
import pytest

from engines.registry import (
    CLUSTERS,
    DATABASES,
    ENGINES,
    HOSTS,
    Answer,
    Engine,
    Rows,
    SparkAnswer,
    spark_session,
)
from segmentation.adapters.narwhals import FrameContacts
from segmentation.criteria import (
    AsOf,
    Aspect,
    Compare,
    Criteria,
    Followed,
    Letters,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Where,
    bind,
    parse,
    replacements,
    to_text,
)
from segmentation.errors import Refused
from support import truth

T = TypeVar("T")


@pytest.fixture(scope="module", params=[*ENGINES, *DATABASES, *HOSTS, *CLUSTERS])
def engine(request: pytest.FixtureRequest) -> Engine:
    if isinstance(request.param, tuple):
        place, make = request.param
        in_database: Engine = make(request.getfixturevalue(place))
        return in_database
    engine: Engine = request.param
    return engine


def rows_of(**fields: Sequence[Any]) -> Rows:
    """Contacts A, B, C and so on with these values, and no rows of other tables."""
    count = len(next(iter(fields.values())))
    blank = dict.fromkeys(truth.CONTACT.fields)
    columns = {"no": [_letter(n) for n in range(count)], **fields}
    contacts = [
        {**blank, **dict(zip(columns, row, strict=True))}
        for row in zip(*columns.values(), strict=True)
    ]
    return {**dict.fromkeys(truth.ROWS, ()), "contact": contacts}


def _letter(number: int) -> str:
    return chr(ord("A") + number) if number < 26 else f"N{number:05}"


def asked(field: str, text: str) -> Part:
    item = parse(text)
    assert item is not None
    return Part("contact", (Where(field, item),))


def answers(answer: Answer, criteria: Sequence[Criteria]) -> list[str]:
    bounds = [bind(each, truth.SCHEMA, truth.AS_OF) for each in criteria]
    if isinstance(answer, SparkAnswer):
        found = answer.many(bounds)
        assert all(isinstance(each, list) for each in found), found
        return [" ".join(each) for each in found if isinstance(each, list)]
    return [" ".join(answer(bound)) for bound in bounds]


class Scenario(NamedTuple):
    """Values of contacts A, B, C and so on, and whom filters find."""

    id: str
    field: str
    values: Sequence[Any]
    expected: Mapping[str, str]


SCENARIOS = [
    Scenario(
        "MNG-01",
        "name",
        ["ΣΊΣΥΦΟΣ", "Σίσυφος", "ΟΔΟΣ", "οδός"],
        {
            "@ΣΊΣ*": "A B",
            "@*Σ": "A B C D",
            "@*σ": "A B C D",  # noqa: RUF001 - Greek
            "@*ς": "A B C D",
            "@οδοσ": "C",
            "<>@ΣΊΣ*": "C D",
            "ΣΊΣ*": "A",
            "*ς": "B D",
        },
    ),
    Scenario(
        "MNG-02",
        "name",
        ["\u0130stanbul", "Istanbul", "\u0131stanbul", "istanbul"],
        {
            "@?stanbul": "A B C D",
            "@istanbul": "A B C D",
            "@ISTANBUL": "A B C D",
            "@\u0130STANBUL": "A B C D",
            "@\u0131stanbul": "A B C D",
            "@????????": "A B C D",
            "@?????????": "",
            "istanbul": "D",
        },
    ),
    Scenario(
        "MNG-03",
        "name",
        ["ŞİŞLİ", "Şişli", "SISLI"],
        {
            "Ş?Ş*": "A",
            "@Ş?Ş*": "A B",
            "@şişli": "A B",
            "@Ş?ŞL?": "A B",
            "@sisli": "C",
            "<>@Ş?Ş*": "C",
        },
    ),
    Scenario(
        "MNG-04",
        "name",
        ["Straße", "STRASSE", "STRA\u1e9eE", "Strasse"],
        {
            "@straße": "A C",
            "@STRA\u1e9eE": "A C",
            "@strasse": "B D",
            "@stra?e": "A C",
            "@stra??e": "B D",
            "@??????": "A C",
            "@???????": "B D",
        },
    ),
    Scenario(
        "MNG-05",
        "name",
        ["o\ufb03ce", "office", "OFFICE"],
        {"@OFFICE": "B C", "@o?ce": "A", "@o???ce": "B C", "@o\ufb03ce": "A"},
    ),
    Scenario(
        "MNG-06",
        "name",
        ["თბილისი", "ᲗᲑᲘᲚᲘᲡᲘ", "ᏣᎳᎩ", "ꮳꮃꭹ", "ЧЕРВОНИЙ", "червоний"],
        {
            "@თბილისი": "A B",
            "@ᲗᲑ*": "A B",
            "@ꮳꮃꭹ": "C D",
            "@Ꮳ??": "C D",
            "@*Ꭹ": "C D",  # noqa: RUF001 - Cherokee
            "@червоний": "E F",
            "@*ИЙ": "E F",
            "თბილისი": "A",
            "ᲗᲑᲘᲚᲘᲡᲘ": "B",
            "ᏣᎳᎩ": "C",
            "ꮳꮃꭹ": "D",
            "ЧЕРВОНИЙ": "E",
            "червоний": "F",
        },
    ),
    Scenario(
        "MNG-07",
        "name",
        ["\u00b5m", "\u03bcm", "\u017falz", "Salz", "\u03d1", "\u0398"],
        {
            "@\u039cM": "A B",
            "@salz": "C D",
            "@?ALZ": "C D",
            "@\u03b8": "E F",
        },
    ),
    Scenario(
        "MNG-12",
        "name",
        ["Müller", "MULLER", "Muller", "Mueller", "Müllér"],
        {
            "~Muller": "A B C E",
            "~MÜLLER": "A B C E",
            "~m?ller": "A B C E",
            "<>~muller": "D",
            "Muller": "C",
            "@muller": "B C",
            "@müller": "A",
            "~muller|mueller*|~Mueller": "A B C D E",
        },
    ),
    Scenario(
        "MNG-13",
        "name",
        ["Łódź", "Lodz", "Tromsø", "Weiß", "Ngô Bảo", "x\u0302y", "Åse ೋ"],
        {
            "~łodz": "A",
            "~lodz": "B",
            "~tromso": "",
            "~weiss": "",
            "~weiß": "D",
            "~ngo bao": "E",
            "~x?": "F",
            "x??": "F",
            "~ase ??": "G",
            "~ase ?": "",
        },
    ),
    Scenario(
        "MNG-11",
        "name",
        ["A\u030ase", "Åse"],
        {"A\u030ase": "B", "Åse": "B", "A\u030a*": "B", "A\u030as?|X": "B"},
    ),
    Scenario(
        "MNG-14",
        "name",
        ["~ca", "ca", "CÀ"],
        {r"'\~ca'": "A", r"<>'\~ca'": "B C", r"'\~c*'": "A", "?ca": "A", "~ca": "B C"},
    ),
]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda each: each.id)
def test_every_engine_finds_whom_a_scenario_says(engine: Engine, scenario: Scenario) -> None:
    answer = engine(rows_of(**{scenario.field: scenario.values}))
    texts = list(scenario.expected)
    found = answers(answer, [asked(scenario.field, text) for text in texts])
    assert dict(zip(texts, found, strict=True)) == dict(scenario.expected)


def _by_hundred(pairs: list[T]) -> list[list[T]]:
    return [pairs[start : start + 100] for start in range(0, len(pairs), 100)]


def test_each_letter_that_folds_is_found_by_what_it_folds_to_mng_08(engine: Engine) -> None:
    """MNG-08."""
    pairs = list(replacements(Letters.ANY_CASE).items())
    pairs += [(letter.upper(), letter) for letter in "abcdefghijklmnopqrstuvwxyz"]
    assert len(pairs) >= 1454 + 2
    answer = engine(rows_of(name=[letter for letter, _ in pairs]))
    everybody = sorted(_letter(n) for n in range(len(pairs)))
    sought: list[Criteria] = [
        asked("name", "|".join(f"@{new}" for _, new in chunk)) for chunk in _by_hundred(pairs)
    ]
    *found, one, two, i, capital = answers(
        answer, [*sought, *(asked("name", text) for text in ("@?", "@??", "@i", "@I"))]
    )
    for chunk, each in zip(_by_hundred(list(enumerate(pairs))), found, strict=True):
        assert {_letter(n) for n, _ in chunk} <= set(each.split())
    assert sorted(one.split()) == everybody
    assert two == ""
    both = {_letter(n) for n, (letter, _) in enumerate(pairs) if letter in "\u0130\u0131I"}
    assert set(i.split()) == set(capital.split()) == both


def test_the_name_with_the_sign_is_protected_when_it_is_written_mng_14() -> None:
    """MNG-14."""
    for item in (
        Compare(Operator.EQUAL, Operand("~ca")),
        Not(Compare(Operator.EQUAL, Operand("~ca", any_case=True, any_accent=True))),
        Compare(Operator.EQUAL, Operand("@~ca", any_case=True)),
    ):
        assert parse(to_text(item)) == item


IN_FRAMES = {"polars": None, "pandas": "to_pandas", "pyarrow": "to_arrow"}
LIBRARIES = [*IN_FRAMES, "duckdb", "pyspark"]
STORED = pytest.mark.parametrize("stored", ["UTC", "America/New_York"])
IN_ZURICH = AsOf(date(2026, 11, 22), zone=ZoneInfo("Europe/Zurich"))
MOMENTS = [
    datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
    datetime(2026, 11, 22, 22, 30, tzinfo=UTC),
    datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
]


@contextmanager
def in_library(library: str, frame: pl.DataFrame) -> Iterator[Any]:
    """A frame of another library; Spark keeps a point in time without its zone."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if library == "duckdb":
            yield connection.from_arrow(frame.to_arrow())
        elif library == "pyspark":
            columns = ", ".join(
                f"{name} {'timestamp' if dtype == pl.Datetime else 'string'}"
                for name, dtype in frame.schema.items()
            )
            yield spark_session().createDataFrame(frame.rows(), columns)
        else:
            name = IN_FRAMES[library]
            yield getattr(frame, name)() if name else frame


def of_moments(name: str, numbers: str, moments: list[datetime], stored: str) -> pl.DataFrame:
    """Rows of numbers and points in time."""
    column = pl.Series("moment", moments).dt.convert_time_zone(stored)
    return pl.DataFrame({name: list(numbers), "moment": column})


@STORED
@pytest.mark.parametrize("library", LIBRARIES)
def test_an_aware_time_is_a_day_of_the_zone_mng_38(library: str, stored: str) -> None:
    """MNG-38."""
    polars = of_moments("no", "ABC", MOMENTS, stored)
    with in_library(library, polars) as frame:
        source = FrameContacts(frame, columns={"contact": {"born": "moment"}})
        for text, expected in (("t", "A B"), ("..t", "A B"), (">t", "C"), ("<>t", "C")):
            bound = bind(asked("born", text), truth.SCHEMA, IN_ZURICH)
            assert " ".join(source.matching(bound)) == expected, text


def seen(aspect: Aspect, text: str) -> Part:
    return truth.seen("contact", "born", aspect, text)


OF_DAYS: Mapping[str, tuple[Criteria, str]] = {
    "weekday": (seen(Aspect.WEEKDAY, "sunday"), "A B"),
    "month": (seen(Aspect.MONTH, "november"), "A B C"),
    "day of the year": (seen(Aspect.DAY_OF_YEAR, "1"), "C"),
    "age": (seen(Aspect.AGE_IN_DAYS, "0"), "A B"),
    "no weekday": (Not(seen(Aspect.WEEKDAY, "sunday")), "C"),
}


@STORED
@pytest.mark.parametrize("library", [*IN_FRAMES, "duckdb"])
@pytest.mark.parametrize("case", OF_DAYS)
def test_what_is_asked_of_an_aware_time_is_asked_of_its_day_in_the_zone_mng_38(
    library: str, stored: str, case: str
) -> None:
    """MNG-38."""
    criteria, expected = OF_DAYS[case]
    with in_library(library, of_moments("no", "ABC", MOMENTS, stored)) as frame:
        source = FrameContacts(frame, columns={"contact": {"born": "moment"}})
        assert " ".join(source.matching(bind(criteria, truth.SCHEMA, IN_ZURICH))) == expected


NO_ROWS = Part("mailing")
ON_ROWS: Mapping[str, tuple[Criteria, str]] = {
    "one day": (truth.figure(Measure.DISTINCT, "since", NO_ROWS, "1"), "A"),
    "two days": (truth.figure(Measure.DISTINCT, "since", NO_ROWS, "2"), "B"),
    "a later day": (Followed("since", NO_ROWS, NO_ROWS, later_day=True), "B"),
    "a weekday": (truth.seen("mailing", "since", Aspect.WEEKDAY, "monday"), "B"),
}


def _rows_in(library: str, stored: str, stack: ExitStack) -> FrameContacts:
    """A has two rows on the same day in Zurich, B has one on the next day, too."""
    rows = of_moments("contact_no", "AABB", [*MOMENTS[:2], *MOMENTS[1:]], stored)
    contacts = of_moments("no", "AB", MOMENTS[:2], stored)
    made = [stack.enter_context(in_library(library, frame)) for frame in (contacts, rows)]
    return FrameContacts(made[0], {"mailing": made[1]}, columns={"mailing": {"since": "moment"}})


@STORED
@pytest.mark.parametrize("library", IN_FRAMES)
@pytest.mark.parametrize("case", ON_ROWS)
def test_rows_with_aware_times_are_told_apart_by_days_of_the_zone_mng_38(
    library: str, stored: str, case: str
) -> None:
    """MNG-38."""
    criteria, expected = ON_ROWS[case]
    with ExitStack() as stack:
        source = _rows_in(library, stored, stack)
        assert " ".join(source.matching(bind(criteria, truth.SCHEMA, IN_ZURICH))) == expected


@pytest.mark.parametrize("case", ON_ROWS)
def test_a_cluster_refuses_what_it_would_ask_of_the_day_of_another_zone_mng_38(case: str) -> None:
    """MNG-38."""
    criteria, _ = ON_ROWS[case]
    with ExitStack() as stack:
        source = _rows_in("pyspark", "UTC", stack)
        with pytest.raises(Refused, match=r"mailing\.since: the day of a time cannot be done"):
            source.matching(bind(criteria, truth.SCHEMA, IN_ZURICH))


@pytest.mark.parametrize("library", [*IN_FRAMES, "pyspark"])
@pytest.mark.parametrize("case", ["two days", "a later day"])
def test_points_in_time_in_utc_show_the_days_of_utc(library: str, case: str) -> None:
    """On 21 and 22 November it is A, and B has two rows on the 22nd."""
    criteria, _ = ON_ROWS[case]
    with ExitStack() as stack:
        source = _rows_in(library, "UTC", stack)
        as_of = AsOf(date(2026, 11, 22))
        assert " ".join(source.matching(bind(criteria, truth.SCHEMA, as_of))) == "A"
