"""Saved criteria as texts and files: a condition a line, and every fault with its line."""

import datetime as dt
import difflib
from collections.abc import Iterator
from pathlib import Path as FilePath

import pytest
from hypothesis import given

import segmentation as seg
from segmentation.code_tables import CountryRegion
from segmentation.criteria import (
    Aspect,
    Criteria,
    Cut,
    First,
    InLoggedSegment,
    Order,
    Part,
    Sample,
    Where,
    parse,
)
from segmentation.errors import BadDocument, InvalidValue, NotFound, Refused, Rejected
from segmentation.fields import Field
from segmentation.operations.segments import CriteriaForm
from segmentation.segments import SavedCriteria, actions_to_json, contact_schema
from segmentation.serialization import (
    DefinitionReader,
    Path,
    criteria_to_definition,
    read_placed,
    to_json,
    to_ordered_json,
    to_toml,
)
from segmentation.testing.strategies import selections
from support import fair

DAY = dt.date(2026, 11, 22)
FORMS: tuple[CriteriaForm, ...] = ("toml", "json")


def open_desk(user: str = "ANNA") -> seg.Workspace:
    return seg.Workspace.open(fair.make_store(), user=user, today=DAY)


@pytest.fixture
def crm() -> seg.Workspace:
    return open_desk()


def actions_in(crm: seg.Workspace) -> dict[str, str]:
    return {each.code: each.actions for each in crm.saved_criteria.where()}


def faults_of(crm: seg.Workspace, text: str) -> list[str]:
    before = actions_in(crm)
    with pytest.raises(Rejected) as caught:
        crm.saved_criteria.add_text(text)
    assert actions_in(crm) == before
    return [str(fault) for fault in caught.value.faults]


def changed_lines(before: str, after: str) -> list[str]:
    compared = difflib.ndiff(before.splitlines(), after.splitlines())
    return [line for line in compared if line[0] in "+-"]


NORTH = {
    "city": "Bern",
    "name": "@a*",
    "country_region_code": "DK|SE",
    "post_code": "3..4",
    "language_code": "<>DEU",
}


@pytest.mark.parametrize("form", FORMS)
def test_a_change_of_one_condition_is_a_change_of_one_line_mng_54(
    crm: seg.Workspace, form: CriteriaForm
) -> None:
    """MNG-54."""
    saved = crm.saved_criteria
    saved.save("NORTH", seg.make_selection(contact=NORTH), description="Up there")
    before = saved.to_text("NORTH", form=form)
    assert before == saved.to_text("NORTH", form=form)
    saved.save(
        "NORTH", seg.make_selection(contact=NORTH | {"city": "Basel"}), description="Up there"
    )
    assert [line[0] for line in changed_lines(before, saved.to_text("NORTH", form=form))] == [
        "-",
        "+",
    ]
    more = seg.make_selection(contact=NORTH | {"e_mail": "*@*"})
    saved.save("NORTH", more, description="Up there")
    added = [
        line for line in changed_lines(before, saved.to_text("NORTH", form=form)) if line[0] == "+"
    ]
    assert len(added) <= {"toml": 1, "json": 2}[form]
    assert any('"*\\\\@*"' in line or "*@*" in line for line in added)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_criteria_give_the_same_bytes_whoever_saved_them_mng_54(
    form: CriteriaForm,
) -> None:
    """MNG-54."""
    texts = []
    for user in ("ANNA", "BO"):
        crm = open_desk(user)
        for code in ("B", "A") if user == "ANNA" else ("A", "B"):
            crm.saved_criteria.save(code, seg.make_selection(contact=NORTH))
        texts.append(crm.saved_criteria.to_text(*crm.saved_criteria, form=form))
    assert texts[0] == texts[1]
    assert "ANNA" not in texts[0]
    assert "2026" not in texts[0]
    other = open_desk("CARL")
    other.saved_criteria.add_text(texts[0])
    assert actions_in(other) == actions_in(crm)
    assert other.saved_criteria["A"].saved_by == "CARL"


