"""A desk to record interactions at: the world of `fair`, templates for talks and letters.

`make_desk` gives a workspace; `check_journal` sees that a journal holds, that the records are
what its entries add up to, and that the totals are those of a recount.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import attrs

import segmentation as seg
from segmentation.campaigns import Campaign
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from segmentation.setup import UserSetup
from segmentation.tasks import Opportunity, Task
from segmentation.templates import (
    InteractionGroup,
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
)
from support.checker import check
from support.fair import NOW, PEOPLE, SETUP, TODAY

COST, DURATION = Decimal("7.50"), Decimal(20)


class Diary:
    """A host's system of tasks."""

    def __init__(self) -> None:
        self.tasks: list[Task] = []
        self.opportunities: list[Opportunity] = []

    def add_tasks(self, tasks: Sequence[Task]) -> None:
        self.tasks += tasks

    def add_opportunities(self, opportunities: Sequence[Opportunity]) -> None:
        self.opportunities += opportunities


def make_template(code: str, **fields: object) -> InteractionTemplate:
    values: dict[str, Any] = {
        "description": code.title(),
        "interaction_group_code": "TALKS",
        "unit_cost": COST,
        "unit_duration_min": DURATION,
        "information_flow": "outbound",
        "initiated_by": "us",
        "correspondence_type_default": "",
        **fields,
    }
    return InteractionTemplate(code=code, **values)


LETTER = b"Dear {{ contact_name }}"


def make_desk(*more: Record, store: Store | None = None, user: str = "ANNA") -> seg.Workspace:
    """A workspace on a store in memory, or on another."""
    target = MemoryStore() if store is None else store
    target.records.put([*SETUP, *PEOPLE])
    digest = target.attachments.put(LETTER)
    target.records.put(
        [
            InteractionGroup(code="TALKS"),
            make_template("TALK"),
            make_template("CALL"),
            make_template("BILL"),
            make_template(
                "LETTER", correspondence_type_default="email", language_code_default="ENU"
            ),
            TemplateLanguage(
                interaction_template_code="LETTER",
                language_code="ENU",
                description="A letter",
                subject="Come and see",
                attachment=digest,
                attachment_name="letter.txt",
            ),
            InteractionTemplateSetup(outg_calls="CALL", sales_invoices="BILL"),
            Campaign(no="SALE"),
            UserSetup(user_id="EVA", full_name="Eva Lind", salesperson_code="RB"),
            *more,
        ]
    )
    return seg.Workspace.open(
        target, user=user, today=TODAY, clock=lambda: NOW, random_bytes=lambda: bytes(range(32))
    )


_SHORT = {
    "template": "interaction_template_code",
    "campaign": "campaign_no",
    "salesperson": "salesperson_code",
}


def segment_of(crm: seg.Workspace, *contact_nos: str, **fields: str) -> seg.Worksheet:
    """A segment with these contacts, put in by hand; some fields go by short names."""
    named = {_SHORT.get(name, name): value for name, value in fields.items()}
    values: Any = {
        "description": "Round of talks",
        "interaction_template_code": "TALK",
        **named,
    }
    segment = crm.new_segment(**values)
    for no in contact_nos:
        segment.add_contact(no)
    return segment


def check_journal(crm: seg.Workspace) -> None:
    """The chain holds, with and without the library; records and totals follow from it."""
    head = crm.journal.verify()
    assert check(crm.journal.export()) == attrs.astuple(head)
    assert crm.journal.audit() == []
    state = crm.journal.as_of()
    for no in ("ANNA", "BO"):
        kept = list(crm.store.records.all(Interaction, contact_no=no))
        assert list(state.all(Interaction, contact_no=no)) == kept
