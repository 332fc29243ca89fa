"""The contract of contacts, kept by those that stand in frames of each library."""

from contextlib import AbstractContextManager

import pytest

from segmentation.adapters.narwhals import join_frames, to_frame
from segmentation.contacts import Contact, ContactIndustryGroup, ContactMailingGroup
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from segmentation.protocols import Contacts, Store
from segmentation.segments import contact_schema
from segmentation.testing import ContactsContract
from support.frames import OF_POLARS

OWN = [
    Field("credit", "decimal", extra=True),
    Field("score", "integer", extra=True),
    Field("since", "date", extra=True),
]
SCHEMA = contact_schema({"contact": OWN})
IN_FRAMES = (Contact, ContactMailingGroup, ContactIndustryGroup)


class Filling:
    """A store that is filled like any other, and then asked beside frames of what it holds."""

    def __init__(self, library: str) -> None:
        self._store = MemoryStore()
        self._make = OF_POLARS[library]
        self.records, self.segments = self._store.records, self._store.segments
        self.log, self.attachments = self._store.log, self._store.attachments
        self.tree = self._store.tree

    @property
    def contacts(self) -> Contacts:
        frames = {
            kind.__table__: self._make(
                to_frame(
                    self.records.all(kind),
                    kind,
                    "polars",
                    extra=OWN if kind is Contact else [],
                )
            )
            for kind in IN_FRAMES
        }
        return join_frames(self._store, frames, schema=SCHEMA).contacts

    def transaction(self) -> AbstractContextManager[None]:
        return self._store.transaction()

    def close(self) -> None:
        self._store.close()


class TestContactsInFrames(ContactsContract):
    @pytest.fixture(autouse=True, params=[library for library in OF_POLARS if library != "pyspark"])
    def _of(self, request: pytest.FixtureRequest) -> None:
        self.library = request.param

    def make_store(self) -> Store:
        return Filling(self.library)
