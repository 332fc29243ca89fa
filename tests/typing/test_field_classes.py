"""What type checkers know of tables and fields is what the records say."""

import ast

from segmentation.criteria import FieldOf, Fields
from segmentation.segments import ContactTables, InteractionFields, contact_fields, contact_schema
from support import value_types
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


def test_the_keywords_for_fields_are_those_of_the_records() -> None:
    there = ast.parse(value_types.TARGET.read_text(encoding="utf-8")).body
    made = ast.parse(value_types.source()).body
    classes = [
        [ast.dump(node) for node in body if isinstance(node, ast.ClassDef)]
        for body in (there, made)
    ]
    assert classes[0] == classes[1], "run `python tests/support/value_types.py`"
