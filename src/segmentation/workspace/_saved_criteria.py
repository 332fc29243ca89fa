"""Criteria that are kept for reuse."""

from collections.abc import Sequence
from os import PathLike
from typing import ClassVar, Unpack

from segmentation.criteria import Criteria, Remark
from segmentation.errors import Fault
from segmentation.operations import segments
from segmentation.operations.field_values import SavedCriteriaValues, SavedSelectionValues
from segmentation.operations.segments import CriteriaForm
from segmentation.segments import SavedCriteria

from ._noun import Noun


class AllSavedCriteria(Noun[SavedCriteria, str]):
    """Criteria that are kept for reuse, by their codes.

    `Worksheet.save_criteria` saves the actions of a segment, `save` a selection by itself.
    """

    _kind: ClassVar[type[SavedCriteria]] = SavedCriteria

    def where(self, **fields: Unpack[SavedCriteriaValues]) -> Sequence[SavedCriteria]:
        """The saved criteria whose fields are equal, in the order of their codes.

        Args:
            **fields: Fields and their values.

        Raises:
            UnknownName: Saved criteria have no such field.
            Rejected: Values do not fit their fields: all of them.
        """
        return list(self._all(dict(fields)))

    def new(
        self, code: str, criteria: Criteria | None, **fields: Unpack[SavedSelectionValues]
    ) -> SavedCriteria:
        """Save a selection under a code of its own; `save` replaces what is there.

        Reused on a segment, it adds the contacts that meet it.

        Args:
            code: The code; nothing may be saved under it yet.
            criteria: The selection; ``None`` for every contact.
            **fields: ``description``, what it chooses; own fields as ``extra``.

        Returns:
            The saved criteria.

        Raises:
            FilterError: A filter does not fit its field.
            UnknownName: The selection names a table or field that is not there, or saved
                criteria have no such field.
            InvalidValue: The code is blank, or it is no selection.
            Rejected: The code is taken, or values do not fit their fields: all of them.
            Refused: A segment that it asks for follows these very criteria.
        """
        return segments.new_criteria(self._context, code, criteria, **fields)

    def save(self, code: str, criteria: Criteria | None, *, description: str = "") -> SavedCriteria:
        """Save a selection at once, without a worksheet; the same code is replaced.

        Reused on a segment, it adds the contacts that meet it.

        Args:
            code: The code.
            criteria: The selection; ``None`` for every contact.
            description: What it chooses.

        Raises:
            FilterError: A filter does not fit its field.
            UnknownName: The selection names a table or field that is not there.
            InvalidValue: The code is blank, or it is no selection.
            Rejected: Code or description do not fit their fields.
            Refused: A segment that it asks for follows these very criteria.
        """
        return segments.save_selection(self._context, code, criteria, description=description)

    def check(self, code: str | SavedCriteria) -> Sequence[Remark]:
        """Tell what is wrong or remarkable about saved criteria, each thing in a sentence.

        Conditions that may answer otherwise than under the meaning they were saved with are named.

        Args:
            code: The saved criteria.

        Raises:
            NotFound: There are no such criteria.
        """
        return segments.check_criteria(self._context, code)

    def describe(self, code: str | SavedCriteria) -> str:
        """Say what saved criteria choose, an action a line, with the days of relative dates.

        Args:
            code: The saved criteria.

        Raises:
            NotFound: There are no such criteria.
            FilterError: A filter does not fit its field any more.
            UnknownName: A table or field is not there any more.
        """
        return segments.describe_criteria(self._context, code)

    def add(self, *records: SavedCriteria) -> Sequence[SavedCriteria]:
        """Keep saved criteria that are made already: all of them, or none.

        Args:
            *records: The criteria; who saved them, and when, stays.

        Raises:
            InvalidValue: None is given.
            Rejected: A code is in use, a value does not fit its field, or the actions cannot be
                read: all faults.
        """
        return segments.add_criteria(self._context, *records)

    def change(
        self, code: str | SavedCriteria, /, **fields: Unpack[SavedCriteriaValues]
    ) -> SavedCriteria:
        """Change what is said of saved criteria; returns them as they are now.

        Args:
            code: The saved criteria.
            **fields: ``description``, or own fields as ``extra``.

        Raises:
            NotFound: There are no such criteria.
            UnknownName: They have no such field.
            Refused: The field is not to be changed; the error says what to do instead.
            Rejected: Values do not fit their fields: all of them.
        """
        return segments.change_criteria(self._context, code, **fields)

    def rename(self, *, old_code: str | SavedCriteria, new_code: str) -> SavedCriteria:
        """Give saved criteria another code; segments that follow them follow the new code.

        Args:
            old_code: The saved criteria.
            new_code: The code that they are to have.

        Raises:
            NotFound: There are no such criteria.
            InvalidValue: The new code is blank.
            Rejected: The new code is too long.
            Refused: The new code is in use.
        """
        return segments.rename_criteria(self._context, old_code=old_code, new_code=new_code)

    def delete(self, code: str | SavedCriteria) -> None:
        """Delete saved criteria.

        Args:
            code: The saved criteria.

        Raises:
            NotFound: There are no such criteria.
            Refused: Segments follow them; the error names all of them.
        """
        segments.delete_criteria(self._context, code)

    def to_text(self, *codes: str | SavedCriteria, form: CriteriaForm = "toml") -> str:
        """Write saved criteria as text, with a condition a line and in the order of their codes.

        Who saved them, and when, is not in it: equal criteria give equal texts.

        Args:
            *codes: Which; ``to_text(*crm.saved_criteria)`` writes all.
            form: "toml" or "json".

        Raises:
            InvalidValue: None is named, or there is no such form.
            NotFound: Some are not there; the error names all of them.
        """
        return segments.criteria_to_text(self._store, *codes, form=form)

    def add_text(self, text: str, *, replace: bool = False) -> Sequence[SavedCriteria]:
        """Keep the saved criteria of a text: all of them, or none.

        Those that are there already just so stay as they are.

        Args:
            text: What `to_text` wrote, or somebody by hand.
            replace: Whether codes that are in use already are replaced.

        Raises:
            Rejected: The text cannot be read, names fields or keys that are not there, has
                filters that do not fit; or codes are in use already: all faults, each with its
                line and its place in the line.
            Refused: A segment that they ask for follows these very criteria.

        >>> from segmentation import Workspace
        >>> crm = Workspace.open()
        >>> crm.saved_criteria.add_text('''
        ... [BERN.where.contact]
        ... city = "Bern"
        ... ''')
        [SavedCriteria('BERN')]
        """
        return segments.add_criteria_from_text(self._context, text, replace=replace)

    def add_files(
        self, *files: str | PathLike[str], replace: bool = False
    ) -> Sequence[SavedCriteria]:
        """Keep the saved criteria of files: all of them, or none.

        Args:
            *files: TOML and JSON files in UTF-8.
            replace: Whether codes that are in use already are replaced.

        Raises:
            BadDocument: A file is not there, or is no text.
            Rejected: As for `add_text`, with the files' names; or a code is in two files.
            Refused: A segment that they ask for follows these very criteria.
        """
        return segments.add_criteria_from_files(self._context, *files, replace=replace)

    def check_files(self, *files: str | PathLike[str]) -> Sequence[Fault]:
        """Tell what is wrong with the saved criteria in files; nothing is kept.

        Codes that the store does not have are faults here, too.

        Args:
            *files: TOML and JSON files in UTF-8.

        Returns:
            The faults in the order of the files and their lines, each placed by
            ``file:line:place``.
        """
        return segments.check_criteria_files(self._context, *files)
