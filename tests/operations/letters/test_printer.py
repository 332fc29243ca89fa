"""Letters: the fields that there are, and what happens where something is missing."""

import io
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from segmentation.adapters.mammoth import MailBody
from segmentation.adapters.word import WordRenderer
from segmentation.code_tables import CountryRegion, SalespersonPurchaser
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    CorrespondenceType,
    LinkToTable,
)
from segmentation.definitions import OwnField
from segmentation.documents import TextRenderer
from segmentation.errors import BadDocument, Conflict, InvalidValue, NotFound, Refused, Rejected
from segmentation.fields import Field, FieldType, Value, fields_of
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.letters import (
    LetterPrinter,
    MergeDataReader,
    as_interaction,
    check_letters,
    known_fields,
    letters,
)
from segmentation.plain import to_plain
from segmentation.protocols import Rendering
from segmentation.salutations import SalutationFormula
from segmentation.segments import Segment, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation
from segmentation.templates import InformationFlow, WordTemplate
from segmentation.workspace import Workspace
from support.fair import context
from support.wordfiles import docx, field, paragraph, run, text_of

WORD = Rendering(renderers=(TextRenderer(), WordRenderer()))
ANNA = Contact(
    no="CT2",
    type="person",
    name="Anna Berg",
    first_name="Anna",
    surname="Berg",
    company_no="CT1",
    company_name="Berg AS",
    address="Storgata 1",
    post_code="0155",
    city="Oslo",
    country_region_code="NO",
    e_mail="anna@example.com",
    salutation_code="F",
    phone_no="1",
    extra={"shoe_size": 38},
)


@pytest.fixture
def store() -> MemoryStore:
    store = MemoryStore()
    store.records.put(
        [
            ANNA,
            Contact(
                no="CT1", name="Berg AS", company_no="CT1", company_name="Berg AS", city="Bergen"
            ),
            SalutationFormula(
                salutation_code="F",
                language_code="NOR",
                salutation="Kjære %1,",
                name_1="first_name",
            ),
            CountryRegion(code="NO", name="Norway"),
            CompanyInformation(
                name="Lynghede",
                post_code="7700",
                phone_no="+45 1",
                country_region_code="DK",
                iban="DK5000400440116243",
            ),
            ContactBusinessRelation(
                contact_no="CT1",
                business_relation_code="CUST",
                link_to_table=LinkToTable.CUSTOMER,
                no="10000",
            ),
            SalespersonPurchaser(code="JO", name="Jo Roe"),
            AlternativeAddress(
                contact_no="CT2", code="HYTTE", address="Fjellet 2", city="Geilo", post_code="3580"
            ),
            OwnField(table="contact", name="shoe_size", type="integer"),
        ]
    )
    return store


def interaction(store: MemoryStore, template: str | bytes, **changed: Value) -> Interaction:
    content = template.encode() if isinstance(template, str) else template
    return Interaction(
        **{  # type: ignore[arg-type]
            "contact_no": "CT2",
            "attachment": store.attachments.put(content),
            "attachment_name": "letter.txt" if isinstance(template, str) else "letter.docx",
            "interaction_language_code": "NOR",
            "interaction_template_code": "HELLO",
            "salesperson_code": "JO",
            "date": date(2026, 11, 22),
            "subject": "Hello",
            "cost": Decimal("12.50"),
            **changed,
        }
    )


