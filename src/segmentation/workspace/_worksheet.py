"""A segment at work: a thin front of `segmentation.operations` for one segment."""

from collections.abc import Mapping, Sequence
from typing import Self, TypeAlias

from segmentation.contacts import Contact
from segmentation.criteria import Criteria, TableConditions, make_selection
from segmentation.documents import Document
from segmentation.errors import InvalidValue, NotFound
from segmentation.markup import SHOWN, to_table, to_text
from segmentation.operations import letters, segments
from segmentation.operations.context import Context
from segmentation.operations.segments import LineContact, Logged, LoggingPlan, Preview, Source
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    History,
    Lines,
    Options,
    SavedCriteria,
    Segment,
    history_of,
)

from ._explaining import Why, why

Filters: TypeAlias = TableConditions
"""Filters by field, which one row must meet together; or ``none(...)``, ``at_least(...)``, ..."""


def criteria_of(criteria: Criteria | None, tables: Mapping[str, Filters]) -> Criteria | None:
    if criteria is not None and tables:
        raise InvalidValue("criteria", criteria, "cannot stand beside filters by table")
    return criteria if criteria is not None or not tables else make_selection(tables)


class Worksheet:
    """A segment at work: its state is read from the store at each look.

    Attributes:
        no: The segment's number.

    >>> from segmentation import Contact, MarketingSetup, NumberSeries, Workspace
    >>> crm = Workspace.open()
    >>> taken_in = crm.add(
    ...     NumberSeries(code="SEGM", starting_no="SM1"), MarketingSetup(segment_nos="SEGM"),
    ...     Contact(no="A", country_region_code="DK"), Contact(no="B", country_region_code="SE"),
    ... )
    >>> fair = crm.new_segment("Spring fair").add_contacts()
    >>> fair.reduce_contacts(contact={"country_region_code": "SE"}).contact_nos
    ('A',)
    >>> for summary in fair.history:
    ...     print(summary)
    1 add: 2 joined (0 → 2 lines)
    2 reduce: 1 left (2 → 1 lines)
    """

    def __init__(self, context: Context, no: str) -> None:
        self._context = context
        self.no = no

    @property
    def segment(self) -> Segment:
        """The segment as it is stored now.

        Raises:
            NotFound: It was logged or deleted meanwhile.
        """
        return self._context.store.segments.get(self.no)

    @property
    def lines(self) -> Lines:
        """The lines, in the order of their numbers."""
        return self.segment.lines

    @property
    def contact_nos(self) -> Sequence[str]:
        """The contacts on the lines, in their order."""
        return self.segment.contact_nos

    @property
    def actions(self) -> Sequence[CriteriaAction]:
        """The actions that built the segment, first to last."""
        return self.segment.actions

    @property
    def history(self) -> History:
        """What each action did, first to last; as text, one line each."""
        return history_of(self.segment)

    def __len__(self) -> int:
        return len(self.segment.lines)

    def __repr__(self) -> str:
        return f"<worksheet {self.no}>"

    def _repr_html_(self) -> str:
        """The first lines with the names of their contacts, and what each action did."""
        try:
            segment = self.segment
        except NotFound:
            return to_text(f"{self.no} is logged or deleted")
        nos = segment.contact_nos[:SHOWN]
        known = {each.no: each for each in self._store.contacts.get_many(nos)}
        contacts = [known.get(no, Contact(no=no)) for no in nos]
        fields = ["no", "name", "company_name", "city", "country_region_code"]
        rows = [[getattr(contact, field) for field in fields] for contact in contacts]
        titled = " · ".join(filter(None, [self.no, segment.header.description]))
        caption = f"{titled} · {len(segment.lines):,} lines"
        table = to_table(fields, rows, caption=caption, more=len(segment.lines) - len(rows))
        return table + history_of(segment)._repr_html_()

    # -- choosing ---------------------------------------------------------------------------

    def add_contacts(
        self,
        criteria: Criteria | None = None,
        *,
        allow_existing: bool = False,
        expand_companies: bool = False,
        allow_related_companies: bool = False,
        ignore_exclusion: bool = False,
        **tables: Filters,
    ) -> Self:
        """Every contact that passes joins.

        Args:
            criteria: What to choose by, or else filters by table as keywords.
            allow_existing: A contact that is already there gets a second line.
            expand_companies: Every contact of a match's company joins too.
            allow_related_companies: The company of each match joins too.
            ignore_exclusion: Contacts marked exclude_from_segment join too.
            **tables: Filters by table: ``contact={"country_region_code": "DK|SE"}``.
        """
        options = Options(
            allow_existing=allow_existing,
            expand_companies=expand_companies,
            allow_related_companies=allow_related_companies,
            ignore_exclusion=ignore_exclusion,
        )
        chosen = criteria_of(criteria, tables)
        segments.add_contacts(self._context, self.no, chosen, options)
        return self

    def reduce_contacts(
        self,
        criteria: Criteria | None = None,
        *,
        entire_companies: bool = False,
        reset_when_empty: bool = False,
        **tables: Filters,
    ) -> Self:
        """Lines of contacts that pass go.

        Args:
            criteria: What to choose by, or else filters by table as keywords.
            entire_companies: One contact that passes makes its whole company pass.
            reset_when_empty: If no line is left after more than one action, forget them all.
            **tables: Filters by table.
        """
        segments.reduce_contacts(
            self._context,
            self.no,
            criteria_of(criteria, tables),
            Options(entire_companies=entire_companies),
            reset_when_empty=reset_when_empty,
        )
        return self

    def refine_contacts(
        self,
        criteria: Criteria | None = None,
        *,
        entire_companies: bool = False,
        reset_when_empty: bool = False,
        **tables: Filters,
    ) -> Self:
        """Only lines of contacts that pass stay.

        Args:
            criteria: What to choose by, or else filters by table as keywords.
            entire_companies: One contact that passes makes its whole company pass.
            reset_when_empty: If no line is left after more than one action, forget them all.
            **tables: Filters by table.
        """
        segments.refine_contacts(
            self._context,
            self.no,
            criteria_of(criteria, tables),
            Options(entire_companies=entire_companies),
            reset_when_empty=reset_when_empty,
        )
        return self

    def preview(
        self,
        kind: ActionKind,
        criteria: Criteria | None = None,
        *,
        options: Options | None = None,
        **tables: Filters,
    ) -> Preview:
        """What an action would do, without doing it: who joins, goes or is left out, and why."""
        chosen = criteria_of(criteria, tables)
        return segments.preview(self._context, self.no, kind, chosen, options)

    def go_back(self) -> Self:
        """Undo the last action."""
        segments.go_back(self._context, self.no)
        return self

    def go_forward(self) -> Self:
        """Do again what was gone back on last."""
        segments.go_forward(self._context, self.no)
        return self

    def unite(self, source: "Source | Worksheet") -> Self:
        """The contacts of another segment, a logged one or a selection join."""
        segments.unite(self._context, self.no, source_of(source))
        return self

    def intersect(self, source: "Source | Worksheet") -> Self:
        """Only lines of contacts that are there too stay."""
        segments.intersect(self._context, self.no, source_of(source))
        return self

    def subtract(self, source: "Source | Worksheet") -> Self:
        """Lines of contacts that are there go."""
        segments.subtract(self._context, self.no, source_of(source))
        return self

    def explain(self, contact_no: str) -> Why:
        """Why a contact is in, or why not: what each action did, and how its criteria fare now.

        Raises:
            NotFound: There is no such contact.
        """
        return why(self._context, self.segment, contact_no)

    # -- by hand ----------------------------------------------------------------------------

    def add_contact(self, contact_no: str) -> Self:
        """One contact joins by hand."""
        segments.add_contact(self._context, self.no, contact_no)
        return self

    def remove_line(self, line_no: int, *, reset_when_empty: bool = False) -> Self:
        """One line goes by hand."""
        segments.remove_line(self._context, self.no, line_no, reset_when_empty=reset_when_empty)
        return self

    def change_line(self, line_no: int, *, recorded: bool = True, **values: object) -> Self:
        """Change fields of a line; what follows from contact, template, language, date follows."""
        segments.change_line(self._context, self.no, line_no, recorded=recorded, **values)
        return self

    def change_header(self, *, update_lines: bool = False, **values: object) -> Self:
        """Change fields of the header; the lines follow only if asked to."""
        segments.change_header(self._context, self.no, update_lines=update_lines, **values)
        return self

    def put_text(self, language_code: str, content: bytes | None = None, **values: object) -> Self:
        """Give the segment a text in a language, or change it; lines that inherit it follow.

        Args:
            language_code: The language.
            content: The attachment.
            **values: subject, description, attachment_name, word_template_code.
        """
        if content is not None:
            values["attachment"] = self._store.attachments.put(content)
        segments.put_text(self._context, self.no, language_code, **values)
        return self

    def attachment(self, line_no: int) -> bytes:
        """The content of a line's attachment as it is now; empty if it has none.

        Raises:
            NotFound: There is no such line.
        """
        digest = self.segment.line(line_no).attachment
        return self._store.attachments.get(digest) if digest else b""

    def remove_text(self, language_code: str) -> Self:
        """Take a text from the segment."""
        segments.remove_text(self._context, self.no, language_code)
        return self

    def line_contact(self, line_no: int) -> LineContact:
        """Name, phone numbers and e-mail address of a line's contact, as they are now."""
        return segments.line_contact(self._store, self.segment.line(line_no))

    # -- as a whole -------------------------------------------------------------------------

    def save_criteria(self, code: str, description: str = "") -> SavedCriteria:
        """Keep the actions under a code, for reuse on any segment."""
        return segments.save_criteria(self._context, self.no, code, description)

    def reuse_criteria(self, code: str) -> Self:
        """Play saved actions on this segment, on the data of today."""
        segments.reuse_criteria(self._context, self.no, code)
        return self

    def follow_criteria(self, code: str) -> Self:
        """Make the segment follow saved criteria; a blank code ends it."""
        segments.follow_criteria(self._context, self.no, code)
        return self

    def refresh(self) -> Self:
        """Bring the segment up to date with the criteria that it follows."""
        segments.refresh(self._context, self.no)
        return self

    def reuse_logged_segment(self, entry_no: int) -> Self:
        """The contacts of a logged segment join."""
        segments.reuse_logged_segment(self._context, self.no, entry_no)
        return self

    def apply_mailing_group(self, code: str, *, delete_old: bool = False) -> int:
        """Put every contact of the segment into a mailing group; returns how many they are."""
        return segments.apply_mailing_group(self._store, self.no, code, delete_old=delete_old)

    def copy(self, description: str | None = None, *, no: str = "") -> "Worksheet":
        """Make a segment like this one, under a number of its own."""
        copied = segments.copy_segment(self._context, self.no, no=no, description=description)
        return Worksheet(self._context, copied.no)

    def delete(self) -> None:
        """Delete the segment; what is logged stays."""
        segments.delete_segment(self._context, self.no)

    def plan_logging(self, *, deliver: bool = False) -> LoggingPlan:
        """Say what logging would do, with all that is wrong; nothing is changed."""
        return segments.plan_logging(self._context, self.no, deliver=deliver)

    def log(self, *, follow_up: bool = False, deliver: bool = False) -> Logged:
        """Log the segment: its interactions enter the journal, the worksheet closes.

        Args:
            follow_up: Make a segment with the same contacts and campaign.
            deliver: Mark the interactions whose documents are to be delivered, once it is
                sure that each can be made; `Workspace.deliver` delivers them.
        """
        return segments.log_segment(self._context, self.no, follow_up=follow_up, deliver=deliver)

    def letters(self) -> Sequence[Document]:
        """Every letter, made on the values as they stand, to look at before logging.

        Raises:
            Rejected: All that is missing, line by line: fields, formulas, templates.
        """
        return letters.check_letters(self._context, self.no)

    @property
    def _store(self) -> Store:
        return self._context.store


def source_of(source: Source | Worksheet) -> Source:
    """A worksheet as what contacts are combined with: the number of its segment."""
    return source.no if isinstance(source, Worksheet) else source
