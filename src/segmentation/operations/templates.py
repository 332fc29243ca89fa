"""Interaction templates with their languages and Word templates, and the set-up that names them.

A template and its languages are checked together, whichever of them changes. What nothing needs
any more goes: contents of attachments that were replaced, or whose template is deleted.
"""

import contextlib
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Unpack

import attrs

from segmentation.code_tables import LanguageCode
from segmentation.documents import Attachment, FormWithRemarks
from segmentation.errors import Fault, Message, Refused, UsageError, unexpected
from segmentation.fields import Record, key_of
from segmentation.interactions import (
    Dimension,
    InteractionTotal,
)
from segmentation.journal import Figures, added_up
from segmentation.operations.attachments import keep_attachment
from segmentation.operations.checks import (
    Placed,
    check_new,
    check_records,
    record_faults,
    reject,
)
from segmentation.operations.context import Context
from segmentation.operations.field_values import (
    InteractionTemplateValues,
    TemplateTextValues,
    WordTemplateValues,
)
from segmentation.operations.journal import record_approval_changes, unneeded_attachments
from segmentation.operations.records import find_record, get_record, key_in
from segmentation.operations.schema import parse_values, with_own_values
from segmentation.operations.tables import check_unused
from segmentation.operations.values import is_within, parse_field_values, require_any
from segmentation.protocols import Store
from segmentation.segments import exclusive
from segmentation.templates import (
    InteractionGroup,
    InteractionTemplate,
    TemplateLanguage,
    WordTemplate,
    with_default_language,
)


def template_of(store: Store, code: str | InteractionTemplate) -> InteractionTemplate:
    """The interaction template with this code.

    Raises:
        NotFound: There is none.
    """
    return get_record(store, InteractionTemplate, code)


def languages_of(
    store: Store, template_code: str | InteractionTemplate
) -> tuple[TemplateLanguage, ...]:
    """A template's texts, in the order of their languages.

    Raises:
        NotFound: There is no such template.
    """
    return _texts(store, template_of(store, template_code).code)


def _texts(store: Store, code: str) -> tuple[TemplateLanguage, ...]:
    return tuple(store.records.all(TemplateLanguage, interaction_template_code=code))


# -- made and changed ---------------------------------------------------------------------------


def new_template(
    context: Context,
    code: str,
    /,
    *,
    languages: Iterable[TemplateLanguage] = (),
    **fields: Unpack[InteractionTemplateValues],
) -> InteractionTemplate:
    """Make an interaction template.

    Args:
        context: Store, user, day and clock.
        code: Its code; none may have it already.
        languages: Its texts; they bear its code. A default language must be among them.
        **fields: Its other fields. Without ``wizard_action`` the default language decides it, as
            `segmentation.templates.with_default_language` says.

    Returns:
        The template as it is stored.

    Raises:
        UnknownName: A template has no such field.
        Rejected: The code is blank or taken, values do not fit or do not go together: all of it.
    """
    values = parse_values(context.store, InteractionTemplate, fields, fixed=("code",), long=True)
    texts = tuple(languages)
    template = _with_default(InteractionTemplate(code=code, **values), texts, values)
    add_templates(context, template, *texts)
    return template


def _with_default(
    template: InteractionTemplate, texts: Iterable[TemplateLanguage], given: Mapping[str, object]
) -> InteractionTemplate:
    """The template with the wizard action of its default language, where none was given."""
    known = {text.language_code for text in texts}
    code = template.language_code_default
    if "language_code_default" not in given or "wizard_action" in given or code not in known:
        return template
    return with_default_language(template, texts, code)


