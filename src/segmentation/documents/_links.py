"""Links and host names in the letters that the net understands."""

import re
import unicodedata

from segmentation.errors import Message

_LINK = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*:)(?://(?P<place>[^/?#]*))?(?P<rest>.*)", re.DOTALL
)
_PLACE = re.compile(r"(?P<user>.*@)?(?P<host>.*?)(?P<port>:[0-9]*)?", re.DOTALL)
_KEPT = re.compile(r"[A-Za-z0-9:/?#\[\]@!$&'()*+;=%~._-]")
_DOTS = re.compile("[.\u3002\uff0e\uff61]")
_NOT_OF_A_HOST = re.compile(r"[\x00-\x20\x7f/?#@<>()\[\],;:\\\"\ud800-\udfff]")
_LONGEST_LABEL = 63


def to_uri(link: str) -> str:
    """A link in ASCII alone, ready for the header of a mail; one that is so already stays.

    >>> to_uri("https://bücher.example/é?n=ø&a=>,<")
    'https://xn--bcher-kva.example/%C3%A9?n=%C3%B8&a=%3E%2C%3C'

    Raises:
        ValueError: Its host is none.
    """
    link = link.strip()
    found = _LINK.fullmatch(link)
    if found is None or found["place"] is None:
        return _quoted(link)
    place = _PLACE.fullmatch(found["place"])
    user, host, port = place.groups(default="") if place else ("", found["place"], "")
    host = host if host.isascii() else to_ascii_host(host)
    return f"{found['scheme']}//{_quoted(user + host + port)}{_quoted(found['rest'])}"


def _quoted(text: str) -> str:
    """What no link can have is told by its bytes; nothing in it looks like an encoded word."""
    told = "".join(letter if _KEPT.match(letter) else _bytes_of(letter) for letter in text)
    return told.replace("=?", "=%3F")


def _bytes_of(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode(errors="replace"))


def to_ascii_host(host: str) -> str:
    """A host name as the net knows it (IDNA 2008): capitals make no difference.

    >>> to_ascii_host("straße.example")
    'xn--strae-oqa.example'

    Raises:
        ValueError: It is no host name.
    """
    if _NOT_OF_A_HOST.search(host):
        raise ValueError(Message("{host!r} is no host name", host=host))
    return ".".join(_label(label, host) for label in _DOTS.split(host))


def _label(label: str, host: str) -> str:
    if label.isascii():
        return label
    # By letters: of a whole word, Python would make the last sigma another letter.
    lower = unicodedata.normalize("NFKC", "".join(letter.lower() for letter in label))
    if lower.isascii():
        return lower
    written = "xn--" + lower.encode("punycode").decode()
    if len(written) > _LONGEST_LABEL:
        raise ValueError(Message("{host!r} is no host name", host=host))
    return written