@pytest.mark.parametrize("form", FORMS)
@given(criteria=selections(contact_schema()))
def test_every_selection_is_read_as_it_was_written_mng_54(form: str, criteria: Criteria) -> None:
    """MNG-54."""
    data = {"X": {"where": criteria_to_definition(criteria)}}
    text = to_toml(data) if form == "toml" else to_ordered_json(data)
    read = read_placed(text)
    reader = DefinitionReader(lambda _: None)
    assert reader.criteria(read.data["X"]["where"], ("X", "where")) == criteria
    assert reader.faults == []
    for path, value in values_in(read.data, ()):
        line = text.splitlines()[read.values[path].line - 1]
        assert to_json(value) in line or isinstance(value, str)


def values_in(data: object, path: Path) -> Iterator[tuple[Path, object]]:
    """The texts and numbers with what leads to them."""
    if isinstance(data, dict):
        for key, value in data.items():
            yield from values_in(value, (*path, key))
    elif isinstance(data, list):
        for place, value in enumerate(data):
            yield from values_in(value, (*path, place))
    else:
        yield path, data


def where(field: str, text: str, aspect: Aspect | None = None) -> Where:
    found = parse(text)
    assert found is not None
    return Where(field, found, aspect)


@pytest.mark.parametrize(
    "part",
    [
        Part(
            "contact",
            (where("name", "A*"), where("city", "B"), where("name", "*C")),
        ),
        Part("all", (where("name", "A"),)),
        Part("contact", (where("born", "25..42", Aspect.AGE_IN_YEARS),)),
    ],
    ids=["between", "tag", "aspect"],
)
def test_what_has_no_names_of_its_own_is_said_in_the_stored_form(part: Part) -> None:
    data = {"X": criteria_to_definition(part)}
    reader = DefinitionReader(lambda _: None)
    assert reader.criteria(read_placed(to_toml(data)).data["X"], ("X",)) == part


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    "criteria",
    [
        Cut(Part("contact", (where("city", "Bern"),)), First(3, (Order("name", descending=True),))),
        Cut(Part("contact"), Sample(5, "spring")),
        InLoggedSegment(7),
    ],
    ids=["first", "sample", "logged"],
)
def test_what_is_no_condition_is_read_as_it_was_written_too(
    crm: seg.Workspace, form: CriteriaForm, criteria: Criteria
) -> None:
    crm.saved_criteria.save("A", criteria)
    other = open_desk()
    other.saved_criteria.add_text(crm.saved_criteria.to_text("A", form=form))
    assert actions_in(other) == actions_in(crm)


def test_what_a_worksheet_took_from_saved_criteria_is_said_by_their_code(
    crm: seg.Workspace,
) -> None:
    crm.saved_criteria.save("BERN", seg.make_selection(contact={"city": "Bern"}))
    sheet = crm.new_segment("Fair").follow_criteria("BERN")
    sheet.refresh()
    sheet.save_criteria("KEPT")
    text = crm.saved_criteria.to_text("KEPT")
    assert 'saved_criteria = "BERN"' in text
    other = open_desk()
    other.saved_criteria.add_text(text)
    assert other.saved_criteria["KEPT"].actions == crm.saved_criteria["KEPT"].actions


def test_values_stand_before_tables_and_what_is_nowhere_is_told_at_the_start() -> None:
    data = {"of": {"name": "x"}, "count": 3}
    text = to_toml(data)
    assert text.startswith("count = 3\n")
    read = read_placed(text)
    assert read.data == data
    assert str(read.key(("none",))) == "1:1"


def test_a_worksheet_keeps_its_actions_in_a_text(crm: seg.Workspace) -> None:
    sheet = crm.new_segment("Fair").add_contacts(contact={"no": "A*"}, expand_companies=True)
    sheet.reduce_contacts(contact={"name": "X"}).add_contact("CARL")
    sheet.save_criteria("KEPT", description="Some")
    other = open_desk()
    other.saved_criteria.add_text(crm.saved_criteria.to_text("KEPT"))
    assert actions_in(other) == actions_in(crm)
    assert other.saved_criteria["KEPT"].description == "Some"


