"""Changing a segment by hand: its header, its texts, a line.

What a change of the header does to the lines is asked of the caller, with ``update_lines``;
it is off unless said otherwise.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Unpack, cast

import attrs

from segmentation.code_tables import LanguageCode
from segmentation.columns import gathered
from segmentation.contacts import AlternativeAddress, Contact, ContactType
from segmentation.criteria import AsOf
from segmentation.documents import Attachment
from segmentation.errors import Identifier, InvalidValue, Message, NotFound, Refused
from segmentation.operations.attachments import keep_attachment, read_attachment
from segmentation.operations.context import Context
from segmentation.operations.field_values import (
    SegmentHeaderValues,
    SegmentLineValues,
    TemplateLanguageValues,
)
from segmentation.operations.records import key_in, require_contact, require_segment
from segmentation.operations.schema import parse_values
from segmentation.operations.templates import languages_of, template_of
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
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._apply_action import line_defaults
from ._header import changed_header, check_references
from ._selection import by_hand, check_permission, line_of, require_contactable
from ._worksheet import save_segment

_HEADER_FIXED: Mapping[str, str] = {
    "no": "lines and history stand under the number; copy the segment to have it under another",
    "no_series": "it tells which series the number came from",
    "saved_criteria_code": "use follow_criteria and unfollow",
    "chain_no": "it is set where a segment that repeats goes on",
}
"""Fields of a header that are not to be changed, and why."""


_LINE_FIXED = frozenset({"segment_no", "line_no", "own_texts", "contact_company_no", "attachment"})
"""Fields of a line that follow from others, or are given by an argument of their own."""


# -- the header -------------------------------------------------------------------------------


def change_header(
    context: Context,
    segment_no: str | SegmentHeader,
    /,
    *,
    update_lines: bool = False,
    **fields: Unpack[SegmentHeaderValues],
) -> Segment:
    """Change fields of a segment's header.

    With ``update_lines`` the lines follow: a changed template reaches all of them, any other
    field those whose template is the header's. An attachment of a line's own always stays, and
    so does what was taken out by earlier actions.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        update_lines: Whether the lines follow.
        **fields: Fields of the header and their new values.

    Raises:
        UnknownName: The header has no such field.
        NotFound: There is no such segment.
        Rejected: Values do not fit their fields, or name a template, campaign, salesperson or
            attachment that does not exist: all of them.
        Refused: A field is not to be changed: the number, its series, or the saved criteria that
            the segment follows. Or the template changes, lines have its attachment and are not
            to be updated.
    """
    store = context.store
    _check_fixed(fields)
    changes = parse_values(store, SegmentHeader, cast("Mapping[str, object]", fields))
    with store.transaction():
        before = require_segment(store, segment_no)
        check_references(store, "segment header", changes)
        if "interaction_template_code" in changes and not update_lines:
            _check_inherited(context, before)
        after = changed_header(store, before, changes)
        if update_lines:
            after = _followed(context, before, after, changes)
        return save_segment(context, before, after)


def _check_fixed(fields: Iterable[str]) -> None:
    """Refuse fields of a header that are not to be changed, with the reason."""
    for name in fields:
        if name in _HEADER_FIXED:
            step = Message("change the field {field} of a segment", field=Identifier(name))
            raise Refused(step, Message(_HEADER_FIXED[name]))


def _check_inherited(context: Context, segment: Segment) -> None:
    terms = line_defaults(context, segment)
    if any(
        line.attachment and not line.own_texts and terms.inherited(line) for line in segment.lines
    ):
        raise Refused(
            Message("change the template of segment {no}", no=segment.no),
            "lines have its attachment; update them too, with update_lines",
        )


def _followed(
    context: Context, before: Segment, after: Segment, changes: Mapping[str, Any]
) -> Segment:
    was, now = line_defaults(context, before), line_defaults(context, after)
    who = _addressed(context.store, before.contact_nos)
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


def put_text(
    context: Context,
    segment_no: str | SegmentHeader,
    language_code: str | LanguageCode,
    /,
    *,
    attachment: Path | Attachment | str | None = None,
    **fields: Unpack[TemplateLanguageValues],
) -> Segment:
    """Give a segment a text in a language, or change the one that it has.

    Lines that inherit the segment's texts follow; the template stays as it is. The first text
    becomes the default.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        language_code: The text's language.
        attachment: The path of a file, an attachment, or the hash of a stored one; empty for
            none. If the step is refused, nothing of it is kept.
        **fields: ``subject``, ``description``, ``attachment_name``, ``word_template_code``.

    Raises:
        UnknownName: A text has no such field.
        NotFound: There is no such segment.
        InvalidValue: The language is blank; or both attachment and Word template are given.
        Rejected: Values do not fit their fields: all of them; or the attachment cannot be read.
    """
    store = context.store
    changes = parse_values(
        store,
        TemplateLanguage,
        cast("Mapping[str, object]", fields),
        fixed=("interaction_template_code", "language_code", "attachment"),
    )
    code = str(key_in(LanguageCode, language_code)[0])
    if not code:
        raise InvalidValue("language_code", language_code, "is blank")
    with store.transaction():
        before = require_segment(store, segment_no)
        changes = exclusive({**_attached(store, attachment), **changes})
        header = before.header
        new = TemplateLanguage(
            interaction_template_code=header.interaction_template_code, language_code=code
        )
        texts = {**before.texts, code: attrs.evolve(before.texts.get(code, new), **changes)}
        if not before.languages and not header.language_code_default:
            header = attrs.evolve(header, language_code_default=code)
        return save_segment(context, before, _with_texts(context, before, header, texts))


def _attached(store: Store, attachment: Path | Attachment | str | None) -> dict[str, str]:
    """The fields that an attachment fills; none if none is given, blank ones to take it away."""
    if attachment is None:
        return {}
    if attachment == "":
        return {"attachment": "", "attachment_name": ""}
    digest, name = keep_attachment(store, attachment)
    return {"attachment": digest, "attachment_name": name}


def remove_text(
    context: Context, segment_no: str | SegmentHeader, language_code: str | LanguageCode
) -> Segment:
    """Take a text from a segment; its lines change to their contact's language or the default.

    If it was the default, the first of the others becomes it.

    Raises:
        NotFound: There is no such segment, or no text in this language.
    """
    store = context.store
    code = str(key_in(LanguageCode, language_code)[0])
    with store.transaction():
        before = require_segment(store, segment_no)
        texts = dict(before.texts)
        if texts.pop(code, None) is None:
            raise NotFound("text", f"{before.no} {code}", known=[f"{before.no} {c}" for c in texts])
        header = before.header
        if header.language_code_default == code:
            header = attrs.evolve(header, language_code_default=next(iter(texts), ""))
        return save_segment(context, before, _with_texts(context, before, header, texts))


def _with_texts(
    context: Context,
    before: Segment,
    header: SegmentHeader,
    texts: Mapping[str, TemplateLanguage],
) -> Segment:
    languages = tuple(texts[code] for code in sorted(texts))
    after = attrs.evolve(before, header=header.with_texts(languages), languages=languages)
    was, now = line_defaults(context, before), line_defaults(context, after)
    who = _addressed(context.store, before.contact_nos)
    changed = (
        (line, following_texts(line, was, now, who[line.contact_no]))
        for line in before.lines
        if line.contact_no in who
    )
    return after.with_changed(new for old, new in changed if new is not old)


# -- lines ------------------------------------------------------------------------------------


def change_line(
    context: Context,
    segment_no: str | SegmentHeader,
    line_no: int | SegmentLine,
    /,
    *,
    attachment: Path | Attachment | str | None = None,
    recorded: bool = True,
    **fields: Unpack[SegmentLineValues],
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
        attachment: A text of the line's own: the path of a file, an attachment, or the hash of a
            stored one; empty for none. If the step is refused, nothing of it is kept.
        recorded: Whether another contact counts as actions; if not, it cannot be gone back on.
        **fields: Fields of the line and their new values.

    Raises:
        UnknownName: A line has no such field, or it is not to be changed.
        NotFound: There is no such segment, line or contact.
        Rejected: Values do not fit their fields, or name a template, campaign or salesperson
            that does not exist: all of them; or the attachment cannot be read.
        Refused: The contact is blocked, a minor without consent, or may not be written to for the
            purpose of the template.
    """
    store = context.store
    changes = parse_values(
        store, SegmentLine, cast("Mapping[str, object]", fields), fixed=_LINE_FIXED
    )
    with store.transaction():
        before = require_segment(store, segment_no)
        old = line_of(before, line_no)
        check_references(store, old.place, changes)
        changes = {**_attached(store, attachment), **changes}
        terms = line_defaults(context, before)
        if "contact_no" in changes:
            contact = require_contactable(store, changes.pop("contact_no"))
            who = _addressed(store, [contact.no])[contact.no]
            line = who.new_line(terms, old.line_no)
        else:
            who = _addressed(store, [old.contact_no]).get(
                old.contact_no, Addressed(Contact(no=old.contact_no))
            )
            line = old
        new = _changed_line(store, line, terms, who, changes)
        if new.contact_no != old.contact_no:
            check_permission(context, gathered(SegmentLine, [new]))
        after = _with_line(before, old, new, who.contact, context.day, recorded=recorded)
        return save_segment(context, before, after)


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
    segment: Segment,
    old: SegmentLine,
    new: SegmentLine,
    contact: Contact,
    as_of: AsOf,
    *,
    recorded: bool,
) -> Segment:
    if new.contact_no == old.contact_no:
        return segment.with_changed([new])
    gone, kept = segment.lines.picked((old.line_no,))
    taken_out = by_hand(ActionKind.REDUCE, old.contact_no, as_of)
    put_in = by_hand(ActionKind.ADD, new.contact_no, as_of, contact=contact)
    after = segment.acted(taken_out, kept=kept, removed=gone).acted(put_in, inserted=[new])
    return after if recorded else attrs.evolve(after, actions=segment.actions)


# -- looking ----------------------------------------------------------------------------------


def line_attachment(
    store: Store, segment_no: str | SegmentHeader, line_no: int | SegmentLine
) -> Attachment:
    """The attachment of a line, as it is now.

    Raises:
        NotFound: There is no such segment or line, or the line has no attachment.
    """
    line = line_of(require_segment(store, segment_no), line_no)
    if not line.attachment:
        raise NotFound("attachment", f"{line.segment_no} {line.line_no}")
    return read_attachment(store, line.attachment, line.attachment_name)


@shown_by("contact_name", "company_name", "phone_no", "mobile_phone_no", "e_mail")
@attrs.frozen(kw_only=True, repr=False)
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
