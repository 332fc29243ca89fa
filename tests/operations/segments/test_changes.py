"""Changing a segment by hand: header, texts and lines."""

import datetime as dt
import hashlib
from decimal import Decimal

import attrs
import pytest

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, ContactType, CorrespondenceType
from segmentation.criteria import make_selection
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Refused, Rejected, UnknownName
from segmentation.fields import Field, Record
from segmentation.memory import MemoryStore
from segmentation.operations import segments
from segmentation.operations.segments import (
    change_header,
    change_line,
    line_contact,
    log_segment,
    new_segment,
    put_text,
    remove_text,
)
from segmentation.operations.tables import define
from segmentation.segments import (
    ActionKind,
    Event,
    Segment,
    SegmentChanging,
    SegmentHeader,
    SegmentLine,
)
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.desk import make_desk
from support.fair import company, context, make_store, person

EMAIL, HARD_COPY = CorrespondenceType.EMAIL, CorrespondenceType.HARD_COPY
LETTER = InteractionTemplate(
    code="LETTER",
    description="A letter",
    unit_cost=Decimal(4),
    correspondence_type_default=HARD_COPY,
    language_code_default="ENU",
)
CALL = InteractionTemplate(code="CALL", description="A call", unit_cost=Decimal(9))
TEXTS = [
    TemplateLanguage(
        interaction_template_code="LETTER",
        language_code=code,
        subject=f"in {code}",
        attachment=f"sha of {code}",
        attachment_name=f"{code}.txt",
    )
    for code in ("DAN", "ENU")
]
DANE = company("DANE", language_code="DAN", correspondence_type=EMAIL, salesperson_code="RB")


MY_OWN = Attachment("own.txt", b"my own")


def sha(text: str) -> str:
    """The hash under which a text is stored."""
    return hashlib.sha256(text.encode()).hexdigest()


def segment_of(
    *nos: str, template: str = "LETTER", more: tuple[Record, ...] = ()
) -> tuple[MemoryStore, str]:
    store = make_store(LETTER, CALL, *TEXTS, DANE, *more)
    segment = new_segment(context(store), description="Fair", interaction_template_code=template)
    for no in nos:
        segments.add_contact(context(store), segment.no, no)
    return store, segment.no


def line_of(segment: Segment, place: int = 0) -> SegmentLine:
    return segment.lines[place]


# -- the header -------------------------------------------------------------------------------


def test_lines_keep_what_they_have_unless_they_are_to_follow() -> None:
    store, no = segment_of("DANE")
    kept = change_header(context(store), no, unit_cost=7, description="Autumn")
    assert (line_of(kept).unit_cost, line_of(kept).description) == (Decimal(4), "Fair")
    assert kept.header.unit_cost == Decimal(7)
    followed = change_header(
        context(store), no, update_lines=True, unit_cost="8.5", date="2026-12-01"
    )
    assert line_of(followed).unit_cost == Decimal("8.5")
    assert line_of(followed).date == dt.date(2026, 12, 1)
    assert line_of(followed).description == "Fair"


def test_a_line_with_a_template_of_its_own_does_not_follow() -> None:
    store, no = segment_of("DANE", "MILL")
    change_line(context(store), no, 10_000, interaction_template_code="CALL")
    segment = change_header(context(store), no, update_lines=True, unit_cost=7)
    assert [line.unit_cost for line in segment.lines] == [Decimal(9), Decimal(7)]


def test_a_changed_template_reaches_every_line_and_brings_all_its_values() -> None:
    store, no = segment_of("DANE", "MILL", template="CALL")
    change_line(
        context(store), no, 10_000, interaction_template_code="INVITE", evaluation="neutral"
    )
    segment = change_header(
        context(store), no, update_lines=True, interaction_template_code="letter"
    )
    dane, mill = segment.lines
    assert {dane.interaction_template_code, mill.interaction_template_code} == {"LETTER"}
    assert {dane.unit_cost, mill.unit_cost} == {Decimal(4)}
    assert (dane.language_code, dane.subject, dane.attachment) == ("DAN", "in DAN", "sha of DAN")
    assert (mill.language_code, mill.subject) == ("ENU", "in ENU")
    assert (dane.correspondence_type, mill.correspondence_type) == (EMAIL, HARD_COPY)
    assert dane.evaluation == "neutral"
    assert segment.header.attachment == "sha of ENU"


