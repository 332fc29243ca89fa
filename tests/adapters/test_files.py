"""Couriers into folders and archives: names, collisions, faults, and a second run."""

import errno
import io
import os
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path

import attrs
import pytest

from segmentation.adapters.files import FolderCourier, ZipCourier
from segmentation.adapters.files._packing import packing
from segmentation.documents import Document, safe_file_name
from segmentation.errors import NotDelivered


def document(
    number: int = 1, name: str = "Berg AS - Anna Berg.txt", content: str = "Hi"
) -> Document:
    return Document(
        contact_no=f"CT{number}",
        name=name,
        content=content.encode(),
        key=str(number),
        segment_no="SM00001",
    )


def test_a_document_becomes_a_file_of_its_name(tmp_path: Path) -> None:
    where = FolderCourier(tmp_path / "new" / "letters").deliver(document())
    assert Path(where) == tmp_path / "new" / "letters" / "Berg AS - Anna Berg.txt"
    assert Path(where).read_text() == "Hi"


def test_the_same_document_again_is_no_second_file(tmp_path: Path) -> None:
    courier = FolderCourier(tmp_path)
    assert courier.deliver(document()) == courier.deliver(document())
    assert len(list(tmp_path.iterdir())) == 1


def test_a_file_that_holds_something_else_is_never_overwritten(tmp_path: Path) -> None:
    courier = FolderCourier(tmp_path)
    for number, content in ((0, "one"), (1, "two"), (5, "three")):
        courier.deliver(document(number, content=content))
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == [
        "Berg AS - Anna Berg - CT1.txt",
        "Berg AS - Anna Berg - CT5.txt",
        "Berg AS - Anna Berg.txt",
    ]
    assert courier.deliver(document(5, content="four")).endswith("CT5 - 5.txt")
    with pytest.raises(NotDelivered, match="already") as caught:
        courier.deliver(document(5, content="five"))
    assert not caught.value.temporary


def test_an_empty_file_left_by_a_killed_process_is_filled(tmp_path: Path) -> None:
    (tmp_path / document().name).touch()
    where = FolderCourier(tmp_path).deliver(document())
    assert Path(where).name == document().name
    assert Path(where).read_text() == "Hi"


def test_a_folder_of_that_name_is_in_nobodys_way(tmp_path: Path) -> None:
    (tmp_path / document().name).mkdir()
    assert FolderCourier(tmp_path).deliver(document()).endswith("CT1.txt")


