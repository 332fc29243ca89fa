"""The four segments of the demo company come out as its data say.

The expected numbers are worked out from the JSON files in plain Python, apart from the
library; the counts that they give are written down beside them.
"""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg

TODAY = dt.date(2026, 11, 22)
BY_COMPANY = {"contact_business_relation", "contact_industry_group"}

# Contacts on the lines after each action of each segment.
COUNTS = {
    "SM10001": [162, 162],  # the second looks at item entries, of which there are none
    "SM10002": [4, 4],
    "SM10003": [13],
    "SM10004": [162],
}


class Plain:
    """The demo company as lists of dictionaries, and selections over them by hand."""

    def __init__(self, folder: Path) -> None:
        self.tables: dict[str, list[dict[str, Any]]] = {
            path.stem: json.loads(path.read_text(encoding="utf-8"))
            for path in folder.glob("*.json")
        }

    def passing(self, filters: list[dict[str, str]]) -> set[str]:
        """Numbers of the contacts that have one row meeting all filters of each table."""
        contacts = {contact["no"]: contact for contact in self.tables["contact"]}
        found = set(contacts)
        for table in {each["table"] for each in filters}:
            wanted = {e["field"]: e["filter"].split("|") for e in filters if e["table"] == table}
            holders = {
                row["contact_no"]
                for row in self.tables.get(table, [])
                if all(str(row[field]) in values for field, values in wanted.items())
            }
            number = "company_no" if table in BY_COMPANY else "no"
            found &= {no for no, contact in contacts.items() if contact[number] in holders}
        return found

    def line_order(self, nos: set[str]) -> list[str]:
        """Numbers in the order in which contacts join a segment."""

        def place(contact: dict[str, Any]) -> tuple[Any, ...]:
            is_person = contact["type"] != "company"
            return (
                contact["company_name"],
                contact["company_no"],
                is_person,
                contact["name"],
                contact["no"],
            )

        chosen = [contact for contact in self.tables["contact"] if contact["no"] in nos]
        return [contact["no"] for contact in sorted(chosen, key=place)]


@pytest.fixture(scope="module")
def plain(data: Path) -> Plain:
    return Plain(data / "cronus")


@pytest.fixture(scope="module")
def cronus(data: Path) -> seg.Workspace:
    crm = seg.Workspace.open(user="ANNA", today=TODAY)
    crm.import_data(data / "cronus")
    crm.add(
        seg.NumberSeries(code="SEGM", starting_no="SM20001", manual_nos=True),
        seg.MarketingSetup(segment_nos="SEGM"),
    )
    return crm


def play(worksheet: seg.Worksheet, action: dict[str, Any]) -> None:
    tables: dict[str, dict[str, str]] = {}
    for each in action["filters"]:
        tables.setdefault(each["table"], {})[each["field"]] = each["filter"]
    criteria = seg.make_selection(tables)
    match action["action"]:
        case "add":
            worksheet.add_contacts(criteria)
        case "reduce":
            worksheet.reduce_contacts(criteria)
        case "refine":
            worksheet.refine_contacts(criteria)


def test_each_action_of_each_segment_adds_and_removes_what_the_data_say(
    cronus: seg.Workspace, plain: Plain
) -> None:
    for header in plain.tables["segment_header"]:
        worksheet = cronus.new_segment(
            header["description"],
            no=header["no"],
            campaign_no=header["campaign_no"],
            interaction_template_code=header["interaction_template_code"],
            salesperson_code=header["salesperson_code"],
        )
        expected: set[str] = set()
        counts = []
        for action in plain.tables["segment_criteria"]:
            if action["segment_no"] != header["no"]:
                continue
            passing = plain.passing(action["filters"])
            expected = expected | passing if action["action"] == "add" else expected - passing
            play(worksheet, action)
            assert set(worksheet.contact_nos) == expected
            counts.append(len(worksheet))
        assert list(worksheet.contact_nos) == plain.line_order(expected)
        assert counts == COUNTS[header["no"]]


