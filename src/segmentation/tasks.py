"""Tasks and opportunities: what somebody of ours has to do about a contact, as values.

The library makes them for a segment and hands them to the host, whose own system keeps them:
it manages no tasks itself.
"""

import datetime as dt
from typing import Annotated

import attrs

from .code_tables import Salesperson
from .codes import Option
from .contacts import ContactNo
from .criteria import AsOf, to_date
from .fields import Code, Extra, Record, RefersTo, ShortCode, Text, to_extra, with_converters
from .showing import shown_by
from .templates import CampaignNo


class TaskType(Option):
    """What is to be done."""

    BLANK = ""
    MEETING = "meeting"
    PHONE_CALL = "phone_call"


class TaskKind(Option):
    """Whose copy of a task it is."""

    ORGANIZER = "organizer"
    TEAM = "team"


class TaskStatus(Option):
    """How far a task has come."""

    NOT_STARTED = "not_started"
    IN_PROGRESS = "in_progress"
    COMPLETED = "completed"
    WAITING = "waiting"
    POSTPONED = "postponed"


class TaskPriority(Option):
    """How pressing a task is."""

    LOW = "low"
    NORMAL = "normal"
    HIGH = "high"


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class Team(Record, table="team", key=("code",)):
    """Salespeople who work together."""

    code: ShortCode
    name: Text = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class TeamSalesperson(Record, table="team_salesperson", key=("team_code", "salesperson_code")):
    """A salesperson is in a team."""

    team_code: Annotated[ShortCode, RefersTo("team")]
    salesperson_code: Salesperson
    extra: Extra = attrs.field(default=(), converter=to_extra)


@shown_by("type", "description", "contact_no", "salesperson_code", "date", "status")
@attrs.frozen(kw_only=True)
class Task:
    """Something to be done about a contact.

    Attributes:
        kind: The organizer's, or that of a member of the team.
        salesperson_code: Who is to do it; empty in the organizer's copy of a team's task.
        attendees: Numbers of the contacts whom a meeting is held with, in their order.
        follow_up: Date formula of the next task, worked out from the date of this one; empty
            if none follows.
    """

    kind: TaskKind = TaskKind.ORGANIZER
    type: TaskType = TaskType.BLANK
    description: str = ""
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    salesperson_code: Salesperson = ""
    team_code: str = ""
    segment_no: str = ""
    campaign_no: CampaignNo = ""
    opportunity_no: str = ""
    date: dt.date | None = None
    priority: TaskPriority = TaskPriority.NORMAL
    status: TaskStatus = TaskStatus.NOT_STARTED
    follow_up: str = ""
    attendees: tuple[str, ...] = ()

    def followed_up(self) -> "Task | None":
        """The task that follows this one; ``None`` if none does, or this one has no date.

        Raises:
            FilterError: The formula is none.

        >>> call = Task(date=dt.date(2026, 11, 22), follow_up="2W", status=TaskStatus.COMPLETED)
        >>> str(call.followed_up().date)
        '2026-12-06'
        """
        if not self.follow_up or self.date is None:
            return None
        then = to_date(self.follow_up.strip("<>"), AsOf(self.date))
        return attrs.evolve(self, date=then, status=TaskStatus.NOT_STARTED)


@shown_by("no", "description", "contact_no", "date", "closed")
@attrs.frozen(kw_only=True)
class Opportunity:
    """A chance to sell something to a contact.

    Attributes:
        no: The number that the host gave it; empty before it did.
        closed: It was won or lost.
        comments: What was said of the interaction that it was made of: pairs of day and text.
    """

    no: Code = ""
    description: str = ""
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    salesperson_code: Salesperson = ""
    campaign_no: CampaignNo = ""
    segment_no: Code = ""
    segment_description: str = ""
    sales_cycle_code: str = ""
    date: dt.date | None = None
    closed: bool = False
    comments: tuple[tuple[dt.date | None, str], ...] = ()
