"""What is typed is kept neutral, and criteria of an earlier meaning tell what may have changed."""

import datetime as dt
import gzip
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import segmentation as seg
from segmentation.criteria import to_text
from segmentation.errors import InvalidValue
from segmentation.memory import MemoryStore
from segmentation.segments import SavedCriteria, actions_from_json
from support import fair

OLD = Path(__file__).parents[1] / "samples" / "store-of-the-first-meaning.db.gz"
ZURICH = ZoneInfo("Europe/Zurich")
DAY, WORKDATE = dt.date(2026, 11, 22), dt.date(2026, 1, 15)


def open_in(
    store: object,
    language: str,
    day: dt.date = DAY,
    workdate: dt.date = WORKDATE,
    order: str = "dmy",
) -> seg.Workspace:
    return seg.Workspace.open(
        store,  # type: ignore[arg-type]
        today=day,
        workdate=workdate,
        language=language,
        date_order=order,  # type: ignore[arg-type]
        user="ANNA",
    )


def kept(crm: seg.Workspace, code: str) -> str:
    """The filter texts of saved criteria."""
    (action,) = actions_from_json(crm.saved_criteria[code].actions)
    assert isinstance(action.criteria, seg.criteria.Part)
    return " ".join(to_text(where.filter) for where in action.criteria.conditions)


@pytest.mark.parametrize(
    ("typed", "neutral"),
    [
        ("oggi", "t"),
        ("domenica47 2026", "2026-11-22"),
        ("22.11.2026", "2026-11-22"),
        ("22/11", "--11-22"),
        ("2211", "--11-22"),
        ("ieri..", "t-1D.."),
        ("lun", "mon"),
        ("dome47", "sun47"),
        ("15|22.11.26", "15|2026-11-22"),
        ("Y27..", "Y2027.."),
        ("lavoro|<>(doma)", "w|<>t+1D"),
    ],
)
def test_what_an_italian_types_is_kept_neutral_mng_32(typed: str, neutral: str) -> None:
    """MNG-32."""
    store = fair.make_store()
    crm = open_in(store, "it-IT")
    criteria = seg.make_selection(interactions={"date": typed})
    crm.saved_criteria.save("X", criteria)
    sheet = crm.new_segment("Fair").add_contacts(criteria)
    assert kept(crm, "X") == neutral
    (action,) = sheet.actions
    assert action.criteria == seg.make_selection(interactions={"date": neutral})
    reader = open_in(store, "nb-NO", order="ymd")
    asked = seg.make_selection(interactions={"date": kept(reader, "X")})
    assert reader.describe(asked) == open_in(store, "nb-NO").describe(criteria=asked)


def test_what_is_kept_under_a_new_code_is_neutral_mng_32() -> None:
    """MNG-32."""
    crm = open_in(MemoryStore(), "it-IT")
    crm.saved_criteria.new("X", seg.make_selection(interactions={"date": "ieri..oggi"}))
    assert kept(crm, "X") == "t-1D..t"


def test_what_moves_with_the_day_still_does_mng_33() -> None:
    """MNG-33."""
    store = MemoryStore()
    crm = open_in(store, "it-IT")
    criteria = seg.make_selection(interactions={"date": "oggi|dome47|15|22.11.26"})
    crm.saved_criteria.save("X", criteria)
    later = dt.date(2027, 3, 1)
    said = open_in(store, "en", later, later).saved_criteria.describe("X")
    days = ("2027-03-01", "2027-11-28", "2027-03-15", "2026-11-22")
    assert [day for day in days if day in said] == [*days]


def test_saved_criteria_tell_what_may_answer_otherwise_mng_58() -> None:
    """MNG-58."""
    store = fair.make_store()
    crm = seg.Workspace.open(store, user="ANNA", today=DAY, zone=ZURICH)
    texts = {"name": "@ΣΊΣ*", "country_region_code": "DK|SE"}
    crm.saved_criteria.save("X", seg.make_selection(contact=texts))
    saved = crm.saved_criteria["X"]
    assert crm.saved_criteria.check("X") == ()
    old = saved.actions.replace('"meaning":2,', "")
    crm.saved_criteria.delete("X")
    crm.saved_criteria.add(SavedCriteria(code="X", actions=old))
    (remark,) = crm.saved_criteria.check("X")
    assert remark.place == "contact.name"
    told = crm.saved_criteria.describe("X")
    assert "letters are compared one by one" in told
    assert "contact.country_region_code" not in told


