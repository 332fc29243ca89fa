"""Records declare their fields once, in their annotations."""

import datetime as dt
from decimal import Decimal
from typing import Annotated

import attrs
import pytest

from segmentation.codes import Option, to_code
from segmentation.contacts import Contact, ContactType
from segmentation.errors import InvalidValue
from segmentation.fields import (
    AlsoCalled,
    Code,
    Extra,
    Field,
    FieldType,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Value,
    aware,
    check_fit,
    fields_of,
    key_of,
    with_converters,
)


class Colour(Option):
    BLANK = ""
    RED = "red"
    BLUE = "blue"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Lamp(Record, table="lamp", key=("code", "place")):
    code: ShortCode
    place: Annotated[Code, RefersTo("room"), AlsoCalled("room_no"), "a note of the host"] = ""
    name: LongText = ""
    colour: Colour = Colour.BLANK
    watts: int = 0
    price: Decimal = Decimal(0)
    lit: bool = False
    bought: dt.date | None = None
    seen: dt.datetime | None = None
    bedtime: dt.time | None = None
    tags: tuple[str, ...] = ()
    extra: Extra = ()


def test_fields_are_read_from_annotations_in_their_order() -> None:
    assert fields_of(Lamp) == (
        Field("code", FieldType.CODE, length=10),
        Field("place", FieldType.CODE, length=20, refers_to="room", also_called="room_no"),
        Field("name", FieldType.TEXT),
        Field("colour", FieldType.OPTION, options=("", "red", "blue")),
        Field("watts", FieldType.INTEGER),
        Field("price", FieldType.DECIMAL),
        Field("lit", FieldType.BOOLEAN),
        Field("bought", FieldType.DATE),
        Field("seen", FieldType.DATETIME),
        Field("bedtime", FieldType.TIME),
    )


def test_codes_options_and_extra_fields_are_stored_in_their_form() -> None:
    lamp = Lamp(code=" fyr ", colour="red", extra={"b": 1, "a": 2})  # type: ignore[arg-type]
    assert lamp.code == "FYR"
    assert lamp.colour is Colour.RED
    assert lamp.extra == (("a", 2), ("b", 1))
    assert attrs.evolve(lamp, code="klit").code == "KLIT"


def test_a_record_is_frozen_and_can_be_hashed() -> None:
    lamp = Lamp(code="FYR")
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        lamp.name = "x"  # type: ignore[misc]
    assert len({lamp, Lamp(code="fyr")}) == 1


def test_a_record_knows_its_table_and_key() -> None:
    assert Lamp.__table__ == "lamp"
    assert key_of(Lamp(code="a", place="b")) == ("A", "B")


@pytest.mark.parametrize(
    ("field", "blank"),
    [
        (Field("f", FieldType.CODE), ""),
        (Field("f", FieldType.INTEGER), 0),
        (Field("f", FieldType.DECIMAL), Decimal(0)),
        (Field("f", FieldType.BOOLEAN), False),
        (Field("f", FieldType.DATE), None),
        (Field("f", FieldType.OPTION, options=("company", "person")), "company"),
    ],
)
def test_every_type_has_its_blank(field: Field, blank: Value) -> None:
    assert field.blank == blank


def test_options_are_ordered_by_position() -> None:
    assert [option.position for option in Colour] == [0, 1, 2]
    assert Colour.blank() is Colour.BLANK


def test_codes_are_upper_case_without_blanks_around_them() -> None:
    assert to_code(" straße ") == "STRASSE"


def test_a_datetime_without_zone_is_taken_for_utc() -> None:
    bare = dt.datetime(2026, 11, 22, 10)  # noqa: DTZ001 - that is the point
    assert aware(bare) == dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC)
    zoned = dt.datetime(2026, 11, 22, 10, tzinfo=dt.timezone(dt.timedelta(hours=1)))
    assert aware(zoned) is zoned


@pytest.mark.parametrize("nothing", [None, 5, b"DK", ["DK"]])
def test_what_is_no_text_is_no_code(nothing: object) -> None:
    with pytest.raises(InvalidValue, match=r"code: .* is no text"):
        to_code(nothing)  # type: ignore[arg-type]


def test_what_is_no_option_is_told_which_there_are() -> None:
    with pytest.raises(InvalidValue, match="ContactType: 'persn' is none of company, person"):
        ContactType("persn")


def test_a_text_longer_than_its_field_does_not_fit() -> None:
    check_fit(Contact(no="C1", name="x" * 100))
    with pytest.raises(InvalidValue, match=r"name.*has 101 characters, 100 at most"):
        check_fit(Contact(no="C1", name="x" * 101))
    with pytest.raises(InvalidValue, match="name"):
        check_fit(Contact(no="C1", name=5))  # type: ignore[arg-type]  # what hosts may do
