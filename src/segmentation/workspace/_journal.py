"""The journal of a workspace: to read, verify, ask of the past, repair, export and import."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from segmentation.interactions import Interaction
from segmentation.journal import Entry, EntryKind, Head, State
from segmentation.markup import SHOWN, to_table
from segmentation.operations import contacts, journal
from segmentation.operations.context import Context
from segmentation.operations.journal import EntryProof, Found, LogRetention
from segmentation.proofs import Checkpoint, ConsistencyProof, Signer
from segmentation.protocols import Store

from ._extras import Backend, backend_of, to_frame


class Journal:
    """The journal of a workspace: its entries, by their numbers from 1 on.

    Entries come of what other nouns record; none is made, changed or deleted here. An entry is
    taken in place of its number.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def __iter__(self) -> Iterator[Entry]:
        return self._store.log.read()

    def __len__(self) -> int:
        return self.head.number

    def __contains__(self, number: object) -> bool:
        return isinstance(number, int | Entry) and self.find(number) is not None

    def __getitem__(self, number: int | Entry) -> Entry:
        return journal.get_entry(self._store, number)

    def find(self, number: int | Entry) -> Entry | None:
        """The entry with this number, or ``None``."""
        return journal.find_entry(self._store, number)

    def get_many(self, numbers: Iterable[int | Entry]) -> Sequence[Entry]:
        """The entries with these numbers, in the order asked; the journal is read once.

        Raises:
            NotFound: Some are not there; the error names all of them.
        """
        return journal.get_entries(self._store, numbers)

    def where(
        self,
        *,
        number: int | Entry | None = None,
        at: datetime | None = None,
        user: str | None = None,
        kind: EntryKind | str | None = None,
    ) -> Sequence[Entry]:
        """The entries that have all that is given, in the order of their numbers.

        Args:
            number: The number.
            at: The moment of recording.
            user: Who recorded it.
            kind: What it records: "interaction_logged".

        Raises:
            InvalidValue: There is no such kind of entry.
        """
        return journal.entries_where(self._store, number=number, at=at, user=user, kind=kind)

    def to_frame(self, backend: Backend | None = None) -> Any:  # noqa: ANN401 - of any library
        """All entries as a frame, facts and personal content as their JSON.

        Args:
            backend: The library that makes it: "polars", "pandas" or "pyarrow".

        Raises:
            InvalidValue: No such library is named; the error lists those that are installed.
            MissingExtra: Frames need the extra ``dataframe``.
        """
        return to_frame(self, Entry, backend or backend_of(self._context.store))

    @property
    def head(self) -> Head:
        """The last entry's number and hash: kept elsewhere, it proves later what was there."""
        return self._store.log.head()

    def verify(self, *, after: Head | None = None, kept: Head | None = None) -> Head:
        """Walk the chain, from the beginning or from a known head on; return its head.

        Args:
            after: Where to begin: a head up to which the journal was verified before; the
                beginning if not given.
            kept: A head kept elsewhere, which the journal must still contain. Without one,
                entries cut off at the end cannot be noticed.

        Raises:
            JournalBroken: An entry does not fit; the error names the first.
        """
        return journal.verify_journal(self._store, after=after, kept=kept)

    def audit(self, *, kept: Head | None = None) -> Sequence[Found]:
        """Find all that is not as the library left it; change nothing.

        Each finding has a place (``item``) and a ``kind``: entries that do not hold, all of them;
        guards of the journal in a database; contents that were changed; records that are kept
        otherwise than the entries say. Nothing that was changed is an error here.

        Args:
            kept: A head kept elsewhere, which the journal must still contain. Without one,
                entries cut off at the end are noticed by their records only.
        """
        return journal.audit(self._store, kept=kept)

    def repair(self) -> Sequence[Found]:
        """Make guards and records again what they should be; return what was otherwise.

        Raises:
            JournalBroken: An entry does not hold; nothing is changed. Only a backup has it.
            StoreError: A record or content cannot be read; nothing is changed.
        """
        return journal.restore_records(self._context)

    def plan_retention(self, *, months: int) -> LogRetention:
        """What `apply_retention` would erase from the log; nothing is done.

        Args:
            months: For how many months the log keeps its words.

        Raises:
            InvalidValue: It is no number of months.
        """
        return journal.plan_log_retention(self._context, months=months)

    def apply_retention(self, *, months: int) -> LogRetention:
        """Erase letters, texts and addresses of what was logged so long ago: for a scheduler.

        The facts stay, and an entry of the journal proves it; running it again finds nothing.
        What is postponed or still to be delivered stays, and so do marks that protect an address.

        Args:
            months: For how many months the log keeps its words. A month back is the same day of
                that month, or its last; what is dated before has run out.

        Raises:
            InvalidValue: It is no number of months.
        """
        return journal.apply_log_retention(self._context, months=months)

    def as_of(self, *, entry_no: int | None = None, at: datetime | None = None) -> State:
        """What the journal added up to at one of its entries, or at a time.

        Without either it is the state of now. If both are given, entries up to the earlier count.

        Args:
            entry_no: Number of the last entry that counts; 0 for the state before the first.
            at: The moment up to which entries count; zone-aware.

        Raises:
            NotFound: The journal has no such entry.
            InvalidValue: The time has no zone.
            JournalBroken: An entry cannot be read, or speaks of what is not there.
        """
        return journal.state_as_of(self._store, entry_no=entry_no, at=at)

    def export(self) -> Iterator[str]:
        """The journal as lines of JSON, which can be verified without this library."""
        return journal.export_journal(self._store)

    def import_entries(self, lines: Iterable[str]) -> Head:
        """Take in an exported journal, with all records and figures that follow from it.

        Args:
            lines: The export, one entry a line; blank lines are passed over. Contents of
                attachments are not part of it.

        Returns:
            The head, which is that of the journal that was exported; where a list of erasures
            names somebody in it, the erasures are entries after these.

        Raises:
            JournalBroken: The chain does not hold; nothing is taken in.
            Refused: This journal has entries already.
        """
        head = journal.import_entries(self._context, lines)
        contacts.erase_all_listed(self._context)
        return self.head if self._context.erasures else head

    def sign_checkpoint(self, signer: Signer, *, after: Checkpoint | str | None) -> Checkpoint:
        """Sign how many entries there are, and the root of the tree of their hashes.

        What was signed is to be kept elsewhere: by its ``str`` it is a file, which outsiders can
        verify. The hashes of all entries are read; the journal is not verified otherwise.

        Args:
            signer: The key, such as `segmentation.adapters.cryptography.LogKey`. It is not kept.
            after: The checkpoint signed last; ``None`` for the first.

        Raises:
            BadDocument: What was signed last is no checkpoint.
            Refused: The journal has fewer entries than the one signed last, or others; nothing is
                signed.
            JournalBroken: The hash of an entry is none.
        """
        return journal.sign_checkpoint(self._store, signer, after=after)

    def prove(
        self, entry_no: int | Entry | Interaction, checkpoint: Checkpoint | str
    ) -> EntryProof:
        """Prove to an outsider that an entry is in the journal; nothing of others is shown.

        Args:
            entry_no: The entry, or the interaction that it records.
            checkpoint: The checkpoint that the proof leads to.

        Raises:
            NotFound: There is no such entry.
            InvalidValue: The entry came after the checkpoint.
            Refused: The checkpoint is not of this journal.
            BadDocument: The checkpoint is none.
        """
        return journal.prove_entry(self._store, entry_no, checkpoint)

    def prove_consistency(
        self, checkpoint: Checkpoint | str, *, kept: Checkpoint | str
    ) -> ConsistencyProof:
        """Prove that the journal of a checkpoint continues that of an earlier one.

        Args:
            checkpoint: The later checkpoint.
            kept: The earlier one.

        Raises:
            Refused: One of them is not of this journal, or the earlier one is larger.
            BadDocument: One of them is no checkpoint.
        """
        return journal.prove_consistency(self._store, checkpoint, kept=kept)

    def write_tiles(self, folder: str | Path, checkpoint: Checkpoint | str) -> Sequence[Path]:
        """Write the tree as files that a web server can hand out; no content of entries is in them.

        Args:
            folder: The folder, made if it is not there; what is there and full is left alone.
            checkpoint: The checkpoint that the files are of.

        Returns:
            The files that were written, the checkpoint last.

        Raises:
            Refused: The checkpoint is not of this journal, or does not continue the folder's own.
            BadDocument: The checkpoint, or the folder's own, is none.
            StoreError: A file cannot be written.
        """
        return journal.write_tiles(self._store, Path(folder), checkpoint)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)})"

    def _repr_html_(self) -> str:
        """The last entries, and how many there are before them."""
        last = journal.last_entries(self._store, SHOWN)
        rows = [(each.number, each.at, each.user, each.kind) for each in last]
        caption = repr(self)
        return to_table(["number", "at", "user", "kind"], rows, caption=caption)

    def _plain_(self) -> Mapping[str, object]:
        return {"count": len(self), "head": self.head}

    @property
    def _store(self) -> Store:
        return self._context.store
