"""What all nouns of a workspace have in common: reading records by their key.

Who knows one noun knows them all. What makes, changes and deletes lies with each noun, since the
rules differ; it is called alike: ``new``, ``add``, ``change``, ``delete``.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from segmentation.fields import Record, key_of
from segmentation.markup import SHOWN, to_table
from segmentation.operations.context import Context
from segmentation.operations.records import all_records, find_record, get_record, get_records
from segmentation.operations.schema import declared_fields
from segmentation.operations.values import parse_field_values
from segmentation.protocols import Store
from segmentation.showing import essence_of

from ._extras import Backend, backend_of, to_frame

RecordT = TypeVar("RecordT", bound=Record)
KeyT = TypeVar("KeyT")


class Noun(Generic[RecordT, KeyT]):
    """Records of one kind, by their key; a record is taken in place of its key.

    Codes and numbers may be given in any case.
    """

    _kind: ClassVar[type[Record]]

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def _store(self) -> Store:
        return self._context.store

    def __iter__(self) -> Iterator[RecordT]:
        return self._all({})

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, key: object) -> bool:
        return find_record(self._store, self._kind, key) is not None

    def __getitem__(self, key: KeyT | RecordT) -> RecordT:
        return get_record(self._store, self._record_kind, key)

    def find(self, key: KeyT | RecordT) -> RecordT | None:
        """The record with this key, or ``None``."""
        return find_record(self._store, self._record_kind, key)

    def get_many(self, keys: Iterable[KeyT | RecordT]) -> Sequence[RecordT]:
        """The records with these keys, in the order asked.

        Raises:
            NotFound: Some are not there; the error names all of them.
        """
        return get_records(self._store, self._record_kind, keys)

    def to_frame(self, backend: Backend | None = None) -> Any:  # noqa: ANN401 - of any library
        """All records as a frame, with fields of your own.

        Args:
            backend: The library that makes it: "polars", "pandas" or "pyarrow"; by default that
                of the workspace's own frames.

        Raises:
            InvalidValue: No such library is named; the error lists those that are installed.
            MissingExtra: Frames need the extra ``dataframe``.
        """
        extra = declared_fields(self._store, self._record_kind)
        return to_frame(self, self._record_kind, backend or backend_of(self._store), extra=extra)

    def __repr__(self) -> str:
        return f"{type(self).__name__}({len(self)})"

    def _repr_html_(self) -> str:
        """The first records by what tells their essence, and how many there are."""
        first = [record for record, _ in zip(self, range(SHOWN), strict=False)]
        total = len(self)
        names = list(dict.fromkeys(name for record in first for name, _ in essence_of(record)))
        rows = [[getattr(record, name, "") for name in names] for record in first]
        return to_table(names, rows, caption=repr(self), more=total - len(rows))

    def _plain_(self) -> Mapping[str, object]:
        return {"count": len(self), "keys": [" ".join(map(str, key_of(r))) for r in self]}

    def _all(self, equal: Mapping[str, object]) -> Iterator[RecordT]:
        """The records whose fields are equal, in the order of their keys.

        Raises:
            UnknownName: There is no such field.
            Rejected: A value fits no such field.
        """
        given = parse_field_values(self._kind, equal) if equal else {}
        return all_records(self._store, self._record_kind, given)

    @property
    def _record_kind(self) -> type[RecordT]:
        return self._kind  # type: ignore[return-value]  # each noun names its own
