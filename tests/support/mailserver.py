"""A real mail server on the loopback address, which can be told to behave badly."""

from asyncio import Event
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class Postman:
    """Keeps what arrives; answers as it is told.

    Attributes:
        mails: What was accepted, in order.
        contents: The same as it came.
        brought: To whom, for each of them.
        answers: What is said to a recipient instead of yes, by address.
        refuses_all: What is said to every recipient, if anything.
        gone_after: The connection is cut at every mail after so many; -1 for never.
        silent_after: After so many mails no more is said; -1 for never.
        connections: How many there were.
    """

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.contents: list[bytes] = []
        self.brought: list[list[str]] = []
        self.answers: dict[str, str] = {}
        self.refuses_all = ""
        self.gone_after = -1
        self.silent_after = -1
        self.connections = 0

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self,
        server: SMTP,  # noqa: ARG002 - aiosmtpd's signature
        session: Session,
        envelope: Envelope,  # noqa: ARG002
        hostname: str,
        responses: list[str],
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        answer = self.refuses_all or self.answers.get(address)
        if answer:
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802
        self, server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if 0 <= self.silent_after <= len(self.mails):
            await Event().wait()
        if 0 <= self.gone_after <= len(self.mails):
            assert server.transport is not None
            server.transport.close()
            return "421 gone"
        content = envelope.original_content or b""
        self.contents.append(content)
        self.mails.append(message_from_bytes(content, policy=policy.default))
        self.brought.append(list(envelope.rcpt_tos))
        return "250 OK"

    @property
    def recipients(self) -> list[str]:
        """To whom mails were brought, in order."""
        return [address for mail in self.brought for address in mail]


class _OnAFreePort(Controller):
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[union-attr]
        super()._trigger_server()  # type: ignore[no-untyped-call]


@contextmanager
def serving(postman: Postman, **options: Any) -> Iterator[int]:  # noqa: ANN401 - aiosmtpd's
    """Serve on a free port of the loopback address; gives the port."""
    controller = _OnAFreePort(postman, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield controller.port
    finally:
        controller.stop(no_assert=True)
