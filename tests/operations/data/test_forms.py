"""What comes in is brought to Unicode's normal form C, and a NUL is refused at every door."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.code_tables import Territory
from segmentation.contacts import Contact
from segmentation.definitions import OwnField
from segmentation.errors import SegmentationError
from support import fair

COMPOSED, DECOMPOSED = "\u00c5se", "A\u030ase"


def workspace() -> seg.Workspace:
    return seg.Workspace.open(fair.make_store(), today=dt.date(2026, 11, 22), user="ANNA")


def test_a_name_is_kept_with_one_sign_for_a_letter_and_its_accent_mng_09() -> None:
    """MNG-09."""
    crm = workspace()
    crm.store.records.put([OwnField(table="contact", name="by")])
    made = crm.contacts.new(DECOMPOSED, type="person")
    crm.add(seg.Contact(no="N2", name=DECOMPOSED, extra={"by": DECOMPOSED}))
    assert made.name == crm.contacts["N2"].name == COMPOSED
    assert dict(crm.contacts["N2"].extra) == {"by": COMPOSED}
    for text in (COMPOSED, DECOMPOSED, "?se", "@\u00c5SE"):
        assert set(crm.select(contact={"name": text})) == {made.no, "N2"}, text


def test_an_import_tells_what_was_brought_to_nfc_mng_10(tmp_path: Path) -> None:
    """MNG-10."""
    rows = [
        f"N1,{DECOMPOSED},Bern",
        f"N2,{DECOMPOSED},{DECOMPOSED}",
        f"N3,{DECOMPOSED},Bern",
        "N4,Ole,Bern",
        f"N5,{COMPOSED},Bern",
    ]
    file = tmp_path / "contact.csv"
    file.write_text("\n".join(["no,name,city", *rows]), encoding="utf-8")
    crm = workspace()
    imported = crm.import_data(tmp_path)
    assert dict(imported.normalized) == {"name": 3, "city": 1}
    found = ["N1", "N2", "N3", "N5"]
    assert sorted(crm.select(contact={"name": DECOMPOSED})) == found
    crm.import_data(tmp_path)
    assert sorted(crm.select(contact={"name": COMPOSED})) == found


def test_records_tell_what_was_brought_to_nfc_mng_10() -> None:
    """MNG-10."""
    crm = workspace()
    crm.store.records.put([OwnField(table="contact", name="by")])
    imported = crm.add(
        Contact(no="N1", name=DECOMPOSED, extra={"by": DECOMPOSED}),
        Contact(no="N2", name=DECOMPOSED, extra={"by": "Ole"}),
        Contact(no="N3", name=COMPOSED),
    )
    assert dict(imported.normalized) == {"name": 2, "by": 1}
    assert crm.contacts["N1"].name == COMPOSED
    assert crm.add(crm.contacts["N1"]).normalized == ()


def test_what_only_names_who_goes_is_not_told_as_brought_to_nfc(tmp_path: Path) -> None:
    crm = workspace()
    crm.add(Contact(no="N\u00c5"))
    (tmp_path / "contact.csv").write_text("no\nNA\u030a\n", encoding="utf-8")
    gone = crm.import_data(tmp_path, mode="delete")
    assert [each.key for each in gone.gone] == ["N\u00c5"]
    assert gone.normalized == ()


def test_a_comment_is_kept_in_nfc_mng_09() -> None:
    """MNG-09."""
    crm = workspace()
    assert crm.contacts.comment("CARL", DECOMPOSED).text == COMPOSED


DOORS: list[Callable[[seg.Workspace], object]] = [
    lambda crm: crm.contacts.new("An\0na", type="person"),
    lambda crm: crm.contacts.change("CARL", name="An\0na"),
    lambda crm: crm.add(Contact(no="N1", name="An\0na")),
    lambda crm: crm.add(Territory(code="An\0na")),
    lambda crm: crm.select(contact={"name": "An\0na"}),
    lambda crm: crm.new_segment("An\0na"),
    lambda crm: crm.saved_criteria.save("X", None, description="An\0na"),
    lambda crm: crm.contacts.comment("CARL", "An\0na"),
    lambda crm: crm.add(Contact(no="N1", extra={"by": "An\0na"})),
]


@pytest.mark.parametrize("number", range(len(DOORS)))
def test_a_nul_is_refused_at_every_door_mng_15(number: int) -> None:
    """MNG-15."""
    crm = workspace()
    before = list(crm.contacts), len(list(crm.journal))
    with pytest.raises(SegmentationError, match="NUL"):
        DOORS[number](crm)
    assert (list(crm.contacts), len(list(crm.journal))) == before


def test_a_nul_in_a_file_is_told_with_its_row_mng_15(tmp_path: Path) -> None:
    """MNG-15."""
    (tmp_path / "contact.json").write_text(
        '[{"no": "N1", "name": "Anna"}, {"no": "N2", "name": "An\\u0000na"}]', encoding="utf-8"
    )
    with pytest.raises(SegmentationError, match=r"row 2.*name.*NUL"):
        workspace().import_data(tmp_path)
