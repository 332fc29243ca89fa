"""Tasks and opportunities for the contacts of a segment, and opportunities out of interactions."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Unpack, cast

import attrs

from segmentation.code_tables import SalespersonPurchaser
from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import Fault, FilterError, InvalidValue, Message, Refused, Rejected
from segmentation.fields import Record
from segmentation.interactions import Interaction
from segmentation.operations.context import Context
from segmentation.operations.field_values import InteractionDraftValues
from segmentation.operations.interactions import (
    comments_of,
    create_interactions,
    draft_interaction,
    get_interaction,
    may_link_opportunity,
)
from segmentation.operations.records import get_record, key_in, require_segment
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentLine
from segmentation.tasks import Opportunity, Task, TaskKind, TaskType, Team, TeamSalesperson


def tasks_for_segment(
    context: Context,
    segment_no: str | Segment,
    *,
    type: TaskType | str = TaskType.BLANK,  # noqa: A002 - the field's name
    description: str = "",
    salesperson_code: str | SalespersonPurchaser = "",
    team_code: str | Team = "",
    organizer_code: str | SalespersonPurchaser = "",
    follow_up: str = "",
) -> Sequence[Task]:
    """Make a task for each line of a segment that has a contact; for a team, one more per member.

    A meeting is one task: its organizer's, with the contacts of all lines as attendees.

    The agenda of the context takes them over, if there is one.

    Args:
        context: Store, user, day, clock and agenda.
        segment_no: The segment; each task has the date of its line.
        type: What is to be done: "meeting", "phone_call", or an empty text for anything else.
        description: What it is about; the segment's description if not given.
        salesperson_code: Who is to do it; the line's salesperson if not given.
        team_code: A team that is to do it, in place of one salesperson.
        organizer_code: Who organizes what the team is to do.
        follow_up: Date formula of the task after each, such as "2W"; none follows if empty.

    Returns:
        The tasks in the order of the lines, the organizer's before those of the team.

    Raises:
        NotFound: There is no such segment.
        Refused: There is no line with a contact.
        Rejected: There is no such type, team or salesperson, the formula is no date formula, or
            a meeting has no organizer: all of it. No task is handed over.
    """
    store = context.store
    segment = _segment(store, segment_no)
    lines = _lines(segment, Message("tasks for segment {no}", no=segment.no))
    team, organizer, salesperson = (
        _code(kind, value)
        for kind, value in (
            (Team, team_code),
            (SalespersonPurchaser, organizer_code),
            (SalespersonPurchaser, salesperson_code),
        )
    )
    faults = [
        *_type_faults(type, organizer),
        *_missing(store, SalespersonPurchaser, "salesperson_code", salesperson),
        *_missing(store, Team, "team_code", team),
        *_missing(store, SalespersonPurchaser, "organizer_code", organizer),
        *_follow_up_faults(follow_up, lines),
    ]
    if faults:
        raise Rejected(Message("tasks for segment {no}", no=segment.no), faults)
    members = [row.salesperson_code for row in store.records.all(TeamSalesperson, team_code=team)]
    pattern = Task(
        type=TaskType(type),
        description=description or segment.header.description,
        team_code=team,
        segment_no=segment.no,
        follow_up=follow_up,
    )
    tasks: list[Task] = []
    if pattern.type is TaskType.MEETING:
        meeting = attrs.evolve(_meeting(pattern, lines), salesperson_code=organizer)
        tasks += [meeting, *_for_members(meeting, members)]
    for line in () if tasks else lines:
        own = organizer if team else salesperson or line.salesperson_code
        task = attrs.evolve(_of_line(pattern, line), salesperson_code=own)
        tasks += [task, *_for_members(task, members)]
    if context.agenda is not None:
        context.agenda.add_tasks(tasks)
    return tasks


def _segment(store: Store, segment_no: str | Segment) -> Segment:
    """A segment as it is stored now."""
    return require_segment(store, segment_no.no if isinstance(segment_no, Segment) else segment_no)


def _code(kind: type[Record], value: object) -> str:
    (code,) = key_in(kind, value)
    return str(code)


def _lines(segment: Segment, step: Message) -> list[SegmentLine]:
    lines = [line for line in segment.lines if line.contact_no]
    if not lines:
        raise Refused(step, "there is no line with a contact")
    return lines


_PLACE = "task"


def _type_faults(given: object, organizer: str) -> Iterator[Fault]:
    names = [str(each) for each in TaskType]
    if given not in names:
        known = Message("is no type of task; the types are {known}", known=", ".join(names[1:]))
        yield Fault(_PLACE, "type", known)
    elif given == TaskType.MEETING and not organizer:
        yield Fault(_PLACE, "organizer_code", Message("is blank; a meeting needs an organizer"))


def _missing(store: Store, kind: type[Record], field: str, code: str) -> Iterator[Fault]:
    if code and store.records.find(kind, code) is None:
        yield Fault(_PLACE, field, Message("{value!r} does not exist", value=code))


def _follow_up_faults(follow_up: str, lines: Iterable[SegmentLine]) -> Iterator[Fault]:
    """What is wrong with a formula, told now and not when it is due."""
    days = {line.date for line in lines if line.date}
    try:
        for day in days:
            Task(date=day, follow_up=follow_up).followed_up()
    except FilterError:
        reason = Message("{value!r} is not a date formula; write 2W for two weeks", value=follow_up)
        yield Fault(_PLACE, "follow_up", reason)


def _of_line(pattern: Task, line: SegmentLine) -> Task:
    return attrs.evolve(
        pattern,
        contact_no=line.contact_no,
        contact_company_no=line.contact_company_no,
        campaign_no=line.campaign_no,
        date=line.date,
    )


def _meeting(pattern: Task, lines: Sequence[SegmentLine]) -> Task:
    """One meeting with the contacts of all lines, on the day of the earliest."""
    campaigns = {line.campaign_no for line in lines}
    return attrs.evolve(
        pattern,
        campaign_no=campaigns.pop() if len(campaigns) == 1 else "",
        date=min((line.date for line in lines if line.date), default=None),
        attendees=tuple(dict.fromkeys(line.contact_no for line in lines)),
    )


def record_meeting(
    context: Context, meeting: Task, **fields: Unpack[InteractionDraftValues]
) -> Sequence[Interaction]:
    """Record that a meeting was held: an interaction with each attendee, all or none.

    Args:
        context: Store, user, day and clock.
        meeting: The meeting, as `tasks_for_segment` makes it.
        **fields: Fields of the interactions, ``interaction_template_code`` among them; they go
            before what the meeting says.

    Raises:
        InvalidValue: It is no meeting, or nobody attends it.
        UnknownName: An interaction has no such field, or no caller gives it.
        Rejected: Fields are blank or do not fit: all of them. Nothing is stored.
    """
    if meeting.type is not TaskType.MEETING or not meeting.attendees:
        raise InvalidValue("meeting", repr(meeting), "is no meeting with attendees")
    own: InteractionDraftValues = {
        "date": meeting.date,
        "description": meeting.description,
        "salesperson_code": meeting.salesperson_code,
        "campaign_no": meeting.campaign_no,
    }
    known = {name: value for name, value in own.items() if value}
    given = cast("InteractionDraftValues", {**known, **fields})
    with context.store.transaction():
        drafts = [draft_interaction(context, no, **given) for no in meeting.attendees]
        return create_interactions(context, drafts)


def _for_members(task: Task, members: Iterable[str]) -> Iterator[Task]:
    for code in members:
        if code != task.salesperson_code:
            yield attrs.evolve(task, kind=TaskKind.TEAM, salesperson_code=code)


def opportunities_for_segment(
    context: Context, segment_no: str | Segment, *, sales_cycle_code: str
) -> Sequence[Opportunity]:
    """Make an opportunity for each line of a segment that has a contact.

    The agenda of the context takes them over, if there is one.

    Args:
        context: Store, user, day, clock and agenda.
        segment_no: The segment; each opportunity has the date of its line.
        sales_cycle_code: The host's sales cycle that they go through; may be empty.

    Raises:
        NotFound: There is no such segment.
        Refused: There is no line with a contact.
    """
    segment = _segment(context.store, segment_no)
    made = [
        Opportunity(
            description=line.description,
            contact_no=line.contact_no,
            contact_company_no=line.contact_company_no,
            salesperson_code=line.salesperson_code,
            campaign_no=line.campaign_no,
            segment_no=segment.no,
            segment_description=line.description,
            sales_cycle_code=sales_cycle_code,
            date=line.date,
        )
        for line in _lines(segment, Message("opportunities for segment {no}", no=segment.no))
    ]
    if context.agenda is not None:
        context.agenda.add_opportunities(made)
    return made


def opportunity_candidates(
    store: Store,
    contact_no: str | Contact,
    opportunities: Iterable[Opportunity],
    *,
    salesperson_code: str | SalespersonPurchaser = "",
) -> Sequence[Opportunity]:
    """The opportunities that an interaction with a contact may be about.

    Those that are open, of the contact's company or anybody in it, and of the salesperson. A
    contact without a company has only its own.

    Args:
        store: Where the contact is.
        contact_no: The contact.
        opportunities: The host's, in the order in which they are to be offered.
        salesperson_code: Whose; anybody's if empty.

    Raises:
        NotFound: There is no such contact.
    """
    contact = get_record(store, Contact, contact_no)
    salesperson = _code(SalespersonPurchaser, salesperson_code)
    return [
        each
        for each in opportunities
        if not each.closed
        and (not salesperson or to_code(each.salesperson_code) == salesperson)
        and _is_about(each, contact)
    ]


def _is_about(opportunity: Opportunity, contact: Contact) -> bool:
    if contact.company_no:
        return opportunity.contact_company_no == contact.company_no
    return opportunity.contact_no == contact.no


def opportunity_of_interaction(
    context: Context, entry_no: int | Interaction, *, sales_cycle_code: str
) -> Opportunity:
    """Make an opportunity of an interaction, with the comments on it.

    The agenda of the context takes it over, if there is one. The interaction is linked to it when
    the host has numbered it, see `segmentation.operations.interactions.link_opportunity`.

    Args:
        context: Store, user, day, clock and agenda.
        entry_no: The interaction.
        sales_cycle_code: The host's sales cycle that the opportunity goes through; may be empty.

    Raises:
        NotFound: There is no such interaction.
        Refused: It has an opportunity, or does not count.
    """
    store = context.store
    interaction = get_interaction(store, entry_no)
    if not may_link_opportunity(interaction):
        step = Message("make an opportunity of interaction {no}", no=interaction.entry_no)
        raise Refused(step, Message("it has an opportunity, or is canceled or postponed"))
    made = Opportunity(
        description=interaction.description,
        contact_no=interaction.contact_no,
        contact_company_no=interaction.contact_company_no,
        salesperson_code=interaction.salesperson_code,
        campaign_no=interaction.campaign_no,
        segment_no=interaction.segment_no,
        sales_cycle_code=sales_cycle_code,
        date=interaction.date,
        comments=tuple((comment.date, comment.text) for comment in comments_of(store, interaction)),
    )
    if context.agenda is not None:
        context.agenda.add_opportunities([made])
    return made
