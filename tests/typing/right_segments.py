"""Right uses of segments, logged segments and saved criteria: no type checker says anything."""

import datetime as dt
from decimal import Decimal
from pathlib import Path

from segmentation import Worksheet, Workspace
from segmentation.documents import Attachment


def make(crm: Workspace) -> Worksheet:
    campaign = crm.campaigns["FAIR"]
    fair = crm.new_segment(
        "Fair", no="FAIR", campaign_no=campaign, unit_cost=2.5, date="2026-11-22"
    )
    crm.segments.new(description="Fair", interaction_template_code="FAIR", unit_cost=Decimal(2))
    found = crm.segments.find(fair.no)
    if found is not None:
        _ = (found.description, crm.segment(found).header.date)
    return fair.add_contacts(contact={"points": ">100"}, orders={"article": "X"})


def change(crm: Workspace, fair: Worksheet) -> None:
    fair.change_header(update_lines=True, date=dt.date(2026, 11, 22), extra={"wave": 2})
    fair.change_line(fair.lines[0], attachment=Path("own.txt"), subject="Hello")
    fair.put_text("ENU", attachment=Attachment("own.txt", b"Dear"), subject="Hello")
    fair.unite(fair).intersect("FAIR").subtract(17).unite(crm.fields.contact.city == "Bern")
    _ = (fair.preview("add", expand_companies=True), fair.entered(since=dt.date(2026, 11, 22)))
    _ = (fair.refresh().entered[:3], crm.overlaps(one=fair, two=17).total)


def others(crm: Workspace) -> None:
    logged = crm.logged_segments[17]
    crm.logged_segments.cancel(logged, 18)
    _ = crm.logged_segments.explain(logged, crm.contacts["CT1"]).line_nos
    saved = crm.saved_criteria.save("BERN", crm.fields.contact.city == "Bern", description="Bern")
    crm.saved_criteria.new("NEW", crm.fields.contact.city == "Bern", description="Bern again")
    crm.saved_criteria.rename(old_code=saved, new_code="CAPITAL")
    crm.saved_criteria.change("CAPITAL", description="The capital")
    _ = crm.saved_criteria.to_text(*crm.saved_criteria)
