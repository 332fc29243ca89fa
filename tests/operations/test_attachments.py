"""Attachments are given in one of three ways, and stay only with the step that they came for."""

from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from segmentation.adapters.sqlalchemy import open_store
from segmentation.documents import Attachment
from segmentation.errors import InvalidValue, NotFound, Rejected
from segmentation.memory import MemoryStore
from segmentation.operations.attachments import keep_attachment, read_attachment
from segmentation.protocols import Store
from segmentation.templates import TemplateLanguage

CONTENT = b"Dear {{ name }}"
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture(params=["memory", "sql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    in_memory = request.param == "memory"
    opened: Store = MemoryStore() if in_memory else open_store(tmp_path / "kept.db")
    yield opened
    opened.close()


def test_a_path_an_attachment_and_a_stored_one_are_taken(store: Store, tmp_path: Path) -> None:
    """FRT-07."""
    path = tmp_path / "fair.txt"
    path.write_bytes(CONTENT)
    assert keep_attachment(store, path) == (DIGEST, "fair.txt")
    assert keep_attachment(store, Attachment("other.txt", CONTENT)) == (DIGEST, "other.txt")
    assert keep_attachment(store, DIGEST) == (DIGEST, "")
    came_out = read_attachment(store, DIGEST, "fair.txt")
    assert came_out == Attachment("fair.txt", CONTENT)
    assert keep_attachment(store, came_out) == (DIGEST, "fair.txt")


def test_a_stored_one_has_the_name_under_which_something_has_it(store: Store) -> None:
    digest, name = keep_attachment(store, Attachment("fair.docx", CONTENT))
    nameless, named = (
        TemplateLanguage(
            interaction_template_code="FAIR",
            language_code=code,
            attachment=digest,
            attachment_name=called,
        )
        for code, called in (("DAN", ""), ("ENU", name))
    )
    store.records.put([nameless, named])
    assert keep_attachment(store, digest) == (digest, "fair.docx")


def test_a_text_opens_no_file(store: Store, tmp_path: Path) -> None:
    """FRT-07: an unknown hash is a fault, and so is the name of a file."""
    path = tmp_path / "fair.txt"
    path.write_bytes(CONTENT)
    for text in (str(path), "0" * 64, ""):
        with pytest.raises(Rejected, match="nothing is stored under") as caught:
            keep_attachment(store, text)
        assert [fault.field for fault in caught.value.faults] == ["attachment"]


def test_a_file_that_cannot_be_read_is_a_fault(store: Store, tmp_path: Path) -> None:
    with pytest.raises(Rejected, match=r"fair\.txt' cannot be read \(No such file"):
        keep_attachment(store, tmp_path / "fair.txt")
    with pytest.raises(Rejected, match="cannot be read"):
        keep_attachment(store, tmp_path)


def test_anything_else_is_an_invalid_value(store: Store) -> None:
    with pytest.raises(InvalidValue, match="neither a Path, nor an Attachment"):
        keep_attachment(store, CONTENT)  # type: ignore[arg-type]  # a mistake
    with pytest.raises(NotFound):
        read_attachment(store, DIGEST, "fair.txt")


def test_what_came_with_a_refused_step_goes_with_it(store: Store) -> None:
    def refused() -> None:
        with store.transaction():
            keep_attachment(store, Attachment("fair.txt", CONTENT))
            keep_attachment(store, kept)
            raise InvalidValue("step", 1, "is refused")

    kept = Attachment("kept.txt", b"kept")
    digest, _ = keep_attachment(store, kept)
    with pytest.raises(InvalidValue):
        refused()
    with pytest.raises(NotFound):
        store.attachments.get(DIGEST)
    assert store.attachments.get(digest) == b"kept"
