"""The engines that must all answer alike; a new one is added to `ENGINES`."""

import os
import shutil
from collections.abc import Callable, Mapping, Sequence
from functools import cache, reduce
from itertools import count
from typing import Any, Protocol, TypeAlias

import duckdb
import polars as pl
import pytest

from engines.stored import InOurTables, InTablesOfAHost
from segmentation.adapters.narwhals import FrameContacts
from segmentation.criteria import BoundSelection
from segmentation.errors import SegmentationError
from segmentation.fields import FieldType
from segmentation.memory._index import ContactIndex
from support import truth
from support.reference import MappingRows, RecordRows, numbers

Rows: TypeAlias = Mapping[str, Sequence[Mapping[str, Any]]]
"""Plain rows for each table of the schema of the table of truth."""

Answer: TypeAlias = Callable[[BoundSelection], Sequence[str]]
"""The numbers that pass, ascending; of a cut in its order."""

Engine: TypeAlias = Callable[[Rows], Answer]
"""Takes rows in; members of segments are those of the table of truth."""


def reference_on_mappings(rows: Rows) -> Answer:
    source = MappingRows(rows)
    return lambda bound: numbers(bound, source)


def reference_on_records(rows: Rows) -> Answer:
    source = RecordRows(rows)
    return lambda bound: numbers(bound, source)


def index(rows: Rows) -> Answer:
    return counting(ContactIndex(RecordRows(rows), truth.SCHEMA.table(truth.SCHEMA.base)))


class Chooses(Protocol):
    """What gives numbers, and says how many they are without giving them."""

    def matching(self, bound: BoundSelection) -> Sequence[str]: ...
    def count(self, bound: BoundSelection) -> int: ...


def counting(source: Chooses) -> Answer:
    """The answers of a source, each held to its count."""

    def answer(bound: BoundSelection) -> Sequence[str]:
        found = source.matching(bound)
        assert bound.cut is not None or source.count(bound) == len(found)
        return found

    return answer


def _columns(rows: Rows) -> Mapping[str, Mapping[str, list[Any]]]:
    return {
        table: {name: [row[name] for row in of_table] for name in truth.SCHEMA.table(table).fields}
        for table, of_table in rows.items()
    }


def _frames(rows: Rows, make: Callable[[pl.DataFrame], Any]) -> Answer:
    made = {
        table: make(pl.DataFrame(columns, schema=_POLARS[table]))
        for table, columns in _columns(rows).items()
    }
    source = FrameContacts(
        made.pop("contact"),
        made,
        segment_members=truth.MEMBERS.__getitem__,
        logged_members=truth.LOGGED.__getitem__,
    )
    return counting(source)


_TYPES = {
    FieldType.CODE: pl.String(),
    FieldType.TEXT: pl.String(),
    FieldType.OPTION: pl.String(),
    FieldType.INTEGER: pl.Int64(),
    FieldType.DECIMAL: pl.Decimal(18, 2),
    FieldType.BOOLEAN: pl.Boolean(),
    FieldType.DATE: pl.Date(),
    FieldType.DATETIME: pl.Datetime("us", "UTC"),
    FieldType.TIME: pl.Time(),
}
_POLARS = {
    table.name: {field.name: _TYPES[field.type] for field in table.fields.values()}
    for table in truth.SCHEMA.tables.values()
}


def polars_eager(rows: Rows) -> Answer:
    return _frames(rows, lambda frame: frame)


def polars_lazy(rows: Rows) -> Answer:
    return _frames(rows, lambda frame: frame.lazy())


def pandas(rows: Rows) -> Answer:
    return _frames(rows, lambda frame: frame.to_pandas())


def pandas_arrow(rows: Rows) -> Answer:
    return _frames(rows, lambda frame: frame.to_pandas(use_pyarrow_extension_array=True))


def pyarrow(rows: Rows) -> Answer:
    return _frames(rows, lambda frame: frame.to_arrow())


def duckdb_relations(rows: Rows) -> Answer:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")

    def made(frame: pl.DataFrame) -> Any:  # noqa: ANN401
        name = f"t{next(numbering)}"
        connection.register("arriving", frame.to_arrow())
        columns = "* REPLACE (opens::TIME AS opens)" if "opens" in frame.columns else "*"
        connection.execute(f"CREATE TABLE {name} AS SELECT {columns} FROM arriving")  # noqa: S608
        return connection.table(name)

    numbering = count()
    answer = _frames(rows, made)

    def connected(bound: BoundSelection) -> Sequence[str]:
        with connection.cursor():  # a relation does not keep its connection in every version
            return answer(bound)

    return connected


