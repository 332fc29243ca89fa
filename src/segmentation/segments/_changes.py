"""The rules by which a line changes with its header, contact, template or language.

Each rule takes a line and returns another. This module does not know when rules are applied.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import attrs

from segmentation.contacts import AlternativeAddress, Contact, CorrespondenceType
from segmentation.errors import InvalidValue, Message
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate, TemplateLanguage

from ._line import SegmentLine, Terms, address_on, texts_to_json

_TEXT = ("language_code", "subject", "word_template_code", "attachment", "attachment_name")
_ATTACHED = frozenset({"word_template_code", "attachment", "attachment_name"})

PASSED_ON: Mapping[str, Sequence[str]] = {
    "description": ("description",),
    "campaign_no": ("campaign_no",),
    "campaign_target": ("campaign_target",),
    "campaign_response": ("campaign_response",),
    "salesperson_code": ("salesperson_code",),
    "interaction_group_code": ("interaction_group_code",),
    "language_code_default": _TEXT,
    "subject_default": ("subject",),
    "unit_cost": ("unit_cost",),
    "unit_duration_min": ("unit_duration_min",),
    "information_flow": ("information_flow",),
    "initiated_by": ("initiated_by",),
    "send_word_docs_as_attachment": ("send_word_docs_as_attachment",),
    "word_template_code": ("word_template_code", "attachment", "attachment_name"),
    "attachment": ("word_template_code", "attachment", "attachment_name"),
}
"""Fields of the header, and the fields of a line that are set from them."""

_OF_TEMPLATE = (
    "interaction_template_code",
    "interaction_group_code",
    "unit_cost",
    "unit_duration_min",
    "information_flow",
    "initiated_by",
    "campaign_no",
    "campaign_target",
    "campaign_response",
    "correspondence_type",
    "own_texts",
    *_TEXT,
)


@shown_by("contact", "addresses")
@attrs.frozen
class Addressed:
    """A contact with its alternative addresses."""

    contact: Contact
    addresses: tuple[AlternativeAddress, ...] = ()

    def new_line(self, terms: Terms, line_no: int) -> SegmentLine:
        """The line that the contact would get if it were added now."""
        return terms.line(self.contact, line_no, address_on(self.addresses, terms.header.date))


# -- changes of the header --------------------------------------------------------------------


def following(
    line: SegmentLine, changed: Iterable[str], before: Terms, after: Terms, who: Addressed
) -> SegmentLine:
    """A line after fields of its header changed.

    A changed template is applied to every line. Other fields are applied to the lines whose
    template is the header's. A line keeps its own attachment, and with it a language of its own.

    Args:
        line: The line.
        changed: The header's fields that changed.
        before: The segment's terms before the change.
        after: The terms after it.
        who: The line's contact as it is now.
    """
    fields = set(changed)
    new = who.new_line(after, line.line_no)
    taken: set[str] = set()
    if "interaction_template_code" in fields:
        taken.update(_OF_TEMPLATE)
    elif line.interaction_template_code != before.header.interaction_template_code:
        return line
    taken.update(name for field in fields for name in PASSED_ON.get(field, ()))
    if not before.inherited(line):
        taken -= _ATTACHED
        if _has_own_language(line, before, who):
            taken -= {"language_code"}
    line = _taken(line, new, taken)
    if "correspondence_type_default" in fields and "correspondence_type" not in taken:
        line = _with_correspondence_type(line, after)
    return with_date(line, after.header.date, who.addresses) if "date" in fields else line


def _has_own_language(line: SegmentLine, before: Terms, who: Addressed) -> bool:
    """Whether a line has another language than its contact would be given."""
    return bool(line.language_code) and line.language_code != before.language(who.contact)


def _taken(line: SegmentLine, new: SegmentLine, fields: Iterable[str]) -> SegmentLine:
    values = {name: getattr(new, name) for name in fields}
    if all(getattr(line, name) == value for name, value in values.items()):
        return line
    return attrs.evolve(line, **values)


def _with_correspondence_type(line: SegmentLine, after: Terms) -> SegmentLine:
    """A line with the header's type, if that is not blank and the line has something to send."""
    wanted = after.header.correspondence_type_default
    something = after.header.attachment or after.header.word_template_code
    if not (wanted and something):
        return line
    return attrs.evolve(line, correspondence_type=wanted)


def following_texts(line: SegmentLine, before: Terms, after: Terms, who: Addressed) -> SegmentLine:
    """A line after the segment's texts changed. Inherited values change, its own values do not.

    Lines whose contact has the language take a text in a new language. If it is the first text,
    all lines take it.
    """
    if line.own_texts or not before.inherited(line):
        return line
    if line.interaction_template_code != before.header.interaction_template_code:
        return line
    wished = who.contact.language_code
    came = wished in after.texts and wished not in before.texts
    stays = line.language_code in after.texts and not came
    language = line.language_code if stays else after.language(who.contact)
    return attrs.evolve(line, **after.text_values(language))


