"""Files taken in: whoever is not to be contacted in the source is not contacted here."""

import codecs
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeAlias

import pytest

import segmentation as seg
from segmentation.campaigns import Campaign, CampaignTarget
from segmentation.code_tables import MailingGroup
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactMailingGroup,
    LinkToTable,
)
from segmentation.definitions import OwnField
from segmentation.errors import InvalidValue, Rejected, StoreError
from segmentation.interactions import Interaction
from segmentation.journal import ContactMarked, happening_of
from segmentation.operations.data import Imported
from segmentation.templates import InteractionTemplate, TemplateLanguage

TODAY = date(2026, 11, 30)

Take: TypeAlias = Callable[..., Imported]
Refuse: TypeAlias = Callable[..., list[tuple[str, str, str]]]


@pytest.fixture(params=["memory", "sqlite", pytest.param("pg", marks=pytest.mark.postgres)])
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    """A workspace in memory, on SQLite, on PostgreSQL, whose journal is checked after the test."""
    store: Any = {"memory": ":memory:", "sqlite": str(tmp_path / "crm.db")}.get(request.param)
    if store is None:
        database = request.getfixturevalue("kept_postgresql")
        database.empty()
        store = database.open()
    with seg.Workspace.open(store, user="ANNA", today=TODAY) as crm:
        yield crm
        crm.journal.verify()
        assert crm.journal.audit() == []


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


@pytest.fixture
def take(crm: seg.Workspace, folder: Path) -> Take:
    """Take in one file, given by its name and text."""

    def take(name: str, text: str, **options: Any) -> Imported:  # noqa: ANN401 - as for an import
        path = folder / name
        path.write_text(text, encoding="utf-8")
        return crm.import_data(path, **options)

    return take


@pytest.fixture
def refused(crm: seg.Workspace, take: Take) -> Refuse:
    """Take in a file that is refused, and see that nothing came in."""

    def refused(name: str, text: str, **options: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - as for an import
        before = everything(crm)
        with pytest.raises(Rejected) as caught:
            take(name, text, **options)
        assert everything(crm) == before
        return [(fault.place, fault.field, fault.reason) for fault in caught.value.faults]

    return refused


def everything(crm: seg.Workspace) -> object:
    kinds = (ContactMailingGroup, OwnField, Interaction)
    return (
        list(crm.contacts),
        [list(crm.store.records.all(kind)) for kind in kinds],
        crm.journal.head,
    )


def everybody(crm: seg.Workspace) -> Sequence[str]:
    """Who joins a segment of everybody."""
    segment = crm.new_segment("Everybody", no="ALL")
    segment.add_contacts()
    nos = segment.contact_nos
    segment.delete()
    return nos


def declare(crm: seg.Workspace, **types: str) -> None:
    fields = [OwnField(table="contact", name=name, type=typed) for name, typed in types.items()]
    crm.store.records.put(fields)


# -- columns and what excludes somebody --------------------------------------------------------


@pytest.mark.parametrize(
    "column",
    [
        *("Privacy Blocked", "privacyBlocked", "Privacy_Blocked", "PRIVACYBLOCKED"),
        *("privacy-blocked", "privacy  blocked ", "Privacy_x0020_Blocked", "PrivacyBlocked"),
        *("Personvernsperret", "Confidentialité bloquée", "Blocco privacy"),
        *("Datenschutz gesperrt", "Beskyttelse af personlige oplysninger spærret"),
        *("Sekretessblockerad", "Geblokkeerd vanwege privacy", "Privacidad bloqueada"),
    ],
)
def test_whoever_is_privacy_blocked_there_is_here(
    crm: seg.Workspace, take: Take, column: str
) -> None:
    """INO-01, INO-02."""
    take("contact.csv", f"No.,Name,{column}\nC1,Berg,yes\nC2,Dahl,no\n")
    assert [contact.privacy_blocked for contact in crm.contacts] == [True, False]
    assert list(crm.store.records.all(OwnField)) == []
    assert everybody(crm) == ("C2",)


@pytest.mark.parametrize(
    ("minor", "consent"),
    [
        ("Minderjährig", "Elterliche Einwilligung erhalten"),
        ("Mindreårig", "Forældresamtykke modtaget"),
        ("Minderårig", "Föräldrarnas samtycke mottaget"),
        ("Minderjarig", "Toestemming van ouders ontvangen"),
        ("Menor", "Consentimiento de los padres recibido"),
    ],
)
def test_minors_without_consent_join_nothing(
    crm: seg.Workspace, take: Take, minor: str, consent: str
) -> None:
    """INO-03."""
    rows = "C1,Ida,Person,yes,no\nC2,Ove,Person,yes,yes\nC3,Per,Person,no,no\n"
    take("contact.csv", f"No.,Name,Type,{minor},{consent}\n{rows}")
    assert everybody(crm) == ("C2", "C3")


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("ja", "nej")])
def test_exclude_from_segment_is_known_in_danish(
    crm: seg.Workspace, take: Take, yes: str, no: str
) -> None:
    """INO-04."""
    take("contact.csv", f"No.,Name,Udeluk fra målgruppe\nC1,Berg,{yes}\nC2,Dahl,{no}\n")
    assert [contact.exclude_from_segment for contact in crm.contacts] == [True, False]


@pytest.mark.parametrize(
    "column",
    [
        *("Blocked", "Opt-out", "Do not contact", "Unsubscribed", "Gesperrt", "Werbesperre"),
        "Robinson",
    ],
)
def test_a_column_that_may_exclude_is_refused_with_what_may_be_meant(
    crm: seg.Workspace, refused: Refuse, column: str
) -> None:
    """INO-05."""
    ((place, field, reason),) = refused(
        "contact.csv", f"No.,Name,{column}\nC1,Berg,yes\nC2,Dahl,no\n"
    )
    assert (place, field) == ("contact.csv", column)
    assert "Exclude from Segment" in reason
    assert "Privacy Blocked" in reason
    assert list(crm.store.records.all(OwnField)) == []


