"""Tasks and opportunities, which the host's agenda keeps: a thin front."""

from collections.abc import Iterable, Sequence
from typing import Unpack

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import Contact
from segmentation.interactions import Interaction
from segmentation.operations import tasks
from segmentation.operations.context import Context
from segmentation.operations.field_values import InteractionDraftValues
from segmentation.segments import Segment
from segmentation.tasks import Opportunity, Task, TaskType, Team


class Tasks:
    """Tasks and opportunities: they are made here, and the host's agenda keeps them.

    The agenda is given when the workspace is opened; without one, what is made is only returned.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def __repr__(self) -> str:
        kept = "no agenda" if self._context.agenda is None else "agenda"
        return f"{type(self).__name__}({kept})"

    def _plain_(self) -> dict[str, object]:
        return {"agenda": self._context.agenda is not None}

    def for_segment(
        self,
        segment_no: str | Segment,
        *,
        type: TaskType | str = TaskType.BLANK,  # noqa: A002 - the field's name
        description: str = "",
        salesperson_code: str | SalespersonPurchaser = "",
        team_code: str | Team = "",
        organizer_code: str | SalespersonPurchaser = "",
        follow_up: str = "",
    ) -> Sequence[Task]:
        """Make a task for each line of a segment that has a contact.

        A team's tasks come once for its organizer and once for each member. A meeting is one task,
        with the contacts of all lines as attendees; it needs an organizer.

        Args:
            segment_no: The segment; each task has the date of its line.
            type: What is to be done: "meeting", "phone_call", or an empty text.
            description: What it is about; the segment's description if not given.
            salesperson_code: Who is to do it; the line's salesperson if not given.
            team_code: A team that is to do it, in place of one salesperson.
            organizer_code: Who organizes what the team is to do.
            follow_up: Date formula of the task after each, such as "2W"; none if empty.

        Raises:
            NotFound: There is no such segment.
            Refused: There is no line with a contact.
            Rejected: Values do not fit: all of them. No task is handed over.
        """
        return tasks.tasks_for_segment(
            self._context,
            segment_no,
            type=type,
            description=description,
            salesperson_code=salesperson_code,
            team_code=team_code,
            organizer_code=organizer_code,
            follow_up=follow_up,
        )

    def record_meeting(
        self, meeting: Task, /, **fields: Unpack[InteractionDraftValues]
    ) -> Sequence[Interaction]:
        """Record that a meeting was held: an interaction with each attendee, all or none.

        Args:
            meeting: The meeting, as `for_segment` makes it.
            **fields: Fields of the interactions, ``interaction_template_code`` among them; they go
                before what the meeting says.

        Raises:
            InvalidValue: It is no meeting, or nobody attends it.
            UnknownName: An interaction has no such field, or no caller gives it.
            Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
        """
        return tasks.record_meeting(self._context, meeting, **fields)

    def opportunities_for_segment(
        self, segment_no: str | Segment, *, sales_cycle_code: str
    ) -> Sequence[Opportunity]:
        """Make an opportunity for each line of a segment that has a contact.

        Args:
            segment_no: The segment; each opportunity has the date of its line.
            sales_cycle_code: The host's sales cycle that they go through; may be empty.

        Raises:
            NotFound: There is no such segment.
            Refused: There is no line with a contact.
        """
        return tasks.opportunities_for_segment(
            self._context, segment_no, sales_cycle_code=sales_cycle_code
        )

    def opportunity_of(self, entry_no: int | Interaction, *, sales_cycle_code: str) -> Opportunity:
        """Make an opportunity of an interaction, with the comments on it.

        When the host has numbered it, `Interactions.link_opportunity` links the two.

        Args:
            entry_no: The interaction.
            sales_cycle_code: The host's sales cycle that it goes through; may be empty.

        Raises:
            NotFound: There is no such interaction.
            Refused: It has an opportunity, or does not count.
        """
        return tasks.opportunity_of_interaction(
            self._context, entry_no, sales_cycle_code=sales_cycle_code
        )

    def candidates(
        self,
        contact_no: str | Contact,
        opportunities: Iterable[Opportunity],
        *,
        salesperson_code: str | SalespersonPurchaser = "",
    ) -> Sequence[Opportunity]:
        """The opportunities of the host that an interaction with a contact may be about.

        Those that are open, of the contact's company or anybody in it, and of the salesperson.

        Args:
            contact_no: The contact.
            opportunities: The host's, in the order in which they are to be offered.
            salesperson_code: Whose; anybody's if empty.

        Raises:
            NotFound: There is no such contact.
        """
        return tasks.opportunity_candidates(
            self._context.store, contact_no, opportunities, salesperson_code=salesperson_code
        )
