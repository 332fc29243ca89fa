"""HTML, text and Word templates: what they can do, and what they cannot reach."""

import io
from datetime import date

import docxtpl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from segmentation.adapters.jinja import make_html_renderer, make_text_renderer
from segmentation.adapters.jinja.word import make_word_renderer
from segmentation.contacts import Contact
from segmentation.documents import PlainFormats, unpacked
from segmentation.errors import BadDocument
from segmentation.fields import Value
from segmentation.interactions import Interaction
from segmentation.languages import told
from segmentation.memory import MemoryStore
from segmentation.operations.letters import letters
from segmentation.protocols import Rendering
from support.fair import context
from support.wordfiles import W, docx, member, paragraph, repacked, run, text_of, zipped

FORMATS = PlainFormats()


def html(template: str, **values: Value) -> str:
    form = make_html_renderer().read(template.encode(), "mail.html")
    return form.fill(values, FORMATS).decode()


def test_values_are_escaped_in_html_and_not_in_text() -> None:
    assert html("<p>{{ name }}</p>", name="<b>&") == "<p>&lt;b&gt;&amp;</p>"
    form = make_text_renderer().read(b"{{ name }}\n", "mail.txt")
    assert form.fill({"name": "<b>&"}, FORMATS) == b"<b>&\n"


def test_dates_are_written_as_the_formats_say_and_raw_as_they_are() -> None:
    template = "{{ date }}{% if raw.campaign_target %}!{% endif %}{{ campaign_target }}"
    assert html(template, date=date(2026, 11, 22), campaign_target=True) == "2026-11-22!✓"


def test_the_fields_of_a_template_are_known() -> None:
    form = make_html_renderer().read(b"{{ b }}{% for x in a %}{{ x }}{% endfor %}{{ raw.c }}", "")
    assert form.fields == ("a", "b")


def test_conditions_loops_and_macros_work() -> None:
    template = (
        "{% macro bold(x) %}<b>{{ x }}</b>{% endmacro %}"
        "{% for c in name %}{{ bold(c) }}{{ loop.index }}{% endfor %}"
    )
    assert html(template, name="ab") == "<b>a</b>1<b>b</b>2"


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.__class__ }}",
        "{{ name.upper() }}",
        "{{ '{0.__class__}'.format(name) }}",
        "{{ ''.join('a') }}",
        "{{ raw.__class__.__mro__ }}",
        "{{ name['__class__'] }}",
        "{{ name|attr('__class__') }}",
        "{{ self.__init__.__globals__ }}",
        "{{ cycler.__init__ }}",
        "{{ lipsum() }}",
        "{{ range(10) }}",
        "{% include 'x' %}",
        "{% import 'x' as y %}{{ y.z }}",
        "{% extends 'x' %}",
        "{{ 1/0 }}",
        "{{ name + 1 }}",
        "{{ missing_in_data }}",
    ],
)
def test_a_template_reaches_nothing_but_its_merge_data(template: str) -> None:
    renderer = make_html_renderer()
    try:
        form = renderer.read(template.encode(), "mail.html")
        made = form.fill_with({"name": "Anna", "raw": {}}).decode()
    except BadDocument as refused:
        assert refused.name == "mail.html"  # noqa: PT017
    else:
        assert made == ""


