"""A store with the sample data, for tests that only read it."""

from pathlib import Path

import pytest

from segmentation.command_line import main
from support.commands import SAMPLE


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("store") / "crm.db"
    assert main(["import", str(SAMPLE), "--store", str(path)]) == 0
    return path
