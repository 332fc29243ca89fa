"""The contracts of stores, kept by ours: in memory, on SQLite and on PostgreSQL."""

import pytest

from segmentation.errors import NotFound
from segmentation.memory import MemoryStore
from segmentation.protocols import Store
from segmentation.testing import StoreContract
from segmentation.testing._contract import raises
from support.databases import Database


class TestMemoryStore(StoreContract):
    def make_store(self) -> Store:
        return MemoryStore()


class TestSqlStore(StoreContract):
    @pytest.fixture(autouse=True)
    def _in(self, kept_database: Database) -> None:
        kept_database.empty()
        self.database = kept_database

    def make_store(self) -> Store:
        return self.database.open()


def test_a_contract_asks_how_to_make_a_store() -> None:
    with pytest.raises(NotImplementedError):
        StoreContract().make_store()


def test_a_contract_misses_an_error_that_does_not_come() -> None:
    with pytest.raises(AssertionError, match="NotFound was not raised"):
        raises(NotFound, lambda: None)