def letter(
    store: MemoryStore, template: str, rendering: Rendering | None = None, **changed: Value
) -> str:
    (document,) = letters(
        context(store, rendering=rendering), [interaction(store, template, **changed)]
    )
    return document.content.decode()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Name", "Anna Berg"),
        ("contact_name", "Anna Berg"),
        ("Contact", "Anna Berg"),
        ("First_Name", "Anna"),
        ("No", "CT2"),
        ("Company_Name", "Berg AS"),
        ("company_city", "Bergen"),
        ("Address", "Storgata 1"),
        ("ZIP_Code", "0155"),
        ("Post_Code", "0155"),
        ("City", "Oslo"),
        ("State", ""),
        ("County", ""),
        ("CountryRegion_Code", "NO"),
        ("Country_Region_Name", "Norway"),
        ("Email", "anna@example.com"),
        ("E_Mail", "anna@example.com"),
        ("CALC_Formal_Salutation", "Kjære Anna,"),
        ("Company_Information_Phone_No", "+45 1"),
        ("our_name", "Lynghede"),
        ("Salesperson_Code", "JO"),
        ("Purchaser_Code", "JO"),
        ("Salesperson_Name", "Jo Roe"),
        ("Salesperson_Purchaser_Name", "Jo Roe"),
        ("date", "2026-11-22"),
        ("Interaction_Date", "2026-11-22"),
        ("subject", "Hello"),
        ("address_line_2", "Anna Berg"),
        ("address_line_8", ""),
        ("address_block", "Berg AS\nAnna Berg\nStorgata 1\n0155 Oslo\nNORWAY"),
        ("shoe_size", "38"),
        ("remark", ""),
        ("campaign_description", ""),
        ("Postal_ZIP_Code", "0155"),
        ("ProvinceState", ""),
        ("Last_Name", "Berg"),
        ("Contact_Last_Name", "Berg"),
        ("CONTA_CALC_Formal_Salutation", "Kjære Anna,"),
        ("Registration_No", ""),
        ("Customer_Name", "Berg AS"),
        ("Customer_Contact", "Anna Berg"),
        ("Customer_No", "10000"),
        ("CUSTO_No", "10000"),
        ("Vendor_No", ""),
        ("Primary_Contact_No", "CT2"),
        ("SalespersonPurchaser_Name", "Jo Roe"),
        ("SALES_Name", "Jo Roe"),
        ("COMPA_ZIP_Code", "7700"),
        ("Company_Information_State", ""),
        ("Company_Information_IBAN", "DK5000400440116243"),
        ("Segment_Line_Contact_Name", "Anna Berg"),
        ("Segment_Line_Contact_Email", "anna@example.com"),
        ("Segment_Line_Contact_Company_Name", "Berg AS"),
        ("Segment_Line_Language_Code", "NOR"),
        ("Interaction_Log_Entry_Cost_LCY", "12.50"),
        ("Interaction_Template_Code", "HELLO"),
        ("INTER_Subject", "Hello"),
    ],
)
def test_every_field_is_found_under_our_name_and_business_centrals(
    store: MemoryStore, name: str, value: str
) -> None:
    assert letter(store, f"{{{{ {name} }}}}") == value


def test_the_alternative_address_goes_before_the_contacts_own(store: MemoryStore) -> None:
    text = letter(
        store,
        "{{ address }}, {{ city }}, {{ phone_no }}, {{ address_block }}",
        contact_alt_address_code="HYTTE",
    )
    assert text == "Fjellet 2, Geilo, 1, Berg AS\nAnna Berg\nFjellet 2\n3580 Geilo"


def test_a_company_is_named_once_in_its_address(store: MemoryStore) -> None:
    assert letter(store, "{{ address_block }}", contact_no="CT1") == "Berg AS\nBergen"


def test_a_contact_without_company_has_no_company_fields(store: MemoryStore) -> None:
    store.records.put([Contact(no="CT3", name="Per")])
    assert letter(store, "{{ company_city }}.", contact_no="CT3", salesperson_code="") == "."


def test_a_remark_of_the_line_stands_in_the_letter(store: MemoryStore) -> None:
    text = letter(store, "{{ Remark }}", extra=(("remark", "Bring the cat."),))  # type: ignore[arg-type]
    assert text == "Bring the cat."


def test_extra_fields_of_the_sender_and_the_salesperson_have_their_prefix(
    store: MemoryStore,
) -> None:
    store.records.put(
        [
            CompanyInformation(name="Lynghede", extra={"hotline": "+45 2"}),
            SalespersonPurchaser(code="JO", extra={"room": "7"}),
            OwnField(table="company_information", name="hotline"),
            OwnField(table="salesperson_purchaser", name="room"),
            OwnField(table="territory", name="area"),
        ]
    )
    template = "{{ Company_Information_Hotline }} {{ our_hotline }} {{ Salesperson_Room }}"
    assert letter(store, template) == "+45 2 +45 2 7"
    assert letter(store, "{{ Salesperson_Room }}.", salesperson_code="") == "."