def test_columns_are_known_however_services_spell_them(crm: seg.Workspace, take: Take) -> None:
    """INO-06, with the type as a column."""
    crm.add(Contact(no="C1"))
    header = "no,name,companyNo,postcode,countryRegionCode,E_Mail,languageCode,type"
    take("contact.csv", f"{header}\nC2,Anna,C1,0150,NO,a@x.no,NOR,Person\n")
    anna = crm.contacts["C2"]
    assert (anna.company_no, anna.post_code, anna.country_region_code) == ("C1", "0150", "NO")
    assert (anna.e_mail, anna.language_code, anna.extra) == ("a@x.no", "NOR", ())


def test_a_column_that_is_none_of_ours_is_refused_once_with_the_near_one(
    refused: Refuse,
) -> None:
    """INO-07."""
    ((place, field, reason),) = refused(
        "contact.csv", "No.,Name,Adress\nC1,Berg,Kai 4\nC2,Dahl,Kai 5\n"
    )
    assert (place, field) == ("contact.csv", "Adress")
    assert "'address'" in reason


def test_a_column_of_the_host_is_declared_or_ignored(
    crm: seg.Workspace,
    take: Take,
    refused: Refuse,
) -> None:
    """INO-08."""
    text = "No.,Name,Shoe Size\nC1,Berg,38\n"
    assert [field for _, field, _ in refused("contact.csv", text)] == ["Shoe Size"]
    imported = take("contact.csv", text, ignore=("Shoe Size",))
    assert [(each.name, each.use) for each in imported.columns][2] == ("Shoe Size", "ignored")
    assert dict(crm.contacts["C1"].extra) == {}
    declare(crm, shoe_size="integer")
    imported = take("contact.csv", text)
    assert dict(crm.contacts["C1"].extra) == {"shoe_size": 38}
    assert [(each.use, each.field) for each in imported.columns][2] == ("own_field", "shoe_size")


def test_a_star_never_ignores_what_may_exclude(
    crm: seg.Workspace,
    take: Take,
    refused: Refuse,
) -> None:
    """INO-09."""
    text = "No.,Name,Colour,Opt-out\nC1,Berg,red,yes\n"
    assert [field for _, field, _ in refused("contact.csv", text, ignore=("*",))] == ["Opt-out"]
    imported = take("contact.csv", text, ignore=("*", "Opt-out"))
    ignored = [each.name for each in imported.columns if each.use == "ignored"]
    assert ignored == ["Colour", "Opt-out"]
    assert crm.contacts["C1"].name == "Berg"


def test_what_is_neither_yes_nor_no_is_refused(
    refused: Refuse,
) -> None:
    """INO-10."""
    found = refused("contact.csv", "No.,Name,Privacy Blocked\nC1,Berg,maybe\nC2,Dahl,2\nC3,Ek,\n")
    assert found == [
        ("contact.csv row 2", "privacy_blocked", "'maybe' is neither yes nor no"),
        ("contact.csv row 3", "privacy_blocked", "'2' is neither yes nor no"),
    ]


API_ROW = {
    "@odata.etag": "W/1",
    "id": "5d115c9c-44e3-ea11-bb43-000d3a2feca1",
    "number": "108001",
    "type": "Company",
    "displayName": "CRONUS USA",
    "companyNumber": "108001",
    "addressLine1": "7122 South",
    "city": "Atlanta",
    "state": "GA",
    "country": "US",
    "postalCode": "31772",
    "email": "ah@contoso.com",
    "privacyBlocked": True,
}
NOTES = {"picture@odata.mediaReadLink": "x", "type@odata.type": "#NAV.contactType"}


@pytest.mark.parametrize("notes", [{}, NOTES], ids=["plain", "annotated"])
def test_a_page_of_the_api_comes_in_as_it_is(
    crm: seg.Workspace, take: Take, notes: dict[str, str]
) -> None:
    """INO-12, INO-13."""
    imported = take("contacts.json", json.dumps({"value": [API_ROW | notes]}))
    contact = crm.contacts["108001"]
    assert (contact.name, contact.address, contact.city) == ("CRONUS USA", "7122 South", "Atlanta")
    assert (contact.county, contact.country_region_code) == ("GA", "US")
    assert (contact.post_code, contact.e_mail) == ("31772", "ah@contoso.com")
    assert contact.privacy_blocked
    assert [each.name for each in imported.columns if each.use == "left_out"] == ["id"]


def test_a_file_that_fits_nothing_is_told_once(
    refused: Refuse,
) -> None:
    """INO-36."""
    rows = "".join(f"{number},Somebody,0150\n" for number in range(2_000))
    ((place, _, reason),) = refused("contact.csv", f"id,display_name,zip\n{rows}")
    assert place == "contact.csv"
    assert "no column is the number" in reason
    assert "id, display_name, zip" in reason


# -- update, replace, mirror -------------------------------------------------------------------


def test_all_bad_files_of_a_folder_are_told_at_once(crm: seg.Workspace, folder: Path) -> None:
    (folder / "contact.csv").write_bytes(b"no,name\nC1,B\xf8\n")
    (folder / "campaign.json").write_text("[{]")
    (folder / "country_region.csv").write_text('code,name\nDK,"Den\n')
    (folder / "mailing_group.csv").write_text("description\nx\n")
    (folder / "team.xlsx").write_text("none")
    (folder / "package.xml").write_text("<none")
    (folder / "salesperson_purchaser.csv").symlink_to(folder / "gone.csv")
    (folder / "territory.xlsx").symlink_to(folder / "gone.xlsx")
    (folder / "readme.csv").symlink_to(folder / "gone.csv")
    with pytest.raises(Rejected) as told:
        crm.import_data(folder)
    files = sorted(fault.place.split(" ")[0] for fault in told.value.faults)
    there = sorted(file.name for file in folder.iterdir())
    assert files == [name for name in there if name != "readme.csv"]


