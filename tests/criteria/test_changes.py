"""Criteria of an earlier meaning: which conditions may answer otherwise, and why."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from segmentation.criteria import MEANING, AsOf, Concern, changes_since
from support import truth

AS_OF = AsOf(date(2026, 11, 22), zone=ZoneInfo("Europe/Zurich"))


@pytest.mark.parametrize(
    ("field", "text", "reason"),
    [
        ("name", "@ΣΊΣ*", "letters"),
        ("name", "a|@istanbul", "letters"),
        ("name", "@a?", "letters"),
        ("name", "~ca*", "~"),
        ("name", "A\u030ase", "accent"),
        ("born", "Y27..", "two digits"),
        ("changed", "2026-10-25 02:00..2026-10-25 02:59", "comes twice"),
        ("changed", "<>2026-03-29 02:30", "left out"),
    ],
)
def test_what_may_answer_otherwise_is_named_with_its_reason_mng_58(
    field: str, text: str, reason: str
) -> None:
    """MNG-58."""
    criteria = truth.part("contact", **{field: text})
    (remark,) = changes_since(criteria, truth.SCHEMA, AS_OF, 1)
    assert (remark.concern, remark.place) == (Concern.CHANGED, f"contact.{field}")
    assert reason in remark.sentence
    assert changes_since(criteria, truth.SCHEMA, AS_OF, MEANING) == ()


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("country", "DK|SE"),
        ("name", "Σ*|İ|A..B"),
        ("name", "@zorro*"),
        ("born", "Y2027..|-3M|311226"),
        ("changed", "2026-10-25|2026-10-25 02:30+02:00|2026-10-25 03:00|no date"),
    ],
)
def test_what_answers_as_before_is_not_named_mng_58(field: str, text: str) -> None:
    """MNG-58."""
    assert changes_since(truth.part("contact", **{field: text}), truth.SCHEMA, AS_OF, 1) == ()


def test_what_the_schema_does_not_know_is_left_to_binding() -> None:
    assert changes_since(truth.part("contact", hue="@ß?"), truth.SCHEMA, AS_OF, 1) == ()