def add_templates(
    context: Context, *records: InteractionTemplate | TemplateLanguage
) -> Sequence[InteractionTemplate | TemplateLanguage]:
    """Store templates and languages that were made in Python: all of them, or none.

    Args:
        context: Store, user, day and clock.
        *records: Templates, and languages of these or of others that are there.

    Returns:
        What is stored.

    Raises:
        InvalidValue: There is none, or one is neither a template nor a language of one.
        Rejected: A key is taken, or something does not fit or go together: all of it.
    """
    store = context.store
    given = require_any("records", records)
    for record in given:
        if not isinstance(record, InteractionTemplate | TemplateLanguage):
            raise unexpected("records", record, _NO_TEMPLATE)
    with store.transaction():
        given = tuple(with_own_values(store, given))
        made = [record for record in given if isinstance(record, InteractionTemplate)]
        what = _place(made[0]) if len(made) == 1 else Message("templates")
        check_new(store, _placed(given), what=what)
        store.records.put(given)
        record_approval_changes(context, [(None, record) for record in given])
        return given


_NO_TEMPLATE = Message("is neither an interaction template nor a language of one")


def change_template(
    context: Context,
    code: str | InteractionTemplate,
    /,
    **fields: Unpack[InteractionTemplateValues],
) -> InteractionTemplate:
    """Change fields of a template; segments and interactions that took its values keep theirs.

    Args:
        context: Store, user, day and clock.
        code: The template.
        **fields: What changes. Another ``language_code_default`` changes the wizard action too,
            as `segmentation.templates.with_default_language` says, unless it is given.

    Returns:
        The template as it is stored now.

    Raises:
        NotFound: There is no such template.
        UnknownName: A template has no such field.
        Refused: The code would change.
        Rejected: Values do not fit or do not go together: all of it.
    """
    store = context.store
    with store.transaction():
        before = template_of(store, code)
        values = parse_values(store, InteractionTemplate, fields, long=True)
        if values.get("code", before.code) != before.code:
            step = Message("change template {code}", code=before.code)
            raise Refused(step, Message("its code stays; make a new template with the other code"))
        texts = _texts(store, before.code)
        changed = attrs.evolve(before, **values)
        if changed.language_code_default != before.language_code_default:
            changed = _with_default(changed, texts, values)
        keep_template(context, changed)
        return changed


def keep_template(
    context: Context,
    template: InteractionTemplate,
    languages: Iterable[TemplateLanguage] | None = None,
) -> None:
    """Store a template with its languages, whether it is there already or not.

    Args:
        context: Store, user, day and clock.
        template: The template; one with the same code is replaced.
        languages: All its languages, in place of those that it had; if not given, it keeps
            those that it has. Contents of attachments that nothing needs any more go.

    Raises:
        Rejected: Something does not go together: all of it. Nothing is stored.
    """
    store = context.store
    with store.transaction():
        known = store.records.find(InteractionTemplate, template.code)
        before = _texts(store, template.code)
        texts = before if languages is None else tuple(languages)
        store.records.remove(before)
        faults = record_faults(store, _placed([template, *texts]))
        reject([*faults, *_foreign_faults(template, texts)], what=_place(template))
        store.records.put([template, *texts])
        record_approval_changes(context, [(known, template)])
        _drop_attachments(store, before)


def _placed(records: Iterable[Record]) -> Sequence[Placed]:
    return [Placed(_place(record), record) for record in records]


def _place(record: Record) -> Message:
    """Where a fault is: "template CARD", "template CARD in ENU"."""
    if isinstance(record, TemplateLanguage):
        code, spoken = record.interaction_template_code, record.language_code
        return Message("template {code} in {language}", code=code, language=spoken or "-")
    return Message("template {code}", code=key_of(record)[0])


def _foreign_faults(
    template: InteractionTemplate, languages: Iterable[TemplateLanguage]
) -> Iterator[Fault]:
    for text in languages:
        if text.interaction_template_code != template.code:
            reason = Message(
                "is {code!r}, another template; each of its languages bears its code",
                code=text.interaction_template_code,
            )
            yield Fault(_place(text), "interaction_template_code", reason, "wrong_template")


# -- languages ----------------------------------------------------------------------------------

_OF_A_TEXT = ("interaction_template_code", "language_code", "attachment")