@pytest.mark.parametrize(
    "template",
    [b"{{ name", b"{% if %}", b"{% nonsense %}", b"a\xff"],
    ids=["no end", "no condition", "no such mark", "no text"],
)
def test_what_is_no_template_is_refused_with_its_line(template: bytes) -> None:
    with pytest.raises(BadDocument, match=r"mail\.html: (line 1|is no text)"):
        make_html_renderer().read(template, "mail.html")


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("Dear\n{{ name", "line 2: it ends before all in it is closed"),
        ("{% if name %}", "line 1: it ends before all in it is closed"),
        ("{# never", "line 1: it ends before all in it is closed"),
        ("{% nonsense %}", "line 1: the tag 'nonsense' is unknown here"),
        ("{{ name | loud }}", "line 1: there is no filter or test 'loud'"),
        ("{{ name is loud }}", "line 1: there is no filter or test 'loud'"),
        ("{{ name other }}", "line 1: 'other' stands where 'end of print statement' should"),
        ("{{ }}", "line 1: 'end of print statement' stands where a value should"),
        ("{{ name ) }}", "line 1: ')' does not belong here"),
        ("{{ name § }}", "line 1: '§' does not belong here"),
        ("{% macro f(a=1, b) %}{% endmacro %}", "line 1: Jinja says: non-default argument"),
    ],
)
def test_what_is_wrong_with_a_template_is_told_in_words_of_ours(template: str, reason: str) -> None:
    with pytest.raises(BadDocument) as caught:
        make_html_renderer().read(template.encode(), "mail.html")
    assert caught.value.reason.startswith(reason)


def test_what_is_wrong_with_a_template_is_told_in_any_language() -> None:
    with pytest.raises(BadDocument) as caught:
        make_html_renderer().read(b"{% nonsense %}", "mail.html")
    assert told(caught.value, "fr") == "mail.html: ligne 1 : la balise «nonsense» est inconnue ici"
    with pytest.raises(BadDocument) as caught:
        html("{{ 1 / 0 }}")
    assert told(caught.value, "it") == (
        "mail.html: non può essere compilato: una cifra non si può calcolare"
    )


@pytest.mark.parametrize(
    ("template", "reason"),
    [
        ("{{ other }}", "there is no value 'other'"),
        ("{{ name.other }}", "a value has no part 'other'"),
        ("{{ name['other'] }}", "a value has no part 'other'"),
        ("{{ name.__class__.__name__ }}", "templates may not see the part '__class__' of a value"),
        ("{{ name | attr('upper') }}", "templates may not see the part 'upper' of a value"),
        ("{{ 1 / 0 }}", "a figure in it cannot be worked out"),
        ("{{ '%(x)s' | format(y=1) }}", "it asks for what is not there"),
        ("{% if name %}{{ name | loud }}{% endif %}", "there is no filter or test 'loud'"),
        ("{{ name + 1 }}", "it does with a value what the value does not allow"),
    ],
)
def test_what_the_data_do_not_allow_is_told_in_words_of_ours(template: str, reason: str) -> None:
    form = make_html_renderer().read(template.encode(), "mail.html")
    with pytest.raises(BadDocument) as caught:
        form.fill_with({"name": "Anna"})
    assert caught.value.reason == f"cannot be filled: {reason}"


def test_a_template_nested_too_deep_is_refused() -> None:
    with pytest.raises(BadDocument, match="too deep"):
        make_html_renderer().read(b"{{ " + b"(" * 5000 + b"1" + b")" * 5000 + b" }}", "mail.html")


@given(st.text())
def test_whatever_a_value_holds_it_makes_no_tag(value: str) -> None:
    made = html("{{ name }}", name=value)
    assert "<" not in made
    assert ">" not in made


def test_an_html_letter_is_rendered_as_a_mail_body() -> None:
    store = MemoryStore()
    store.records.put([Contact(no="C1", name="Berg & Co", company_name="Berg & Co")])
    sent = Interaction(
        contact_no="C1",
        attachment=store.attachments.put(b"<p>Dear {{ Name }}</p>"),
        attachment_name="mail.html",
    )
    rendering = Rendering(renderers=(make_html_renderer(),))
    (document,) = letters(context(store, rendering=rendering), [sent])
    assert document.content == b"<p>Dear Berg &amp; Co</p>"
    assert (document.name, document.media_type[:9]) == ("Berg & Co.html", "text/html")


# -- in Word ----------------------------------------------------------------------------------


def word(template: str, **values: Value) -> str:
    form = make_word_renderer().read(docx(paragraph(run(template))), "report.docx")
    return text_of(form.fill(values, FORMATS))


def test_a_letter_made_in_word_may_have_jinjas_marks() -> None:
    template = "{{ date }}{% if raw.campaign_target %}!{% endif %} {{ name|upper }}"
    said = word(template, date=date(2026, 11, 22), campaign_target=True, name="<b>&\n")
    assert said == "2026-11-22! <B>&|"


