"""Campaign figures, classification and duplicates against polars and SQLite.

Run with ``python -m pytest tests/benchmarks/test_campaigns.py -s``; prints a table of medians
and ratios. Nothing fails for being slow. ``SEGMENTATION_SCALE=0.1`` makes the data smaller.
"""

import os
import sqlite3
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from statistics import median
from time import perf_counter

import polars as pl

from segmentation.campaigns import CampaignTally, Period
from segmentation.contacts import Contact
from segmentation.interactions import Interaction
from segmentation.journal import Change
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import Scope, figures, figures_over
from segmentation.operations.contacts import find_duplicates
from segmentation.operations.followers import keep_tallies, recount
from segmentation.questionnaires import (
    ClassificationMethod,
    LineType,
    ProfileQuestionnaireLine,
    Question,
    SortingMethod,
    classified,
)

SCALE = float(os.environ.get("SEGMENTATION_SCALE", "1"))
RUNS = 5
SINCE, UNTIL = date(2025, 2, 1), date(2025, 3, 31)
FIRST = date(2025, 1, 1)
PEOPLE = ["JO", "RB", "HR", "BC", "ES"]


def took(work: Callable[[], object], runs: int = RUNS) -> float:
    """Median of the seconds that some work takes."""
    times = []
    for _ in range(runs):
        start = perf_counter()
        work()
        times.append(perf_counter() - start)
    return median(times)


def row(what: str, seconds: float, rival: float | None = None) -> None:
    ratio = f"{seconds / rival:10.2f} x" if rival else ""
    print(f"{what:<58} {seconds * 1000:12.2f} ms {ratio}")


def interactions(count: int) -> list[Interaction]:
    """Interactions of two years: 20 campaigns, 200 segments, five salespeople."""
    dice = Random(7)
    made = []
    for number in range(1, count + 1):
        campaign, segment = dice.randrange(20), dice.randrange(10)
        made.append(
            Interaction(
                entry_no=number,
                contact_no=f"CT{number % 50_000}",
                campaign_no=f"CP{campaign:02}",
                segment_no=f"SM{campaign:02}{segment}",
                campaign_entry_no=campaign * 10 + segment + 1,
                salesperson_code=PEOPLE[number % 5],
                date=FIRST + timedelta(days=(campaign * 10 + segment) * 3 + dice.randrange(3)),
                cost=Decimal(dice.randrange(1, 500)) / 100,
                duration_min=Decimal(dice.randrange(1, 30)),
                campaign_target=dice.random() < 0.8,
                campaign_response=dice.random() < 0.1,
                canceled=dice.random() < 0.02,
            )
        )
    return made


def test_figures_of_a_campaign_do_not_depend_on_the_length_of_the_journal() -> None:
    print()
    for count in (int(100_000 * SCALE), int(1_000_000 * SCALE)):
        made = interactions(count)
        columns = ("campaign_no", "date", "campaign_target", "campaign_response", "canceled")
        table = {name: [getattr(each, name) for each in made] for name in columns}
        table["cost"] = [float(each.cost) for each in made]
        table["duration_min"] = [float(each.duration_min) for each in made]
        frame = pl.DataFrame(table)
        base = sqlite3.connect(":memory:")
        base.execute(
            "create table entry (campaign, day, target, response, canceled, cost, minutes)"
        )
        base.executemany(
            "insert into entry values (?, ?, ?, ?, ?, ?, ?)",
            zip(
                table["campaign_no"],
                map(str, table["date"]),
                *(table[name] for name in (*columns[2:], "cost", "duration_min")),
                strict=True,
            ),
        )
        base.execute("create index entry_campaign on entry (campaign, day)")
        store = MemoryStore()
        store.records.put(made)
        recount(store)
        scope = Scope(campaign_no="CP01", since=SINCE, until=UNTIL)
        figures(store, scope)  # makes the index

        def by_polars(frame: pl.DataFrame = frame) -> object:
            wanted = (
                (pl.col("campaign_no") == "CP01")
                & ~pl.col("canceled")
                & pl.col("date").is_between(SINCE, UNTIL)
            )
            names = ("campaign_target", "campaign_response", "cost", "duration_min")
            return frame.lazy().filter(wanted).select(pl.len(), pl.col(*names).sum()).collect()

        def by_sql(base: sqlite3.Connection = base) -> object:
            return base.execute(
                "select count(*), sum(target), sum(response), sum(cost), sum(minutes) from entry "
                "where campaign = 'CP01' and not canceled and day between ? and ?",
                (str(SINCE), str(UNTIL)),
            ).fetchone()

        ours = took(lambda store=store, scope=scope: figures(store, scope), 51)  # type: ignore[misc]
        polars, sql = took(by_polars, 21), took(by_sql, 21)
        found = figures(store, scope)
        assert (found.interactions, found.targets) == by_sql()[:2]  # type: ignore[index]
        print(f"figures of a campaign, {count:,} interactions")
        row("  ours, from tallies, against polars", ours, polars)
        row("  ours, from tallies, against SQLite", ours, sql)
        months = took(lambda store=store: figures_over(store, Period.MONTH, Scope()))  # type: ignore[misc]
        row("  ours, by month over all campaigns", months)
        row("  ours, all tallies counted anew", took(lambda store=store: recount(store), 1))  # type: ignore[misc]
        one = made[0]
        kept = took(lambda store=store, one=one: keep_tallies(store, [Change(None, one)]), 51)  # type: ignore[misc]
        row("  ours, keeping tallies for one more interaction", kept)
        tallies = sum(1 for _ in store.records.all(CampaignTally))
        print(f"  tallies: {tallies:,}")


