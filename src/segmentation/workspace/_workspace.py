"""One object that binds a store, a user, the day and the clock.

What a notebook or a host holds in its hand. Every method is a thin front of a plain function
of `segmentation.operations`, which a host with its own transactions calls directly.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, date, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Self, Unpack

import attrs

from segmentation.contacts import Contact
from segmentation.criteria import (
    Counts,
    Criteria,
    Explanation,
    Remark,
    Schema,
)
from segmentation.errors import InvalidValue, Message, SegmentationError
from segmentation.fields import Record
from segmentation.markup import to_rows, to_table
from segmentation.operations import contacts, data, segments, tables
from segmentation.operations.contacts import ErasureFile
from segmentation.operations.context import Context
from segmentation.operations.criteria import (
    check_selection,
    count_each_part,
    criteria_from,
    describe_selection,
    explain_contact,
    read_words,
    select,
)
from segmentation.operations.data import (
    Exported,
    Format,
    Imported,
    ImportOptions,
    MapLike,
    Mode,
    NextPage,
    OnImportProgress,
    SuggestedField,
)
from segmentation.operations.field_values import SegmentHeaderValues
from segmentation.operations.schema import schema_of
from segmentation.operations.segments import Overlaps, Source
from segmentation.operations.store_addresses import is_address
from segmentation.protocols import Agenda, Clock, Couriers, ErasureList, Ledgers, Rendering, Store
from segmentation.segments import (
    ContactTables,
    Observer,
    SegmentHeader,
    contact_fields,
    observe_nothing,
)

from ._addresses import Addresses
from ._campaigns import Campaigns
from ._consents import Consents
from ._contacts import Contacts
from ._extras import (
    IN_MEMORY,
    join_frames,
    let_go,
    open_store,
    read_workbook,
    write_workbook,
)
from ._found import Found, found_in
from ._interactions import Interactions
from ._journal import Journal
from ._letters import Letters
from ._logged_segments import LoggedSegments
from ._questionnaires import Questionnaires
from ._reports import Reports
from ._saved_criteria import AllSavedCriteria
from ._segments import Segments
from ._setup import Setup
from ._system import system_clock, system_random_bytes
from ._tables import Tables
from ._tasks import Tasks
from ._templates import Templates
from ._worksheet import Filters, Worksheet, source_of


class Workspace:
    """A store with a user, a day and a clock, and all that can be done with it.

    Made by `open`; a host that has a `segmentation.operations.context.Context` of its own gives
    that.

    >>> from datetime import date
    >>> crm = Workspace.open(user="ANNA", today=date(2026, 11, 22))
    >>> len(crm.select(contact={"country_region_code": "DK"}))
    0
    """

    def __init__(self, context: Context) -> None:
        self.context = context

    @classmethod
    def open(
        cls,
        store: str | Path | Store = IN_MEMORY,
        *,
        user: str = "",
        today: date | None = None,
        workdate: date | None = None,
        clock: Clock = system_clock,
        random_bytes: Callable[[], bytes] = system_random_bytes,
        zone: tzinfo = UTC,
        date_order: Literal["dmy", "mdy", "ymd"] = "dmy",
        tokens: Mapping[str, str] | None = None,
        schema: Schema | None = None,
        frames: Mapping[str, Any] | None = None,
        on_event: Observer = observe_nothing,
        rendering: Rendering | None = None,
        couriers: Couriers | None = None,
        agenda: Agenda | None = None,
        ledgers: Ledgers | None = None,
        address_keys: Sequence[bytes] = (),
        language: str = "en",
        erasures: ErasureList | bytes | None = None,
    ) -> Self:
        """A workspace on a store, which is created if it is not there.

        If it is refused, a file that was created for it goes again.

        Args:
            store: A SQLite file, the address of a database, ``":memory:"``, or a store that is
                open already.
            user: Who works; stands in the journal.
            today: What "today" stands for; the clock's day if not given.
            workdate: What "workdate" stands for, and the date of new segments; today if not
                given.
            clock: Tells the time of journal entries.
            random_bytes: Gives at least 16 random bytes, new ones for each call; they guard what
                is personal in the journal.
            zone: Where the clock's day begins, and where a date is a day of a datetime field.
            date_order: In which order the digits of a date are typed in filters (``221126``).
            tokens: Filter texts that the host's own tokens stand for, by name
                (``%mycustomers``); looked up anew for each selection.
            schema: The schema of contacts with own fields and tables that the program needs. What
                is new in it is defined in a store that is opened here; one that is open already
                must have it.
            frames: Frames that hold the contacts and perhaps rows of them, read only, each by the
                name of its table; one of an own table in a pair with its link: ``{"contact":
                people, "orders": (orders, "customer_no")}``. Fields and tables of your own are
                made from the types of their columns, or are those of ``schema``.
            on_event: Is called before and after each change of a segment; an error of it undoes
                the step (see `segmentation.segments`).
            rendering: How letters are made; as plain text only, if not given.
            couriers: Who delivers what, by correspondence type.
            agenda: The host's system of tasks and opportunities, which takes over what is made.
            ledgers: The host's books, for figures of customers and vendors.
            address_keys: Keys of at least 16 bytes under which suppressed mail addresses are kept,
                never in the store: the first for new ones, all of them to find addresses again.
            language: What selections, explanations and errors are written in (see
                `segmentation.languages`): "en", "fr-CH", "it-IT", "nb-NO"; any other is English.
            erasures: The list that names each erasure before it is done, by which older copies are
                caught up when they are opened; or, for a SQLite file, the key of at least 16 bytes
                that the list beside it (``crm.db.erasures``) is made under.

        Raises:
            InvalidValue: A key is too short, or there is no file that the list could lie beside.
            StoreError: The file or database is no store, or of a later version.
            MissingExtra: A database needs the extra ``sql``, frames need ``dataframe``.
            Rejected: The store has other definitions than the schema, or what is new in it may
                not be defined, or frames cannot be what they are to be: all of it; nothing is
                changed.
        """
        is_ours = isinstance(store, str | Path)
        kept = open_store(store) if isinstance(store, str | Path) else store
        try:
            context = Context(
                kept,
                user=user,
                today=today,
                workdate=workdate,
                clock=clock,
                random_bytes=random_bytes,
                zone=zone,
                date_order=date_order,
                tokens=tokens or {},
                on_event=on_event,
                rendering=rendering or Rendering(),
                couriers=couriers or {},
                agenda=agenda,
                ledgers=ledgers,
                address_keys=address_keys,
                language=language,
                erasures=_list_of(store, erasures),
            )
            contacts.catch_up(context)
            if is_ours:
                tables.look_over(kept)
            if frames is not None:
                context = attrs.evolve(context, store=join_frames(kept, frames, schema, zone))
            if schema is not None:
                tables.define_schema(context, schema, allowed=is_ours)
        except BaseException:
            if is_ours:
                let_go(kept)
            raise
        return cls(context)

    @property
    def store(self) -> Store:
        """Where everything is kept."""
        return self.context.store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def __repr__(self) -> str:
        return f"Workspace({self.context.user or 'nobody'!r}, {self.context.day.today})"

    def _plain_(self) -> Mapping[str, object]:
        """Who works, on which day, and how much there is of what."""
        day = self.context.day
        return {
            "user": day.user,
            "today": day.today,
            "workdate": day.workdate,
            "contacts": len(self.contacts),
            "segments": len(self.segments),
            "journal": self.journal.head,
        }

    def _repr_html_(self) -> str:
        """The segments at work."""
        if not (headers := list(self.segments)):
            begun = 'none at work; new_segment("Spring fair") begins one'
            return to_table(["segments"], [(begun,)], caption=repr(self))
        fields = ["no", "description", "campaign_no", "date", "salesperson_code"]
        return to_rows(headers, fields, caption=repr(self))

    def translate(self, error: SegmentationError | str) -> str:
        """An error, or the text of a fault (``fault.message``), in the workspace's language."""
        return self.context.phrases.told(error)

    @property
    def schema(self) -> Schema:
        """The tables and fields that criteria may name."""
        return schema_of(self.store)

    @property
    def journal(self) -> Journal:
        """What happened, for good."""
        return Journal(self.context)

    @property
    def interactions(self) -> Interactions:
        """Interactions with one contact, and what is said of any afterwards."""
        return Interactions(self.context)

    @property
    def campaigns(self) -> Campaigns:
        """Campaigns, their figures and targets."""
        return Campaigns(self.context)

    @property
    def questionnaires(self) -> Questionnaires:
        """Profile questionnaires, answers and classification."""
        return Questionnaires(self.context)

    @property
    def contacts(self) -> Contacts:
        """Contacts made, changed, related and merged."""
        return Contacts(self.context)

    @property
    def addresses(self) -> Addresses:
        """Mail addresses that no mail goes to: bounced, complained, suppressed."""
        return Addresses(self.context)

    @property
    def consents(self) -> Consents:
        """What contacts agreed to and withdrew, and whether they may be written to."""
        return Consents(self.context)

    @property
    def templates(self) -> Templates:
        """Interaction templates with their languages, attachments and Word templates."""
        return Templates(self.context)

    @property
    def tasks(self) -> Tasks:
        """Tasks and opportunities."""
        return Tasks(self.context)

    @property
    def tables(self) -> Tables:
        """The tables of codes, by their names."""
        return Tables(self.context)

    @property
    def letters(self) -> Letters:
        """Letters of interactions, and the queue of what is still to be sent."""
        return Letters(self.context)

    @property
    def reports(self) -> Reports:
        """Contact lists, labels, cover sheets, campaign details."""
        return Reports(self.context)

    @property
    def setup(self) -> Setup:
        """The marketing set-up, the company, the number series."""
        return Setup(self.context)

    # -- contacts ---------------------------------------------------------------------------

    def import_data(
        self,
        path: str | Path | Sequence[str | Path],
        *,
        mode: Mode = "update",
        ignore: str | Iterable[str] = (),
        dry_run: bool = False,
        next_page: "NextPage | None" = None,
        with_history: bool = False,
        allow_empty: bool = False,
        lift_exclusions: bool = False,
        encoding: str = "",
        decimal_comma: bool = False,
        map: "MapLike | None" = None,  # noqa: A002 - what everybody calls it
        on_progress: "OnImportProgress | None" = None,
    ) -> "Imported":
        """Take in a folder of files, one for each table, or one or several files.

        They are JSON, CSV, workbooks with a sheet for each table (extra ``excel``), and
        configuration packages of Business Central. Columns go by our names, by captions in any
        language or by Business Central's names. A column that is none of ours is a fault, unless
        a field of your own is declared for it.

        Args:
            path: The folder, the file, or several files. Pages of a table are numbered
                (``contact.1.json``) or lie in a folder of its name. Attachments that rows name
                are read from inside the folder only.
            mode: ``"update"``: what a file has no column for stays as it is. ``"replace"``: a row
                is the whole record. ``"mirror"``: likewise, and records without a row go.
                ``"delete"``: the records whose keys the rows hold go.
            ignore: Columns to pass over; ``"*"`` is all that are none of ours, unless they may
                say that somebody must not be contacted.
            dry_run: Only tell what would change.
            next_page: Gets the page under an address that a last page names; without it such a
                page is a fault.
            with_history: Let contacts go that have interactions; the journal keeps these.
            allow_empty: Let a table without rows take all records away.
            lift_exclusions: Let rows take back that somebody was excluded here, or left a mailing
                group; the journal records each. Without it the result tells them as ``held``.
            encoding: How texts are encoded that are not UTF-8 and have no byte order mark
                ("cp1252").
            decimal_comma: Whether texts have a comma before decimals, and a point between
                thousands. Local dates are read in the date order of the workspace.
            map: How the columns of another system's files become our fields: "odoo", "erpnext",
                "business_central" (its API v2.0), the path of a TOML file, or what it holds.
            on_progress: Is called now and then with how far it has come; a
                `segmentation.adapters.tqdm.ProgressBar` shows that.

        Raises:
            InvalidValue: There is no such mode or encoding.
            StoreError: There is no such file or folder.
            Rejected: There are faults: all of them, or no file is for a table of ours; nothing
                is taken in.
        """
        options = ImportOptions(
            mode=mode,
            ignore=ignore,
            dry_run=dry_run,
            next_page=next_page,
            with_history=with_history,
            allow_empty=allow_empty,
            lift_exclusions=lift_exclusions,
            encoding=encoding,
            decimal_comma=decimal_comma,
            read_workbook=read_workbook,
            map=map,
            on_progress=on_progress,
        )
        paths = [path] if isinstance(path, str | Path) else path
        return data.import_path(self.context, [Path(each) for each in paths], options)

    def export_data(
        self,
        path: str | Path,
        *,
        tables: str | Iterable[str] | None = None,
        format: Format | None = None,  # noqa: A002 - what everybody calls it
        captions: str = "",
        after_entry_no: int = 0,
        raw: bool = False,
    ) -> Exported:
        """Write tables into a folder, a file each, or into one file.

        A file takes the place of an earlier one only when all are written. Own fields and own
        tables go out like ours; segments with their lines, campaign entries and logged segments,
        which no import takes, do as well.

        Args:
            path: A folder, which is made if it is not there; or a file, known by its ending:
                ``contact.csv``, ``contact.json``, ``everything.xlsx``.
            tables: Names or captions of the tables; without them that of the file, or every
                table that has rows or whose file is there already.
            format: ``"csv"``, ``"json"`` or ``"xlsx"``; that of the file, or CSV.
            captions: The language of headers and options; "en" has Business Central's own. Our
                names, if empty.
            after_entry_no: Of interactions, campaign entries and logged segments only those
                after this entry of the journal; the result names the last one.
            raw: Write texts into CSV as they are. Without it a text that a spreadsheet would run
                (``=1+1``) gets an apostrophe in front, which an import takes off again.

        Raises:
            UnknownName: There is no such table.
            InvalidValue: There is no such format or language, the path ends like a file of
                another format, or one file is to hold several tables.
            StoreError: A file cannot be written; those that are there stay as they are.
            MissingExtra: Workbooks need the extra ``excel``.
        """
        options = data.ExportOptions(
            tables=tables,
            format=format,
            captions=captions,
            after_entry_no=after_entry_no,
            raw=raw,
            write_workbook=write_workbook,
        )
        return data.export_path(self.context, Path(path), options)

    def suggest_fields(
        self, path: str | Path | Sequence[str | Path], *, encoding: str = ""
    ) -> Sequence[SuggestedField]:
        """Suggest fields of your own for the columns of files that are none of ours.

        Nothing is stored; what is wanted of them is to be declared before an import.

        Args:
            path: The folder, the file, or several files.
            encoding: How texts are encoded that are not UTF-8 and have no byte order mark.

        Raises:
            InvalidValue: There is no such encoding.
            StoreError: There is no such file or folder.
            Rejected: A file is malformed, or none is for a table of ours.
        """
        paths = [path] if isinstance(path, str | Path) else path
        found = [Path(each) for each in paths]
        return data.suggest_fields(
            self.store, found, encoding=encoding, read_workbook=read_workbook
        )

    def add(self, *records: Record) -> Imported:
        """Take in contacts, their rows and records of other tables made in Python.

        A record whose key is in the store already replaces what is there; what only makes new
        ones is the ``add`` of each noun and table. What was decided here of contacting somebody
        is not taken back: the result tells it as ``held``.

        Args:
            *records: The records; they may refer to each other.

        Raises:
            Rejected: There are faults: all of them; nothing is taken in.
        """
        return data.import_records(self.context, records)

    def transaction(self) -> AbstractContextManager[None]:
        """Make several verbs one: all of them, or, on an error, none.

        In a transaction of the host's it is a savepoint.

        >>> crm = Workspace.open()
        >>> with crm.transaction():
        ...     fair = crm.new_segment("Spring fair", no="FAIR")
        ...     fair.copy("Autumn fair", no="AUTUMN").no
        'AUTUMN'
        """
        return self.store.transaction()

    # -- selections -------------------------------------------------------------------------

    def select(self, criteria: Criteria | None = None, **tables: Filters) -> Found:
        """Find the numbers of the contacts that pass, excluded and blocked ones among them.

        Args:
            criteria: What to choose by; every contact if neither it nor tables are given.
            **tables: Filters by table, in place of criteria:
                ``contact={"country_region_code": "DK|SE"}``.

        Returns:
            The numbers, with what they rest on: the day, the dates worked out, from how many
            contacts.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        found = select(self.context, criteria_from(self.store, criteria, tables))
        return found_in(self.context, found)

    @property
    def fields(self) -> ContactTables:
        """The tables that criteria may name and their fields, to build selections from.

        >>> crm = Workspace.open()
        >>> nordic = crm.fields.contact.country_region_code.is_in(["DK", "SE"])
        >>> crm.select(nordic & (crm.fields.mailing_groups.mailing_group_code == "NEWS")) == []
        True
        """
        return contact_fields(self.schema)

    def describe(self, criteria: Criteria | None = None, **tables: Filters) -> str:
        """Say a selection in words, with the days of relative dates in brackets behind them.

        `from_words` reads them back.

        Args:
            criteria: The selection; every contact if neither it nor tables are given.
            **tables: Filters by table, in place of criteria.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        return describe_selection(self.context, criteria_from(self.store, criteria, tables))

    def from_words(self, text: str, *, language: str = "") -> Criteria | None:
        """Read a selection from words: what `describe` says, or what is written in its manner.

        Nothing is guessed, and nothing is half taken. What stands in brackets behind a value is
        not read.

        Args:
            text: The words.
            language: Their language, as in ``fr-CH``; that of the workspace if not given.

        Returns:
            The selection, checked, for every verb that takes criteria; ``None`` for everybody.

        Raises:
            FilterError: The text does not fit. The error points to the first word that does not,
                and names what was expected there. Or a value does not fit its field.
            UnknownName: There is no such option or token.
            InvalidValue: A number is too large, or there are more conditions than can be.
            Rejected: Several of these at once.

        >>> crm = Workspace.open()
        >>> criteria = crm.from_words("City is Bern or Basel and Post Code is at least 3000")
        >>> crm.describe(criteria)
        'city (is “Bern” or “Basel”) and post code is at least 3000'
        """
        return read_words(self.context, text, language=language)

    def explain(
        self, contact_no: str | Contact, criteria: Criteria | None = None, **tables: Filters
    ) -> Explanation:
        """Explain why a contact passes a selection, or why not; ``str`` of it is for people.

        Args:
            contact_no: The contact.
            criteria: The selection; every contact if neither it nor tables are given.
            **tables: Filters by table, in place of criteria.

        Raises:
            NotFound: There is no such contact.
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        chosen = criteria_from(self.store, criteria, tables)
        return explain_contact(self.context, chosen, contact_no)

    def count(self, criteria: Criteria | None = None, **tables: Filters) -> Counts:
        """Count how many contacts each part of a selection leaves, alone and with those before.

        Args:
            criteria: The selection; every contact if neither it nor tables are given.
            **tables: Filters by table, in place of criteria.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        return count_each_part(self.context, criteria_from(self.store, criteria, tables))

    def check(
        self,
        criteria: Criteria | None = None,
        *,
        look_at_values: bool = False,
        **tables: Filters,
    ) -> Sequence[Remark]:
        """Tell what is wrong or remarkable about a selection, each thing in a sentence.

        Args:
            criteria: The selection; every contact if neither it nor tables are given.
            look_at_values: Also tell of conditions that no row meets, with the nearest values.
                Each table that is asked for is read.
            **tables: Filters by table, in place of criteria.

        Raises:
            FilterError: A filter does not parse.
            UnknownName: There is no such table.
            InvalidValue: Both criteria and tables are given.
        """
        chosen = criteria_from(self.store, criteria, tables, options=["look_at_values"])
        return check_selection(self.context, chosen, look_at_values=look_at_values)

    def overlaps(self, **sources: Source | Worksheet) -> Overlaps:
        """Count how many contacts are in exactly these segments or selections.

        Args:
            **sources: What to compare, under names of your own: worksheets or their numbers,
                logged segments or their entry numbers, selections.

        Returns:
            Counts by the names given here, for each combination that has any contact.

        Raises:
            NotFound: There is no such segment or logged segment.
            InvalidValue: A source is none of these.
        """
        found = {name: source_of(source) for name, source in sources.items()}
        return segments.overlaps(self.context, found)

    # -- segments ---------------------------------------------------------------------------

    def new_segment(
        self, description: str = "", /, **fields: Unpack[SegmentHeaderValues]
    ) -> Worksheet:
        """Make an empty segment.

        The salesperson is that of the user at work, and the date the work date, if they are not
        given. A template brings its values and a copy of its texts; what is given goes before
        them.

        Args:
            description: What the segment is for; logging asks for it.
            **fields: Fields of the header; ``no`` is the next of the series if not given.

        Raises:
            UnknownName: The header has no such field, or it cannot be given.
            Rejected: Values do not fit their fields, or name something that does not exist: all
                of them.
            NotFound: There is no such number series.
            Refused: No number can be given.
        """
        return self.segments.new(description, **fields)

    def segment(self, no: str | SegmentHeader) -> Worksheet:
        """Open the worksheet of a segment.

        Args:
            no: The segment.

        Raises:
            NotFound: There is none; it may have been logged.
        """
        return Worksheet(self.context, self.segments[no].no)

    @property
    def segments(self) -> Segments:
        """The segments that are not logged yet."""
        return Segments(self.context)

    @property
    def logged_segments(self) -> LoggedSegments:
        """The logged segments."""
        return LoggedSegments(self.context)

    @property
    def saved_criteria(self) -> AllSavedCriteria:
        """Criteria that are kept for reuse."""
        return AllSavedCriteria(self.context)


_LEAST_KEY = 16


def _list_of(store: str | Path | Store, erasures: ErasureList | bytes | None) -> ErasureList | None:
    """The list of erasures of a store.

    Raises:
        InvalidValue: A key is too short, or there is no file that the list could lie beside.
    """
    if not isinstance(erasures, bytes):
        return erasures
    if len(erasures) < _LEAST_KEY:
        reason = Message("has less than {least} bytes", least=_LEAST_KEY)
        raise InvalidValue("erasures", "...", reason)
    is_file = isinstance(store, str | Path) and not is_address(store)
    if not is_file or store == IN_MEMORY:
        reason = Message("a key alone is for a SQLite file; give an ErasureFile")
        raise InvalidValue("erasures", "...", reason)
    return ErasureFile(erasures, f"{store}.erasures")