def test_a_definition_that_cannot_be_used_fills_no_field(store: MemoryStore) -> None:
    store.records.put([OwnField(table="contact", name="level", type="option")])
    fields = Workspace(context(store)).letters.merge_fields()
    assert "shoe_size" in {each.name for each in fields}
    assert "level" not in {each.name for each in fields}
    with pytest.raises(Rejected, match="level: nothing fills this field"):
        letter(store, "{{ level }}")


def test_a_host_adds_fields_that_go_before_ours(store: MemoryStore) -> None:
    def more(contact: Contact, interaction: Interaction) -> Mapping[str, Value]:
        return {"Balance Due": 5, "city": f"{contact.city} ({interaction.subject})"}

    assert (
        letter(store, "{{ Balance_Due }} {{ City }}", Rendering(extra_fields=more))
        == "5 Oslo (Hello)"
    )


@pytest.mark.parametrize("value", [object(), ["a"], b"a", {}])
def test_what_a_host_adds_must_be_a_value(store: MemoryStore, value: Any) -> None:  # noqa: ANN401
    with pytest.raises(InvalidValue, match="Balance"):
        letter(store, "{{ Balance }}", Rendering(extra_fields=lambda *_: {"balance": value}))


def test_a_missing_formula_names_contact_language_and_tone(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match=r"F SVE formal \(contact CT2"):
        letter(store, "{{ formal_salutation }}", interaction_language_code="SVE")


def test_the_caller_may_name_a_language_for_missing_formulas(store: MemoryStore) -> None:
    rendering = Rendering(fallback_language="NOR")
    text = letter(store, "{{ formal_salutation }}", rendering, interaction_language_code="SVE")
    assert text == "Kjære Anna,"
    with pytest.raises(NotFound, match="informal"):
        letter(store, "{{ informal_salutation }}", rendering)


def test_a_field_that_nothing_fills_names_template_field_and_contact(store: MemoryStore) -> None:
    with pytest.raises(Rejected) as caught:
        letter(store, "{{ name }} {{ nmae }} {{ ctiy }}")
    assert str(caught.value).startswith("template HELLO: 2 faults")
    assert [fault.field for fault in caught.value.faults] == ["nmae", "ctiy"]
    assert caught.value.faults[0].place == "contact CT2"


def test_a_field_that_is_only_typed_text_names_template_and_field(store: MemoryStore) -> None:
    template = docx(paragraph(run("Dear «First_Name», «Fjellheim» is open.")))
    with pytest.raises(BadDocument, match=r"letter\.docx: «First_Name» is typed text"):
        list(letters(context(store, rendering=WORD), [interaction(store, template)]))
    quoting = docx(paragraph(run("«Fjellheim» is open.")))
    (letter,) = letters(context(store, rendering=WORD), [interaction(store, quoting)])
    assert text_of(letter.content) == "«Fjellheim» is open."


def test_missing_fields_may_be_allowed(store: MemoryStore) -> None:
    assert letter(store, "a{{ nmae }}b", Rendering(allow_missing=True)) == "ab"


def test_a_document_says_whose_it_is_and_where_it_goes(store: MemoryStore) -> None:
    rendering = Rendering(unsubscribe=lambda contact, _: f"https://example.com/{contact.no}")
    (document,) = letters(
        context(store, rendering=rendering),
        [interaction(store, "Hi", entry_no=7, segment_no="SM1")],
    )
    assert (document.name, document.key, document.segment_no) == (
        "Berg AS - Anna Berg.txt",
        "7",
        "SM1",
    )
    assert (document.addressee, document.e_mail) == ("Anna Berg", "anna@example.com")
    assert (document.subject, document.unsubscribe) == ("Hello", "https://example.com/CT2")


def test_a_letter_to_a_company_is_named_after_it(store: MemoryStore) -> None:
    (document,) = letters(context(store), [interaction(store, "Hi", contact_no="CT1", subject="")])
    assert document.name == "Berg AS.txt"


def test_what_no_renderer_fills_is_sent_as_it_is(store: MemoryStore) -> None:
    for name, media_type in (("a.pdf", "application/pdf"), ("a.zzz", "application/octet-stream")):
        sent = interaction(store, b"%PDF {{ x }}", attachment_name=name)
        (document,) = letters(context(store), [sent])
        assert (document.content, document.media_type) == (b"%PDF {{ x }}", media_type)


