"""Templates at the front: common verbs, languages, Word templates, a letter tried, figures."""

from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

import segmentation as seg
from segmentation.code_tables import LanguageCode
from segmentation.contacts import AlternativeAddress
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.interactions import Interaction
from segmentation.operations.field_values import InteractionTemplateValues, TemplateTextValues
from segmentation.templates import InteractionGroup, TemplateLanguage, WizardAction, WordTemplate
from support.desk import COST, LETTER, make_desk, make_template, segment_of
from support.fair import TODAY, evolved

TEXT = Attachment("card.txt", b"Hi {{ name }}")
HTML = Attachment("card.html", b"<p>Hi {{ name }}</p>")


@pytest.fixture
def crm() -> seg.Workspace:
    return make_desk()


def text(code: str = "CARD", language: str = "ENU", **fields: str) -> TemplateLanguage:
    values = {"interaction_template_code": code, "language_code": language, **fields}
    return TemplateLanguage(**values)  # type: ignore[arg-type]  # whatever a test gives


def is_kept(crm: seg.Workspace, content: bytes) -> bool:
    """Whether the store has a content."""
    digest = crm.store.attachments.put(b"another")
    crm.store.attachments.remove([digest])
    contents = crm.store.attachments._contents  # type: ignore[attr-defined]  # noqa: SLF001
    return content in contents.values()


# -- the common verbs ---------------------------------------------------------------------------


def test_a_template_is_made_found_changed_and_deleted(crm: seg.Workspace) -> None:
    made = crm.templates.new("card", description="Card", unit_cost="2.50")
    assert crm.templates["Card"] == crm.templates.find(made) == made
    assert (made.code, str(made.unit_cost)) == ("CARD", "2.50")
    assert "CARD" in crm.templates
    assert [each.code for each in crm.templates] == [
        "BILL",
        "CALL",
        "CARD",
        "INVITE",
        "LETTER",
        "TALK",
    ]
    assert [each.code for each in crm.templates.where(unit_cost="2.50")] == ["CARD"]
    changed = crm.templates.change(made, description="Postcard", unit_cost=3)
    assert changed == crm.templates["CARD"] == crm.templates.change("card")
    assert (changed.description, str(changed.unit_cost)) == ("Postcard", "3")
    crm.templates.delete("card")
    assert crm.templates.find("CARD") is None
    assert repr(crm.templates) == "Templates(5)"


def test_a_record_is_taken_in_place_of_its_key(crm: seg.Workspace) -> None:
    """FRT-04."""
    group = crm.store.records.find(InteractionGroup, "TALKS")
    assert group is not None
    crm.store.records.put([LanguageCode(code="DAN")])
    talk = crm.templates.new("CHAT", interaction_group_code=group)
    assert talk.interaction_group_code == "TALKS"
    crm.templates.put_language(talk, LanguageCode(code="DAN"), subject="Hej")
    assert [each.language_code for each in crm.templates.languages(talk)] == ["DAN"]
    crm.templates.remove_language("chat", "dan")
    assert crm.templates.languages("chat") == ()
    assert crm.templates.group_figures(group) == crm.templates.group_figures("talks")
    crm.templates.delete(talk)
    assert "CHAT" not in crm.templates


def test_whoever_is_not_there_is_named_with_a_near_one(crm: seg.Workspace) -> None:
    """FRT-03."""
    templates = crm.templates
    steps: list[Callable[[], object]] = [
        lambda: templates["LETER"],
        lambda: templates.change("LETER", description="x"),
        lambda: templates.delete("LETER"),
        lambda: templates.languages("LETER"),
        lambda: templates.put_language("LETER", "ENU", attachment=TEXT),
        lambda: templates.remove_language("LETER", "ENU"),
        lambda: templates.try_on("LETER", "ANNA"),
        lambda: templates.figures("LETER"),
    ]
    for step in steps:
        with pytest.raises(NotFound, match="did you mean 'LETTER'") as caught:
            step()
        assert (caught.value.kind, caught.value.key) == ("interaction template", "LETER")
    assert templates.find("LETER") is None
    assert "LETER" not in templates
    assert not is_kept(crm, TEXT.content)
    with pytest.raises(NotFound, match="did you mean 'TALKS'"):
        templates.group_figures("TALK")
    with pytest.raises(NotFound, match="interaction tmpl language 'LETTER FRA'"):
        templates.remove_language("LETTER", "FRA")
    with pytest.raises(NotFound, match="contact 'NOBODY'"):
        templates.try_on("LETTER", "NOBODY")


