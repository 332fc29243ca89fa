"""What is kept with an interaction of the letter that was made when it was logged."""

import json
from collections.abc import Mapping
from typing import Any

from segmentation.codes import Option
from segmentation.interactions import Interaction


class Origin(Option):
    """Where the text of a letter comes from, which decides what a fresh one is made of."""

    OWN = "own"
    """It was attached to this line or segment."""
    TEMPLATE = "template"
    """It is the text of the interaction template in the letter's language."""
    WORD_TEMPLATE = "word_template"
    """It is the Word template that the interaction names."""


def kept_data(interaction: Interaction) -> Mapping[str, Any]:
    """What was kept, as plain data; empty if nothing was, or it was erased."""
    if not interaction.merge_data:
        return {}
    data: Mapping[str, Any] = json.loads(interaction.merge_data)
    return data


def origin_of(interaction: Interaction) -> Origin | None:
    """Where the text of a letter that was logged came from; ``None`` if that was not kept."""
    origin = kept_data(interaction).get("origin")
    return Origin(origin) if origin else None
