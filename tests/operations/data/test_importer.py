"""Taking in contacts, rows and code tables: all faults at once, all or nothing."""

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest

from segmentation.code_tables import MailingGroup
from segmentation.contacts import Contact, ContactMailingGroup, ContactType
from segmentation.definitions import OwnField
from segmentation.errors import MissingExtra, NotFound, Rejected
from segmentation.interactions import DeliveryStatus, Interaction
from segmentation.journal import to_line
from segmentation.memory import MemoryStore
from segmentation.operations.data import Imported, SourceFile, import_files, import_records
from segmentation.operations.journal import audit
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.checker import check
from support.fair import context


def nothing_attached(name: str) -> bytes:
    raise NotFound("file", name)


def take(
    store: MemoryStore,
    attached: Callable[[str], bytes] = nothing_attached,
    /,
    **files: str,
) -> Imported:
    """Take in files given as ``table_csv="..."``."""
    sources = [
        SourceFile(".".join(name.rsplit("_", 1)), text.encode()) for name, text in files.items()
    ]
    return import_files(context(store), sources, attached=attached)


def faults(store: MemoryStore, **files: str) -> list[str]:
    with pytest.raises(Rejected) as caught:
        take(store, **files)
    return [str(fault) for fault in caught.value.faults]


def test_columns_of_the_host_come_in_as_they_are_declared() -> None:
    store = MemoryStore()
    store.records.put(
        [
            OwnField(table="contact", name="shoe_size", type="integer"),
            OwnField(table="contact", name="since", type="date"),
        ]
    )
    take(store, contact_csv="no,name,Shoe size,since\nA,Anna,38,2020-01-31\nB,Berg,,\n")
    anna = store.records.find(Contact, "A")
    assert anna is not None
    assert anna.extra == (("shoe_size", 38), ("since", dt.date(2020, 1, 31)))
    assert anna.value("shoe_size") == 38
    assert anna.value("name") == "Anna"
    assert faults(store, contact_csv="no,shoe_size\nB,high\n") == [
        "contact.csv row 2: shoe_size: 'high' is not a whole number"
    ]


def test_what_was_taken_in_is_told() -> None:
    imported = import_files(
        context(MemoryStore()),
        [
            SourceFile("contact.csv", b"no\nA\n"),
            SourceFile("customer.csv", b"no\nC1\n"),
        ],
        attached=nothing_attached,
    )
    assert imported.counts == (("contact", 1),)
    assert imported.skipped_files == ("customer.csv",)


def test_a_name_that_files_use_for_a_field_of_ours_is_understood() -> None:
    store = MemoryStore()
    take(store, interaction_template_json='[{"code": "bus", "unit_cost_lcy": 8}]')
    template = store.records.find(InteractionTemplate, "BUS")
    assert template is not None
    assert template.unit_cost == Decimal(8)
    assert template.extra == ()


def test_what_follows_from_other_fields_is_filled_in() -> None:
    store = MemoryStore()
    take(
        store,
        contact_csv="no,type,first_name,surname,name,company_no\n"
        "C1,company,,,Berg & Co,\n"
        "P1,person,Anna,Berg,,C1\n",
    )
    company, person = store.records.find(Contact, "C1"), store.records.find(Contact, "P1")
    assert company is not None
    assert person is not None
    assert (company.company_no, company.company_name) == ("C1", "Berg & Co")
    assert (person.name, person.search_name) == ("Anna Berg", "ANNA BERG")
    assert person.company_name == "Berg & Co"


def test_a_person_taken_in_later_gets_the_name_of_the_company_that_is_there() -> None:
    store = MemoryStore()
    take(store, contact_csv="no,name\nC1,Berg & Co\n")
    take(store, contact_csv="no,type,name,company_no\nP1,person,Anna,C1\n")
    person = store.records.find(Contact, "P1")
    assert person is not None
    assert person.company_name == "Berg & Co"


def test_a_code_that_reads_like_a_company_number_is_not_taken_for_the_company() -> None:
    store = MemoryStore()
    take(
        store,
        contact_csv="no,type,name,company_no\nC1,company,Berg & Co,\nP1,person,Anna,C1\n",
        mailing_group_csv="code,description\nC1,Not a company\n",
    )
    person = store.records.find(Contact, "P1")
    assert person is not None
    assert person.company_name == "Berg & Co"


