"""Tasks: what follows them."""

import datetime as dt

import pytest

from segmentation.errors import FilterError
from segmentation.tasks import Task, TaskStatus


def test_what_follows_a_task_has_not_started() -> None:
    done = Task(date=dt.date(2026, 1, 31), follow_up="<1M>", status=TaskStatus.COMPLETED)
    then = done.followed_up()
    assert then is not None
    assert then.date == dt.date(2026, 2, 28)
    assert then.status is TaskStatus.NOT_STARTED
    assert then.follow_up == "<1M>"


def test_nothing_follows_without_formula_or_date() -> None:
    assert Task(date=dt.date(2026, 1, 31)).followed_up() is None
    assert Task(follow_up="1M").followed_up() is None


def test_a_formula_that_is_none_is_told() -> None:
    with pytest.raises(FilterError):
        Task(date=dt.date(2026, 1, 31), follow_up="soon").followed_up()
