"""What a segment's header is made of: the fields that are given, and what follows from them."""

from collections.abc import Mapping
from typing import Any

import attrs

from segmentation.campaigns import Campaign
from segmentation.code_tables import SalespersonPurchaser
from segmentation.errors import Fault, InvalidValue, Message, Rejected
from segmentation.experiments import check_repeat
from segmentation.fields import Record
from segmentation.operations.attachments import keep_attachment
from segmentation.operations.records import find_record
from segmentation.operations.templates import languages_of, template_of
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentHeader, exclusive
from segmentation.templates import InteractionTemplate, TemplateLanguage

REFERRED: Mapping[str, type[Record]] = {
    "campaign_no": Campaign,
    "salesperson_code": SalespersonPurchaser,
    "interaction_template_code": InteractionTemplate,
}
"""Fields of headers and lines that must name a record which exists, if they name any."""


def check_references(store: Store, place: str, values: Mapping[str, Any]) -> None:
    """See that the campaign, salesperson, template and attachment that are named exist.

    Args:
        store: Where they are kept.
        place: What the values are for, as the error names it.
        values: Values by field, as they are stored.

    Raises:
        Rejected: Some do not: all of them.
    """
    faults = [
        Fault(place, field, Message("{value!r} does not exist", value=values[field]))
        for field, kind in REFERRED.items()
        if values.get(field) and find_record(store, kind, values[field]) is None
    ]
    if faults:
        raise Rejected(place, faults)
    if values.get("attachment"):
        keep_attachment(store, values["attachment"])


def changed_header(store: Store, segment: Segment, changes: Mapping[str, Any]) -> Segment:
    """The segment with a changed header and, where they follow from it, other texts.

    What is given goes before what a template brings that is given with it.

    Raises:
        Rejected: There is no text in the language that is to be the default.
    """
    header, languages = segment.header, segment.languages
    rest = exclusive(changes)
    if "interaction_template_code" in changes:
        code = rest.pop("interaction_template_code")
        languages = languages_of(store, code) if code else ()
        header = header.with_template(template_of(store, code) if code else None, languages)
    if "language_code_default" in rest:
        default = rest["language_code_default"]
        _check_default(default, [text.language_code for text in languages])
        header = attrs.evolve(header, language_code_default=default).with_texts(languages)
    header = attrs.evolve(header, **rest)
    _check_plans(header)
    languages = tuple(_with_default(text, header, rest) for text in languages)
    return attrs.evolve(segment, header=header, languages=languages, undone=())


def _check_default(default: str, known: list[str]) -> None:
    if default and known and default not in known:
        reason = Message(
            "{value!r} has no text; there are {known}", value=default, known=", ".join(known)
        )
        raise Rejected("segment header", [Fault("header", "language_code_default", reason)])


def _check_plans(header: SegmentHeader) -> None:
    """See that the header's split is one, and that what is repeated goes on for ever."""
    try:
        _ = header.split
        if header.repeat:
            check_repeat("repeat", header.repeat)
    except InvalidValue as error:
        raise Rejected("segment header", [error.fault("header")]) from None


def _with_default(
    text: TemplateLanguage, header: SegmentHeader, changes: Mapping[str, Any]
) -> TemplateLanguage:
    """The text in the default language has what the header says of it."""
    if text.language_code != header.language_code_default:
        return text
    names = {"subject_default": "subject"}
    named = ("subject_default", "attachment", "word_template_code")
    values = {names.get(name, name): changes[name] for name in named if name in changes}
    return attrs.evolve(text, **values)
