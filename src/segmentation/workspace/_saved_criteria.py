"""Criteria that are kept for reuse."""

from collections.abc import Sequence
from typing import ClassVar, Unpack

from segmentation.criteria import Criteria, Remark
from segmentation.operations import segments
from segmentation.operations.field_values import SavedCriteriaValues, SavedSelectionValues
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

    def to_text(self, *codes: str | SavedCriteria) -> str:
        """Write saved criteria as text, with a field a line and in the order of their codes.

        Args:
            *codes: Which; ``to_text(*crm.saved_criteria)`` writes all.

        Raises:
            InvalidValue: None is named.
            NotFound: Some are not there; the error names all of them.
        """
        return segments.criteria_to_text(self._store, *codes)

    def add_text(self, text: str, *, replace: bool = False) -> Sequence[SavedCriteria]:
        """Keep the saved criteria of a text: all of them, or none.

        Args:
            text: What `to_text` wrote.
            replace: Whether codes that are in use already are replaced.

        Raises:
            InvalidValue: The text does not have this form.
            Rejected: Codes are in use already, or values do not fit: all faults.
        """
        return segments.add_criteria_from_text(self._context, text, replace=replace)
