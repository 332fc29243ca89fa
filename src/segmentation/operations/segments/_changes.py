"""Changing a segment by hand: its header, its texts, a line.

What a change of the header does to the lines is asked of the caller, with ``update_lines``;
it is off unless said otherwise.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import attrs

from segmentation.codes import to_code
from segmentation.contacts import AlternativeAddress, Contact, ContactType
from segmentation.criteria import AsOf
from segmentation.errors import InvalidValue, Message, NotFound, Refused
from segmentation.operations.context import Context
from segmentation.operations.records import require_contact, require_segment
from segmentation.operations.templates import languages_of, template_of
from segmentation.operations.values import parse_field_values
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    Addressed,
    Segment,
    SegmentHeader,
    SegmentLine,
    Terms,
    exclusive,
    following,
    following_texts,
    with_date,
    with_language,
    with_template,
    with_values,
)
from segmentation.templates import TemplateLanguage

from ._apply_action import line_defaults
from ._selection import by_hand, require_contactable
from ._worksheet import check_references, save_segment

_HEADER_FIXED = frozenset({"no", "no_series", "saved_criteria_code"})


_LINE_FIXED = frozenset({"segment_no", "line_no", "own_texts", "contact_company_no"})


# -- the header -------------------------------------------------------------------------------


def change_header(
    context: Context, segment_no: str, *, update_lines: bool = False, **values: object
) -> Segment:
    """Change fields of a segment's header.

    With ``update_lines`` the lines follow: a changed template reaches all of them, any other
    field those whose template is the header's. An attachment of a line's own always stays, and
    so does what was taken out by earlier actions.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        update_lines: Whether the lines follow.
        **values: Fields of the header and their new values.

    Raises:
        UnknownName: The header has no such field, or it cannot be changed.
        InvalidValue: A value does not fit its field.
        NotFound: A template, campaign or salesperson does not exist.
        Refused: The template changes, lines have its attachment and are not to be updated.
    """
    store = context.store
    changes = parse_field_values(SegmentHeader, values, fixed=_HEADER_FIXED)
    with store.transaction():
        check_references(store, changes)
        before = require_segment(store, segment_no)
        if "interaction_template_code" in changes and not update_lines:
            _check_inherited(store, before)
        after = _changed(store, before, changes)
        if update_lines:
            after = _followed(store, before, after, changes)
        return save_segment(context, before, after)


def _check_inherited(store: Store, segment: Segment) -> None:
    terms = line_defaults(store, segment)
    if any(
        line.attachment and not line.own_texts and terms.inherited(line) for line in segment.lines
    ):
        raise Refused(
            Message("change the template of segment {no}", no=segment.no),
            "lines have its attachment; update them too, with update_lines",
        )


def _changed(store: Store, segment: Segment, changes: Mapping[str, Any]) -> Segment:
    """The segment with a changed header and, where they follow from it, other texts."""
    header, languages = segment.header, segment.languages
    rest = exclusive(changes)
    if "interaction_template_code" in changes:
        code = rest.pop("interaction_template_code")
        languages = languages_of(store, code) if code else ()
        header = header.with_template(template_of(store, code) if code else None, languages)
    if "language_code_default" in rest:
        default = rest["language_code_default"]
        known = [text.language_code for text in languages]
        if default and known and default not in known:
            reason = Message("has no text; there are {known}", known=", ".join(known))
            raise InvalidValue("language_code_default", default, reason)
        header = attrs.evolve(header, language_code_default=default).with_texts(languages)
    header = attrs.evolve(header, **rest)
    languages = tuple(_with_default(text, header, rest) for text in languages)
    return attrs.evolve(segment, header=header, languages=languages, undone=())


def _with_default(
    text: TemplateLanguage, header: SegmentHeader, changes: Mapping[str, Any]
) -> TemplateLanguage:
    """The text in the default language bears what the header says of it."""
    if text.language_code != header.language_code_default:
        return text
    names = {"subject_default": "subject"}
    named = ("subject_default", "attachment", "word_template_code")
    values = {names.get(name, name): changes[name] for name in named if name in changes}
    return attrs.evolve(text, **values)


def _followed(store: Store, before: Segment, after: Segment, changes: Mapping[str, Any]) -> Segment:
    was, now = line_defaults(store, before), line_defaults(store, after)
    who = _addressed(store, before.contact_nos)
    changed = (
        (line, following(line, changes, was, now, who[line.contact_no]))
        for line in before.lines
        if line.contact_no in who
    )
    return after.with_changed(new for old, new in changed if new is not old)


def _addressed(store: Store, contact_nos: Iterable[str]) -> dict[str, Addressed]:
    """The contacts as they are now, with their alternative addresses, by number."""
    wanted = dict.fromkeys(contact_nos)
    addresses: dict[str, list[AlternativeAddress]] = {}
    for address in store.records.all(AlternativeAddress):
        if address.contact_no in wanted:
            addresses.setdefault(address.contact_no, []).append(address)
    return {
        contact.no: Addressed(contact, tuple(addresses.get(contact.no, ())))
        for contact in store.contacts.get_many(wanted)
    }


# -- texts ------------------------------------------------------------------------------------


def put_text(context: Context, segment_no: str, language_code: str, **values: object) -> Segment:
    """Give a segment a text in a language, or change the one that it has.

    Lines that inherit the segment's texts follow; the template stays as it is. The first text
    becomes the default.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        language_code: The text's language.
        **values: subject, description, attachment (SHA-256 of a content in the store),
            attachment_name, word_template_code.

    Raises:
        UnknownName: A text has no such field.
        InvalidValue: A value does not fit, or both attachment and Word template are given.
    """
    store = context.store
    changes = exclusive(
        parse_field_values(
            TemplateLanguage, values, fixed=("interaction_template_code", "language_code")
        )
    )
    code = to_code(language_code)
    with store.transaction():
        before = require_segment(store, segment_no)
        header = before.header
        new = TemplateLanguage(
            interaction_template_code=header.interaction_template_code, language_code=code
        )
        texts = {**before.texts, code: attrs.evolve(before.texts.get(code, new), **changes)}
        if not before.languages and not header.language_code_default:
            header = attrs.evolve(header, language_code_default=code)
        return save_segment(context, before, _with_texts(store, before, header, texts))


def remove_text(context: Context, segment_no: str, language_code: str) -> Segment:
    """Take a text from a segment; its lines change to their contact's language or the default.

    If it was the default, the first of the others becomes it.

    Raises:
        NotFound: There is no text in this language.
    """
    store = context.store
    code = to_code(language_code)
    with store.transaction():
        before = require_segment(store, segment_no)
        texts = dict(before.texts)
        if texts.pop(code, None) is None:
            raise NotFound("text", f"{before.no} {code}")
        header = before.header
        if header.language_code_default == code:
            header = attrs.evolve(header, language_code_default=next(iter(texts), ""))
        return save_segment(context, before, _with_texts(store, before, header, texts))


def _with_texts(
    store: Store,
    before: Segment,
    header: SegmentHeader,
    texts: Mapping[str, TemplateLanguage],
) -> Segment:
    languages = tuple(texts[code] for code in sorted(texts))
    after = attrs.evolve(before, header=header.with_texts(languages), languages=languages)
    was, now = line_defaults(store, before), line_defaults(store, after)
    who = _addressed(store, before.contact_nos)
    changed = (
        (line, following_texts(line, was, now, who[line.contact_no]))
        for line in before.lines
        if line.contact_no in who
    )
    return after.with_changed(new for old, new in changed if new is not old)


# -- lines ------------------------------------------------------------------------------------


def change_line(
    context: Context, segment_no: str, line_no: int, *, recorded: bool = True, **values: object
) -> Segment:
    """Change a line by hand; it stays so whatever becomes of the header, unless asked.

    A contact makes the line anew from the header, without an attachment of its own; another
    contact than before counts as two actions, one that takes the line out and one that puts it
    in. A template fills what comes from templates; a language brings its text; a date its
    alternative address.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        line_no: The line's number.
        recorded: Whether another contact counts as actions; if not, it cannot be gone back on.
        **values: Fields of the line and their new values.

    Raises:
        UnknownName: A line has no such field, or it cannot be changed.
        InvalidValue: A value does not fit its field.
        NotFound: The line, or the contact, template, campaign or salesperson does not exist.
        Refused: The contact is blocked, or a minor without consent.
    """
    store = context.store
    changes = parse_field_values(SegmentLine, values, fixed=_LINE_FIXED)
    with store.transaction():
        check_references(store, changes)
        before = require_segment(store, segment_no)
        old = before.line(line_no)
        terms = line_defaults(store, before)
        if "contact_no" in changes:
            contact_no = require_contactable(store, changes.pop("contact_no")).no
            who = _addressed(store, [contact_no])[contact_no]
            line = who.new_line(terms, line_no)
        else:
            who = _addressed(store, [old.contact_no]).get(
                old.contact_no, Addressed(Contact(no=old.contact_no))
            )
            line = old
        new = _changed_line(store, line, terms, who, changes)
        return save_segment(
            context, before, _with_line(before, old, new, context.day, recorded=recorded)
        )


def _changed_line(
    store: Store, line: SegmentLine, terms: Terms, who: Addressed, changes: dict[str, Any]
) -> SegmentLine:
    if "interaction_template_code" in changes:
        code = changes.pop("interaction_template_code")
        template = template_of(store, code) if code else None
        texts = languages_of(store, code) if code else ()
        line = with_template(line, terms, who.contact, template, texts)
    if "language_code" in changes:
        line = with_language(line, terms, changes.pop("language_code"))
    if "date" in changes:
        line = with_date(line, changes.pop("date"), who.addresses)
    return with_values(line, changes)


def _with_line(
    segment: Segment, old: SegmentLine, new: SegmentLine, as_of: AsOf, *, recorded: bool
) -> Segment:
    if new.contact_no == old.contact_no:
        return segment.with_changed([new])
    gone, kept = segment.lines.picked((old.line_no,))
    taken_out = by_hand(ActionKind.REDUCE, old.contact_no, as_of)
    put_in = by_hand(ActionKind.ADD, new.contact_no, as_of)
    after = segment.acted(taken_out, kept=kept, removed=gone).acted(put_in, inserted=[new])
    return after if recorded else attrs.evolve(after, actions=segment.actions)


# -- looking ----------------------------------------------------------------------------------


@attrs.frozen(kw_only=True)
class LineContact:
    """What is known of a line's contact now; it is not kept with the line.

    Attributes:
        contact_name: A person's name; empty for a company.
        company_name: The company's name, a person's company's.
    """

    contact_name: str
    company_name: str
    phone_no: str
    mobile_phone_no: str
    e_mail: str


def line_contact(store: Store, line: SegmentLine) -> LineContact:
    """Name, phone numbers and e-mail address of a line's contact.

    Raises:
        NotFound: The contact does not exist any more.
    """
    contact = require_contact(store, line.contact_no)
    return LineContact(
        contact_name=contact.name if contact.type is ContactType.PERSON else "",
        company_name=contact.company_name,
        phone_no=contact.phone_no,
        mobile_phone_no=contact.mobile_phone_no,
        e_mail=contact.e_mail,
    )