def test_a_header_without_template_leaves_nothing_of_it_on_the_lines() -> None:
    store, no = segment_of("MILL")
    segment = change_header(context(store), no, update_lines=True, interaction_template_code="")
    line = line_of(segment)
    assert (line.interaction_template_code, line.attachment, line.subject) == ("", "", "")
    assert segment.languages == ()
    assert segment.header.correspondence_type_default is CorrespondenceType.BLANK


def test_a_template_cannot_change_while_lines_inherit_its_attachment_and_stay() -> None:
    store, no = segment_of("MILL")
    with pytest.raises(Refused, match="update_lines"):
        change_header(context(store), no, interaction_template_code="CALL")
    change_line(context(store), no, 10_000, attachment=MY_OWN)
    segment = change_header(context(store), no, interaction_template_code="CALL")
    assert line_of(segment).interaction_template_code == "LETTER"
    assert segment.header.interaction_template_code == "CALL"


def test_an_attachment_of_a_lines_own_stays_whatever_becomes_of_the_header() -> None:
    store, no = segment_of("DANE", "MILL")
    change_line(context(store), no, 10_000, attachment=Attachment("own.txt", b"my own"))
    segment = change_header(context(store), no, update_lines=True, interaction_template_code="CALL")
    own, other = segment.lines
    assert (own.attachment, own.attachment_name) == (sha("my own"), "own.txt")
    assert other.attachment == ""


def test_a_template_brings_its_campaign_unless_it_has_none() -> None:
    store, no = segment_of("DANE", template="INVITE")
    assert store.segments.get(no).header.campaign_no == "FAIR"
    segment = change_header(context(store), no, update_lines=True, interaction_template_code="CALL")
    assert segment.header.campaign_no == "FAIR"
    assert line_of(segment).campaign_no == "FAIR"


def test_the_correspondence_type_reaches_lines_only_with_something_to_send() -> None:
    store, no = segment_of("DANE")
    segment = change_header(
        context(store), no, update_lines=True, correspondence_type_default="hard_copy"
    )
    assert line_of(segment).correspondence_type is HARD_COPY
    segment = change_header(context(store), no, update_lines=True, correspondence_type_default="")
    assert line_of(segment).correspondence_type is HARD_COPY
    store, no = segment_of("DANE", template="CALL")
    segment = change_header(
        context(store), no, update_lines=True, correspondence_type_default="hard_copy"
    )
    assert line_of(segment).correspondence_type is EMAIL


def test_a_blank_salesperson_gives_lines_their_contacts_own() -> None:
    store, no = segment_of("DANE")
    segment = change_header(context(store), no, update_lines=True, salesperson_code="jo")
    assert line_of(segment).salesperson_code == "JO"
    segment = change_header(context(store), no, update_lines=True, salesperson_code="")
    assert line_of(segment).salesperson_code == "RB"


def test_the_default_language_must_have_a_text_and_brings_it() -> None:
    store, no = segment_of("MILL")
    with pytest.raises(Rejected) as caught:
        change_header(context(store), no, language_code_default="FRA")
    (fault,) = caught.value.faults
    assert fault.field == "language_code_default"
    assert fault.reason == "'FRA' has no text; there are DAN, ENU"
    segment = change_header(context(store), no, update_lines=True, language_code_default="DAN")
    assert segment.header.subject_default == "in DAN"
    assert line_of(segment).attachment == "sha of DAN"


