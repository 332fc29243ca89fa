"""The free words that a store holds, and the words by which they name a contact."""

import json
import re
from collections.abc import Iterator, Sequence

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, Contact, ContactComment, FormerName
from segmentation.documents import unpacked
from segmentation.errors import BadDocument, NotFound
from segmentation.fields import FieldType, Record, fields_of
from segmentation.interactions import DeliveryClaim
from segmentation.journal import SALT, Entry
from segmentation.kinds import record_kinds
from segmentation.operations.journal import KINDS
from segmentation.operations.schema import own_kinds
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentHeader, SegmentLine, actions_to_json
from segmentation.setup import CompanyInformation, UserSetup

from ._former import former_names
from ._rows import ROWS
from ._words import words_of

NOT_LOOKED_THROUGH: frozenset[type[Record]] = frozenset(
    {
        Contact,
        FormerName,
        *(kind for kind in ROWS if kind is not ContactComment),
        *KINDS,  # the entries of the journal are looked through
        CompanyInformation,  # the host, and those who work for it
        DeliveryClaim,
        SalespersonPurchaser,
        UserSetup,
        SegmentHeader,  # worksheets are looked through as a whole
        SegmentLine,
    }
)

_MADE_OF_OTHERS = frozenset({"search_name"})


def looked_through(store: Store) -> Iterator[type[Record]]:
    """The kinds of records whose free words may name anybody."""
    yield from (kind for kind in record_kinds().values() if kind not in NOT_LOOKED_THROUGH)
    yield from own_kinds(store).values()


def words_for(store: Store, contact: Contact) -> tuple[str, ...]:
    """The words that name a contact."""
    others = store.records.all(AlternativeAddress, contact_no=contact.no)
    return words_of(contact, others, former_names(store, contact.no))


def text_fields(kind: type[Record]) -> Sequence[str]:
    """The fields of a kind that hold free words."""
    return [
        field.name
        for field in fields_of(kind)
        if field.type is FieldType.TEXT and field.name not in _MADE_OF_OTHERS
    ]


def texts_in(record: Record) -> Iterator[str]:
    """The free words in a record."""
    return (getattr(record, field) for field in text_fields(type(record)))


def texts_on(segment: Segment) -> Iterator[str]:
    """The free words on a worksheet; words that are alike on many lines come once."""
    yield from texts_in(segment.header)
    yield actions_to_json(segment.actions, segment.undone)
    for text in segment.languages:
        yield from texts_in(text)
    if segment.lines:
        lines = segment.lines.by_field()
        for field in text_fields(SegmentLine):
            yield from set(lines.column(field))


_NUMBER = re.compile(r'"(?:contact|kept|gone|old|new)_no":("(?:[^"\\]|\\.)*")')


def contact_nos_in(entry: Entry) -> Sequence[str]:
    """The contacts' numbers in the facts of an entry, as they are written in JSON."""
    return _NUMBER.findall(entry.facts)


def personal_texts(entry: Entry) -> Iterator[tuple[str, str]]:
    """The texts of an entry's personal content by field; of an attachment its hash."""
    for field, value in json.loads(entry.personal or "{}").items():
        if field != SALT:
            yield field, value if isinstance(value, str) else json.dumps(value)


def text_of(store: Store, digest: str) -> str:
    """The text of an attachment: that of a text file, or that in a document of Word."""
    try:
        content = store.attachments.get(digest)
        if not content.startswith(b"PK"):
            return content.decode(errors="replace")
        members = unpacked(content, digest).items()
    except (NotFound, BadDocument):
        return ""
    texts = [part.decode(errors="replace") for name, part in members if name.endswith(".xml")]
    return re.sub(r"<[^>]*>", "", re.sub(r"</\w+:p>", "\n", "\n".join(texts)))
