"""A line bears the company of its day; reduce and refine go by the person as it is now."""

import datetime as dt

import attrs
import pytest

import segmentation as seg
from support import fair
from support.fair import company, person


@pytest.fixture
def sheet() -> seg.Worksheet:
    """Lines of P and Q, both of C1 when they were added; P is of C2 by now."""
    store = fair.make_store()
    store.records.put(
        [company("C1"), company("C2"), person("P", "C1", city="Bern"), person("Q", "C1")]
    )
    crm = seg.Workspace.open(store, today=dt.date(2026, 11, 22), user="ANNA")
    made = crm.new_segment("Fair").add_contacts(contact={"no": "P|Q"})
    store.records.put([attrs.evolve(crm.contacts["P"], company_no="C2")])
    return made


def lines(sheet: seg.Worksheet) -> list[tuple[str, str]]:
    return [(line.contact_no, line.contact_company_no) for line in sheet.lines]


def test_reducing_by_the_number_takes_the_line_of_a_former_company_mng_46(
    sheet: seg.Worksheet,
) -> None:
    """MNG-46."""
    sheet.reduce_contacts(contact={"no": "P"})
    assert lines(sheet) == [("Q", "C1")]


def test_refining_by_the_number_keeps_the_line_of_a_former_company_mng_46(
    sheet: seg.Worksheet,
) -> None:
    """MNG-46."""
    sheet.refine_contacts(contact={"no": "P"})
    assert lines(sheet) == [("P", "C1")]


def test_reducing_by_another_field_does_likewise_mng_46(sheet: seg.Worksheet) -> None:
    """MNG-46."""
    sheet.reduce_contacts(contact={"city": "Bern"})
    assert lines(sheet) == [("Q", "C1")]


def test_a_whole_company_is_the_one_of_today_mng_46(sheet: seg.Worksheet) -> None:
    """MNG-46."""
    sheet.reduce_contacts(contact={"no": "P"}, entire_companies=True)
    assert lines(sheet) == [("Q", "C1")]
