"""Every public error, raised once by a call of the library, told in every language."""

import re
import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path

import pytest

import segmentation as seg
from segmentation import errors
from segmentation.adapters.files import FolderCourier
from segmentation.adapters.smtp import SmtpCourier
from segmentation.adapters.word import WordRenderer
from segmentation.command_line import WrongUse, main
from segmentation.documents import Document, TextRenderer
from segmentation.errors import (
    BadDocument,
    Conflict,
    FilterError,
    InvalidValue,
    JournalBroken,
    MissingExtra,
    NotDelivered,
    NotFound,
    NoTruthValue,
    Refused,
    Rejected,
    SegmentationError,
    StoreError,
    UnknownName,
    UsageError,
)
from segmentation.experiments import Group, compared
from segmentation.operations.journal import verify_export
from segmentation.segments import actions_from_json
from segmentation.serialization import criteria_from_json
from segmentation.setup import NumberSeries
from support.desk import make_desk, segment_of
from support.fair import evolved
from support.wordfiles import docx, field, paragraph

OTHERS = ("fr-CH", "it-IT", "nb-NO")
LETTER = Document(contact_no="C1", name="a.txt", content=b"Hi", key="1", segment_no="S1")


def raised(step: Callable[[], object]) -> SegmentationError:
    with pytest.raises(SegmentationError) as caught:
        step()
    return caught.value


def take_for_true(crm: seg.Workspace) -> bool:
    return bool(crm.fields.contact.city == "Bern")


def come_too_late(crm: seg.Workspace) -> None:
    no = segment_of(crm).no
    before = crm.store.segments.get(no)
    crm.segment(no).add_contact("ANNA")
    crm.store.segments.put(before)


def deliver_into_a_file(folder: Path) -> str:
    (folder / "file").touch()
    return FolderCourier(folder / "file").deliver(LETTER)


def open_a_text(folder: Path) -> seg.Workspace:
    (folder / "crm.db").write_text("not a database")
    return seg.Workspace.open(folder / "crm.db")


def verify_a_gap(crm: seg.Workspace) -> object:
    crm.interactions.create("ANNA", interaction_template_code="TALK")
    crm.interactions.create("BO", interaction_template_code="TALK")
    return verify_export(list(crm.journal.export())[1:])


def load_without_jinja(patch: pytest.MonkeyPatch) -> object:
    patch.setitem(sys.modules, "jinja2", None)
    patch.delitem(sys.modules, "segmentation.adapters.jinja", raising=False)
    return import_module("segmentation.adapters.jinja")


def call_wrongly(patch: pytest.MonkeyPatch, folder: Path) -> None:
    caught: list[SegmentationError] = []

    def keep(error: SegmentationError, code: int) -> int:
        caught.append(error)
        return code

    patch.setattr("segmentation.command_line._main.complain", keep)
    main(["import", str(folder / "nowhere"), "--store", str(folder / "crm.db")])
    raise caught[0]


@pytest.fixture
def crm() -> seg.Workspace:
    return make_desk()


@pytest.fixture
def steps(
    crm: seg.Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Mapping[type[SegmentationError], Callable[[], object]]:
    """What raises each of the errors that the library raises."""
    return {
        FilterError: lambda: crm.select(contact={"minor": "perhaps"}),
        UnknownName: lambda: crm.select(contact={"citi": "x"}),
        NotFound: lambda: crm.contacts["NOBODY"],
        InvalidValue: lambda: seg.Contact(no="C1", type="firm"),
        NoTruthValue: lambda: take_for_true(crm),
        BadDocument: lambda: TextRenderer().read(b"\xff", "letter.txt"),
        Rejected: lambda: crm.select(contact={"citi": "x", "minor": "perhaps"}),
        Refused: segment_of(crm).go_back,
        Conflict: lambda: come_too_late(crm),
        NotDelivered: lambda: deliver_into_a_file(tmp_path),
        StoreError: lambda: open_a_text(tmp_path),
        JournalBroken: lambda: verify_a_gap(crm),
        MissingExtra: lambda: load_without_jinja(monkeypatch),
        WrongUse: lambda: call_wrongly(monkeypatch, tmp_path),
    }


KINDS = [
    kind
    for kind in vars(errors).values()
    if isinstance(kind, type)
    and issubclass(kind, SegmentationError)
    and kind not in {SegmentationError, UsageError}
]


def letters(text: str) -> str:
    """A text without signs and blanks, which differ where words do not."""
    return re.sub(r"[\W\d_]+", "", text)


def check_told(crm: seg.Workspace, error: SegmentationError) -> None:
    """The error differs from English, and from the other languages, by more than its signs."""
    said = {letters(str(error))}
    for language in OTHERS:
        said.add(letters(evolved(crm, language=language).translate(error)))
    assert len(said) == 1 + len(OTHERS), said


@pytest.mark.parametrize("kind", [*KINDS, WrongUse])
def test_every_error_is_told_in_every_language(
    crm: seg.Workspace,
    steps: Mapping[type[SegmentationError], Callable[[], object]],
    kind: type[SegmentationError],
) -> None:
    error = raised(steps[kind])
    assert (type(error), error.code) == (kind, kind.code)
    check_told(crm, error)
    assert error.code == kind.code


OTHER = Group(name="B", contacts=5, responses=2)
MORE: Mapping[str, Callable[[], object]] = {
    "more responses than contacts": lambda: compared(
        Group(name="A", contacts=1, responses=2), OTHER
    ),
    "a series that ran out": NumberSeries(code="S", starting_no="9", last_no_used="9").next_no,
    "a number without digits": NumberSeries(code="S", starting_no="A").next_no,
    "no Word document": lambda: WordRenderer().read(b"PK", "letter.docx"),
    "a Word field that no letter has": lambda: WordRenderer().read(
        docx(paragraph(field("NEXT"))), "letter.docx"
    ),
    "no mail address": lambda: SmtpCourier("localhost", "a@example.com").deliver(LETTER),
    "no stored selection": lambda: criteria_from_json("[]"),
    "no stored actions": lambda: actions_from_json("[]"),
    "an address of no database": lambda: seg.Workspace.open("mssql://host/crm"),
}


@pytest.mark.parametrize("step", MORE.values(), ids=MORE.keys())
def test_errors_of_rarer_parts_are_told_too(crm: seg.Workspace, step: Callable[[], object]) -> None:
    check_told(crm, raised(step))
