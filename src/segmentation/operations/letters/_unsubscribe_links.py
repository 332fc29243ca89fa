"""Links by which a contact takes itself off the list: signed, and answered by the host's route.

A link holds the contact's number and the template, and a signature (HMAC with SHA-256). It never
runs out. Who follows it changes nothing, as mail programs and scanners do so by themselves; only
what is posted counts (RFC 8058).
"""

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Mapping, Sequence
from html import escape

import attrs

from segmentation.code_tables import Purpose
from segmentation.consents import PermissionReason
from segmentation.contacts import Contact, CorrespondenceType
from segmentation.errors import InvalidValue, Message
from segmentation.frozen import freeze_within
from segmentation.interactions import Interaction
from segmentation.operations.consents import standing_at, withdraw_consent
from segmentation.operations.contacts import contacts_meant, exclude_contact
from segmentation.operations.context import Context
from segmentation.operations.records import find_record
from segmentation.protocols import Store
from segmentation.showing import shown_by
from segmentation.templates import InteractionTemplate

_SHORTEST = 16
"""Bytes of a key; shorter ones could be guessed."""

_LONGEST = 1_000
"""Characters of a token; ours have at most a quarter of that."""

_METHODS = "GET, HEAD, POST"
_REASON = "by the link to unsubscribe"


@shown_by("status", "headers")
@attrs.frozen(field_transformer=freeze_within)
class Answer:
    """What a host's route answers.

    Attributes:
        status: The status of HTTP.
        headers: The headers.
        body: A page in HTML.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes


def _listed(keys: Iterable[bytes]) -> Sequence[bytes]:
    return tuple(keys)


def _keys(_object: object, _field: object, keys: Sequence[bytes]) -> None:
    if not keys:
        raise InvalidValue("keys", (), Message("are not given; give at least one"))
    if any(len(key) < _SHORTEST for key in keys):
        raise InvalidValue("keys", "...", Message("have one of less than 16 bytes"))


def _url(_object: object, _field: object, url: str) -> None:
    if "{token}" not in url:
        raise InvalidValue("url", url, Message("does not say where the {{token}} goes"))


@attrs.frozen(repr=False)
class Unsubscribing:
    """Makes links to unsubscribe, and knows those that it made.

    Its method `link` is what `segmentation.protocols.Rendering.unsubscribe` asks for.

    Attributes:
        url: The address of the host's route, with ``{token}`` where the token goes; by ``https:``
            mail programs show a button for it.
        keys: At least 16 random bytes each; the first signs, all of them verify. Put a new one in
            front, and keep the old ones as long as mails with their links may be read.

    Raises:
        InvalidValue: There is no key, one is too short, or the address has no place for the token.
    """

    url: str = attrs.field(validator=_url)
    keys: Sequence[bytes] = attrs.field(converter=_listed, validator=_keys)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.url!r})"

    def link(self, contact: Contact, interaction: Interaction) -> str:
        """The link for a contact in the letter of an interaction."""
        return self.url.replace("{token}", self.token(contact, interaction))

    def token(self, contact: Contact, interaction: Interaction) -> str:
        """The token in this link."""
        said = json.dumps([contact.no, interaction.interaction_template_code], ensure_ascii=False)
        content = said.encode()
        return f"{_encoded(content)}.{_encoded(_signature(self.keys[0], content))}"

    def read(self, token: object) -> tuple[str, str] | None:
        """The contact's number and the template in a token; ``None`` if it is none of ours."""
        if not isinstance(token, str) or len(token) > _LONGEST:
            return None
        content, _, signature = token.partition(".")
        try:
            said, signed = _decoded(content), _decoded(signature)
        except (ValueError, binascii.Error):
            return None
        known = [hmac.compare_digest(_signature(key, said), signed) for key in self.keys]
        if not any(known):
            return None
        no, template = json.loads(said)
        return no, template


def _signature(key: bytes, content: bytes) -> bytes:
    return hmac.digest(key, b"unsubscribe\0" + content, "sha256")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


def _decoded(text: str) -> bytes:
    content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    if _encoded(content) != text:
        raise ValueError(text)  # another spelling of the same bytes
    return content


def answer_unsubscribing(
    context: Context, unsubscribing: Unsubscribing, *, method: str, token: str | None
) -> Answer:
    """Answer what came to the host's route.

    ``GET`` and ``HEAD`` change nothing and show a page with a button. ``POST`` withdraws the
    contact's consent to mails for the purpose of the template, or excludes it from segments where
    the template has none, and the journal records by what; a second one answers the same and
    records nothing. A contact that was merged or renumbered since is found by the number that it
    had; if somebody else has this number now, it counts for both. For one that was erased nothing
    is to be done.

    Args:
        context: Store, user, day, clock and the language of the page.
        unsubscribing: Who made the link.
        method: The method of HTTP, in any case.
        token: The token, as it stood in the address; ``None`` if there was none.

    Returns:
        200; 400 for a token that is none of ours, 405 for another method.
    """
    verb = method.upper()
    if verb not in _METHODS.split(", "):
        return _answer(context, 405, "unsubscribe_failed", {"Allow": _METHODS})
    found = unsubscribing.read(token)
    if found is None:
        return _answer(context, 400, "unsubscribe_failed")
    if verb != "POST":
        shown = _answer(context, 200, "unsubscribe_question", button=True)
        return attrs.evolve(shown, body=b"") if verb == "HEAD" else shown
    _take_off(context, *found)
    return _answer(context, 200, "unsubscribe_done")


def _take_off(context: Context, no: str, template_code: str) -> None:
    store = context.store
    with store.transaction():
        for contact in contacts_meant(store, no):
            purpose = _purpose(store, template_code)
            if purpose is not None:
                _withdraw(context, contact, purpose)
            elif not contact.exclude_from_segment:
                exclude_contact(context, contact, _REASON)


def _purpose(store: Store, template_code: str) -> Purpose | None:
    template = find_record(store, InteractionTemplate, template_code)
    return find_record(store, Purpose, template.purpose_code) if template else None


def _withdraw(context: Context, contact: Contact, purpose: Purpose) -> None:
    channel = CorrespondenceType.EMAIL
    standing = standing_at(
        context, contact.no, purpose_code=purpose.code, channel=channel, at=context.now
    )
    if standing.reason is not PermissionReason.WITHDRAWN:
        withdraw_consent(context, contact, purpose_code=purpose, channel=channel, source=_REASON)


def _answer(
    context: Context,
    status: int,
    name: str,
    headers: Mapping[str, str] | None = None,
    *,
    button: bool = False,
) -> Answer:
    say = context.phrases.say
    text = escape(say(name))
    form = (
        f'<form method="post"><button>{escape(say("unsubscribe_button"))}</button></form>'
        if button
        else ""
    )
    body = (
        f'<!DOCTYPE html><html lang="{context.language}"><meta charset="utf-8">'
        f'<meta name="robots" content="noindex"><title>{text}</title><p>{text}</p>{form}</html>'
    )
    known = {"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"}
    return Answer(status, {**known, **(headers or {})}, body.encode())
