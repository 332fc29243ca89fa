"""What rows make of the records that are there: new ones, changed ones, the same."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal, TypeAlias

import attrs

from segmentation.contacts import Contact, ContactType
from segmentation.errors import Fault, NotFound
from segmentation.fields import Record, Value, fields_of, key_of
from segmentation.operations.checks import Placed
from segmentation.operations.records import find_records
from segmentation.protocols import Store
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._kinds import TO_BE_RECORDED
from ._rows import ReadRow, ReadTable

Mode: TypeAlias = Literal["update", "replace", "mirror", "delete"]
"""How rows meet the records that are there; see `ImportOptions`."""

Key: TypeAlias = tuple[Any, ...]


@shown_by("table", "key", "field", "before", "after")
@attrs.frozen(kw_only=True)
class RowChange:
    """A field of a record that rows change.

    Attributes:
        table: The record's table.
        key: The record's key, its parts joined by blanks.
        field: The field, of ours or of the host's.
        before: Its value before.
        after: Its value after.
    """

    table: str
    key: str
    field: str
    before: Value
    after: Value


def key_text(record: Record) -> str:
    """A record's key as one text."""
    return " ".join(str(part) for part in key_of(record) if part is not None)


def records_there(store: Store, records: Iterable[Record]) -> Mapping[tuple[str, Key], Record]:
    """Those records of the store that have the keys of others, by table and key."""
    keys: dict[type[Record], dict[Key, None]] = {}
    for record in records:
        if not isinstance(record, TO_BE_RECORDED):
            keys.setdefault(type(record), {})[key_of(record)] = None
    return {
        (kind.__table__, key): found
        for kind, wanted in keys.items()
        for key, found in find_records(store, kind, [*wanted]).items()
    }


def merge_rows(store: Store, table: ReadTable, mode: Mode) -> Sequence[Placed]:
    """The records that the rows of a table make.

    Args:
        store: Where the records are that rows update.
        table: The rows.
        mode: By ``"update"`` what a row has no column for stays; else it becomes blank, but for
            the time of the last change.
    """
    if table.kind in TO_BE_RECORDED or (mode != "update" and table.kind is not Contact):
        return [Placed(row.place, made(table.kind, row)) for row in table.rows]
    keys = [_key(table.kind, row) for row in table.rows]
    there = find_records(store, table.kind, keys)
    merge = _updated if mode == "update" else _replaced
    return [
        Placed(row.place, merge(table.kind, row, there.get(key)))
        for row, key in zip(table.rows, keys, strict=True)
    ]


def _key(kind: type[Record], row: ReadRow) -> Key:
    return tuple(row.values[name] for name in kind.__key__)


def made(kind: type[Record], row: ReadRow) -> Record:
    """The record that a row makes by itself."""
    given = {**row.values, "extra": _filled(row.extra)} if row.extra else row.values
    return kind(**given)


def _filled(extra: Mapping[str, Value]) -> Mapping[str, Value]:
    """The values of own fields that say something; a blank one says no more than none."""
    return {name: value for name, value in extra.items() if value is not None}


def _updated(kind: type[Record], row: ReadRow, before: Record | None) -> Record:
    if before is None:
        return made(kind, row)
    values = dict(row.values)
    if row.extra:
        values["extra"] = _filled({**dict(getattr(before, "extra", ())), **row.extra})
    after: Record = attrs.evolve(before, **values)  # type: ignore[misc]  # records are attrs classes
    if isinstance(before, Contact) and isinstance(after, Contact):
        return _renamed(before, after, row.values)
    return after


def _replaced(kind: type[Record], row: ReadRow, before: Record | None) -> Record:
    whole = made(kind, row)
    if isinstance(whole, Contact) and isinstance(before, Contact) and _STAMP not in row.values:
        return attrs.evolve(whole, last_modified=before.last_modified)
    return whole


_STAMP = "last_modified"


def _renamed(before: Contact, after: Contact, given: Mapping[str, object]) -> Contact:
    """A contact whose name changed, without what followed from the old one.

    It is filled anew like that of a contact without them.
    """
    if after.name == before.name:
        return after
    search_name, company_name = after.search_name, after.company_name
    if "search_name" not in given and before.search_name == before.name.upper():
        search_name = ""
    if "company_name" not in given and before.type is ContactType.COMPANY:
        company_name = ""
    return attrs.evolve(after, search_name=search_name, company_name=company_name)


def with_attachments(
    store: Store, table: ReadTable, attached: Callable[[str], bytes]
) -> tuple[ReadTable, list[Fault]]:
    """Template languages with the contents of the files that they name kept in the store."""
    if table.kind is not TemplateLanguage:
        return table, []
    kept: list[ReadRow] = []
    faults: list[Fault] = []
    for row in table.rows:
        named = row.values.get("attachment", "")
        if not named or _is_kept(store, named):
            kept.append(row)
            continue
        try:
            digest = store.attachments.put(attached(named))
        except NotFound as error:
            faults.append(Fault(row.place, "attachment", error.message, "unknown_attachment"))
            continue
        said = {"attachment": digest, "attachment_name": named.rpartition("/")[2]}
        kept.append(attrs.evolve(row, values={**row.values, **said}))
    return attrs.evolve(table, rows=kept), faults


_DIGEST = re.compile("[0-9a-f]{64}")


def _is_kept(store: Store, named: str) -> bool:
    """Whether an attachment is named by the hash of a content that is here."""
    if not _DIGEST.fullmatch(named):
        return False
    try:
        store.attachments.get(named)
    except NotFound:
        return False
    return True


def differences(before: Record, after: Record) -> Iterator[RowChange]:
    """The fields in which a record differs from the one before, own fields included."""
    old, new = _values(before), _values(after)
    for field in {**old, **new}:
        if old.get(field) != new.get(field):
            yield RowChange(
                table=after.__table__,
                key=key_text(after),
                field=field,
                before=old.get(field),
                after=new.get(field),
            )


def _values(record: Record) -> Mapping[str, Value]:
    ours = {field.name: getattr(record, field.name) for field in fields_of(type(record))}
    return {**ours, **dict(getattr(record, "extra", ()))}
