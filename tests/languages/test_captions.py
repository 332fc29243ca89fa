"""Captions of tables, fields and options: all are there, and each means one thing."""

from collections.abc import Iterable
from datetime import date

import pytest

from segmentation.codes import Option
from segmentation.criteria import (
    AsOf,
    Compare,
    IsEqual,
    Operand,
    Operator,
    Schema,
    Table,
    bind,
    bind_filter,
    make_selection,
    make_table,
)
from segmentation.errors import UnknownName
from segmentation.fields import Field, FieldType, Record, captioned_fields_of, fields_of
from segmentation.kinds import record_kinds
from segmentation.languages import LANGUAGES, caption, captions, to_name
from segmentation.segments import ActionKind, LeftOutReason, contact_schema

KINDS = list(record_kinds().values())
AS_OF = AsOf(date(2026, 11, 22))

TERMS = {
    ("segment_header",): ("Segment", "Segment", "Segmento", "Segment"),
    ("contact",): ("Contact", "Contact", "Contatto", "Kontakt"),
    ("segment_line",): ("Segment Line", "Ligne segment", "Riga segmento", "Segmentlinje"),
    ("interaction_template",): (
        "Interaction Template",
        "Modèle interaction",
        "Modello interazione",
        "Samhandlingsmal",
    ),
    ("interaction_log_entry",): (
        "Interaction Log Entry",
        "Écriture journal interaction",
        "Movimento log interazioni",
        "Samhandlingsloggpost",
    ),
    ("logged_segment",): (
        "Logged Segment",
        "Segment journalisé",
        "Segmento registrato",
        "Loggført segment",
    ),
    ("contact", "correspondence_type"): (
        "Correspondence Type",
        "Type correspondance",
        "Tipo corrispondenza",
        "Korrespondansetype",
    ),
    ("campaign",): ("Campaign", "Campagne", "Campagna", "Kampanje"),
    ("industry_group",): ("Industry Group", "Secteur", "Settore industriale", "Bransje"),
    ("business_relation",): (
        "Business Relation",
        "Relation d'affaires",
        "Relazione d'affari",
        "Forretningsforhold",
    ),
    ("contact", "country_region_code"): (
        "Country/Region Code",
        "Code pays/région",
        "Cod. paese/area geografica",
        "Lands-/regionkode",
    ),
}


def spelled(items: Iterable[str]) -> list[str]:
    """Captions as they are compared: capitals, dots and blanks do not matter."""
    return [to_name(item) for item in items]


@pytest.mark.parametrize("path", TERMS)
def test_the_terms_of_the_field_are_used(path: tuple[str, ...]) -> None:
    assert tuple(caption(language, *path) for language in LANGUAGES) == TERMS[path]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__table__)
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_table_field_and_option_has_a_caption(kind: type[Record], language: str) -> None:
    table = kind.__table__
    paths = [(table,), *((table, field.name) for field in fields_of(kind))]
    paths += [(table, f.name, option) for f in fields_of(kind) for option in f.options if option]
    missing = [path for path in paths if caption(language, *path) == path[-1].replace("_", " ")]
    assert missing == []


@pytest.mark.parametrize("options", [ActionKind, LeftOutReason])
@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_in_histories_has_a_caption(options: type[Option], language: str) -> None:
    assert all(caption(language, "*", "*", each)[0].isupper() for each in options)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_tables_have_one_caption(language: str) -> None:
    names = spelled(caption(language, kind.__table__) for kind in KINDS)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__table__)
def test_no_two_fields_of_a_table_have_one_caption_in_any_languages(kind: type[Record]) -> None:
    table = make_table(kind.__table__, captioned_fields_of(kind))
    for field in table.fields.values():
        for called in field.called:
            assert table.field(called) is field


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__table__)
def test_no_two_options_of_a_field_have_one_caption_in_any_languages(kind: type[Record]) -> None:
    for field in captioned_fields_of(kind):
        for called, option in field.captions:
            bound = bind_filter(Compare(Operator.EQUAL, Operand(called)), field, AS_OF)
            assert bound == IsEqual(field.options.index(option))


def test_every_table_of_a_contact_is_found_by_its_captions() -> None:
    schema = contact_schema()
    for table in schema.tables.values():
        assert len(table.called) == len(set(captions(table.name))) > 1
        assert all(schema.table(called) is table for called in table.called)


def test_a_selection_may_be_written_in_any_language() -> None:
    schema = contact_schema()
    english = make_selection(
        contact={"type": "company", "minor": "no"}, interactions={"salesperson_code": "JO"}
    )
    norwegian = make_selection(
        {
            "Kontakt": {"Type": "Selskap", "Mindreårig": "nei"},
            "Samhandlingsloggpost": {"Selgerkode": "JO"},
        }
    )
    assert bind(norwegian, schema, AS_OF) == bind(english, schema, AS_OF)


def test_a_caption_that_means_two_things_is_not_guessed() -> None:
    fields = [
        Field("a", FieldType.CODE, called=("Kode",)),
        Field("b", FieldType.CODE, called=("Kode",)),
    ]
    tables = [make_table(name, fields, called=("Tabell",)) for name in ("x", "y")]
    with pytest.raises(UnknownName, match="unknown field 'Kode' in x"):
        tables[0].field("Kode")
    with pytest.raises(UnknownName, match="unknown table 'Tabell'"):
        Schema("x", "a", {table.name: table for table in tables}).table("Tabell")
    with pytest.raises(UnknownName):
        Table("x", {}).field("?")


def test_what_nobody_named_is_called_by_its_name() -> None:
    assert caption("fr-CH", "contact", "shoe_size") == "shoe size"


def test_a_near_name_is_offered_in_the_language_it_was_tried_in() -> None:
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(contact={"type": "Societa"}), contact_schema(), AS_OF)
    assert caught.value.near == "Società"
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(contact={"type": "compny"}), contact_schema(), AS_OF)
    assert caught.value.near == "company"
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(contact={"Code postale": "1000"}), contact_schema(), AS_OF)
    assert caught.value.near == "Code postal"
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(contact={"postcode": "1000"}), contact_schema(), AS_OF)
    assert caught.value.near == "post_code"
    with pytest.raises(UnknownName) as caught:
        bind(make_selection(mailing_group={"code": "NEWS"}), contact_schema(), AS_OF)
    assert caught.value.near == "mailing_groups"
