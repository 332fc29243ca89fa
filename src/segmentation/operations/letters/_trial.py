"""Letters before anything is logged: tried on one contact, checked line by line."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date

from segmentation.contacts import AlternativeAddress, Contact
from segmentation.documents import MISSING_DATA, Document, field_name
from segmentation.errors import (
    BadDocument,
    Fault,
    Message,
    Refused,
    Rejected,
    SegmentationError,
    UsageError,
    to_message,
)
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.records import get_record, require_segment, salesperson_of
from segmentation.operations.templates import languages_of, template_of
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentHeader, SegmentLine, Terms, address_on
from segmentation.templates import InteractionTemplate

from ._at_one_address import households
from ._merge_fields import UNSUBSCRIBE
from ._printer import LetterPrinter, has_letter


def try_template(
    context: Context, template_code: str | InteractionTemplate, contact_no: str | Contact
) -> Document:
    """The letter of a template to one contact, as a segment of the work date would make it.

    Nothing is stored.

    Args:
        context: Store, user, day and clock.
        template_code: The interaction template.
        contact_no: The contact; its language decides which of the template's texts is taken, and
            the alternative address that is active on the work date is the one written to.

    Raises:
        NotFound: There is no such template or contact, or no salutation formula.
        Refused: The template has no text in the contact's language, and none by default.
        Rejected: A text names a field that nothing fills.
        BadDocument: The text cannot be read.
    """
    store, day = context.store, context.day
    template = template_of(store, template_code)
    contact = get_record(store, Contact, contact_no)
    texts = languages_of(store, template)
    header = SegmentHeader(
        no="", date=day.workdate, salesperson_code=salesperson_of(store, day.user)
    ).with_template(template, texts)
    terms = Terms(header, template, {text.language_code: text for text in texts})
    interaction = as_interaction(
        terms.line(contact, 0, active_address_code(store, contact.no, day.workdate))
    )
    if not has_letter(interaction):
        step = Message("try template {code} on contact {no}", code=template.code, no=contact.no)
        raise Refused(step, Message("it has no text in the contact's language or by default"))
    printer = LetterPrinter(store, context.rendering)
    return printer.render(printer.prepare(interaction, Segment(header=header)))


def active_address_code(store: Store, contact_no: str, on: date) -> str:
    """The code of the alternative address that is active on a day; empty if none is.

    Args:
        store: Where the addresses are.
        contact_no: The contact.
        on: The day.
    """
    return address_on(store.records.all(AlternativeAddress, contact_no=contact_no), on)


def active_address_codes(store: Store, contact_nos: Collection[str], on: date) -> Mapping[str, str]:
    """The codes of the alternative addresses of contacts that are active on a day, of who has one.

    Args:
        store: Where the addresses are.
        contact_nos: The contacts.
        on: The day.
    """
    if len(contact_nos) <= _FEW:
        return {no: active_address_code(store, no, on) for no in contact_nos}
    others: dict[str, list[AlternativeAddress]] = {}
    for address in store.records.all(AlternativeAddress):
        others.setdefault(address.contact_no, []).append(address)
    return {no: address_on(found, on) for no, found in others.items() if no in contact_nos}


_FEW = 8
"""For up to how many contacts addresses are read one contact at a time."""


def check_letters(
    context: Context, segment_no: str, *, one_letter_per_household: bool = False
) -> Sequence[Document]:
    """Render every letter of a segment that is not logged yet, on the values as they stand.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        one_letter_per_household: Lines by post whose contacts are at one address have one letter;
            templates can say so too.

    Returns:
        The documents, in the order of the lines; lines without a template have none.

    Raises:
        NotFound: There is no such segment.
        Rejected: All that is missing, line by line: fields, formulas, templates.
    """
    store = context.store
    segment = require_segment(store, segment_no)
    shared = households(
        store, segment.lines.by_field(), deliver=False, everybody=one_letter_per_household
    )
    first = {group[0]: group for group in shared}
    others = {number for group in shared for number in group[1:]}
    lines = {line.line_no: line for line in segment.lines if line.line_no in others}
    printer = LetterPrinter(store, context.rendering)
    documents: list[Document] = []
    wrong = LetterFaults(printer)
    for line in printer.in_batches(segment.lines):
        if not line.contact_no or not has_letter(as_interaction(line)) or line.line_no in others:
            continue
        together = [line, *(lines[number] for number in first.get(line.line_no, ())[1:])]
        try:
            made = printer.prepare_joint([as_interaction(each) for each in together], segment)
            documents += [printer.render(each.letter) for each in made]
        except SegmentationError as error:
            wrong.add(error, line)
    if wrong.faults:
        raise Rejected(Message("letters of segment {no}", no=segment.no), wrong.faults)
    return documents


class LetterFaults:
    """What is wrong with the letters of a segment; of a template that is wrong, it is told once.

    Args:
        printer: Who makes the letters.
    """

    def __init__(self, printer: LetterPrinter) -> None:
        self._printer = printer
        self._told: set[int] = set()
        self._unlinked: set[str] = set()
        self.faults: list[Fault] = []

    def add(self, error: SegmentationError, line: SegmentLine) -> None:
        """Take up what went wrong with the letter of a line.

        Raises:
            SegmentationError: It is no error of the letter: a store that went away.
        """
        if not isinstance(error, UsageError):
            raise error
        template = template_name(line)
        if self._printer.is_broken(error):
            if id(error) not in self._told:
                self._told.add(id(error))
                self.faults.append(Fault(template, "", error.message))
        elif isinstance(error, Rejected):
            for fault in error.faults:
                self._add_field(fault, error.what, line)
        elif isinstance(error, BadDocument):
            self.faults.append(Fault(line.place, "", _with(error.message, template)))
        else:
            self.faults.append(Fault(line.place, "", error.message))

    def _add_field(self, fault: Fault, what: str, line: SegmentLine) -> None:
        """Take up a field that nothing fills: the link is set up for all contacts or for none."""
        if fault.code == MISSING_DATA:
            if fault not in self.faults:
                self.faults.append(fault)
        elif field_name(fault.field) != UNSUBSCRIBE:
            self.faults.append(Fault(line.place, fault.field, _with(fault.reason, what)))
        elif what not in self._unlinked:
            self._unlinked.add(what)
            self.faults.append(Fault(what, fault.field, _NO_LINK))


_NO_LINK = Message("no link to unsubscribe is set up; Rendering.unsubscribe gives one")


def template_name(line: SegmentLine) -> Message:
    """How the template of a line's letter is called in errors."""
    code = line.interaction_template_code or line.word_template_code or line.attachment_name
    return Message("template {code}", code=code)


