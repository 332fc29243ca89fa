"""Right uses of criteria, of which no type checker may say anything."""

from datetime import UTC, date, datetime
from decimal import Decimal

from segmentation import ContactType, Workspace, at_least, make_selection, none, to_text
from segmentation.criteria import (
    Cut,
    First,
    InSegment,
    Part,
    Sample,
    TextField,
    Token,
    any_,
    count,
    earliest,
    exactly,
    followed,
    latest,
    share,
    total,
)
from segmentation.segments import ContactFields


def values_of_each_type(crm: Workspace) -> None:
    contact, interactions = crm.fields.contact, crm.fields.interactions
    crm.select(contact.city == "Bern")
    crm.select(contact.city == None)  # noqa: E711 - the blank
    crm.select(contact.type == "person")
    crm.select(contact.type == ContactType.PERSON)
    crm.select(contact.type.is_in([ContactType.PERSON, "company"]))
    crm.select(contact.minor == True)  # noqa: E712 - builds a condition
    crm.select(contact.salesperson_code == Token("me"))
    crm.select(contact.last_modified >= datetime(2026, 11, 22, tzinfo=UTC))
    crm.select(contact.last_modified >= "-3M")
    crm.select(interactions.date.between(date(2026, 1, 1), "t"))
    crm.select(interactions.cost > 50)
    crm.select(interactions.cost > Decimal("1.50"))
    crm.select(interactions.cost <= 1e3)
    crm.select(interactions.entry_no.is_in(5))
    crm.select(contact.name.like("Hans*") & contact.e_mail.passes("<>''"))
    crm.select(contact.country_region_code.is_in(["DK", "SE"]))
    crm.select(contact.country_region_code.is_in("DK"))


def fields_of_a_host(crm: Workspace) -> None:
    crm.select(crm.fields["orders"]["article"] == "X")
    crm.select(crm.fields["orders"].article == "X")
    crm.select(crm.fields["orders"]["total"] > 5)
    crm.select(crm.fields["orders"]["article"].like("X*"))
    crm.select(crm.fields.contact["points"] > 100)
    crm.select(total(crm.fields["orders"]["total"]) > 5)
    crm.select(latest(crm.fields["orders"]["date"]) > "-3M")
    crm.select(contact={"points": ">100"}, orders={"article": "X"})


def dates_looked_at(crm: Workspace) -> None:
    contact, interactions = crm.fields.contact, crm.fields.interactions
    crm.select(contact.last_modified.day_of_year.between(0, 7))
    crm.select(contact.last_modified.day_of_year == 0)
    crm.select(interactions.date.month == "November")
    crm.select(interactions.date.weekday.is_in([6, "Sunday"]))
    crm.select(interactions.date.age_in_years >= 2)
    crm.select(latest(interactions.date).age_in_days > 90)
    crm.select(interactions.date.known < date(2026, 1, 1))
    crm.select(latest(interactions.date).known < "t")
    crm.select(crm.fields.contact["born"].age_in_years < 18)
    crm.select(~(crm.fields["orders"]["date"].month == 11))


def different_values(crm: Workspace) -> None:
    interactions, orders = crm.fields.interactions, crm.fields["orders"]
    crm.select(at_least(2, distinct=interactions.campaign_no))
    crm.select(exactly(2, interactions.cost > 5, distinct=interactions.date))
    crm.select(at_least(3, distinct=orders["article"]))
    crm.select(count(orders.any_row(), distinct=orders["article"]) > 2)
    crm.select(orders=at_least(3, distinct="article", date="-1Y.."))


def rows_one_after_the_other(crm: Workspace) -> None:
    interactions, orders = crm.fields.interactions, crm.fields["orders"]
    cheap, dear = interactions.cost < 5, interactions.cost > 50
    crm.select(followed(cheap, by=dear, on=interactions.date))
    crm.select(~followed(cheap, by=dear, on=interactions.date, within=30, without=cheap))
    tent = orders["article"] == "TENT"
    crm.select(followed(tent, by=tent, on=orders["date"], later_day=True) & (orders["total"] > 5))


def trees(crm: Workspace) -> None:
    contact, groups = crm.fields.contact, crm.fields.mailing_groups
    interactions = crm.fields.interactions
    news = groups.mailing_group_code == "NEWS"
    nordic = contact.country_region_code.is_in(["DK", "SE"]) & ~news
    crm.select(nordic | InSegment("SM00001"))
    crm.select(nordic & (count(interactions.any_row()) >= 3))
    crm.select(any_(news, since=">=-1Y") | none(news) | at_least(2, interactions.cost > 50))
    crm.select(exactly(1, news) & (earliest(interactions.date) < date(2026, 1, 1)))
    crm.select(Cut(nordic, First(10, contact.name.ascending())))
    crm.select(Cut(nordic, First(10, (contact.name.ascending(), contact.no.descending()))))
    crm.select(Cut(nordic & share("spring", 10), Sample(10, "spring")))
    crm.select(make_selection(contact={"city": ["Bern", "Basel"], "minor": False}))
    crm.select(interactions=none(date="-3M.."), contact={"city": "Bern"})


def names_for_types(fields: ContactFields, field: TextField) -> Part:
    part = field == "Bern"
    return part if to_text(part.conditions[0].filter) else fields.any_row()
