"""What HTML says, as plain text."""

from html.parser import HTMLParser

_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol"})
_UNSEEN = frozenset({"style", "script", "title", "head"})


class _Text(HTMLParser):
    """Takes the text out of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self._unseen: list[str] = []
        self._link = ""

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in _UNSEEN:
            self._unseen.append(tag)
        elif tag == "body":
            self._unseen.clear()  # whatever was left open before it
        if tag in _BLOCKS:
            self.texts.append("\n")
        if tag == "a":
            self._link = dict(attributes).get("href") or ""

    def handle_endtag(self, tag: str) -> None:
        if tag in self._unseen:
            del self._unseen[self._unseen.index(tag) :]
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
