"""Each question of the page `gallery` has one answer, however it is asked."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from docs.gallery import Question, frames_of, questions, workspace

from segmentation import Workspace

QUESTIONS = questions()


@pytest.fixture(scope="module", params=["memory", "sqlite"])
def crm(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Workspace]:
    folder: Path = tmp_path_factory.mktemp("gallery")
    address = {"memory": ":memory:", "sqlite": str(folder / "crm.db")}[request.param]
    with workspace(address) as opened:
        yield opened


@pytest.fixture(scope="module")
def frames(crm: Workspace) -> Mapping[str, pl.DataFrame]:
    return frames_of(crm)


@pytest.mark.parametrize("question", QUESTIONS, ids=[each.asked for each in QUESTIONS])
def test_texts_python_and_polars_find_the_same_contacts(
    question: Question, crm: Workspace, frames: Mapping[str, pl.DataFrame]
) -> None:
    found = sorted(crm.select(question.from_python(crm)))
    assert question.from_texts is None or sorted(crm.select(question.from_texts)) == found
    assert question.by_hand(frames) == found
    assert len(found) == question.count


def test_there_are_fifty_different_questions() -> None:
    assert len({each.asked for each in QUESTIONS}) == len(QUESTIONS) == 50
