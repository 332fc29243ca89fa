"""Templates are stored with all their languages, or not at all."""

from hashlib import sha256

import pytest

import segmentation as seg
from segmentation.errors import NotFound, Refused, Rejected, UnknownName
from segmentation.operations.templates import (
    delete_template,
    keep_template,
    languages_of,
)
from segmentation.segments import SegmentLine
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
    WizardAction,
    with_default_language,
)
from support.desk import make_template, segment_of


def text(**fields: str) -> TemplateLanguage:
    values = {"interaction_template_code": "CARD", "language_code": "ENU", **fields}
    return TemplateLanguage(**values)  # type: ignore[arg-type]  # whatever a test gives


def card(**fields: str) -> InteractionTemplate:
    return make_template("CARD", language_code_default="ENU", **fields)


@pytest.mark.parametrize("action", ["", "open", "import"])
def test_without_a_word_template_anything_but_merge_will_do(
    crm: seg.Workspace, action: str
) -> None:
    """INT-13."""
    keep_template(crm.context, card(wizard_action=action), [text()])
    assert crm.store.records.find(InteractionTemplate, "CARD") is not None
    with pytest.raises(Rejected, match="cannot be merge"):
        keep_template(crm.context, card(wizard_action="merge"))


@pytest.mark.parametrize("action", ["", "open", "merge"])
@pytest.mark.parametrize("on_template", [True, False])
def test_with_a_word_template_anything_but_import_will_do(
    crm: seg.Workspace, action: str, *, on_template: bool
) -> None:
    """INT-79."""
    word = {"word_template_code": "W1"}
    own, row = (word, {}) if on_template else ({}, word)
    keep_template(crm.context, card(wizard_action=action, **own), [text(**row)])
    with pytest.raises(Rejected, match="cannot be import"):
        keep_template(crm.context, card(wizard_action="import", **own))


def test_texts_longer_than_their_fields_are_faults_of_a_template(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected) as caught:
        keep_template(crm.context, card(description="x" * 101), [text(subject="y" * 101)])
    assert [(fault.place, fault.field) for fault in caught.value.faults] == [
        ("template CARD", "description"),
        ("template CARD in ENU", "subject"),
    ]


def test_attachments_and_word_templates_exclude_each_other(crm: seg.Workspace) -> None:
    """INT-77."""
    with pytest.raises(Rejected, match="in ENU: word_template_code: excludes an attachment"):
        keep_template(crm.context, card(), [text(attachment="ab", word_template_code="W1")])
    with pytest.raises(Rejected, match="excludes the attachment of its language"):
        keep_template(crm.context, card(word_template_code="W1"), [text(attachment="ab")])


def test_the_default_language_is_one_of_the_languages(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected, match="'ENU' is none of its languages"):
        keep_template(crm.context, card(), [text(language_code="DAN")])
    assert crm.store.records.find(InteractionTemplate, "CARD") is None


def test_languages_belong_to_their_template(crm: seg.Workspace) -> None:
    with pytest.raises(Rejected, match="interaction_template_code: is 'TALK'") as caught:
        keep_template(crm.context, card(), [text(), text(interaction_template_code="TALK")])
    assert [fault.code for fault in caught.value.faults] == ["wrong_template"]


def test_languages_are_replaced_as_a_whole_or_kept(crm: seg.Workspace) -> None:
    keep_template(crm.context, card(), [text(), text(language_code="DAN")])
    keep_template(crm.context, card(description="Post"))
    assert [row.language_code for row in languages_of(crm.store, "card")] == ["DAN", "ENU"]
    keep_template(crm.context, card(), [text()])
    assert [row.language_code for row in languages_of(crm.store, "card")] == ["ENU"]


def test_what_records_documents_has_no_languages(crm: seg.Workspace) -> None:
    bill = make_template("BILL")
    with pytest.raises(Rejected, match="may have no languages"):
        keep_template(crm.context, bill, [text(interaction_template_code="BILL")])
    setup = crm.store.records.find(InteractionTemplateSetup)
    assert setup is not None
    with pytest.raises(Rejected) as error:
        crm.setup.change_document_templates(sales_quotes="LETTER", sales_statement="NONE")
    assert {fault.field for fault in error.value.faults} == {"sales_quotes", "sales_statement"}
    assert crm.store.records.find(InteractionTemplateSetup) == setup
    crm.setup.change_document_templates(sales_quotes="TALK")
    done = crm.interactions.record_document("sales_quote", "1", contact_no="ANNA")
    assert done.interaction is not None


def test_a_template_that_is_needed_stays(crm: seg.Workspace) -> None:
    with pytest.raises(Refused, match=r"needed by interaction_template_setup\.sales_invoices"):
        delete_template(crm.context, "BILL")
    segment = segment_of(crm, "ANNA", template="LETTER")
    with pytest.raises(Refused, match=rf"needed by segment_header\.\w+ of {segment.no}"):
        delete_template(crm.context, "LETTER")
    put_off = crm.interactions.postpone("ANNA", interaction_template_code="TALK")
    with pytest.raises(Refused, match=rf"interaction_log_entry\.\w+ of {put_off.entry_no}"):
        delete_template(crm.context, "TALK")
    with pytest.raises(NotFound):
        delete_template(crm.context, "NONE")


