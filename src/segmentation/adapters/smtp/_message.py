"""The mail that a document becomes."""

import base64
import re
from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any

import attrs

from segmentation.documents import Document
from segmentation.errors import Message

from ._headers import (
    POLICY,
    is_one_click,
    link_header,
    make_address,
    one_line,
    read_address,
    short_line,
)
from ._texts import to_text

_PICTURE = re.compile(
    r'src="data:image/(?P<kind>[a-z0-9.+-]+);base64,(?!")'
    r'(?P<data>(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)"'
)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s\";]+)", re.IGNORECASE)


@attrs.frozen(kw_only=True)
class Maker:
    """Makes mails of documents.

    Attributes:
        sender: Whom they are from.
        from_header: The same, ready for the mail: each header that is read anew costs as much
            as the mail's text.
        reply_to: The header that says where answers go; ``None`` for the sender.
        text: What a mail says that bears its document as an attachment.
    """

    sender: Address
    from_header: Any
    reply_to: Any
    text: str

    def message(self, document: Document) -> EmailMessage:
        """The mail for a document.

        Raises:
            ValueError: The contact has no address or one that is none, or the mail cannot be
                made.
        """
        message = EmailMessage(policy=POLICY)
        message["From"] = read_address(document.sender) if document.sender else self.from_header
        message["To"] = addresses_of(document)
        message["Subject"] = short_line(document.subject)
        message["Date"] = formatdate(usegmt=True)
        message["Message-ID"] = f"<{identity_of(document)}@{self.sender.domain}>"
        if self.reply_to:
            message["Reply-To"] = self.reply_to
        if document.unsubscribe:
            message["List-Unsubscribe"] = link_header(document.unsubscribe)
            if is_one_click(document.unsubscribe):
                message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
        self._fill(message, document)
        return message

    def _fill(self, message: EmailMessage, document: Document) -> None:
        media_type = document.media_type.partition(";")[0].strip().casefold()
        if media_type == "text/plain":
            message.set_content(_decoded(document))
        elif media_type == "text/html":
            self._fill_html(message, _decoded(document))
        else:
            message.set_content(self.text or one_line(document.subject))
            main, _, sub = media_type.partition("/")
            message.add_attachment(
                document.content, maintype=main, subtype=sub, filename=one_line(document.name)
            )

    def _fill_html(self, message: EmailMessage, html: str) -> None:
        """HTML with a text beside it; pictures in it become parts, which more readers show."""
        pictures: dict[str, tuple[str, bytes]] = {}

        def related(found: re.Match[str]) -> str:
            name = f"picture{len(pictures) + 1}@{self.sender.domain}"
            pictures[name] = found["kind"], base64.b64decode(found["data"])
            return f'src="cid:{name}"'

        html = _PICTURE.sub(related, html)
        message.set_content(to_text(html))
        message.add_alternative(html, subtype="html")
        body = message.get_body(("html",)) or message
        for name, (kind, data) in pictures.items():
            body.add_related(data, "image", kind, cid=f"<{name}>", disposition="inline")


def _decoded(document: Document) -> str:
    """The text of a document, in the letters that its media type names."""
    found = _CHARSET.search(document.media_type)
    charset = found[1] if found else "utf-8"
    try:
        return document.content.decode(charset)
    except LookupError as error:
        reason = Message("{charset!r} names no letters that are known", charset=charset)
        raise ValueError(reason) from error
    except UnicodeDecodeError as error:
        reason = Message(
            "the text is not in {charset} (byte {byte})", charset=charset, byte=error.start
        )
        raise ValueError(reason) from error


def addresses_of(document: Document) -> Sequence[Address]:
    """The contact's addresses: a semicolon parts them, as in Business Central.

    Raises:
        ValueError: There is none, or one is none.
    """
    addresses = list(filter(None, map(str.strip, document.e_mail.split(";"))))
    if not addresses:
        raise ValueError(Message("the contact has no mail address"))
    name = short_line(document.addressee)
    return tuple(make_address(name, address) for address in addresses)


def identity_of(document: Document) -> str:
    """The same for the same document, and told from all others of this sender."""
    parts = [document.segment_no, document.contact_no, document.key]
    plain = ("".join(c for c in part if c.isascii() and c.isalnum()) for part in parts)
    return ".".join(filter(None, plain)) or "document"
