"""A courier that sends mails by SMTP; only the standard library.

One connection serves many messages. What a server says for now (4xx, a lost connection) is
tried again later by whoever delivers; what it says for good (5xx) is not.
"""

import base64
import re
import smtplib
import ssl
import time
from collections.abc import Callable, Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from html.parser import HTMLParser
from types import TracebackType
from typing import Any, Self

import attrs

from segmentation.codes import Option
from segmentation.documents import Document
from segmentation.errors import InvalidValue, Message, NotDelivered, text_of

_PICTURE = re.compile(
    r'src="data:image/(?P<kind>[a-z0-9.+-]+);base64,(?!")'
    r'(?P<data>(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"'
)
_LONGEST = 300
"""Characters of a name or subject: a line of a mail has 998 bytes, and a word is not folded."""
_GONE_FOR_GOOD = 500
_CLOSING = 421
_IDLE = 5.0
"""Seconds without a mail after which the server is asked whether it is still there."""


class Security(Option):
    """How a connection to the server is made safe."""

    NONE = ""
    STARTTLS = "starttls"
    TLS = "tls"


def _above_zero(_server: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not (isinstance(value, int | float) and value > 0):
        raise InvalidValue(field.name, value, "is no number of seconds above zero")


@attrs.frozen(kw_only=True)
class Server:
    """A mail server.

    Attributes:
        host: Its name.
        port: Its port; 0 for the usual one.
        security: How the connection is made safe.
        user: Whom to log in as; empty for nobody.
        password: The user's password.
        timeout: Seconds after which a server that says nothing counts as gone.
        tls: What certificates are trusted; the system's, if not given.
    """

    host: str
    port: int = 0
    security: Security = attrs.field(default=Security.STARTTLS, converter=Security)
    user: str = ""
    password: str = attrs.field(default="", repr=False)
    timeout: float = attrs.field(default=30.0, validator=_above_zero)
    tls: ssl.SSLContext | None = attrs.field(default=None, repr=False)

    def connect(self) -> smtplib.SMTP:
        """A connection, logged in."""
        context = self.tls or ssl.create_default_context()
        if self.security is Security.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                self.host, self.port, timeout=self.timeout, context=context
            )
        else:
            connection = smtplib.SMTP(self.host, self.port, timeout=self.timeout)
        try:
            if self.security is Security.STARTTLS:
                connection.starttls(context=context)
            if self.user:
                connection.login(self.user, self.password)
        except BaseException:
            connection.close()
            raise
        return connection


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
        clock: Tells seconds, to keep the pace by.
        sleep: Waits seconds.

    Raises:
        InvalidValue: ``sender`` or ``reply_to`` is no address, ``per_minute`` less than 0.
    """

    def __init__(
        self,
        server: Server | str,
        sender: str,
        *,
        text: str = "",
        per_minute: int = 0,
        reply_to: str = "",
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        if per_minute < 0:
            raise InvalidValue("per_minute", per_minute, "is less than 0")
        self._server = Server(host=server) if isinstance(server, str) else server
        self._sender = _address("sender", sender)
        # Headers that all mails share are parsed once: each costs as much as the mail's text.
        self._from = SMTP.header_factory("From", self._sender)
        self._reply_to = (
            SMTP.header_factory("Reply-To", _address("reply_to", reply_to)) if reply_to else None
        )
        self._text = text
        self._clock = clock
        self._sleep = sleep
        self._interval = 60 / per_minute if per_minute else 0.0
        self._next = 0.0
        self._used = 0.0
        self._connection: smtplib.SMTP | None = None

    def deliver(self, document: Document) -> str:
        """Send one mail; returns the address that it went to, or several as they are stored.

        Of several addresses one that the server takes is enough.

        Raises:
            NotDelivered: The contact has no address or an odd one, the server refused the
                mail, or there is no server.
        """
        where = _one_line(document.e_mail)
        try:
            message = self.message(document)
        except (ValueError, MessageError, IndexError) as error:
            to = where or Message("contact {no}", no=document.contact_no)
            raise NotDelivered(to, _unmade(error)) from error
        self._keep_pace()
        self._send(message, where)
        return where

    def message(self, document: Document) -> EmailMessage:
        """The mail for a document, as it would be sent.

        Raises:
            ValueError: The contact has no address, or one that is none.
        """
        message = EmailMessage(policy=SMTP)
        message["From"] = self._from
        message["To"] = _to(document)
        message["Subject"] = _one_line(document.subject)[:_LONGEST]
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{_id(document)}@{self._sender.domain}>"
        if self._reply_to:
            message["Reply-To"] = self._reply_to
        if document.unsubscribe:
            message["List-Unsubscribe"] = f"<{_one_line(document.unsubscribe)}>"
            if document.unsubscribe.startswith("https:"):
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        self._fill(message, document)
        return message

    def _fill(self, message: EmailMessage, document: Document) -> None:
        media_type = document.media_type.partition(";")[0].strip().casefold()
        if media_type == "text/plain":
            message.set_content(document.content.decode())
        elif media_type == "text/html":
            self._fill_html(message, document.content.decode())
        else:
            message.set_content(self._text or _one_line(document.subject))
            main, _, sub = media_type.partition("/")
            message.add_attachment(
                document.content, maintype=main, subtype=sub, filename=document.name
            )

    def _fill_html(self, message: EmailMessage, html: str) -> None:
        """HTML with a text beside it; pictures in it become parts, which more readers show."""
        pictures: dict[str, tuple[str, bytes]] = {}

        def related(found: re.Match[str]) -> str:
            name = f"picture{len(pictures) + 1}@{self._sender.domain}"
            pictures[name] = found["kind"], base64.b64decode(found["data"])
            return f'src="cid:{name}"'

        html = _PICTURE.sub(related, html)
        message.set_content(to_text(html))
        message.add_alternative(html, subtype="html")
        body = message.get_body(("html",)) or message
        for name, (kind, data) in pictures.items():
            body.add_related(data, "image", kind, cid=f"<{name}>", disposition="inline")

    # -- the connection ---------------------------------------------------------------------

    def _send(self, message: EmailMessage, where: str) -> None:
        try:
            self._connected().send_message(message)
            self._used = self._clock()
        except smtplib.SMTPRecipientsRefused as error:
            code, said = min(error.recipients.values())  # one that may yet be taken goes first
            self._refused(where, code, said, error)
        except smtplib.SMTPResponseException as error:
            self._refused(where, error.smtp_code, error.smtp_error, error)
        except smtplib.SMTPNotSupportedError as error:
            down = self._connection is None
            raise NotDelivered(where, self._failed(error), down=down) from error
        except (OSError, smtplib.SMTPException) as error:
            self._drop()
            raise NotDelivered(where, self._failed(error), down=True) from error

    def _failed(self, error: Exception) -> Message:
        return Message("server {host}: {said}", host=self._server.host, said=_said(error))

    def _connected(self) -> smtplib.SMTP:
        """The connection; a new one if there is none, or the server tired of the old one."""
        if self._connection is not None and self._clock() - self._used > _IDLE:
            try:
                self._connection.noop()
            except (OSError, smtplib.SMTPException):
                self._drop()
        if self._connection is None:
            self._connection = self._server.connect()
        return self._connection

    def _refused(self, where: str, code: int, said: bytes | str, error: Exception) -> None:
        """Tell what the server said, and go on with the same connection if it goes on."""
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        answer = f"{code} {' '.join(text.split())}"
        reason = Message("the mail server answers {answer}", answer=answer)
        greeting = isinstance(
            error,
            smtplib.SMTPConnectError | smtplib.SMTPHeloError | smtplib.SMTPAuthenticationError,
        )
        down = greeting or code == 421 or code < 0  # noqa: PLR2004 - "service not available"
        if down:
            self._drop()
        raise NotDelivered(where, reason, temporary=code < _GONE_FOR_GOOD, down=down) from error

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


def _address(field: str, text: str) -> Address:
    name, _, rest = text.rpartition("<")
    try:
        return Address(display_name=_one_line(name).strip(' "'), addr_spec=rest.strip(" >"))
    except (ValueError, MessageError, IndexError) as error:
        raise InvalidValue(field, text, "is no mail address") from error


def _to(document: Document) -> Sequence[Address]:
    """The contact's addresses: a semicolon parts them, as in Business Central."""
    addresses = list(filter(None, map(str.strip, document.e_mail.split(";"))))
    if not addresses:
        raise ValueError(Message("the contact has no mail address"))
    for address in addresses:
        if not address.isprintable() or "@" not in address:
            raise ValueError(Message("{address!r} is no mail address", address=address))
    name = _one_line(document.addressee)[:_LONGEST]
    return tuple(Address(display_name=name, addr_spec=address) for address in addresses)


