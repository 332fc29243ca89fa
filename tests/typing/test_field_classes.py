"""What type checkers know of tables and fields is what the records say."""

from segmentation.criteria import FieldOf, Fields
from segmentation.segments import ContactTables, InteractionFields, contact_fields, contact_schema
from support.field_classes import TARGET, source


def test_the_classes_of_fields_are_those_of_the_records() -> None:
    assert TARGET.read_text(encoding="utf-8") == source(), (
        "run `python tests/support/field_classes.py`"
    )


def test_every_table_and_field_is_there_at_run_time() -> None:
    the = contact_fields()
    for name in dir(the):
        assert set(type(getattr(the, name)).__annotations__) == set(dir(getattr(the, name)))
    assert set(dir(the)) == set(ContactTables.__annotations__)
    assert isinstance(the.contact.city, FieldOf)


def test_a_table_has_its_class_and_an_item_has_none() -> None:
    the = contact_fields(contact_schema())
    assert type(the.interactions) is type(the.interaction_log_entry) is InteractionFields
    assert type(the["interactions"]) is Fields