def test_a_folder_that_cannot_be_written_is_an_error_to_try_again(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for courier in (FolderCourier(tmp_path / "file"), ZipCourier(tmp_path / "file")):
        with pytest.raises(NotDelivered) as caught:
            courier.deliver(document())
        assert caught.value.temporary


def test_a_full_disk_leaves_no_half_letter(
    small_disk: Callable[[int], None], tmp_path: Path
) -> None:
    small_disk(1024)
    large = document(content="x" * 5000)
    for courier in (FolderCourier(tmp_path / "a"), ZipCourier(tmp_path / "b")):
        with pytest.raises(NotDelivered, match=os.strerror(errno.EFBIG)):
            courier.deliver(large)
    left = [path for path in tmp_path.rglob("*") if path.is_file() and path.stat().st_size]
    assert left == []


def contents(archive: Path) -> dict[str, str]:
    with zipfile.ZipFile(archive) as packed:
        assert packed.testzip() is None
        return {name: packed.read(name).decode() for name in packed.namelist()}


def test_int_89_an_archive_is_named_after_its_segment(tmp_path: Path) -> None:
    with ZipCourier(tmp_path) as courier:
        courier.deliver(document(1, "Berg AS.pdf"))
        where = courier.deliver(document(2, "Berg AS - Anna Berg.pdf"))
    assert Path(where) == tmp_path / "SM00001.zip"
    assert list(contents(tmp_path / "SM00001.zip")) == ["Berg AS.pdf", "Berg AS - Anna Berg.pdf"]
    assert [path.name for path in tmp_path.iterdir()] == ["SM00001.zip"]


def test_documents_of_one_name_are_told_apart_in_the_archive(tmp_path: Path) -> None:
    with ZipCourier(tmp_path) as courier:
        courier.deliver(document(1))
        courier.deliver(document(2, "BERG AS - ANNA BERG.txt"))
        courier.deliver(of_one_contact(3))
        courier.deliver(of_one_contact(4))
    assert list(contents(tmp_path / "SM00001.zip")) == [
        "Berg AS - Anna Berg.txt",
        "BERG AS - ANNA BERG - CT2.txt",
        "Berg AS - Anna Berg - CT9.txt",
        "Berg AS - Anna Berg - CT9 - 4.txt",
    ]


def of_one_contact(number: int) -> Document:
    return Document(
        contact_no="CT9",
        name=document().name,
        content=b"Hi",
        key=str(number),
        segment_no="SM00001",
    )


def test_a_second_run_adds_to_the_archive_and_doubles_nothing(tmp_path: Path) -> None:
    with ZipCourier(tmp_path) as courier:
        courier.deliver(document(1, "a.txt"))
    with ZipCourier(tmp_path) as courier:
        courier.deliver(document(1, "a.txt"))
        courier.deliver(document(2, "b.txt", "Ho"))
    assert contents(tmp_path / "SM00001.zip") == {"a.txt": "Hi", "b.txt": "Ho"}


def test_what_a_crash_left_behind_is_packed_the_next_time(tmp_path: Path) -> None:
    def killed() -> None:
        with ZipCourier(tmp_path) as courier:
            courier.deliver(document(1, "a.txt"))
            courier.deliver(document(2, "b.txt"))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert not (tmp_path / "SM00001.zip").exists()
    ZipCourier(tmp_path).close()
    assert contents(tmp_path / "SM00001.zip") == {"a.txt": "Hi", "b.txt": "Hi"}


def test_documents_of_no_segment_have_an_archive_of_their_own(tmp_path: Path) -> None:
    with ZipCourier(tmp_path) as courier:
        courier.deliver(Document(contact_no="CT1", name="a.txt", content=b"Hi", key="1"))
        courier.deliver(Document(contact_no="CT2", name="b.txt", content=b"Hi", key="2"))
    assert contents(tmp_path / "documents.zip") == {"a.txt": "Hi", "b.txt": "Hi"}


def test_an_archive_that_cannot_be_written_keeps_what_was_delivered(tmp_path: Path) -> None:
    courier = ZipCourier(tmp_path)
    courier.deliver(document(1, "a.txt"))
    courier.deliver(document(2, "b.txt"))
    (tmp_path / ".SM00001.zip").mkdir()
    with pytest.raises(NotDelivered):
        courier.close()
    (tmp_path / ".SM00001.zip").rmdir()
    courier.close()
    assert contents(tmp_path / "SM00001.zip") == {"a.txt": "Hi", "b.txt": "Hi"}


def test_a_part_is_replaced_whole_or_not_at_all(tmp_path: Path) -> None:
    courier = ZipCourier(tmp_path)
    courier.deliver(document(1, "a.txt"))
    part = next(tmp_path.rglob("*.part"))
    part.unlink()
    part.mkdir()
    with pytest.raises(NotDelivered):
        courier.deliver(document(1, "a.txt"))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(
    ("old", "new"), [(b"PK\5\6", b"PK"), (b"\xf3", b"\xff")], ids=["no end", "no text"]
)
def test_a_broken_archive_is_told_and_keeps_what_was_delivered(
    old: bytes, new: bytes, tmp_path: Path
) -> None:
    with ZipCourier(tmp_path) as courier:
        courier.deliver(document(1, "a.txt", "Hi" * 100))
        courier.deliver(document(3, "c.txt", "Hi" * 100))
    archive = tmp_path / "SM00001.zip"
    archive.write_bytes(archive.read_bytes().replace(old, new, 1))
    courier.deliver(document(2, "b.txt"))
    courier.deliver(document(4, "d.txt"))
    with pytest.raises(NotDelivered, match=r"SM00001\.zip"):
        courier.close()
    archive.unlink()
    courier.close()
    assert contents(archive) == {"b.txt": "Hi", "d.txt": "Hi"}


# -- archives of any size ---------------------------------------------------------------------


def test_packing_takes_no_more_memory_for_many_documents_than_for_few(tmp_path: Path) -> None:
    peaks = []
    for number in (100, 100, 5_000):  # the first time, modules and caches are filled
        tracemalloc.start()
        with (tmp_path / "a.zip").open("w+b") as file, packing(file) as packed:
            for at in range(number):
                packed.add(zipfile.ZipInfo(f"a letter with a long name {at}"), io.BytesIO(b"Hi"))
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[2] < peaks[1] + 50_000


def test_an_archive_of_more_documents_than_two_bytes_count_is_read_by_others(
    tmp_path: Path,
) -> None:
    path, number = tmp_path / "many.zip", 0xFFFF
    with path.open("w+b") as file, packing(file) as packed:
        for at in range(number):
            packed.add(zipfile.ZipInfo(f"{at}"), io.BytesIO())
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [f"{at}" for at in range(number)]
    unzip = shutil.which("unzip")
    if unzip:
        assert subprocess.run([unzip, "-tqq", path], check=False).returncode == 0


def test_documents_that_lie_beyond_four_gigabytes_are_found(tmp_path: Path) -> None:
    path = tmp_path / "large.zip"
    with path.open("w+b") as file:
        file.seek(5 * 1024**3)  # a hole, which takes no room
        with packing(file) as packed:
            packed.add(zipfile.ZipInfo("Bjørn.txt"), io.BytesIO(b"Hi"))
    assert contents(path) == {"Bjørn.txt": "Hi"}
    path.unlink()


# -- names that are alike -----------------------------------------------------------------------

COMPANY = "Ж" * 98


def namesakes(content: str = "Привет") -> list[Document]:
    name = safe_file_name(COMPANY, "Иван", extension="txt")
    return [document(number, name, content) for number in (1001, 1002, 1003)]


def told_apart(names: list[str]) -> list[str]:
    """The names, which are three and short enough, each from its number on."""
    assert len(set(names)) == 3
    assert all(len(name.encode()) <= 255 for name in names)
    assert all(name.startswith("ЖЖЖ") for name in names)
    return sorted(name.lstrip("Ж") for name in names)


NUMBERED = [" - CT1002.txt", " - CT1003.txt"]


def test_ltr_29_persons_of_one_name_have_a_file_each_in_a_folder(tmp_path: Path) -> None:
    """LTR-29."""
    courier = FolderCourier(tmp_path)
    delivered = [courier.deliver(each) for each in namesakes()]
    names = [path.name for path in tmp_path.iterdir()]
    assert {Path(path).name for path in delivered} == set(names)
    assert told_apart(names)[:2] == NUMBERED
    assert [FolderCourier(tmp_path).deliver(each) for each in namesakes()] == delivered
    assert len(list(tmp_path.iterdir())) == 3


def test_ltr_29_persons_of_one_name_have_a_file_each_in_an_archive(tmp_path: Path) -> None:
    """LTR-29."""
    with ZipCourier(tmp_path) as courier:
        for each in namesakes():
            courier.deliver(each)
    with zipfile.ZipFile(tmp_path / "SM00001.zip") as archive:
        names = archive.namelist()
    assert told_apart(names)[:2] == NUMBERED


def test_ltr_29_letters_that_were_not_logged_have_a_file_each_in_an_archive(
    tmp_path: Path,
) -> None:
    """LTR-29."""
    with ZipCourier(tmp_path) as courier:
        for number in (1, 2, 3):
            courier.deliver(attrs.evolve(document(number), key="0"))
    with zipfile.ZipFile(tmp_path / "SM00001.zip") as archive:
        assert len(archive.namelist()) == len(set(archive.namelist())) == 3


def test_ltr_29_no_name_is_given_twice_in_an_archive(tmp_path: Path) -> None:
    """LTR-29."""
    taken = ["a.txt", "a - CT1.txt", "a - CT1 - 4.txt"]
    with ZipCourier(tmp_path) as courier:
        for number, name in enumerate([*taken, "a.txt"], start=1):
            courier.deliver(attrs.evolve(document(number, name), contact_no="CT1"))
    with zipfile.ZipFile(tmp_path / "SM00001.zip") as archive:
        assert archive.namelist() == [*taken, "a - CT1 - 4 - 2.txt"]


@pytest.mark.parametrize("code", [errno.EPERM, errno.EOPNOTSUPP, None])
def test_files_are_told_apart_where_a_file_has_one_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int | None
) -> None:
    def refuse(*_paths: Path) -> None:
        raise OSError(code, "no links here")

    monkeypatch.setattr(os, "link", refuse)
    if code is None:  # as in a browser
        monkeypatch.delattr(os, "link")
    courier = FolderCourier(tmp_path)
    delivered = [courier.deliver(each) for each in [*namesakes(), *namesakes()]]
    assert delivered[:3] == delivered[3:]
    assert told_apart([path.name for path in tmp_path.iterdir()])[:2] == NUMBERED