class SparkAnswer:
    """Answers many selections in one job, for each job takes its time to begin."""

    def __init__(self, rows: Rows) -> None:
        session = spark_session()
        made = {table: _spark_frame(session, table, of_table) for table, of_table in rows.items()}
        self._source = FrameContacts(
            made.pop("contact"),
            made,
            segment_members=truth.MEMBERS.__getitem__,
            logged_members=truth.LOGGED.__getitem__,
        )

    def __call__(self, bound: BoundSelection) -> Sequence[str]:
        return self._source.matching(bound)

    def many(self, bounds: Sequence[BoundSelection]) -> list[Sequence[str] | SegmentationError]:
        found: list[Any] = [[] for _ in bounds]
        frames = []
        for at, bound in enumerate(bounds):
            try:
                if bound.cut is None:
                    frames.append(self._source.filter(bound).selectExpr("no", f"{at} AS at"))
                else:
                    found[at] = self(bound)
            except SegmentationError as error:
                found[at] = error
        if frames:
            for row in reduce(lambda one, other: one.unionAll(other), frames).collect():
                found[row["at"]].append(row["no"])
        return [
            sorted(each) if isinstance(each, list) and bound.cut is None else each
            for each, bound in zip(found, bounds, strict=True)
        ]


@cache
def spark_session() -> Any:  # noqa: ANN401
    """The one session of all tests on this machine."""
    sql = pytest.importorskip("pyspark.sql", reason="needs PySpark: pip install pyspark, and Java")
    if not (os.environ.get("JAVA_HOME") or shutil.which("java")):
        pytest.skip("needs Java: install openjdk-17-jre-headless or a later one")
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    builder = sql.SparkSession.builder.master("local[1]").appName("segmentation tests")
    for name, value in {
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "1",
        "spark.default.parallelism": "1",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.autoBroadcastJoinThreshold": "-1",
        "spark.sql.codegen.wholeStage": "false",
        "spark.driver.memory": "1g",
    }.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


_SPARK = {
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "decimal(18,2)",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamp",
}


def _spark_frame(session: Any, table: str, rows: Sequence[Mapping[str, Any]]) -> Any:  # noqa: ANN401
    fields = truth.SCHEMA.table(table).fields.values()
    known = [
        field for field in fields if field.type is not FieldType.TIME
    ]  # Spark has no such type
    schema = ", ".join(f"{field.name} {_SPARK.get(field.type, 'string')}" for field in known)
    values = [tuple(row[field.name] for field in known) for row in rows]
    return session.createDataFrame(values, schema)


ENGINES = [
    pytest.param(reference_on_mappings, id="reference-mappings"),
    pytest.param(reference_on_records, id="reference-records"),
    pytest.param(index, id="index"),
    pytest.param(polars_eager, id="polars"),
    pytest.param(polars_lazy, id="polars-lazy"),
    pytest.param(pandas, id="pandas"),
    pytest.param(pandas_arrow, id="pandas-arrow"),
    pytest.param(pyarrow, id="pyarrow"),
    pytest.param(duckdb_relations, id="duckdb"),
]

DATABASES = [
    pytest.param(("kept_sqlite", InOurTables), id="sqlite"),
    pytest.param(("kept_postgresql", InOurTables), id="postgresql", marks=pytest.mark.postgres),
    pytest.param(("kept_mariadb", InOurTables), id="mariadb", marks=pytest.mark.mariadb),
]
"""Engines in a database: the fixture that gives one, and what makes an engine of it."""

HOSTS = [
    pytest.param(("kept_sqlite", InTablesOfAHost), id="sqlite-host"),
    pytest.param(
        ("kept_postgresql", InTablesOfAHost), id="postgresql-host", marks=pytest.mark.postgres
    ),
    pytest.param(("kept_mariadb", InTablesOfAHost), id="mariadb-host", marks=pytest.mark.mariadb),
]
"""Databases where tables of a host stand in for ours, without any index that would serve."""

CLUSTERS = [pytest.param(SparkAnswer, id="pyspark", marks=pytest.mark.spark)]
"""Engines that have the data elsewhere, and refuse what they cannot do exactly."""
