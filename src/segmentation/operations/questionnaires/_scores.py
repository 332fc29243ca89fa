"""The ready-made questionnaire of recency, frequency and value, stored."""

from collections.abc import Iterator
from datetime import date
from typing import Unpack

import attrs

from segmentation.criteria import Schema, to_date
from segmentation.errors import Fault, FilterError, Identifier, Message, Rejected
from segmentation.operations.context import Context
from segmentation.operations.field_values import ProfileQuestionnaireValues
from segmentation.operations.linked_rows import source_faults
from segmentation.operations.schema import parse_values, schema_of
from segmentation.questionnaires import CustomerClassField, ProfileQuestionnaire
from segmentation.scoring import RFM, make_scoring

from ._questionnaire import add_questionnaires

_PLACE = Identifier("new_scoring")


@attrs.frozen
class _Source:
    """A table whose rows are scored, and its fields."""

    table: str
    date_field: str
    amount_field: str

    def named(self, schema: Schema) -> "_Source":
        """The same by its names, where captions or an alias were given."""
        found = schema.table(self.table)
        fields = (found.field(name).name for name in (self.date_field, self.amount_field))
        return _Source(found.name, *fields)


def new_scoring(
    context: Context,
    *,
    table: str = "",
    date_field: str = "",
    amount_field: str = "",
    since: date | str = "<-1Y>",
    until: date | str = "<CD>",
    value: CustomerClassField | str = "",
    **fields: Unpack[ProfileQuestionnaireValues],
) -> ProfileQuestionnaire:
    """Make and store the questionnaire that scores contacts by recency, frequency and value.

    Its groups are called what they are in the language of the workspace.

    Args:
        context: Store, user, day and clock.
        table: Table whose rows are scored; blank for interactions, and a value from the books.
        date_field: Its field of the day.
        amount_field: Its field that is added up to the value.
        since: The first day that counts, or a date formula, worked out from the work date.
        until: The last.
        value: Which of the customer's figures is the value where there is no table; the host's
            books supply it. What they bought if blank.
        **fields: Fields of the questionnaire; its code is ``RFM`` if not given.

    Raises:
        UnknownName: A questionnaire has no such field, or customers have no such figure.
        Rejected: Table, fields and days do not fit, the code is taken, or something has faults:
            all of them.
    """
    values = parse_values(context.store, ProfileQuestionnaire, fields, long=True)
    source = _Source(table, date_field, amount_field)
    first, last = _to_formula(since), _to_formula(until)
    faults = [*_source_faults(context, source, value), *_window_faults(context, first, last)]
    if faults:
        raise Rejected(Message("scoring"), faults)
    named = source.named(schema_of(context.store)) if table else source
    made, lines, points = make_scoring(
        code=values.get("code", RFM),
        since=first,
        until=last,
        value=value or CustomerClassField.SALES,
        table=named.table,
        date_field=named.date_field,
        amount_field=named.amount_field,
    )
    told = context.phrases.told
    questionnaire = attrs.evolve(made, **{"description": told(made.description), **values})
    named_lines = (attrs.evolve(line, description=told(line.description)) for line in lines)
    add_questionnaires(context, questionnaire, *named_lines, *points)
    return questionnaire


def _to_formula(day: date | str) -> str:
    return day if isinstance(day, str) else day.isoformat()


def _source_faults(
    context: Context, source: _Source, value: CustomerClassField | str
) -> Iterator[Fault]:
    """What is wrong with the table and its fields."""
    fields = {"date_field": source.date_field, "amount_field": source.amount_field}
    if not source.table:
        for argument, name in fields.items():
            if name:
                reason = Message("{name!r} needs a table", name=name)
                yield Fault(_PLACE, argument, reason, "no_table")
        return
    if value:
        reason = Message("{value!r} is not for a table; give amount_field", value=str(value))
        yield Fault(_PLACE, "value", reason, "beside_table")
    for argument, name in fields.items():
        if not name:
            reason = Message("is blank; give a field of {table}", table=source.table)
            yield Fault(_PLACE, argument, reason, "blank")
    for argument, reason in source_faults(schema_of(context.store), source.table, **fields):
        if fields.get(argument, source.table):
            yield Fault(_PLACE, argument, reason, "wrong_source")


def _window_faults(context: Context, since: str, until: str) -> Iterator[Fault]:
    """What is wrong with the window as it is today."""
    days: dict[str, date] = {}
    as_of = attrs.evolve(context.day, today=context.day.workdate)
    for argument, formula in (("since", since), ("until", until)):
        try:
            days[argument] = to_date(formula.strip("<>"), as_of)
        except FilterError as error:
            yield Fault(_PLACE, argument, error.reason, "wrong_date")
    if days.get("until", date.max) < days.get("since", date.min):
        reason = Message(
            "the period ends on {end}, before it starts on {start}",
            end=days["until"],
            start=days["since"],
        )
        yield Fault(_PLACE, "until", reason, "wrong_date")