def test_a_name_that_is_taken_at_the_last_moment_is_not_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = os.link

    def late(source: Path, target: Path) -> None:
        if not list(tmp_path.glob("*.txt")):
            target.write_text("theirs")
        link(source, target)

    monkeypatch.setattr(os, "link", late)
    where = FolderCourier(tmp_path).deliver(document())
    assert Path(where).name == "Berg AS - Anna Berg - CT1.txt"
    assert (tmp_path / document().name).read_text() == "theirs"


def test_a_name_that_is_taken_is_not_written_again_where_a_file_has_one_name_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def late(_source: Path, target: Path) -> None:
        if not list(tmp_path.glob("*.txt")):
            target.write_text("theirs")
        raise OSError(errno.EPERM, "no links here")

    monkeypatch.setattr(os, "link", late)
    where = FolderCourier(tmp_path).deliver(document())
    assert Path(where).name == "Berg AS - Anna Berg - CT1.txt"
    assert Path(where).read_bytes() == document().content
    assert (tmp_path / document().name).read_text() == "theirs"
    assert len(list(tmp_path.iterdir())) == 2


def test_a_folder_that_refuses_a_name_is_an_error_to_try_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: Path) -> None:
        raise OSError(errno.EIO, "broken disk")

    monkeypatch.setattr(os, "link", refuse)
    with pytest.raises(NotDelivered, match="broken disk"):
        FolderCourier(tmp_path).deliver(document())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("subject", "name"),
    [
        ("Come to the fair", "Come to the fair.pdf"),
        ("A/B: now?", "A_B_ now_.pdf"),
        ("", "Anna Berg.pdf"),
    ],
)
def test_a_single_document_bears_the_subject_as_its_name(
    tmp_path: Path, subject: str, name: str
) -> None:
    """EXM-42: one file in the same folder, no archive; two lines give an archive of two."""
    letter = Document(
        contact_no="A", name="Anna Berg.pdf", subject=subject, content=b"Dear", segment_no="SM1"
    )
    with ZipCourier(tmp_path) as courier:
        courier.deliver(letter)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [(name, b"Dear")]
    with ZipCourier(tmp_path) as courier:
        courier.deliver(letter)
        courier.deliver(attrs.evolve(letter, contact_no="B", content=b"Dear B"))
    assert {path.name for path in tmp_path.iterdir()} == {name, "SM1.zip"}
    with zipfile.ZipFile(tmp_path / "SM1.zip") as archive:
        assert len(archive.namelist()) == 2
    with ZipCourier(tmp_path / "again") as courier:
        courier.deliver(letter)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / name).write_bytes(b"of another")
    with ZipCourier(tmp_path / "other") as courier:
        courier.deliver(letter)
    assert len(list((tmp_path / "other").iterdir())) == 2
