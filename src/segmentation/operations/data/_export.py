"""Tables written as files: CSV, JSON, sheets of a workbook.

Rows are written as they are read from the store; a file takes the place of an earlier one when
all of it is written.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Literal, TypeAlias, get_args

import attrs

from segmentation.contacts import Contact
from segmentation.errors import InvalidValue, Message, MissingExtra, UnknownName
from segmentation.fields import Record
from segmentation.languages import LANGUAGES
from segmentation.markup import to_table
from segmentation.operations.context import Context
from segmentation.operations.whole_files import WholeFiles
from segmentation.protocols import Attachments
from segmentation.showing import shown_by
from segmentation.templates import TemplateLanguage

from ._exported_forms import csv_lines, json_lines, sheet_of
from ._exported_tables import ExportTable, columns_of, contacts_of, exported_kinds
from ._sheets import Sheet, WriteWorkbook

Format: TypeAlias = Literal["csv", "json", "xlsx"]
"""The formats of files."""

FORMATS: tuple[str, ...] = get_args(Format)


@shown_by("rows", "files", "last_entry_no")
@attrs.frozen(kw_only=True)
class Exported:
    """What was written.

    Attributes:
        counts: Number of rows by table, in the order in which they were written.
        files: The files.
        last_entry_no: Number of the journal's last entry: give it as ``after_entry_no`` the next
            time.
    """

    counts: tuple[tuple[str, int], ...]
    files: tuple[Path, ...]
    last_entry_no: int

    @property
    def rows(self) -> int:
        """How many rows were written, over all tables."""
        return sum(count for _, count in self.counts)

    def _repr_html_(self) -> str:
        """How many rows each table has."""
        return to_table(["table", "rows"], list(map(list, self.counts)), caption=repr(self))


def no_workbooks(_file: BinaryIO, _sheets: Iterable[Sheet]) -> None:
    """Stands where no workbooks can be written.

    Raises:
        MissingExtra: Always.
    """
    raise MissingExtra("excel", "reading and writing workbooks")


@shown_by("captions", "after_entry_no", "raw")
@attrs.frozen(kw_only=True)
class ExportOptions:
    """How tables are exported.

    Attributes:
        tables: Names or captions of the tables; if ``None`` that of a single file's name, or else
            every table that has rows or whose file is there already.
        format: ``"csv"``, ``"json"`` or ``"xlsx"``; if ``None`` that of a single file's name, or
            else CSV.
        captions: The language of headers and options ("en" has Business Central's own); our names
            if empty.
        after_entry_no: Of interactions, campaign entries and logged segments only those after
            this entry of the journal.
        raw: Write texts into CSV as they are, also those that a spreadsheet would run.
        write_workbook: Writes workbooks (`segmentation.adapters.openpyxl`).
    """

    tables: str | Iterable[str] | None = None
    format: Format | None = None
    captions: str = ""
    after_entry_no: int = 0
    raw: bool = False
    write_workbook: WriteWorkbook = no_workbooks

    def __attrs_post_init__(self) -> None:
        if self.format is not None and self.format not in FORMATS:
            raise InvalidValue("format", self.format, "is none of csv, json, xlsx")
        if self.captions and self.captions.partition("-")[0] not in LANGUAGES:
            raise InvalidValue(
                "captions",
                self.captions,
                Message("is none of {languages}", languages=", ".join(LANGUAGES)),
            )
        number: object = self.after_entry_no
        if not isinstance(number, int) or isinstance(number, bool) or number < 0:
            reason = Message("is no number of an entry; 0 is before the first")
            raise InvalidValue("after_entry_no", number, reason)


_AS_IT_IS = ExportOptions()


def export_path(context: Context, path: Path, options: ExportOptions = _AS_IT_IS) -> Exported:
    """Write tables into a folder, a file each, or into one file.

    Args:
        context: The store.
        path: A folder, which is made if it is not there; or a file, known by its ending. A
            workbook holds many tables, any other file one.
        options: What is written, and how.

    Raises:
        UnknownName: There is no such table.
        InvalidValue: One file is to hold several tables, or none is named for it; or the path
            ends like a file of another format.
        StoreError: A file cannot be written; those that are there stay as they are.
        MissingExtra: Workbooks need the extra ``excel``.
    """
    store = context.store
    target = _Target.of(path, options, store.attachments)
    until = store.log.head().number
    kinds = exported_kinds(store, target.tables)
    tables = (
        ExportTable.of(
            store, kind, captions=options.captions, after=options.after_entry_no, until=until
        )
        for kind in kinds
    )
    with WholeFiles() as files:
        if target.is_file:
            written = target.write_file(files, tables)
        else:
            written = target.write_folder(files, tables)
    counts = {table.name: table.count for table, _ in written}
    names = tuple(dict.fromkeys(path for _, path in written))
    return Exported(counts=tuple(counts.items()), files=names, last_entry_no=until)


Written: TypeAlias = list[tuple[ExportTable, Path]]


@attrs.frozen
class _Target:
    """Where tables go, and in which form."""

    path: Path
    form: str
    is_file: bool
    options: ExportOptions
    tables: str | Sequence[str] | None
    attachments: Attachments

    @classmethod
    def of(cls, path: Path, options: ExportOptions, attachments: Attachments) -> "_Target":
        _check_ending(path)
        ending = path.suffix.lower().removeprefix(".")
        is_file = ending in FORMATS and not path.is_dir()
        form = options.format or (ending if is_file else "csv")
        if is_file and form != ending:
            reason = Message("is not the format of {path}", path=path.name)
            raise InvalidValue("format", form, reason)
        tables = options.tables
        if tables is not None and not isinstance(tables, str):
            tables = list(tables)
        if tables is None and is_file and form != "xlsx":
            tables = path.stem
        return cls(path, form, is_file, options, tables, attachments)

    def write_folder(self, files: WholeFiles, tables: Iterable[ExportTable]) -> Written:
        """Write a file for each table that is named, has rows, or has a file already."""
        written: Written = []
        for table in tables:
            path = self.path / f"{table.name}.{self.form}"
            table.records = self._with_attachments(files, table.records)
            if self.tables is not None or table.has_rows or path.exists():
                _write(files, path, [table], self.options, form=self.form, make_folder=True)
                written.append((table, path))
        return written

    def _with_attachments(self, files: WholeFiles, records: Iterator[Record]) -> Iterator[Record]:
        """Records; texts of templates with the files that they name written beside them."""
        written: set[Path] = set()
        for record in records:
            if not isinstance(record, TemplateLanguage) or not record.attachment:
                yield record
                continue
            name = Path(record.attachment_name).name or record.attachment
            place = Path("attachments", record.attachment, name)
            if place not in written:
                with files.open(self.path / place, make_folder=True) as file:
                    file.write(self.attachments.get(record.attachment))
                written.add(place)
            yield attrs.evolve(record, attachment=place.as_posix())

    def write_file(self, files: WholeFiles, tables: Iterable[ExportTable]) -> Written:
        """Write all tables into one file."""
        wanted = [table for table in tables if self.tables is not None or table.has_rows]
        if self.form != "xlsx" and len(wanted) != 1:
            names = ", ".join(table.name for table in wanted)
            reason = Message("a {form} file holds one table; give a folder", form=self.form)
            raise InvalidValue("tables", names, reason)
        _write(files, self.path, wanted, self.options, form=self.form)
        return [(table, self.path) for table in wanted]


def _check_ending(path: Path) -> None:
    """A new folder is not called like a file; what ends in a number, as in a day, is no file.

    Raises:
        InvalidValue: The path ends like a file of a format that is none of ours.
    """
    ending = path.suffix.lower().removeprefix(".")
    if ending in FORMATS or not ending[:1].isalpha() or path.is_dir():
        return
    reason = Message(
        "ends in .{ending}, which is none of {formats}; give one of these endings, or a folder",
        ending=ending,
        formats=", ".join(f".{each}" for each in FORMATS),
    )
    raise InvalidValue("path", path.name, reason)


def _write(
    files: WholeFiles,
    path: Path,
    tables: Sequence[ExportTable],
    options: ExportOptions,
    *,
    form: str,
    make_folder: bool = False,
) -> None:
    """Write one file: a workbook with a sheet a table, or any other with one table."""
    with files.open(path, make_folder=make_folder) as file:
        if form == "xlsx":
            options.write_workbook(file, map(sheet_of, tables))
        elif form == "json":
            file.writelines(line.encode() for line in json_lines(tables[0]))
        else:
            lines = csv_lines(tables[0], raw=options.raw)
            file.writelines(line.encode() for line in lines)


def export_contacts(
    context: Context,
    nos: Iterable[str],
    path: Path,
    options: ExportOptions = _AS_IT_IS,
    *,
    columns: Sequence[str] | None = None,
) -> None:
    """Write contacts into a file, in the order of their numbers as given.

    Args:
        context: The store.
        nos: The numbers; those that are not there any more are passed over.
        path: The file, which is replaced when all of it is written.
        options: Its format, which is needed, and the words of its header.
        columns: The fields, in their order; every one of ours and of the host's if ``None``.

    Raises:
        UnknownName: Contacts have no such field; the error names the one that looks most like it.
        StoreError: The file cannot be written; the one that is there stays as it is.
        MissingExtra: Workbooks need the extra ``excel``.
    """
    store = context.store
    known = {column.field.name: column for column in columns_of(store, Contact, options.captions)}
    wanted = list(known) if columns is None else list(columns)
    for name in wanted:
        if name not in known:
            raise UnknownName("field", name, known=known, where=Contact.__table__)
    chosen = [known[name] for name in wanted]
    table = ExportTable(Contact.__table__, chosen, contacts_of(store, nos), has_rows=True)
    with WholeFiles() as files:
        _write(files, path, [table], options, form=str(options.format))
