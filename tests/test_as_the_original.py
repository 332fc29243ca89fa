"""What stays as it is in Business Central, where no other test says so."""

import datetime as dt
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.code_tables import MailingGroup, SalespersonPurchaser
from segmentation.contacts import Contact
from segmentation.documents import Attachment
from segmentation.errors import Rejected
from segmentation.fields import fields_of
from segmentation.interactions import DeliveryStatus
from segmentation.kinds import record_kinds
from segmentation.segments import to_lines
from segmentation.setup import UserSetup
from support.desk import make_desk, make_template, segment_of
from support.fair import TODAY, evolved


@pytest.fixture
def crm() -> seg.Workspace:
    return make_desk()


# -- choosing contacts ------------------------------------------------------------------------


def test_an_action_that_adds_nobody_counts(crm: seg.Workspace) -> None:
    sheet = crm.new_segment("Round").add_contacts(contact={"name": "nobody"})
    assert (len(sheet.actions), list(sheet.lines)) == (1, [])
    sheet.go_back()
    assert sheet.actions == ()


def test_canceled_and_postponed_interactions_match_unless_they_are_left_out(
    crm: seg.Workspace,
) -> None:
    talk: Any = {"interaction_template_code": "TALK"}
    crm.interactions.cancel(crm.interactions.create("ANNA", **talk))
    crm.interactions.postpone("BO", **talk)
    assert list(crm.select(interactions=talk)) == ["ANNA", "BO"]
    assert list(crm.select(interactions={**talk, "canceled": "no"})) == ["BO"]
    assert list(crm.select(interactions={**talk, "postponed": "no"})) == ["ANNA"]


def test_a_line_without_a_contact_is_refined_away_and_never_reduced(crm: seg.Workspace) -> None:
    sheet = segment_of(crm, "ANNA", "BO")
    stored = crm.store.segments.get(sheet.no)
    first, second = stored.lines
    nobody = attrs.evolve(first, contact_no="", contact_company_no="")
    crm.store.segments.put(attrs.evolve(stored, lines=to_lines([nobody, second])))
    sheet.reduce_contacts()
    assert [line.contact_no for line in sheet.lines] == [""]
    sheet.go_back()
    sheet.refine_contacts()
    assert [line.contact_no for line in sheet.lines] == ["BO"]


def test_reused_criteria_come_after_the_actions_that_there_are(crm: seg.Workspace) -> None:
    crm.new_segment("One").add_contacts(contact={"no": "BO"}).save_criteria("BO")
    sheet = crm.new_segment("Two").add_contacts(contact={"no": "ANNA"}).reuse_criteria("BO")
    assert [line.contact_no for line in sheet.lines] == ["ANNA", "BO"]
    assert [action.kind for action in sheet.actions] == ["add", "add"]


def test_an_empty_filter_asks_for_nothing_and_empty_quotes_for_blanks(crm: seg.Workspace) -> None:
    crm.contacts.change("ANNA", city="Bern")
    assert "ANNA" in crm.select(contact={"city": ""})
    assert "ANNA" not in crm.select(contact={"city": "''"})
    sheet = crm.new_segment("Blank").add_contacts(contact={"city": "''"})
    sheet.save_criteria("BLANK")
    again = crm.new_segment("Again").reuse_criteria("BLANK")
    assert again.contact_nos == sheet.contact_nos
    assert "ANNA" not in again.contact_nos


# -- the header and its lines -----------------------------------------------------------------


def test_lines_without_a_template_follow_a_header_without_one(crm: seg.Workspace) -> None:
    sheet = crm.new_segment("Round", salesperson_code="JO").add_contact("ANNA")
    sheet.change_header(campaign_no="SALE", update_lines=True)
    assert sheet.lines[0].campaign_no == "SALE"


def test_a_line_is_in_the_header_s_language_even_if_that_is_blank(crm: seg.Workspace) -> None:
    sheet = segment_of(crm, template="LETTER")
    sheet.change_header(language_code_default="")
    sheet.add_contact("ANNA")
    assert (sheet.lines[0].language_code, sheet.lines[0].attachment) == ("", "")
    crm.contacts.change("BO", language_code="ENU")
    sheet.add_contact("BO")
    assert sheet.lines[1].language_code == "ENU"


def test_a_follow_up_takes_the_campaign_and_nothing_else(crm: seg.Workspace) -> None:
    sheet = segment_of(crm, "ANNA", template="LETTER", campaign="SALE")
    sheet.change_header(campaign_target=True, update_lines=True)
    follow_up = sheet.log(follow_up=True).follow_up
    assert follow_up is not None
    header = follow_up.header
    assert (header.campaign_no, header.salesperson_code) == ("SALE", "")
    assert (header.interaction_template_code, header.language_code_default) == ("", "")
    assert (header.campaign_target, header.attachment, follow_up.languages) == (False, "", ())


# -- interactions -----------------------------------------------------------------------------


def test_a_new_template_sends_mails(crm: seg.Workspace) -> None:
    assert crm.templates.new("NEWS", description="News").correspondence_type_default == "email"


