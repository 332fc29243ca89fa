"""A segment at work: a thin front of `segmentation.operations` for one segment."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Self, TypeAlias, Unpack

from segmentation.code_tables import LanguageCode, MailingGroup
from segmentation.contacts import Contact
from segmentation.criteria import Criteria, TableConditions
from segmentation.documents import Attachment, Document
from segmentation.errors import NotFound
from segmentation.markup import SHOWN, to_table, to_text
from segmentation.operations import letters, segments
from segmentation.operations.context import Context
from segmentation.operations.criteria import criteria_from
from segmentation.operations.field_values import (
    SegmentHeaderValues,
    SegmentLineValues,
    TemplateLanguageValues,
)
from segmentation.operations.records import require_segment
from segmentation.operations.segments import (
    Approval,
    Logged,
    LoggingPlan,
    Preview,
    Refreshed,
    SegmentDelta,
    Source,
    WaitingLine,
    Why,
)
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    History,
    Lines,
    LoggedSegment,
    Options,
    SavedCriteria,
    Segment,
    SegmentHeader,
    SegmentLine,
    history_of,
)

Filters: TypeAlias = TableConditions
"""Filters by field, which one row must meet together; or ``none(...)``, ``at_least(...)``, ..."""

_ADD = ("allow_existing", "expand_companies", "allow_related_companies", "ignore_exclusion")
_TAKE_OUT = ("entire_companies", "reset_when_empty")


class Worksheet:
    """A segment at work: its state is read from the store at each look.

    Every verb raises `NotFound` once the segment was logged or deleted. Verbs that change the
    segment return the worksheet, so that they can be written in a row.

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
    def header(self) -> SegmentHeader:
        """The header: the defaults that lines take when they are made."""
        return self._segment.header

    @property
    def lines(self) -> Lines:
        """The lines, in the order of their numbers."""
        return self._segment.lines

    @property
    def contact_nos(self) -> Sequence[str]:
        """The contacts on the lines, in their order."""
        return self._segment.contact_nos

    @property
    def actions(self) -> Sequence[CriteriaAction]:
        """The actions that built the segment, first to last."""
        return self._segment.actions

    @property
    def history(self) -> History:
        """What each action did, first to last; as text, one line each."""
        return history_of(self._segment)

    def __len__(self) -> int:
        return len(self._segment.lines)

    def __repr__(self) -> str:
        return f"Worksheet({self.no!r})"

    def _repr_html_(self) -> str:
        """The first lines with the names of their contacts, and what each action did."""
        try:
            segment = self._segment
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

    def _plain_(self) -> Mapping[str, object]:
        segment = self._segment
        return {"no": self.no, "header": segment.header, "lines": len(segment.lines)}

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
        """Add a line for every contact that meets the criteria.

        Contacts that are blocked for privacy, and minors without consent, get no line. Who meets
        the criteria and gets none stands in ``actions[-1].left_out``, with the reason.

        Args:
            criteria: What to choose by; every contact if neither it nor tables are given.
            allow_existing: A contact that is there already gets a second line.
            expand_companies: Every contact of a match's company joins too.
            allow_related_companies: The company of each match joins too.
            ignore_exclusion: Contacts marked ``exclude_from_segment`` join too.
            **tables: Filters by table, in place of criteria:
                ``contact={"country_region_code": "DK|SE"}``.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        options = Options(
            allow_existing=allow_existing,
            expand_companies=expand_companies,
            allow_related_companies=allow_related_companies,
            ignore_exclusion=ignore_exclusion,
        )
        chosen = criteria_from(self._store, criteria, tables, options=_ADD)
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
        """Remove the lines of contacts that meet the criteria.

        Args:
            criteria: What to choose by; every contact if neither it nor tables are given.
            entire_companies: One contact that meets them makes its whole company meet them.
            reset_when_empty: If no line is left after more than one action, forget them all.
            **tables: Filters by table, in place of criteria.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        segments.reduce_contacts(
            self._context,
            self.no,
            criteria_from(self._store, criteria, tables, options=_TAKE_OUT),
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
        """Keep only the lines of contacts that meet the criteria.

        Args:
            criteria: What to choose by; every contact if neither it nor tables are given.
            entire_companies: One contact that meets them makes its whole company meet them.
            reset_when_empty: If no line is left after more than one action, forget them all.
            **tables: Filters by table, in place of criteria.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: Both criteria and tables are given.
        """
        segments.refine_contacts(
            self._context,
            self.no,
            criteria_from(self._store, criteria, tables, options=_TAKE_OUT),
            Options(entire_companies=entire_companies),
            reset_when_empty=reset_when_empty,
        )
        return self

    def preview(
        self,
        kind: ActionKind | str,
        criteria: Criteria | None = None,
        *,
        allow_existing: bool = False,
        expand_companies: bool = False,
        allow_related_companies: bool = False,
        ignore_exclusion: bool = False,
        entire_companies: bool = False,
        **tables: Filters,
    ) -> Preview:
        """Tell what an action would do, without doing it.

        Args:
            kind: The action: "add", "reduce", "refine", or "refresh", which takes its criteria
                from those that the segment follows.
            criteria: What to choose by; every contact if neither it nor tables are given.
            allow_existing: As in `add_contacts`.
            expand_companies: As in `add_contacts`.
            allow_related_companies: As in `add_contacts`.
            ignore_exclusion: As in `add_contacts`.
            entire_companies: As in `reduce_contacts` and `refine_contacts`.
            **tables: Filters by table, in place of criteria.

        Returns:
            Who would join, who would go, and who would be left out, with the reason.

        Raises:
            FilterError: A filter does not parse or does not fit its field.
            UnknownName: There is no such table or field.
            InvalidValue: There is no such kind of action; or both criteria and tables are given.
            NotFound: The segment follows no criteria that could be refreshed.
        """
        options = Options(
            allow_existing=allow_existing,
            expand_companies=expand_companies,
            allow_related_companies=allow_related_companies,
            ignore_exclusion=ignore_exclusion,
            entire_companies=entire_companies,
        )
        named = (*_ADD, "entire_companies", "kind")
        chosen = criteria_from(self._store, criteria, tables, options=named)
        return segments.preview(self._context, self.no, kind, chosen, options)

    def go_back(self) -> Self:
        """Undo the last action: the lines are again as they were before it.

        Raises:
            Refused: There is no action left.
        """
        segments.go_back(self._context, self.no)
        return self

    def go_forward(self) -> Self:
        """Do again what was gone back on last.

        Raises:
            Refused: Nothing was gone back on, or something else was done since.
        """
        segments.go_forward(self._context, self.no)
        return self

    def unite(self, source: "Source | Worksheet") -> Self:
        """Add a line for every contact of a source.

        Args:
            source: Another worksheet or its number, a logged segment or its entry number, or a
                selection.

        Raises:
            NotFound: There is no such segment or logged segment.
            InvalidValue: The source is none of these.
        """
        segments.unite(self._context, self.no, source_of(source))
        return self

    def intersect(self, source: "Source | Worksheet") -> Self:
        """Keep only the lines of contacts that are in a source too.

        Args:
            source: Another worksheet or its number, a logged segment or its entry number, or a
                selection.

        Raises:
            NotFound: There is no such segment or logged segment.
            InvalidValue: The source is none of these.
        """
        segments.intersect(self._context, self.no, source_of(source))
        return self

    def subtract(self, source: "Source | Worksheet") -> Self:
        """Remove the lines of contacts that are in a source.

        Args:
            source: Another worksheet or its number, a logged segment or its entry number, or a
                selection.

        Raises:
            NotFound: There is no such segment or logged segment.
            InvalidValue: The source is none of these.
        """
        segments.subtract(self._context, self.no, source_of(source))
        return self

    def explain(self, contact_no: str | Contact) -> Why:
        """Explain why a contact is in the segment, or why not.

        Args:
            contact_no: The contact.

        Returns:
            What each action did to the contact, and how its criteria fare now.

        Raises:
            NotFound: There is no such contact.
        """
        return segments.explain_in_segment(self._context, self.no, contact_no)

    def delta(self, path: str | Path) -> SegmentDelta:
        """Tell who came and who went since another system last took that over.

        A delta is given again as it was, until its ``take()`` is called: so the other system is
        kept in step, wherever it or this is killed. A segment that follows criteria is brought
        up to date first.

        Args:
            path: The file that keeps what was taken, one for each other system; everybody came
                if it is not there yet.

        Raises:
            InvalidValue: The file is of another segment.
            StoreError: The file cannot be read or written.
            Refused: The criteria that the segment follows go round in a circle.
            UnknownName: They name a table or field that the schema does not have.
        """
        return segments.segment_delta(self._context, self.no, Path(path))

    def entered(self, *, since: date) -> Sequence[str]:
        """Tell which of the contacts on the lines now entered since a day.

        Args:
            since: The first day that counts.

        Returns:
            Their numbers, in the order of their lines.

        Raises:
            InvalidValue: ``since`` is not a date.
        """
        return segments.entered_since(self._context, self.no, since=since)

    # -- by hand ----------------------------------------------------------------------------

    def add_contact(self, contact_no: str | Contact) -> Self:
        """Add a line for one contact by hand; it is an action like any other.

        A contact that is there already gets a second line; exclusion is not asked for.

        Args:
            contact_no: The contact.

        Raises:
            NotFound: There is no such contact.
            Refused: The contact is blocked for privacy, or a minor without consent.
        """
        segments.add_contact(self._context, self.no, contact_no)
        return self

    def remove_line(self, line_no: int | SegmentLine) -> Self:
        """Remove one line by hand; it is an action like any other.

        Args:
            line_no: The line.

        Raises:
            NotFound: There is no such line.
        """
        segments.remove_line(self._context, self.no, line_no)
        return self

    def change_line(
        self,
        line_no: int | SegmentLine,
        /,
        *,
        attachment: Path | Attachment | str | None = None,
        **fields: Unpack[SegmentLineValues],
    ) -> Self:
        """Change fields of a line by hand.

        Fields derived from contact, template, language or date are recomputed. Another contact
        makes the line anew and counts as two actions.

        Args:
            line_no: The line.
            attachment: A text of the line's own: the path of a file, an attachment, or the hash
                of a stored one; empty for none.
            **fields: Fields of the line and their new values.

        Raises:
            UnknownName: A line has no such field, or it is not to be changed.
            NotFound: There is no such line or contact.
            Rejected: Values do not fit their fields, or name something that does not exist: all
                of them; or the attachment cannot be read.
            Refused: The contact is blocked for privacy, or a minor without consent.
        """
        segments.change_line(self._context, self.no, line_no, attachment=attachment, **fields)
        return self

    def change_header(
        self, *, update_lines: bool = False, **fields: Unpack[SegmentHeaderValues]
    ) -> Self:
        """Change fields of the header.

        Args:
            update_lines: Whether the lines follow: all of them a changed template, any other
                field those whose template is the header's.
            **fields: Fields of the header and their new values.

        Raises:
            UnknownName: The header has no such field.
            Rejected: Values do not fit their fields, or name something that does not exist: all
                of them.
            Refused: A field is not to be changed; or lines have the attachment of the template
                that is changed and do not follow.
        """
        segments.change_header(self._context, self.no, update_lines=update_lines, **fields)
        return self

    def split(
        self,
        arms: Mapping[str, Decimal | float],
        *,
        split_seed: str = "",
        held_back_arm: str = "",
    ) -> Self:
        """Divide the contacts into arms when the segment is logged; each interaction bears its own.

        Which arm a contact is in depends on its number and the seed alone.

        Args:
            arms: The weight of each arm, by name: ``{"letter": 40, "mail": 40, "control": 20}``;
                an empty mapping takes the split away.
            split_seed: A name; other seeds give other arms. The segment's number if not given.
            held_back_arm: The arm whose contacts get nothing; the journal says who they are.

        Raises:
            InvalidValue: A name is blank or holds a comma, a weight is no number, is negative, or
                all are 0; or the held-back arm is none of the arms.
        """
        segments.split_segment(
            self._context, self.no, arms, split_seed=split_seed, held_back_arm=held_back_arm
        )
        return self

    def put_text(
        self,
        language_code: str | LanguageCode,
        /,
        *,
        attachment: Path | Attachment | str | None = None,
        **fields: Unpack[TemplateLanguageValues],
    ) -> Self:
        """Give the segment a text in a language, or change it; lines that inherit it follow.

        Args:
            language_code: The language.
            attachment: The path of a file, an attachment, or the hash of a stored one; empty for
                none.
            **fields: ``subject``, ``description``, ``attachment_name``, ``word_template_code``.

        Raises:
            UnknownName: A text has no such field.
            InvalidValue: Both attachment and Word template are given; or no language.
            Rejected: Values do not fit their fields: all of them; or the attachment cannot be
                read.
        """
        segments.put_text(self._context, self.no, language_code, attachment=attachment, **fields)
        return self

    def remove_text(self, language_code: str | LanguageCode) -> Self:
        """Take a text from the segment; its lines change to the default text.

        Args:
            language_code: The language.

        Raises:
            NotFound: There is no text in this language.
        """
        segments.remove_text(self._context, self.no, language_code)
        return self

    def attachment(self, line_no: int | SegmentLine) -> Attachment:
        """Read the attachment of a line, as it is now.

        Args:
            line_no: The line.

        Raises:
            NotFound: There is no such line, or it has no attachment.
        """
        return segments.line_attachment(self._store, self.no, line_no)

    # -- criteria ---------------------------------------------------------------------------

    def save_criteria(self, code: str, description: str = "") -> SavedCriteria:
        """Save the actions under a code, for reuse on any segment; the same code is replaced.

        Args:
            code: The code.
            description: What they choose.

        Raises:
            Refused: The segment has no action yet.
            InvalidValue: The code is blank.
            Rejected: Code or description do not fit their fields.
        """
        return segments.save_criteria(self._context, self.no, code, description)

    def reuse_criteria(self, code: str | SavedCriteria) -> Self:
        """Run saved criteria on this segment against today's data.

        Args:
            code: The saved criteria.

        Raises:
            NotFound: There are no such criteria.
            UnknownName: They name a table or field that is not there any more.
            Refused: They go round in a circle.
        """
        segments.reuse_criteria(self._context, self.no, code)
        return self

    def follow_criteria(self, code: str | SavedCriteria) -> Self:
        """Make the segment follow saved criteria, for `refresh`.

        Args:
            code: The saved criteria.

        Raises:
            NotFound: There are no such criteria.
            Refused: Criteria and segments would go round in a circle.
        """
        segments.follow_criteria(self._context, self.no, code)
        return self

    def unfollow(self) -> Self:
        """Let the segment follow no criteria any more; its lines stay.

        Raises:
            Refused: It follows none.
        """
        segments.unfollow_criteria(self._context, self.no)
        return self

    def refresh(self) -> Refreshed:
        """Bring the segment up to date with the criteria that it follows.

        Contacts that match now enter, those that do not any more leave; what was put in or taken
        out by hand stays so.

        Returns:
            Who entered, who left, who was left out.

        Raises:
            Refused: The segment follows no criteria, or they go round in a circle.
            UnknownName: They name a table or field that is not there any more.
        """
        return segments.refresh(self._context, self.no)

    def reuse_logged_segment(
        self, entry_no: int | LoggedSegment, *, ignore_exclusion: bool = False
    ) -> Self:
        """Add a line for every interaction of a logged segment that is not canceled.

        Who is excluded, blocked or gone since stands in the action's ``left_out``.

        Args:
            entry_no: The logged segment.
            ignore_exclusion: Whether contacts that are excluded from segments join as well.

        Raises:
            NotFound: There is no such logged segment.
        """
        segments.reuse_logged_segment(
            self._context, self.no, entry_no, ignore_exclusion=ignore_exclusion
        )
        return self

    # -- as a whole -------------------------------------------------------------------------

    def apply_mailing_group(self, code: str | MailingGroup, *, delete_old: bool = False) -> int:
        """Put every contact of the segment into a mailing group; returns how many they are.

        Args:
            code: The mailing group.
            delete_old: Whether all contacts that are in the group leave it first.

        Raises:
            NotFound: There is no such mailing group.
        """
        return segments.apply_mailing_group(self._context, self.no, code, delete_old=delete_old)

    def copy(self, description: str | None = None, *, no: str = "") -> "Worksheet":
        """Make a segment like this one, with its lines and actions.

        Args:
            description: The copy's description; this one's if not given.
            no: The copy's number; the next of the series if not given.

        Raises:
            Refused: No number can be given.
            Rejected: Number or description do not fit their fields.
        """
        copied = segments.copy_segment(self._context, self.no, description, no=no)
        return Worksheet(self._context, copied.no)

    def delete(self) -> None:
        """Delete the segment with its lines, history and texts; what is logged stays."""
        segments.delete_segment(self._context, self.no)

    def letters(self, *, one_letter_per_household: bool = False) -> Sequence[Document]:
        """Make every letter on the values as they are now, to look at before logging.

        Args:
            one_letter_per_household: As for `log`.

        Raises:
            Rejected: All that is missing, line by line: fields, formulas, templates.
        """
        return letters.check_letters(
            self._context, self.no, one_letter_per_household=one_letter_per_household
        )

    def waiting(self) -> tuple[WaitingLine, ...]:
        """The lines by which somebody would be written to later, if they were sent now.

        A cap is reached, or it is quiet where the contact is; each line says why, and when it is
        possible next. Nobody leaves the segment for it.
        """
        return segments.waiting_lines(self._context, self.no)

    def plan_logging(
        self,
        *,
        deliver: bool = False,
        one_mail_per_address: bool = False,
        one_letter_per_household: bool = False,
    ) -> LoggingPlan:
        """Say what logging would do, with all that is wrong; nothing is changed.

        A plan that needs approval is kept until the segment is logged, with who made it first.

        Args:
            deliver: Whether documents are to be delivered.
            one_mail_per_address: As for `log`.
            one_letter_per_household: As for `log`.
        """
        return segments.plan_logging(
            self._context,
            self.no,
            deliver=deliver,
            one_mail_per_address=one_mail_per_address,
            one_letter_per_household=one_letter_per_household,
        )

    def approve(self, plan_hash: str) -> Approval:
        """Approve a plan of logging that another user made; the journal records by whom.

        Args:
            plan_hash: The hash of the plan: `LoggingPlan.plan_hash`.

        Raises:
            Refused: The same user made the plan, or the hash is that of no plan of this segment.
            Rejected: Something has changed since the plan was made: all of it.
        """
        return segments.approve_plan(self._context, self.no, plan_hash)

    def log(
        self,
        *,
        follow_up: bool = False,
        deliver: bool = False,
        one_mail_per_address: bool = False,
        one_letter_per_household: bool = False,
    ) -> Logged:
        """Log the segment: its interactions enter the journal, the worksheet closes.

        Args:
            follow_up: Make a segment with the same contacts and campaign.
            deliver: Mark the interactions whose documents are to be delivered, once it is
                sure that each can be made; `Workspace.deliver` delivers them.
            one_mail_per_address: Of several lines whose mails would go to one address, case
                aside, the first gets the mail and the others are passed over; templates can say
                so too.
            one_letter_per_household: Lines by post whose contacts are at one address have one
                letter, with all of their names; templates can say so too. Each has an
                interaction.

        Raises:
            Rejected: The segment has faults: all of them, line by line; or it is not what was
                approved any more: who came, who went, what text changed. Nothing is logged.
            Refused: A segment with this number was logged before, or it needs approval that
                nobody gave.
            Conflict: Somebody else logged or recorded at the same moment.
        """
        return segments.log_segment(
            self._context,
            self.no,
            follow_up=follow_up,
            deliver=deliver,
            one_mail_per_address=one_mail_per_address,
            one_letter_per_household=one_letter_per_household,
        )

    @property
    def _store(self) -> Store:
        return self._context.store

    @property
    def _segment(self) -> Segment:
        return require_segment(self._store, self.no)


def source_of(source: Source | Worksheet) -> Source:
    """A worksheet as what contacts are combined with: the number of its segment."""
    return source.no if isinstance(source, Worksheet) else source