def test_all_faults_of_all_files_are_found_and_nothing_is_taken_in() -> None:
    store = MemoryStore()
    assert faults(
        store,
        contact_csv="no,type,company_no,exclude_from_segment\n"
        "A,persn,,maybe\n"
        "B,person,NOBODY,\n"
        "B,person,,\n"
        ",person,,\n"
        "C,company,B,\n"
        "D,person,B,\n"
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ,,,\n",
        contact_mailing_group_json='[{"contact_no": "E", "mailing_group_code": "NEWS"}]',
        mailing_group_json="[?]",
    ) == [
        "contact.csv row 2: type: 'persn' is not an option; did you mean 'person'?",
        "contact.csv row 2: exclude_from_segment: 'maybe' is neither yes nor no",
        "contact.csv row 3: company_no: there is no contact 'NOBODY'",
        "contact.csv row 4: no: has the same key as contact.csv row 3",
        "contact.csv row 5: no: is blank",
        "contact.csv row 6: company_no: a company's company_no is its own number",
        "contact.csv row 7: company_no: contact 'B' is a person, not a company",
        "contact.csv row 8: no: has 26 characters, 20 at most",
        "contact_mailing_group.json row 1: contact_no: there is no contact 'E'",
        "mailing_group.json: is not JSON from line 1, column 2 on",
    ]
    assert list(store.records.all(Contact)) == []


def test_a_code_is_looked_up_only_in_tables_that_are_kept() -> None:
    store = MemoryStore()
    rows = '[{"contact_no": "A", "mailing_group_code": "NEWS"}]'
    take(store, contact_csv="no\nA\n", contact_mailing_group_json=rows)
    assert faults(
        store,
        mailing_group_json='[{"code": "OTHER"}]',
        contact_mailing_group_json=rows,
    ) == ["contact_mailing_group.json row 1: mailing_group_code: there is no mailing_group 'NEWS'"]


def test_a_row_with_a_known_key_replaces_what_is_there() -> None:
    store = MemoryStore()
    take(store, contact_csv="no,name\nA,Anna\n")
    take(store, contact_csv="no,name\nA,Anne\n")
    assert [contact.name for contact in store.records.all(Contact)] == ["Anne"]


def test_records_made_in_python_are_checked_like_those_of_files() -> None:
    store = MemoryStore()
    import_records(
        context(store),
        [
            Contact(no="c1", name="Berg & Co", company_no="C1"),
            Contact(no="p1", type=ContactType.PERSON, company_no="c1"),
        ],
    )
    with pytest.raises(Rejected) as caught:
        import_records(
            context(store),
            [
                ContactMailingGroup(contact_no="P2", mailing_group_code="NEWS"),
                MailingGroup(code="FAR-TOO-LONG"),
            ],
        )
    assert sorted(str(fault) for fault in caught.value.faults) == [
        "contact_mailing_group P2 NEWS: contact_no: there is no contact 'P2'",
        "contact_mailing_group P2 NEWS: mailing_group_code: there is no mailing_group 'NEWS'",
        "mailing_group FAR-TOO-LONG: code: has 12 characters, 10 at most",
    ]
    assert list(store.records.all(MailingGroup)) == []


def test_a_company_made_in_python_may_leave_its_company_number_to_us() -> None:
    store = MemoryStore()
    import_records(context(store), [Contact(no="C1", name="Berg & Co")])
    company = store.records.find(Contact, "C1")
    assert company is not None
    assert company.company_no == "C1"


def test_a_template_language_brings_its_attachment() -> None:
    store = MemoryStore()
    take(
        store,
        lambda name: f"text of {name}".encode(),
        interaction_template_json='[{"code": "FAIR"}]',
        interaction_tmpl_language_json=(
            '[{"interaction_template_code": "FAIR", "language_code": "DAN",'
            ' "attachment": "letters/fair.dan.txt"}]'
        ),
    )
    language = store.records.find(TemplateLanguage, "FAIR", "DAN")
    assert language is not None
    assert language.attachment_name == "fair.dan.txt"
    assert store.attachments.get(language.attachment) == b"text of letters/fair.dan.txt"


def language_with(attachment: str) -> str:
    named = f'"interaction_template_code": "FAIR", "attachment": "{attachment}"'
    return f'[{{{named}, "attachment_name": "fair.txt"}}]'


def test_an_attachment_that_is_kept_here_may_be_named_by_its_digest() -> None:
    store = MemoryStore()
    take(store, interaction_template_json='[{"code": "FAIR"}]')
    digest = store.attachments.put(b"Dear all")
    take(store, interaction_tmpl_language_json=language_with(digest))
    (language,) = store.records.all(TemplateLanguage)
    assert (language.attachment, language.attachment_name) == (digest, "fair.txt")
    other = "0" * 64
    assert faults(store, interaction_tmpl_language_json=language_with(other)) == [
        f"interaction_tmpl_language.json row 1: attachment: there is no file '{other}'"
    ]


def test_workbooks_need_their_extra() -> None:
    with pytest.raises(MissingExtra, match=r"segmentation\[excel\]"):
        take(MemoryStore(), contact_xlsx="")


def test_an_attachment_that_is_missing_is_a_fault_of_its_row() -> None:
    assert faults(
        MemoryStore(),
        interaction_tmpl_language_json=(
            '[{"interaction_template_code": "FAIR", "attachment": "gone.txt"}]'
        ),
    ) == ["interaction_tmpl_language.json row 1: attachment: there is no file 'gone.txt'"]


