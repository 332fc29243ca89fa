"""Criteria that close a circle are not saved, and what something needs is not deleted."""

import datetime as dt
from collections.abc import Callable, Iterable
from typing import TypeAlias

import pytest

import segmentation as seg
from segmentation.contacts import ContactMailingGroup
from segmentation.criteria import (
    Compare,
    Criteria,
    Cut,
    Figure,
    First,
    Followed,
    InSegment,
    Measure,
    Operand,
    Operator,
    Order,
    Part,
    Sample,
    Where,
)
from segmentation.errors import Refused, UnknownName
from segmentation.fields import Field
from segmentation.operations.tables import Use
from segmentation.segments import ActionKind, CriteriaAction, SavedCriteria, actions_to_json
from support import fair, shop


@pytest.fixture
def crm() -> seg.Workspace:
    return seg.Workspace.open(fair.make_store(), today=dt.date(2026, 11, 22), user="ANNA")


def following(crm: seg.Workspace, code: str) -> str:
    """The number of a new segment that follows saved criteria."""
    return crm.new_segment(code).follow_criteria(code).header.no


def test_criteria_that_would_close_a_circle_are_not_saved_mng_47(crm: seg.Workspace) -> None:
    """MNG-47."""
    bern = seg.make_selection(contact={"city": "Bern"})
    crm.saved_criteria.save("Y", bern)
    g = following(crm, "Y")
    crm.saved_criteria.save("X", InSegment(g))
    f = following(crm, "X")
    before = crm.saved_criteria["Y"]
    with pytest.raises(Refused, match=rf"criteria Y → segment {f} → criteria X → segment {g}"):
        crm.saved_criteria.save("Y", InSegment(f))
    assert crm.saved_criteria["Y"] == before
    text = crm.saved_criteria.to_text("X").replace("[X", "[Z").replace(g, f)
    crm.saved_criteria.add_text(text)
    with pytest.raises(Refused, match="circle"):
        crm.segment(g).follow_criteria("Z")
    with pytest.raises(Refused, match="circle"):
        crm.saved_criteria.add_text(text.replace("[Z", "[Y"), replace=True)
    crm.segment(f).refresh()
    crm.segment(g).refresh()


Step: TypeAlias = Callable[[], object]


def refused(step: Step, *named: str) -> None:
    """The step is refused, and the error names all of these."""
    with pytest.raises(Refused) as caught:
        step()
    assert [each for each in named if each in str(caught.value)] == [*named]


def told(found: Iterable[Use]) -> list[str]:
    return [str(use) for use in found]


def test_a_segment_that_is_asked_for_is_not_deleted_mng_48(crm: seg.Workspace) -> None:
    """MNG-48."""
    asked = crm.new_segment("Asked").add_contacts()
    no = asked.header.no
    crm.saved_criteria.save("X", InSegment(no))
    other = crm.new_segment("Asking").add_contacts(InSegment(no)).header.no
    uses = told(crm.tables.uses("segment_header", no))
    assert uses == [f"segment_header.actions of {other}", "saved_segment_criteria.actions of X"]
    refused(asked.delete, *uses)
    assert len(crm.segment(no)) == 5
    crm.saved_criteria.delete("X")
    crm.segment(other).delete()
    assert crm.tables.uses("segment_header", no) == ()
    asked.delete()
    assert no not in [header.no for header in crm.segments]