def test_what_the_header_says_of_its_text_stands_in_the_default_text() -> None:
    store, no = segment_of("MILL", "DANE")
    segment = change_header(context(store), no, update_lines=True, subject_default="Hello")
    assert segment.texts["ENU"].subject == "Hello"
    assert [line.subject for line in segment.lines] == ["Hello", "in DAN"]
    segment = change_header(context(store), no, update_lines=True, word_template_code="WORD")
    assert segment.header.attachment == ""
    assert [line.word_template_code for line in segment.lines] == ["WORD", ""]
    with pytest.raises(InvalidValue, match="attachment"):
        change_header(
            context(store), no, word_template_code="W", attachment=store.attachments.put(b"a")
        )


def test_an_alternative_address_follows_the_date_if_it_followed_before() -> None:
    winter = AlternativeAddress(
        contact_no="MILL", code="WINTER", starting_date=dt.date(2026, 12, 1)
    )
    other = AlternativeAddress(contact_no="SHOP", code="WINTER")
    store, no = segment_of("MILL", "MILL", more=(winter, other))
    change_line(context(store), no, 20_000, contact_alt_address_code="OTHER")
    segment = change_header(context(store), no, update_lines=True, date=dt.date(2026, 12, 24))
    assert [line.contact_alt_address_code for line in segment.lines] == ["WINTER", "OTHER"]
    assert (
        change_line(context(store), no, 10_000, date=None).lines[0].contact_alt_address_code == ""
    )


def test_extra_fields_of_a_host_can_be_changed_too() -> None:
    store, no = segment_of("MILL")
    define(context(store), SegmentHeader, [Field("wave", "integer")])
    define(context(store), SegmentLine, [Field("seat", "code")])
    assert change_header(context(store), no, extra={"wave": 2}).header.extra == (("wave", 2),)
    line = line_of(change_line(context(store), no, 10_000, extra={"seat": "A1"}))
    assert line.extra == (("seat", "A1"),)


@pytest.mark.parametrize(
    ("values", "error", "message"),
    [
        ({"colour": "red"}, UnknownName, "colour"),
        ({"no": "SM9"}, Refused, "under another"),
        ({"saved_criteria_code": "X"}, Refused, "follow_criteria"),
        ({"attachment": "0" * 64}, Rejected, "nothing is stored"),
        ({"unit_cost": "much"}, Rejected, "unit_cost"),
        ({"description": "x" * 101}, Rejected, "100 at most"),
        ({"campaign_no": "NONE"}, Rejected, "'NONE' does not exist"),
        ({"salesperson_code": "NONE"}, Rejected, "'NONE' does not exist"),
        ({"interaction_template_code": "NONE"}, Rejected, "'NONE' does not exist"),
    ],
)
def test_a_header_takes_only_what_fits_and_exists(
    values: dict[str, object], error: type[Exception], message: str
) -> None:
    store, no = segment_of("MILL")
    before = store.segments.get(no)
    with pytest.raises(error, match=message):
        change_header(context(store), no, **values)  # type: ignore[arg-type]
    assert store.segments.get(no) == before


def test_lines_whose_contact_is_gone_stay_as_they_are() -> None:
    store, no = segment_of("DANE", "MILL")
    store.records.remove([DANE])
    segment = change_header(context(store), no, update_lines=True, description="New")
    assert [line.description for line in segment.lines] == ["Fair", "New"]
    segment = put_text(context(store), no, "ENU", subject="Hello")
    assert [line.subject for line in segment.lines] == ["in DAN", "Hello"]
    segment = change_line(context(store), no, 10_000, description="Dear")
    assert line_of(segment).description == "Dear"
    with pytest.raises(NotFound, match="DANE"):
        line_contact(store, line_of(segment))


# -- texts ------------------------------------------------------------------------------------