def test_a_number_given_twice_is_a_fault_of_records_too() -> None:
    with pytest.raises(Rejected, match="no: has the same key as contact A"):
        import_records(context(MemoryStore()), [Contact(no="A"), Contact(no="a")])


CONTACTS = "no,type,company_no\nC1,company,\nP1,person,C1\n"
PAST = (
    "Entry No.,Contact No.,Date,Cost (LCY),Canceled,User ID,Campaign No.\n"
    "900,P1,2024-02-29,1.50,no,OLAF,CP-GONE\n"
    "17,C1,2023-01-31,2,yes,PIA,\n"
)


def test_interactions_of_the_past_enter_the_journal_in_the_order_of_their_numbers() -> None:
    store = MemoryStore()
    take(store, contact_csv=CONTACTS, interaction_log_entry_csv=PAST)
    first, second = store.records.all(Interaction)
    assert (first.entry_no, first.contact_no, first.user_id) == (1, "C1", "PIA")
    assert first.canceled
    assert (second.entry_no, second.contact_company_no, second.cost) == (2, "C1", Decimal("1.50"))
    assert second.extra == (("source_entry_no", 900),)
    assert second.campaign_no == "CP-GONE"  # what is past need not be there any more
    assert check(map(to_line, store.log.read()))[0] == 3
    assert not audit(store)


def test_interactions_of_the_past_are_taken_in_once() -> None:
    store = MemoryStore()
    take(store, contact_csv=CONTACTS, interaction_log_entry_csv=PAST)
    more = PAST + "901,P1,2024-03-01,1,no,OLAF,\n"
    imported = take(store, interaction_log_entry_csv=more)
    assert imported.counts == (("interaction_log_entry", 1),)
    dates = [each.date for each in store.records.all(Interaction)]
    assert dates == [dt.date(2023, 1, 31), dt.date(2024, 2, 29), dt.date(2024, 3, 1)]


def test_an_interaction_of_the_past_needs_a_number_a_date_and_a_contact_that_is_there() -> None:
    past = "entry_no,contact_no,date\n1,,2024-02-29\n2,NOBODY,2024-02-29\n3,C1,\n,C1,2024-02-29\n"
    assert faults(MemoryStore(), contact_csv=CONTACTS, interaction_log_entry_csv=past) == [
        "interaction_log_entry.csv row 2: contact_no: is blank",
        "interaction_log_entry.csv row 3: contact_no: there is no contact 'NOBODY'",
        "interaction_log_entry.csv row 4: date: is blank",
        "interaction_log_entry.csv row 5: entry_no: is blank",
    ]


def test_what_another_system_was_still_to_deliver_is_not_delivered_by_ours() -> None:
    store = MemoryStore()
    past = (
        "entry_no,contact_no,date,delivery_status,delivery_attempts\n"
        "1,C1,2024-02-29,in_progress,3\n"
    )
    take(store, contact_csv=CONTACTS, interaction_log_entry_csv=past)
    (taken,) = store.records.all(Interaction)
    assert (taken.delivery_status, taken.delivery_attempts) == (DeliveryStatus.BLANK, 0)


def test_columns_may_be_called_by_captions_in_any_language() -> None:
    store = MemoryStore()
    take(store, contact_csv="N°;Type;Nom;Mineur;Code pays/région\nA;Personne;Anna;oui;CH\n")
    take(
        store, contact_json='[{"Nr.": "B", "Type": "Selskap", "Navn": "Berg", "Poststed": "Oslo"}]'
    )
    anna, berg = store.records.find(Contact, "A"), store.records.find(Contact, "B")
    assert anna is not None
    assert (anna.type, anna.name, anna.minor) == (ContactType.PERSON, "Anna", True)
    assert (anna.country_region_code, anna.extra) == ("CH", ())
    assert berg is not None
    assert (berg.type, berg.city, berg.extra) == (ContactType.COMPANY, "Oslo", ())


def test_two_columns_of_one_field_are_a_fault_of_their_file() -> None:
    for header in ("no,city,Ville", "no,Città,Ville"):
        assert faults(MemoryStore(), contact_csv=f"{header}\nA,Bern,Berne\n") == [
            "contact.csv: Ville: names a second column like one before"
        ]


def test_an_interaction_of_the_past_that_was_postponed_counts_nowhere() -> None:
    store = MemoryStore()
    past = (
        "entry_no,contact_no,date,postponed,interaction_template_code\n"
        "1,C1,2024-02-29,yes,CALL\n2,C1,2024-02-29,no,CALL\n"
    )
    template = '[{"code": "CALL"}]'
    take(
        store,
        contact_csv=CONTACTS,
        interaction_template_json=template,
        interaction_log_entry_csv=past,
    )
    assert [each.postponed for each in store.records.all(Interaction)] == [True, False]
    assert not audit(store)
