"""On a cluster results stay there, and what it cannot do exactly is refused by name."""

from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from engines.registry import spark_session
from segmentation.adapters.narwhals import FrameContacts, selection_of
from segmentation.criteria import Criteria, Cut, First, InShare, Part, bind
from segmentation.errors import Refused
from support import truth

pytestmark = pytest.mark.spark


@pytest.fixture(scope="module")
def contacts() -> Any:  # noqa: ANN401
    rows = [("A", "Hansen", "10"), ("B", "hanson", "20"), ("C", None, None)]
    return spark_session().createDataFrame(rows, "no string, name string, company_no string")


def bound_to(criteria: Criteria) -> Any:  # noqa: ANN401
    return bind(criteria, truth.SCHEMA, truth.AS_OF)


def test_the_filtered_frame_is_one_of_spark(contacts: Any) -> None:  # noqa: ANN401
    found = FrameContacts(contacts).filter(bound_to(truth.part("contact", name="<>Hansen")))
    assert type(found) is type(contacts)
    assert sorted(row["no"] for row in found.collect()) == ["B", "C"]


def test_spark_writes_what_was_chosen_and_it_fills_a_segment(
    contacts: Any,  # noqa: ANN401
    tmp_path: Path,
) -> None:
    chosen = FrameContacts(contacts).filter(bound_to(truth.part("contact", name="h*|H*")))
    chosen.write.parquet(str(tmp_path / "fair"))
    kept = spark_session().read.parquet(str(tmp_path / "fair"))
    crm = seg.Workspace.open(today=truth.AS_OF.today)
    crm.add(*(seg.Contact(no=no) for no in "ABC"))
    assert crm.select(selection_of(kept)) == ["A", "B"]


@pytest.mark.parametrize(
    ("criteria", "reason"),
    [
        (truth.part("contact", name="@hansen.."), "contact.name: @"),
        (InShare("spring", 0, 5000), "a share"),
        (truth.part("item", item="BIKE"), "a link through another table"),
        (Cut(Part("contact"), First(1)), "a cut"),
    ],
)
def test_what_is_not_exact_there_is_refused_by_name(
    contacts: Any,  # noqa: ANN401
    criteria: Criteria,
    reason: str,
) -> None:
    with pytest.raises(Refused, match=reason):
        FrameContacts(contacts).filter(bound_to(criteria))


def test_numbers_come_to_python_for_a_cut(contacts: Any) -> None:  # noqa: ANN401
    assert FrameContacts(contacts).matching(bound_to(Cut(Part("contact"), First(2)))) == ["A", "B"]
