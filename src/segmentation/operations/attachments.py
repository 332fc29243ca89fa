"""Attachments as callers give them, and as they come out.

There is one way for all of them: a path, a name with its bytes, or one that is stored already. A
text opens no file, since it may come out of a form.
"""

from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from segmentation.documents import Attachment
from segmentation.errors import Fault, Message, NotFound, Rejected, unexpected
from segmentation.interactions import Interaction
from segmentation.protocols import Store
from segmentation.templates import TemplateLanguage, WordTemplate

_NONE_OF_THEM = Message("is neither a Path, nor an Attachment, nor the hash of a stored one")


def keep_attachment(store: Store, given: Path | Attachment | str) -> tuple[str, str]:
    """Keep an attachment, inside the transaction of the step that it is for.

    If the step is refused, the transaction takes the content back.

    Args:
        store: Where it is kept.
        given: The path of a file, an attachment, or the hash of one that is stored, as the field
            ``attachment`` of a record gives it.

    Returns:
        The hash of its content (SHA-256, hexadecimal), and its file name. The name of a stored
        one is that of a template or an interaction which has it; empty if none does.

    Raises:
        Rejected: The file cannot be read, or nothing is stored under the hash.
        InvalidValue: It is none of the three.
    """
    match given:
        case Path():
            return store.attachments.put(_read(given)), given.name
        case Attachment():
            return store.attachments.put(given.content), given.name
        case str():
            return _stored(store, given)
        case _:
            raise unexpected("attachment", given, _NONE_OF_THEM)


def read_attachment(store: Store, digest: str, name: str) -> Attachment:
    """A stored attachment with its content.

    Args:
        store: Where it is kept.
        digest: The hash of its content, as the field ``attachment`` of a record gives it.
        name: Its file name, as ``attachment_name`` gives it.

    Raises:
        NotFound: Nothing is stored under this hash.
    """
    return Attachment(name, store.attachments.get(digest))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        reason = Message(
            "{path!r} cannot be read ({reason}); give the path of a file that you may read",
            path=str(path),
            reason=error.strerror or type(error).__name__,
        )
        raise _fault(reason) from None


def _stored(store: Store, digest: str) -> tuple[str, str]:
    try:
        store.attachments.get(digest)
    except NotFound:
        reason = Message(
            "nothing is stored under {digest!r}; "
            "give a Path or an Attachment, or the hash of a stored attachment",
            digest=digest,
        )
        raise _fault(reason) from None
    return digest, _name_of(store, digest)


def _fault(reason: Message) -> Rejected:
    place = Message("attachment")
    return Rejected(place, [Fault(place, "attachment", reason)])


def _name_of(store: Store, digest: str) -> str:
    """The file name under which a content is attached to something."""
    rows: Iterable[TemplateLanguage | WordTemplate | Interaction] = chain.from_iterable(
        store.records.all(kind, attachment=digest)
        for kind in (TemplateLanguage, WordTemplate, Interaction)
    )
    return next((row.attachment_name for row in rows if row.attachment_name), "")