def test_a_changed_text_reaches_the_lines_that_inherit_it_and_not_the_template() -> None:
    store, no = segment_of("DANE", "MILL", "DANE")
    change_line(context(store), no, 30_000, attachment=MY_OWN)
    segment = put_text(
        context(store), no, "dan", subject="Hej", attachment=Attachment("new.txt", b"new")
    )
    assert [line.attachment for line in segment.lines] == [sha("new"), "sha of ENU", sha("my own")]
    assert [line.subject for line in segment.lines] == ["Hej", "in ENU", "in DAN"]
    assert TEXTS[0] in store.records.all(TemplateLanguage)


def test_the_first_text_claims_all_lines_a_later_one_those_of_its_language() -> None:
    store, no = segment_of("DANE", "MILL", template="CALL")
    segment = put_text(
        context(store), no, "ENU", subject="Hello", attachment=Attachment("hello.txt", b"hello")
    )
    assert segment.header.language_code_default == "ENU"
    assert [line.language_code for line in segment.lines] == ["ENU", "ENU"]
    segment = put_text(
        context(store), no, "DAN", subject="Hej", attachment=Attachment("hej.txt", b"hej")
    )
    assert [line.attachment for line in segment.lines] == [sha("hej"), sha("hello")]


def test_removing_the_default_text_makes_another_the_default() -> None:
    store, no = segment_of("DANE", "MILL")
    put_text(context(store), no, "FRA", subject="Bonjour")
    assert remove_text(context(store), no, "FRA").header.language_code_default == "ENU"
    segment = remove_text(context(store), no, "ENU")
    assert segment.header.language_code_default == "DAN"
    assert [line.language_code for line in segment.lines] == ["DAN", "DAN"]
    segment = remove_text(context(store), no, "DAN")
    assert segment.header.attachment == ""
    assert [line.language_code for line in segment.lines] == ["", ""]
    with pytest.raises(NotFound, match="text"):
        remove_text(context(store), no, "DAN")


def test_lines_with_texts_of_their_own_do_not_follow_the_segments() -> None:
    store, no = segment_of("MILL", template="CALL")
    change_line(context(store), no, 10_000, interaction_template_code="LETTER")
    segment = put_text(
        context(store), no, "ENU", subject="Hello", attachment=Attachment("hello.txt", b"hello")
    )
    assert line_of(segment).attachment == "sha of ENU"
    change_line(context(store), no, 10_000, interaction_template_code="INVITE")
    assert line_of(put_text(context(store), no, "ENU", subject="Other")).subject == ""


def test_a_language_chosen_by_hand_stays_when_texts_change() -> None:
    store, no = segment_of("MILL")
    change_line(context(store), no, 10_000, language_code="DAN")
    assert line_of(put_text(context(store), no, "DAN", subject="Hej")).subject == "Hej"


# -- lines ------------------------------------------------------------------------------------


def test_a_template_fills_what_comes_from_templates_and_leaves_the_description() -> None:
    """IUI-19."""
    store, no = segment_of("DANE", template="")
    change_line(context(store), no, 10_000, description="X")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="LETTER"))
    assert line.description == "X"
    assert line.unit_cost == Decimal(4)
    assert (line.language_code, line.attachment) == ("DAN", "sha of DAN")
    assert line.correspondence_type is EMAIL


def test_switching_templates_switches_the_description_a_blank_one_is_filled() -> None:
    store, no = segment_of("MILL", template="LETTER")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="CALL"))
    assert line.description == "A call"
    store, no = segment_of("MILL", template="")
    change_line(context(store), no, 10_000, description="")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="CALL"))
    assert line.description == "A call"


def test_a_line_with_its_own_template_takes_the_templates_default_language() -> None:
    store, no = segment_of("MILL", template="CALL")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="LETTER"))
    assert line.language_code == "ENU"
    store.records.put([attrs.evolve(LETTER, language_code_default="FRA")])
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="LETTER"))
    assert line.language_code == "DAN"
    assert len(line.texts) == 2


