"""A host that keeps its contacts itself: all verbs find them there, and nowhere else."""

from collections.abc import Iterator
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.documents import Document
from segmentation.fields import Record
from segmentation.memory import MemoryStore
from segmentation.operations.letters import deliver, letters
from segmentation.protocols import Records
from segmentation.reports import LabelFormat, Remarks
from segmentation.testing import ContactsContract, make_person
from support.desk import make_desk, segment_of
from support.fair import TODAY


class OneWay:
    """Records that list a host's contacts, and are not to be asked for one of them."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, kind: type[Any], *key: object) -> Any:  # noqa: ANN401 - of any kind
        """The record with this key; contacts are to be asked of the host's own."""
        assert kind is not Contact, "contacts are asked of store.contacts"
        return self._records.find(kind, *key)

    def all(self, kind: type[Any], **equal: object) -> Iterator[Any]:
        """All records of a kind."""
        return self._records.all(kind, **equal)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever records have
        return getattr(self._records, name)


class Post:
    """A courier that keeps what it is given."""

    def __init__(self) -> None:
        self.documents: list[Document] = []

    def deliver(self, document: Document) -> str:
        """Keep a document."""
        self.documents.append(document)
        return "kept"


def make_host(*more: Record) -> seg.Workspace:
    """A workspace whose records are not asked for single contacts."""
    crm = make_desk(
        make_person("EVE", "SHOP", e_mail="eve@shop.ch", name="Eve", salesperson_code="JO"),
        seg.MarketingSetup(contact_nos="CONT", segment_nos="SEGM"),
        *more,
    )
    store: Any = crm.store
    store.records = OneWay(store.records)
    return crm


def test_all_verbs_find_the_contacts_of_a_host() -> None:
    """FRT-17."""
    crm = make_host()
    assert crm.contacts["eve"].name == "Eve"
    assert [each.no for each in crm.contacts] == list(crm.select())
    assert len(crm.contacts) == len(crm.select())
    fair = segment_of(crm, "EVE", template="LETTER")
    assert [row.name for row in crm.reports.contacts(segment_no=fair.no).data] == ["Eve"]
    labels = crm.reports.labels(segment_no=fair.no, layout=LabelFormat.of(70, 36))
    assert len(labels.data) == 1
    assert len(crm.reports.cover_sheets("EVE", remarks=Remarks(), on=TODAY).data) == 1
    logged = fair.log(deliver=True)
    assert [each.content for each in letters(crm.context, logged.interactions)] == [b"Dear Eve"]
    post = Post()
    deliver(crm.context, {seg.CorrespondenceType.EMAIL: post}, worker="one")
    assert [each.content for each in post.documents] == [b"Dear Eve"]
    assert list(crm.campaigns.active_for(contact_no="EVE", on=TODAY)) == []


def test_what_is_made_and_changed_is_found_there() -> None:
    """FRT-17."""
    crm = make_host()
    made = crm.contacts.new("Ida", type="person", company_no="shop")
    assert crm.contacts.change(made, city="Bern").city == "Bern"
    assert crm.contacts.set_company(made, "").company_no == ""
    assert crm.contacts.merge(kept_no="EVE", gone_no=made).city == "Bern"
    assert crm.contacts.delete("EVE") == ("EVE",)


class Elsewhere:
    """Records that do not know the contacts that can be chosen."""

    def __init__(self, records: Records) -> None:
        self._records = records

    def find(self, kind: type[Any], *key: object) -> Any:  # noqa: ANN401 - of any kind
        """Contacts are found, but are old."""
        found = self._records.find(kind, *key)
        return attrs.evolve(found, name="old") if isinstance(found, Contact) else found

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - whatever records have
        return getattr(self._records, name)


class Apart(ContactsContract):
    """A store whose records and contacts are two."""

    __test__ = False

    def make_store(self) -> Any:  # noqa: ANN401 - a store that is none of ours
        """A store that finds old contacts by their key."""
        store: Any = MemoryStore()
        store.records = Elsewhere(store.records)
        return store


class Hidden(Apart):
    """A store whose records list no contact."""

    def make_store(self) -> Any:  # noqa: ANN401 - a store that is none of ours
        """A store without contacts among its records."""
        store = super().make_store()
        kept = store.records.all
        store.records.all = lambda kind, **equal: iter(
            () if kind is Contact else kept(kind, **equal)
        )
        return store


@pytest.mark.parametrize(
    ("contract", "said"),
    [
        (Apart, r"store.contacts has contact C1, but store.records.find\(Contact, 'C1'\) gives"),
        (Hidden, r"but store.records.all\(Contact\) has \[\]: let both look where"),
    ],
)
def test_a_contract_says_that_records_do_not_find_them(
    contract: type[ContactsContract], said: str
) -> None:
    """FRT-17."""
    with pytest.raises(AssertionError, match=said):
        contract().test_records_find_the_same_contacts()
