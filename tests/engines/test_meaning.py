"""What filters mean to the last letter: scenarios that every engine answers alike."""

from collections.abc import Mapping, Sequence
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
    Compare,
    Criteria,
    Letters,
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
    for item in (
        Compare(Operator.EQUAL, Operand("~ca")),
        Not(Compare(Operator.EQUAL, Operand("~ca", any_case=True, any_accent=True))),
        Compare(Operator.EQUAL, Operand("@~ca", any_case=True)),
    ):
        assert parse(to_text(item)) == item


IN_FRAMES = {"polars": None, "pandas": "to_pandas", "pyarrow": "to_arrow"}


@pytest.mark.parametrize("stored", ["UTC", "America/New_York"])
@pytest.mark.parametrize("library", [*IN_FRAMES, "duckdb", "pyspark"])
def test_an_aware_time_is_a_day_of_the_zone_mng_38(library: str, stored: str) -> None:
    moments = [
        datetime(2026, 11, 21, 23, 30, tzinfo=UTC),
        datetime(2026, 11, 22, 22, 30, tzinfo=UTC),
        datetime(2026, 11, 22, 23, 30, tzinfo=UTC),
    ]
    column = pl.Series("born", moments).dt.convert_time_zone(stored)
    polars = pl.DataFrame({"no": ["A", "B", "C"], "born": column})
    as_of = AsOf(date(2026, 11, 22), zone=ZoneInfo("Europe/Zurich"))
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        if library == "duckdb":
            frame: Any = connection.from_arrow(polars.to_arrow())
        elif library == "pyspark":
            rows = list(zip("ABC", moments, strict=True))
            frame = spark_session().createDataFrame(rows, "no string, born timestamp")
        else:
            name = IN_FRAMES[library]
            frame = getattr(polars, name)() if name else polars
        source = FrameContacts(frame)
        for text, expected in (("t", "A B"), ("..t", "A B"), (">t", "C"), ("<>t", "C")):
            bound = bind(asked("born", text), truth.SCHEMA, as_of)
            assert " ".join(source.matching(bound)) == expected, text
