"""Files of other systems, whose columns a map turns into fields of ours."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.contacts import Contact, ContactMailingGroup
from segmentation.errors import InvalidValue, Rejected, StoreError, UnknownName
from segmentation.fields import Field
from segmentation.operations.data import ColumnMap, Imported, ImportMap, TableMap, to_map
from support.sheets import Rows, make_workbook
from support.stores import STORES, workspaces


@pytest.fixture(params=STORES)
def crm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[seg.Workspace]:
    yield from workspaces(request, tmp_path)


@pytest.fixture
def memory() -> Iterator[seg.Workspace]:
    with seg.Workspace.open() as crm:
        yield crm


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "files"
    made.mkdir()
    return made


def take(
    crm: seg.Workspace,
    path: Path,
    text: str,
    **options: Any,  # noqa: ANN401 - as for an import
) -> Imported:
    path.write_text(text, encoding="utf-8")
    return crm.import_data(path, **options)


def faults(crm: seg.Workspace, path: Path, text: str, **options: Any) -> list[str]:  # noqa: ANN401
    before = list(crm.contacts)
    with pytest.raises(Rejected) as caught:
        take(crm, path, text, **options)
    assert list(crm.contacts) == before
    return [str(fault) for fault in caught.value.faults]


def members(crm: seg.Workspace) -> list[tuple[str, str]]:
    rows = crm.store.records.all(ContactMailingGroup)
    return [(row.contact_no, row.mailing_group_code) for row in rows]


def everybody(crm: seg.Workspace) -> list[str]:
    return list(crm.new_segment("Everybody", no="ALL").add_contacts().contact_nos)


# -- the maps that come with the library -------------------------------------------------------

ODOO = (
    "id,name,is_company,parent_id/id,country_id,category_id,phone,is_blacklisted\n"
    'base.res_partner_1,Aurora,True,,Denmark,"NEWS,IT",\'+45 22334455,\n'
    "base.res_partner_2,Roger,,base.res_partner_1,Denmark,,,True\n"
)


def with_denmark() -> dict[str, Any]:
    column = {"field": "country_region_code", "values": {"Denmark": "DK"}}
    return {"base": "odoo", "tables": [{"table": "contact", "columns": {"country_id": column}}]}


def test_an_export_of_odoo_comes_in_with_its_blacklist(crm: seg.Workspace, folder: Path) -> None:
    """INO-34."""
    take(crm, folder / "res.partner.csv", ODOO, map=with_denmark())
    company, person = crm.contacts
    assert (company.no, company.type, company.phone_no) == (
        "BASE.RES_PARTNER_1",
        "company",
        "+45 22334455",
    )
    assert (person.no, person.type, person.company_no) == (
        "BASE.RES_PARTNER_2",
        "person",
        company.no,
    )
    assert {company.country_region_code, person.country_region_code} == {"DK"}
    assert members(crm) == [(company.no, "IT"), (company.no, "NEWS")]
    assert (company.privacy_blocked, person.privacy_blocked) == (False, True)
    assert everybody(crm) == [company.no]


def test_an_export_of_odoo_comes_again_after_changes_and_deletions(
    crm: seg.Workspace, folder: Path
) -> None:
    path = folder / "res.partner.csv"
    take(crm, path, ODOO, map=with_denmark())
    less = ODOO.replace("NEWS,IT", "IT").replace("Aurora", "Aurora A/S").splitlines(keepends=True)
    told = take(crm, path, "".join(less[:2]), map=with_denmark(), mode="mirror")
    assert {(gone.table, gone.key) for gone in told.gone} == {
        ("contact", "BASE.RES_PARTNER_2"),
        ("contact_mailing_group", "BASE.RES_PARTNER_1 NEWS"),
    }
    assert [contact.name for contact in crm.contacts] == ["Aurora A/S"]


FULL_ODOO = (
    "id,active,type,child_ids/id,city,company_id/id,country_id/id,create_uid/id,is_company,name,"
    "notify_email,opt_out,parent_id/id,state_id/id,tz,write_date,zip\n"
    "base.p1,True,Contact,base.a1,Taipei,base.main_company,base.tw,base.user_root,True,Asus,"
    "Never,False,,,,2016-11-03 04:41:51,106\n"
    ",,,base.a2,,,,,,,,,,,,,\n"
    "base.a1,True,Contact,,London,,base.uk,base.user_root,False,Joe,Never,True,base.p1,,,,\n"
)


def test_a_full_export_of_odoo_comes_in_with_who_opted_out(
    crm: seg.Workspace, folder: Path
) -> None:
    """All columns of version 9, external ids, a row for each further child."""
    told = take(crm, folder / "res.partner.csv", FULL_ODOO, map="odoo", ignore="*")
    joe, asus = crm.contacts
    assert told.counts == (("contact", 2),)
    assert (asus.type, asus.country_region_code, asus.post_code) == ("company", "TW", "106")
    assert (joe.company_no, joe.country_region_code) == (asus.no, "GB")
    assert everybody(crm) == [asus.no]


def test_who_is_archived_in_odoo_is_not_written_to(memory: seg.Workspace, folder: Path) -> None:
    """Whoever opted out is not, either; nor whoever may be archived."""
    text = (
        "id,name,active,opt_out\nP1,A,True,False\nP2,B,False,False\nP3,C,True,True\nP4,D,,False\n"
    )
    take(memory, folder / "res.partner.csv", text, map="odoo")
    assert [each.exclude_from_segment for each in memory.contacts] == [False, True, True, True]
    assert everybody(memory) == ["P1"]


def test_a_record_whose_id_was_lost_is_not_taken_for_the_one_above(
    memory: seg.Workspace, folder: Path
) -> None:
    text = "id,name,is_blacklisted\nA,Anna,False\n,Bo,True\n"
    assert faults(memory, folder / "res.partner.csv", text, map="odoo") == [
        "res.partner.csv row 3: name: the row has no id, and is not like the row above",
        "res.partner.csv row 3: privacy_blocked: the row has no id, and is not like the row above",
    ]


def test_external_ids_that_are_too_long_are_cut_alike_wherever_they_stand(
    memory: seg.Workspace, folder: Path
) -> None:
    company, other = (f"__export__.res_partner_{number}_b2f9c1d0" for number in (41, 42))
    text = (
        "id,name,is_company,parent_id/id\n"
        f"{company},Aurora,True,\n{other},Borealis,True,\n__export__.p1,Roger,False,{other}\n"
    )
    take(memory, folder / "res.partner.csv", text, map="odoo")
    by_name = {contact.name: contact for contact in memory.contacts}
    assert by_name["Roger"].company_no == by_name["Borealis"].no
    assert {len(by_name[name].no) for name in ("Aurora", "Borealis")} == {20}
    take(memory, folder / "res.partner.csv", text, map="odoo")
    assert len(memory.contacts) == 3


ERPNEXT = (
    "ID,First Name,Last Name,Company Name,Unsubscribed,Email ID (Email IDs),"
    "Is Primary (Email IDs)\n"
    "Anna Berg-Acme,Anna,Berg,Acme,1,old@acme.dk,0\n"
    ",,,,,anna@acme.dk,1\n"
    "Bo Dahl,Bo,Dahl,,0,bo@x.no,0\n"
)


def test_an_export_of_erpnext_comes_in_with_those_who_unsubscribed(
    crm: seg.Workspace, folder: Path
) -> None:
    """INO-35."""
    take(crm, folder / "Contact.csv", ERPNEXT, map="erpnext")
    anna, bo = crm.contacts
    assert (anna.type, anna.first_name, anna.surname) == ("person", "Anna", "Berg")
    assert (anna.company_name, anna.e_mail, bo.e_mail) == ("Acme", "anna@acme.dk", "bo@x.no")
    assert everybody(crm) == ["BO DAHL"]


def test_the_first_column_counts_that_says_something(memory: seg.Workspace, folder: Path) -> None:
    text = (
        "ID,Email Address,Email ID (Email IDs),Phone,Number (Contact Numbers)\n"
        "A,a@x.no,b@x.no,,1\nB,c@x.no,,2,\n"
    )
    take(memory, folder / "contact.csv", text, map="erpnext")
    found = [(contact.e_mail, contact.phone_no) for contact in memory.contacts]
    assert found == [("b@x.no", "1"), ("c@x.no", "2")]


def test_contacts_of_the_api_come_in_whatever_company_they_name(
    crm: seg.Workspace, folder: Path
) -> None:
    """The sample of Microsoft's page on the resource type "contact" of API v2.0."""
    company = {
        "@odata.etag": 'W/"1"',
        "id": "5d115c9c-44e3-ea11-bb43-000d3a2feca1",
        "number": "108001",
        "type": "Company",
        "displayName": "CRONUS USA, Inc.",
        "companyNumber": "17806",
        "companyName": "CRONUS US",
        "businessRelation": "Vendor",
        "addressLine1": "7122 South Ashford Street",
        "addressLine2": "Westminster",
        "city": "Atlanta",
        "state": "GA",
        "country": "US",
        "postalCode": "31772",
        "phoneNumber": "+1 425 555 0100",
        "mobilePhoneNumber": "",
        "email": "ah@contoso.com",
        "website": "",
        "searchName": "",
        "privacyBlocked": True,
        "lastInteractionDate": "2021-06-01",
        "lastModifiedDateTime": "2021-06-01T00:00:00Z",
    }
    person = {"number": "P1", "type": "Person", "displayName": "Ann", "companyNumber": "108001"}
    text = json.dumps({"value": [company, person]})
    told = take(crm, folder / "contacts.json", text, map="business_central")
    first, second = crm.contacts
    assert (first.company_no, second.company_no) == ("108001", "108001")
    assert (first.county, first.phone_no, first.privacy_blocked) == ("GA", "+1 425 555 0100", True)
    assert told.latest_change == datetime(2021, 6, 1, tzinfo=UTC)