def test_all_paths_that_lead_to_nothing_are_told_at_once(crm: seg.Workspace, folder: Path) -> None:
    with pytest.raises(StoreError, match=r"contact\.csv, .*team\.csv: there is no such file"):
        crm.import_data([folder / "contact.csv", folder, folder / "team.csv"])
    for name in ("kontact.csv", "xyz.csv"):
        (folder / name).write_text("no\n")
    with pytest.raises(Rejected) as told:
        crm.import_data([folder / "kontact.csv", folder / "xyz.csv"])
    assert [fault.reason for fault in told.value.faults] == [
        "is not named after a table of ours; did you mean 'contact'?",
        (
            "is not named after a table of ours; name it after its table, such as contact.csv, or"
            " give its table in a map"
        ),
    ]


def test_what_a_file_has_no_column_for_stays(crm: seg.Workspace, take: Take) -> None:
    """INO-14, INO-15."""
    declare(crm, points="integer")
    crm.add(
        Contact(
            no="C1",
            name="Berg",
            e_mail="a@b.c",
            city="Oslo",
            privacy_blocked=True,
            extra={"points": 7},
        )
    )
    take("contact.csv", "No.,Name\nC1,Berg AS\n")
    berg = crm.contacts["C1"]
    assert (berg.name, berg.company_name, berg.search_name) == ("Berg AS", "Berg AS", "BERG AS")
    assert (berg.e_mail, berg.privacy_blocked, berg.extra) == ("a@b.c", True, (("points", 7),))
    take("contact.csv", "No.,E-Mail\nC1,\n")
    assert (crm.contacts["C1"].e_mail, crm.contacts["C1"].city) == ("", "Oslo")


def test_names_that_were_given_apart_stay_when_a_person_is_called_otherwise(
    crm: seg.Workspace, take: Take
) -> None:
    crm.add(
        Contact(no="C1", name="Berg"),
        Contact(no="P1", type="person", name="Anna Berg", search_name="ANN", company_no="C1"),
    )
    take("contact.csv", "No.,Name\nP1,Anna Dahl\n")
    anna = crm.contacts["P1"]
    assert (anna.name, anna.search_name, anna.company_name) == ("Anna Dahl", "ANN", "Berg")


def test_a_row_may_be_the_whole_record(crm: seg.Workspace, take: Take) -> None:
    """INO-16, the first half."""
    crm.add(Contact(no="C1", name="Berg", city="Oslo", e_mail="a@b.c"))
    take("contact.csv", "No.,Name\nC1,Berg AS\n", mode="replace")
    berg = crm.contacts["C1"]
    assert (berg.name, berg.city, berg.e_mail) == ("Berg AS", "", "")


def members(crm: seg.Workspace) -> list[tuple[str, str]]:
    rows = crm.store.records.all(ContactMailingGroup)
    return [(row.contact_no, row.mailing_group_code) for row in rows]


MEMBERS = "Contact No.,Mailing Group Code\nC1,NEWS\nC3,VIP\n"


def with_members(crm: seg.Workspace) -> None:
    pairs = [("C1", "NEWS"), ("C2", "NEWS"), ("C3", "VIP")]
    crm.add(*(Contact(no=no) for no, _ in pairs))
    crm.add(*(ContactMailingGroup(contact_no=no, mailing_group_code=code) for no, code in pairs))


def test_a_mirror_takes_away_what_is_not_in_it(crm: seg.Workspace, take: Take) -> None:
    """INO-17, INO-19."""
    with_members(crm)
    before = everything(crm)
    dry = take("Contact Mailing Group.csv", MEMBERS, mode="mirror", dry_run=True)
    assert everything(crm) == before
    real = take("Contact Mailing Group.csv", MEMBERS, mode="mirror")
    for imported in (dry, real):
        assert (imported.new, imported.changed) == (0, 0)
        assert [(each.table, each.key) for each in imported.gone] == [
            ("contact_mailing_group", "C2 NEWS")
        ]
    assert (dry.dry_run, real.dry_run) == (True, False)
    assert members(crm) == [("C1", "NEWS"), ("C3", "VIP")]
    assert crm.select(mailing_groups={"mailing_group_code": "NEWS"}) == ["C1"]


def test_keys_that_were_deleted_come_in(crm: seg.Workspace, take: Take) -> None:
    with_members(crm)
    deleted = "Contact No.,Mailing Group Code\nC2,NEWS\nC9,NEWS\n"
    imported = take("contact_mailing_group.csv", deleted, mode="delete")
    assert [each.key for each in imported.gone] == ["C2 NEWS"]
    assert members(crm) == [("C1", "NEWS"), ("C3", "VIP")]


def test_a_mirror_takes_no_contact_with_a_history_unless_asked(
    crm: seg.Workspace, take: Take
) -> None:
    """INO-18."""
    crm.add(*(Contact(no=no) for no in ("C1", "C2", "C3")))
    past = Interaction(entry_no=9, contact_no="C1", date=date(2026, 1, 1), description="Call")
    crm.add(past)
    imported = take("contact.csv", "No.,Name\nC3,Ek\n", mode="mirror")
    assert [each.key for each in imported.gone] == ["C2"]
    assert [(each.key, "interactions" in each.reason) for each in imported.kept] == [("C1", True)]
    imported = take("contact.csv", "No.,Name\nC3,Ek\n", mode="mirror", with_history=True)
    assert [each.key for each in imported.gone] == ["C1"]
    assert [contact.no for contact in crm.contacts] == ["C3"]
    assert [each.contact_no for each in crm.interactions] == ["C1"]


def test_a_mirror_keeps_what_is_still_needed(crm: seg.Workspace, take: Take) -> None:
    crm.add(
        Contact(no="C1"),
        Contact(no="C2"),
        Contact(no="P2", type="person", company_no="C2"),
        Contact(no="P3", type="person", company_no="C3"),
        Contact(no="C3"),
        MailingGroup(code="NEWS"),
        MailingGroup(code="OLD"),
        ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS"),
    )
    crm.new_segment("Fair", no="FAIR").add_contact("C1")
    imported = take("contact.csv", "No.,Type,Company No.\nP2,Person,C2\n", mode="mirror")
    assert {each.key for each in imported.gone} == {"C3", "P3"}
    assert {each.key: each.reason for each in imported.kept} == {
        "C1": "segment FAIR has a line of C1; remove it first",
        "C2": "persons work for it (P2); delete them too, with_persons=True, or move them by "
        "set_company",
    }
    imported = take("mailing_group.csv", "Code\nVIP\n", mode="mirror")
    assert [each.key for each in imported.gone] == ["OLD"]
    assert [each.key for each in imported.kept] == ["NEWS"]


