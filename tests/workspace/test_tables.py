"""The tables of codes by their names, and the set-up."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.code_tables import MailingGroup
from segmentation.contacts import ContactMailingGroup
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Field, FieldType, fields_of, key_of
from segmentation.operations.data import SourceFile
from segmentation.operations.number_series import Numbered
from segmentation.operations.tables import code_kinds
from segmentation.plain import from_plain, to_plain
from segmentation.setup import MarketingSetup, NumberSeries
from segmentation.templates import InteractionTemplate
from support.desk import make_desk


@pytest.fixture
def crm() -> seg.Workspace:
    return make_desk()


def test_iterating_gives_the_names(crm: seg.Workspace) -> None:
    names = list(crm.tables)
    assert names == sorted(code_kinds())
    assert len(crm.tables) == len(names)
    assert "mailing_group" in crm.tables
    assert MailingGroup in crm.tables
    assert "contact" not in crm.tables
    assert 5 not in crm.tables
    assert crm.tables.find("contact") is None
    assert crm.tables.find("team") is not None
    with pytest.raises(InvalidValue, match=r"crm\.contacts"):
        crm.tables["contact"]
    with pytest.raises(NotFound, match="mailing_group"):
        crm.tables["mailing_grup"]


MEMBER = ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS")
KEYS: dict[str, tuple[object, ...]] = {
    "salutation_formula": ("S1", "ENU", "formal"),
    "team_salesperson": ("T1", "JO"),
    "value_entry": (7,),
}
"""Keys that are more than a code."""

NEEDED = {"quiet_hours": {"starting_time": "21:00", "ending_time": "08:00"}}
"""What a record cannot do without."""


@pytest.mark.parametrize("name", sorted(code_kinds()))
def test_one_record_of_each_table_is_read_changed_renamed_and_deleted_frt_14(
    crm: seg.Workspace, name: str
) -> None:
    """FRT-03, FRT-04, FRT-14."""
    crm.tables["team"].put(crm.tables["team"].kind(code="T1"))
    table: Any = crm.tables[name]
    assert name == table.name
    key = KEYS.get(name, ("X1",))
    made = table.new(*key, **NEEDED.get(name, {}))
    whole: Any = key_of(made) if len(key) > 1 else key[0]
    assert table[whole] == table.find(made) == made
    assert whole in table
    text = next((f.name for f in fields_of(table.kind) if f.type is FieldType.TEXT), "source_no")
    fields = {text: "NEWS"} if text in vars(type(made)) else {}
    changed = table.change(whole, **fields)
    assert list(table.where(**fields)) == [changed] or not fields
    new: Any = ("S1", "DAN", "formal") if name == "salutation_formula" else (*key[:-1], 8)
    if name == "team_salesperson":
        new = ("T1", "RB")
    elif name != "value_entry" and len(key) == 1:
        new = ("X2",)
    renamed = crm.tables.rename(name, old_key=whole, new_key=new if len(new) > 1 else new[0])
    assert key_of(renamed) == new
    assert table.find(whole) is None
    table.delete(renamed)
    with pytest.raises(NotFound):
        table.delete(renamed)
    with pytest.raises(NotFound):
        table.change(whole)
    with pytest.raises(NotFound):
        crm.tables.rename(name, old_key=whole, new_key=whole)
    with pytest.raises(NotFound):
        crm.tables.uses(name, whole)


def test_what_a_contact_a_template_and_saved_criteria_need_stays_frt_14(
    crm: seg.Workspace,
) -> None:
    """FRT-14."""
    groups = crm.tables[MailingGroup]
    groups.new("NEWS", description="Newsletter")
    crm.add(ContactMailingGroup(contact_no="ANNA", mailing_group_code="NEWS"))
    with pytest.raises(Refused, match=r"contact_mailing_group\.mailing_group_code of ANNA NEWS"):
        groups.delete("NEWS")
    with pytest.raises(Refused, match=r"interaction_template\.interaction_group_code of BILL"):
        crm.tables["interaction_group"].delete("TALKS")
    groups.new("FAIR")
    segment = crm.new_segment("Fair")
    segment.add_contacts(mailing_groups={"mailing_group_code": "fair"})
    segment.save_criteria("READERS")
    segment.delete()
    with pytest.raises(Refused, match=r"saved_segment_criteria\.actions of READERS"):
        groups.delete("FAIR")


@pytest.mark.parametrize("key", [("NEWS", "OLD"), (), None])
def test_a_key_of_another_length_finds_nothing(
    crm: seg.Workspace, key: tuple[str, ...] | None
) -> None:
    groups = crm.tables["mailing_group"]
    groups.new("NEWS")
    assert groups.find(("news",)) == groups["NEWS"]
    assert groups.find(key) is None
    assert key not in groups


def test_a_table_knows_all_verbs(crm: seg.Workspace) -> None:
    groups = crm.tables[MailingGroup]
    groups.add(MailingGroup(code="B"), MailingGroup(code="A"))
    groups.put(MailingGroup(code="B", description="Second"))
    assert [group.code for group in groups] == ["A", "B"]
    assert len(groups) == 2
    assert [group.code for group in groups.get_many(["b", "a"])] == ["B", "A"]
    assert repr(groups) == "Table('mailing_group', 2)"
    assert "Second" in groups._repr_html_()
    assert to_plain(groups) == {"count": 2, "keys": ["A", "B"]}
    with pytest.raises(InvalidValue, match="give at least one"):
        groups.add()
    with pytest.raises(UnknownName, match="description"):
        groups.new("C", descripton="x")
    with pytest.raises(UnknownName, match="description"):
        list(groups.where(descripton="x"))
    assert from_plain(to_plain(groups["A"])) == groups["A"]


def test_own_fields_that_are_declared_are_read_as_their_type(crm: seg.Workspace) -> None:
    crm.tables.define(MailingGroup, Field("since", "date"))
    groups = crm.tables[MailingGroup]
    made = groups.new("NEWS", extra={"since": "2026-11-22"})
    assert [type(value).__name__ for _, value in made.extra] == ["date"]
    with pytest.raises(Rejected) as caught:
        groups.change("NEWS", extra={"since": "soon"})
    assert [each.code for each in caught.value.faults] == ["wrong_type"]


def test_tables_show_how_many_records_they_hold(crm: seg.Workspace) -> None:
    assert repr(crm.tables) == f"Tables({len(crm.tables)})"
    assert "business_relation" in crm.tables._repr_html_()
    plain = to_plain(crm.tables)
    assert isinstance(plain, dict)
    assert plain["business_relation"] == 3


# -- set-up -----------------------------------------------------------------------------------


def test_a_set_up_is_a_record_that_is_changed_field_by_field() -> None:
    crm = seg.Workspace.open()
    assert crm.setup.marketing == MarketingSetup()
    crm.setup.number_series.new("CONT", starting_no="CT1")
    changed = crm.setup.change_marketing(contact_nos="cont", inherit_language_code=True)
    assert (
        crm.setup.marketing
        == changed
        == MarketingSetup(contact_nos="CONT", inherit_language_code=True)
    )
    series = crm.setup.number_series["CONT"]
    assert isinstance(series, NumberSeries)
    assert crm.setup.change_marketing(segment_nos=series).segment_nos == "CONT"
    assert crm.setup.marketing.contact_nos == "CONT"
    assert crm.setup.change_company(name="Lynghede").name == crm.setup.company.name == "Lynghede"
    with pytest.raises(UnknownName, match="contact_nos"):
        crm.setup.change_marketing(contact_nrs="X")  # type: ignore[call-arg]
    with pytest.raises(Rejected) as caught:
        crm.setup.change_marketing(contact_nos="NONE")
    assert [each.code for each in caught.value.faults] == ["missing_reference"]


def test_a_template_that_records_documents_is_there_and_has_no_languages(
    crm: seg.Workspace,
) -> None:
    template = crm.store.records.find(InteractionTemplate, "BILL")
    assert template is not None
    changed = crm.setup.change_document_templates(sales_quotes=template)
    assert crm.setup.document_templates == changed
    assert changed.sales_invoices == "BILL"
    with pytest.raises(Rejected) as caught:
        crm.setup.change_document_templates(sales_statement="X", sales_quotes="LETTER")
    assert [(each.field, each.code) for each in caught.value.faults] == [
        ("sales_statement", "missing_reference"),
        ("sales_quotes", "records_documents"),
    ]
    assert crm.setup.document_templates == changed


def test_values_show_themselves_in_a_line_and_as_plain_data(crm: seg.Workspace) -> None:
    """FRT-08, FRT-09."""
    imported = crm.add(MailingGroup(code="NEWS"), MEMBER)
    (use,) = crm.tables.uses(MailingGroup, "NEWS")
    assert repr(imported) == "Imported(rows=2)"
    assert "mailing_group" in imported._repr_html_()
    assert repr(use) == "Use('contact_mailing_group', 'mailing_group_code', keys=1)"
    assert repr(Numbered("SM1", "SEGM")) == "Numbered('SM1', 'SEGM')"
    assert repr(SourceFile("contact.csv", b"no")) == "SourceFile('contact.csv', content=2 bytes)"
    assert repr(crm.setup) == "Setup('', number_series=3)"
    assert "CONT" in crm.setup._repr_html_()
    plain = json.loads(json.dumps(to_plain(crm.setup)))
    assert plain["marketing"]["contact_nos"] == "CONT"
    assert json.loads(json.dumps(to_plain(use)))["keys"] == ["ANNA NEWS"]
    assert json.loads(json.dumps(to_plain(imported)))["counts"] == [
        ["mailing_group", 1],
        ["contact_mailing_group", 1],
    ]


def test_what_came_with_a_refused_import_does_not_stay(crm: seg.Workspace, tmp_path: Path) -> None:
    content = b"Dear {{ contact_name }}, come"
    tmp_path.joinpath("a.txt").write_bytes(content)
    row = {"interaction_template_code": "TALK", "language_code": "ENU", "attachment": "a.txt"}
    rows = [row, {**row, "language_code": "NEVER", "subject": "x" * 101}]
    path = tmp_path / "interaction_tmpl_language.json"
    path.write_text(json.dumps(rows), encoding="utf-8")
    with pytest.raises(Rejected):
        crm.import_data(path)
    with pytest.raises(NotFound):
        crm.store.attachments.get(sha256(content).hexdigest())
    path.write_text(json.dumps(rows[:1]), encoding="utf-8")
    crm.import_data(path)
    assert crm.store.attachments.get(sha256(content).hexdigest()) == content