# -- what a map can say ------------------------------------------------------------------------


def test_a_field_may_be_the_same_in_each_row(crm: seg.Workspace, folder: Path) -> None:
    """INO-06."""
    crm.add(Contact(no="C1"))
    text = (
        "no,name,companyNo,postcode,countryRegionCode,E_Mail,languageCode\n"
        "C2,Anna,C1,0150,NO,a@x.no,NOR\n"
    )
    constants = {"tables": [{"table": "contact", "constants": {"type": "Person"}}]}
    take(crm, folder / "contact.csv", text, map=constants)
    anna = crm.contacts["C2"]
    assert (anna.type, anna.company_no, anna.post_code) == ("person", "C1", "0150")
    assert (anna.country_region_code, anna.e_mail, anna.language_code) == ("NO", "a@x.no", "NOR")
    assert anna.extra == ()


TOML = """
[[tables]]
table = "contact"
files = ["Adressen"]
leave_out = ["Notiz"]

[tables.columns]
Nummer = "no"
Firma = "name"
Kreis = { table = "contact_mailing_group", field = "mailing_group_code", separator = ";" }
Chef = { field = "company_no", through = "Firma", when = { type = "person" } }
Art = { field = "type", values = { Mensch = "person", "*" = "company" } }
Punkte = "points"
Sperre = { field = "exclude_from_segment", values = { X = "yes", "" = "no" } }
"""

