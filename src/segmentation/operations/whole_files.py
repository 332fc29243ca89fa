"""Files that are written beside and put in place at the end, so that none is ever half there."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Self

from segmentation.errors import Message, StoreError


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
    """A file to write, which takes the place of the one that is there when the block ends.

    On an error, or if the process is killed, the file that is there stays as it is. What is no
    file (a pipe, a terminal) is written at once.

    Args:
        path: The file.

    Raises:
        StoreError: It cannot be written: the error names it.
    """
    with WholeFiles() as files, files.open(path) as file:
        yield file


class WholeFiles:
    """Several files that are put in place together, when all of them are written."""

    def __init__(self) -> None:
        self._parts: dict[Path, Path] = {}

    @contextmanager
    def open(self, path: Path, *, make_folder: bool = False) -> Iterator[BinaryIO]:
        """A file to write.

        Args:
            path: The file.
            make_folder: Whether its folder is made if it is not there.

        Raises:
            StoreError: It cannot be written.
        """
        with _named_errors(path):
            if _is_stream(path):
                with path.open("wb") as stream:
                    yield stream
                return
            target = Path(os.path.realpath(path))
            if make_folder:
                target.parent.mkdir(parents=True, exist_ok=True)
            part = target.with_name(f".{target.name}.{os.getpid()}-{threading.get_ident()}.part")
            self._parts[target] = part
            with part.open("wb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_of_error: object) -> None:
        try:
            for target, part in self._parts.items() if kind is None else ():
                with _named_errors(target):
                    part.replace(target)
        finally:
            for part in self._parts.values():
                with suppress(OSError):
                    part.unlink()


def _is_stream(path: Path) -> bool:
    """Whether a path leads to a pipe or a terminal; "/dev/stdout" does, also into a file."""
    return path.absolute().parts[1:2] == ("dev",) or (path.exists() and not path.is_file())


@contextmanager
def _named_errors(path: Path) -> Iterator[None]:
    """Errors of the operating system as ours, with the file that they are of."""
    try:
        yield
    except StoreError:
        raise
    except OSError as error:
        reason = Message("cannot be written: {said}", said=error.strerror or str(error))
        raise StoreError(str(path), reason) from error