def put_language(
    context: Context,
    code: str | InteractionTemplate,
    language_code: str | LanguageCode,
    /,
    *,
    attachment: Path | Attachment | str | None = None,
    **fields: Unpack[TemplateTextValues],
) -> TemplateLanguage:
    """Give a template a text in a language, or change the one that it has.

    An attachment takes the place of a Word template, and the reverse. Where the text of the
    default language becomes HTML or is none any more, the template's wizard action follows.

    Args:
        context: Store, user, day and clock.
        code: The template.
        language_code: The language; empty for a text in no language.
        attachment: The text: the path of a file, an attachment, or the hash of a stored one; it
            stays as it is if not given.
        **fields: Other fields of the text. Without ``attachment_name`` the attachment's own name
            is kept.

    Returns:
        The text as it is stored.

    Raises:
        NotFound: There is no such template.
        UnknownName: A text has no such field.
        InvalidValue: Both an attachment and a Word template are given.
        Rejected: The attachment cannot be read or is not stored, values do not fit or do not go
            together: all of it. Nothing is stored, the attachment included.

    Warns:
        TemplateWarning: Tracked changes or comments were left in it.
    """
    store = context.store
    with store.transaction():
        template = template_of(store, code)
        spoken = _language(language_code)
        values = parse_values(store, TemplateLanguage, fields, fixed=_OF_A_TEXT, long=True)
        if attachment is not None:
            digest, name = keep_attachment(store, attachment)
            values = {"attachment": digest, "attachment_name": name, **values}
        elif values.get("word_template_code"):
            values["attachment_name"] = ""
        texts = {text.language_code: text for text in _texts(store, template.code)}
        before = texts.get(spoken) or TemplateLanguage(
            interaction_template_code=template.code, language_code=spoken
        )
        texts[spoken] = attrs.evolve(before, **exclusive(values))
        if template.language_code_default == spoken and before.is_html != texts[spoken].is_html:
            template = with_default_language(template, texts.values(), spoken)
        keep_template(context, template, texts.values())
    if attachment is not None:
        _warn(context, texts[spoken], _place(texts[spoken]))
    return texts[spoken]


def _language(language_code: str | LanguageCode) -> str:
    values = parse_field_values(TemplateLanguage, {"language_code": language_code})
    return str(values["language_code"])


def remove_language(
    context: Context, code: str | InteractionTemplate, language_code: str | LanguageCode
) -> None:
    """Take a text from a template; lines and interactions that took it keep it.

    Args:
        context: Store, user, day and clock.
        code: The template.
        language_code: The language of the text.

    Raises:
        NotFound: There is no such template, or it has no text in this language.
        Refused: It is the default language.
    """
    store = context.store
    with store.transaction():
        template = template_of(store, code)
        gone = get_record(store, TemplateLanguage, (template.code, _language(language_code)))
        if gone.language_code and gone.language_code == template.language_code_default:
            step = Message(
                "remove language {language} of template {code}",
                language=gone.language_code,
                code=template.code,
            )
            raise Refused(
                step,
                Message("it is the default language; change language_code_default first"),
            )
        rest = [text for text in _texts(store, template.code) if text != gone]
        keep_template(context, template, rest)


