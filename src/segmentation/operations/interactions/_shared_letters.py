"""Interactions that have one letter together: what goes of it when one of the people is erased."""

import json
from collections.abc import Iterable, Sequence

import attrs

from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.templates import TemplateLanguage


def sharing_letters(store: Store, interactions: Iterable[Interaction]) -> Sequence[Interaction]:
    """The interactions of others that have a letter together with these, in their order."""
    found: dict[int, Interaction] = {}
    for own in interactions:
        number = own.household_entry_no
        shared = store.records.all(Interaction, household_entry_no=number) if number else ()
        found |= {
            each.entry_no: each
            for each in shared
            if each.contact_no != own.contact_no and each.merge_data
        }
    return [found[number] for number in sorted(found)]


def without_letter(store: Store, interaction: Interaction) -> Interaction:
    """An interaction without the letter that was kept with it.

    A text that is nobody's own stays, so that a fresh letter can be made.
    """
    kept = json.loads(interaction.merge_data)
    alone = attrs.evolve(interaction, merge_data="")
    if not kept.get("kept_as"):
        return alone
    key = interaction.interaction_template_code, interaction.interaction_language_code
    text = store.records.find(TemplateLanguage, *key) if kept["origin"] == "template" else None
    return attrs.evolve(
        alone,
        attachment=text.attachment if text else "",
        attachment_name=text.attachment_name if text else "",
    )
