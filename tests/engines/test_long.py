"""Five thousand conditions of any kind, and lists of a hundred thousand values."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache

import pytest

from engines.registry import CLUSTERS, DATABASES, ENGINES, HOSTS, Engine, SparkAnswer
from engines.test_meaning import answers, asked, rows_of
from segmentation.criteria import AllOf, AnyOf, Criteria, Not, Part, Selection
from segmentation.fields import Value
from support import truth

MANY = 5_000
LONG, SHORTER = 100_000, 20_000


@pytest.fixture
def length(request: pytest.FixtureRequest) -> int:
    """How long a list is: only databases have a limit of the values that come with a question."""
    return LONG if isinstance(request.node.callspec.params["engine"], tuple) else SHORTER


@cache
def listed(field: str, start: str, length: int) -> Selection:
    """The selection of a list of so many values, each a start and a number."""
    return asked(field, "|".join(f"{start}{n}" for n in range(length)))


@pytest.fixture(scope="module", params=[*ENGINES, *DATABASES, *HOSTS, *CLUSTERS])
def engine(request: pytest.FixtureRequest) -> Engine:
    if isinstance(request.param, tuple):
        place, make = request.param
        in_database: Engine = make(request.getfixturevalue(place))
        return in_database
    engine: Engine = request.param
    return engine


def found(engine: Engine, criteria: Criteria, **fields: list[Value]) -> str:
    return answers(engine(rows_of(**fields)), [criteria])[0]


@cache
def joined(sign: str, text: str, step: int = 1) -> str:
    """A filter text of many conditions: each number in place of the hash."""
    return sign.join(text.replace("#", str(n * step)) for n in range(MANY))


START = datetime(2020, 1, 1, 8, tzinfo=UTC)
SPANS: dict[str, list[Value]] = {
    "born": [START.date() + timedelta(days=n) for n in range(3_001)],
    "changed": [START + timedelta(minutes=n) for n in range(3_001)],
    "credit": [Decimal(n) / 4 + 1 for n in range(3_001)],
    "opens": [(START + timedelta(seconds=n)).time() for n in range(3_001)],
}
"""Values of each type, one more than are listed."""

NAMES: list[Value] = ["X0", "X4999", "Y", None]
STARTS: list[Value] = ["X77a", "X4999", "Z"]


def test_none_of_many_values_one_by_one_mng_16(engine: Engine) -> None:
    """MNG-16."""
    none = asked("name", joined("&", "<>X#"))
    assert found(engine, none, name=NAMES) == "C D"
    assert found(engine, Not(none), name=NAMES) == "A B"
    assert found(engine, asked("name", f"<>({joined('|', 'X#')})"), name=NAMES) == "C D"


def test_many_patterns_and_intervals_mng_17(engine: Engine) -> None:
    """MNG-17."""
    assert found(engine, asked("name", joined("|", "X#*")), name=STARTS) == "A B"
    assert found(engine, asked("name", joined("|", "@x#?")), name=STARTS) == "A B"
    intervals = asked("employees", joined("|", "#..#", step=2))
    assert found(engine, intervals, employees=[8, 9998, 9999]) == "A B"


def news(code: str) -> Part:
    return truth.part("mailing", code=code)


def test_many_parts_mng_18(engine: Engine) -> None:
    """MNG-18."""
    rows = dict(rows_of(name=["a", "b", "c"]))
    pairs = [("A", "G3"), ("B", "G4999"), ("C", "H")]
    rows["mailing"] = [{"contact_no": no, "code": code, "since": None} for no, code in pairs]
    groups: list[Selection] = [news(f"G{n}") for n in range(MANY)]
    selections: list[Criteria] = [AnyOf(tuple(groups)), AllOf(tuple(map(Not, groups)))]
    assert answers(engine(rows), selections) == ["A B", "C"]


def test_a_long_list_of_values_mng_19(engine: Engine, length: int) -> None:
    """MNG-19."""
    rows = rows_of(name=["K1", f"K{length // 2}", f"K{length - 1}", "M", None])
    those = listed("name", "K", length)
    assert answers(engine(rows), [those, Not(those)]) == ["A B C", "D E"]


def test_a_list_of_numbers_or_days_is_as_long_mng_19(engine: Engine, length: int) -> None:
    """MNG-19."""
    employees: list[Value] = [1, length // 2, length - 1, length + 1]
    assert found(engine, listed("employees", "", length), employees=employees) == "A B C"


@pytest.mark.parametrize("field", ["born", "changed", "credit", "opens"])
def test_a_list_of_any_type_is_long_mng_19(engine: Engine, field: str) -> None:
    """MNG-19."""
    if field == "opens" and engine is SparkAnswer:
        pytest.skip("Spark has no times of day")
    values = SPANS[field]
    filled: list[Value] = [values[0], values[2_999], values[3_000], None]
    listed = asked(field, "|".join(str(value) for value in values[:3_000]))
    assert found(engine, listed, **{field: filled}) == "A B"
    assert found(engine, Not(listed), **{field: filled}) == "C D"


def test_the_greatest_numbers_are_compared_mng_21(engine: Engine) -> None:
    """MNG-21."""
    greatest, least = 2**63 - 1, -(2**63)
    rows = rows_of(employees=[greatest, least, 0])
    texts = [str(greatest), f"..{least}", f">={greatest}", "0"]
    assert answers(engine(rows), [asked("employees", text) for text in texts]) == [
        "A",
        "B",
        "A",
        "C",
    ]