def test_an_abc_classification_of_a_million_contacts() -> None:
    count = int(1_000_000 * SCALE)
    dice = Random(7)
    amounts = [round(dice.paretovariate(1.2) * 100, 2) for _ in range(count)]
    nos = [f"CT{number:07}" for number in range(count)]
    values = {no: Decimal(str(amount)) for no, amount in zip(nos, amounts, strict=True)}
    frame = pl.DataFrame({"no": nos, "amount": amounts})
    print(f"\nABC by cumulated value, {count:,} contacts")
    for method in (
        ClassificationMethod.CUMULATED_VALUE,
        ClassificationMethod.PERCENTAGE_OF_CONTACTS,
        ClassificationMethod.DEFINED_VALUE,
    ):
        question = abc(method)

        def by_polars(method: ClassificationMethod = method) -> pl.DataFrame:
            ranked = frame.sort("amount", "no", descending=[True, False])
            amount = pl.col("amount")
            share = {
                ClassificationMethod.CUMULATED_VALUE: (amount.cum_sum() - amount) / amount.sum(),
                ClassificationMethod.PERCENTAGE_OF_CONTACTS: amount.rank("min", descending=True)
                / pl.len(),
                ClassificationMethod.DEFINED_VALUE: amount / 1000,
            }[method]
            rounded = (share * 100).round()
            middle = pl.when(rounded <= 95).then(pl.lit("B")).otherwise(pl.lit("C"))
            return ranked.select("no", pl.when(rounded <= 80).then(pl.lit("A")).otherwise(middle))

        ours = took(lambda question=question: classified(question, values), 3)  # type: ignore[misc]
        row(f"  {method}, against polars", ours, took(by_polars))


def abc(method: ClassificationMethod) -> Question:
    def line(number: int, low: int, high: int) -> ProfileQuestionnaireLine:
        return ProfileQuestionnaireLine(
            profile_questionnaire_code="ABC",
            line_no=number,
            type=LineType.ANSWER if low or high else LineType.QUESTION,
            classification_method=method,
            sorting_method=SortingMethod.DESCENDING,
            from_value=Decimal(low),
            to_value=Decimal(high),
        )

    return Question(line(1, 0, 0), (line(2, 0, 80), line(3, 81, 95), line(4, 96, 0)))


def test_duplicates_among_a_hundred_thousand_contacts() -> None:
    print()
    for count in (int(10_000 * SCALE), int(100_000 * SCALE)):
        contacts = likely(count)
        found: list[object] = []
        seconds = took(lambda c=contacts, f=found: f.extend(find_duplicates(c)), 1)  # type: ignore[misc]
        pairs = count * (count - 1) // 2
        row(f"duplicates among {count:,} contacts", seconds)
        print(f"  found {len(found):,} of {pairs:,} pairs")


def likely(count: int) -> list[Contact]:
    """Contacts of ten cities and 2,000 streets; one of fifty is there twice, written otherwise."""
    dice = Random(7)
    first = ["Anna", "Bo", "Carl", "Dora", "Eve", "Finn", "Gerd", "Hans", "Ida", "Jo"]
    made = []
    for number in range(count):
        word = f"{dice.choice(first)} {dice.randrange(10**6):x}{number % 97:x}"
        contact = Contact(
            no=f"C{number:06}",
            name=f"{word} Trading",
            address=f"{dice.randrange(200)} {dice.choice(first)}strasse",
            city=f"City {number % 10}",
            phone_no=f"+41 31 {dice.randrange(10**7)}",
            e_mail=f"{dice.randrange(10**9)}@example.com",
        )
        made.append(contact)
        if number % 50 == 0:
            made.append(
                Contact(
                    no=f"D{number:06}",
                    name=contact.name.upper(),
                    address=contact.address,
                    city=contact.city,
                    phone_no=contact.phone_no,
                )
            )
    return made