ADDRESSES = (
    "Nummer,Firma,Art,Chef,Kreis,Punkte,Notiz,Sperre\n"
    "1,Berg,Firma,,NEWS; VIP ;NEWS,7,x,\n2,Anna,mensch,berg,,,y,X\n"
)


def test_a_map_is_a_file(crm: seg.Workspace, folder: Path) -> None:
    (folder / "map.toml").write_text(TOML, encoding="utf-8")
    crm.tables.define("contact", Field("points", "integer"))
    told = take(crm, folder / "Adressen.csv", ADDRESSES, map=folder / "map.toml")
    berg, anna = crm.contacts
    assert (berg.type, anna.type, anna.company_no) == ("company", "person", "1")
    assert (dict(berg.extra), anna.extra) == ({"points": 7}, ())
    assert members(crm) == [("1", "NEWS"), ("1", "VIP")]
    assert anna.exclude_from_segment
    used = {column.name: (column.use, column.field) for column in told.columns}
    assert used["Notiz"] == ("left_out", "")
    assert used["Punkte"] == ("own_field", "points")
    assert used["Kreis"] == ("field", "mailing_group_code")


def test_a_map_is_a_value(memory: seg.Workspace, folder: Path) -> None:
    columns = {"Key": ColumnMap(field="no"), "Title": ColumnMap(field="name")}
    mapped = ImportMap((TableMap(table="contact", files=("people",), columns=columns),))
    take(memory, folder / "people.json", '[{"Key": "1", "Title": "Berg"}]', map=mapped)
    assert memory.contacts["1"].name == "Berg"
    rows: Rows = [["Title", "Key"], ["Dahl", 2]]
    memory.import_data(make_workbook(folder / "any.xlsx", people=rows), map=mapped)
    assert memory.contacts["2"].name == "Dahl"


def test_a_header_alone_may_have_a_map(memory: seg.Workspace, folder: Path) -> None:
    mapped = {"tables": [{"table": "contact", "columns": {"Title": "name"}}]}
    told = take(memory, folder / "contact.csv", "no,Title\n", map=mapped, allow_empty=True)
    assert (told.counts, list(memory.contacts)) == ((), [])


def test_a_cell_without_a_value_has_no_words_of_a_map(memory: seg.Workspace, folder: Path) -> None:
    column = {"field": "privacy_blocked", "values": {"*": "no"}}
    mapped = {"tables": [{"table": "contact", "columns": {"Blocked": column}}]}
    rows: Rows = [["No.", "Blocked"], ["C1", "f(A1)"]]
    with pytest.raises(Rejected, match=r"privacy_blocked: .*formula without a value"):
        memory.import_data(make_workbook(folder / "c.xlsx", Contact=rows), map=mapped)