def test_an_unknown_field_is_named_with_a_near_one_and_nothing_stored(crm: seg.Workspace) -> None:
    """FRT-05."""
    wrong: InteractionTemplateValues = {"descripton": "x"}  # type: ignore[typeddict-unknown-key]
    subject: TemplateTextValues = {"subjct": "x"}  # type: ignore[typeddict-unknown-key]
    steps: list[Callable[[], object]] = [
        lambda: crm.templates.new("CARD", **wrong),
        lambda: crm.templates.change("TALK", **wrong),
        lambda: crm.templates.where(**wrong),
        lambda: crm.templates.put_language("TALK", "ENU", attachment=TEXT, **subject),
        lambda: crm.templates.put_word_template("W1", TEXT, nam="x"),  # type: ignore[call-arg]
    ]
    before = list(crm.templates)
    for step in steps:
        with pytest.raises(UnknownName, match="did you mean") as caught:
            step()
        assert isinstance(caught.value, TypeError)
    assert list(crm.templates) == before
    assert not is_kept(crm, TEXT.content)


def test_a_code_that_is_taken_or_blank_is_a_fault(crm: seg.Workspace) -> None:
    with pytest.raises(
        Rejected, match="template TALK: code: is taken by another interaction template"
    ):
        crm.templates.new("talk")
    with pytest.raises(Rejected, match="code: is blank"):
        crm.templates.new("")
    with pytest.raises(Refused, match="its code stays; make a new template"):
        crm.templates.change("TALK", code="CHAT")
    assert crm.templates.change("TALK", code="talk") == crm.templates["TALK"]


