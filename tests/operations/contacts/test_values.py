"""Values of contacts show themselves in a line, become plain data, and do not change."""

import json
from collections.abc import Callable

import pytest

from segmentation import to_plain
from segmentation.contacts import ContactMailingGroup
from segmentation.journal import PersonErased
from segmentation.operations.contacts import (
    Duplicate,
    Erasure,
    ErasurePlan,
    Mention,
    SearchString,
    company_summary,
    kept_of_contact,
    person_summary,
)
from segmentation.protocols import Store
from support.fair import interaction, make_store

PROOF = PersonErased(contact_no="ANNA", emptied=((3, 4), (7, 7)), rows=(("contact", 1),))

MENTION = Mention(table="campaign", key=("CP1",), field="description", words=("<b>",))


def filled_store() -> Store:
    return make_store(
        interaction(1, "ANNA", "SHOP"),
        ContactMailingGroup(contact_no="ANNA", mailing_group_code="<b>"),
    )


MADE: dict[str, Callable[[], object]] = {
    "Duplicate('BO', 'BO2', hit_share=0.8333)": lambda: Duplicate("BO", "BO2", 5 / 6),
    "SearchString('name', length=5)": lambda: SearchString("name", 5),
    "ErasurePlan('ANNA', rows=1, entries=3)": lambda: ErasurePlan(
        proof=PROOF, kept=kept_of_contact(filled_store(), "ANNA")
    ),
    "Erasure(12, 'ANNA', rows=1, entries=3)": lambda: Erasure(entry_no=12, proof=PROOF),
    "Mention('campaign', key=1, 'description', words=1, entry_no=0)": lambda: MENTION,
    "CompanySummary('SHOP', 'SHOP Ltd', customer, persons=2)": lambda: company_summary(
        filled_store(), "SHOP"
    ),
    "PersonSummary('ANNA', 'Anna', customer, interactions=1)": lambda: person_summary(
        filled_store(), "ANNA"
    ),
    "KeptOfContact('ANNA', contact=Contact('ANNA', 'Anna', person), rows=1, interactions=1)": (
        lambda: kept_of_contact(filled_store(), "ANNA")
    ),
}


@pytest.mark.parametrize("shown", MADE)
def test_a_value_shows_itself_in_a_line_and_as_plain_data(shown: str) -> None:
    """FRT-08, FRT-09."""
    value = MADE[shown]()
    assert repr(value) == shown
    plain = to_plain(value)
    assert json.loads(json.dumps(plain)) == plain


@pytest.mark.parametrize(
    "shown", [each for each in MADE if not each.startswith(("Dup", "Men", "Sea"))]
)
def test_values_with_rows_or_figures_show_them(shown: str) -> None:
    """FRT-10."""
    html = MADE[shown]()._repr_html_()  # type: ignore[attr-defined]  # all of these have it
    assert html.startswith("<table ")
    assert "<b>" not in html


@pytest.mark.parametrize("shown", MADE)
def test_a_value_is_frozen_all_the_way_down(shown: str) -> None:
    """FRT-21."""
    assert hash(MADE[shown]()) == hash(MADE[shown]())


def test_the_row_counts_of_a_summary_cannot_be_changed() -> None:
    """FRT-21."""
    counts = company_summary(filled_store(), "SHOP").row_counts
    with pytest.raises(TypeError):
        counts["contact_mailing_group"] = 7  # type: ignore[index]


def test_how_much_is_in_an_erasure_is_counted() -> None:
    html = Erasure(entry_no=12, proof=PROOF, mentions=(MENTION, MENTION))._repr_html_()
    for name, count in (("contact", 1), ("entries", 3), ("attachments", 0), ("mentions", 2)):
        assert f'<td>{name}</td><td style="text-align: right">{count}</td>' in html