def test_criteria_without_actions_travel_too() -> None:
    crm, other = open_desk(), open_desk()
    crm.store.records.put([SavedCriteria(code="OLD", actions=actions_to_json([]))])
    other.saved_criteria.add_text(crm.saved_criteria.to_text("OLD"))
    assert actions_in(other) == actions_in(crm)


def test_own_fields_travel_with_criteria() -> None:
    crm, other = open_desk(), open_desk()
    for desk in (crm, other):
        desk.tables.define("saved_segment_criteria", Field("owner", "text"), Field("since", "date"))
    crm.saved_criteria.save("A", seg.make_selection(contact={"city": "Bern"}))
    crm.saved_criteria.change("A", extra={"owner": "Sales", "since": DAY})
    other.saved_criteria.add_text(crm.saved_criteria.to_text("A"))
    assert dict(other.saved_criteria["A"].extra) == {"owner": "Sales", "since": DAY}


def test_two_things_written_by_hand_are_enough_mng_55(
    crm: seg.Workspace, tmp_path: FilePath
) -> None:
    """MNG-55."""
    file = tmp_path / "bern.toml"
    file.write_text('[bern.where.contact]\ncity = "Bern"\n')
    (saved,) = crm.saved_criteria.add_files(file)
    assert (saved.code, saved.description) == ("BERN", "")
    crm.contacts.change("ANNA", city="Bern")
    assert [*crm.new_segment("B").reuse_criteria("BERN").contact_nos] == ["ANNA"]
    with pytest.raises(Rejected, match=r"bern\.toml:1:1: code: is taken"):
        crm.saved_criteria.add_files(file)
    assert crm.saved_criteria.add_files(file, replace=True) == [crm.saved_criteria["BERN"]]


def test_what_is_there_just_so_stays_as_it_is(crm: seg.Workspace) -> None:
    crm.saved_criteria.save("A", seg.make_selection(contact={"city": "Bern"}))
    before = crm.saved_criteria["A"]
    fair.evolved(crm, user="BO").saved_criteria.add_text(
        crm.saved_criteria.to_text("A"), replace=True
    )
    assert crm.saved_criteria["A"] == before


BAD = """\
[ONE]
description = "The first"
[TWO]
description = "The second"

[TWO.where.contact]
ctiy = "Bern"
name = "A*"
country_region_code = "DK|(SE"

[THREE]
descripton = "The third"
where.contact.city = "Bern"
[ONE.where.contact]
city = "Basel"
"""


