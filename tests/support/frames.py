"""Frames of every library that the tests know, made from plain rows by the types of fields."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache
from itertools import count
from typing import Any, TypeAlias

import duckdb
import polars as pl
import pytest

from engines.registry import spark_session
from segmentation.fields import Field, FieldType

Rows: TypeAlias = Sequence[Mapping[str, Any]]
Maker: TypeAlias = Callable[[Rows, Iterable[Field]], Any]
"""Makes a frame of rows, with a column for each of these fields."""

POLARS = {
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
_SPARK = {
    FieldType.INTEGER: "bigint",
    FieldType.DECIMAL: "decimal(18,2)",
    FieldType.BOOLEAN: "boolean",
    FieldType.DATE: "date",
    FieldType.DATETIME: "timestamp",
}
_numbers = count(1)


def of_polars(rows: Rows, fields: Iterable[Field]) -> pl.DataFrame:
    known = list(fields)
    schema = {field.name: POLARS[field.type] for field in known}
    values = [[row.get(field.name) for field in known] for row in rows]
    return pl.DataFrame(values, schema, orient="row")


def of_lazy_polars(rows: Rows, fields: Iterable[Field]) -> pl.LazyFrame:
    return of_polars(rows, fields).lazy()


def of_pandas(rows: Rows, fields: Iterable[Field]) -> Any:  # noqa: ANN401 - pandas' stubs
    return of_polars(rows, fields).to_pandas()


def of_pyarrow(rows: Rows, fields: Iterable[Field]) -> Any:  # noqa: ANN401 - has no stubs
    return of_polars(rows, fields).to_arrow()


@cache
def duckdb_connection() -> duckdb.DuckDBPyConnection:
    """The one connection of all relations, which keeps them alive."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def to_duckdb(arrow: Any) -> duckdb.DuckDBPyRelation:  # noqa: ANN401 - has no stubs
    """A table of Arrow as a relation."""
    connection, name = duckdb_connection(), f"of_tests_{next(_numbers)}"
    connection.register("arriving", arrow)
    connection.execute(f"CREATE TABLE {name} AS SELECT * FROM arriving")  # noqa: S608
    return connection.table(name)


def of_duckdb(rows: Rows, fields: Iterable[Field]) -> duckdb.DuckDBPyRelation:
    return to_duckdb(of_pyarrow(rows, fields))


OF_POLARS: Mapping[str, Callable[[pl.DataFrame], Any]] = {
    "polars": lambda frame: frame,
    "polars-lazy": lambda frame: frame.lazy(),
    "pandas": lambda frame: frame.to_pandas(),
    "pyarrow": lambda frame: frame.to_arrow(),
    "duckdb": lambda frame: to_duckdb(frame.to_arrow()),
    "pyspark": lambda frame: spark_session().createDataFrame(frame.to_arrow()),
}
"""Makes a frame of each library from one of polars, with the types that it has."""


def of_spark(rows: Rows, fields: Iterable[Field]) -> Any:  # noqa: ANN401 - Spark's frame
    known = list(fields)
    schema = ", ".join(f"{field.name} {_SPARK.get(field.type, 'string')}" for field in known)
    values = [tuple(row.get(field.name) for field in known) for row in rows]
    return spark_session().createDataFrame(values, schema)


MAKERS: Mapping[str, Maker] = {
    "polars": of_polars,
    "polars-lazy": of_lazy_polars,
    "pandas": of_pandas,
    "pyarrow": of_pyarrow,
    "duckdb": of_duckdb,
    "pyspark": of_spark,
}
"""The libraries, by the names that tests bear."""

LIBRARIES = [
    *(name for name in MAKERS if name != "pyspark"),
    pytest.param("pyspark", marks=pytest.mark.spark),
]
