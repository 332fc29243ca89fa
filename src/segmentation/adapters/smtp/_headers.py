"""What stands in the headers of a mail: one line each, whatever a name or a subject holds."""

import re
from email.errors import MessageError
from email.headerregistry import Address
from email.policy import SMTP, EmailPolicy
from typing import Any, Self

from segmentation.documents import to_ascii_host, to_uri
from segmentation.errors import Message

POLICY = SMTP.clone(cte_type="7bit")
"""Bodies in letters that every server takes; not all take eight bits."""
LONGEST = 300
"""Characters of a name or subject: a line of a mail has 998 bytes, and a word is not folded."""
_LONGEST_LINE = 998
_USUAL_LINE = 78
_JOINERS = "\u200c\u200d"
"""They make no mark of their own and join or part letters: Persian and many smileys need them."""
_BEYOND_ASCII = re.compile(r"[^\x00-\x7f]")
_ERRORS = (ValueError, MessageError, IndexError)
"""What Python raises for what is no address."""


def one_line(text: str) -> str:
    """A text that can stand in a header: no line ends there, and nothing is hidden.

    What looks like an encoded word is broken up, since some Pythons would decode it and write
    what comes out as it is: line ends, and so headers of its own.
    """
    visible = "".join(c if c.isprintable() or c in _JOINERS else " " for c in text)
    return " ".join(visible.split()).replace("=?", "= ?")


def short_line(text: str) -> str:
    """A name or a subject, not longer than a mail can have."""
    return one_line(text)[:LONGEST].rstrip()


class ReadyHeader(str):
    """A header's value that goes out as it stands: it is not folded, nor encoded.

    Attributes:
        name: The header.
    """

    __slots__ = ("name",)

    name: str

    def __new__(cls, name: str, value: str) -> Self:
        made = super().__new__(cls, value)
        made.name = name
        return made

    def fold(self, *, policy: "EmailPolicy[Any]") -> str:
        """The header's lines; the value has one of its own if it is long."""
        line = f"{self.name}: {self}"
        if len(line) > _USUAL_LINE:
            line = f"{self.name}:{policy.linesep} {self}"
        return line + policy.linesep


def link_header(link: str) -> ReadyHeader:
    """The header that holds a link to unsubscribe.

    Raises:
        ValueError: The link is too long, or its host is none.
    """
    value = f"<{to_uri(link)}>"
    if len(value) >= _LONGEST_LINE:
        raise ValueError(Message("the link to unsubscribe is too long for a mail"))
    return ReadyHeader("List-Unsubscribe", value)


def is_one_click(link: str) -> bool:
    """Whether a link can be followed by a mail reader without asking (RFC 8058)."""
    return link.strip().lower().startswith("https:")


def read_address(text: str) -> Address:
    """An address, or ``Name <address>``.

    Raises:
        ValueError: It is none.
    """
    name, _, rest = text.rpartition("<")
    return make_address(one_line(name).strip(' "'), rest.strip(" >"))


def make_address(name: str, address: str) -> Address:
    """An address with a name; its host is written as the net knows it.

    Raises:
        ValueError: It is none.
    """
    local, at, host = address.rpartition("@")
    if not (at and address.isprintable() and "=?" not in address):
        raise ValueError(Message("{address!r} is no mail address", address=address))
    try:
        host = host if host.isascii() else to_ascii_host(host)
        # Python reads no letters beyond ASCII here, which stand where others may.
        read = Address(addr_spec=f"{_BEYOND_ASCII.sub('a', local)}@{host}")
        username = read.username if local.isascii() else local
        return Address(display_name=name, username=username, domain=read.domain)
    except _ERRORS as error:
        raise ValueError(Message("{address!r} is no mail address", address=address)) from error