@pytest.mark.parametrize(
    "template",
    [
        "{{ name.__class__ }}",
        "{{ name.upper() }}",
        "{% include 'x' %}",
        "{{ range(10) }}",
        "{{ 1/0 }}",
    ],
)
def test_a_template_in_word_reaches_nothing_but_its_merge_data(template: str) -> None:
    with pytest.raises(BadDocument, match=r"report\.docx: cannot be filled"):
        word(template, name="Anna")


PROPERTIES = "docProps/core.xml"


def test_a_filled_template_is_the_document_that_docxtpl_makes_of_it() -> None:
    row = "<w:tr><w:tc><w:tcPr/>{}</w:tc></w:tr>"
    table = "".join(
        row.format(paragraph(run(text)))
        for text in ("{%tr for n in names %}", " {{ n }} ", "{%tr endfor %}")
    )
    plain = "<w:r><w:t>{{ title }}</w:t></w:r>"
    template = docx(
        paragraph(run("{{ title }} "), '<w:r><w:t xml:space="default">a</w:t></w:r>', plain),
        f"<w:tbl><w:tblPr/><w:tblGrid/>{table}</w:tbl><!-- a comment -->",
        header1=paragraph(run(" {{ title }}")),
        footer1=paragraph(run("{{ title }}, page 1")),
    )
    data = {"title": "Anna & Co", "names": [" Anna", "Bo", "A\nB"]}
    rival = docxtpl.DocxTemplate(io.BytesIO(template))
    rival.render(data, autoescape=True)
    rival.save(expected := io.BytesIO())
    made = make_word_renderer().read(template, "list.docx").fill_with(data)
    ours, theirs = unpacked(made, "ours"), unpacked(expected.getvalue(), "theirs")
    del ours[PROPERTIES], theirs[PROPERTIES]  # they hold the second in which they were made
    assert ours == theirs
    assert text_of(made).count("Anna") == 3


BODY = member(docx(paragraph(run("{{ name }}"))))
ENTITY = '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd"><!ENTITY y "yyy">]>'


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"Dear Anna", "is no Word document"),
        (zipped({"a": "b"}), "is no Word document"),
        (docx()[:300], "is no Word document"),
        (repacked(docx(), "word/document.xml", b"<a>"), "is no Word document"),
        (zipped({"bomb": b"\0" * (300 * 1024 * 1024)}), "too large"),
        (
            docx(paragraph(run("{% if %}"))),
            "is no template: 'end of statement block' stands where a value should",
        ),
        (docx(paragraph(run("{{ " + "(" * 5000 + "1" + ")" * 5000 + " }}"))), "too deep"),
    ],
    ids=["text", "other archive", "cut short", "no XML", "bomb", "no condition", "too deep"],
)
def test_what_is_no_template_in_word_is_refused_with_its_name(content: bytes, reason: str) -> None:
    with pytest.raises(BadDocument, match=reason) as caught:
        make_word_renderer().read(content, "report.docx")
    assert caught.value.name == "report.docx"


def test_a_template_in_word_brings_in_no_other_file() -> None:
    hostile = BODY.replace("{{ name }}", "{{ name }}&x;&y;")
    content = repacked(docx(), "word/document.xml", (ENTITY + hostile).encode())
    made = make_word_renderer().read(content, "report.docx").fill({"name": "Anna"}, FORMATS)
    assert "root:" not in member(made)
    assert "yyy" not in member(made)


@given(st.text())
def test_whatever_a_value_holds_a_report_in_word_stays_well_formed(value: str) -> None:
    form = make_word_renderer().read(docx(paragraph(run("a{{ name }}z"))), "report.docx")
    root = etree.fromstring(member(form.fill({"name": value}, FORMATS)).encode())
    texts = ["".join(element.itertext()) for element in root.iter(f"{{{W}}}t")]
    assert (texts[0][:1], texts[-1][-1:]) == ("a", "z")
