"""The courier."""

import smtplib
import time
from collections.abc import Callable, Mapping, Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from types import TracebackType
from typing import Self

from segmentation.documents import Document, Receipt
from segmentation.errors import InvalidValue, Message, NotDelivered, text_of

from ._headers import POLICY, one_line, read_address
from ._message import Maker, addresses_of, identity_of
from ._server import AllRefused, Answer, Refused, Server, send

_IDLE = 5.0
"""Seconds without a mail after which the server is asked whether it is still there."""


class SmtpCourier:
    """Sends each document as a mail.

    A document that is text or HTML is the mail's body, HTML with a text beside it and its
    pictures as parts; any other is attached. Close it, or use it in a ``with``, to say goodbye
    to the server.

    Args:
        server: The mail server, or its name.
        sender: Whom the mails are from: an address, or ``Name <address>``.
        text: What a mail says that bears its document as an attachment.
        per_minute: How many mails are sent in a minute at most; 0 for no limit.
        reply_to: Where answers go, if not to the sender.
        envelope_sender: Where the server sends back what it cannot deliver, if not to the sender.
        verp: Whether that address is another for each mail and names it, ``off+17@...``: so a mail
            that comes back can be told for whose it was, by `entry_no_of`.
        sign: Gets each mail as bytes and gives back what is sent in its place: with a signature
            (DKIM), say.
        clock: Tells seconds, to keep the pace by.
        sleep: Waits seconds.

    Raises:
        InvalidValue: ``sender``, ``reply_to`` or ``envelope_sender`` is no address, or
            ``per_minute`` is less than 0.
    """

    def __init__(
        self,
        server: Server | str,
        sender: str,
        *,
        text: str = "",
        per_minute: int = 0,
        reply_to: str = "",
        envelope_sender: str = "",
        verp: bool = False,
        sign: Callable[[bytes], bytes] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if per_minute < 0:
            raise InvalidValue("per_minute", per_minute, "is less than 0")
        self._server = Server(host=server) if isinstance(server, str) else server
        address = _address("sender", sender)
        self._sender = _address("envelope_sender", envelope_sender) if envelope_sender else address
        self._verp = verp
        self._sign = sign
        self._maker = Maker(
            sender=address,
            from_header=POLICY.header_factory("From", address),
            reply_to=_reply_to(reply_to),
            text=text,
        )
        self._clock = clock
        self._sleep = sleep
        self._interval = 60 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._used = 0.0
        self._connection: smtplib.SMTP | None = None

    def deliver(self, document: Document) -> Receipt:
        """Send one mail; returns the address that it went to, or several as they are stored.

        Of several addresses one that the server takes is enough; the receipt says which it
        refused.

        Raises:
            NotDelivered: The contact has no address or an odd one, the server refused the
                mail, or there is no server.
        """
        where = one_line(document.e_mail)
        try:
            message = self.message(document)
        except ValueError as error:
            to = where or Message("contact {no}", no=document.contact_no)
            raise NotDelivered(to, _unmade(error)) from error
        self._keep_pace()
        recipients = [address.addr_spec for address in addresses_of(document)]
        sender = self._envelope_sender(document)
        refused = self._send(message, sender, recipients, where)
        return Receipt(where, refused=_told(refused), unknown=_unknown(refused))

    def _envelope_sender(self, document: Document) -> str:
        if not self._verp:
            return self._sender.addr_spec
        named = f"{self._sender.username}+{identity_of(document)}"
        return Address(username=named, domain=self._sender.domain).addr_spec

    def message(self, document: Document) -> EmailMessage:
        """The mail for a document, as it would be sent.

        Raises:
            ValueError: The contact has no address, or one that is none.
        """
        return self._maker.message(document)

    # -- the connection ---------------------------------------------------------------------

    def _send(
        self, message: EmailMessage, sender: str, recipients: Sequence[str], where: str
    ) -> Mapping[str, Answer]:
        """Send a mail; returns who did not get it, and why."""
        try:
            connection = self._connected()
            content, options = self._written(message, [sender, *recipients], connection, where)
            content = self._signed(content, where)
            refused = send(connection, sender, recipients, content, options)
            self._used = self._clock()
        except NotDelivered:
            raise
        except AllRefused as error:
            raise self._all_refused(where, error) from error
        except Refused as error:
            raise self._refused(where, error.answer, stops=error.stops) from error
        except smtplib.SMTPResponseException as error:
            raise self._refused(where, _answer(error), stops=True) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            said = Message("server {host}: {said}", host=self._server.host, said=_said(error))
            raise NotDelivered(where, said, down=True) from error
        return refused

    def _written(
        self,
        message: EmailMessage,
        addresses: Sequence[str],
        connection: smtplib.SMTP,
        where: str,
    ) -> tuple[bytes, Sequence[str]]:
        """The bytes of a mail, and what the server must know of them."""
        if all(map(str.isascii, addresses)):
            return message.as_bytes(policy=POLICY), ()
        if not connection.has_extn("smtputf8"):
            lacks = Message(
                "server {host} does not offer SMTPUTF8, which the address needs",
                host=self._server.host,
            )
            raise NotDelivered(where, lacks)
        return message.as_bytes(policy=POLICY.clone(utf8=True)), ["SMTPUTF8", "BODY=8BITMIME"]

    def _signed(self, content: bytes, where: str) -> bytes:
        """The mail as it is sent; one that cannot be signed is not."""
        if self._sign is None:
            return content
        try:
            return self._sign(content)
        except Exception as error:  # whatever a host's hook does
            said = Message("the mail cannot be signed: {said}", said=_said(error))
            raise NotDelivered(where, said) from error

    def _connected(self) -> smtplib.SMTP:
        """The connection; a new one if there is none, or the server tired of the old one."""
        if self._connection is not None and self._clock() - self._used > _IDLE:
            try:
                self._connection.noop()
            except (OSError, smtplib.SMTPException):
                self._drop()
        if self._connection is None or self._connection.sock is None:
            self._connection = self._server.connect()
        return self._connection

    def _all_refused(self, where: str, error: AllRefused) -> NotDelivered:
        """The error of a mail that no recipient gets: one that may yet get it goes first."""
        answers = list(error.answers.values())
        reason = answers[0].message if len(answers) == 1 else Message(_told(error.answers))
        temporary = not all(answer.is_for_good for answer in answers)
        unknown = _unknown(error.answers)
        return NotDelivered(where, reason, temporary=temporary, unknown=unknown)

    def _refused(self, where: str, answer: Answer, *, stops: bool) -> NotDelivered:
        """The error that tells what the server said; one that is of the server ends the run."""
        if stops:
            self._drop()
        temporary = not answer.is_for_good
        return NotDelivered(where, answer.message, temporary=temporary, down=stops, stops=stops)

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _keep_pace(self) -> None:
        if self._interval:
            now = self._clock()
            if now < self._next:
                self._sleep(self._next - now)
            self._next = max(now, self._next) + self._interval

    def close(self) -> None:
        """Say goodbye to the server; a later mail makes a new connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            try:
                connection.quit()
            except (OSError, smtplib.SMTPException):
                connection.close()  # the server was quicker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def entry_no_of(address: str) -> int:
    """The entry number of the interaction whose mail came back to an address; 0 if none did.

    >>> entry_no_of("off+SM00001.CT1.17@example.com")
    17
    """
    named = address.rpartition("@")[0].rpartition("+")[2].rpartition(".")[2]
    return int(named) if named.isascii() and named.isdecimal() else 0


def _address(field: str, text: str) -> Address:
    try:
        return read_address(text)
    except ValueError as error:
        raise InvalidValue(field, text, "is no mail address") from error


def _reply_to(text: str) -> object:
    return POLICY.header_factory("Reply-To", _address("reply_to", text)) if text else None


def _answer(error: smtplib.SMTPResponseException) -> Answer:
    return Answer.of(error.smtp_code, error.smtp_error)


def _unknown(refused: Mapping[str, Answer]) -> Sequence[str]:
    """The addresses that do not exist, as the server says."""
    return [address for address, answer in refused.items() if answer.is_of_the_address]


def _told(refused: Mapping[str, Answer]) -> str:
    return "; ".join(f"{address}: {answer}" for address, answer in refused.items())


def _unmade(error: Exception) -> Message:
    said = text_of(error)
    if isinstance(said, Message):
        return said
    return Message("the mail cannot be made: {said}", said=_said(error))


def _said(error: Exception) -> str:
    return one_line(str(error)) or type(error).__name__
