"""Tasks and opportunities for the contacts of a segment, and calls made from a task."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import attrs

from segmentation.codes import to_code
from segmentation.contacts import Contact
from segmentation.errors import NotFound, Refused
from segmentation.interactions import Interaction, InteractionComment
from segmentation.operations.context import Context
from segmentation.operations.interactions import interaction_of, may_link_opportunity, record_call
from segmentation.operations.records import require_contact
from segmentation.protocols import Store
from segmentation.segments import Segment, SegmentLine
from segmentation.tasks import Opportunity, Task, TaskKind, TaskType, Team, TeamSalesperson


def tasks_for_segment(
    context: Context,
    segment_no: str,
    *,
    task_type: TaskType = TaskType.BLANK,
    description: str = "",
    salesperson_code: str = "",
    team_code: str = "",
    organizer_code: str = "",
    follow_up: str = "",
) -> Sequence[Task]:
    """One task for each line of a segment that has a contact; for a team, one more per member.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment; each task has the date of its line.
        task_type: What is to be done.
        description: What it is about; the segment's description if not given.
        salesperson_code: Who is to do it; the line's salesperson if not given.
        team_code: A team that is to do it.
        organizer_code: Who organizes what the team is to do.
        follow_up: Date formula of the task after each.

    Raises:
        NotFound: There is no such segment or team.
        Refused: A meeting of a team has no organizer; or there is no line with a contact.
        FilterError: The formula is none.
    """
    store = context.store
    segment = store.segments.get(to_code(segment_no))
    team, organizer = to_code(team_code), to_code(organizer_code)
    if team and store.records.find(Team, team) is None:
        raise NotFound("team", team_code)
    if team and task_type is TaskType.MEETING and not organizer:
        raise Refused(f"meeting for segment {segment.no}", "a meeting of a team needs an organizer")
    members = [row.salesperson_code for row in store.records.all(TeamSalesperson, team_code=team)]
    tasks: list[Task] = []
    for line in _lines(segment):
        own = organizer if team else to_code(salesperson_code) or line.salesperson_code
        task = Task(
            type=task_type,
            description=description or segment.header.description,
            contact_no=line.contact_no,
            contact_company_no=line.contact_company_no,
            salesperson_code=own,
            team_code=team,
            segment_no=segment.no,
            campaign_no=line.campaign_no,
            date=line.date,
            follow_up=follow_up,
        )
        task.followed_up()  # so that a formula that is none is told of now, not when it is due
        tasks += [task, *_for_members(task, members)]
    if context.agenda is not None:
        context.agenda.add_tasks(tasks)
    return tasks


def _lines(segment: Segment) -> list[SegmentLine]:
    lines = [line for line in segment.lines if line.contact_no]
    if not lines:
        raise Refused(f"tasks for segment {segment.no}", "there is no line with a contact")
    return lines


def _for_members(task: Task, members: Iterable[str]) -> Iterator[Task]:
    for code in members:
        if code != task.salesperson_code:
            yield attrs.evolve(task, kind=TaskKind.TEAM, salesperson_code=code)


def opportunities_for_segment(
    context: Context, segment_no: str, *, sales_cycle_code: str = ""
) -> Sequence[Opportunity]:
    """One opportunity for each line of a segment that has a contact.

    Args:
        context: Store, user, day and clock.
        segment_no: The segment.
        sales_cycle_code: The host's sales cycle that they go through.

    Raises:
        NotFound: There is no such segment.
        Refused: There is no line with a contact.
    """
    segment = context.store.segments.get(to_code(segment_no))
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
        for line in _lines(segment)
    ]
    if context.agenda is not None:
        context.agenda.add_opportunities(made)
    return made


def opportunity_candidates(
    store: Store,
    contact_no: str,
    opportunities: Iterable[Opportunity],
    *,
    salesperson_code: str = "",
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
    contact = require_contact(store, contact_no)
    salesperson = to_code(salesperson_code)
    return [
        each
        for each in opportunities
        if not each.closed
        and (not salesperson or each.salesperson_code == salesperson)
        and _is_about(each, contact)
    ]


def _is_about(opportunity: Opportunity, contact: Contact) -> bool:
    if contact.company_no:
        return opportunity.contact_company_no == contact.company_no
    return opportunity.contact_no == contact.no


def opportunity_of_interaction(
    context: Context, entry_no: int, *, sales_cycle_code: str = ""
) -> Opportunity:
    """An opportunity out of an interaction, with the comments on it.

    The interaction is linked to it when the host has numbered it, see `link_opportunity`.

    Args:
        context: Store, user, day and clock.
        entry_no: The interaction.
        sales_cycle_code: The host's sales cycle that the opportunity goes through.

    Raises:
        NotFound: There is no such interaction.
        Refused: It has an opportunity, or does not count.
    """
    store = context.store
    interaction = interaction_of(store, entry_no)
    if not may_link_opportunity(interaction):
        reason = "it has an opportunity, or is canceled or postponed"
        raise Refused(f"make an opportunity of interaction {entry_no}", reason)
    made = Opportunity(
        description=interaction.description,
        contact_no=interaction.contact_no,
        contact_company_no=interaction.contact_company_no,
        salesperson_code=interaction.salesperson_code,
        campaign_no=interaction.campaign_no,
        segment_no=interaction.segment_no,
        sales_cycle_code=sales_cycle_code,
        date=interaction.date,
        comments=tuple(
            (comment.date, comment.text)
            for comment in store.records.all(InteractionComment, interaction_no=entry_no)
        ),
    )
    if context.agenda is not None:
        context.agenda.add_opportunities([made])
    return made


def record_call_of_task(
    context: Context,
    task: Task,
    phone_no: str,
    **given: Any,  # noqa: ANN401 - the fields of an interaction
) -> Interaction:
    """Record a phone call that a task asked for: contact, salesperson and campaign are the task's.

    Raises:
        Refused: The set-up names no template for calls.
        Rejected: Fields are blank or do not fit: all of them.
    """
    taken = {
        "description": task.description,
        "salesperson_code": task.salesperson_code,
        "campaign_no": task.campaign_no,
        "opportunity_no": task.opportunity_no,
    }
    filled = {name: value for name, value in taken.items() if value}
    return record_call(context, task.contact_no, phone_no, **filled | given)
