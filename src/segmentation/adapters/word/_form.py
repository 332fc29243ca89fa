"""A Word template that was read, ready to be filled."""

import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import IO

import attrs

from segmentation.documents import Formats
from segmentation.errors import BadDocument, Message, Refused
from segmentation.fields import Value

from ._instructions import Instruction
from ._pieces import Pieces, Texts
from ._series import Series


@attrs.frozen
class WordForm:
    """A Word template that was read.

    Attributes:
        name: The template's name, for errors.
        fields: The merge fields, each once, in the order in which they stand.
        typed: What stands in the text as «Name» and is no field.
    """

    name: str
    fields: Sequence[str]
    typed: Sequence[str]
    _instructions: Sequence[Instruction]
    _base: bytes
    _parts: Mapping[str, Pieces]
    _notes: frozenset[str]
    _make_series: Callable[[], Series]

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The finished document for one contact."""
        file = io.BytesIO()
        file.write(self._base)
        texts = Texts(self._instructions, values, formats)
        with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            for name, pieces in self._parts.items():
                archive.writestr(name, pieces.filled(texts))
        return file.getvalue()

    def fill_all(
        self, letters: Iterable[tuple[Mapping[str, Value], Formats]], file: IO[bytes]
    ) -> int:
        """One document for many contacts, a section each; memory does not grow with them.

        Args:
            letters: For each contact its values and formats.
            file: Where the document is written; must be able to seek.

        Returns:
            How many letters the document holds.

        Raises:
            BadDocument: A footnote holds a field: notes cannot be told apart by letter.
            Refused: There are no letters; nothing is written.
        """
        if self._notes:
            where = ", ".join(sorted(self._notes))
            reason = Message("has fields in {where}; make a document per contact", where=where)
            raise BadDocument(self.name, reason)
        texts = (Texts(self._instructions, values, formats) for values, formats in letters)
        first = next(texts, None)
        if first is None:
            step = Message("fill {name}", name=self.name)
            raise Refused(step, "there is no letter to make a document of")
        return self._make_series().write(first, texts, file)
