"""Interaction templates with their languages, and the set-up that names them for documents."""

from collections.abc import Iterable

from segmentation.codes import to_code
from segmentation.errors import Fault, NotFound, Refused, Rejected
from segmentation.fields import key_of, misfits
from segmentation.interactions import SETUP_FIELDS, Interaction
from segmentation.operations.journal import unneeded_attachments
from segmentation.operations.records import require_record
from segmentation.protocols import Store
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
    template_faults,
)


def template_of(store: Store, code: str) -> InteractionTemplate:
    """The interaction template with this code.

    Raises:
        NotFound: There is none.
    """
    return require_record(store, InteractionTemplate, "interaction template", code)


def languages_of(store: Store, template_code: str) -> tuple[TemplateLanguage, ...]:
    """A template's texts, in the order of their languages."""
    code = to_code(template_code)
    return tuple(store.records.all(TemplateLanguage, interaction_template_code=code))


def keep_template(
    store: Store,
    template: InteractionTemplate,
    languages: Iterable[TemplateLanguage] | None = None,
) -> None:
    """Store a template with its languages.

    Args:
        store: Where to.
        template: The template; one with the same code is replaced.
        languages: All its languages, in place of those that it had; if not given, it keeps
            those that it has. Contents of attachments that nothing needs any more go.

    Raises:
        Rejected: Something does not go together: all of it. Nothing is stored.
    """
    with store.transaction():
        before = languages_of(store, template.code)
        texts = before if languages is None else tuple(languages)
        faults = [
            *_foreign_faults(template, texts),
            *_length_faults(template, texts),
            *template_faults(
                template, texts, records_documents=_records_documents(store, template.code)
            ),
        ]
        if faults:
            raise Rejected(f"template {template.code}", faults)
        store.records.remove(before)
        store.records.put([template, *texts])
        _drop_attachments(store, before)


def _length_faults(
    template: InteractionTemplate, languages: Iterable[TemplateLanguage]
) -> Iterable[Fault]:
    for record in (template, *languages):
        place = " in ".join(map(str, key_of(record)))
        for field, reason in misfits(record):
            yield Fault(f"template {place}", field, reason)


def _foreign_faults(
    template: InteractionTemplate, languages: Iterable[TemplateLanguage]
) -> Iterable[Fault]:
    for text in languages:
        if text.interaction_template_code != template.code:
            yield Fault(
                f"template {template.code} in {text.language_code}",
                "interaction_template_code",
                f"is {text.interaction_template_code!r}",
            )


def _records_documents(store: Store, code: str) -> bool:
    setup = store.records.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    return any(getattr(setup, field) == code for field in SETUP_FIELDS.values())


def keep_template_setup(store: Store, setup: InteractionTemplateSetup) -> None:
    """Store which template records which kind of document.

    Raises:
        Rejected: A template does not exist, or has languages: all of them. Nothing is stored.
    """
    with store.transaction():
        faults: list[Fault] = []
        for kind, field in SETUP_FIELDS.items():
            code = getattr(setup, field)
            if code and store.records.find(InteractionTemplate, code) is None:
                faults.append(Fault(f"template for {kind}", field, f"{code!r} does not exist"))
            elif code and languages_of(store, code):
                faults.append(Fault(f"template for {kind}", field, f"{code!r} has languages"))
        if faults:
            raise Rejected("interaction template setup", faults)
        store.records.put([setup])


def delete_template(store: Store, code: str) -> None:
    """Delete a template and its languages; what it recorded says all of itself and stays.

    Contents of attachments that nothing else needs go too.

    Raises:
        NotFound: There is no such template.
        Refused: The template set-up, a segment or a postponed interaction needs it.
    """
    with store.transaction():
        template = store.records.find(InteractionTemplate, to_code(code))
        if template is None:
            raise NotFound("interaction template", code)
        user = _user_of(store, template.code)
        if user:
            raise Refused(f"delete template {template.code}", f"{user} needs it")
        texts = languages_of(store, template.code)
        store.records.remove([*texts, template])
        _drop_attachments(store, texts)


def _drop_attachments(store: Store, texts: Iterable[TemplateLanguage]) -> None:
    """Remove what only these texts needed."""
    store.attachments.remove(unneeded_attachments(store, (text.attachment for text in texts)))


def _user_of(store: Store, code: str) -> str:
    """What still needs a template, in words; empty if nothing does."""
    if _records_documents(store, code):
        return "the template set-up"
    for header in store.segments.headers():
        lines = store.segments.get(header.no).lines
        if code in {
            header.interaction_template_code,
            *(x.interaction_template_code for x in lines),
        }:
            return f"segment {header.no}"
    put_off = store.records.all(Interaction, postponed=True, interaction_template_code=code)
    return next((f"postponed interaction {each.entry_no}" for each in put_off), "")
