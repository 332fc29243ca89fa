"""One object that binds a store, a user, the day and the clock.

What a notebook or a host holds in its hand. Every method is a thin front of a plain function
of `segmentation.operations`, which a host with its own transactions calls directly.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

import attrs

from segmentation.criteria import (
    Counts,
    Criteria,
    Explanation,
    Remark,
    Schema,
    bind,
)
from segmentation.documents import Document
from segmentation.errors import SegmentationError
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.markup import SHOWN, to_table
from segmentation.operations import data, letters, records, segments
from segmentation.operations.context import Context
from segmentation.operations.criteria import (
    check_selection,
    count_each_part,
    describe_selection,
    explain_contact,
    schema_of,
)
from segmentation.operations.data import Imported
from segmentation.operations.letters import Delivered, Progress, RetryPolicy
from segmentation.operations.segments import Source
from segmentation.protocols import Agenda, Clock, Couriers, Ledgers, Rendering, Store
from segmentation.segments import (
    ContactTables,
    LoggedSegment,
    Observer,
    SavedCriteria,
    SegmentHeader,
    contact_fields,
    observe_nothing,
)

from ._campaigns import Campaigns
from ._contacts import Contacts
from ._extras import IN_MEMORY, open_store
from ._interactions import Interactions
from ._journal import Journal
from ._questionnaires import Questionnaires
from ._reports import Reports
from ._selected import Selected
from ._setup import Setup
from ._system import system_clock, system_random_bytes, system_worker
from ._tables import Tables
from ._tasks import Tasks
from ._templates import Templates
from ._worksheet import Filters, Worksheet, criteria_of, source_of


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
        on_event: Observer = observe_nothing,
        rendering: Rendering | None = None,
        couriers: Couriers | None = None,
        agenda: Agenda | None = None,
        ledgers: Ledgers | None = None,
        language: str = "en",
    ) -> Self:
        """A workspace on a store, which is created if it is not there.

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
            on_event: Is called before and after each change of a segment; an error of it undoes
                the step (see `segmentation.segments`).
            rendering: How letters are made; as plain text only, if not given.
            couriers: Who delivers what, by correspondence type.
            agenda: The host's system of tasks and opportunities, which takes over what is made.
            ledgers: The host's books, for figures of customers and vendors.
            language: What selections, explanations and errors are written in (see
                `segmentation.languages`): "en", "fr-CH", "it-IT", "nb-NO"; any other is English.

        Raises:
            StoreError: The file or database is no store, or of a later version.
            MissingExtra: A database needs the extra ``sql``.
        """
        context = Context(
            open_store(store) if isinstance(store, str | Path) else store,
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
            language=language,
        )
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
        return f"<workspace of {self.context.user or 'nobody'} on {self.context.day.today}>"

    def _repr_html_(self) -> str:
        """The segments at work."""
        headers = self.segments()
        fields = ["no", "description", "campaign_no", "date", "salesperson_code"]
        rows = [[getattr(header, field) for field in fields] for header in headers[:SHOWN]]
        more = len(headers) - len(rows)
        return to_table(fields, rows, caption=repr(self).strip("<>"), more=more)

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
    def reports(self) -> Reports:
        """Contact lists, labels, cover sheets, campaign details."""
        return Reports(self.context)

    @property
    def setup(self) -> Setup:
        """The marketing set-up, the company, the number series."""
        return Setup(self.context)

    # -- contacts ---------------------------------------------------------------------------

    def import_data(self, path: str | Path) -> Imported:
        """Take in a folder of JSON and CSV files, one for each table, or one such file.

        A row whose key is in the store already replaces what is there.

        Args:
            path: The folder or the file. Attachments that rows name are read from inside the
                folder only.

        Raises:
            StoreError: There is no such file or folder.
            Rejected: There are faults: all of them, or no file is for a table of ours; nothing
                is taken in.
        """
        return data.import_path(self.context, Path(path))

    def add(self, *records: Record) -> Imported:
        """Take in contacts, their rows and records of other tables made in Python.

        A record whose key is in the store already replaces what is there; what only makes new
        ones is the ``add`` of each noun and table.

        Args:
            *records: The records; they may refer to each other.

        Raises:
            Rejected: There are faults: all of them; nothing is taken in.
        """
        return data.import_records(self.context, records)

    def select(self, criteria: Criteria | None = None, **tables: Filters) -> Selected:
        """The numbers of the contacts that pass, excluded and blocked ones among them.

        They come with what they rest on: the day, the dates worked out, from how many contacts.
        """
        bound = bind(criteria_of(criteria, tables), self.schema, self.context.day)
        everybody = attrs.evolve(bound, node=None, cut=None)
        return Selected(
            nos=self.store.contacts.matching(bound),
            base=self.store.contacts.count(everybody),
            bound=bound,
            at=self.context.now,
            phrases=self.context.phrases,
        )

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
        """A selection in words, with the dates that relative ones stand for."""
        chosen = criteria_of(criteria, tables)
        return describe_selection(self.context, chosen)

    def explain(
        self, contact_no: str, criteria: Criteria | None = None, **tables: Filters
    ) -> Explanation:
        """Why a contact passes a selection, or why not; ``str`` of it is for people.

        Raises:
            NotFound: There is no such contact.
        """
        chosen = criteria_of(criteria, tables)
        return explain_contact(self.context, chosen, contact_no)

    def count(self, criteria: Criteria | None = None, **tables: Filters) -> Counts:
        """How many contacts each part of a selection leaves, alone and with those before it."""
        chosen = criteria_of(criteria, tables)
        return count_each_part(self.context, chosen)

    def check(self, criteria: Criteria, *, segment_no: str = "") -> Sequence[Remark]:
        """What is wrong or remarkable about a selection, each thing in a sentence.

        Args:
            criteria: The selection.
            segment_no: The segment that it is for, if it is for one.
        """
        return check_selection(self.context, criteria, segment_no=segment_no)

    # -- segments ---------------------------------------------------------------------------

    def new_segment(
        self,
        description: str = "",
        *,
        no: str = "",
        campaign: str = "",
        template: str = "",
        salesperson: str = "",
        series: str = "",
    ) -> Worksheet:
        """Make an empty segment; without a number it takes the next of the series."""
        segment = segments.new_segment(
            self.context,
            no=no,
            series=series,
            description=description,
            campaign_no=campaign,
            template_code=template,
            salesperson_code=salesperson,
        )
        return Worksheet(self.context, segment.no)

    def segment(self, no: str) -> Worksheet:
        """The segment with this number.

        Raises:
            NotFound: There is none; it may have been logged.
        """
        return Worksheet(self.context, records.require_segment(self.store, no).no)

    def segments(self) -> Sequence[SegmentHeader]:
        """The headers of all segments that are not logged yet."""
        return list(self.store.segments.headers())

    def logged_segments(self) -> Sequence[LoggedSegment]:
        """The logged segments, in the order in which they were logged."""
        return list(self.store.records.all(LoggedSegment))

    def saved_criteria(self) -> Sequence[SavedCriteria]:
        """Criteria kept for reuse, in the order of their codes."""
        return list(self.store.records.all(SavedCriteria))

    def rename_criteria(
        self, code: str, *, to: str = "", description: str | None = None
    ) -> SavedCriteria:
        """Give saved criteria another code, another description, or both."""
        return segments.rename_criteria(self.store, code, to=to, description=description)

    def delete_criteria(self, code: str) -> None:
        """Delete saved criteria that no segment follows."""
        segments.delete_criteria(self.store, code)

    def export_criteria(self, *codes: str) -> str:
        """Saved criteria as JSON; all of them without a code."""
        return segments.export_criteria(self.store, codes or None)

    def import_criteria(self, text: str, *, replace: bool = False) -> Sequence[SavedCriteria]:
        """Take in saved criteria that were exported."""
        return segments.import_criteria(self.store, text, replace=replace)

    def overlaps(self, **sources: Source | Worksheet) -> dict[tuple[str, ...], int]:
        """How many contacts are in exactly these segments or selections, by their names here."""
        plain = {name: source_of(source) for name, source in sources.items()}
        return segments.overlaps(self.context, plain)

    # -- letters ----------------------------------------------------------------------------

    def letters(self, interactions: Iterable[Interaction]) -> Iterable[Document]:
        """A letter for each interaction that has a template, in their order.

        Raises:
            Rejected: A template names a field that nothing fills.
            NotFound: A contact, a template or a salutation formula is missing.
        """
        return letters.letters(self.context, interactions)

    def deliver(
        self,
        couriers: Couriers,
        *,
        logged_segment_no: int = 0,
        retry: RetryPolicy | None = None,
        on_progress: Callable[[Progress], object] | None = None,
        worker: str = "",
    ) -> Delivered:
        """Deliver what is still to be delivered; may be stopped at any time and run again.

        Args:
            couriers: Who delivers what, by correspondence type.
            logged_segment_no: Entry number of the one logged segment to deliver; 0 for all.
            retry: How stubbornly.
            on_progress: Told after each document.
            worker: Names this process or thread among those that deliver at once; made of
                machine, process and thread if not given.
        """
        return letters.deliver(
            self.context,
            couriers,
            worker=worker or system_worker(),
            logged_segment_no=logged_segment_no,
            retry=retry,
            on_progress=on_progress,
        )

    def resend(
        self, *entry_nos: int, fresh: bool = False, language: str = ""
    ) -> Sequence[Interaction]:
        """Have the documents of interactions delivered again, by the next `deliver`.

        Args:
            *entry_nos: The interactions.
            fresh: Make new letters from the contacts as they are now, as new interactions;
                otherwise the same letters go out again.
            language: The language of what the description of a new interaction says; the
                workspace's if not given.

        Raises:
            Refused: One is canceled, was never to be delivered, or is being delivered.
        """
        if fresh:
            return letters.resend_fresh(self.context, entry_nos, language=language)
        return letters.resend(self.context, entry_nos)
