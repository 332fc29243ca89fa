"""A workspace on frames: contacts and orders in a library's frames, all else in a store."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.contacts import ContactMailingGroup
from segmentation.criteria import (
    Criteria,
    at_least,
    at_most,
    exactly,
    latest,
    make_selection,
    none,
    total,
)
from segmentation.errors import UnknownName
from support import shop
from support.frames import LIBRARIES, MAKERS, Maker

Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture(params=LIBRARIES)
def maker(request: pytest.FixtureRequest) -> Maker:
    """Makes frames of one library after the other."""
    return MAKERS[request.param]


def made(maker: Maker, rows: Rows) -> dict[str, Any]:
    return {name: maker(of_table, shop.FRAME_FIELDS[name]) for name, of_table in rows.items()}


@pytest.fixture
def open_shop(maker: Maker, tmp_path: Path) -> Iterator[Callable[..., seg.Workspace]]:
    """Opens the same store beside frames of these rows, as often as asked."""
    opened: list[seg.Workspace] = []

    def again(rows: Rows | None = None, **options: Any) -> seg.Workspace:  # noqa: ANN401
        frames = made(maker, rows or shop.rows())
        given = {"schema": shop.SCHEMA, "frames": frames, **options}
        crm = seg.Workspace.open(tmp_path / "crm.db", today=shop.TODAY, **given)
        opened.append(crm)
        return crm

    yield again
    for crm in opened:
        crm.close()


@pytest.fixture(scope="module")
def sql_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seg.Workspace]:
    """The shop in a SQLite file, whose answers are those of every frame."""
    with seg.Workspace.open(tmp_path_factory.mktemp("shop") / "crm.db", today=shop.TODAY) as crm:
        shop.define(crm)
        shop.fill(crm)
        yield crm


def questions(crm: seg.Workspace) -> Mapping[str, Criteria]:
    orders, contact = crm.fields["orders"], crm.fields.contact
    return {
        "three orders": make_selection(orders=at_least(3)),
        "above 120": total(orders["amount"]) > 120,
        "no date": latest(orders["date"]).is_blank(),
        "no lamp": none(orders["article"] == "LAMP"),
        "no order": make_selection(orders=at_most(0)),
        "one tent": exactly(1, orders["article"] == "TENT"),
        "campers": (contact["points"] > 0)
        & at_least(1, orders["article"] == "TENT")
        & (total(orders["amount"]) > 110),
        "gold": make_selection(contact={"tier": "gold"}),
    }


def answers(crm: seg.Workspace, wanted: Criteria) -> Mapping[str, object]:
    """What each verb says of a question."""
    segment = crm.new_segment("Asked", no="ASKED")
    segment.add_contacts(wanted)
    said = {
        "select": list(crm.select(wanted)),
        "count": str(crm.count(wanted)),
        "describe": crm.describe(wanted),
        "explain": [str(crm.explain(no, wanted)) for no in "AEH"],
        "lines": list(segment.contact_nos),
        "left out": [str(each) for each in segment.actions[-1].left_out],
    }
    segment.delete()
    return said


@pytest.fixture
def crm(open_shop: Callable[..., seg.Workspace]) -> seg.Workspace:
    """The shop in frames."""
    return open_shop()


def test_every_verb_says_what_it_says_of_the_shop_in_a_file(
    crm: seg.Workspace, sql_shop: seg.Workspace
) -> None:
    """OWN-31, with the questions of OWN-13 and OWN-14."""
    for name, wanted in questions(crm).items():
        assert answers(crm, wanted) == answers(sql_shop, wanted), name
    assert [dict(contact.extra) for contact in crm.contacts] == [
        {name: value for name, value in contact.extra if value is not None}
        for contact in sql_shop.contacts
    ]
    for asked in ({"contact": {"city": "BERN"}}, {"orders": {"article": "TENTS"}}):
        assert crm.check(look_at_values=True, **asked) == sql_shop.check(
            look_at_values=True, **asked
        )


# -- segments ---------------------------------------------------------------------------------


def test_a_dynamic_segment_stays_and_follows_what_frames_hold_later(
    open_shop: Callable[..., seg.Workspace],
) -> None:
    """OWN-31, OWN-16."""
    crm = open_shop()
    spent = total(crm.fields["orders"]["amount"]) > 120
    crm.saved_criteria.save("SPENT", spent)
    segment = crm.new_segment("Spenders", no="SPEND")
    segment.follow_criteria("SPENT")
    segment.refresh()
    again = open_shop()
    assert " ".join(again.segment("SPEND").contact_nos) == "A G"
    rows = shop.rows()
    more = shop.order_rows("17 H 2026-11-22 TENT", "18 H 2026-11-22 MAP", "19 H 2026-11-22 LAMP")
    kept = [order for order in rows["orders"] if order["order_no"] != 15]
    later = open_shop({**rows, "orders": [*kept, *more]}).segment("SPEND")
    came = later.refresh()
    assert (list(came.entered), list(came.left)) == (["H"], ["G"])
    assert " ".join(later.contact_nos) == "A H"


@pytest.mark.parametrize("declared", [True, False], ids=["declared", "by the columns"])
def test_without_a_field_in_use_a_refresh_is_a_fault_and_lines_stay(
    open_shop: Callable[..., seg.Workspace],
    maker: Maker,
    declared: bool,
) -> None:
    """OWN-31."""
    crm = open_shop()
    crm.saved_criteria.save("RICH", crm.fields.contact["points"] > 100)
    segment = crm.new_segment("Rich", no="RICH")
    segment.follow_criteria("RICH")
    segment.refresh()
    rows, fields = shop.rows(), shop.FRAME_FIELDS["contact"]
    poorer = maker(rows["contact"], [field for field in fields if field.name != "points"])
    orders = maker(rows["orders"], shop.ORDER_FIELDS)
    frames = {"contact": poorer, "orders": orders if declared else (orders, "contact_no")}
    later = open_shop(frames=frames, schema=shop.SCHEMA if declared else None)
    with pytest.raises(UnknownName, match=r"'points' in (frame )?contact"):
        later.segment("RICH").refresh()
    assert " ".join(later.segment("RICH").contact_nos) == "A E"


def test_overlaps_and_rows_of_the_store_are_asked_together_with_frames(
    crm: seg.Workspace,
) -> None:
    crm.tables["mailing_group"].new("NEWS")
    for no in "ABH":
        crm.contacts.add_rows(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS"))
    readers = crm.fields.mailing_groups.mailing_group_code == "NEWS"
    campers = crm.fields["orders"]["article"] == "TENT"
    assert " ".join(crm.select(readers & campers)) == "A B"
    assert " ".join(crm.select(campers & ~readers)) == "C D E F G"
    assert " ".join(crm.select(readers | (crm.fields.contact["points"] == 50))) == "A B G H"
    assert " ".join(crm.select(mailing_groups=at_most(0))) == "C D E F G"
    assert str(crm.count(readers & campers)).splitlines()[0] == "8"
    assert crm.explain("A", readers).holds
    assert not crm.explain("C", readers).holds
    found = crm.overlaps(readers=readers, campers=campers)
    assert {tuple(sorted(names)): count for names, count in found.items()} == {
        ("campers", "readers"): 2,
        ("campers",): 5,
        ("readers",): 1,
    }
