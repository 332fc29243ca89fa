"""Whom conditions find is remembered, so many conditions at most."""

from segmentation.bitmaps import Bitmap
from segmentation.memory._remembered import Remembered


def test_what_has_no_hash_is_asked_each_time() -> None:
    answers = iter([Bitmap(1), Bitmap(2)])
    remembered: Remembered[tuple[list[str]]] = Remembered()
    asked: tuple[list[str]] = ([],)
    assert [remembered.get(asked, lambda: next(answers)) for _ in range(2)] == [1, 2]


def test_conditions_are_asked_once_until_many_others_were() -> None:
    remembered: Remembered[int] = Remembered()
    asked: list[int] = []

    def find(condition: int) -> Bitmap:
        def found() -> Bitmap:
            asked.append(condition)
            return Bitmap(condition)

        return remembered.get(condition, found)

    for condition in range(64):
        assert find(condition) == condition
    assert find(0) == 0
    assert asked == list(range(64))
    assert find(64) == 64
    assert find(0) == 0
    assert asked == list(range(65))
    assert find(1) == 1
    assert set(remembered.asked) == {0, 1, *range(3, 65)}
    assert asked == [*range(65), 1]