@pytest.mark.parametrize(
    ("name", "deleted", "reason"),
    [
        ("interaction_log_entry.csv", "Entry No.\n1\n", "the journal only grows"),
        (
            "interaction_tmpl_language.csv",
            "Interaction Template Code,Language Code\nCALL,ENU\n",
            "it belongs to a template, which is changed as a whole",
        ),
    ],
)
def test_what_is_part_of_something_whole_is_not_taken_away(
    crm: seg.Workspace, take: Take, name: str, deleted: str, reason: str
) -> None:
    crm.add(
        Contact(no="C1"),
        InteractionTemplate(code="CALL"),
        TemplateLanguage(interaction_template_code="CALL", language_code="ENU"),
        Interaction(entry_no=9, contact_no="C1", date=date(2026, 1, 1), description="Call"),
    )
    imported = take(name, deleted, mode="delete")
    assert imported.gone == ()
    assert [each.reason for each in imported.kept] == [reason]
    assert len(crm.interactions) == len(list(crm.store.records.all(TemplateLanguage))) == 1


def test_a_mirror_of_interactions_takes_none_away(crm: seg.Workspace, take: Take) -> None:
    past = Interaction(entry_no=9, contact_no="C1", date=date(2026, 1, 1), description="Call")
    crm.add(Contact(no="C1"), past)
    head = "Entry No.,Contact No.,Date,Description\n"
    imported = take("interaction_log_entry.csv", f"{head}11,C1,2026-02-02,Mail\n", mode="mirror")
    assert (imported.gone, imported.kept) == ((), ())
    assert [each.description for each in crm.interactions] == ["Call", "Mail"]


def test_a_customer_that_a_mirror_leaves_out_is_a_target_as_a_contact_again(
    crm: seg.Workspace, take: Take
) -> None:
    crm.add(
        Campaign(no="FAIR"),
        *(Contact(no=no) for no in ("C1", "C2")),
        *(
            ContactBusinessRelation(
                contact_no=no,
                business_relation_code="CUST",
                link_to_table=LinkToTable.CUSTOMER,
                no=f"K-{no}",
            )
            for no in ("C1", "C2")
        ),
    )
    segment = crm.new_segment("Fair", no="S1", campaign_no="FAIR", campaign_target=True)
    segment.add_contacts()
    crm.campaigns.activate("FAIR")
    assert [each.no for each in crm.store.records.all(CampaignTarget)] == ["K-C1", "K-C2"]
    relations = "Contact No.,Business Relation Code,Link to Table,No.\nC2,CUST,Customer,K-C2\n"
    take("contact_business_relation.csv", relations, mode="mirror")
    assert sorted(each.no for each in crm.store.records.all(CampaignTarget)) == ["C1", "K-C2"]


def test_rows_of_a_contact_that_goes_are_a_fault(crm: seg.Workspace, folder: Path) -> None:
    crm.add(Contact(no="C1"), Contact(no="C2"))
    (folder / "contact.csv").write_text("No.\nC1\n")
    (folder / "contact_mailing_group.csv").write_text(MEMBERS.replace("C3", "C2"))
    with pytest.raises(Rejected, match="contact C2 goes by this import"):
        crm.import_data(folder, mode="mirror")
    assert [contact.no for contact in crm.contacts] == ["C1", "C2"]


def test_a_header_alone_empties_nothing_unless_asked(
    crm: seg.Workspace,
    take: Take,
    refused: Refuse,
) -> None:
    crm.add(Contact(no="C1"))
    ((place, _, reason),) = refused("contact.csv", "No.,Name\n", mode="mirror")
    assert (place, "allow_empty" in reason) == ("contact.csv", True)
    imported = take("contact.csv", "No.,Name\n", mode="mirror", allow_empty=True)
    assert [each.key for each in imported.gone] == ["C1"]


def test_a_dry_run_tells_what_would_change(crm: seg.Workspace, take: Take) -> None:
    """INO-20."""
    crm.add(Contact(no="C1", name="Berg", city="Oslo"))
    before = everything(crm)
    text = "No.,Name,City\nC1,Berg,{}\nC2,Dahl,Bergen\n"
    imported = take("contact.csv", text.format("Oslo"), dry_run=True)
    assert (imported.new, imported.changed, imported.same) == (1, 0, 1)
    imported = take("contact.csv", text.format("Moss"), dry_run=True)
    assert (imported.new, imported.changed, imported.same) == (1, 1, 0)
    (change,) = imported.changes
    assert (change.table, change.key, change.field) == ("contact", "C1", "city")
    assert (change.before, change.after) == ("Oslo", "Moss")
    assert everything(crm) == before


def test_a_mode_that_there_is_not_is_told(take: Take) -> None:
    with pytest.raises(InvalidValue, match="mode: 'merge' is none of update, replace"):
        take("contact.csv", "No.\nC1\n", mode="merge")


# -- pages and changes -------------------------------------------------------------------------

ADDRESS = "https://erp.example/contacts?$skiptoken=C1"
FIRST_PAGE = json.dumps({"value": [{"no": "C1"}], "@odata.nextLink": ADDRESS})


@pytest.mark.parametrize("mode", ["update", "mirror"])
def test_a_first_page_is_not_taken_for_everything(
    crm: seg.Workspace, refused: Refuse, mode: str
) -> None:
    """INO-21."""
    crm.add(Contact(no="C9"))
    ((place, _, reason),) = refused("contact.json", FIRST_PAGE, mode=mode)
    assert place == "contact.json"
    assert f"names a next page, {ADDRESS}" in reason


