"""A mix of twenty questions of all kinds, each also as the query by hand.

The data are the reference data with names and cities that differ, templates, evaluations and
costs. Costs are quarters, so that sums are exact on every engine.

The query by hand is a condition in SQL, which DuckDB, PostgreSQL and SQLite (after
``PRAGMA case_sensitive_like = ON``) read alike. `mix_polars` holds the plans of polars.
"""

import random
from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from benchmarks import reference_data as data
from segmentation.criteria import (
    BoundSelection,
    Criteria,
    Part,
    any_,
    at_least,
    at_most,
    bind,
    latest,
    make_selection,
    none,
    row,
    total,
)
from segmentation.interactions import Evaluation
from segmentation.segments import contact_fields, contact_schema

FIRST_NAMES = (
    *("Anna", "Bjørn", "Carla", "Dag", "Elin", "Franz", "Gina", "Hanna", "Ida", "Jan"),
    *("Kari", "Luca", "Maria", "Nils", "Olga", "Peter", "Rosa", "Sven", "Tove", "Ulf"),
)
SURNAMES = (
    *("Andersen", "Bergström", "Colombo", "Dahl", "Eriksen", "Forsberg", "Greco", "Hansen"),
    *("Iversen", "Jensen", "Kjeldsberg", "Lund", "Müller", "Nyberg", "Olsen", "Petersen"),
    *("Ricci", "Sandberg", "Thomsen", "Vik"),
)
CITIES = [f"{word}{end}" for word in SURNAMES for end in ("by", "ville", " City", "berg", "a")]
TEMPLATES = tuple(f"T{number:02}" for number in range(20))
LAST_YEAR = "2025-11-23"
HALF_A_YEAR_AGO = "2026-05-22"
POST_CODES = tuple(str(number) for number in range(1003, 10_000, 18))


def make_columns(contacts: int) -> Mapping[str, data.Columns]:
    """The reference data with what the mix asks for beyond them."""
    made = data.make_columns(contacts)
    dice = random.Random(2026)
    spoken = len(made["interaction_log_entry"]["entry_no"])
    return {
        **made,
        "contact": {
            **made["contact"],
            "name": [
                f"{dice.choice(FIRST_NAMES)} {dice.choice(SURNAMES)} {dice.randrange(contacts)}"
                for _ in range(contacts)
            ],
            "city": ["" if dice.random() < 0.1 else dice.choice(CITIES) for _ in range(contacts)],
        },
        "interaction_log_entry": {
            **made["interaction_log_entry"],
            "interaction_template_code": dice.choices(TEMPLATES, k=spoken),
            "evaluation": dice.choices(list(Evaluation), k=spoken),
            "cost": dice.choices([Decimal(quarters) / 4 for quarters in range(400)], k=spoken),
        },
    }


class Question(NamedTuple):
    """One question of the mix.

    Attributes:
        name: What is asked, in a few words.
        criteria: The question to us.
        sql: The condition by hand, of a contact ``c``.
    """

    name: str
    criteria: Criteria | None
    sql: str

    @property
    def listed(self) -> str:
        """The statement that lists the numbers in their order."""
        return f"SELECT c.no FROM contact c WHERE {self.sql} ORDER BY c.no"  # noqa: S608 - ours

    @property
    def counted(self) -> str:
        """The statement that counts the contacts."""
        return f"SELECT count(*) FROM contact c WHERE {self.sql}"  # noqa: S608 - ours

    @property
    def bound(self) -> BoundSelection:
        """The question to us, bound to our schema."""
        return bind(self.criteria, contact_schema(), data.AS_OF)


NORTH = "c.country_region_code IN ('DK', 'SE', 'NO')"
LOW = "c.post_code BETWEEN '1000' AND '4999'"
NEWS = """c.no IN (
    SELECT contact_no FROM contact_mailing_group WHERE mailing_group_code = 'NEWS')"""
TRADES = """c.company_no IN (
    SELECT contact_no FROM contact_industry_group
    WHERE industry_group_code IN ('RETAIL', 'PRESS'))"""
SPOKEN = """EXISTS (
    SELECT 1 FROM interaction_log_entry i
    WHERE i.contact_no = c.no AND i.contact_company_no = c.company_no{})"""
RECENT = SPOKEN.format(f" AND i.date >= '{data.SINCE}'")
FIGURE = """(c.no, c.company_no) IN (
    SELECT contact_no, contact_company_no FROM interaction_log_entry {}
    GROUP BY contact_no, contact_company_no HAVING {})"""
IN_LAST_YEAR = f"WHERE date >= '{LAST_YEAR}'"


@cache
def questions() -> tuple[Question, ...]:
    """The twenty questions."""
    return (*_of_fields(), *_of_rows(), *_of_figures(), *_joined())


def _north() -> Part:
    contact = contact_fields(contact_schema()).contact
    return contact.country_region_code.is_in(["DK", "SE", "NO"])


