"""Trials with several processes at one store: what each of them does, and how they are run.

All begin at the same moment. What one of them writes on standard error is kept, to be looked at.
"""

import multiprocessing
import os
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeAlias

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Document
from segmentation.operations.letters import RetryPolicy
from segmentation.reach import ContactCap
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage
from segmentation.workspace import Workspace

from ._building import FixedClock

OPENING, LOGGING, DELIVERING = 8, 12, 4
"""How many processes open, log and deliver at once."""

LINES, MAILS = 10, 120
"""How many lines each of the segments has that are logged, and how many mails are delivered."""

CAP, CAPPED, TRIES = 2, 4, 2
"""How much a cap allows, how much waits for each contact, how often each process tries."""

_NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
_DAY = date(2026, 11, 22)

_IMPORTED = ("segmentation.adapters.sqlalchemy", "sqlalchemy.dialects.postgresql.psycopg")
"""What the processes need; where it is installed, it is imported once for all of them."""

Step: TypeAlias = Callable[[str, int, Path], None]
"""What a process does: at an address, with its number, in a folder for what it leaves."""


def run_together(step: Step, address: str, count: int, folder: Path) -> None:
    """Run a step in several processes at once.

    Args:
        step: What each does; a function of a module.
        address: The store.
        count: How many processes.
        folder: Where they leave things.

    Raises:
        AssertionError: One ended with an error or wrote on standard error.
    """
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, *_IMPORTED])
    barrier = context.Barrier(count)
    processes = [
        context.Process(target=_work, args=(step, address, number, folder, barrier))
        for number in range(1, count + 1)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    said = {file.name: file.read_text() for file in folder.glob("*.stderr")}
    assert not any(said.values()), "".join(said.values())
    assert [process.exitcode for process in processes] == [0] * count


def _work(  # pragma: no cover - other process
    step: Step,
    address: str,
    number: int,
    folder: Path,
    barrier: Any,  # noqa: ANN401 - of multiprocessing
) -> None:
    with (folder / f"{number}.stderr").open("w") as errors:
        os.dup2(errors.fileno(), 2)  # where Python, libraries and databases write
    barrier.wait()
    step(address, number, folder)


def workspace_at(address: str) -> Workspace:
    """A workspace on the store at an address."""
    return Workspace.open(address, user="TRIAL", today=_DAY, clock=FixedClock(_NOW))


# -- what each process does -------------------------------------------------------------------


def open_and_add(
    address: str, number: int, _folder: Path
) -> None:  # pragma: no cover - other process
    """Open a store that may not be there yet, and add a contact."""
    with workspace_at(address) as crm:
        crm.add(Contact(no=f"C{number}", name="Anna"))


def log_one(address: str, number: int, _folder: Path) -> None:  # pragma: no cover - other process
    """Log a segment of its own."""
    with workspace_at(address) as crm:
        crm.segment(f"T{number}").log()


def deliver_all(
    address: str, number: int, folder: Path
) -> None:  # pragma: no cover - other process
    """Deliver what is outstanding, until nothing is."""
    courier = _Mailbox(folder / f"{number}.mails")
    with workspace_at(address) as crm:
        while crm.letters.outstanding():
            crm.letters.deliver({CorrespondenceType.EMAIL: courier}, worker=f"W{number}")


def deliver_some(
    address: str, number: int, folder: Path
) -> None:  # pragma: no cover - other process
    """Try to deliver what is outstanding, a few times."""
    courier = _Mailbox(folder / f"{number}.mails")
    with workspace_at(address) as crm:
        for _ in range(TRIES):
            crm.letters.deliver(
                {CorrespondenceType.EMAIL: courier},
                worker=f"W{number}",
                retry=RetryPolicy(batch=5),
            )


class _Mailbox:  # pragma: no cover - other process
    """A courier that writes down whom it has mailed."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def deliver(self, document: Document) -> str:
        """Write down the address."""
        with self._file.open("a") as file:
            file.write(f"{document.e_mail}\n")
        return "mailbox"


# -- what they begin with, and what is left ---------------------------------------------------


def check_opening(address: str) -> None:
    """Let processes open an empty database at once: all do, and each adds its contact."""
    with TemporaryDirectory() as folder:
        run_together(open_and_add, address, OPENING, Path(folder))
    with workspace_at(address) as crm:
        assert [contact.no for contact in crm.contacts] == [f"C{n}" for n in range(1, OPENING + 1)]


def check_logging(address: str) -> None:
    """Let processes log segments at once: each gets through, and no number is missing."""
    with workspace_at(address) as crm:
        _set_up(crm)
        nos = [contact.no for contact in crm.contacts][:LINES]
        for number in range(1, LOGGING + 1):
            segment = crm.new_segment("Trial", no=f"T{number}", interaction_template_code="TRIAL")
            segment.add_contacts(contact={"no": "|".join(nos)})
        before = crm.journal.head.number
    with TemporaryDirectory() as folder:
        run_together(log_one, address, LOGGING, Path(folder))
    with workspace_at(address) as crm:
        made = [each.entry_no for each in crm.interactions]
        assert len(made) == len(set(made)) == LOGGING * LINES
        assert crm.journal.verify().number == before + LOGGING * (LINES + 1)
        assert crm.journal.audit() == []


def check_delivering(address: str) -> None:
    """Let processes deliver one queue at once: each mail goes out once, none is left."""
    with workspace_at(address) as crm:
        _set_up(crm)
        segment = crm.new_segment("Mail", no="MAIL", interaction_template_code="TRIAL")
        segment.add_contacts()
        segment.log(deliver=True)
        expected = Counter(contact.e_mail for contact in crm.contacts)
        assert len(crm.letters.outstanding()) == MAILS
    with TemporaryDirectory() as folder:
        run_together(deliver_all, address, DELIVERING, Path(folder))
        files = sorted(Path(folder).glob("*.mails"))
        assert Counter(line for file in files for line in _lines(file)) == expected
    with workspace_at(address) as crm:
        assert list(crm.letters.outstanding()) == []
        crm.journal.verify()
        assert crm.journal.audit() == []


def check_capping(address: str) -> None:
    """Let processes deliver more than a cap allows at once: nobody gets more."""
    with workspace_at(address) as crm:
        _set_up(crm)
        crm.tables["contact_cap"].put(ContactCap(code="DAILY", at_most=CAP, window_hours=24))
        for number in range(1, CAPPED + 1):
            segment = crm.new_segment("Mail", no=f"C{number}", interaction_template_code="TRIAL")
            segment.add_contacts(contact={"no": "P00*"})
            segment.log(deliver=True)
        expected = Counter({contact.e_mail: CAP for contact in crm.contacts if contact.no < "P010"})
    with TemporaryDirectory() as folder:
        run_together(deliver_some, address, DELIVERING, Path(folder))
        deliver_some(address, DELIVERING + 1, Path(folder))
        files = sorted(Path(folder).glob("*.mails"))
        assert Counter(line for file in files for line in _lines(file)) == expected
    with workspace_at(address) as crm:
        assert len(crm.letters.outstanding()) == len(expected) * (CAPPED - CAP)
        assert not any(each.delivery_attempts for each in crm.letters.outstanding())
        assert crm.journal.audit() == []


def _lines(file: Path) -> Iterable[str]:
    return file.read_text().split()


def _set_up(crm: Workspace) -> None:
    """Contacts with a mail address, and a template that is sent to them."""
    letter = crm.store.attachments.put(b"Dear {{ name }}")
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="T"),
            NumberSeries(code="T", starting_no="N1", manual_nos=True),
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(
                code="TRIAL",
                language_code_default="ENU",
                correspondence_type_default=CorrespondenceType.EMAIL,
            ),
            TemplateLanguage(
                interaction_template_code="TRIAL",
                language_code="ENU",
                attachment=letter,
                attachment_name="trial.txt",
            ),
            *(
                Contact(
                    no=f"P{number:03}",
                    type=ContactType.PERSON,
                    name=f"Person {number}",
                    e_mail=f"p{number}@example.com",
                    salesperson_code="JO",
                )
                for number in range(1, MAILS + 1)
            ),
        ]
    )