def pages(folder: Path, *numbers: int) -> None:
    rows = {1: ["C1", "C2"], **{number: [f"C{number + 1}"] for number in range(2, 11)}}
    for number in numbers:
        page: dict[str, object] = {"value": [{"no": no} for no in rows[number]]}
        if number < 10:
            page["@odata.nextLink"] = "https://erp.example/next"
        (folder / f"contact.{number}.json").write_text(json.dumps(page))


def test_several_pages_are_one_table(crm: seg.Workspace, folder: Path) -> None:
    """INO-22."""
    crm.add(Contact(no="C99"))
    pages(folder, *range(1, 10))
    with pytest.raises(Rejected, match=r"contact\.9\.json: names a next page"):
        crm.import_data(folder, mode="mirror")
    assert [contact.no for contact in crm.contacts] == ["C99"]
    pages(folder, 10)
    imported = crm.import_data(folder, mode="mirror")
    assert {contact.no for contact in crm.contacts} == {f"C{number}" for number in range(1, 12)}
    assert [each.key for each in imported.gone] == ["C99"]


def test_a_page_that_is_missing_between_is_told(crm: seg.Workspace, folder: Path) -> None:
    pages(folder, 1, 2, 4, 10)
    with pytest.raises(Rejected) as caught:
        crm.import_data(folder)
    assert [fault.place for fault in caught.value.faults] == ["contact.2.json", "contact.4.json"]
    (folder / "contact.1.json").unlink()
    with pytest.raises(Rejected, match=r"contact\.2\.json: is the first page that is there"):
        crm.import_data(folder)


@pytest.mark.parametrize("other", ["contacts.json", "contact.csv", "contact.3.json"])
def test_a_file_that_is_no_next_page_is_not_taken_for_one(
    crm: seg.Workspace, folder: Path, other: str
) -> None:
    (folder / "contact.json").write_text(FIRST_PAGE)
    (folder / other).write_text("No.\nC2\n" if other.endswith("csv") else '[{"no": "C2"}]')
    with pytest.raises(Rejected, match=r"contact\.json: names a next page"):
        crm.import_data(folder)
    assert list(crm.contacts) == []


def test_pages_may_lie_in_a_folder_or_be_given_one_by_one(crm: seg.Workspace, folder: Path) -> None:
    (folder / "contacts").mkdir()
    (folder / "contacts" / "part2.json").write_text('[{"no": "C2"}]')
    (folder / "contacts" / "part10.csv").write_text("No.\nC10\n")
    assert crm.import_data(folder).counts == (("contact", 2),)
    (folder / "contact.csv").write_text("No.\nC3\n")
    (folder / "contact.1.json").write_text('[{"value": [{"no": "C4"}]}, {"value": []}]')
    names = ["contact.csv", "contact.1.json"]
    assert crm.import_data([folder / name for name in names]).counts == (("contact", 2),)
    with pytest.raises(InvalidValue, match="give at least one"):
        crm.import_data([])


@pytest.mark.parametrize(
    "page",
    [{"value": [{"no": "C2"}]}, '{"value": [{"no": "C2"}]}', b'[{"no": "C2"}]'],
    ids=["read", "text", "bytes"],
)
def test_the_host_may_follow_to_the_next_page(crm: seg.Workspace, take: Take, page: object) -> None:
    """INO-23."""
    asked: list[str] = []

    def follow(address: str) -> object:
        asked.append(address)
        return page

    take("contact.json", FIRST_PAGE, next_page=follow)
    assert asked == [ADDRESS]
    assert [contact.no for contact in crm.contacts] == ["C1", "C2"]


def test_a_next_page_that_cannot_be_had_lets_nothing_in(
    refused: Refuse,
) -> None:
    """INO-23."""

    def fail(address: str) -> bytes:
        raise OSError(f"no route to {address[8:19]}")

    def go_round(_address: str) -> str:
        return FIRST_PAGE

    def give_no_page(_address: str) -> object:
        return object()

    ((place, _, reason),) = refused("contact.json", FIRST_PAGE, next_page=fail)
    assert (place, ADDRESS in reason, "no route" in reason) == ("contact.json", True, True)
    ((_, _, reason),) = refused("contact.json", FIRST_PAGE, next_page=give_no_page)
    assert "not JSON serializable" in reason
    reasons = [reason for _, _, reason in refused("contact.json", FIRST_PAGE, next_page=go_round)]
    assert f"is followed by pages that lead back to {ADDRESS}" in reasons


def test_the_latest_change_is_told(crm: seg.Workspace, take: Take) -> None:
    """INO-24."""
    crm.add(Contact(no="C4", name="Ek"))
    times = ["2026-11-29T08:00:00Z", "2026-11-29T23:30:00.123Z", "2026-11-29T23:30:00+02:00"]
    rows = [
        {"no": f"C{number}", "lastModifiedDateTime": time} for number, time in enumerate(times, 1)
    ]
    imported = take("contact.json", json.dumps(rows))
    assert imported.latest_change == datetime(2026, 11, 29, 23, 30, 0, 123_000, UTC)
    assert crm.contacts["C4"].name == "Ek"
    groups = [{"code": "NEWS", "lastModifiedDateTime": times[0]}]
    imported = take("mailing_group.json", json.dumps(groups))
    assert imported.latest_change == datetime(2026, 11, 29, 8, tzinfo=UTC)


def test_what_is_no_time_is_no_latest_change(crm: seg.Workspace, take: Take) -> None:
    declare(crm, system_modified_at="text")
    rows = [("C1", "yesterday"), ("C2", "2026-11-29T08:00:00Z"), ("C3", "")]
    text = "".join(f"{no},{time}\n" for no, time in rows)
    imported = take("contact.csv", f"No.,System Modified At\n{text}")
    assert imported.latest_change == datetime(2026, 11, 29, 8, tzinfo=UTC)
    assert dict(crm.contacts["C1"].extra) == {"system_modified_at": "yesterday"}


# -- types -------------------------------------------------------------------------------------


