"""Bounces and complaints as mail servers send them: RFC 3464 and RFC 5965."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from email import policy
from email.message import Message as MailPart
from email.parser import BytesParser

import attrs

from segmentation.contacts import AddressState, mail_addresses
from segmentation.errors import BadDocument, Message
from segmentation.operations.context import Context
from segmentation.operations.journal import record
from segmentation.showing import shown_by

from ._keyed import check_keys
from ._register import marks_for

_PASSING = ("5.1.7", "5.1.8", "5.2.2", "5.2.3", "5.2.4", "5.3.", "5.4.", "5.5.", "5.6.", "5.7.")
"""Statuses of failures that say nothing against the address: of the sender, the mailbox's size,
the servers, the mail itself, a policy (RFC 3463)."""


@shown_by("address", "state", "reason", "marked")
@attrs.frozen
class Reported:
    """What a report says of one address.

    Attributes:
        address: The address, in small letters.
        state: Why no mail should go to it; blank if the report says nothing against it.
        reason: The status and what the server said.
        marked: Whether it was marked because of this report.
    """

    address: str
    state: AddressState
    reason: str
    marked: bool = False


def take_in_report(context: Context, message: bytes) -> Sequence[Reported]:
    """Take in a bounce or a complaint; what is marked already is not recorded again.

    Args:
        context: Store, user, day and clock.
        message: The whole mail, as a server or a provider sent it.

    Returns:
        What it says of each address, in its order.

    Raises:
        BadDocument: It is no such report, or was cut; nothing is changed.
        Refused: Addresses are kept under a key that is not given.
    """
    reported = tuple(_reported(message))
    check_keys(context)
    store = context.store
    with store.transaction():
        made = [
            mark
            for each in reported
            if each.state
            for mark in marks_for(context, [each.address], each.state, each.reason)
        ]
        if made:
            record(store, made, context.stamp)
    marked = {mark.address for mark in made}
    return tuple(attrs.evolve(each, marked=each.address in marked) for each in reported)


def _reported(message: bytes) -> Iterator[Reported]:
    mail = BytesParser(policy=policy.default).parsebytes(message)
    kind = str(mail.get_param("report-type", "")).lower()
    if mail.get_content_type() != "multipart/report" or kind not in _READERS:
        raise _bad(Message("is no report of a bounce (RFC 3464) or a complaint (RFC 5965)"))
    if mail.defects or not mail.is_multipart():
        raise _bad(Message("was cut, or is not well formed"))
    content_type, read = _READERS[kind]
    parts = (part for part in mail.walk() if part.get_content_type() == content_type)
    found = [each for part in parts for each in read(_blocks(part))]
    if not found:
        raise _bad(Message("names no recipient"))
    yield from found


def _blocks(part: MailPart) -> Sequence[MailPart]:
    """The fields of a report, block by block."""
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else [part]
    return [block for block in blocks if isinstance(block, MailPart)]


def _bounces(blocks: Iterable[MailPart]) -> Iterator[Reported]:
    """The recipients of a delivery status notification; the first block is of the whole mail."""
    for block in blocks:
        address = _recipient(block, "Final-Recipient") or _recipient(block, "Original-Recipient")
        if not address:
            continue
        status = _text(block, "Status")
        said = _text(block, "Diagnostic-Code").partition(";")[2].strip()
        failed = _text(block, "Action").lower() == "failed"
        against = failed and status.startswith("5.") and not status.startswith(_PASSING)
        state = AddressState.BOUNCED if against else AddressState.BLANK
        yield Reported(address, state, " ".join(filter(None, (status, said))))


def _complaints(blocks: Iterable[MailPart]) -> Iterator[Reported]:
    """The recipients of a mail that somebody complained of."""
    for block in blocks:
        kind = _text(block, "Feedback-Type").lower()
        state = AddressState.COMPLAINED if kind in _COMPLAINTS else AddressState.BLANK
        for field in block.get_all("Original-Rcpt-To", []):
            for address in mail_addresses(str(field).strip().strip("<>")):
                yield Reported(address, state, kind)


_COMPLAINTS = frozenset({"abuse", "fraud", "virus"})
"""The kinds of feedback (RFC 5965) that are complaints; others say that all is well."""

_READERS: Mapping[str, tuple[str, Callable[[Iterable[MailPart]], Iterator[Reported]]]] = {
    "delivery-status": ("message/delivery-status", _bounces),
    "feedback-report": ("message/feedback-report", _complaints),
}


def _recipient(block: MailPart, field: str) -> str:
    """The address in a field ``rfc822; anna@example.com``, in small letters."""
    kind, _, address = _text(block, field).partition(";")
    found = mail_addresses(address.strip().strip("<>")) if kind.strip().lower() == "rfc822" else ()
    return found[0] if found else ""


def _text(block: MailPart, field: str) -> str:
    return " ".join(str(block.get(field, "")).split())


def _bad(reason: Message) -> BadDocument:
    return BadDocument("mail", reason)
