"""What a selection found, with the contacts themselves to write out."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import attrs

from segmentation.contacts import Contact
from segmentation.operations import data
from segmentation.operations.context import Context
from segmentation.operations.criteria import Selected
from segmentation.operations.data import ExportOptions, Format
from segmentation.operations.schema import declared_fields
from segmentation.showing import shown_by

from ._extras import Backend, backend_of, to_frame, write_workbook


@shown_by("as_of.today", count="found")
@attrs.frozen(eq=False, repr=False)
class Found(Selected):
    """The numbers of the contacts that pass a selection; the contacts can be written out.

    >>> from segmentation import Contact, Workspace
    >>> crm = Workspace.open()
    >>> _ = crm.add(Contact(no="A", city="Bern"), Contact(no="B"))
    >>> list(crm.select(contact={"city": "Bern"}))
    ['A']
    """

    _context: Context = attrs.field(kw_only=True)

    def to_csv(
        self,
        path: str | Path,
        columns: Sequence[str] | None = None,
        *,
        captions: str = "",
        raw: bool = False,
    ) -> None:
        """Write the contacts as CSV.

        Args:
            path: The file, which is replaced when all of it is written.
            columns: The fields of contacts, of ours or of the host's, in their order; all if not
                given.
            captions: The language of headers and options; our names, if empty.
            raw: Write texts as they are. Without it a text that a spreadsheet would run
                (``=1+1``) gets an apostrophe in front.

        Raises:
            UnknownName: Contacts have no such field; no file is written.
            InvalidValue: There is no such language.
            StoreError: The file cannot be written; the one that is there stays as it is.
        """
        self._export(path, "csv", columns, captions, raw=raw)

    def to_excel(
        self,
        path: str | Path,
        columns: Sequence[str] | None = None,
        *,
        captions: str = "",
    ) -> None:
        """Write the contacts as a workbook of one sheet.

        Arguments and errors are those of `to_csv`; texts are text cells, whatever they begin with.

        Raises:
            MissingExtra: Workbooks need the extra ``excel``.
        """
        self._export(path, "xlsx", columns, captions)

    def to_frame(
        self, columns: Sequence[str] | None = None, *, backend: Backend | None = None
    ) -> Any:  # noqa: ANN401 - of any library
        """The contacts as a frame, in the order found.

        Args:
            columns: The fields of contacts, of ours or of the host's, in their order; all if not
                given.
            backend: The library that makes it: "polars", "pandas" or "pyarrow"; by default that
                of the workspace's own frames.

        Raises:
            UnknownName: Contacts have no such field.
            InvalidValue: No such library is named; the error lists those that are installed.
            MissingExtra: Frames need the extra ``dataframe``.
        """
        store = self._context.store
        return to_frame(
            data.contacts_of(store, self.nos),
            Contact,
            backend or backend_of(store),
            extra=declared_fields(store, Contact),
            columns=columns,
        )

    def _export(
        self,
        path: str | Path,
        form: Format,
        columns: Sequence[str] | None,
        captions: str,
        *,
        raw: bool = False,
    ) -> None:
        options = ExportOptions(
            format=form, captions=captions, raw=raw, write_workbook=write_workbook
        )
        data.export_contacts(self._context, self.nos, Path(path), options, columns=columns)


def found_in(context: Context, selected: Selected) -> Found:
    """What was selected, with the store that it was selected from."""
    return Found(
        nos=selected.nos,
        bound=selected.bound,
        at=selected.at,
        left_out=selected.left_out,
        phrases=context.phrases,
        count_all=lambda: selected.base,
        context=context,
    )