def test_texts_stay_texts(crm: seg.Workspace, take: Take) -> None:
    """INO-37."""
    declare(crm, terms="text", card="text", since="text")
    rows = [
        {"no": "C1", "terms": "NO", "card": "42", "since": "2026-01-01"},
        {"no": "C2", "terms": "SE", "card": "00042", "since": ""},
    ]
    for row in rows:
        take("contact.json", json.dumps([row]))
    assert [dict(contact.extra) for contact in crm.contacts] == [
        {"terms": "NO", "card": "42", "since": "2026-01-01"},
        {"terms": "SE", "card": "00042", "since": ""},
    ]
    assert crm.select(contact={"terms": "NO"}) == ["C1"]


def test_fields_are_suggested_and_not_made(crm: seg.Workspace, folder: Path) -> None:
    """INO-38."""
    (folder / "contact.csv").write_text(
        "No.,Shoe,Terms,Card,Born,Spare,Old Card,Opt-out\n"
        "C1,38,NO,00042,1990-02-28,,7,true\n"
        "C2,,SE,00107,1992-02-29,,x,false\n"
        "C3,41,NO,7,,,9,true\n"
    )
    before = everything(crm)
    found = {each.name: each for each in crm.suggest_fields(folder / "contact.csv")}
    assert everything(crm) == before
    assert {name: (each.type.value, each.length) for name, each in found.items()} == {
        "shoe": ("integer", 0),
        "terms": ("text", 2),
        "card": ("text", 5),
        "born": ("date", 0),
        "spare": ("text", 0),
        "old_card": ("text", 1),
        "opt_out": ("boolean", 0),
    }
    assert found["shoe"].examples == ("38", "41")
    assert found["terms"].examples == ("NO", "SE")
    old = found["old_card"]
    assert (old.almost, old.misfits) == ("integer", ("x",))
    crm.tables.define("contact", *(each.field for each in found.values()))
    assert crm.suggest_fields(folder) == []
    crm.import_data(folder)
    assert dict(crm.contacts["C1"].extra)["card"] == "00042"


def test_fields_are_suggested_by_the_values_of_json_too(crm: seg.Workspace, folder: Path) -> None:
    rows = [
        {"no": "C1", "shoe": 38, "share": 0.5, "member": True, "due": "2026-02-30", "big": 2**70},
        {"no": "C2", "shoe": 41, "share": 2, "member": False, "due": "2026-02-28", "big": 1},
    ]
    (folder / "contact.json").write_text(json.dumps(rows))
    found = {each.name: each for each in crm.suggest_fields(folder)}
    assert {name: each.type.value for name, each in found.items()} == {
        "shoe": "integer",
        "share": "decimal",
        "member": "boolean",
        "due": "text",
        "big": "decimal",
    }
    assert (found["due"].almost, found["due"].misfits) == ("date", ("2026-02-30",))


def test_values_that_do_not_fit_their_field_are_told(crm: seg.Workspace, refused: Refuse) -> None:
    """INO-39."""
    declare(crm, points="integer")
    assert refused("contact.csv", "No.,points\nC1,7\nC2,many\nC3,7.5\n") == [
        ("contact.csv row 3", "points", "'many' is not a whole number"),
        ("contact.csv row 4", "points", "'7.5' is not a whole number"),
    ]


# -- what was decided here ---------------------------------------------------------------------

UNMARKED = "No.,Name,Exclude from Segment\nC1,Berg,no\nC2,Dahl,no\n"
MODES = pytest.mark.parametrize("mode", ["update", "replace", "mirror"])


def held(imported: Imported) -> list[tuple[str, str, str, bool, bool]]:
    return [
        (each.contact_no, each.field, each.mailing_group_code, each.here, each.incoming)
        for each in imported.held
    ]


@MODES
def test_no_file_lifts_what_was_decided_here(crm: seg.Workspace, take: Take, mode: str) -> None:
    """INO-25, by hand with a reason."""
    take("contact.csv", UNMARKED)
    crm.contacts.exclude("C1", "asked by phone")
    imported = take("contact.csv", UNMARKED, mode=mode)
    assert crm.contacts["C1"].exclude_from_segment
    assert held(imported) == [("C1", "exclude_from_segment", "", True, False)]
    assert (imported.held[0].place, imported.held[0].entry_no) == ("contact.csv row 2", 1)
    assert everybody(crm) == ("C2",)
    assert (imported.changed, imported.same) == (0, 2)


def test_a_mark_stays_though_a_row_is_the_whole_record(crm: seg.Workspace, take: Take) -> None:
    """INO-16, the second half."""
    crm.add(Contact(no="C1", name="Berg", city="Oslo"))
    crm.contacts.exclude("C1", "asked by phone")
    imported = take("contact.csv", "No.,Name\nC1,Berg AS\n", mode="replace")
    berg = crm.contacts["C1"]
    assert (berg.name, berg.city, berg.exclude_from_segment) == ("Berg AS", "", True)
    assert held(imported) == [("C1", "exclude_from_segment", "", True, False)]
    imported = take("contact.csv", "No.,Name\nC1,Berg ASA\n")
    assert (crm.contacts["C1"].exclude_from_segment, imported.held) == (True, ())


def test_lifting_is_an_entry_of_the_journal(crm: seg.Workspace, take: Take) -> None:
    """INO-26."""
    take("contact.csv", UNMARKED)
    crm.contacts.exclude("C1", "asked by phone")
    imported = take("contact.csv", UNMARKED, lift_exclusions=True)
    assert (crm.contacts["C1"].exclude_from_segment, imported.held) == (False, ())
    entry = crm.journal[crm.journal.head.number]
    assert (entry.number, entry.user, entry.kind) == (2, "ANNA", "contact_marked")
    assert happening_of(entry) == ContactMarked(
        contact_no="C1", mark="exclude_from_segment", value=False, before=True
    )
    assert take("contact.csv", UNMARKED).same == 2


