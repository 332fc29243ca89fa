"""Interactions and tasks used as they are meant to be."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from segmentation import Contact, SegmentLine, Workspace
from segmentation.documents import Attachment
from segmentation.interactions import Interaction
from segmentation.tasks import Task
from segmentation.templates import InteractionTemplate


def given(crm: Workspace, contact: Contact, template: InteractionTemplate) -> Interaction:
    made = crm.interactions.create(contact, interaction_template_code=template, cost=2.5)
    _ = crm.interactions.create("C1", interaction_template_code="TALK", extra={"mood": "fine"})
    _ = crm.interactions.create("C1", date=date(2026, 11, 22), comments="Friendly")
    _ = crm.interactions.postpone("C1", attachment=Path("talk.txt"), comments=["One", "Two"])
    _ = crm.interactions.finish(made, attachment=Attachment("talk.txt", b"Dear reader"))
    _ = crm.interactions.create_many(crm.interactions.draft(no) for no in ("C1", "C2"))
    _ = crm.interactions.where(contact_no=contact, canceled=False)
    crm.interactions.evaluate(made, 17, evaluation="positive")
    crm.interactions.cancel(made, 17)
    return made


def calls(crm: Workspace, line: SegmentLine, task: Task) -> Sequence[Interaction]:
    return [
        crm.interactions.record_call("C1", "117", line=line, evaluation="neutral"),
        crm.interactions.record_call("C1", "117", line=("SM1", 10_000)),
        crm.interactions.record_call("C1", "117", task=task, attempt_failed=True),
        crm.interactions.record_mail("C1", "Your question", campaign_no="FAIR"),
    ]


def tasks(crm: Workspace) -> Sequence[Task]:
    found = crm.interactions.find(17)
    if found is not None:
        _ = crm.tasks.opportunity_of(found, sales_cycle_code="NEW")
    return crm.tasks.for_segment("SM1", type="meeting", follow_up="2W")
