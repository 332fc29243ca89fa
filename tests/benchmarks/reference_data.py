"""The reference data of the benchmarks: a million contacts with their rows, from a fixed seed.

Run as a script it writes the tables as CSV files into a folder::

    python tests/benchmarks/reference_data.py FOLDER [CONTACTS]
"""

import csv
import random
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import product
from pathlib import Path
from typing import Any

from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup, ContactType
from segmentation.criteria import (
    AsOf,
    BoundSelection,
    Criteria,
    bind,
    make_selection,
)
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.segments import contact_schema

MILLION = 1_000_000
LAST_DAY = date(2026, 11, 22)
FIRST_DAY = date(2024, 11, 23)
SINCE = date(2026, 8, 23)
"""A quarter before the end."""

COUNTRIES = ("AT", "DE", "DK", "ES", "FR", "GB", "IT", "NL", "NO", "SE")
SALESPEOPLE = ("AB", "BC", "CD", "DE", "EF")
MAILING_GROUPS = ("EVENTS", "NEWS", "OFFERS", "XMAS")
INDUSTRY_GROUPS = ("BANK", "FARM", "PRESS", "RETAIL", "STATE")

Columns = Mapping[str, Sequence[Any]]


def make_columns(contacts: int = MILLION, seed: int = 1997) -> Mapping[str, Columns]:
    """The four tables as columns; numbers, codes and days are shared values."""
    dice = random.Random(seed)
    nos = [f"CT{number:07d}" for number in range(1, contacts + 1)]
    companies = nos[::5]
    company_nos = [no if n % 5 == 0 else dice.choice(companies) for n, no in enumerate(nos)]
    return {
        "contact": _contacts(dice, nos, company_nos),
        "contact_mailing_group": _rows(dice, nos, MAILING_GROUPS, "mailing_group_code", 0.22),
        "contact_industry_group": _rows(
            dice, companies, INDUSTRY_GROUPS, "industry_group_code", 0.4
        ),
        "interaction_log_entry": _interactions(dice, nos, company_nos),
    }


def _contacts(dice: random.Random, nos: Sequence[str], company_nos: Sequence[str]) -> Columns:
    post_codes = [str(number) for number in range(1000, 10_000)]
    kinds = (ContactType.COMPANY, *[ContactType.PERSON] * 4)
    count = len(nos)
    return {
        "no": nos,
        "type": [kinds[n % 5] for n in range(count)],
        "name": [f"Contact {n}" for n in range(count)],
        "company_no": company_nos,
        "country_region_code": dice.choices(COUNTRIES, k=count),
        "post_code": dice.choices(post_codes, k=count),
        "salesperson_code": dice.choices(SALESPEOPLE, k=count),
        "exclude_from_segment": dice.choices([True, False], [3, 97], k=count),
    }


def _rows(
    dice: random.Random, nos: Iterable[str], groups: Iterable[str], field: str, share: float
) -> Columns:
    pairs = [pair for pair in product(nos, groups) if dice.random() < share]
    return {"contact_no": [no for no, _ in pairs], field: [group for _, group in pairs]}


def _interactions(dice: random.Random, nos: Sequence[str], company_nos: Sequence[str]) -> Columns:
    count = 2 * len(nos)
    days = [FIRST_DAY + timedelta(n) for n in range((LAST_DAY - FIRST_DAY).days + 1)]
    chosen = dice.choices(range(len(nos)), k=count)
    return {
        "entry_no": range(1, count + 1),
        "contact_no": [nos[n] for n in chosen],
        "contact_company_no": [company_nos[n] for n in chosen],
        "date": dice.choices(days, k=count),
    }


KINDS: Mapping[str, Callable[..., Record]] = {
    kind.__table__: kind
    for kind in (Contact, ContactMailingGroup, ContactIndustryGroup, Interaction)
}


def records_of(table: str, columns: Columns) -> Iterator[Record]:
    """The rows of one table as records."""
    kind, names = KINDS[table], list(columns)
    for values in zip(*columns.values(), strict=True):
        yield kind(**dict(zip(names, values, strict=True)))


AS_OF = AsOf(LAST_DAY)


def reference_criteria() -> Criteria:
    """The selection that is measured."""
    criteria = make_selection(
        contact={"country_region_code": "DK|SE|NO", "post_code": "1000..4999"},
        mailing_groups={"mailing_group_code": "NEWS"},
        industry_groups={"industry_group_code": "RETAIL|PRESS"},
        interactions={"date": f"{SINCE}.."},
    )
    assert criteria is not None
    return criteria


def bound_reference() -> BoundSelection:
    """The selection that is measured, bound to our schema."""
    return bind(reference_criteria(), contact_schema(), AS_OF)


def bound_wide() -> BoundSelection:
    """The same without what narrows it: all rows of two tables are looked at."""
    criteria = make_selection(
        industry_groups={"industry_group_code": "RETAIL|PRESS"},
        interactions={"date": f"{SINCE}.."},
    )
    return bind(criteria, contact_schema(), AS_OF)


def write(folder: Path, contacts: int = MILLION) -> None:
    """Write the tables as CSV files, one for each."""
    folder.mkdir(parents=True, exist_ok=True)
    for table, columns in make_columns(contacts).items():
        with (folder / f"{table}.csv").open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            writer.writerows(zip(*columns.values(), strict=True))


if __name__ == "__main__":
    write(Path(sys.argv[1]), *map(int, sys.argv[2:3]))
