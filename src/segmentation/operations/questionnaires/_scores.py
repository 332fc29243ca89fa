"""The ready-made questionnaire of recency, frequency and value, stored."""

from typing import Unpack

import attrs

from segmentation.operations.context import Context
from segmentation.operations.field_values import ProfileQuestionnaireValues
from segmentation.operations.schema import parse_values
from segmentation.questionnaires import CustomerClassField, ProfileQuestionnaire
from segmentation.scoring import RFM, make_scoring

from ._questionnaire import add_questionnaires


def new_scoring(
    context: Context,
    *,
    since: str = "<-1Y>",
    until: str = "<CD>",
    value: CustomerClassField | str = "sales_lcy",
    **fields: Unpack[ProfileQuestionnaireValues],
) -> ProfileQuestionnaire:
    """Make and store the questionnaire that scores contacts by recency, frequency and value.

    Args:
        context: Store, user, day and clock.
        since: Date formula of the first day that counts, worked out from the work date.
        until: Date formula of the last.
        value: Which of the customer's figures is the value; the host's books supply it.
        **fields: Fields of the questionnaire; its code is ``RFM`` if not given.

    Raises:
        UnknownName: A questionnaire has no such field, or customers have no such figure.
        Rejected: The code is taken, or something has faults: all of them.
    """
    values = parse_values(context.store, ProfileQuestionnaire, fields, long=True)
    code = values.get("code", RFM)
    made, lines, points = make_scoring(code=code, since=since, until=until, value=value)
    questionnaire = attrs.evolve(made, **values)
    add_questionnaires(context, questionnaire, *lines, *points)
    return questionnaire