# -- changes of one line ----------------------------------------------------------------------


def with_date(
    line: SegmentLine, on: dt.date | None, addresses: Sequence[AlternativeAddress]
) -> SegmentLine:
    """A line with another date. If it had the active alternative address, it takes the new one."""
    code = line.contact_alt_address_code
    if code == address_on(addresses, line.date):
        code = address_on(addresses, on)
    return attrs.evolve(line, date=on, contact_alt_address_code=code)


def with_template(
    line: SegmentLine,
    terms: Terms,
    contact: Contact,
    template: InteractionTemplate | None,
    texts: Sequence[TemplateLanguage],
) -> SegmentLine:
    """A line with another template. All values that come from templates are set again.

    The header's campaign has priority over the template's. The description becomes the template's
    if it was blank or came from another template. With the header's template, the line takes the
    segment's texts again.

    Args:
        line: The line.
        terms: The segment's terms.
        contact: The line's contact.
        template: The new template, or ``None``.
        texts: The template's texts.
    """
    header = terms.header
    values = template or InteractionTemplate(
        code="", correspondence_type_default=CorrespondenceType.BLANK
    )
    switched = line.interaction_template_code not in ("", values.code)
    described = values.description and (switched or not line.description)
    follows = values.code == header.interaction_template_code
    new = attrs.evolve(
        line,
        interaction_template_code=values.code,
        interaction_group_code=values.interaction_group_code,
        unit_cost=values.unit_cost,
        unit_duration_min=values.unit_duration_min,
        information_flow=values.information_flow,
        initiated_by=values.initiated_by,
        campaign_no=header.campaign_no or values.campaign_no or line.campaign_no,
        campaign_target=values.campaign_target,
        campaign_response=values.campaign_response,
        description=values.description if described else line.description,
        correspondence_type=_type_by_template(line, terms, contact, template),
        own_texts="" if follows else texts_to_json(texts),
    )
    if follows:
        return attrs.evolve(new, **terms.text_values(terms.language(contact)))
    own = _own_terms(terms, new, values)
    return attrs.evolve(new, **own.text_values(_own_language(new, contact, values)))


def _type_by_template(
    line: SegmentLine, terms: Terms, contact: Contact, template: InteractionTemplate | None
) -> CorrespondenceType:
    """The first of the header's type, if it has priority, the template's, contact's and line's."""
    header = terms.header
    if header.ignore_contact_corres_type and header.correspondence_type_default:
        return header.correspondence_type_default
    if template and template.ignore_contact_corres_type:
        return template.correspondence_type_default
    default = template.correspondence_type_default if template else CorrespondenceType.BLANK
    return contact.correspondence_type or default or line.correspondence_type


def _own_terms(terms: Terms, line: SegmentLine, template: InteractionTemplate) -> Terms:
    """The texts of a line's own template, as terms."""
    texts = {text.language_code: text for text in line.texts}
    header = terms.header.with_template(template, line.texts)
    return Terms(header, template, texts)


def _own_language(line: SegmentLine, contact: Contact, template: InteractionTemplate) -> str:
    """The contact's language if the template has it, or else its default, or else its first."""
    codes = [text.language_code for text in line.texts]
    for code in (contact.language_code, template.language_code_default):
        if code in codes:
            return code
    return codes[0] if codes else ""


def with_language(line: SegmentLine, terms: Terms, language_code: str) -> SegmentLine:
    """A line in another language, with the subject, attachment and Word template of that language.

    Raises:
        InvalidValue: The line has texts, but none in this language.
    """
    follows = line.interaction_template_code == terms.header.interaction_template_code
    rows = terms.texts.values() if follows and not line.own_texts else line.texts
    texts = {text.language_code: text for text in rows}
    if texts and language_code not in texts:
        reason = Message("has no text; there are {known}", known=", ".join(sorted(texts)))
        raise InvalidValue("language_code", language_code, reason)
    own = attrs.evolve(terms, texts=texts)
    return attrs.evolve(line, **own.text_values(language_code))


def with_values(line: SegmentLine, values: Mapping[str, Any]) -> SegmentLine:
    """A line with other values. It cannot have both an attachment and a Word template.

    Raises:
        InvalidValue: Both are given.
    """
    return attrs.evolve(line, **exclusive(values))


def exclusive(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values in which setting a Word template clears the attachment, and the reverse.

    Raises:
        InvalidValue: Both are set.
    """
    found = dict(values)
    attachment, word = values.get("attachment"), values.get("word_template_code")
    if attachment and word:
        raise InvalidValue("word_template_code", word, "cannot stand beside an attachment")
    if attachment:
        found["word_template_code"] = ""
    if word:
        found["attachment"] = ""
    return found
