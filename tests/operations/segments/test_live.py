"""Segments that follow criteria: after each change a refresh says who came and who went.

Each refresh is compared with a full run (see `support.live`).
"""

import datetime as dt
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from zoneinfo import ZoneInfo

import attrs
import pytest

import segmentation as seg
from segmentation.changes import MOST
from segmentation.contacts import ContactIndustryGroup, ContactMailingGroup
from segmentation.criteria import Concern, Cut, First, InSegment, Order, none, total
from segmentation.errors import NotFound, Rejected
from segmentation.segments import SegmentChanged, SegmentChanging, SegmentRefreshed
from support.fair import TODAY, company, evolved, person
from support.live import (
    TALK,
    Live,
    day,
    live_workspaces,
    order,
    own,
    people,
    reasons,
    talk,
    told,
    where,
)
from support.stores import STORES

DK = where(contact={"country_region_code": "DK"})
BACK_THREE_MONTHS = {"date": "-3M..", "canceled": "no", "postponed": "no"}


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace on each kind of store."""
    yield from live_workspaces(request, tmp_path)


def mailing(no: str, code: str) -> ContactMailingGroup:
    return ContactMailingGroup(contact_no=no, mailing_group_code=code)


def industry(no: str, code: str = "RETAIL") -> ContactIndustryGroup:
    return ContactIndustryGroup(contact_no=no, industry_group_code=code)


# -- fields of contacts -----------------------------------------------------------------------


def test_nothing_changed_changes_nothing(crm: seg.Workspace) -> None:
    """LIV-01."""
    crm.add(*people("DK", "A", "B"), *people("SE", "C"))
    live = Live(crm, DK)
    assert live.first == "+A +B"
    live.sheet().change_line(live.line("B"), description="by hand")
    lines = list(live.sheet().lines)
    for _ in range(2):
        assert live.refresh() == ""
        assert list(live.sheet().lines) == lines
    crm.contacts.change("A", name="Another")
    assert live.refresh() == ""
    assert list(live.sheet().lines) == lines


def test_contacts_come_and_go_and_who_stays_keeps_the_line(crm: seg.Workspace) -> None:
    """LIV-02."""
    crm.add(*people("DK", "A", "C"), *people("SE", "B"))
    live = Live(crm, DK)
    live.sheet().change_line(live.line("C"), description="by hand")
    line = live.line("C")
    crm.contacts.change("A", country_region_code="SE")
    crm.contacts.change("B", country_region_code="DK")
    crm.contacts.change("C", city="Bern")
    assert live.refresh() == "+B -A"
    assert live.line("C") == line
    assert line.description == "by hand"
    crm.contacts.change("A", country_region_code="dk")
    assert live.refresh() == "+A"
    crm.contacts.change("B", country_region_code="")
    assert live.refresh() == "-B"


def test_each_reason_not_to_write_takes_a_contact_out(crm: seg.Workspace) -> None:
    """LIV-08."""
    crm.add(*people("DK", "A", "B", "C"))
    live = Live(crm, DK)
    crm.contacts.exclude("A", "asked for it")
    crm.contacts.change("B", privacy_blocked=True)
    done = live.refreshed()
    assert told(done) == "-A -B"
    assert reasons(done.left_out, set()) == {"A": "excluded", "B": "blocked"}
    crm.contacts.admit("A", "changed their mind")
    assert live.refresh() == "+A"
    crm.contacts.change("C", minor=True, parental_consent_received=True)
    assert live.refresh() == ""
    crm.contacts.change("C", parental_consent_received=False)
    done = live.refreshed()
    assert told(done) == "-C"
    assert reasons(done.left_out, set()) == {"B": "blocked", "C": "no_consent"}


def test_what_changes_and_changes_back_is_no_change(crm: seg.Workspace) -> None:
    """LIV-15."""
    crm.add(*people("DK", "A", "B"), *people("SE", "C", "D"))
    crm.contacts.add_rows(mailing("A", "NEWS"), mailing("B", "NEWS"))
    news = where(mailing_groups={"mailing_group_code": "NEWS"})
    live = Live(crm, DK & news)
    assert live.first == "+A +B"
    crm.contacts.change("A", country_region_code="SE")
    crm.contacts.change("A", country_region_code="DK")
    crm.contacts.remove_rows(mailing("B", "NEWS"))
    crm.contacts.change("B", country_region_code="SE")
    crm.contacts.change("C", country_region_code="DK")
    crm.contacts.add_rows(mailing("C", "NEWS"), mailing("D", "NEWS"))
    crm.add(*people("DK", "E"), mailing("E", "NEWS"))
    crm.contacts.delete("E")
    assert live.refresh() == "+C -B"


def test_what_is_undone_is_no_change(crm: seg.Workspace) -> None:
    """LIV-16, in a transaction of ours."""
    crm.add(*people("SE", "A"), *people("DK", "B"))
    live = Live(crm, DK)
    with suppress(ZeroDivisionError), crm.transaction():
        crm.contacts.change("A", country_region_code="DK")
        assert told(live.sheet().refresh()) == "+A"
        raise ZeroDivisionError
    assert crm.contacts["A"].country_region_code == "SE"
    assert live.nos == "B"
    assert live.refresh() == ""
    with pytest.raises(Rejected):
        crm.add(*people("DK", "A"), mailing("A", "NONE"))
    assert live.refresh() == ""
    crm.contacts.change("A", country_region_code="DK")
    assert live.refresh() == "+A"


# -- rows of linked tables --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "first", "second"), [(True, "+A", "+B -A"), (False, "+B", "+A -B")]
)
def test_rows_of_a_contact(crm: seg.Workspace, wanted: bool, first: str, second: str) -> None:
    """LIV-03."""
    crm.add(*people("DK", "A", "B"))
    crm.contacts.add_rows(mailing("A", "NEWS"), mailing("A", "FAIR"))
    group = crm.fields.mailing_groups.mailing_group_code.is_in(["NEWS", "FAIR"])
    live = Live(crm, group if wanted else none(group))
    assert live.first == first
    crm.contacts.remove_rows(mailing("A", "NEWS"))
    assert live.refresh() == ""
    crm.contacts.remove_rows(mailing("A", "FAIR"))
    crm.contacts.add_rows(mailing("B", "FAIR"))
    assert live.refresh() == second


def test_interactions_recorded_canceled_and_put_off(crm: seg.Workspace) -> None:
    """LIV-04."""
    crm.add(*people("DK", "A", "B"))
    live = Live(crm, DK & none(where(interactions=BACK_THREE_MONTHS)))
    assert live.first == "+A +B"
    number = talk(crm, "A", "2026-11-20")
    assert live.refresh() == "-A"
    crm.interactions.cancel(number)
    assert live.refresh() == "+A"
    crm.interactions.uncancel(number)
    assert live.refresh() == "-A"
    put_off = crm.interactions.postpone("B", **TALK, date=TODAY)
    assert live.refresh() == ""
    crm.interactions.finish(put_off)
    assert live.refresh() == "-B"


def retail_companies(crm: seg.Workspace) -> None:
    crm.add(company("F"), company("G"), person("P", "G"), person("Q", "G"))
    crm.contacts.add_rows(industry("F"))


RETAIL = where(industry_groups={"industry_group_code": "RETAIL"})


def test_rows_of_the_company_of_a_contact(crm: seg.Workspace) -> None:
    """LIV-05."""
    retail_companies(crm)
    live = Live(crm, RETAIL)
    assert live.first == "+F"
    crm.contacts.set_company("P", "F")
    assert live.refresh() == "+P"
    crm.contacts.add_rows(industry("G"))
    assert live.refresh() == "+G +Q"
    crm.contacts.remove_rows(industry("F"))
    assert live.refresh() == "-F -P"


def test_a_company_brings_all_its_persons_but_one(crm: seg.Workspace) -> None:
    """LIV-06."""
    crm.add(company("F"), *(person(no, "F") for no in ("P1", "P2", "P3")))
    crm.contacts.exclude("P3", "asked for it")
    live = Live(crm, RETAIL)
    assert live.first == ""
    crm.contacts.add_rows(industry("F"))
    done = live.refreshed()
    assert told(done) == "+F +P1 +P2"
    assert reasons(done.left_out, set()) == {"P3": "excluded"}
    assert len(done.entered) + len(done.left_out) == len(crm.select(RETAIL)) == 4


def test_sums_over_rows_of_an_own_table(crm: seg.Workspace) -> None:
    """LIV-07."""
    crm.add(*people("DK", "A", "B"))
    for number, no, amount in ((1, "A", "60"), (2, "A", "40"), (3, "B", "99.99")):
        order(crm, number, no, amount)
    live = Live(crm, total(crm.fields["orders"]["amount"]) >= 100)
    assert live.first == "+A"
    order(crm, 4, "B", "0.01")
    assert live.refresh() == "+B"
    crm.tables["orders"].change(2, amount="39.99")
    assert live.refresh() == "-A"
    crm.tables["orders"].delete(4)
    assert live.refresh() == "-B"
    crm.tables["orders"].change(3, contact_no="A")
    assert live.refresh() == "+A"


# -- criteria and segments --------------------------------------------------------------------


def test_criteria_that_change_under_a_segment(crm: seg.Workspace) -> None:
    """LIV-09."""
    crm.add(*people("DK", "A"), *people("SE", "B"), *people("IT", "C"), *people("FR", "D"))
    live = Live(crm, DK, code="NORTH")
    assert live.first == "+A"
    country = crm.fields.contact.country_region_code
    crm.saved_criteria.save("NORTH", country == "SE")
    assert live.refresh() == "+B -A"
    crm.saved_criteria.save("SOUTH", country == "IT")
    south = crm.new_segment("From south").follow_criteria("SOUTH")
    south.refresh()
    south.save_criteria("NORTH")
    crm.saved_criteria.save("SOUTH", country.is_in(["IT", "FR"]))
    assert live.refresh() == "+C +D -B"
    crm.saved_criteria.save("SOUTH", country == "FR")
    assert live.refresh() == "-C"
    crm.contacts.change("A", country_region_code="FR")
    crm.contacts.change("D", country_region_code="IT")
    assert live.refresh() == "+A -D"


def test_criteria_that_ask_for_another_segment(crm: seg.Workspace) -> None:
    """LIV-10."""
    crm.add(*people("CH", "A", "B", city="Bern", salesperson_code="JO"))
    asked = crm.new_segment("Asked", interaction_template_code="TALK")
    bern = where(contact={"city": "Bern"})
    live = Live(crm, InSegment(asked.no) & bern)
    asked.add_contact("A")
    assert live.refresh() == "+A"
    (line,) = asked.lines
    asked.remove_line(line)
    assert live.refresh() == "-A"
    asked.add_contact("B")
    assert live.refresh() == "+B"
    asked.log()
    lines, actions = list(live.sheet().lines), live.sheet().actions
    for _ in range(2):
        with pytest.raises(NotFound, match=asked.no):
            live.sheet().refresh()
        assert (list(live.sheet().lines), live.sheet().actions) == (lines, actions)


# -- the day moves on -------------------------------------------------------------------------


def test_the_edge_of_a_relative_date_moves_day_by_day(crm: seg.Workspace) -> None:
    """LIV-11."""
    crm.add(*people("DK", "A", "B", "C"))
    for no, on in (("A", "2026-02-27"), ("B", "2026-02-28"), ("C", "2026-03-01")):
        talk(crm, no, on)
    start = day("2026-05-27")
    live = Live(evolved(crm, today=start), DK & none(where(interactions={"date": "-3M.."})))
    assert live.first == ""
    told = [live.refresh(today=start + dt.timedelta(days)) for days in range(7)]
    assert told == ["", "+A", "", "", "", "+B", "+C"]


def test_the_day_moves_on_and_back(crm: seg.Workspace) -> None:
    """LIV-12."""
    crm.add(*people("DK", "A", "B", "C", "D"))
    for no, on in (("A", "2026-11-22"), ("B", "2026-11-23"), ("C", "2026-12-05")):
        own(crm, no, visit=day(on))
    live = Live(crm, where(contact={"visit": "t"}))
    assert live.first == "+A"
    assert live.refresh(today=day("2026-11-23")) == "+B -A"
    assert live.refresh(today=day("2026-12-05")) == "+C -B"
    assert live.refresh(today=day("2026-11-22")) == "+A -C"


def test_a_day_that_moves_more_than_are_tried_one_by_one(crm: seg.Workspace) -> None:
    nos = [f"N{number:04}" for number in range(MOST + 1)]
    visit = ("visit", day("2026-11-23"))
    crm.add(*(attrs.evolve(each, extra=(visit,)) for each in people("DK", *nos)))
    live = Live(crm, where(contact={"visit": "t"}))
    assert live.first == ""
    assert live.refresh(today=day("2026-11-23")) == " ".join(f"+{no}" for no in nos)


def test_birthdays_come_near_and_go_by(crm: seg.Workspace) -> None:
    """LIV-13."""
    crm.add(*people("DK", "A", "B", "C"))
    for no, on in (("A", "1980-01-02"), ("B", "1992-02-29"), ("C", "1970-12-26")):
        own(crm, no, born=day(on))
    near = crm.fields.contact["born"].day_of_year.between(0, 7)
    live = Live(evolved(crm, today=day("2026-12-25")), near)
    assert live.first == "+C"
    assert live.refresh(today=day("2026-12-26")) == "+A"
    assert live.refresh(today=day("2026-12-27")) == "-C"
    seen = {}
    for on in ("2028-02-21", "2028-02-22", "2028-02-29", "2028-03-01"):
        live.refresh(today=day(on))
        seen[on] = live.nos
    assert seen == {"2028-02-21": "", "2028-02-22": "B", "2028-02-29": "B", "2028-03-01": ""}


def test_another_zone_has_other_days(crm: seg.Workspace) -> None:
    """LIV-14."""
    crm.add(*people("DK", "A", "B", "C"))
    for no, on in (("A", "21 23:30"), ("B", "22 22:30"), ("C", "22 23:30")):
        own(crm, no, seen=dt.datetime.fromisoformat(f"2026-11-{on}+00:00"))
    live = Live(crm, where(contact={"seen": "t"}))
    assert live.first == "+B +C"
    assert live.refresh(zone=ZoneInfo("Europe/Zurich")) == "+A -C"
    assert live.refresh() == "+C -A"


# -- contacts that are others, and what is done by hand ---------------------------------------


def test_erased_merged_and_renumbered_contacts(crm: seg.Workspace) -> None:
    """LIV-19."""
    crm.add(company("F"), company("G"), person("A", "F"), person("C", "F"), person("P", "G"))
    crm.contacts.add_rows(industry("F"))
    persons = where(contact={"type": "person"})
    live = Live(crm, RETAIL & persons)
    assert live.first == "+A +C"
    crm.contacts.erase("A")
    assert "A" not in live.nos.split()
    assert live.refresh() == ""
    crm.contacts.merge(kept_no="F", gone_no="G")
    assert live.refresh() == "+P"
    line_no = live.line("C").line_no
    crm.contacts.renumber(old_no="C", new_no="Z")
    assert live.refresh() == ""
    assert live.line("Z").line_no == line_no
    assert live.nos == "P Z"


def test_what_is_done_by_hand_stays(crm: seg.Workspace) -> None:
    """LIV-21."""
    crm.add(*people("SE", "H"), *people("DK", "A", "R"))
    live = Live(crm, DK)
    live.sheet().add_contact("H")
    live.sheet().remove_line(live.line("R"))
    live.by_hand = {"H", "R"}
    for country in ("DK", "SE", "DK"):
        for no in ("H", "R"):
            crm.contacts.change(no, country_region_code=country)
            assert live.refresh() == ""
            assert live.nos == "A H"
    crm.contacts.exclude("R", "asked for it")
    assert live.refresh() == ""
    crm.contacts.admit("R", "changed their mind")
    assert live.refresh() == ""
    crm.add(*people("DK", "B"))
    crm.contacts.change("A", country_region_code="SE")
    assert live.refresh() == "+B -A"
    for _ in range(2):
        live.sheet().go_back()
        assert live.nos == "A H"
        assert live.refresh() == "+B -A"


def test_a_cut_is_run_in_full_and_check_says_so(crm: seg.Workspace) -> None:
    """LIV-22."""
    named = (("A", "Ada"), ("B", "Bo"), ("C", "Cy"), ("D", "Dan"))
    crm.add(*(person(no, name=name, country_region_code="DK") for no, name in named))
    first = Cut(DK, First(3, Order("name")))
    live = Live(crm, first)
    assert live.first == "+A +B +C"
    crm.add(person("E", name="Abe", country_region_code="DK"))
    assert live.refresh() == "+E -C"
    (remark,) = crm.check(first)
    assert remark.concern is Concern.NOT_FOLLOWED
    assert "refresh asks for all contacts" in str(remark)


def test_check_says_of_no_other_criteria_that_they_cannot_be_followed(crm: seg.Workspace) -> None:
    """LIV-22."""
    asked = crm.new_segment("Asked")
    the = crm.fields
    followed = [
        DK,
        none(the.mailing_groups.mailing_group_code.is_in(["NEWS", "FAIR"])),
        none(where(interactions=BACK_THREE_MONTHS)),
        RETAIL,
        total(the["orders"]["amount"]) >= 100,
        InSegment(asked.no) & where(contact={"city": "Bern"}),
        where(contact={"visit": "t"}),
        the.contact["born"].day_of_year.between(0, 7),
        where(contact={"seen": "t"}),
    ]
    concerns = [remark.concern for each in followed for remark in crm.check(each)]
    assert Concern.NOT_FOLLOWED not in concerns


def test_an_error_of_the_host_leaves_the_segment_as_it_was(crm: seg.Workspace) -> None:
    """LIV-24, by a listener that raises."""
    crm.add(*people("SE", "A"), *people("DK", "B"))
    live = Live(crm, DK)
    before = live.sheet().lines, live.sheet().actions
    crm.contacts.change("A", country_region_code="DK")
    for kind in (SegmentChanging, SegmentChanged, SegmentRefreshed):

        def in_the_way(event: object, kind: type = kind) -> None:
            if isinstance(event, kind):
                raise ZeroDivisionError

        with pytest.raises(ZeroDivisionError):
            live.sheet(evolved(crm, on_event=in_the_way)).refresh()
        assert (live.sheet().lines, live.sheet().actions) == before
    assert live.refresh() == "+A"
    assert live.refresh() == ""