def test_a_word_template_without_its_renderer_is_an_error(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="docx"):
        list(letters(context(store), [interaction(store, b"", attachment_name="a.docx")]))


def test_an_interaction_without_a_template_has_no_letter(store: MemoryStore) -> None:
    assert list(letters(context(store), [Interaction(contact_no="CT2")])) == []


def test_the_form_of_a_letter_can_be_looked_at(store: MemoryStore) -> None:
    printer = LetterPrinter(store, WORD)
    form = printer.form(interaction(store, "{{ name }}"))
    assert form
    assert form.fields == ("name",)
    assert printer.form(interaction(store, b"x", attachment_name="a.pdf")) is None
    made = printer.make(printer.prepare(interaction(store, b"x", attachment_name="a.pdf")))
    assert (made.content, made.extension, made.media_type) == (b"x", "pdf", "application/pdf")


def test_what_a_converter_does_not_take_stays_as_it_is(store: MemoryStore) -> None:
    rendering = Rendering(converters=(Shouting(),))
    sent = interaction(store, b"x", attachment_name="a.pdf")
    (document,) = letters(context(store, rendering=rendering), [sent])
    assert document.content == b"x"


def logged(store: MemoryStore, *interactions: Interaction) -> list[Interaction]:
    """Interactions as they are after they were logged, with numbers of their own."""
    found = [attrs.evolve(each, entry_no=no) for no, each in enumerate(interactions, start=1)]
    store.records.put(found)
    return found


def one_document(store: MemoryStore, *entry_nos: int | Interaction) -> str:
    """The text of one document for all."""
    file = io.BytesIO()
    crm = Workspace(context(store, rendering=WORD))
    assert crm.letters.in_one_document(file, *entry_nos) > 0
    return text_of(file.getvalue())


def test_many_letters_make_one_document(store: MemoryStore) -> None:
    template = docx(paragraph(field(" MERGEFIELD Name ")))
    sent = [interaction(store, template, contact_no=no) for no in ("CT1", "CT2")]
    logged(store, *sent, Interaction(contact_no="CT1"))
    assert one_document(store, 1, 2, 3) == "Berg AS\nAnna Berg"


def test_one_document_has_one_template_which_can_hold_many(store: MemoryStore) -> None:
    first, second = (docx(paragraph(field(f" MERGEFIELD {name} "))) for name in ("Name", "City"))
    sent = [interaction(store, each) for each in (first, second, "Hi {{ name }}")]
    word, other, plain, blank = logged(store, *sent, Interaction(contact_no="CT1"))
    with pytest.raises(Refused, match="several templates; make one for each"):
        one_document(store, word, other)
    with pytest.raises(Refused, match="not made in Word"):
        one_document(store, plain)
    with pytest.raises(Refused, match="there is no letter"):
        one_document(store, blank)
    with pytest.raises(InvalidValue, match="give at least one"):
        one_document(store)
    with pytest.raises(NotFound, match="interaction log entry '99'"):
        one_document(store, word, 99)


def test_letters_of_logged_interactions_come_in_the_order_asked_for(store: MemoryStore) -> None:
    """FRT-03, FRT-04, FRT-13: by number or by record; an unknown one and none are errors."""
    crm = Workspace(context(store, rendering=WORD))
    sent = [interaction(store, "Hi {{ name }}", contact_no=no) for no in ("CT1", "CT2")]
    first, second, blank = logged(store, *sent, Interaction(contact_no="CT1"))
    found = crm.letters.of(second.entry_no, blank, first)
    assert [each.content for each in found] == [b"Hi Anna Berg", b"Hi Berg AS"]
    with pytest.raises(NotFound, match="interaction log entry '99'"):
        crm.letters.of(99)
    with pytest.raises(InvalidValue, match="entry_nos"):
        crm.letters.of()


def test_a_letter_and_its_data_show_themselves(store: MemoryStore) -> None:
    """FRT-08, FRT-21."""
    sent = interaction(store, "Hi {{ name }}, {{ city }}")
    prepared = LetterPrinter(store).prepare(sent)
    data = MergeDataReader(store).read(sent)
    assert repr(prepared) == "Letter('CT2', 'HELLO', locale=3, values=2)"
    assert repr(data).startswith("MergeData(contact=Contact('CT2', 'Anna Berg', person")
    assert hash(prepared) == hash(attrs.evolve(prepared))
    with pytest.raises(TypeError):
        prepared.values["Name"] = "x"  # type: ignore[index]  # it is frozen
    for value in (prepared, data):
        assert len(repr(value)) <= 120
        assert "object at 0x" not in repr(value)


