"""The workspace binds a store, a user, a day and a clock."""

import datetime as dt
import json
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.errors import InvalidValue, MissingExtra, NotFound
from segmentation.memory import MemoryStore
from segmentation.plain import to_plain
from segmentation.workspace import open_store, system_clock

NOON = dt.datetime(2026, 11, 22, 12, tzinfo=dt.UTC)
SAMPLE = Path(__file__).parents[2] / "src" / "segmentation" / "sample"


@pytest.fixture
def crm() -> seg.Workspace:
    crm = seg.Workspace.open(MemoryStore(), user="ANNA", clock=lambda: NOON)
    crm.import_data(SAMPLE)
    return crm


def test_today_is_the_day_of_the_clock_unless_it_is_given() -> None:
    store = MemoryStore()
    assert seg.Workspace.open(store, clock=lambda: NOON).context.day.today == NOON.date()
    bound = seg.Workspace.open(
        store, today=dt.date(2027, 1, 1), workdate=dt.date(2027, 1, 2)
    ).context.day
    assert (bound.today, bound.workdate) == (dt.date(2027, 1, 1), dt.date(2027, 1, 2))


def test_today_begins_at_midnight_of_the_zone() -> None:
    late = dt.datetime(2026, 11, 22, 23, 30, tzinfo=dt.UTC)
    bern = dt.timezone(dt.timedelta(hours=1))
    crm = seg.Workspace.open(MemoryStore(), clock=lambda: late, zone=bern)
    assert crm.context.day.today == dt.date(2026, 11, 23)
    assert crm.context.day.zone is bern


def test_tokens_of_the_host_are_looked_up_at_each_selection() -> None:
    mine = {"%mycountries": "DK"}
    crm = seg.Workspace.open(MemoryStore(), today=NOON.date(), tokens=mine)
    crm.add(seg.Contact(no="A", country_region_code="DK"))
    crm.add(seg.Contact(no="B", country_region_code="SE"))
    assert crm.select(contact={"country_region_code": "%MyCountries"}) == ["A"]
    mine["%mycountries"] = "SE"
    assert crm.select(contact={"country_region_code": "%mycountries"}) == ["B"]


def test_dates_are_typed_in_the_order_of_the_workspace() -> None:
    crm = seg.Workspace.open(MemoryStore(), today=NOON.date(), date_order="mdy")
    assert "2026-03-04" in crm.describe(interactions={"date": "030426"})


def test_what_was_selected_says_what_it_rests_on(crm: seg.Workspace) -> None:
    found = crm.select(interactions=seg.none(date="-3M.."), contact={"country_region_code": "NO"})
    assert (found.base, found.at, found.as_of.today) == (69, NOON, NOON.date())
    assert 0 < len(found) < found.base
    assert found == list(found)
    assert found[:2] == found.nos[:2]
    assert found != "NO"
    assert "2026-08-22" in str(found)
    assert repr(found) == f"Found(2026-11-22, found={len(found)})"
    assert found[0] in found._repr_html_()


def test_the_system_clock_knows_its_zone() -> None:
    assert system_clock().tzinfo is dt.UTC


def test_a_workspace_closes_what_it_opened() -> None:
    with seg.Workspace.open() as crm:
        assert crm.select() == []


def test_a_store_in_memory_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "sqlalchemy", None)
    assert isinstance(open_store(":memory:"), MemoryStore)


def test_a_store_is_made_unless_it_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="store"):
        open_store(tmp_path / "crm.db", create=False)
    open_store(tmp_path / "crm.db").close()
    open_store(tmp_path / "crm.db", create=False).close()


def test_a_file_without_the_extra_is_an_error_that_names_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    modules = __import__("sys").modules
    for name in [name for name in modules if name.startswith("segmentation.adapters.sqlalchemy")]:
        monkeypatch.delitem(modules, name)
    monkeypatch.delattr("segmentation.adapters.sqlalchemy", raising=False)
    monkeypatch.setitem(modules, "sqlalchemy", None)
    with pytest.raises(MissingExtra, match=r"segmentation\[sql\]"):
        open_store(tmp_path / "crm.db")


def test_one_file_can_be_taken_in_by_itself() -> None:
    crm = seg.Workspace.open()
    assert crm.import_data(SAMPLE / "mailing_group.json").counts == (("mailing_group", 5),)


def test_a_folder_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(seg.StoreError, match="there is no such file or folder"):
        seg.Workspace.open().import_data(tmp_path / "nowhere")


def test_an_attachment_outside_the_folder_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "interaction_tmpl_language.json").write_text(
        '[{"interaction_template_code": "X", "attachment": "../secret.txt"},'
        ' {"interaction_template_code": "Y", "attachment": "gone.txt"}]',
        encoding="utf-8",
    )
    with pytest.raises(seg.Rejected) as caught:
        seg.Workspace.open().import_data(folder)
    assert [fault.reason for fault in caught.value.faults] == [
        "there is no file inside the folder '../secret.txt'",
        "there is no file 'gone.txt'",
    ]


def test_a_contact_is_found_by_its_number_in_any_case(crm: seg.Workspace) -> None:
    assert crm.contacts[" ct000001 "].no == "CT000001"
    with pytest.raises(seg.NotFound, match="there is no contact 'NOBODY'"):
        crm.contacts["NOBODY"]


def test_segments_and_what_became_of_them_are_listed(crm: seg.Workspace) -> None:
    fair = crm.new_segment("Fair", interaction_template_code="FAIR").add_contact("CT000002")
    fair.save_criteria("ONE")
    assert [header.no for header in crm.segments] == ["SM00001"]
    assert [criteria.code for criteria in crm.saved_criteria] == ["ONE"]
    assert crm.segment(" sm00001 ").contact_nos == ("CT000002",)
    fair.log()
    assert list(crm.segments) == []
    assert [logged.segment_no for logged in crm.logged_segments] == ["SM00001"]
    with pytest.raises(seg.NotFound):
        crm.segment("SM00001")
    with pytest.raises(seg.NotFound):
        _ = fair.lines


def test_a_workspace_in_a_notebook_shows_its_first_segments(crm: seg.Workspace) -> None:
    for number in range(1, 13):
        crm.new_segment(f"Fair {number}")
    shown = crm._repr_html_()
    assert "Fair 10<" in shown
    assert "Fair 11<" not in shown
    assert "and 2 more" in shown


def test_a_workspace_as_plain_data_tells_the_day_and_how_much_there_is(crm: seg.Workspace) -> None:
    crm.new_segment("Fair").add_contact("CT000002")
    assert json.loads(json.dumps(to_plain(crm))) == {
        "user": "ANNA",
        "today": "2026-11-22",
        "workdate": "2026-11-22",
        "contacts": len(crm.contacts),
        "segments": 1,
        "journal": to_plain(crm.journal.head),
    }


def test_criteria_and_filters_by_table_do_not_go_together(crm: seg.Workspace) -> None:
    with pytest.raises(InvalidValue, match="cannot stand beside filters by table"):
        crm.select(seg.make_selection(contact={"city": "Oslo"}), contact={"city": "Oslo"})


def test_the_journal_can_be_read_from_the_workspace(crm: seg.Workspace) -> None:
    crm.new_segment("Fair", interaction_template_code="FAIR").add_contact("CT000002").log()
    entries = list(crm.journal)
    assert entries[0].at == NOON
    assert entries[0].user == "ANNA"
    assert crm.journal.verify() == crm.journal.head