def test_with_the_headers_template_a_line_follows_the_segments_texts_again() -> None:
    store, no = segment_of("MILL")
    put_text(context(store), no, "ENU", subject="Ours")
    change_line(context(store), no, 10_000, interaction_template_code="CALL")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="LETTER"))
    assert (line.subject, line.own_texts) == ("Ours", "")
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code=""))
    assert (line.interaction_template_code, line.attachment, line.unit_cost) == ("", "", Decimal(0))


@pytest.mark.parametrize(
    ("ignores", "own", "expected"),
    [
        pytest.param(True, EMAIL, HARD_COPY, id="the template goes before the contact"),
        pytest.param(False, EMAIL, EMAIL, id="the contact goes before the template"),
        pytest.param(False, "", HARD_COPY, id="the contact has none"),
    ],
)
def test_the_correspondence_type_of_a_line_that_changes_its_template(
    ignores: bool,
    own: str,
    expected: CorrespondenceType,
) -> None:
    who = company("WHO", correspondence_type=CorrespondenceType(own))
    store, no = segment_of("WHO", template="CALL", more=(who,))
    store.records.put([attrs.evolve(LETTER, ignore_contact_corres_type=ignores)])
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="LETTER"))
    assert line.correspondence_type is expected


def test_the_headers_correspondence_type_goes_first_if_it_says_so() -> None:
    store, no = segment_of(template="CALL")
    change_header(
        context(store), no, ignore_contact_corres_type=True, correspondence_type_default="hard_copy"
    )
    segment = segments.add_contacts(context(store), no, make_selection(contact={"no": "DANE"}))
    assert line_of(segment).correspondence_type is HARD_COPY
    line = line_of(change_line(context(store), no, 10_000, interaction_template_code="INVITE"))
    assert line.correspondence_type is HARD_COPY


def test_a_language_brings_its_text_and_must_have_one() -> None:
    store, no = segment_of("MILL")
    line = line_of(change_line(context(store), no, 10_000, language_code="dan"))
    assert (line.subject, line.attachment) == ("in DAN", "sha of DAN")
    with pytest.raises(InvalidValue, match="DAN, ENU"):
        change_line(context(store), no, 10_000, language_code="FRA")
    store, no = segment_of("MILL", template="CALL")
    assert (
        line_of(change_line(context(store), no, 10_000, language_code="FRA")).language_code == "FRA"
    )


def test_an_attachment_and_a_word_template_exclude_each_other() -> None:
    store, no = segment_of("MILL")
    line = line_of(change_line(context(store), no, 10_000, word_template_code="WORD"))
    assert (line.word_template_code, line.attachment) == ("WORD", "")
    line = line_of(
        change_line(context(store), no, 10_000, attachment=Attachment("mine.txt", b"mine"))
    )
    assert (line.word_template_code, line.attachment) == ("", sha("mine"))


def test_the_same_contact_makes_the_line_anew_without_its_own_attachment() -> None:
    """INT-92."""
    store, no = segment_of("MILL")
    change_header(context(store), no, update_lines=True, salesperson_code="JO")
    change_line(context(store), no, 10_000, attachment=MY_OWN, description="Dear")
    segment = change_line(context(store), no, 10_000, contact_no="mill")
    line = line_of(segment)
    assert line.attachment == segment.header.attachment
    assert line.description == "Fair"
    assert len(segment.actions) == 1
    logged = log_segment(context(store), no)
    assert logged.segment.segment_no == no


def test_another_contact_is_two_actions_and_keeps_the_place() -> None:
    """INT-93."""
    store, no = segment_of("MILL", "SHOP")
    heard: list[Event] = []
    segment = change_line(context(store, on_event=heard.append), no, 10_000, contact_no="CARL")
    (changing, _) = heard
    assert isinstance(changing, SegmentChanging)
    assert (changing.joining.contact_nos, changing.leaving.contact_nos) == (("CARL",), ("MILL",))
    assert segment.contact_nos == ("CARL", "SHOP")
    assert line_of(segment).attachment == segment.header.attachment
    assert [action.kind for action in segment.actions[-2:]] == [ActionKind.REDUCE, ActionKind.ADD]
    assert all(action.by_hand for action in segment.actions)
    segments.go_back(context(store), no)
    assert segments.go_back(context(store), no).contact_nos == ("MILL", "SHOP")
    segment = change_line(context(store), no, 10_000, contact_no="CARL", recorded=False)
    assert segment.contact_nos == ("CARL", "SHOP")
    assert len(segment.actions) == 2