def test_a_group_that_is_asked_for_is_not_deleted_mng_48(crm: seg.Workspace) -> None:
    """MNG-48."""
    groups = crm.tables["mailing_group"]
    news = groups.new("NEWS")
    for no in ("ANNA", "BO"):
        crm.contacts.add_rows(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS"))
    criteria = seg.make_selection(mailing_groups={"mailing_group_code": "NEWS"})
    crm.saved_criteria.save("X", criteria)
    other = crm.new_segment("T").add_contacts(criteria).header.no
    uses = told(crm.tables.uses("mailing_group", news))
    assert uses == [
        "contact_mailing_group.mailing_group_code of ANNA NEWS, BO NEWS",
        f"segment_header.actions of {other}",
        "saved_segment_criteria.actions of X",
    ]
    refused(lambda: groups.delete(news), *uses)
    assert "NEWS" in groups


def test_criteria_that_a_segment_follows_are_not_deleted_mng_48(crm: seg.Workspace) -> None:
    """MNG-48."""
    crm.saved_criteria.save("X", seg.make_selection(contact={"city": "Bern"}))
    follower = following(crm, "X")
    uses = told(crm.tables.uses("saved_segment_criteria", "X"))
    assert uses == [f"segment_header.saved_criteria_code of {follower}"]
    refused(lambda: crm.saved_criteria.delete("X"), *uses)
    assert "X" in crm.saved_criteria


def test_a_field_that_is_asked_for_is_not_deleted_mng_49(crm: seg.Workspace) -> None:
    """MNG-49."""
    crm.tables.define("contact", Field("tier", "text"), Field("points", "integer"))
    crm.contacts.change("ANNA", extra={"tier": "gold", "points": 3})
    ordered = First(2, (Order("tier"),))
    crm.saved_criteria.save("X", Cut(Part("contact"), ordered))
    uses = told(crm.tables.field_uses("contact", "tier"))
    assert uses == ["saved_segment_criteria.actions of X"]
    refused(lambda: crm.tables.delete_field("contact", "tier"), *uses)
    assert dict(crm.contacts["ANNA"].extra) == {"tier": "gold", "points": 3}
    crm.saved_criteria.delete("X")
    crm.tables.delete_field("contact", "tier")
    assert dict(crm.contacts["ANNA"].extra) == {"points": 3}
    with pytest.raises(UnknownName, match="tier"):
        crm.select(contact={"tier": "gold"})


TENT, LAMP = (
    Part("orders", (Where("article", Compare(Operator.EQUAL, Operand(text))),))
    for text in ("TENT", "LAMP")
)
ANY = Compare(Operator.GREATER, Operand("3"))


@pytest.mark.parametrize(
    ("criteria", "named"),
    [
        (TENT, "article"),
        (~TENT, "article"),
        (TENT | LAMP, "article"),
        (Figure(Measure.SUM, "amount", TENT, ANY), "amount article"),
        (Followed("date", LAMP, Part("orders")), "date article"),
        (Followed("date", Part("orders"), Part("orders"), without=TENT), "date article"),
        (Cut(Part("contact"), Sample(2, "spring")), ""),
        (InSegment("SM0001"), ""),
    ],
    ids=["part", "not", "any", "figure", "followed", "without", "sample", "segment"],
)
def test_a_field_is_needed_wherever_criteria_ask_for_it(
    crm: seg.Workspace, criteria: Criteria, named: str
) -> None:
    crm.tables.define("orders", *shop.ORDER_FIELDS, key="order_no", link="contact_no")
    assert crm.new_segment("S").header.no == "SM0001"
    crm.saved_criteria.save("X", criteria)
    fields = [each.name for each in shop.ORDER_FIELDS if crm.tables.field_uses("orders", each.name)]
    assert sorted(fields) == sorted(named.split())


def test_criteria_that_ask_for_a_field_long_gone_need_no_other(crm: seg.Workspace) -> None:
    crm.tables.define("contact", Field("tier", "text"))
    old = CriteriaAction(kind=ActionKind.ADD, criteria=Part("contact", (Where("shoe", ANY),)))
    crm.store.records.put([SavedCriteria(code="OLD", actions=actions_to_json([old]))])
    assert crm.tables.field_uses("contact", "tier") == ()
    crm.tables.delete_field("contact", "tier")
    assert "OLD" in crm.saved_criteria


def test_criteria_that_others_refresh_from_are_not_deleted(crm: seg.Workspace) -> None:
    crm.saved_criteria.save("X", seg.make_selection(contact={"city": "Bern"}))
    sheet = crm.new_segment("S").follow_criteria("X")
    sheet.refresh()
    sheet.save_criteria("Y")
    sheet.delete()
    uses = told(crm.tables.uses("saved_segment_criteria", "X"))
    assert uses == ["saved_segment_criteria.actions of Y"]
    refused(lambda: crm.saved_criteria.delete("X"), *uses)


def test_campaigns_and_templates_that_are_named_are_not_deleted_mng_49(crm: seg.Workspace) -> None:
    """MNG-49."""
    campaign = crm.campaigns.new("Spring").no
    crm.templates.new("T", interaction_group_code="LETTERS", campaign_no=campaign)
    header = crm.new_segment("S", campaign_no=campaign).header
    line = crm.new_segment("U").add_contacts(contact={"no": "ANNA"})
    line.change_line(line.lines[0], interaction_template_code="T", campaign_no="")
    named = told(crm.tables.uses("campaign", campaign))
    assert named == [
        "interaction_template.campaign_no of T",
        f"segment_header.campaign_no of {header.no}",
    ]
    refused(lambda: crm.campaigns.delete(campaign), *named)
    template = told(crm.tables.uses("interaction_template", "T"))
    assert template == [f"segment_line.interaction_template_code of {line.header.no}"]
    refused(lambda: crm.templates.delete("T"), *template)
    assert "T" in crm.templates
    assert campaign in crm.campaigns
    crm.segment(header.no).delete()
    line.delete()
    crm.templates.delete("T")
    assert crm.tables.uses("campaign", campaign) == ()
    crm.campaigns.delete(campaign)