def test_all_faults_of_a_template_are_told(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as caught:
        crm.templates.new(
            "CARD",
            description="x" * 101,
            interaction_group_code="NONE",
            language_code_default="ENU",
            languages=[text(subject="y" * 101)],
            wizard_action="merge",
        )
    found = {(str(fault.place), fault.field) for fault in caught.value.faults}
    assert found == {
        ("template CARD", "interaction_group_code"),
        ("template CARD", "wizard_action"),
        ("template CARD in ENU", "subject"),
        ("template CARD", "description"),
    }
    assert "CARD" not in crm.templates


def test_made_records_are_taken_all_or_none(crm: seg.Workspace) -> None:
    card, post = make_template("CARD", language_code_default="ENU"), make_template("POST")
    crm.templates.add(card, text(), post, text("TALK", "DAN"))
    assert [each.language_code for each in crm.templates.languages("CARD")] == ["ENU"]
    assert [each.language_code for each in crm.templates.languages("TALK")] == ["DAN"]
    with pytest.raises(Rejected) as caught:
        crm.templates.add(make_template("NEW"), post, text(), text("NONE"), text("BILL"))
    found = [(str(fault.place), fault.field) for fault in caught.value.faults]
    assert set(found) == {
        ("template POST", "code"),
        ("template CARD in ENU", "interaction_template_code, language_code"),
        ("template NONE in ENU", "interaction_template_code"),
        ("template BILL", ""),
    }
    assert len(found) == len(set(found))
    assert "NEW" not in crm.templates
    with pytest.raises(InvalidValue, match="give at least one"):
        crm.templates.add()
    with pytest.raises(InvalidValue, match="neither an interaction template nor a language"):
        crm.templates.add(InteractionGroup(code="G"))  # type: ignore[arg-type]  # a mistake


def test_a_template_that_is_needed_tells_all_that_needs_it(crm: seg.Workspace) -> None:
    nos = [segment_of(crm, template="TALK").no for _ in range(22)]
    by_line = segment_of(crm, "BO", template="LETTER")
    by_line.change_line(10000, interaction_template_code="TALK")
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK").entry_no
    with pytest.raises(Refused) as caught:
        crm.templates.delete("TALK")
    reason = str(caught.value)
    named = "segment_header.interaction_template_code"
    assert f"{named} of {', '.join(nos[:10])} and 12 more" in reason
    assert f"segment_line.interaction_template_code of {by_line.no}" in reason
    assert f"interaction_log_entry.interaction_template_code of {put_off};" in reason
    for no in nos:
        crm.segment(no).delete()
    with pytest.raises(Refused, match=rf"segment_line\.\w+ of {by_line.no}"):
        crm.templates.delete("TALK")
    with pytest.raises(Refused, match=r"interaction_template_setup\.outg_calls"):
        crm.templates.delete("CALL")


# -- languages and attachments ------------------------------------------------------------------


def test_a_text_is_given_in_one_of_three_ways(crm: seg.Workspace, tmp_path: Path) -> None:
    """FRT-07."""
    path = tmp_path / "card.txt"
    path.write_bytes(TEXT.content)
    crm.templates.new("CARD")
    of_path = crm.templates.put_language("CARD", "DAN", attachment=path)
    given = crm.templates.put_language("CARD", "ENU", attachment=TEXT)
    stored = crm.templates.put_language("CARD", "FRA", attachment=given.attachment)
    named = crm.templates.put_language("CARD", "ITA", attachment=TEXT, attachment_name="x.txt")
    words = [
        crm.templates.put_word_template("W1", path),
        crm.templates.put_word_template("W2", TEXT),
        crm.templates.put_word_template("W3", given.attachment),
    ]
    rows: list[TemplateLanguage | WordTemplate] = [of_path, given, stored, *words]
    assert {row.attachment for row in rows} == {given.attachment}
    assert {row.attachment_name for row in rows} == {"card.txt"}
    assert (named.attachment, named.attachment_name) == (given.attachment, "x.txt")
    for unknown in ("0" * 64, str(path)):
        with pytest.raises(Rejected, match="nothing is stored under"):
            crm.templates.put_language("CARD", "ENU", attachment=unknown)
        with pytest.raises(Rejected, match="nothing is stored under"):
            crm.templates.put_word_template("W1", unknown)


def test_a_text_keeps_what_is_not_given(crm: seg.Workspace) -> None:
    crm.templates.new("CARD")
    crm.templates.put_language("CARD", "ENU", attachment=TEXT, subject="Hi")
    changed = crm.templates.put_language("CARD", "enu", description="A card")
    assert (changed.subject, changed.description) == ("Hi", "A card")
    assert (changed.attachment_name, is_kept(crm, TEXT.content)) == ("card.txt", True)
    word = crm.templates.put_language("CARD", "ENU", word_template_code="W1")
    assert (word.attachment, word.attachment_name, word.word_template_code) == ("", "", "W1")
    assert not is_kept(crm, TEXT.content)
    again = crm.templates.put_language("CARD", "ENU", attachment=HTML)
    assert (again.word_template_code, again.attachment_name) == ("", "card.html")
    with pytest.raises(InvalidValue, match="cannot stand beside an attachment"):
        crm.templates.put_language("CARD", "ENU", attachment=TEXT, word_template_code="W1")


def test_what_came_with_a_refused_text_goes_with_it(crm: seg.Workspace) -> None:
    steps: list[Callable[[], object]] = [
        lambda: crm.templates.put_language("BILL", "ENU", attachment=TEXT),
        lambda: crm.templates.put_language("TALK", "ENU", attachment=TEXT, subject="x" * 101),
        lambda: crm.templates.put_word_template("", TEXT),
        lambda: crm.templates.put_word_template("W1", TEXT, name="x" * 101),
    ]
    for step in steps:
        with pytest.raises(Rejected):
            step()
        assert not is_kept(crm, TEXT.content)
    assert list(crm.store.records.all(WordTemplate)) == []


def test_the_wizard_action_follows_the_text_of_the_default_language(crm: seg.Workspace) -> None:
    """INT-15, INT-16, INT-17."""

    def action() -> str:
        return crm.templates["CARD"].wizard_action

    crm.templates.new("CARD")
    crm.templates.put_language("CARD", "ENU", attachment=HTML)
    crm.templates.put_language("CARD", "DAN", attachment=TEXT)
    assert action() == ""
    merged = crm.templates.change("CARD", language_code_default="ENU")
    assert merged.wizard_action is WizardAction.MERGE
    with pytest.raises(Rejected, match="must be merge"):
        crm.templates.change("CARD", wizard_action="open")
    crm.templates.put_language("CARD", "ENU", attachment=TEXT)
    assert action() == ""
    crm.templates.put_language("CARD", "ENU", attachment=HTML)
    assert action() == "merge"
    assert crm.templates.change("CARD", language_code_default="DAN").wizard_action == ""
    with pytest.raises(Rejected, match="'FRA' is none of its languages"):
        crm.templates.change("CARD", language_code_default="FRA")
    opened = crm.templates.change("CARD", language_code_default="", wizard_action="open")
    assert opened.wizard_action is WizardAction.OPEN


def test_the_default_language_stays(crm: seg.Workspace) -> None:
    crm.templates.put_language("LETTER", "DAN", attachment=TEXT)
    with pytest.raises(Refused, match="change language_code_default first"):
        crm.templates.remove_language("LETTER", "ENU")
    crm.templates.change("LETTER", language_code_default="DAN")
    crm.templates.remove_language("LETTER", "ENU")
    assert [each.language_code for each in crm.templates.languages("LETTER")] == ["DAN"]
    assert not is_kept(crm, LETTER)


def test_another_word_template_takes_the_place_of_the_first(crm: seg.Workspace) -> None:
    first = crm.templates.put_word_template("w1", TEXT, name="Card")
    assert crm.store.records.find(WordTemplate, "W1") == first
    second = crm.templates.put_word_template(first, HTML)
    assert (second.name, second.attachment_name) == ("Card", "card.html")
    assert (is_kept(crm, TEXT.content), is_kept(crm, HTML.content)) == (False, True)


# -- tried, and what came of them ---------------------------------------------------------------


def test_a_letter_is_tried_as_a_segment_would_make_it(crm: seg.Workspace) -> None:
    home = AlternativeAddress(contact_no="ANNA", code="HOME", city="Nors")
    crm.store.records.put([home, attrs.evolve(crm.contacts["BO"], language_code="DAN")])
    city = Attachment("card.txt", b"{{ name }}, {{ city }}, {{ date }}, {{ salesperson_code }}")
    crm.templates.put_language("LETTER", "ENU", attachment=city)
    crm.templates.put_language("LETTER", "DAN", attachment=TEXT)
    before = crm.journal.head
    tried = crm.templates.try_on("letter", "anna")
    assert tried.content.decode() == f"Anna, Nors, {TODAY}, JO"
    assert crm.templates.try_on("LETTER", crm.contacts["BO"]).content == b"Hi Bo"
    segment = segment_of(crm, "ANNA", template="LETTER")
    assert tried.content == segment.letters()[0].content
    assert (crm.journal.head, list(crm.store.records.all(Interaction))) == (before, [])
    said = "^try template TALK on contact ANNA: it has no text in the contact's language"
    with pytest.raises(Refused, match=said):
        crm.templates.try_on("TALK", "ANNA")
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("a.txt", b"{{ shoe }}"))
    with pytest.raises(Rejected, match=r"shoe: nothing fills this field; crm\.letters"):
        crm.templates.try_on("LETTER", "ANNA")