def test_the_list_of_merge_fields_names_what_is_filled(store: MemoryStore) -> None:
    crm = Workspace(context(store, language="fr"))
    rows = crm.letters.merge_fields()
    by_name = {row.name: row for row in rows}
    assert len(by_name) == len(rows) > 200
    assert by_name["post_code"].caption == "Code postal"
    assert by_name["shoe_size"].table == "contact"
    assert "customer_no" in by_name
    assert "conta_city" in by_name["city"].also
    assert by_name["formal_salutation"].table == ""
    store.records.put(
        [
            SalutationFormula(
                salutation_code="F",
                language_code="NOR",
                salutation="Hei",
                salutation_type="informal",
            )
        ]
    )
    names = [name for row in rows for name in (row.name, *row.also)]
    assert letter(store, "".join(f"{{{{ {name} }}}}" for name in names))
    assert repr(rows) == f"MergeFields(fields={len(rows)})"
    assert repr(by_name["city"]) == "MergeField('city', 'Ville', 'contact')"
    assert "address_block" in rows._repr_html_()
    plain: Any = to_plain(rows)
    assert plain["count"] == len(rows)


def test_an_error_that_is_no_fault_of_a_letter_is_passed_on(store: MemoryStore) -> None:
    def busy(_contact: Contact, _interaction: Interaction) -> Mapping[str, Value]:
        raise Conflict("journal", "busy")

    digest = store.attachments.put(b"Dear {{ name }}")
    line = SegmentLine(segment_no="S", line_no=1, contact_no="CT2", attachment=digest)
    store.segments.put(Segment(header=SegmentHeader(no="S"), lines=[line]))
    with pytest.raises(Conflict):
        check_letters(context(store, rendering=Rendering(extra_fields=busy)), "S")


def test_a_word_template_is_found_by_its_code(store: MemoryStore) -> None:
    digest = store.attachments.put(docx(paragraph(field(" MERGEFIELD City "))))
    store.records.put([WordTemplate(code="THANKS", attachment=digest)])
    sent = Interaction(contact_no="CT2", word_template_code="THANKS")
    (document,) = letters(context(store, rendering=WORD), [sent])
    assert text_of(document.content) == "Oslo"
    with pytest.raises(NotFound, match="word template 'OTHER'"):
        list(
            letters(
                context(store, rendering=WORD),
                [Interaction(contact_no="CT2", word_template_code="OTHER")],
            )
        )


def test_a_text_that_is_no_utf_8_is_refused(store: MemoryStore) -> None:
    with pytest.raises(BadDocument, match="byte 1"):
        list(letters(context(store), [interaction(store, b"a\xff", attachment_name="a.txt")]))


def test_a_contact_that_is_gone_is_named(store: MemoryStore) -> None:
    with pytest.raises(NotFound, match="CT9"):
        letter(store, "Hi", contact_no="CT9")


class Shouting:
    """A converter of a host's own."""

    converts = frozenset({"txt"})
    extension = "loud"
    media_type = "text/loud"

    def convert(self, content: bytes, name: str) -> bytes:
        return content.upper() + name.encode()


def test_finished_documents_can_be_converted(store: MemoryStore) -> None:
    rendering = Rendering(converters=(Shouting(),))
    (document,) = letters(context(store, rendering=rendering), [interaction(store, "Hi ")])
    assert (document.content, document.name) == (b"HI letter.txt", "Berg AS - Anna Berg.loud")


def segment(store: MemoryStore, *templates: str) -> None:
    lines = [
        SegmentLine(
            segment_no="SM1",
            line_no=10000 * (place + 1),
            contact_no="CT2",
            attachment=store.attachments.put(template.encode()) if template else "",
        )
        for place, template in enumerate(templates)
    ]
    header = SegmentHeader(no="SM1", description="Fair")
    store.segments.put(Segment(header=header, lines=tuple(lines)))


