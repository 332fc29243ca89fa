"""A segment at work: a thin front of `segmentation.operations` for one segment."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Self, TypeAlias

from segmentation.criteria import Criteria, TableConditions, make_selection
from segmentation.operations import logging, reusing, selecting
from segmentation.operations.logging import Logged, LoggingPlan
from segmentation.protocols import Store
from segmentation.segments import CriteriaAction, Options, SavedCriteria, Segment, SegmentLine

if TYPE_CHECKING:
    from ._workspace import Workspace

Filters: TypeAlias = TableConditions
"""Filters by field, which one row must meet together; or ``none(...)``, ``at_least(...)``, ..."""


def criteria_of(criteria: Criteria | None, tables: Mapping[str, Filters]) -> Criteria | None:
    if criteria is not None and tables:
        raise TypeError("give criteria or filters by table, not both")
    return criteria if criteria is not None or not tables else make_selection(tables)


class Worksheet:
    """A segment at work: its state is read from the store at each look.

    Attributes:
        no: The segment's number.
    """

    def __init__(self, workspace: "Workspace", no: str) -> None:
        self._workspace = workspace
        self.no = no

    @property
    def segment(self) -> Segment:
        """The segment as it is stored now.

        Raises:
            NotFound: It was logged or deleted meanwhile.
        """
        return self._workspace.store.segments.get(self.no)

    @property
    def lines(self) -> Sequence[SegmentLine]:
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

    def __len__(self) -> int:
        return len(self.segment.lines)

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
        selecting.add_contacts(self._store, self.no, chosen, self._workspace.as_of, options)
        return self

    def reduce_contacts(
        self,
        criteria: Criteria | None = None,
        *,
        entire_companies: bool = False,
        **tables: Filters,
    ) -> Self:
        """Lines of contacts that pass go; with ``entire_companies`` their whole companies do."""
        selecting.reduce_contacts(
            self._store,
            self.no,
            criteria_of(criteria, tables),
            self._workspace.as_of,
            Options(entire_companies=entire_companies),
        )
        return self

    def refine_contacts(
        self,
        criteria: Criteria | None = None,
        *,
        entire_companies: bool = False,
        **tables: Filters,
    ) -> Self:
        """Only lines of contacts that pass stay; with ``entire_companies`` whole companies do."""
        selecting.refine_contacts(
            self._store,
            self.no,
            criteria_of(criteria, tables),
            self._workspace.as_of,
            Options(entire_companies=entire_companies),
        )
        return self

    def add_contact(self, contact_no: str) -> Self:
        """One contact joins by hand."""
        selecting.add_contact(self._store, self.no, contact_no, self._workspace.as_of)
        return self

    def remove_line(self, line_no: int) -> Self:
        """One line goes by hand."""
        selecting.remove_line(self._store, self.no, line_no, self._workspace.as_of)
        return self

    def go_back(self) -> Self:
        """Undo the last action."""
        selecting.go_back(self._store, self.no)
        return self

    def save_criteria(self, code: str, description: str = "") -> SavedCriteria:
        """Keep the actions under a code, for reuse on any segment."""
        return reusing.save_criteria(
            self._store,
            self.no,
            code,
            description,
            user=self._workspace.user,
            at=self._workspace.now,
        )

    def reuse_criteria(self, code: str) -> Self:
        """Play saved actions on this segment, on the data of today."""
        reusing.reuse_criteria(self._store, self.no, code, self._workspace.as_of)
        return self

    def reuse_logged_segment(self, entry_no: int) -> Self:
        """The contacts of a logged segment join."""
        reusing.reuse_logged_segment(self._store, self.no, entry_no, self._workspace.as_of)
        return self

    def plan_logging(self, *, deliver: bool = False) -> LoggingPlan:
        """Say what logging would do, with all that is wrong; nothing is changed."""
        return logging.plan_logging(self._store, self.no, deliver=deliver)

    def log(self, *, follow_up: bool = False, deliver: bool = False) -> Logged:
        """Log the segment: its interactions enter the journal, the worksheet closes.

        Args:
            follow_up: Make a segment with the same contacts and campaign.
            deliver: Mark the interactions whose documents are to be delivered.
        """
        return logging.log_segment(
            self._store,
            self.no,
            as_of=self._workspace.as_of,
            stamp=self._workspace.stamp,
            follow_up=follow_up,
            deliver=deliver,
        )

    @property
    def _store(self) -> Store:
        return self._workspace.store