def test_figures_are_those_of_a_template_or_a_group(crm: seg.Workspace) -> None:
    for template in ("TALK", "TALK", "CALL"):
        crm.interactions.create("ANNA", interaction_template_code=template)
    talk, group = crm.templates.figures("talk"), crm.templates.group_figures("talks")
    assert (talk.interactions, talk.cost, group.interactions) == (2, 2 * COST, 3)
    assert crm.templates.figures("TALK", until=TODAY.replace(day=1)).interactions == 0
    assert crm.templates.group_figures("TALKS", since=TODAY).interactions == 3


@pytest.mark.parametrize("language", ["fr-CH", "it-IT", "nb-NO"])
def test_what_keeps_a_template_from_something_is_told(crm: seg.Workspace, language: str) -> None:
    """FRT-16."""
    crm = evolved(crm, language=language)
    steps: list[Callable[[], object]] = [
        lambda: crm.templates["NONE"],
        lambda: crm.templates.new("TALK"),
        lambda: crm.templates.new("CARD", language_code_default="ENU"),
        lambda: crm.templates.change("TALK", code="X"),
        lambda: crm.templates.delete("BILL"),
        lambda: crm.templates.remove_language("LETTER", "ENU"),
        lambda: crm.templates.put_language("BILL", "ENU", attachment=TEXT),
        lambda: crm.templates.put_language("TALK", "ENU", attachment="0"),
        lambda: crm.templates.put_language("TALK", "ENU", attachment=Path("none.txt")),
        lambda: crm.templates.try_on("TALK", "ANNA"),
        crm.templates.add,
    ]
    for step in steps:
        with pytest.raises((NotFound, Refused, Rejected, InvalidValue)) as caught:
            step()
        assert crm.translate(caught.value) != str(caught.value)
