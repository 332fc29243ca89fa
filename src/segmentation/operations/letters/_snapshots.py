"""Letters as they were when their segment was logged: kept with the interaction, in the journal.

What is delivered later, or sent again in a year, is filled with these values, whatever became
of the contact. They are personal content and go when the person is erased.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from segmentation.errors import Fault, SegmentationError
from segmentation.interactions import Interaction
from segmentation.protocols import Rendering, Store
from segmentation.segments import Segment
from segmentation.serialization import to_json, value_from_data, value_to_data

from ._printer import Letter, LetterPrinter, as_interaction, faults_of

_FORMAT = 1


def snapshot(letter: Letter) -> str:
    """A letter's values as canonical JSON."""
    return to_json(
        {
            "format": _FORMAT,
            "addressee": letter.addressee,
            "company_name": letter.company_name,
            "e_mail": letter.e_mail,
            "excluded": letter.excluded,
            "locale": list(letter.locale),
            "unsubscribe": letter.unsubscribe,
            "values": {name: value_to_data(value) for name, value in letter.values.items()},
        }
    )


def restore(interaction: Interaction) -> Letter | None:
    """The inverse of `snapshot`; ``None`` if nothing was kept, or it was erased."""
    if not interaction.merge_data:
        return None
    data: Mapping[str, Any] = json.loads(interaction.merge_data)
    language, country, region = data["locale"]
    return Letter(
        interaction=interaction,
        addressee=data["addressee"],
        company_name=data["company_name"],
        e_mail=data["e_mail"],
        locale=(language, country, region),
        values={name: value_from_data(value) for name, value in data["values"].items()},
        unsubscribe=data["unsubscribe"],
        excluded=data["excluded"],
    )


def snapshot_all(
    store: Store, segment: Segment, rendering: Rendering
) -> tuple[Mapping[int, str], Sequence[Fault]]:
    """The letters of a segment that is about to be logged, by line, and what is wrong.

    Every letter is rendered once, so that what cannot be made is found before anything is
    recorded.

    Args:
        store: Where contacts and templates are.
        segment: The segment.
        rendering: How letters are made.
    """
    printer = LetterPrinter(store, rendering)
    frozen: dict[int, str] = {}
    faults: list[Fault] = []
    for line in segment.lines:
        interaction = as_interaction(line)
        if not (line.contact_no and line.correspondence_type):
            continue
        try:
            letter = printer.prepare(interaction, segment)
            printer.check(letter)
        except SegmentationError as error:
            faults += faults_of(error, line.place)
        else:
            frozen[line.line_no] = snapshot(letter)
    return frozen, faults