def _news() -> Part:
    groups = contact_fields(contact_schema()).mailing_groups
    return groups.mailing_group_code == "NEWS"


def _trades() -> Part:
    groups = contact_fields(contact_schema()).industry_groups
    return groups.industry_group_code.is_in(["RETAIL", "PRESS"])


def _recent() -> Part:
    return any_(contact_fields(contact_schema()).interactions.date >= data.SINCE)


def _of_fields() -> tuple[Question, ...]:
    contact = contact_fields(contact_schema()).contact
    listed = ", ".join(f"'{code}'" for code in POST_CODES)
    return (
        Question("list", _north(), NORTH),
        Question("starts with", contact.name.like("Hanna *"), "c.name LIKE 'Hanna %'"),
        Question("contains", contact.name.like("*berg*"), "c.name LIKE '%berg%'"),
        Question(
            "contains, any case",
            make_selection(contact={"name": "@*BERG*"}),
            "lower(c.name) LIKE '%berg%'",
        ),
        Question("blank", contact.city.is_blank(), "c.city = ''"),
        Question(
            "not in a list, range",
            make_selection(
                contact={"country_region_code": "<>DK&<>SE&<>NO", "post_code": "1000..4999"}
            ),
            f"NOT {NORTH} AND {LOW}",
        ),
        Question(
            "long list, starts with in any case",
            make_selection(
                contact={"post_code": "|".join(POST_CODES), "name": "@ma*", "type": "person"}
            ),
            f"c.post_code IN ({listed}) AND lower(c.name) LIKE 'ma%' AND c.type = 'person'",
        ),
    )


def _of_rows() -> tuple[Question, ...]:
    the = contact_fields(contact_schema())
    spoken = the.interactions
    return (
        Question("rows of one table", _news(), NEWS),
        Question(
            "no rows",
            none(the.mailing_groups.any_row()),
            "NOT EXISTS (SELECT 1 FROM contact_mailing_group g WHERE g.contact_no = c.no)",
        ),
        Question("rows of the company", _trades(), TRADES),
        Question("rows since a day", _recent(), RECENT),
        Question(
            "one row, three conditions",
            row(
                spoken.interaction_template_code.is_in(["T01", "T02", "T03"]),
                spoken.evaluation == "very_positive",
                spoken.date >= LAST_YEAR,
            ),
            SPOKEN.format(
                f""" AND i.interaction_template_code IN ('T01', 'T02', 'T03')
                AND i.evaluation = 'very_positive' AND i.date >= '{LAST_YEAR}'"""
            ),
        ),
    )


def _of_figures() -> tuple[Question, ...]:
    spoken = contact_fields(contact_schema()).interactions
    last_year = spoken.date >= LAST_YEAR
    return (
        Question(
            "count, at least",
            at_least(3, last_year),
            FIGURE.format(IN_LAST_YEAR, "count(*) >= 3"),
        ),
        Question(
            "count, at most, of some",
            _north() & at_most(1, last_year),
            f"""{NORTH} AND NOT EXISTS (
                SELECT 1 FROM (
                    SELECT contact_no, contact_company_no FROM interaction_log_entry
                    {IN_LAST_YEAR} GROUP BY contact_no, contact_company_no HAVING count(*) > 1) f
                WHERE f.contact_no = c.no AND f.contact_company_no = c.company_no)""",  # noqa: S608 - ours
        ),
        Question("sum", total(spoken.cost) > 150, FIGURE.format("", "sum(cost) > 150")),
        Question(
            "latest",
            latest(spoken.date).between(LAST_YEAR, HALF_A_YEAR_AGO),
            FIGURE.format("", f"max(date) BETWEEN '{LAST_YEAR}' AND '{HALF_A_YEAR_AGO}'"),
        ),
    )


def _joined() -> tuple[Question, ...]:
    the = contact_fields(contact_schema())
    contact = the.contact
    return (
        Question(
            "several tables, the reference",
            data.reference_criteria(),
            f"{NORTH} AND {LOW} AND {NEWS} AND {TRADES} AND {RECENT}",
        ),
        Question(
            "two tables, all their rows",
            _trades() & _recent(),
            f"{TRADES} AND {RECENT}",
        ),
        Question(
            "negations",
            ~_north()
            & ~_news()
            & none(the.interactions.any_row())
            & contact.exclude_from_segment.is_in([False]),
            f"NOT {NORTH} AND NOT {NEWS} AND NOT {SPOKEN.format('')} AND NOT exclude_from_segment",
        ),
        Question(
            "nested or",
            ((contact.country_region_code == "DK") & _news())
            | (
                contact.country_region_code.is_in(["SE", "NO"])
                & (((contact.salesperson_code == "AB") & ~_recent()) | (contact.city == "Dahlby"))
            ),
            f"""((c.country_region_code = 'DK' AND {NEWS})
                OR (c.country_region_code IN ('SE', 'NO') AND (
                    (c.salesperson_code = 'AB' AND NOT {RECENT}) OR c.city = 'Dahlby')))""",
        ),
    )
