"""The how-to on files of an ERP, command by command: in, changed, deleted, out, in again."""

import gzip
import io
import json
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TypeAlias

import pytest
from openpyxl import Workbook

import segmentation as seg
from segmentation.command_line import main
from segmentation.plain import to_plain

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "erp-files.md"

COMMANDS = re.findall(r"^segmentation (.*)$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
"""The commands of the page, in their order."""

Contacts: TypeAlias = Sequence[tuple[str, str, str, bool]]
"""Number, name, company and whether the contact is blocked."""

STAGES: Sequence[Contacts] = [
    [("C1", "Berg", "", False), ("P1", "Anna", "C1", True), ("P2", "Bo", "C1", False)],
    [("C1", "Berg AS", "", False), ("P1", "Anna", "C1", False), ("P2", "Bo", "C1", True)],
    [("C1", "Berg AS", "", False), ("P2", "Bo", "C1", True)],
]
"""What the source holds at first, after changes, after a deletion."""


def service(contacts: Contacts) -> bytes:
    rows = [
        {
            "@odata.etag": 'W/"x"',
            "No": no,
            "Name": name,
            "Type": "Person" if company else "Company",
            "Company_No": company or no,
            "Privacy_Blocked": blocked,
            "Correspondence_Type": "_x0020_",
        }
        for no, name, company, blocked in contacts
    ]
    return json.dumps({"@odata.context": "x", "@odata.count": len(rows), "value": rows}).encode()


def api(contacts: Contacts) -> bytes:
    rows = [
        {
            "@odata.etag": 'W/"x"',
            "id": f"5d115c9c-44e3-ea11-bb43-000d3a2fec{no}",
            "number": no,
            "type": "Person" if company else "Company",
            "displayName": name,
            "companyNumber": company or "OTHER",
            "privacyBlocked": blocked,
            "lastModifiedDateTime": "2026-11-29T08:00:00Z",
        }
        for no, name, company, blocked in contacts
    ]
    return json.dumps({"@odata.context": "x", "value": rows}).encode()


def workbook(contacts: Contacts) -> bytes:
    rows = [
        [no, name, "Person" if company else "Company", company or no, blocked]
        for no, name, company, blocked in contacts
    ]
    book = Workbook()
    book.active.title = "Contact"
    header = ["No.", "Name", "Type", "Company No.", "Privacy Blocked"]
    for row in (["CRM", "Contact", 5050], [], header, *rows):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def package(contacts: Contacts) -> bytes:
    records = "".join(
        f'<Contact><No PrimaryKey="1" ProcessingOrder="1">{no}</No><Name>{name}</Name>'
        f"<Type>{int(bool(company))}</Type><CompanyNo>{company or no}</CompanyNo>"
        f"<PrivacyBlocked>{int(blocked)}</PrivacyBlocked></Contact>"
        for no, name, company, blocked in contacts
    )
    text = (
        '<?xml version="1.0" encoding="utf-16" standalone="yes"?><DataList Code="CRM">'
        f"<ContactList><TableID>5050</TableID><PageID>5052</PageID>{records}</ContactList></DataList>"
    )
    return gzip.compress(text.encode("utf-16"))


def odoo(contacts: Contacts) -> bytes:
    rows = [
        f"{no},{name},{not company},{company},{blocked or ''},True\n"
        for no, name, company, blocked in contacts
    ]
    header = "id,name,is_company,parent_id/id,is_blacklisted,active\n"
    return (header + "".join(rows)).encode()


def erpnext(contacts: Contacts) -> bytes:
    rows = [
        f"{no},{name},{int(blocked)},old@x.dk,0\n,,,{name}@x.dk,1\n".replace(" ", "")
        for no, name, _, blocked in contacts
    ]
    header = "ID,First Name,Unsubscribed,Email ID (Email IDs),Is Primary (Email IDs)\n"
    return (header + "".join(rows)).encode()


SOURCES: Mapping[str, Callable[[Contacts], bytes]] = {
    "contact.json": service,
    "contacts.json": api,
    "Contact.xlsx": workbook,
    "crm.rapidstart": package,
    "res.partner.csv": odoo,
    "Contact.csv": erpnext,
}


def run(command: str) -> None:
    assert main(command.split()) == 0


def blocked_in(store: str) -> dict[str, bool]:
    """The contacts, and whether each is blocked; a segment of everybody holds the others."""
    with seg.Workspace.open(store) as crm:
        blocked = {
            each.no: each.privacy_blocked or each.exclude_from_segment for each in crm.contacts
        }
        worksheet = crm.new_segment("Everybody", no="ALL").add_contacts()
        reached = worksheet.contact_nos
        worksheet.delete()
    assert {*reached} == {no for no, is_blocked in blocked.items() if not is_blocked}
    return blocked


@pytest.mark.parametrize("name", SOURCES)
def test_files_of_a_source_come_in_go_and_go_out_by_the_commands_of_the_page(
    name: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    taken = next(each for each in COMMANDS if each.split()[1] == name)
    mirror = f"{taken} --mode mirror"
    for contacts, command in zip(STAGES, (taken, taken, mirror), strict=True):
        Path(name).write_bytes(SOURCES[name](contacts))
        run(command)
        assert blocked_in("crm.db") == {no: blocked for no, _, _, blocked in contacts}
    assert "gone: contact P1" in capsys.readouterr().out
    for command in COMMANDS[-2:]:
        run(command)
    kept = []
    for store in ("crm.db", "copy.db"):
        with seg.Workspace.open(store) as crm:
            kept.append([to_plain(each) for each in crm.contacts])
    assert kept[0] == kept[1]
    assert blocked_in("copy.db") == blocked_in("crm.db")


def test_keys_of_what_was_deleted_come_in_by_the_command_of_the_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("contact.json").write_bytes(service(STAGES[0]))
    run(COMMANDS[0])
    Path("deleted").mkdir()
    Path("deleted/contact.csv").write_text("No.\nP1\n", encoding="utf-8")
    run(next(each for each in COMMANDS if "--mode delete" in each))
    assert blocked_in("crm.db") == {"C1": False, "P2": False}


def test_every_command_of_the_page_is_tried() -> None:
    named = {name for name in SOURCES if any(f" {name} " in each for each in COMMANDS)}
    assert named == set(SOURCES)
    assert len(COMMANDS) == len(SOURCES) + 4