def _one_line(text: str) -> str:
    """A text that can stand in a header: no line ends there, and nothing is hidden."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _id(document: Document) -> str:
    """The same for the same document, and told from all others of this sender."""
    parts = [document.segment_no, document.contact_no, document.key]
    plain = ("".join(c for c in part if c.isascii() and c.isalnum()) for part in parts)
    return ".".join(filter(None, plain)) or "document"


def _unmade(error: Exception) -> Message:
    said = text_of(error)
    if isinstance(said, Message):
        return said
    return Message("the mail cannot be made: {said}", said=_said(error))


def _said(error: Exception) -> str:
    return _one_line(str(error)) or type(error).__name__


class _Text(HTMLParser):
    """Takes the text out of HTML."""

    _BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
    _UNSEEN = frozenset({"style", "script", "title", "head"})

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unseen = 0
        self._link = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in self._UNSEEN
        if tag in self._BLOCKS:
            self.texts.append("\n")
        if tag == "a":
            self._link = dict(attributes).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in self._UNSEEN
        if tag in {"p", "table", "h1", "h2", "h3", "h4"}:
            self.texts.append("\n")
        if tag == "a" and self._link:
            self.texts.append(f" <{self._link}>")
            self._link = ""

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.texts.append(" ".join(f".{data}.".split())[1:-1])


def to_text(html: str) -> str:
    r"""What HTML says, as plain text; links are told in angle brackets.

    >>> to_text('<p>Dear <b>Anna</b>,</p><p>see <a href="https://example.com">here</a>.</p>')
    'Dear Anna,\n\nsee here <https://example.com>.'
    """
    parser = _Text()
    parser.feed(html)
    parser.close()
    lines = [line.strip() for line in "".join(parser.texts).split("\n")]
    kept = [line for at, line in enumerate(lines) if line or (at and lines[at - 1])]
    return "\n".join(kept).strip()