def test_actions_of_a_later_meaning_are_refused_mng_59() -> None:
    """MNG-59."""
    crm = seg.Workspace.open(today=DAY)
    crm.saved_criteria.save("X", seg.make_selection(contact={"city": "Bern"}))
    actions = crm.saved_criteria["X"].actions
    assert '"meaning":2' in actions
    with pytest.raises(InvalidValue, match="9 is not known; this library reads up to 2"):
        actions_from_json(actions.replace('"meaning":2', '"meaning":9'))


@pytest.fixture
def old(tmp_path: Path) -> Iterator[seg.Workspace]:
    """A store that was written under the first version of the meaning."""
    path = tmp_path / "crm.db"
    path.write_bytes(gzip.decompress(OLD.read_bytes()))
    with seg.Workspace.open(path, user="ANNA", today=DAY, zone=ZURICH) as crm:
        yield crm


def test_criteria_of_an_old_store_run_and_tell_what_may_answer_otherwise_mng_58(
    old: seg.Workspace,
) -> None:
    """MNG-58."""
    changed = {
        code: [remark.place for remark in old.saved_criteria.check(code) if changed_in(remark)]
        for code in ("LETTERS", "YEAR", "HOUR", "NORDIC")
    }
    assert changed == {
        "LETTERS": ["contact.name"],
        "YEAR": ["interaction_log_entry.date"],
        "HOUR": ["contact.last_modified"],
        "NORDIC": [],
    }
    assert "letters are compared one by one" in old.saved_criteria.describe("LETTERS")
    found = old.new_segment("New").reuse_criteria("LETTERS")
    assert list(found.contact_nos) == ["A"]
    old.journal.verify()
    assert old.journal.audit() == []


def changed_in(remark: seg.criteria.Remark) -> bool:
    return remark.concern is seg.criteria.Concern.CHANGED


def test_a_segment_logged_under_the_old_meaning_stays_as_it_was_mng_59(
    old: seg.Workspace,
) -> None:
    """MNG-59."""
    rebuilt = old.logged_segments.rebuild(1)
    assert list(rebuilt.contact_nos) == ["C"]
    assert {action.meaning for action in rebuilt.actions} == {1}
    assert old.logged_segments[1].meaning == 1
    assert list(old.select(rebuilt.actions[0].criteria)) == ["A"]


def test_a_segment_of_the_old_meaning_run_anew_tells_that_it_changed_mng_59(
    old: seg.Workspace,
) -> None:
    """MNG-59."""
    anew = old.logged_segments.rerun(1)
    assert sorted(anew.contact_nos) == ["A", "C"]
    assert (anew.came, anew.went) == (("A",), ())
    (remark,) = anew.remarks
    assert remark.concern is seg.criteria.Concern.CHANGED
    assert remark.place == "contact.name"
    assert "since version 2 of the meaning, and were not in version 1" in remark.sentence
    assert [each.contact_no for each in old.interactions] == ["C"]
    member = old.logged_segments.explain(1, "A")
    assert not member.logged
    assert len(list(old.segments)) == 0
    assert "letters are compared one by one" in anew._repr_html_()
    assert seg.to_plain(anew)["came"] == ["A"]


def test_a_segment_of_the_meaning_of_now_run_anew_tells_who_came_and_went() -> None:
    crm = seg.Workspace.open(fair.make_store(), user="ANNA", today=DAY)
    segment = crm.new_segment("All", interaction_template_code="INVITE")
    segment.add_contacts(contact={"type": "person"})
    there = list(segment.contact_nos)
    logged = segment.log().segment
    crm.contacts.exclude(there[0], "asked for it")
    new = crm.contacts.new("New", type="person")
    anew = crm.logged_segments.rerun(logged)
    assert (anew.came, anew.went, anew.remarks) == ((new.no,), (there[0],), ())
    with pytest.raises(seg.NotFound):
        crm.logged_segments.rerun(99)