def test_all_faults_come_at_once_with_their_lines_mng_56(
    crm: seg.Workspace, tmp_path: FilePath
) -> None:
    """MNG-56."""
    file = tmp_path / "bad.toml"
    file.write_text(BAD)
    with pytest.raises(Rejected) as caught:
        crm.saved_criteria.add_files(file)
    assert [str(fault) for fault in caught.value.faults] == [
        f"{file}:7:1: unknown field 'ctiy' in contact; did you mean 'city'?",
        f"{file}:9:27: contact.country_region_code: a bracket is not closed; expected a ) for it",
        f"{file}:12:1: unknown key 'descripton'; did you mean 'description'?",
    ]
    assert len(crm.saved_criteria) == 0
    assert crm.saved_criteria.check_files(file) == caught.value.faults


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("[A", ["1: is neither TOML nor JSON: Expected ']'"]),
        ("[A]\nx = =", ["2:5: is neither TOML nor JSON: Invalid value"]),
        ('{"A": 5,', ["1:9: is neither TOML nor JSON: "]),
        ("A = 5", ["1:1: is no table with keys"]),
        ("[A]", ["1:1: needs either where or actions"]),
        ("[A]\nwhere = 5", ["2:1: is no selection"]),
        ("[A]\nwhere = {}\nactions = []", ["1:1: needs either where or actions"]),
        ("[A]\nactions = 5", ["2:1: is no list of tables"]),
        ("[A]\nactions = [5]", ["2:12: is no table with keys"]),
        ("[A]\nactions = [{kind = 'ad'}]", ["2:21: unknown option 'ad'; did you mean 'add'?"]),
        ("[A]\nactions = [{by_hand = 1}]", ["2:12: lacks the key 'kind'"]),
        (
            "[A]\nmeaning = 9\nwhere.contact.city = 'x'",
            ["2:11: is not known; this library reads up to"],
        ),
        ("[A]\ndescription = 5\nwhere.contact.city = 'x'", ["2:15: is no text"]),
        ("[A]\nwhere.contact.city = 5", ["2:22: is no text"]),
        ("[A]\nwhere.contact.city = ''", ["2:23: is empty; say '' for a blank value"]),
        ("[A]\nwhere.contact.city.yaers = '5'", ["2:1: contact.city: unknown aspect 'yaers'"]),
        ("[A]\nwhere.contct.city = '5'", ["2:1: unknown table 'contct'; did you mean 'contact'?"]),
        ("[A]\nwhere.any = 5", ["2:1: is no list of selections"]),
        (
            "[A]\nwhere.any = [{foo = {}}, {bar = {}}]",
            ["2:15: unknown table 'foo'", "2:27: unknown table 'bar'"],
        ),
        ("[A]\nwhere.in_segment = 5", ["2:20: is no text"]),
        ("[A]\nwhere.in_share = {seed = 'x', start = 0}", ["2:1: lacks the key 'stop'"]),
        ("[A]\nwhere.part = {table = 'contact', where = [5]}", ["is no list of [field, filter]"]),
        ("[A]\nwhere.not.first = {count = 1, of = {contact = {}}}", ["has a cut inside"]),
        (
            "[A]\nwhere.first = {count = 1, of = {contact = {}}, order = [5]}",
            ["is no list of [field, true"],
        ),
        ("[A]\nwhere.sample = {count = 1, of = {contact = {}}}", ["lacks the key 'seed'"]),
        (
            "[A]\nwhere.figure = {measure = 'count', of = {in_segment = 'X'}, filter = '1'}",
            ["is not of one table"],
        ),
        (
            "[A]\nwhere.figure = {measure = 'cont', of = {contact = {}}, filter = '1'}",
            ["unknown option 'cont'; did you mean 'count'?"],
        ),
        (
            "[A]\nwhere.figure = {measure = 'count', of = {contact = {}}, filter = '1&'}",
            ["2:69: the filter ends too early"],
        ),
        (
            "[A]\nwhere.contact.city = 'x'\n[a]\nwhere.contact.city = 'x'",
            ["3:1: code: A is given already at 1:1"],
        ),
        ("[' ']\nwhere.contact.city = 'x'", ["1:1: is blank"]),
        ("[A]\nactions = [{kind = ''}]", ["2:21: unknown option ''"]),
        ("[A]\nactions = [{kind = 5}]", ["2:20: is no text"]),
        ("[A]\nwhere.any = [{contact = {}}]", ["2:1: needs two selections at least"]),
        ("[A]\nwhere." + "not." * 500 + "contact.city = 'x'", ["2:1: are nested too deep"]),
        ('{"A": {"where": ' + '{"not": ' * 500 + "5" + "}" * 502, ["1:1: is nested too deep"]),
        ("[A]\nwhere.figure = 5", ["2:1: is no table with keys"]),
        ("[A]\nwhere.figure = {measure = 'count', filter = '1'}", ["2:1: is no selection"]),
        (
            "[A]\nwhere.figure = {measure = 'count', of = {contact = {}}, filter = ''}",
            ["2:67: is empty; say '' for a blank value"],
        ),
        (
            "[A]\nwhere.figure = {measure='sum', field='name', of={contact={}}, filter='1'}",
            ["2:1: contact.name: 'sum' needs a field of type decimal or integer"],
        ),
        ("[A]\nwhere.in_share = {seed = 'x', start = 5, stop = 1}", ["2:1: share: (5, 1) does"]),
        ("[A]\nwhere.in_logged_segment = 'x'", ["2:28: is no whole number"]),
        (
            f"[A]\nwhere.contact.city = 'x'\ndescription = '{'x' * 101}'",
            ["3:1: 'xxx"],
        ),
        (
            "[A]\nwhere.contact.city = 'x'\n[A.extra]\nowner = 'x'",
            ["4:1: 'owner' is no field that is defined"],
        ),
        ('["\\U0001F600"]\nwhere.contact.city = 5', ["2:22: is no text"]),
        ('{"\\ud83d\\ude00": 5}', ["1:2: is no table with keys"]),
    ],
    ids=[
        "broken-toml",
        "no-value",
        "broken-json",
        "no-table",
        "nothing",
        "no-selection",
        "both",
        "no-actions",
        "no-action",
        "unknown-kind",
        "no-kind",
        "later-meaning",
        "no-description",
        "no-filter",
        "empty-filter",
        "unknown-aspect",
        "unknown-table",
        "no-list",
        "two-tables",
        "no-segment",
        "share-without-end",
        "no-row",
        "cut-inside",
        "no-order",
        "sample-without-seed",
        "figure-of-no-table",
        "unknown-measure",
        "half-a-filter",
        "given-twice",
        "blank-code",
        "blank-kind",
        "kind-of-no-text",
        "one-of-one",
        "deep-toml",
        "deep-json",
        "no-figure",
        "figure-of-nothing",
        "empty-figure",
        "sum-of-texts",
        "share-upside-down",
        "no-logged-segment",
        "long-description",
        "unknown-own-field",
        "escapes-of-toml",
        "escapes-of-json",
    ],
)
def test_what_is_no_definition_is_refused_whole(
    crm: seg.Workspace, text: str, faults: list[str]
) -> None:
    told = faults_of(crm, text)
    assert len(told) == len(faults)
    for fault, expected in zip(told, faults, strict=True):
        assert expected in fault


