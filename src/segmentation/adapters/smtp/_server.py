"""A mail server, and what its answers mean."""

import smtplib
import ssl
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from segmentation.codes import Option
from segmentation.errors import InvalidValue, Message

_USUAL = range(400, 600)
"""Codes by which a server can refuse; with any other it does not speak our language."""
_CLOSING = 421
_FOR_GOOD = 500
_SIZE = 552
_OF_THE_SERVER = frozenset({500, 502, 503, 530, 534, 535, 538})
"""Answers that are of the connection or the login, whatever they are an answer to."""


class Security(Option):
    """How a connection to the server is made safe."""

    NONE = ""
    STARTTLS = "starttls"
    TLS = "tls"


def _above_zero(_server: object, field: "attrs.Attribute[Any]", value: object) -> None:
    if not (isinstance(value, int | float) and value > 0):
        raise InvalidValue(field.name, value, "is no number of seconds above zero")


def _in_ascii(_server: object, field: "attrs.Attribute[Any]", value: str) -> None:
    if not value.isascii():
        # The value may be a password, and errors are shown and kept.
        raise InvalidValue(field.name, "...", "has letters that no login by SMTP can have")


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

    Raises:
        InvalidValue: The timeout is not above zero; user or password have letters beyond ASCII.
    """

    host: str
    port: int = 0
    security: Security = attrs.field(default=Security.STARTTLS, converter=Security)
    user: str = attrs.field(default="", validator=_in_ascii)
    password: str = attrs.field(default="", repr=False, validator=_in_ascii)
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
            connection.ehlo_or_helo_if_needed()
        except BaseException:
            connection.close()
            raise
        return connection


@attrs.frozen
class Answer:
    """What a server said, and of what.

    Attributes:
        code: Its number.
        text: Its words, on one line.
    """

    code: int
    text: str

    @classmethod
    def of(cls, code: int, said: bytes | str) -> "Answer":
        """An answer as smtplib gives it."""
        text = said.decode(errors="replace") if isinstance(said, bytes) else said
        return cls(code, " ".join(text.split()))

    def __str__(self) -> str:
        return f"{self.code} {self.text}"

    @property
    def message(self) -> Message:
        """The answer for people."""
        return Message("the mail server answers {answer}", answer=str(self))

    @property
    def is_for_good(self) -> bool:
        """Whether asking again would do no good."""
        return self.code >= _FOR_GOOD

    @property
    def is_of_the_server(self) -> bool:
        """Whether it concerns all mails, and not one of them."""
        odd = self.code not in _USUAL
        return odd or self.code == _CLOSING or self.code in _OF_THE_SERVER

    @property
    def is_of_the_address(self) -> bool:
        """Whether it says that there is no such address (RFC 3463, status 5.1.1 and its like)."""
        return self.is_for_good and self.text.split(" ", 1)[0] in _NO_ADDRESS

    @property
    def is_of_the_size(self) -> bool:
        """Whether one mail is too large."""
        return self.code == _SIZE or self.text.startswith("5.3.4")


_NO_ADDRESS = frozenset({"5.1.0", "5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"})


class Refused(Exception):  # noqa: N818 - no error of the program
    """A server refused a mail.

    Attributes:
        answer: What it said.
        stops: Whether that concerns all mails.
    """

    def __init__(self, answer: Answer, *, stops: bool) -> None:
        super().__init__(str(answer))
        self.answer = answer
        self.stops = stops or answer.is_of_the_server


class AllRefused(Exception):  # noqa: N818 - no error of the program
    """A server refused all recipients of a mail.

    Attributes:
        answers: What it said to each.
    """

    def __init__(self, answers: Mapping[str, Answer]) -> None:
        super().__init__("; ".join(f"{address}: {answer}" for address, answer in answers.items()))
        self.answers = answers


def send(
    connection: smtplib.SMTP,
    sender: str,
    recipients: Sequence[str],
    content: bytes,
    options: Sequence[str],
) -> Mapping[str, Answer]:
    """Send one mail; returns which recipients the server refused.

    Raises:
        Refused: The server does not take the mail.
        AllRefused: It takes none of the recipients.
        SMTPException: The server does not speak SMTP, or went away.
    """
    if connection.has_extn("size"):
        options = [*options, f"size={len(content)}"]
    answer = Answer.of(*connection.mail(sender, options))
    if not _is_yes(answer):
        _reset(connection)
        raise Refused(answer, stops=not answer.is_of_the_size)
    refused: dict[str, Answer] = {}
    for recipient in recipients:
        answer = Answer.of(*connection.rcpt(recipient))
        if _is_yes(answer):
            continue
        if answer.is_of_the_server:
            _reset(connection)
            raise Refused(answer, stops=True)
        refused[recipient] = answer
    if len(refused) == len(set(recipients)):
        _reset(connection)
        raise AllRefused(refused)
    try:
        answer = Answer.of(*connection.data(content))
    except smtplib.SMTPDataError as error:
        answer = Answer.of(error.smtp_code, error.smtp_error)
    if not _is_yes(answer):
        _reset(connection)
        raise Refused(answer, stops=False)
    return refused


def _is_yes(answer: Answer) -> bool:
    return answer.code in {250, 251}


def _reset(connection: smtplib.SMTP) -> None:
    """Be ready for another mail; a server that went away is noticed by that one."""
    try:
        connection.rset()
    except (OSError, smtplib.SMTPException):
        connection.close()
