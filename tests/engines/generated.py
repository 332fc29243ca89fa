"""Rows of any kind for the schema of the table of truth: few or many, from a seed."""

import random  # noqa: TID251 - from a seed
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from segmentation.criteria import Table
from segmentation.fields import Field, FieldType
from support import truth

_LETTERS = "aAbBsSßåÅİσΣς𝔘*?%_'\\ .@|"  # noqa: RUF001 - they look like others on purpose
_NUMBERS = "ABCDEFGH"
_KEYS = {"no", "company_no", "contact_no", "link_no", "source_no"}
_POOLS: Mapping[FieldType, Sequence[Any]] = {
    FieldType.CODE: ["", "DK", "SE", "NEWS", "N", "Ø-1", "SS1", "8000", "RETAIL", None],
    FieldType.TEXT: ["", "Hansen", "hanson", "Straße", "ÅRHUS", "a*b", "50%", "J", None],
    FieldType.INTEGER: [0, 1, 10, -5, 1000, None],
    FieldType.DECIMAL: [Decimal(0), Decimal("0.10"), Decimal("-3.5"), Decimal("999.99"), None],
    FieldType.BOOLEAN: [True, False, None],
    FieldType.DATE: [date(2026, 11, 22), date(2024, 2, 29), date(2027, 1, 1), None],
    FieldType.DATETIME: [
        datetime(2026, 11, 22, tzinfo=UTC),
        datetime(2026, 11, 21, 23, 59, 59, 999999, tzinfo=UTC),
        None,
    ],
    FieldType.TIME: [time(8, 30), time(0), time(23, 59, 59), None],
}


def few_rows(seed: int) -> Mapping[str, Sequence[truth.Row]]:
    """Up to eight contacts, A, B, C ..., with some rows, of values that mean something."""
    dice = random.Random(seed)  # noqa: S311 - data for tests
    made = {
        name: [
            {field.name: _known(field, dice) for field in table.fields.values()}
            for _ in range(dice.randrange(9))
        ]
        for name, table in truth.SCHEMA.tables.items()
    }
    for row, no in zip(made["contact"], _NUMBERS, strict=False):
        row["no"] = no
    return made


def _known(field: Field, dice: random.Random) -> Any:  # noqa: ANN401
    if field.name in _KEYS:
        return dice.choice([*_NUMBERS, "", None])
    if field.type is FieldType.TEXT and dice.random() < 0.5:
        return "".join(dice.choices(_LETTERS, k=dice.randrange(5)))
    return dice.choice([*field.options, None] if field.options else _POOLS[field.type])


def many_rows(contacts: int, seed: int) -> Mapping[str, Sequence[truth.Row]]:
    """Many contacts with many different values, some of them with very many rows."""
    dice = random.Random(seed)  # noqa: S311 - data for tests
    nos = [f"C{number:04d}" for number in range(contacts)]
    made = {
        name: [_row(table, dice, nos) for _ in range(3 * contacts)]
        for name, table in truth.SCHEMA.tables.items()
    }
    made["contact"] = [{**row, "no": no} for row, no in zip(made["contact"], nos, strict=False)]
    for row in made["interaction"][: contacts // 2]:
        row["contact_no"], row["company_no"] = nos[7], made["contact"][7]["company_no"]
    return made


def _row(table: Table, dice: random.Random, nos: Sequence[str]) -> dict[str, Any]:
    return {name: _value(field, dice, nos) for name, field in table.fields.items()}


def _value(field: Field, dice: random.Random, nos: Sequence[str]) -> Any:  # noqa: ANN401
    if field.name in _KEYS:
        few = nos[:: 3 if field.name == "company_no" else 1]
        return dice.choice([*few[: len(nos) // 2], None])
    if dice.random() < 0.2:
        return None
    spread = dice.randrange(1500)
    match field.type:
        case _ if field.options:
            return dice.choice(field.options)
        case FieldType.TEXT:
            return f"{dice.choice(['Hansen', 'hanson', 'a*b', 'Å'])}{spread}"
        case FieldType.INTEGER:
            return spread - 500
        case FieldType.DECIMAL:
            return Decimal(spread) / 100
        case FieldType.DATE:
            return date(2024, 2, 29) + timedelta(spread)
        case FieldType.DATETIME:
            return datetime(2026, 11, 22, tzinfo=UTC) + timedelta(hours=spread - 700)
        case FieldType.TIME:
            return time(spread // 100, spread % 60)
        case FieldType.CODE if field.name == "post_code":
            return f"{spread:04d}"
        case _:
            return dice.choice(_POOLS[field.type])