def test_rows_of_a_table_come_from_cells_and_from_a_file_of_its_own(
    memory: seg.Workspace, folder: Path
) -> None:
    (folder / "contact_mailing_group.csv").write_text(
        "contact_no,mailing_group_code\nC1,VIP\n", encoding="utf-8"
    )
    (folder / "contact.csv").write_text("no,Groups\nC1,NEWS\n", encoding="utf-8")
    column = {"table": "contact_mailing_group", "field": "mailing_group_code"}
    mapped = {"tables": [{"table": "contact", "columns": {"Groups": column}}]}
    memory.import_data(folder, map=mapped)
    assert members(memory) == [("C1", "NEWS"), ("C1", "VIP")]


def test_a_parent_is_found_by_a_column_that_is_no_field_of_ours(
    memory: seg.Workspace, folder: Path
) -> None:
    chef = {"field": "company_no", "through": "Key", "when": {"type": "person"}}
    columns = {"Chef": chef, "Art": "type"}
    mapped = {"tables": [{"table": "contact", "columns": columns, "leave_out": ["Key"]}]}
    text = "no,Key,Art,Chef\nC1,k1,company,\nP1,,person,K1\n"
    take(memory, folder / "contact.csv", text, map=mapped)
    assert memory.contacts["P1"].company_no == "C1"
    assert faults(memory, folder / "contact.csv", f"{text}P2,,person,k2\n", map=mapped) == [
        "contact.csv row 4: company_no: no row has the Key 'k2'"
    ]


def test_a_parent_is_found_in_the_store_by_another_key(memory: seg.Workspace, folder: Path) -> None:
    memory.add(Contact(no="C1", name="Berg"))
    through = {"Chef": {"field": "company_no", "through": "name"}}
    constants = {"type": "person"}
    mapped = {"tables": [{"table": "contact", "columns": through, "constants": constants}]}
    take(memory, folder / "contact.csv", "no,name,Chef\nP1,Anna,Berg\n", map=mapped)
    assert memory.contacts["P1"].company_no == "C1"
    memory.add(Contact(no="C2", name="Berg"))
    text = "no,name,Chef\nP2,Bo,Berg\nP3,Cleo,Dahl\n"
    assert faults(memory, folder / "contact.csv", text, map=mapped) == [
        "contact.csv row 2: company_no: 'Berg' is the name of several rows",
        "contact.csv row 3: company_no: no row has the name 'Dahl'",
    ]


def test_a_column_that_the_map_does_not_name_is_judged_as_without_it(
    memory: seg.Workspace, folder: Path
) -> None:
    text = "id,name,Gesperrt,Shoe Size\nP1,Anna,yes,38\n"
    found = faults(memory, folder / "res.partner.csv", text, map="odoo")
    assert ["Gesperrt" in found[0], "Shoe Size" in found[1]] == [True, True]
    assert "may say that somebody must not be contacted" in found[0]


@pytest.mark.parametrize(
    ("field", "said"),
    [
        ("nane", "is nane by the map, which is no field of contact; did you mean 'name'?"),
        ("vip", "is vip by the map, which is no field of contact"),
    ],
)
def test_a_map_that_names_no_field_of_ours_is_a_fault(
    memory: seg.Workspace, folder: Path, field: str, said: str
) -> None:
    mapped = {"tables": [{"table": "contact", "columns": {"Title": field}}]}
    text = "no,Title\nC1,Berg\n"
    assert faults(memory, folder / "contact.csv", text, map=mapped) == [
        f"contact.csv: Title: {said}"
    ]


def contact_map(**said: object) -> Any:  # noqa: ANN401 - a map as a file holds it
    """A map of contacts."""
    return {"tables": [{"table": "contact", **said}]}


def column_map(**said: object) -> Any:  # noqa: ANN401 - a map as a file holds it
    """A map of contacts with one column."""
    return contact_map(columns={"a": {"field": "city", **said}})


