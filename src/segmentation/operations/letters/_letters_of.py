"""The letters of interactions, filled with the values as they stand now; nothing is sent."""

from collections.abc import Iterable, Iterator, Sequence
from typing import IO

from segmentation.documents import Document, FormForMany
from segmentation.errors import Message, Refused
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.records import get_records
from segmentation.operations.values import require_any

from ._households import household_of, still_sharing
from ._printer import Letter, LetterPrinter, has_letter


def letters(context: Context, interactions: Iterable[Interaction]) -> Iterator[Document]:
    """A letter for each interaction that has a template, in their order; one for who share it.

    They are filled with the values as they stand now.

    Args:
        context: Store, user, day and clock.
        interactions: The interactions, logged or about to be.

    Raises:
        Rejected: A template names a field that nothing fills.
        NotFound: A contact, a template or a salutation formula is missing.
        BadDocument: A template cannot be read.
    """
    printer = LetterPrinter(context.store, context.rendering)
    for letter in _prepared(context, printer, filter(has_letter, interactions)):
        yield printer.render(letter)


def _prepared(
    context: Context, printer: LetterPrinter, interactions: Iterable[Interaction]
) -> Iterator[Letter]:
    """A letter for each interaction, or one for several who share it and still may."""
    done: set[int] = set()
    for interaction in printer.in_batches(interactions):
        if interaction.entry_no in done:
            continue
        group: Sequence[Interaction] = ()
        if interaction.household_entry_no:
            group = still_sharing(context, household_of(context.store, interaction))
        numbers = [each.entry_no for each in group]
        if interaction.entry_no not in numbers:
            yield printer.prepare(interaction)
            continue
        place = numbers.index(interaction.entry_no)
        made = next(each for each in printer.prepare_joint(group) if place in each.places)
        done.update(numbers[at] for at in made.places)
        yield made.letter


def letters_of(context: Context, *entry_nos: int | Interaction) -> Iterator[Document]:
    """The letters of logged interactions, in the order asked for; one for those who share it.

    They are filled with the values as they stand now; `resend` sends a letter as it was.
    Interactions without a template have none.

    Args:
        context: Store, user, day and clock.
        *entry_nos: The interactions.

    Raises:
        InvalidValue: No interaction is named.
        NotFound: An interaction, a contact, a template or a salutation formula is missing.
        Rejected: A template names a field that nothing fills.
        BadDocument: A template cannot be read.
    """
    named = require_any("entry_nos", entry_nos)
    return letters(context, get_records(context.store, Interaction, named))


def in_one_document(context: Context, file: IO[bytes], *entry_nos: int | Interaction) -> int:
    """The letters of logged interactions in one Word document, a section each.

    Interactions without a template have no letter.

    Args:
        context: Store, user, day and clock.
        file: Where the document is written; must be able to seek.
        *entry_nos: The interactions; their letters must have one template.

    Returns:
        How many letters the document holds.

    Raises:
        InvalidValue: No interaction is named.
        Refused: There is no letter, they have several templates, or one that is not Word's.
        NotFound: An interaction, a contact, a template or a salutation formula is missing.
        Rejected: A template names a field that nothing fills.
    """
    named = get_records(context.store, Interaction, require_any("entry_nos", entry_nos))
    printer = LetterPrinter(context.store, context.rendering)
    sent = [interaction for interaction in named if has_letter(interaction)]
    form = _one_form(printer, sent)
    prepared = _prepared(context, printer, sent)
    return form.fill_all(((each.values, printer.formats(each)) for each in prepared), file)


def _one_form(printer: LetterPrinter, sent: Sequence[Interaction]) -> FormForMany:
    """The one form that all letters have."""
    forms = {id(form): form for form in map(printer.form, sent)}
    step = Message("make one document")
    if not forms:
        raise Refused(step, Message("there is no letter"))
    if len(forms) > 1:
        raise Refused(step, Message("the letters have several templates; make one for each"))
    (form,) = forms.values()
    if not isinstance(form, FormForMany):
        raise Refused(step, Message("the template of the letters is not made in Word"))
    return form
