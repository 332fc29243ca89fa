"""Writes the typed keywords by which callers give the fields of records.

Run it after a change of a record that a noun makes or changes::

    python tests/support/value_types.py

A test holds what stands there equal to what this makes.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

import attrs

import segmentation.operations
from segmentation.campaigns import Campaign
from segmentation.consents import Consent
from segmentation.contacts import AddressMark, Contact
from segmentation.fields import Field, FieldType, Record, fields_of
from segmentation.interactions import Interaction
from segmentation.kinds import record_kinds
from segmentation.questionnaires import ProfileQuestionnaire
from segmentation.segments import LoggedSegment, SavedCriteria, SegmentHeader, SegmentLine
from segmentation.setup import CompanyInformation, MarketingSetup
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
    WordTemplate,
)

TARGET = Path(segmentation.operations.__file__).parent / "field_values.py"

GIVEN: tuple[type[Record], ...] = (
    Contact,
    AddressMark,
    Consent,
    Campaign,
    InteractionTemplate,
    TemplateLanguage,
    WordTemplate,
    InteractionTemplateSetup,
    Interaction,
    SegmentHeader,
    SegmentLine,
    LoggedSegment,
    SavedCriteria,
    ProfileQuestionnaire,
    MarketingSetup,
    CompanyInformation,
)
"""The records whose fields callers give by keyword."""

SET_BY_US = frozenset(
    {
        "entry_no",
        "campaign_entry_no",
        "logged_segment_entry_no",
        "user_id",
        "postponed",
        "canceled",
        "canceled_by",
        "delivery_status",
        "delivery_error",
        "delivery_attempts",
        "delivered_at",
        "delivered_before",
        "merge_data",
        "arm",
        "household_entry_no",
    }
)
"""Fields of an interaction that follow from what happens and are set by no caller."""

_OF_A_DRAFT = SET_BY_US | {"contact_no", "attachment"}

PARTS: Mapping[str, tuple[type[Record], frozenset[str]]] = {
    "InteractionDraftValues": (Interaction, _OF_A_DRAFT),
    "CallValues": (Interaction, _OF_A_DRAFT | {"contact_via"}),
    "MailValues": (Interaction, _OF_A_DRAFT | {"subject"}),
    "DocumentValues": (Interaction, _OF_A_DRAFT | {"document_type", "document_no"}),
    "SavedSelectionValues": (
        SavedCriteria,
        frozenset({"code", "actions", "saved_by", "saved_at"}),
    ),
    "TemplateTextValues": (
        TemplateLanguage,
        frozenset({"interaction_template_code", "language_code", "attachment"}),
    ),
}
"""Records of which callers give some fields only, and the fields that they do not give.

They are set by the library, or are arguments of their own.
"""
GIVEN_APART: Mapping[type[Record], frozenset[str]] = {
    SegmentLine: frozenset({"attachment"}),
    TemplateLanguage: frozenset({"attachment"}),
}
"""Fields that verbs take by an argument of their own, since more is taken than their values."""

TYPES = {
    FieldType.CODE: "str",
    FieldType.TEXT: "str",
    FieldType.OPTION: "str",
    FieldType.INTEGER: "int",
    FieldType.DECIMAL: "Decimal | float | str",
    FieldType.BOOLEAN: "bool",
    FieldType.DATE: "date | str | None",
    FieldType.DATETIME: "datetime | str | None",
    FieldType.TIME: "time | str | None",
}

HEAD = '''"""The fields of records as callers give them by keyword.

Made from the records by ``tests/support/value_types.py``; not to be changed by hand. What is
given for a field that refers to another record may be that record; dates and times may be texts
in ISO form, and so may numbers; ``None`` and an empty text are the blank of a field.
"""
'''


def type_of(field: Field) -> str:
    """What may be given for a field."""
    refers = record_kinds().get(field.refers_to)
    return TYPES[field.type] + (f" | {refers.__name__}" if refers else "")


def has_extra(record: type[Record]) -> bool:
    """Whether a host's fields can be kept with it."""
    return any(attribute.name == "extra" for attribute in attrs.fields(record))  # type: ignore[arg-type]


def imports() -> Iterator[str]:
    """The names that the module needs, line by line."""
    fields = (field for kind in GIVEN for field in fields_of(kind))
    used = {record_kinds()[f.refers_to] for f in fields if f.refers_to in record_kinds()}
    yield "from collections.abc import Mapping"
    yield "from datetime import date, datetime, time"
    yield "from decimal import Decimal"
    yield "from typing import TypedDict"
    yield ""
    for kind in sorted(used, key=lambda kind: (kind.__module__, kind.__name__)):
        yield f"from {kind.__module__.partition('._')[0]} import {kind.__name__}"
    yield "from segmentation.fields import Extra, Value"


def lines() -> Iterator[str]:
    """What the module says, line by line."""
    yield HEAD
    yield from imports()
    for kind in GIVEN:
        told = f"Fields of the table ``{kind.__table__}``."
        yield from class_of(
            f"{kind.__name__}Values", kind, told, GIVEN_APART.get(kind, frozenset())
        )
    for name, (kind, left_out) in PARTS.items():
        told = f"Fields of the table ``{kind.__table__}`` that are given by keyword."
        yield from class_of(name, kind, told, left_out)


def class_of(
    name: str, kind: type[Record], told: str, left_out: frozenset[str] = frozenset()
) -> Iterator[str]:
    """A class of keywords, line by line."""
    yield f"\n\nclass {name}(TypedDict, total=False):"
    yield f'    """{told}"""\n'
    for field in fields_of(kind):
        if field.name not in left_out:
            yield f"    {field.name}: {type_of(field)}"
    if has_extra(kind):
        yield "    extra: Mapping[str, Value] | Extra"


def source() -> str:
    """The text of the module, before it is formatted."""
    return "\n".join(lines()) + "\n"


if __name__ == "__main__":
    TARGET.write_text(source(), encoding="utf-8")