def test_a_file_that_cannot_be_read_is_told(crm: seg.Workspace, tmp_path: FilePath) -> None:
    no_text = tmp_path / "x.toml"
    no_text.write_bytes(b"\xff\xfe\x00")
    for file in (no_text, tmp_path / "none.toml"):
        with pytest.raises(BadDocument, match=file.name):
            crm.saved_criteria.add_files(file)
    assert len(crm.saved_criteria.check_files(no_text, tmp_path / "none.toml")) == 2


def test_codes_that_the_store_lacks_are_faults_of_a_check_mng_57(
    crm: seg.Workspace, tmp_path: FilePath
) -> None:
    """MNG-57."""
    crm.store.records.put([CountryRegion(code="DK")])
    file = tmp_path / "x.toml"
    file.write_text('[A.where.contact]\ncountry_region_code = "DK|XX"\ntier = "gold"\n')
    faults = crm.saved_criteria.check_files(file)
    assert [str(fault).split(": ")[0] for fault in faults] == [f"{file}:2:24", f"{file}:3:1"]
    assert len(crm.saved_criteria) == 0


def test_a_check_tells_what_could_not_be_kept_and_no_other_remark(
    crm: seg.Workspace, tmp_path: FilePath
) -> None:
    file = tmp_path / "x.toml"
    file.write_text(f'[{"X" * 30}.where.interactions]\ndate = "..t"\n')
    (fault,) = crm.saved_criteria.check_files(file)
    assert str(fault) == f"{file}:1:1: code: has 30 characters, 10 at most"
    file.write_text('[X.where.interactions]\ndate = "..t"\n')
    assert crm.saved_criteria.check_files(file) == ()


def test_criteria_of_a_text_that_lead_back_to_themselves_are_refused(crm: seg.Workspace) -> None:
    crm.saved_criteria.save("A", seg.make_selection(contact={"city": "Bern"}))
    no = crm.new_segment("S").follow_criteria("A").header.no
    with pytest.raises(Refused, match="circle"):
        crm.saved_criteria.add_text(f'[A.where]\nin_segment = "{no}"\n', replace=True)


def test_none_named_or_an_unknown_form_is_an_error(crm: seg.Workspace) -> None:
    with pytest.raises(InvalidValue, match="give at least one code"):
        crm.saved_criteria.to_text()
    crm.saved_criteria.save("A", None)
    with pytest.raises(InvalidValue, match="neither 'toml' nor 'json'"):
        crm.saved_criteria.to_text("A", form="yaml")  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="saved criteria 'NONE'"):
        crm.saved_criteria.to_text("NONE")