def test_every_letter_of_a_segment_can_be_made_before_it_is_logged(store: MemoryStore) -> None:
    segment(store, "{{ segment_description }}", "", "{{ name }}")
    made = check_letters(context(store), "SM1")
    assert [document.content for document in made] == [b"Fair", b"Anna Berg"]
    assert store.segments.get("SM1").version == 1


def test_what_is_missing_is_told_for_all_lines_at_once(store: MemoryStore) -> None:
    segment(store, "{{ nmae }}", "{{ name }}", "{{ informal_salutation }}")
    with pytest.raises(Rejected) as caught:
        check_letters(context(store), "SM1")
    assert [fault.place[:10] for fault in caught.value.faults] == ["line 10000", "line 30000"]
    assert caught.value.faults[0].field == "nmae"


def test_no_two_fields_of_the_core_have_the_same_name_by_accident() -> None:
    assert len(known_fields()) > 200


@pytest.mark.parametrize(
    "name", ["thanksnote.en.docx", "thanksnote.fr-CH.docx", "thanksnote.it-CH.docx"]
)
def test_real_templates_come_out_right_for_every_contact_of_cronus(data: Path, name: str) -> None:
    crm = Workspace.open()
    crm.import_data(data / "cronus")
    template = (data / "word" / name).read_bytes()
    digest = crm.store.attachments.put(template)
    rendering = Rendering(renderers=(WordRenderer(),), fallback_language="ENU")
    sent = [
        Interaction(
            contact_no=contact.no,
            attachment=digest,
            attachment_name=name,
            interaction_language_code=contact.language_code,
        )
        for contact in crm.store.records.all(Contact)
        if contact.salutation_code
    ]
    assert len(sent) > 400
    for interaction, document in zip(
        sent, letters(context(crm.store, rendering=rendering), sent), strict=True
    ):
        contact = crm.contacts[interaction.contact_no]
        text = text_of(document.content)
        assert f" {contact.name}|" in text
        assert f" {contact.post_code}|" in text
        assert f" {contact.e_mail}" in text
        assert "«" not in text


def test_a_letter_that_is_checked_says_of_its_line_what_it_will_say_when_logged() -> None:
    line = SegmentLine(
        segment_no="SM1",
        line_no=10000,
        unit_cost=Decimal(3),
        unit_duration_min=Decimal(4),
        information_flow=InformationFlow.OUTBOUND,
        campaign_target=True,
    )
    made = as_interaction(line)
    assert (made.cost, made.duration_min, made.campaign_target) == (Decimal(3), Decimal(4), True)
    assert made.information_flow is InformationFlow.OUTBOUND


def test_a_body_is_made_by_whoever_makes_one_of_this_kind_of_letter() -> None:
    body = MailBody()
    rendering = Rendering(bodies=(body,))
    mail = Interaction(correspondence_type=CorrespondenceType.EMAIL)
    assert rendering.converters_for(mail, "docx") == (body,)
    assert rendering.converters_for(mail, "txt") == rendering.converters


# -- lines as interactions ------------------------------------------------------------------------


def filled(field: Field, number: int) -> Any:  # noqa: ANN401 - the value of any field
    match field.type:
        case FieldType.OPTION:
            return field.options[-1]
        case FieldType.BOOLEAN:
            return True
        case FieldType.DATE:
            return date(2026, 11, 1 + number % 28)
        case FieldType.INTEGER | FieldType.DECIMAL:
            return number
        case _:
            return f"X{number}"


def test_a_letter_can_tell_all_that_a_line_is_logged_with() -> None:
    fields = fields_of(SegmentLine)
    values = {field.name: filled(field, number) for number, field in enumerate(fields, start=1)}
    line = SegmentLine(**values, extra={"wave": 2})
    made = as_interaction(line)
    renamed = {
        "unit_cost": "cost",
        "unit_duration_min": "duration_min",
        "language_code": "interaction_language_code",
    }
    known = {field.name for field in fields_of(Interaction)}
    taken = {name: renamed.get(name, name) for name in values if renamed.get(name, name) in known}
    assert {name: getattr(made, name) for name in taken.values()} == {
        name: getattr(line, own) for own, name in taken.items()
    }
    assert made.extra == line.extra
    assert len(taken) > 20
