"""What is asked of a host: where things are kept, how documents are made and sent.

Protocols are satisfied by shape. The library brings stores in memory (`segmentation.memory`)
and on SQL databases (`segmentation.adapters.sqlalchemy`); `segmentation.testing` holds the
contracts that every implementation must pass.
"""

from collections.abc import (
    Callable,
    Collection,
    Container,
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    Sequence,
)
from contextlib import AbstractContextManager
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Protocol, TypeAlias, runtime_checkable

import attrs

from .changes import Changed
from .codes import Option
from .contacts import Contact, CorrespondenceType
from .criteria import BoundSelection, Table
from .documents import Document, Form, FormatsFor, Given, TextRenderer, plain_formats
from .fields import Field, Record, RecordT, Value
from .interactions import Dispatch, Interaction
from .journal import Entry, EntryRow, Finding, Head
from .proofs import Node
from .questionnaires import ContactClassField, CustomerClassField, VendorClassField
from .segments import Candidates, LeftOut, Options, Segment, SegmentHeader
from .showing import shown_by
from .tasks import Opportunity, Task


class Records(Protocol):
    """Records by their key: contacts and their rows, code tables, templates, set-up."""

    def find(self, kind: type[RecordT], *key: Any) -> RecordT | None:  # noqa: ANN401
        """The record with this key, or ``None``."""

    def all(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """All records of a kind, in the order of their keys.

        Args:
            kind: The kind.
            **equal: Fields and the values that they must have.
        """

    def put(self, records: Iterable[Record]) -> None:
        """Store records; one with the same key is replaced."""

    def remove(self, records: Iterable[Record]) -> None:
        """Remove records by their keys; one that is not there is passed over."""

    def prepare(self, kind: type[Record]) -> None:
        """Make room for the records of a table that a host defined, or defined anew.

        Records that are there are read with the fields of the new kind; a field that is new is
        blank in them. A field gets another type only while the table has no records.

        Args:
            kind: The kind, as `segmentation.definitions.row_kind` makes it.
        """


@runtime_checkable
class RecordsBeside(Records, Protocol):
    """Records of which a host keeps some beside ours, where they are read and never written."""

    def rows(self, kind: type[RecordT], **equal: Any) -> Iterator[RecordT]:  # noqa: ANN401
        """The records that criteria are asked of: ours, as ``all`` gives them, and the host's.

        Args:
            kind: The kind.
            **equal: Fields and the values that they must have.
        """


@runtime_checkable
class RecordsOfHost(Records, Protocol):
    """Records of which some tables are a host's: they are read here, and written by the host."""

    def is_of_host(self, kind: type[Record]) -> bool:
        """Whether the records of a kind are the host's."""


@runtime_checkable
class Discards(Protocol):
    """A store that may have made a file when it was opened."""

    def discard(self) -> None:
        """Close, and take away a file that was made for the store, unless it holds something."""


@runtime_checkable
class FindsMany(Records, Protocol):
    """Records that find many of a kind in few questions."""

    def find_many(
        self, kind: type[RecordT], keys: Collection[tuple[Any, ...]]
    ) -> Iterator[RecordT]:
        """The records with these keys, in any order; those that are not there are passed over.

        Args:
            kind: The kind.
            keys: The keys, each with all of its parts.
        """


@runtime_checkable
class FindsDispatches(Records, Protocol):
    """Records that find what was sent to many contacts lately in few questions."""

    def dispatches(
        self, nos: Collection[str], *, since: datetime, now: datetime, until: datetime
    ) -> Iterator[Dispatch]:
        """What was sent to contacts, and what is being sent to them, in any order.

        What was canceled is passed over. A document that was sent before and is being sent again
        comes twice.

        Args:
            nos: The contacts.
            since: What was sent after this moment.
            now: What somebody has claimed beyond this moment is being sent.
            until: Claims that end later do not count.
        """


class Contacts(Protocol):
    """The contacts that segments choose from; a host may bring its own."""

    def get_many(self, nos: Iterable[str]) -> Sequence[Contact]:
        """The contacts with these numbers, in their order; unknown numbers are passed over."""

    def matching(self, bound: BoundSelection) -> Sequence[str]:
        """The numbers of the contacts that pass a selection, ascending.

        A cut selection gives them in the order of its cut.
        """

    def count(self, bound: BoundSelection) -> int:
        """How many contacts pass a selection, without a list of them; a cut is not made."""

    def candidates(self, chosen: BoundSelection | Collection[str], options: Options) -> Candidates:
        """Those who pass a selection or have these numbers, as they would join a segment.

        Who cannot do it in a quicker way leaves it to `segmentation.memory.candidates_of`, which
        asks the other three verbs.

        Args:
            chosen: The selection, or numbers; unknown ones are passed over.
            options: Who comes along; ``expand_companies`` and ``allow_related_companies`` are
                looked at.
        """


@runtime_checkable
class HostContacts(Contacts, Protocol):
    """Contacts whose rows somebody else writes, so that some may not be safe to read.

    Such a row has no number, one of several rows that differ, or a value that its field cannot
    hold. It is no contact: the other verbs pass it over, and ``candidates`` tells it as unread.
    """

    def unread(self, chosen: BoundSelection | Collection[str]) -> Sequence[LeftOut]:
        """The rows that pass a selection or have these numbers, and cannot be read safely.

        Args:
            chosen: The selection, whose cut is not made, or numbers.

        Returns:
            Each number once, ascending; each row without a number by itself.
        """


@runtime_checkable
class AnswersAtOnce(Contacts, Protocol):
    """Contacts that find something out before they answer, once for several answers."""

    def at_once(self) -> AbstractContextManager[None]:
        """A block whose answers are of one moment: what was found out is not looked at again."""


@runtime_checkable
class WorksOut(Protocol):
    """A store whose contacts have fields that are worked out in Python."""

    @property
    def worked_out(self) -> Mapping[str, Callable[[Contact], Value]]:
        """The fields, each with the function that works it out."""


@runtime_checkable
class Inspectable(Protocol):
    """A store that others can change, and that shows what stands in it, readable or not."""

    def entry_rows(self) -> Iterator[EntryRow]:
        """The journal's entries as they stand, in the order of their numbers."""

    def findings(self) -> Iterator[Finding]:
        """Guards of the journal, contents, and cards, that are not as the library left them."""

    @property
    def is_sealed(self) -> bool:
        """Whether each card of a contact has a seal: not so where it is older than seals."""

    @property
    def keeps_contacts(self) -> bool:
        """Whether the contacts are its own, which nobody but the library changes."""

    def make_guards_anew(self) -> None:
        """Put the journal's guards back."""

    def seal(self) -> None:
        """Seal the cards of contacts that have no seal, as they stand."""


class ErasureList(Protocol):
    """The list of erasures, kept apart from the store whose erasures it names."""

    @property
    def key(self) -> bytes:
        """The key that it is made under; kept neither in the store nor in the list."""

    def read(self) -> str:
        """The list; empty if there is none yet."""

    def write(self, text: str) -> None:
        """Replace the list: as a whole, and lastingly when this returns."""


class Segments(Protocol):
    """Worksheets, each stored as a whole."""

    def get(self, no: str) -> Segment:
        """The segment with this number.

        Raises:
            NotFound: There is none (it may have been logged or deleted).
        """

    def header(self, no: str) -> SegmentHeader:
        """The header of the segment with this number; nothing else of it is read.

        Raises:
            NotFound: There is none (it may have been logged or deleted).
        """

    def headers(self) -> Iterator[SegmentHeader]:
        """The headers of all segments, in the order of their numbers."""

    def put(self, segment: Segment) -> Segment:
        """Store a segment; what is returned bears the new version.

        Raises:
            Conflict: The stored one is of another version than the one it was made from.
        """

    def remove(self, segment: Segment) -> None:
        """Remove a segment.

        Raises:
            Conflict: The stored one is of another version, or is gone.
        """


@runtime_checkable
class CountingContacts(Contacts, Protocol):
    """Contacts whose engine counts the values of fields, so that no row of them is read."""

    def counts(self, table: Table) -> bool:
        """Whether it has the rows of a table."""

    def value_counts(self, table: Table, field: Field) -> Mapping[Value, int]:
        """How many rows of a table hold each value of a field; what is missing is the blank."""


class Log(Protocol):
    """The journal's entries; they are added and read, and their personal content can go."""

    def append(self, entries: Iterable[Entry]) -> None:
        """Add entries after the last.

        Raises:
            Conflict: Their numbers do not follow the last one's; nothing is added.
        """

    def read(self, start: int = 1) -> Iterator[Entry]:
        """The entries from this number on, in order."""

    def hashes(self, spans: Iterable[range]) -> Iterator[tuple[int, str]]:
        """The numbers and hashes of entries, in order.

        Args:
            spans: The numbers that are asked for: ascending runs that do not meet. Numbers of no
                entry are passed over.
        """

    def head(self) -> Head:
        """The last entry's number and hash."""

    def erase(self, numbers: Iterable[int]) -> None:
        """Remove the personal content of entries; its hash and all else stay.

        Numbers of entries without personal content, or of none, are passed over.
        """


class Attachments(Protocol):
    """Contents by their SHA-256."""

    def put(self, content: bytes) -> str:
        """Keep a content; returns its SHA-256, hexadecimal."""

    def get(self, digest: str) -> bytes:
        """The content.

        Raises:
            NotFound: There is none with this hash.
        """

    def remove(self, digests: Iterable[str]) -> None:
        """Remove contents; one that is not there is passed over."""


class TreeHashes(Protocol):
    """Hashes of the tree over the journal, which are kept so that a proof need not read it all.

    They follow from the entries, and can be worked out again.
    """

    def find(self, nodes: Iterable[Node]) -> Mapping[Node, bytes]:
        """Those of the nodes that are kept, with their hashes."""

    def put(self, nodes: Mapping[Node, bytes]) -> None:
        """Keep the hashes of nodes; one that is there is replaced."""


class Store(Protocol):
    """All that is kept, and the bracket that makes several changes one.

    A host may keep the contacts itself and bring ``contacts`` of its own. A contact with a known
    number is always asked of ``contacts``. Contacts with equal fields (the persons of a company)
    are asked of ``records``, which must find the same contacts, by ``find`` and by ``all``;
    what is put there must be found by ``contacts``.
    """

    @property
    def records(self) -> Records:
        """Records by their key; the contacts among them are those of ``contacts``."""

    @property
    def contacts(self) -> Contacts:
        """The contacts to choose from; the one place where a contact is looked up."""

    @property
    def segments(self) -> Segments:
        """The worksheets."""

    @property
    def log(self) -> Log:
        """The journal's entries."""

    @property
    def tree(self) -> TreeHashes:
        """Hashes of the tree over the journal."""

    @property
    def attachments(self) -> Attachments:
        """Contents by their hash."""

    def transaction(self) -> AbstractContextManager[None]:
        """All changes made inside are kept together, or, on an error, none of them.

        Transactions nest: an inner one is part of the outer.
        """

    def close(self) -> None:
        """Let go of files and connections."""


class Changes(Protocol):
    """What changed in a store since somebody last looked; nothing in it outlives an erasure."""

    def follows(self, table: str) -> bool:
        """Whether the changes of a table's rows are noted."""

    def position(self) -> str:
        """Where the changes have come to, inside the open transaction; for `since`."""

    def since(self, position: str, tables: Collection[str]) -> Changed | None:
        """What changed in some tables after a position; tables without a change are not in it.

        What changed before may be in it too. What a transaction changed that was still open at
        that position is in it, once it is committed.

        Args:
            position: What `position` gave earlier, in any process.
            tables: The names of the tables.

        Returns:
            What changed; ``None`` if that is not known.
        """

    def forget(self) -> None:
        """Keep nothing that names a contact; everything before counts as changed."""


@runtime_checkable
class NotesChanges(Protocol):
    """A store that notes what changes in it, so that whoever follows it need not read it all."""

    @property
    def changes(self) -> Changes:
        """What changed."""


@runtime_checkable
class KeepsAsked(Protocol):
    """A store that keeps for its process what saved criteria were found to ask."""

    @property
    def asked(self) -> MutableMapping[str, object]:
        """What criteria ask, by a hash of them and of all that it depends on."""


class Ledgers(Protocol):
    """Figures out of the host's books, by which contacts are classified.

    Each answers by number; who is not among them has 0. ``None`` says that the host does not
    keep this figure.
    """

    def of_customers(
        self, field: CustomerClassField, start: date, end: date
    ) -> Mapping[str, Decimal] | None:
        """A figure of customers between two days, both included, by customer number."""

    def of_vendors(
        self, field: VendorClassField, start: date, end: date
    ) -> Mapping[str, Decimal] | None:
        """A figure of vendors between two days, both included, by vendor number."""

    def of_contacts(
        self, field: ContactClassField, start: date, end: date
    ) -> Mapping[str, Decimal] | None:
        """A figure of contacts that no journal holds (opportunities won), by contact number."""


class Agenda(Protocol):
    """The host's own system of tasks and opportunities, which takes over what is made here."""

    def add_tasks(self, tasks: Sequence[Task]) -> None:
        """Take tasks over."""

    def add_opportunities(self, opportunities: Sequence[Opportunity]) -> None:
        """Take opportunities over."""


class Clock(Protocol):
    """Tells the time; the only way in which time comes in."""

    def __call__(self) -> datetime:
        """Now, with its zone."""


class Renderer(Protocol):
    """Fills templates of one kind."""

    @property
    def fills(self) -> Container[str]:
        """The extensions of the templates' file names, in lower case and without the dot."""

    @property
    def extension(self) -> str:
        """The extension of the documents' file names."""

    @property
    def media_type(self) -> str:
        """The documents' media type, as in MIME."""

    def read(self, content: bytes, name: str) -> Form:
        """Read a template once, to fill it many times.

        Args:
            content: The template.
            name: Its name, for errors.

        Raises:
            BadDocument: It is no template of this kind.
        """


class Converter(Protocol):
    """Turns finished documents into others."""

    @property
    def converts(self) -> Container[str]:
        """The extensions of what it takes."""

    @property
    def extension(self) -> str:
        """The extension of what it makes."""

    @property
    def media_type(self) -> str:
        """The media type of what it makes."""

    def convert(self, content: bytes, name: str) -> bytes:
        """The converted document.

        Raises:
            BadDocument: It cannot be converted.
        """


class Courier(Protocol):
    """Sends or puts down finished documents."""

    def deliver(self, document: Document) -> str:
        """Deliver one document; returns where it went, for people.

        A `Receipt` says besides which of several recipients refused it.

        When it returns, the document has been accepted for good. The same document, told by
        its ``key``, may come again after a crash; whoever can should then not double it.

        Raises:
            NotDelivered: It was not accepted; the error says whether to try again.
        """


Couriers: TypeAlias = Mapping[CorrespondenceType, Courier]
"""Who delivers what, by correspondence type; what has no courier is left for another run."""

ExtraFields = Callable[[Contact, Interaction], Mapping[str, Given]]
"""Further fields that a host adds, by any names it likes, and the data of layouts."""


class MailSender(Option):
    """Whom mails are from: ``Name <address>``, or the courier's own sender where there is none."""

    SALESPERSON = "salesperson"
    """The salesperson of the line, who needs a mail address."""
    CAMPAIGN = "campaign"
    """What the extra field ``sender`` of the campaign says."""


@shown_by("renderers", "converters", "bodies", "fallback_language", "allow_missing")
@attrs.frozen(kw_only=True, repr=False)
class Rendering:
    """How letters are made.

    Attributes:
        renderers: What fills templates, by the extension of the template's file name.
        formats_for: How dates and numbers are written in a language and country.
        fallback_language: The language of a salutation that has no formula in the letter's
            own; empty for an error.
        allow_missing: Fields that nothing fills stay empty instead of being an error.
        extra_fields: Fields that the host adds, for each contact; they go before ours. The data of
            Business Central's layouts are given so, with pictures as bytes and rows as lists.
        unsubscribe: A link for each contact by which it takes itself off the list.
        sender: Whom a mail is from, where not from the courier's own sender.
        capitals_abroad: The city of a letter that leaves the sender's country is written in
            capitals, as DIN 5008 has it, and not the country alone.
        converters: What turns finished documents into others, by their extension: Word to PDF.
        bodies: What makes a mail's body of a letter made in Word; a line that says
            ``send_word_docs_as_attachment`` has its letter attached all the same.
    """

    renderers: tuple[Renderer, ...] = (TextRenderer(),)
    formats_for: FormatsFor = plain_formats
    fallback_language: str = ""
    allow_missing: bool = False
    extra_fields: ExtraFields | None = None
    unsubscribe: Callable[[Contact, Interaction], str] | None = None
    sender: MailSender | Callable[[Contact, Interaction], str] | None = None
    capitals_abroad: bool = False
    converters: tuple[Converter, ...] = ()
    bodies: tuple[Converter, ...] = ()

    def converters_for(self, interaction: Interaction, extension: str) -> Sequence[Converter]:
        """What a finished document of this extension goes through before it is sent."""
        mailed = interaction.correspondence_type is CorrespondenceType.EMAIL
        if mailed and not interaction.send_word_docs_as_attachment:
            for body in self.bodies:
                if extension in body.converts:
                    return (body,)
        return self.converters