def test_what_is_drafted_has_the_work_date_what_is_logged_the_calendar_s(
    crm: seg.Workspace,
) -> None:
    day = dt.date(2026, 10, 1)
    crm = evolved(crm, workdate=day)
    assert crm.new_segment("Round").header.date == day
    talk: Any = {"interaction_template_code": "TALK"}
    assert crm.interactions.create("ANNA", **talk).date == day
    later = evolved(crm, workdate=TODAY).interactions.postpone("ANNA", **talk)
    assert crm.interactions.finish(later).date == day
    assert crm.interactions.record_call("ANNA", "117").date == TODAY
    done = crm.interactions.record_document("sales_invoice", "1", contact_no="ANNA")
    assert done.interaction is not None
    assert done.interaction.date == TODAY
    assert segment_of(crm, "ANNA").log().segment.date == TODAY


@pytest.mark.parametrize(
    ("addresses", "expected"),
    [
        ({"JO": "jo@ours.example", "RB": "EVA@ours.example"}, "RB"),
        ({"JO": "eva@ours.example", "RB": "eva@ours.example"}, "OWN"),
        ({"JO": "jo@ours.example"}, "OWN"),
    ],
    ids=["one", "two", "none"],
)
def test_the_one_salesperson_with_the_user_s_mail_address_goes_first(
    addresses: dict[str, str], expected: str
) -> None:
    crm = make_desk(
        *(SalespersonPurchaser(code=code, e_mail=mail) for code, mail in addresses.items()),
        SalespersonPurchaser(code="OWN"),
        UserSetup(user_id="EVA", salesperson_code="OWN", e_mail="eva@ours.example"),
        user="EVA",
    )
    draft = crm.interactions.draft("ANNA", interaction_template_code="TALK")
    assert draft.salesperson_code == expected


def test_a_canceled_interaction_keeps_its_attachment(crm: seg.Workspace) -> None:
    letter = Attachment("note.txt", b"Only here")
    made = crm.interactions.create("ANNA", interaction_template_code="TALK", attachment=letter)
    crm.interactions.cancel(made)
    assert crm.interactions.attachment(made.entry_no).content == b"Only here"


def test_a_line_without_a_correspondence_type_is_not_delivered(crm: seg.Workspace) -> None:
    crm.contacts.change("ANNA", e_mail="anna@example.com")
    sheet = segment_of(crm, "ANNA", template="LETTER")
    sheet.change_line(10_000, correspondence_type="")
    (made,) = sheet.log(deliver=True).interactions
    assert made.delivery_status is DeliveryStatus.BLANK


def test_nothing_is_delivered_unless_it_is_asked_for(crm: seg.Workspace) -> None:
    crm.contacts.change("ANNA", e_mail="anna@example.com")
    (made,) = segment_of(crm, "ANNA", template="LETTER").log().interactions
    assert (made.correspondence_type, made.delivery_status) == ("email", DeliveryStatus.BLANK)


def test_what_was_logged_keeps_its_text_when_the_template_gets_another(crm: seg.Workspace) -> None:
    (made,) = segment_of(crm, "ANNA", template="LETTER").log().interactions
    before = crm.interactions.attachment(made.entry_no).content
    crm.templates.put_language("LETTER", "ENU", attachment=Attachment("new.txt", b"New"))
    assert crm.interactions.attachment(made.entry_no).content == before


def test_a_mailing_group_must_be_there_to_be_given(crm: seg.Workspace) -> None:
    crm.store.records.put([MailingGroup(code="NEWS")])
    sheet = segment_of(crm, "ANNA")
    with pytest.raises(seg.NotFound, match="'NEWZ'; did you mean 'NEWS'"):
        sheet.apply_mailing_group("NEWZ")
    assert sheet.apply_mailing_group("NEWS") == 1


def test_a_document_keeps_the_template_s_description_unless_it_has_one(crm: seg.Workspace) -> None:
    crm.store.records.put([make_template("BILL", description="Our bill")])
    for given, expected in (("", "Our bill"), ("Bill 7", "Bill 7")):
        done = crm.interactions.record_document(
            "sales_invoice", "1", contact_no="ANNA", description=given
        )
        assert done.interaction is not None
        assert done.interaction.description == expected


# -- fields -----------------------------------------------------------------------------------


LENGTHS = {
    "segment_header.no": 20,
    "contact.no": 20,
    "campaign.no": 20,
    "salesperson_purchaser.code": 20,
    "profile_questionnaire_header.code": 20,
    "interaction_log_entry.opportunity_no": 20,
    "interaction_template.code": 10,
    "interaction_group.code": 10,
    "mailing_group.code": 10,
    "saved_segment_criteria.code": 10,
    "language.code": 10,
    "contact_alt_address.code": 10,
    "industry_group.code": 10,
    "job_responsibility.code": 10,
    "salutation.code": 10,
    "word_template.code": 30,
    "segment_header.description": 100,
    "interaction_log_entry.subject": 100,
    "contact.name": 100,
    "contact.e_mail": 80,
    "interaction_log_entry.contact_via": 80,
    "contact.phone_no": 30,
}


@pytest.mark.parametrize(("field", "length"), LENGTHS.items(), ids=list(LENGTHS))
def test_a_field_is_as_long_as_the_original_s(field: str, length: int) -> None:
    table, name = field.split(".")
    kind = record_kinds()[table]
    assert {each.name: each.length for each in fields_of(kind)}[name] == length


def test_a_code_is_one_whatever_its_case_and_the_blanks_around_it(crm: seg.Workspace) -> None:
    crm.tables["mailing_group"].new(" news ")
    assert crm.tables["mailing_group"]["News"].code == "NEWS"
    with pytest.raises(Rejected, match="NEWS"):
        crm.tables["mailing_group"].add(MailingGroup(code="news"))
    assert Contact(no=" ct1 ").no == "CT1"
