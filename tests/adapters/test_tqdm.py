"""A bar follows what it is told."""

import io

from segmentation.adapters.tqdm import ProgressBar
from segmentation.operations.letters import Progress


def test_a_bar_shows_how_far_a_delivery_has_come() -> None:
    shown = io.StringIO()
    with ProgressBar("Letters", file=shown, mininterval=0) as bar:
        for done in (1, 2, 3):
            bar(Progress(done=done, of=4))
    last = shown.getvalue().rstrip().rpartition("\r")[2]
    assert last.startswith("Letters:  75%")
    assert "3/4" in last


def test_without_a_document_there_is_no_bar() -> None:
    shown = io.StringIO()
    with ProgressBar(file=shown):
        pass
    assert shown.getvalue() == ""
