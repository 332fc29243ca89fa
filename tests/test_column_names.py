"""Names of columns: what they mean, and which of them may exclude somebody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation import column_hints
from segmentation.campaigns import Campaign
from segmentation.column_names import ColumnUse, letters_of, match_columns, may_exclude
from segmentation.contacts import Contact
from segmentation.fields import Field, FieldType, Record, captioned_fields_of
from segmentation.operations.data import imported_kinds

KINDS = pytest.mark.parametrize("kind", imported_kinds().values(), ids=imported_kinds())


def meant(*names: str, own: tuple[Field, ...] = (), ignore: tuple[str, ...] = ()) -> list[str]:
    """The fields of contacts that columns mean; nothing is wrong with the columns."""
    columns, faults = match_columns(Contact, names, place="c.csv", own=own, ignore=ignore)
    assert faults == []
    return [column.field.name if column.field else column.use for column in columns]


def faults(*names: str, own: tuple[Field, ...] = (), ignore: tuple[str, ...] = ()) -> list[str]:
    _, found = match_columns(Contact, names, place="c.csv", own=own, ignore=ignore)
    return [f"{fault.field}: {fault.code}" for fault in found]


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("No.", "no"),
        ("N°", "no"),
        ("number", "no"),
        ("E-Mail", "e_mail"),
        ("email", "e_mail"),
        ("Country/Region Code", "country_region_code"),
        ("Country_x002F_Region_x0020_Code", "country_region_code"),
        ("countryRegionCode", "country_region_code"),
        ("postcode", "post_code"),
        ("PostCode", "post_code"),
        ("companyNumber", "company_no"),
        ("phoneNumber", "phone_no"),
        ("taxRegistrationNumber", "vat_registration_no"),
        ("addressLine2", "address_2"),
        ("Code pays/re\u0301gion", "country_region_code"),
        ("lastModifiedDateTime", "last_modified"),
    ],
)
def test_a_column_is_known_by_its_letters(name: str, field: str) -> None:
    assert meant(name) == [field]


def test_a_contact_s_number_is_not_that_of_another_record() -> None:
    assert meant("contactNo", "contactName") == ["no", "name"]
    _, (fault,) = match_columns(Campaign, ["contactNo"], place="c.csv")
    assert fault.code == "unknown_column"


@KINDS
def test_every_field_is_known_by_its_name_and_its_captions(kind: type[Record]) -> None:
    for field in captioned_fields_of(kind):
        for name in filter(None, (field.name, field.also_called, *field.called)):
            (column,), wrong = match_columns(kind, [name], place="f")
            assert (column.field, wrong) == (field, [])


@KINDS
def test_no_two_fields_of_a_table_are_called_alike(kind: type[Record]) -> None:
    called: dict[str, str] = {}
    for field in captioned_fields_of(kind):
        for name in filter(None, (field.name, field.also_called, *field.called)):
            assert called.setdefault(letters_of(name), field.name) == field.name


def test_two_columns_of_one_field_are_a_fault() -> None:
    assert faults("No.", "City", "Ville", "no") == ["Ville: malformed", "no: malformed"]
    assert faults("no", "City", "Ville", ignore=("ville",)) == []


def test_a_field_of_the_host_is_a_column_too() -> None:
    shoe = Field("shoe_size", FieldType.INTEGER, extra=True)
    assert meant("Shoe Size", "City", own=(shoe,)) == ["shoe_size", "city"]
    assert faults("Shoe Size") == ["Shoe Size: unknown_column"]


def test_a_field_of_the_host_takes_no_column_that_excludes() -> None:
    """Stores may hold such fields that earlier imports made by guessing."""
    names = ("datenschutz_gesperrt", "state", "ville")
    own = tuple(Field(name, FieldType.TEXT, extra=True) for name in names)
    assert meant("datenschutz_gesperrt", "State", "ville", "Poststed", own=own) == [
        "privacy_blocked",
        "state",
        "ville",
        "city",
    ]
    assert meant("Ville", own=own) == ["city"]


def test_what_the_library_has_no_field_for_is_told_as_left_out() -> None:
    assert meant("id", "Picture", "Last Date Modified") == [ColumnUse.LEFT_OUT] * 3


def test_notes_of_the_protocol_are_no_columns() -> None:
    assert meant("@odata.etag", "picture@odata.mediaReadLink", "no") == ["no"]


def test_a_star_ignores_only_what_excludes_nobody() -> None:
    assert meant("Colour", "no", ignore=("*",)) == [ColumnUse.IGNORED, "no"]
    assert faults("Colour", "Opt-out", ignore=("*",)) == ["Opt-out: unknown_column"]
    assert meant("Colour", "Opt-out", ignore=("*", "OPT OUT")) == [ColumnUse.IGNORED] * 2


@pytest.mark.parametrize(
    "name",
    [
        *("Blocked", "is_blacklisted", "Opt-out", "opted_out", "Do not contact", "DNC", "No mail"),
        *(
            "Unsubscribed",
            "Gesperrt",
            "Werbesperre",
            "Robinson",
            "Nicht kontaktieren",
            "Widerspruch",
        ),
        *("Spærret", "Spärrad", "Sperret", "Reservert", "Afmeldt", "Avregistrerad", "Geblokkeerd"),
        *("Uitgeschreven", "Désabonné", "Ne pas contacter", "Bloqué", "Bloccato", "Disiscritto"),
        *("Baja", "No contactar", "Bloqueado", "Excluido", "Ausgeschlossen", "GDPR consent"),
        *("Deceased", "verstorben", "Underage", "hard bounce", "Suppressed", "Consentimiento"),
        *("Keine Werbung", "Werbung unerwünscht", "Newsletter abbestellt", "Ingen reklame"),
        *("Nej tak til reklame", "Udelad fra segment", "Får ej kontaktas", "Ej reklam", "NIX"),
        *("Niet benaderen", "Bel-me-niet", "No llamar", "No enviar publicidad", "Bloctel"),
        *("Ne veut pas de lettres", "Refus publicité", "Non chiamare", "Cancellato", "Død"),
        *("Accepts Marketing", "newsletter", "active", "Deactivated", "noPhoneCalls"),
        *("Neoslovovat", "Nie kontaktować", "Markkinointikielto", "Letiltva", "Zgoda"),
        # what cannot be read: letters that are not Latin, signs of a wrong encoding
        *("Заблокирован", "Privacy Bl\u043ecked", "\u039fpt-out", "連絡不可", "sp\u2018rret"),
        *("Minderj\u201ehrig", "sp\ufffdrret", "sp\u0091rret"),
    ],
)
def test_what_may_say_that_somebody_is_not_to_be_contacted_is_known(name: str) -> None:
    assert may_exclude(name)
    assert faults(name, ignore=("*",)) == [f"{name}: unknown_column"]


@pytest.mark.parametrize(
    "name",
    [
        "Shoe Size",
        "Deadline",
        "zip",
        "Colour",
        "Loyalty points",
        "Mail No.",
        "Serial no. of the phone",
        "Reklamation",
        "Erwerb",
        "Interactive",
        "Annotation",
        "Nordic contact",
        "Note",
        "Noise",
        "Ringsted",
        "Total",
        "Morton",
        "Subscription Type",
        "Publisher",
        *(
            "Größe",
            "N° d\u2019ordre",
            "N°Client",
            "Kundennr\u2013alt",
            "Ærø",
            "Łódź",
            "Shoe\u00a0size",
            "m²",
        ),
        *("Sales \u2013 €", "Café ® 2026", "Con\u00adtact\u200bclass"),
    ],
)
def test_what_says_something_else_is_not_taken_for_it(name: str) -> None:
    assert not may_exclude(name)


def test_the_near_name_is_looked_for_among_captions_too() -> None:
    _, (fault,) = match_columns(Contact, ["Code postall"], place="c.csv")
    assert "did you mean 'post_code'" in fault.reason


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Kunden-Nr.", "no"),
        ("Customer", ""),
        ("Kundenname", "name"),
        ("Straße", "address"),
        ("PLZ", "post_code"),
        ("Ort", "city"),
        ("Land", "country_region_code"),
        ("Mail Adresse", "e_mail"),
        ("Mobiltelefon", "mobile_phone_no"),
        ("Sport", ""),
    ],
)
def test_a_column_is_answered_with_the_field_that_people_call_so(name: str, meant: str) -> None:
    _, (fault,) = match_columns(Contact, [name], place="c.csv")
    hint = f" (did you mean {meant!r}?)" if meant else ""
    assert fault.reason.startswith(f"is no column of contact{hint}; map it to a field")


def test_no_word_that_people_use_is_wasted() -> None:
    """Each is for a field of contacts, and for a name that no field has in any language."""
    fields = {field.name for field in captioned_fields_of(Contact)}
    assert {*column_hints.FIELDS.values(), *column_hints.PARTS.values()} <= fields
    for word in column_hints.FIELDS:
        found, _ = match_columns(Contact, [word], place="c.csv")
        assert not found, word


@given(st.text())
def test_every_name_has_letters_that_stay(name: str) -> None:
    assert letters_of(letters_of(name)) == letters_of(name)


def test_many_columns_that_are_none_of_ours_are_told_at_once() -> None:
    names = [f"column {number}" for number in range(5_000)]
    _, found = match_columns(Contact, names, place="c.csv")
    assert [fault.field for fault in found] == names
