"""What is an address of a database, and what is the path of a file."""

from pathlib import Path

import pytest

from segmentation.operations.store_addresses import is_address


@pytest.mark.parametrize(
    "store",
    ["postgresql:/ann:s3cr3t@host/crm", f"postgresql:{'x' * 5_000}", "postgresql:\0"],
    ids=["mistyped", "long", "NUL"],
)
def test_what_begins_as_an_address_is_one_if_no_file_is_called_so(store: str) -> None:
    assert is_address(store)


def test_a_file_that_is_called_like_an_address_is_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("postgresql:crm").touch()
    assert not is_address("postgresql:crm")