def test_a_deleted_template_leaves_what_it_recorded(crm: seg.Workspace) -> None:
    made = crm.interactions.create("ANNA", interaction_template_code="LETTER")
    delete_template(crm.context, "letter")
    assert list(crm.store.records.all(TemplateLanguage)) == []
    assert crm.interactions.title(made.entry_no) == "A letter, by JO"


def is_kept(crm: seg.Workspace, digest: str) -> bool:
    try:
        return bool(crm.store.attachments.get(digest))
    except NotFound:
        return False


def test_another_attachment_takes_the_place_of_the_first(crm: seg.Workspace) -> None:
    """INT-19: the first is no more, unless something needs it."""
    one, two = map(crm.store.attachments.put, (b"One", b"Two"))
    keep_template(crm.context, card(), [text(attachment=one)])
    keep_template(crm.context, card(), [text(attachment=two)])
    assert (is_kept(crm, one), is_kept(crm, two)) == (False, True)
    sent = crm.interactions.create("ANNA", interaction_template_code="CARD")
    keep_template(crm.context, card(), [text()])
    assert sent.attachment == two
    assert is_kept(crm, two)


def test_a_template_goes_with_the_attachments_of_its_languages(crm: seg.Workspace) -> None:
    """INT-21."""
    kept = {code: crm.store.attachments.put(code.encode()) for code in ("ENU", "DAN")}
    rows = [text(language_code=code, attachment=digest) for code, digest in kept.items()]
    keep_template(crm.context, card(), rows)
    delete_template(crm.context, "CARD")
    assert not any(is_kept(crm, digest) for digest in kept.values())


NEWS = b"<p>News</p>"
HTML = {"attachment": sha256(NEWS).hexdigest(), "attachment_name": "news.html"}


def test_html_in_the_default_language_is_merged_and_nothing_else(crm: seg.Workspace) -> None:
    """INT-15."""
    crm.store.attachments.put(NEWS)
    texts = [text(**HTML)]
    merged = with_default_language(make_template("CARD"), texts, "enu")
    assert (merged.language_code_default, merged.wizard_action) == ("ENU", WizardAction.MERGE)
    keep_template(crm.context, merged, texts)
    for action in ("", "open", "import"):
        with pytest.raises(Rejected, match="must be merge"):
            keep_template(crm.context, card(wizard_action=action))
    assert crm.store.records.find(InteractionTemplate, "CARD") == merged


@pytest.mark.parametrize(
    ("order", "action"),
    [(("DAN", "ENU"), "merge"), (("ENU", "DAN"), ""), (("ENU", ""), "")],
)
def test_the_wizard_action_follows_the_default_language(order: list[str], action: str) -> None:
    """INT-16, INT-17."""
    texts = [text(language_code="DAN"), text(**HTML)]
    template = make_template("CARD")
    for language in order:
        template = with_default_language(template, texts, language)
    assert (template.language_code_default, template.wizard_action) == (order[-1], action)


def test_another_default_language_leaves_other_actions() -> None:
    opened = make_template("CARD", wizard_action="open")
    assert with_default_language(opened, [text()], "ENU").wizard_action is WizardAction.OPEN
    with pytest.raises(UnknownName, match="'FRA'"):
        with_default_language(opened, [text()], "FRA")


def test_a_line_tells_whether_a_mails_body_is_merged_for_it_and_what_that_says(
    crm: seg.Workspace,
) -> None:
    """INT-25, INT-27, INT-29."""
    assert not SegmentLine(segment_no="SM1", line_no=10000).is_html
    body = b"<p>Dear {{ name }}</p>"
    row = text(attachment=crm.store.attachments.put(body), attachment_name="card.html")
    keep_template(crm.context, with_default_language(make_template("CARD"), [row], "ENU"), [row])
    segment = segment_of(crm, "ANNA", template="CARD")
    [line] = segment.lines
    assert line.is_html
    assert segment.attachment(line.line_no).content == body
    plain = segment_of(crm, "ANNA", template="TALK")
    [line] = plain.lines
    assert not line.is_html
    with pytest.raises(NotFound, match="attachment"):
        plain.attachment(line.line_no)


def test_what_was_read_of_a_line_stays_when_the_line_is_given_another_text(
    crm: seg.Workspace,
) -> None:
    """INT-31."""
    row = text(attachment=crm.store.attachments.put(b"one"), attachment_name="card.txt")
    keep_template(crm.context, card(), [row])
    segment = segment_of(crm, "ANNA", template="CARD")
    [line] = segment.lines
    first = segment.attachment(line.line_no).content
    another = crm.store.attachments.put(b"two")
    segment.change_line(line.line_no, attachment=another, attachment_name="other.html")
    assert (first, line.is_html) == (b"one", False)
    [line] = segment.lines
    assert (segment.attachment(line.line_no).content, line.is_html) == (b"two", True)