def put_word_template(
    context: Context,
    code: str | WordTemplate,
    attachment: Path | Attachment | str,
    /,
    **fields: Unpack[WordTemplateValues],
) -> WordTemplate:
    """Keep a mail merge document made in Word under a code, or put another in its place.

    Templates, texts and lines name it in ``word_template_code``. Letters that are still to be sent
    are made with the document that is there then.

    Args:
        context: Store, user, day and clock.
        code: Its code.
        attachment: The document: the path of a file, an attachment, or the hash of a stored one.
        **fields: Its other fields; those that are not given stay as they are.

    Returns:
        The Word template as it is stored.

    Raises:
        UnknownName: A Word template has no such field.
        Rejected: The code is blank, the attachment cannot be read or is not stored, or values do
            not fit: all of it. Nothing is stored, the attachment included.

    Warns:
        TemplateWarning: Tracked changes or comments were left in it.
    """
    store = context.store
    with store.transaction():
        values = parse_values(store, WordTemplate, fields, fixed=("code", "attachment"), long=True)
        (named,) = key_in(WordTemplate, code)
        before = find_record(store, WordTemplate, code) or WordTemplate(code=str(named))
        digest, name = keep_attachment(store, attachment)
        given: dict[str, Any] = {"attachment": digest, "attachment_name": name, **values}
        after = attrs.evolve(before, **given)
        place = Message("Word template {code}", code=after.code)
        check_records(store, [Placed(place, after)], what=place)
        store.records.put([after])
        _drop_attachments(store, [before])
    _warn(context, after, place)
    return after


class TemplateWarning(UserWarning):
    """What was left in a template that nobody means to send: tracked changes, comments."""


def _warn(context: Context, record: TemplateLanguage | WordTemplate, place: Message) -> None:
    """Tell of what was left in a text; one that cannot be read is told of when letters are made."""
    extension = record.attachment_name.rpartition(".")[2].casefold()
    for renderer in context.rendering.renderers:
        if extension in renderer.fills:
            content = context.store.attachments.get(record.attachment)
            with contextlib.suppress(UsageError):
                form = renderer.read(content, record.attachment_name)
                remarks = form.remarks if isinstance(form, FormWithRemarks) else ()
                for reason in remarks:
                    told = Fault(place, "", reason)
                    warnings.warn(TemplateWarning(str(told)), stacklevel=4)
            return


# -- deleted ------------------------------------------------------------------------------------


def delete_template(context: Context, code: str | InteractionTemplate) -> None:
    """Delete a template and its languages; what it recorded stays as it is.

    Contents of attachments that nothing else needs go too.

    Args:
        context: Store, user, day and clock.
        code: The template.

    Raises:
        NotFound: There is no such template.
        Refused: The template set-up, segments or postponed interactions need it: all of them.
    """
    store = context.store
    with store.transaction():
        template = template_of(store, code)
        check_unused(store, template, Message("delete template {code}", code=template.code))
        texts = _texts(store, template.code)
        store.records.remove([*texts, template])
        record_approval_changes(context, [(template, None)])
        _drop_attachments(store, texts)


def _drop_attachments(store: Store, rows: Iterable[TemplateLanguage | WordTemplate]) -> None:
    """Remove what only these rows needed."""
    store.attachments.remove(unneeded_attachments(store, (row.attachment for row in rows)))


_MOST = 20
"""How many of those that need a template are named."""


# -- figures ------------------------------------------------------------------------------------


def template_figures(
    store: Store,
    code: str | InteractionTemplate,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Figures:
    """The figures of the interactions with a template.

    Args:
        store: Where totals are kept; the journal is not read.
        code: The template.
        since: The first day; from the beginning if not given.
        until: The last day; to the end if not given.

    Raises:
        NotFound: There is no such template.
    """
    return _figures(store, Dimension.TEMPLATE, template_of(store, code).code, since, until)


def group_figures(
    store: Store,
    code: str | InteractionGroup,
    *,
    since: date | None = None,
    until: date | None = None,
) -> Figures:
    """The figures of the interactions with the templates of an interaction group.

    Args:
        store: Where totals are kept; the journal is not read.
        code: The group.
        since: The first day; from the beginning if not given.
        until: The last day; to the end if not given.

    Raises:
        NotFound: There is no such group.
    """
    group = get_record(store, InteractionGroup, code)
    return _figures(store, Dimension.GROUP, group.code, since, until)


def _figures(
    store: Store, dimension: Dimension, code: str, since: date | None, until: date | None
) -> Figures:
    totals = store.records.all(InteractionTotal, dimension=dimension, code=code)
    return added_up(total for total in totals if is_within(total.date, since, until))
