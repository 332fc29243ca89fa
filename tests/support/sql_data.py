"""The reference data of the benchmarks in a database, made with a fixed seed.

python tests/support/sql_data.py crm.db 1000000
"""

# ruff: noqa: S311, TID251 - data for benchmarks need dice, and no secure ones
import datetime as dt
import random
import sys
from collections.abc import Iterator

from segmentation.adapters.sqlalchemy import SqlStore, open_store
from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup, ContactType
from segmentation.interactions import Interaction

COUNTRIES = ("DK", "SE", "NO", "DE", "FR", "GB", "IT", "ES", "NL", "CH")
FIRST_DAY = dt.date(2025, 1, 1)
DAYS = 730


def fill(store: SqlStore, count: int) -> None:
    """Put contacts, their groups and two interactions for each into an empty store.

    The interactions have numbers that the journal, which does not know them, never gives.
    """
    dice = random.Random(1)
    store.records.put(_contacts(count, dice))
    companies = [(c.no, c.company_no) for c in store.records.all(Contact)]
    store.records.put(
        ContactMailingGroup(contact_no=no, mailing_group_code=group)
        for no, _ in companies
        for group in ("FAIR", "NEWS", "VIP", "XMAS")
        if dice.random() < 0.22
    )
    store.records.put(
        ContactIndustryGroup(contact_no=no, industry_group_code=group)
        for no, company in companies
        for group in ("BANK", "FOOD", "IT", "PRESS", "RETAIL")
        if no == company and dice.random() < 0.28
    )
    store.records.put(
        Interaction(
            entry_no=-number,
            contact_no=no,
            contact_company_no=company,
            date=FIRST_DAY + dt.timedelta(days=dice.randrange(DAYS)),
        )
        for number, (no, company) in enumerate(
            (dice.choice(companies) for _ in range(2 * count)), start=1
        )
    )


def _contacts(count: int, dice: random.Random) -> Iterator[Contact]:
    """One company to four persons."""
    number = 0
    while number < count:
        company = f"CT{number:07}"
        country, post_code = dice.choice(COUNTRIES), str(1000 + dice.randrange(9000))
        salesperson = dice.choice("ABCDE")
        for place in range(dice.randrange(2, 6)):
            yield Contact(
                no=f"CT{number:07}",
                type=ContactType.PERSON if place else ContactType.COMPANY,
                name=f"Name {number}",
                company_no=company,
                company_name=f"Company {company}",
                country_region_code=country,
                post_code=post_code,
                salesperson_code=salesperson,
                exclude_from_segment=dice.random() < 0.03,
            )
            number += 1
            if number == count:
                return


if __name__ == "__main__":
    made = open_store(sys.argv[1])
    fill(made, int(sys.argv[2]))
    made.close()
