"""The mix of twenty questions as somebody who knows polars would ask them."""

from collections.abc import Callable, Mapping
from datetime import date

import polars as pl

from benchmarks import mix
from benchmarks import reference_data as data

Frames = Mapping[str, pl.LazyFrame]
Plan = Callable[[Frames], pl.LazyFrame]

KEYS = ["contact_no", "contact_company_no"]
LAST_YEAR, HALF_A_YEAR_AGO = map(date.fromisoformat, (mix.LAST_YEAR, mix.HALF_A_YEAR_AGO))
NAME, CITY, COUNTRY = pl.col("name"), pl.col("city"), pl.col("country_region_code")
DATE, COST = pl.col("date"), pl.col("cost")
NORTH = COUNTRY.is_in(["DK", "SE", "NO"])
LOW = pl.col("post_code").is_between(pl.lit("1000"), pl.lit("4999"))


def make_frames(columns: Mapping[str, data.Columns]) -> dict[str, pl.DataFrame]:
    """The tables as frames."""
    return {
        table: pl.DataFrame(
            {
                name: [str(v) for v in values] if isinstance(values[0], str) else list(values)
                for name, values in of_table.items()
            }
        )
        for table, of_table in columns.items()
    }


def listed(plan: pl.LazyFrame) -> list[str]:
    """The numbers of those whom a plan finds, in their order."""
    return plan.select("no").collect()["no"].sort().to_list()


def counted(plan: pl.LazyFrame) -> int:
    """How many a plan finds."""
    found: int = plan.select(pl.len()).collect().item()
    return found


def _own(*tests: pl.Expr) -> Plan:
    return lambda frames: frames["contact"].filter(*tests)


def _with_news(contacts: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    return contacts.join(_news(frames), left_on="no", right_on="contact_no", how="semi")


def _news(frames: Frames) -> pl.LazyFrame:
    return frames["contact_mailing_group"].filter(pl.col("mailing_group_code") == "NEWS")


def _with_trades(contacts: pl.LazyFrame, frames: Frames) -> pl.LazyFrame:
    trades = frames["contact_industry_group"].filter(
        pl.col("industry_group_code").is_in(["RETAIL", "PRESS"])
    )
    return contacts.join(trades, left_on="company_no", right_on="contact_no", how="semi")


def _spoken(frames: Frames, *tests: pl.Expr) -> pl.LazyFrame:
    rows = frames["interaction_log_entry"]
    return rows.filter(*tests) if tests else rows


def _with(contacts: pl.LazyFrame, spoken: pl.LazyFrame) -> pl.LazyFrame:
    return contacts.join(spoken, left_on=["no", "company_no"], right_on=KEYS, how="semi")


def _without(contacts: pl.LazyFrame, spoken: pl.LazyFrame) -> pl.LazyFrame:
    return contacts.join(spoken, left_on=["no", "company_no"], right_on=KEYS, how="anti")


def _recent(frames: Frames) -> pl.LazyFrame:
    return _spoken(frames, DATE >= data.SINCE)


def _no_rows(frames: Frames) -> pl.LazyFrame:
    groups = frames["contact_mailing_group"]
    return frames["contact"].join(groups, left_on="no", right_on="contact_no", how="anti")


def _one_row(frames: Frames) -> pl.LazyFrame:
    template, evaluation = pl.col("interaction_template_code"), pl.col("evaluation")
    tests = (template.is_in(["T01", "T02", "T03"]), evaluation == "very_positive")
    return _with(frames["contact"], _spoken(frames, *tests, LAST_YEAR <= DATE))


def _counts(frames: Frames) -> pl.LazyFrame:
    return _spoken(frames, LAST_YEAR <= DATE).group_by(KEYS).len()


def _at_least(frames: Frames) -> pl.LazyFrame:
    return _with(frames["contact"], _counts(frames).filter(pl.col("len") >= 3))


def _at_most(frames: Frames) -> pl.LazyFrame:
    return _without(frames["contact"].filter(NORTH), _counts(frames).filter(pl.col("len") > 1))


def _sum(frames: Frames) -> pl.LazyFrame:
    sums = _spoken(frames).group_by(KEYS).agg(COST.sum())
    return _with(frames["contact"], sums.filter(COST > 150))


def _latest(frames: Frames) -> pl.LazyFrame:
    days = _spoken(frames).group_by(KEYS).agg(DATE.max())
    return _with(frames["contact"], days.filter(DATE.is_between(LAST_YEAR, HALF_A_YEAR_AGO)))


def _reference(frames: Frames) -> pl.LazyFrame:
    found = _with_trades(_with_news(frames["contact"].filter(NORTH, LOW), frames), frames)
    return _with(found, _recent(frames))


def _negations(frames: Frames) -> pl.LazyFrame:
    found = frames["contact"].filter(~NORTH, ~pl.col("exclude_from_segment"))
    found = found.join(_news(frames), left_on="no", right_on="contact_no", how="anti")
    return _without(found, _spoken(frames))


def _nested(frames: Frames) -> pl.LazyFrame:
    news = _news(frames).select("contact_no", news=True)
    recent = _recent(frames).select(KEYS).unique().with_columns(recent=True)
    found = frames["contact"].join(news, left_on="no", right_on="contact_no", how="left")
    found = found.join(recent, left_on=["no", "company_no"], right_on=KEYS, how="left")
    quiet = (pl.col("salesperson_code") == "AB") & pl.col("recent").is_null()
    return found.filter(
        ((COUNTRY == "DK") & pl.col("news"))
        | (COUNTRY.is_in(["SE", "NO"]) & (quiet | (CITY == "Dahlby")))
    )


PLANS: Mapping[str, Plan] = {
    "list": _own(NORTH),
    "starts with": _own(NAME.str.starts_with("Hanna ")),
    "contains": _own(NAME.str.contains("berg", literal=True)),
    "contains, any case": _own(NAME.str.to_lowercase().str.contains("berg", literal=True)),
    "blank": _own(CITY == ""),
    "not in a list, range": _own(~NORTH, LOW),
    "long list, starts with in any case": _own(
        pl.col("post_code").is_in(mix.POST_CODES),
        NAME.str.to_lowercase().str.starts_with("ma"),
        pl.col("type") == "person",
    ),
    "rows of one table": lambda frames: _with_news(frames["contact"], frames),
    "no rows": _no_rows,
    "rows of the company": lambda frames: _with_trades(frames["contact"], frames),
    "rows since a day": lambda frames: _with(frames["contact"], _recent(frames)),
    "one row, three conditions": _one_row,
    "count, at least": _at_least,
    "count, at most, of some": _at_most,
    "sum": _sum,
    "latest": _latest,
    "several tables, the reference": _reference,
    "two tables, all their rows": lambda frames: _with(
        _with_trades(frames["contact"], frames), _recent(frames)
    ),
    "negations": _negations,
    "nested or": _nested,
}
