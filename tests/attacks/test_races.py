"""A plan that is changed by one process while others log it: what is logged was approved."""

from contextlib import suppress
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.documents import Attachment
from segmentation.errors import Conflict, NotFound, Rejected
from segmentation.interactions import Interaction
from segmentation.testing._trials import run_together
from support.databases import Database
from support.desk import LETTER, make_template
from support.fair import NOW, SETUP, TODAY, evolved, person

SEGMENTS, CHANGING, PROCESSES = 4, 1, 3
APPROVED = {(no, "Offers") for no in "ABC"}
"""Who was approved, with the description of the line."""


def opened(address: str, user: str) -> seg.Workspace:
    store = open_store(address)
    return seg.Workspace.open(store, user=user, today=TODAY, clock=lambda: NOW)


def number_of(segment: int) -> str:
    return f"SM{segment:04}"


@pytest.fixture
def address(database: Database) -> str:
    """Segments with plans that BEN approved."""
    address = database.own_address()
    with opened(address, "ANNA") as crm:
        template = make_template(
            "OF",
            interaction_group_code="LETTERS",
            correspondence_type_default="email",
            approval_required_from=1,
        )
        crm.store.records.put([*SETUP, template])
        crm.add(*(person(no, e_mail=f"{no}@example.com") for no in "ABC"))
        text = Attachment("a.txt", LETTER)
        crm.templates.put_language("OF", "ENU", attachment=text)
        crm.templates.change("OF", language_code_default="ENU")
        for number in range(1, SEGMENTS + 1):
            sheet = crm.new_segment("Offers", interaction_template_code="OF", salesperson_code="RB")
            assert sheet.no == number_of(number)
            for no in "ABC":
                sheet.add_contact(no)
            plan_hash = sheet.plan_logging(deliver=True).plan_hash
            evolved(crm, user="BEN").segment(sheet.no).approve(plan_hash)
    return address


def log_or_change(address: str, process: int, _folder: Path) -> None:  # pragma: no cover
    """One changes a line to and fro and then takes it away; the others log."""
    with opened(address, "EVE" if process == CHANGING else "ANNA") as crm:
        for number in range(1, SEGMENTS + 1):
            with suppress(Conflict, NotFound, Rejected):
                sheet = crm.segment(number_of(number))
                if process != CHANGING:
                    sheet.log(deliver=True)
                    continue
                for description in ("Other", "Offers", "Other"):
                    sheet.change_line(10000, description=description)
                sheet.remove_line(10000)


def test_what_is_logged_was_approved_whoever_changes_it_meanwhile(
    address: str, tmp_path: Path
) -> None:
    """TRU-50, TRU-52: by processes at once, each segment once and as it was, or not at all."""
    run_together(log_or_change, address, PROCESSES, tmp_path)
    with opened(address, "ANNA") as crm:
        logged = [each.segment_no for each in crm.logged_segments]
        left = [each.no for each in crm.segments]
        assert sorted([*logged, *left]) == [number_of(n) for n in range(1, SEGMENTS + 1)]
        made = list(crm.store.records.all(Interaction))
        assert len(made) == len(logged) * len(APPROVED)
        assert {(each.contact_no, each.description) for each in made} <= APPROVED
        assert all(each.approved_by == "BEN" for each in crm.logged_segments)
        assert crm.journal.audit() == []
