"""Delivery by several workers at once, on every database: each document once."""

import threading
from collections import Counter

import sqlalchemy as sa

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact, ContactType, CorrespondenceType
from segmentation.documents import Document
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.operations.letters import RetryPolicy
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate, TemplateLanguage
from segmentation.workspace import Workspace
from support.databases import Database

LETTERS, WORKERS = 40, 3


class Pile:
    """A courier that many share."""

    def __init__(self) -> None:
        self.keys: Counter[str] = Counter()
        self._lock = threading.Lock()

    def deliver(self, document: Document) -> str:
        with self._lock:
            self.keys[document.key] += 1
        return "pile"


def log(crm: Workspace, letters: int) -> None:
    """Log a segment of so many letters, to be delivered."""
    crm.store.records.put(
        [
            MarketingSetup(segment_nos="SEGM"),
            NumberSeries(code="SEGM", starting_no="SM00001"),
            SalespersonPurchaser(code="JO"),
            InteractionTemplate(code="HELLO", language_code_default="ENU"),
            TemplateLanguage(
                interaction_template_code="HELLO",
                language_code="ENU",
                attachment=crm.store.attachments.put(b"Dear {{ name }}"),
                attachment_name="hello.txt",
            ),
            *(
                Contact(
                    no=f"P{number}",
                    type=ContactType.PERSON,
                    name=f"Person {number}",
                    e_mail=f"p{number}@example.com",
                    salesperson_code="JO",
                )
                for number in range(letters)
            ),
        ]
    )
    segment = crm.new_segment("Hello", interaction_template_code="HELLO")
    segment.add_contacts()
    segment.log(deliver=True)


def test_several_workers_deliver_each_document_once(database: Database) -> None:
    crm = Workspace.open(database.open(), user="ANNA")
    log(crm, LETTERS)

    pile, failures = Pile(), list[BaseException]()

    def work() -> None:
        try:
            with Workspace.open(database.open(), user="W") as own:
                for _ in range(LETTERS):
                    own.letters.deliver(
                        {CorrespondenceType.EMAIL: pile}, retry=RetryPolicy(batch=4)
                    )
                    if not list(
                        own.store.records.all(
                            Interaction, delivery_status=DeliveryStatus.IN_PROGRESS
                        )
                    ):
                        break
        except BaseException as error:  # noqa: BLE001 - told by the test itself
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert len(pile.keys) == LETTERS
    assert set(pile.keys.values()) == {1}
    delivered = crm.store.records.all(Interaction, delivery_status=DeliveryStatus.DELIVERED)
    assert len(list(delivered)) == LETTERS
    crm.journal.verify()


_PER_LETTER = 30
"""At most so many statements look at a letter and record it, with those that begin parts."""


def test_a_letter_costs_what_its_own_record_costs(database: Database) -> None:
    def statements(letters: int) -> int:
        asked: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            asked.append(statement)

        database.empty()
        with Workspace.open(database.open(), user="ANNA") as crm:
            log(crm, letters)
            sa.event.listen(sa.Engine, "before_cursor_execute", note)
            try:
                done = crm.letters.deliver({CorrespondenceType.EMAIL: Pile()})
            finally:
                sa.event.remove(sa.Engine, "before_cursor_execute", note)
        assert len(done.delivered) == letters
        return len(asked)

    assert (statements(20) - statements(10)) / 10 <= _PER_LETTER