def test_criteria_on_item_entries_are_taken_and_find_nobody_where_there_are_none(
    cronus: seg.Workspace,
) -> None:
    assert cronus.select(value_entry={"posting_date": "010101.."}) == []


@pytest.mark.parametrize(
    ("tables", "count"),
    [
        ({"contact": {"country_region_code": "DK|SE"}}, 61),
        ({"contact": {"country_region_code": "<>GB"}}, 333),
        ({"contact": {"country_region_code": "''"}}, 6),
        ({"contact": {"country_region_code": "DE..NO"}}, 279),
        ({"contact": {"country_region_code": "..DK"}}, 126),
        ({"contact": {"post_code": "1000..4999"}}, 0),
        ({"contact": {"post_code": "DK-1000..DK-4999"}}, 28),
        ({"contact": {"post_code": "?? ???"}}, 4),
        ({"contact": {"name": "@*ltd*"}}, 6),
        ({"contact": {"name": "<>@*ltd*"}}, 465),
        ({"contact": {"name": "'*&*'"}}, 4),
        ({"contact": {"name": "M..N"}}, 82),
        ({"contact": {"e_mail": "'*''*'"}}, 2),
        ({"contact": {"type": "person", "company_no": "''"}}, 6),
        ({"contact": {"territory_code": "FOREIGN", "language_code": "<>ENU&<>ENG"}}, 229),
        (
            {
                "contact": {"type": "person"},
                "business_relations": {"business_relation_code": "CUST"},
            },
            99,
        ),
        ({"mailing_groups": {"mailing_group_code": "X-CARD"}}, 13),
        ({"industry_groups": {"industry_group_code": "RET"}}, 47),
        ({"industry_groups": {"industry_group_code": "<>RET"}}, 123),
        ({"business_relations": {"no": "10000"}}, 9),
        ({"business_relations": {"business_relation_code": "CUST", "no": "10000"}}, 6),
        ({"business_relations": {"link_to_table": "vendor", "no": "4*"}}, 47),
        ({"job_responsibilities": {"job_responsibility_code": "MARKETING"}}, 14),
        (
            {"profile_answers": {"line_no": ">=100000", "answer_priority": "high|very_high"}},
            56,
        ),
        (
            {
                "profile_answers": {
                    "profile_questionnaire_code": "PERSON",
                    "line_no": "20000..30000",
                }
            },
            247,
        ),
    ],
)
def test_a_selection_finds_as_many_as_a_count_by_hand(
    cronus: seg.Workspace, tables: dict[str, dict[str, str]], count: int
) -> None:
    assert len(cronus.select(seg.make_selection(tables))) == count


@pytest.mark.parametrize(
    ("expand", "allow_related", "count"),
    [(False, False, 13), (True, False, 86), (False, True, 23)],
)
def test_options_widen_a_selection_as_counted_by_hand(
    cronus: seg.Workspace, expand: bool, allow_related: bool, count: int
) -> None:
    fair = cronus.new_segment("Christmas cards")
    cards = seg.make_selection({"mailing_groups": {"mailing_group_code": "X-CARD"}})
    fair.add_contacts(cards, expand_companies=expand, allow_related_companies=allow_related)
    assert len(fair) == count


@pytest.mark.parametrize(
    ("step", "entire", "count"),
    [("reduce", False, 161), ("reduce", True, 159), ("refine", False, 1), ("refine", True, 3)],
)
def test_entire_companies_widens_what_reduce_and_refine_look_at(
    cronus: seg.Workspace, step: str, entire: bool, count: int
) -> None:
    customers = cronus.new_segment("Customers")
    customers.add_contacts(business_relations={"business_relation_code": "CUST"})
    marketing = seg.make_selection(
        {"job_responsibilities": {"job_responsibility_code": "MARKETING"}}
    )
    if step == "reduce":
        customers.reduce_contacts(marketing, entire_companies=entire)
    else:
        customers.refine_contacts(marketing, entire_companies=entire)
    assert len(customers) == count
