"""A Word template that was read, ready to be filled."""

import contextlib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import IO

import attrs

from segmentation.documents import Formats, Layout
from segmentation.errors import BadDocument, Message, Refused, SegmentationError, text_of
from segmentation.fields import Value

from ._instructions import Instruction
from ._layout import WordLayout
from ._pieces import Pieces, Texts
from ._series import Series


@attrs.frozen
class WordForm:
    """A Word template that was read.

    Attributes:
        name: The template's name, for errors.
        fields: The merge fields, each once, in the order in which they stand.
        remarks: What was left in it that nobody means to send: tracked changes, comments.
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
    _layout: WordLayout | None = None
    remarks: Sequence[Message] = ()

    @property
    def layout(self) -> Layout | None:
        """What it shows of a report's data; ``None`` if it is no layout."""
        return self._layout.shows if self._layout else None

    def fill(self, values: Mapping[str, Value], formats: Formats) -> bytes:
        """The finished document for one contact.

        Raises:
            BadDocument: A sum in a field cannot be worked out.
        """
        file = io.BytesIO()
        file.write(self._base)
        texts = Texts(self._instructions, values, formats)
        with self._filling(), zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
            own = self._layout.fill(values, formats) if self._layout else {}
            for name, pieces in self._parts.items():
                if name not in own:
                    _write(archive, name, pieces.filled(texts))
            for name, content in own.items():
                is_part = self._layout is not None and name in self._layout.roots
                _write(archive, name, Pieces.of(content).filled(texts) if is_part else content)
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
            BadDocument: A footnote holds a field: notes cannot be told apart by letter; or a sum
                in a field cannot be worked out.
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
        with self._filling():
            return self._make_series().write(first, texts, file)

    @contextlib.contextmanager
    def _filling(self) -> Iterator[None]:
        try:
            yield
        except SegmentationError:
            raise
        except ValueError as error:
            raise BadDocument(self.name, text_of(error)) from error
        except ArithmeticError as error:  # a number that cannot be written
            reason = Message(
                "cannot be filled: {fault}", fault=Message("a figure in it cannot be worked out")
            )
            raise BadDocument(self.name, reason) from error


def _write(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    """Write a member without a time: a letter that says the same is the same bytes."""
    archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
