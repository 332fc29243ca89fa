"""What questionnaires give back shows itself shortly, as a table and as plain data."""

import json

import pytest

from segmentation import to_plain
from segmentation.operations.questionnaires import Classified, Form, FormRow, Move
from segmentation.questionnaires import LineType, ProfileQuestionnaireLine

QUESTION = ProfileQuestionnaireLine(
    profile_questionnaire_code="Q", line_no=10, description="Golf <18>?", multiple_answers=True
)
ANSWER = ProfileQuestionnaireLine(
    profile_questionnaire_code="Q", line_no=20, description="Yes", type=LineType.ANSWER
)
ROWS = (FormRow(line=QUESTION, several=True), FormRow(line=ANSWER, chosen=True))
FORM = Form(code="Q", description="Hobbies", contact_no="ANNA", rows=ROWS)
MOVE = Move("ANNA", "Q", 10, (20,), (30, 40))


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (ROWS[0], "FormRow(10, 'Golf <18>?', question, several)"),
        (ROWS[1], "FormRow(20, 'Yes', answer, chosen)"),
        (FORM, "Form('Q', 'Hobbies', 'ANNA', rows=2)"),
        (MOVE, "Move('ANNA', 'Q', question_line_no=10, before=1, after=2)"),
        (
            Classified(questions=1, answers=5, moves=(MOVE,)),
            "Classified(questions=1, answers=5, moves=1)",
        ),
    ],
)
def test_each_shows_itself_in_a_line(value: object, shown: str) -> None:
    """FRT-08."""
    assert repr(value) == shown


def test_forms_and_moves_are_tables_however_many_rows_they_have() -> None:
    shown = FORM._repr_html_()
    assert "<caption>Hobbies</caption>" in shown
    assert "<td>Golf &lt;18&gt;?</td><td>several answers</td>" in shown
    assert "<td>Yes</td><td>x</td>" in shown
    assert len(FORM) == len(list(FORM)) == 2
    many = Form(code="Q", rows=ROWS * 1000)
    assert "<caption>Q</caption>" in many._repr_html_()
    assert "… and 1,990 more" in many._repr_html_()
    moved = Classified(questions=1, answers=5, moves=(MOVE,) * 1000)
    assert "<caption>1 questions, 5 answers</caption>" in moved._repr_html_()
    assert "… and 990 more" in moved._repr_html_()


def test_they_are_plain_data() -> None:
    """FRT-09."""
    data = json.loads(json.dumps(to_plain(Form(code="Q", rows=ROWS * 1000))))
    assert (data["code"], data["rows"]["count"]) == ("Q", 2000)
    done = to_plain(Classified(questions=1, answers=5, moves=(MOVE,)))
    assert isinstance(done, dict)
    assert (done["questions"], done["answers"]) == (1, 5)
    assert json.loads(json.dumps(done)) == done