def test_what_a_file_brought_a_file_takes_away(crm: seg.Workspace, take: Take) -> None:
    """INO-27."""
    take("contact.csv", "No.,Privacy Blocked\nC1,yes\n")
    assert crm.contacts["C1"].privacy_blocked
    imported = take("contact.csv", "No.,Privacy Blocked\nC1,no\n")
    assert (crm.contacts["C1"].privacy_blocked, imported.held) == (False, ())


def test_all_marks_of_privacy_are_held(crm: seg.Workspace, take: Take) -> None:
    crm.add(Contact(no="C1", parental_consent_received=True))
    crm.contacts.change("C1", privacy_blocked=True, minor=True, parental_consent_received=False)
    header = "No.,Privacy Blocked,Minor,Parental Consent Received,City"
    imported = take("contact.csv", f"{header}\nC1,no,no,yes,Oslo\n")
    berg = crm.contacts["C1"]
    assert (berg.privacy_blocked, berg.minor, berg.parental_consent_received) == (True, True, False)
    assert berg.city == "Oslo"
    assert sorted(each.field for each in imported.held) == [
        "minor",
        "parental_consent_received",
        "privacy_blocked",
    ]


def test_a_file_may_exclude_whom_nobody_excluded_here(crm: seg.Workspace, take: Take) -> None:
    take("contact.csv", UNMARKED)
    crm.contacts.exclude("C1", "asked by phone")
    crm.contacts.admit("C1", "asked for news again")
    imported = take("contact.csv", UNMARKED.replace("C1,Berg,no", "C1,Berg,yes"))
    assert (crm.contacts["C1"].exclude_from_segment, imported.held) == (True, ())
    decided = happening_of(crm.journal[crm.journal.head.number])
    assert isinstance(decided, ContactMarked)
    assert (decided.contact_no, decided.before, decided.value) == ("C1", False, True)


@MODES
def test_a_mailing_group_that_was_left_here_is_not_joined_again(
    crm: seg.Workspace, take: Take, mode: str
) -> None:
    with_members(crm)
    crm.contacts.remove_rows(ContactMailingGroup(contact_no="C1", mailing_group_code="NEWS"))
    imported = take("contact_mailing_group.csv", MEMBERS, mode=mode)
    assert ("C1", "NEWS") not in members(crm)
    assert held(imported) == [("C1", "mailing_group", "NEWS", False, True)]
    take("contact_mailing_group.csv", MEMBERS, mode=mode, lift_exclusions=True)
    assert ("C1", "NEWS") in members(crm)
    assert take("contact_mailing_group.csv", MEMBERS, mode=mode).held == ()


def test_records_of_python_lift_nothing_either(crm: seg.Workspace) -> None:
    crm.add(Contact(no="C1", name="Berg"))
    crm.contacts.exclude("C1", "asked by phone")
    imported = crm.add(Contact(no="C1", name="Berg AS"))
    assert (crm.contacts["C1"].name, crm.contacts["C1"].exclude_from_segment) == ("Berg AS", True)
    assert held(imported) == [("C1", "exclude_from_segment", "", True, False)]


def test_records_that_come_with_somebody_who_is_protected_come_in(crm: seg.Workspace) -> None:
    crm.add(Contact(no="C1", name="Berg"))
    crm.contacts.exclude("C1", "asked by phone")
    imported = crm.add(Contact(no="C1", name="Berg AS"), MailingGroup(code="NEWS"))
    assert held(imported) == [("C1", "exclude_from_segment", "", True, False)]
    assert "NEWS" in crm.tables["mailing_group"]


def test_a_dry_run_tells_what_would_be_held_and_lifts_nothing(
    crm: seg.Workspace, take: Take
) -> None:
    take("contact.csv", UNMARKED)
    crm.contacts.exclude("C1", "asked by phone")
    assert len(take("contact.csv", UNMARKED, dry_run=True).held) == 1
    imported = take("contact.csv", UNMARKED, dry_run=True, lift_exclusions=True)
    assert [(each.field, each.after) for each in imported.changes] == [
        ("exclude_from_segment", False)
    ]
    assert (crm.contacts["C1"].exclude_from_segment, crm.journal.head.number) == (True, 1)


# -- what real files are -----------------------------------------------------------------------

ROWS = "No.;Name;City\nC1;Käse & Co;Ærøskøbing\n"


@pytest.mark.parametrize(
    ("content", "encoding"),
    [
        (ROWS.encode("utf-8-sig"), ""),
        (codecs.BOM_UTF16_LE + ROWS.replace(";", "\t").encode("utf-16-le"), ""),
        (codecs.BOM_UTF16_BE + ROWS.encode("utf-16-be"), ""),
        (ROWS.encode("cp1252"), "cp1252"),
        (ROWS.encode("utf-8-sig"), "cp1252"),
        (b"sep=;\r\n" + ROWS.replace("\n", "\r\n").encode(), ""),
        (b'"sep=|"\n' + ROWS.replace(";", "|").encode(), ""),
    ],
    ids=["UTF-8", "UTF-16 LE", "UTF-16 BE", "cp1252", "a mark goes first", "sep=;", "sep=|"],
)
def test_texts_are_read_as_programs_save_them(
    crm: seg.Workspace, folder: Path, content: bytes, encoding: str
) -> None:
    """INO-28."""
    (folder / "contact.csv").write_bytes(content)
    crm.import_data(folder, encoding=encoding)
    (berg,) = crm.contacts
    assert (berg.no, berg.name, berg.city) == ("C1", "Käse & Co", "Ærøskøbing")


def test_an_encoding_that_is_not_told_is_refused(crm: seg.Workspace, folder: Path) -> None:
    """INO-28."""
    (folder / "contact.csv").write_bytes(ROWS.encode("cp1252"))
    with pytest.raises(Rejected, match=r"contact\.csv: is not UTF-8 \(line 2, byte 18\)"):
        crm.import_data(folder)
    for encoding in ("cp12345", "base64", "\0"):
        for step in (crm.import_data, crm.suggest_fields):
            with pytest.raises(InvalidValue, match=r"encoding: .* is no encoding of texts"):
                step(folder, encoding=encoding)
    assert crm.suggest_fields(folder, encoding="cp1252") == []


