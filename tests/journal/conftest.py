"""A desk whose journal is checked after every test that writes one."""

from collections.abc import Iterator

import pytest

import segmentation as seg
from desk import check_journal, make_desk


@pytest.fixture
def crm() -> Iterator[seg.Workspace]:
    crm = make_desk()
    yield crm
    check_journal(crm)