def _with(reason: str, what: str) -> Message:
    return Message("{reason} ({what})", reason=to_message(reason), what=to_message(what))


def as_interaction(line: SegmentLine) -> Interaction:
    """What a line would be logged as, as far as its letter can tell."""
    return Interaction(
        contact_no=line.contact_no,
        contact_company_no=line.contact_company_no,
        contact_alt_address_code=line.contact_alt_address_code,
        date=line.date,
        time_of_interaction=line.time_of_interaction,
        description=line.description,
        subject=line.subject,
        interaction_group_code=line.interaction_group_code,
        interaction_template_code=line.interaction_template_code,
        interaction_language_code=line.language_code,
        cost=line.unit_cost,
        duration_min=line.unit_duration_min,
        information_flow=line.information_flow,
        initiated_by=line.initiated_by,
        evaluation=line.evaluation,
        salesperson_code=line.salesperson_code,
        campaign_no=line.campaign_no,
        campaign_target=line.campaign_target,
        campaign_response=line.campaign_response,
        segment_no=line.segment_no,
        line_no=line.line_no,
        correspondence_type=line.correspondence_type,
        send_word_docs_as_attachment=line.send_word_docs_as_attachment,
        attachment=line.attachment,
        attachment_name=line.attachment_name,
        word_template_code=line.word_template_code,
        extra=line.extra,
    )