def test_a_contact_that_privacy_bars_comes_onto_no_line() -> None:
    store, no = segment_of("MILL", more=(company("SHUT", privacy_blocked=True),))
    with pytest.raises(Refused, match="blocked"):
        change_line(context(store), no, 10_000, contact_no="SHUT")
    with pytest.raises(NotFound, match="contact ''"):
        change_line(context(store), no, 10_000, contact_no="")


@pytest.mark.parametrize(
    ("values", "error"),
    [
        ({"own_texts": "x"}, UnknownName),
        ({"evaluation": "so so"}, Rejected),
        ({"campaign_no": "NONE"}, Rejected),
        ({"attachment_name": "x" * 251}, Rejected),
    ],
)
def test_a_line_takes_only_what_fits_and_exists(
    values: dict[str, object], error: type[Exception]
) -> None:
    store, no = segment_of("MILL")
    with pytest.raises(error):
        change_line(context(store), no, 10_000, **values)  # type: ignore[arg-type]
    with pytest.raises(NotFound, match="segment line"):
        change_line(context(store), no, 20_000, description="x")


def test_a_line_shows_how_its_contact_can_be_reached_now() -> None:
    """SEG-15."""
    reachable = person(
        "DORA", "SHOP", phone_no="1", mobile_phone_no="2", e_mail="d@x.dk", company_name="SHOP Ltd"
    )
    store, no = segment_of("DORA", "SHOP", more=(reachable, SalespersonPurchaser(code="S")))
    dora, shop = (line_contact(store, line) for line in store.segments.get(no).lines)
    assert (dora.phone_no, dora.mobile_phone_no, dora.e_mail) == ("1", "2", "d@x.dk")
    assert (dora.contact_name, dora.company_name) == ("Dora", "SHOP Ltd")
    assert (shop.contact_name, shop.company_name) == ("", "SHOP Ltd")
    assert reachable.type is ContactType.PERSON


@pytest.mark.parametrize("own_language", ["DEU", "ENU"])
def test_a_changed_template_leaves_a_line_its_own_language_and_attachment(
    own_language: str,
) -> None:
    """EXM-40: the other lines take language and attachment of the header."""
    crm = make_desk(*(person(no, salesperson_code="JO") for no in "ABC"))
    for code, language, text in (("T1", "ENU", b"one"), ("T2", "FRA", b"two"), ("T3", "", b"")):
        crm.templates.add(InteractionTemplate(code=code, description=code))
        if language:
            crm.templates.put_language(code, language, attachment=Attachment(f"{code}.txt", text))
            crm.templates.change(code, language_code_default=language)
    crm.templates.put_language("T1", "DEU", attachment=Attachment("deu.txt", b"eins"))
    segment = crm.new_segment("Fair", interaction_template_code="T1")
    for no in "ABC":
        segment.add_contact(no)
    segment.change_line(10_000, language_code=own_language)
    segment.change_line(10_000, attachment=Attachment("own.txt", b"own"))
    segment.change_line(20_000, interaction_template_code="T3")
    assert segment.lines[1].language_code == ""
    segment.change_header(interaction_template_code="T2", update_lines=True)
    assert {line.interaction_template_code for line in segment.lines} == {"T2"}
    first, *others = segment.lines
    kept = own_language if own_language == "DEU" else "FRA"
    assert (first.language_code, segment.attachment(10_000).content) == (kept, b"own")
    for line in others:
        assert line.language_code == "FRA"
        assert segment.attachment(line.line_no).content == b"two"