WRONG: list[tuple[Any, str]] = [
    ({"table": []}, "'table'"),
    ({"tables": {}}, "is no list"),
    ({"tables": [{"tabel": "contact"}]}, "did you mean 'table'"),
    ({"tables": [{"table": 7}]}, "is not a text"),
    ({"tables": ["contact"]}, "is no mapping"),
    ({"tables": [{"table": "kontact"}]}, "did you mean 'contact'"),
    ({"tables": [{"table": "contact", "columns": ["no"]}]}, "is no mapping"),
    ({"tables": [{"table": "contact", "columns": {"a": 7}}]}, "is no mapping"),
    ({"tables": [{"table": "contact", "columns": {"a": {}}}]}, "names no field"),
    ({"tables": [{"table": "contact", "columns": {"a": {"fields": "no"}}}]}, "mean 'field'"),
    (
        {"tables": [{"table": "contact", "columns": {"a": {"field": "no", "shorten": 1}}}]},
        "is neither yes nor no",
    ),
    ({"tables": [{"table": "contact", "columns": {"a": {"field": "x", "table": "y"}}}]}, "'y'"),
    ({"base": "oddo"}, "did you mean 'odoo'"),
    (7, "map: 7 is no map"),
    ({7: []}, "map: 7 is not a text"),
    ({"tables": [{"columns": {"a": "no"}}]}, r"map\.tables\.1\.table: '' names no table"),
    ({"tables": [{"table": "contact"}] * 2}, r"map\.tables\.2\.table: 'contact' is named twice"),
    (contact_map(files=[7]), r"map\.contact\.files\.1: 7 is not a text"),
    (contact_map(columns={7: "no"}), r"map\.contact\.columns: 7 is not a text"),
    (contact_map(columns={"A b": "no", "a_B": "name"}), "'a_B' is named twice"),
    (contact_map(columns={"a": "no"}, leave_out=["A"]), "'A' is among the columns, too"),
    (contact_map(constants={"type": ["person"]}), r"constants\.type: \['person'\] is not one"),
    (column_map(values={"x": {}}), r"map\.contact\.columns\.a\.values\.x: {} is not one value"),
    (column_map(separator=","), "',' needs a table"),
    (column_map(shorten=True), "is only for keys, and city is none"),
    (column_map(when={"tpye": "person"}), r"'tpye' in map\.contact.*a\.when; did you mean 'type'"),
    (column_map(when={"type": "persn"}), r"when\.type: 'persn' is not an option.*'person'"),
    (column_map(when={"city": "Oslo"}), "'city' is the field that the column itself fills"),
    (column_map(table="contact"), "has no field that names a row of contact"),
    (column_map(table="territory", field="code"), "has no field that names a row of contact"),
    (
        {"tables": [{"table": name, "files": ["X"]} for name in ("contact", "territory")]},
        r"map\.territory\.files: 'X' is for another table already",
    ),
    ("oddo", "did you mean 'odoo'"),
]


@pytest.mark.parametrize(("mapped", "said"), WRONG)
def test_what_is_no_map_is_refused(
    memory: seg.Workspace,
    folder: Path,
    mapped: Any,  # noqa: ANN401 - anything
    said: str,
) -> None:
    with pytest.raises((InvalidValue, UnknownName), match=said):
        take(memory, folder / "contact.csv", "no\nC1\n", map=mapped)


@pytest.mark.parametrize(
    ("said", "fault"),
    [
        (
            {"record": "IDD"},
            "IDD: begins each record by the map, and is no column of the file; did you mean 'ID'?",
        ),
        (
            {"columns": {"ID": "no", "Boss": {"field": "company_no", "through": "Titel"}}},
            "Titel: names rows by the map, and is no column of the file; did you mean 'Title'?",
        ),
    ],
    ids=["record", "through"],
)
def test_a_column_that_a_map_needs_is_in_the_file(
    memory: seg.Workspace, folder: Path, said: dict[str, Any], fault: str
) -> None:
    mapped = contact_map(**{"columns": {"ID": "no"}, "leave_out": ["Title"], **said})
    text = "ID,Title,Boss\nC1,Berg,\n"
    assert f"contact.csv: {fault}" in faults(
        memory, folder / "contact.csv", text, map=mapped, ignore=["Boss"]
    )


def test_a_file_without_a_column_needs_none(memory: seg.Workspace, folder: Path) -> None:
    assert take(memory, folder / "contact.json", "[]", map="erpnext").new == 0


def test_a_map_may_begin_with_a_mark_of_its_encoding(folder: Path) -> None:
    (folder / "map.toml").write_text('[[tables]]\ntable = "contact"\n', encoding="utf-8-sig")
    assert to_map(folder / "map.toml").of_table("contact")


def test_a_file_that_is_no_map_is_refused(folder: Path) -> None:
    (folder / "map.toml").write_text("a = [")
    with pytest.raises(InvalidValue, match=r"map: 'map\.toml' is no TOML file"):
        to_map(folder / "map.toml")
    with pytest.raises(StoreError, match="cannot be read"):
        to_map(folder)