TITLED = "Customer list 30.11.2026\n\nNo.,Name,Privacy Blocked\nC1,Berg,yes\nC2,Dahl,{}\n"


@pytest.mark.parametrize("told", ["", "sep=,\n"], ids=["", "sep"])
def test_titles_may_stand_above_the_header(
    crm: seg.Workspace, take: Take, refused: Refuse, told: str
) -> None:
    """INO-29."""
    ((place, _, _),) = refused("contact.csv", told + TITLED.format("perhaps"))
    assert place == f"contact.csv row {6 if told else 5}"
    take("contact.csv", told + TITLED.format("no"))
    assert [(each.no, each.privacy_blocked) for each in crm.contacts] == [
        ("C1", True),
        ("C2", False),
    ]


def test_a_row_of_data_is_not_taken_for_the_header(refused: Refuse) -> None:
    text = "id,name,Blocked\n1,Berg,No\n2,Dahl,Yes\n"
    ((_, _, reason),) = refused("contact.csv", text, ignore=("*",))
    assert "map one to it: id, name, Blocked" in reason


def test_a_cell_that_is_too_long_is_a_fault_of_its_line(refused: Refuse) -> None:
    ((place, _, reason),) = refused("contact.csv", f"No.,Name\nC1,{'x' * 200_000}\n")
    assert place == "contact.csv row 2"
    assert "is not CSV in line 2" in reason


PAST_ROW = "Entry No.;Contact No.;Date;Description;Cost (LCY)\n17;C1;{};Call;{}\n"


@pytest.mark.parametrize(
    ("order", "text", "day"),
    [
        ("dmy", "22.11.2026", date(2026, 11, 22)),
        ("mdy", "11/22/2026", date(2026, 11, 22)),
        ("dmy", "03.04.2026", date(2026, 4, 3)),
        ("mdy", "03/04/2026", date(2026, 3, 4)),
        ("ymd", "2026/4/3", date(2026, 4, 3)),
        ("dmy", "2026-04-03", date(2026, 4, 3)),
    ],
)
def test_local_dates_are_read_in_their_order(
    folder: Path, order: Literal["dmy", "mdy", "ymd"], text: str, day: date
) -> None:
    """INO-30."""
    crm = seg.Workspace.open(today=TODAY, date_order=order)
    crm.add(Contact(no="C1"))
    (folder / "interaction_log_entry.csv").write_text(PAST_ROW.format(text, "1.234,50"))
    crm.import_data(folder, decimal_comma=True)
    (past,) = crm.interactions
    assert (past.date, past.cost) == (day, Decimal("1234.50"))


def test_dates_and_numbers_that_are_none_are_told(crm: seg.Workspace, refused: Refuse) -> None:
    """INO-30."""
    crm.add(Contact(no="C1"))
    text = PAST_ROW.format("29.02.2027", "1.23,4")
    assert refused("interaction_log_entry.csv", text, decimal_comma=True) == [
        ("interaction_log_entry.csv row 2", "date", "'29.02.2027' is not a date in ISO form"),
        ("interaction_log_entry.csv row 2", "cost", "'1.23,4' is not a number"),
    ]


def test_how_far_an_import_has_come_is_told(crm: seg.Workspace, take: Take) -> None:
    told: list[tuple[int, int]] = []
    rows = "".join(f"C{number}\n" for number in range(2_500))
    take("contact.csv", f"no\n{rows}", on_progress=lambda each: told.append((each.done, each.of)))
    assert told == [(1_000, 5_000), (2_000, 5_000), (5_000, 5_000)]
    told.clear()
    with pytest.raises(Rejected):
        take("contact.csv", "no\n,\n", on_progress=lambda each: told.append((each.done, each.of)))
    assert told == []
    assert len(crm.contacts) == 2_500


# -- what looks whole and is not --------------------------------------------------------------

HALF = {
    "a next page under another name": (
        "contact.json",
        '{"value": [{"no": "C1"}], "nextLink": "https://erp.example/2"}',
        "names a next page, https://erp.example/2",
    ),
    "a next page in other letters": (
        "contact.json",
        '{"value": [{"no": "C1"}], "@odata.NextLink": "https://erp.example/2"}',
        "names a next page, https://erp.example/2",
    ),
    "fewer rows than are counted": (
        "contact.json",
        '{"@odata.count": 3, "value": [{"no": "C1"}, {"no": "C2"}]}',
        "says that there are 3 rows, and has 2",
    ),
    "a record that was removed": (
        "contact.json",
        '{"value": [{"no": "C1"}, {"@removed": {"reason": "deleted"}, "no": "C2"}]}',
        "row 2: says that the record was removed; give the keys",
    ),
    "a mark that is cut off": (
        "contact.csv",
        "No.,Name,Privacy Blocked,City\nC1,Berg,yes\n,\nC2,Dahl",
        "row 4: has 2 cells under 4 columns",
    ),
}


@pytest.mark.parametrize("mode", ["update", "mirror"])
@pytest.mark.parametrize("case", HALF)
def test_half_a_file_is_not_taken_for_the_whole(
    tmp_path: Path, case: str, mode: Literal["update", "mirror"]
) -> None:
    """INO-21: however it shows that something is missing."""
    name, text, said = HALF[case]
    (tmp_path / name).write_text(text, encoding="utf-8")
    with seg.Workspace.open() as store:
        store.add(seg.Contact(no="C2"))
        with pytest.raises(Rejected) as error:
            store.import_data(tmp_path, mode=mode)
        (fault,) = error.value.faults
        assert said in str(fault)
        assert [each.no for each in store.contacts] == ["C2"]


def test_all_pages_together_have_the_rows_that_are_counted(tmp_path: Path) -> None:
    for page, no in enumerate(("C1", "C2"), start=1):
        text = f'{{"odata.count": "2", "value": [{{"no": "{no}"}}]}}'
        (tmp_path / f"contact.{page}.json").write_text(text, encoding="utf-8")
    with seg.Workspace.open() as store:
        assert store.import_data(tmp_path).new == 2
