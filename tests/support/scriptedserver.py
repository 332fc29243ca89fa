"""A mail server that says what a test wants, byte for byte, and keeps every line."""

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_ANSWERS = {"EHLO": b"", "DATA": b"354 go on", "QUIT": b"221 bye"}


class Script:
    """What is said, and what was heard.

    Attributes:
        greeting: The first words.
        extensions: What is offered.
        answers: Answers to give instead of yes, by command; each is given once, in order. An end
            of line is put after each, unless it is ``raw``.
        raw: The answers are sent as they stand, and the connection is closed after one.
        lines: All commands, in order.
        mails: All mails that were taken, as bytes.
    """

    def __init__(self, *extensions: str) -> None:
        self.greeting = b"220 here"
        self.extensions = extensions
        self.answers: dict[str, list[bytes]] = {}
        self.raw = False
        self.lines: list[str] = []
        self.mails: list[bytes] = []

    def said_to(self, verb: str) -> list[str]:
        """The lines that begin with a command."""
        return [line for line in self.lines if line.upper().startswith(verb)]

    def sound(self) -> None:
        """From now on, answer as a server does that is well."""
        self.greeting, self.answers, self.raw = b"220 here", {}, False


class _Handler(socketserver.StreamRequestHandler):
    server: "_Server"

    def handle(self) -> None:
        script = self.server.script
        if not self._say(script.greeting):
            return
        while line := self.rfile.readline():
            text = line.decode().rstrip("\r\n")
            script.lines.append(text)
            verb = text.split(" ")[0].partition(":")[0].upper()
            given = script.answers.get(verb, [])
            answer = given.pop(0) if given else self._yes(verb)
            if not self._say(answer) or verb == "QUIT" or answer.startswith(b"421"):
                return
            if verb == "DATA" and answer.startswith(b"354"):
                mail = b""
                while not mail.endswith(b"\r\n.\r\n"):
                    mail += self.rfile.readline()
                given = script.answers.get(".", [])
                answer = given.pop(0) if given else b"250 taken"
                if answer.startswith(b"250"):
                    script.mails.append(mail[:-3].replace(b"\r\n..", b"\r\n."))
                if not self._say(answer):
                    return

    def _yes(self, verb: str) -> bytes:
        if verb == "EHLO":
            lines = ["here", *self.server.script.extensions]
            marks = ["250-"] * (len(lines) - 1) + ["250 "]
            return "\r\n".join(map("".join, zip(marks, lines, strict=True))).encode()
        return _ANSWERS.get(verb, b"250 OK")

    def _say(self, answer: bytes) -> bool:
        """Say something; whether the connection goes on."""
        endless = self.server.script.raw and not answer.startswith((b"250", b"220"))
        self.wfile.write(answer if endless else answer + b"\r\n")
        return not endless and not answer.startswith(b"554 not")


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True
    script: Script


@contextmanager
def following(script: Script) -> Iterator[int]:
    """Serve as the script says on a free port of the loopback address; gives the port."""
    with _Server(("127.0.0.1", 0), _Handler) as server:
        server.script = script
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()
