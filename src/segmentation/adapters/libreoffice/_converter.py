"""The converter: a LibreOffice that is started once, watched, and started again if need be."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from segmentation.errors import BadDocument, Message, NotFound

_WORKER = Path(__file__).with_name("_worker.py")
_OFFICES = ("soffice", "libreoffice")
_PYTHONS = ("python", "python3", "/usr/bin/python3", "python3")


def find_programs(soffice: str = "") -> tuple[str, str]:
    """LibreOffice, and a Python that can talk to it.

    Args:
        soffice: LibreOffice's program; looked for where programs are, if not given.

    Raises:
        NotFound: One of them is not installed.
    """
    candidates = (soffice,) if soffice else _OFFICES
    office = next(filter(None, map(shutil.which, candidates)), None)
    if office is None:
        key = Message("{program} (LibreOffice, which makes PDF)", program=candidates[0])
        raise NotFound("program", key)
    for python in _pythons(Path(office).resolve().parent):
        asked = subprocess.run([python, "-c", "import uno"], capture_output=True, check=False)  # noqa: S603
        if asked.returncode == 0:
            return office, python
    key = Message("uno (the bridge to LibreOffice; Debian: python3-uno)")
    raise NotFound("Python module", key)


def _pythons(folder: Path) -> Iterator[str]:
    """LibreOffice's own Python, and the system's."""
    for name in _PYTHONS[:2]:
        yield from filter(None, [shutil.which(str(folder / name))])
    for name in _PYTHONS[2:]:
        yield from filter(None, [shutil.which(name)])


class LibreOffice:
    """Turns Word documents into PDF.

    Close it, or use it in a ``with``, to end LibreOffice.

    Args:
        soffice: LibreOffice's program; looked for where programs are, if not given.
        timeout: Seconds that one document may take; with the first, the start counts too.

    Raises:
        NotFound: LibreOffice, or its Python, is not installed.
    """

    converts: frozenset[str] = frozenset({"docx", "docm"})
    extension: str = "pdf"
    media_type: str = "application/pdf"

    def __init__(self, soffice: str = "", *, timeout: float = 60) -> None:
        self._office, self._python = find_programs(soffice)
        self._timeout = timeout
        self._folder = tempfile.TemporaryDirectory(prefix="segmentation")
        self._worker: subprocess.Popen[str] | None = None

    def convert(self, content: bytes, name: str) -> bytes:
        """A Word document as PDF.

        Raises:
            BadDocument: LibreOffice cannot read it, or takes longer than it may.
        """
        source = Path(self._folder.name) / "source.docx"
        target = source.with_name("target.pdf")
        source.write_bytes(content)
        target.unlink(missing_ok=True)
        answer = self._ask(json.dumps({"source": str(source), "target": str(target)}))
        if not answer:
            self._end()
            reason = Message(
                "LibreOffice went away, or took over {timeout:g} s", timeout=self._timeout
            )
            raise BadDocument(name, reason)
        error: str = json.loads(answer)["error"]
        if error:
            said = " ".join(error.split())
            raise BadDocument(name, Message("LibreOffice cannot convert it: {said}", said=said))
        return target.read_bytes()

    def _ask(self, question: str) -> str:
        """What the worker answers; nothing if it dies or takes too long."""
        if self._worker is not None and self._worker.poll() is not None:
            self._end()
        if self._worker is None:
            self._worker = self._start()
        worker = self._worker
        watch = threading.Timer(self._timeout, _kill, [worker])
        watch.start()
        try:
            _pipe(worker.stdin).write(f"{question}\n")
            _pipe(worker.stdin).flush()
            return _pipe(worker.stdout).readline()
        except BrokenPipeError:
            return ""
        finally:
            watch.cancel()

    def _start(self) -> "subprocess.Popen[str]":
        profile = tempfile.mkdtemp(dir=self._folder.name)
        return subprocess.Popen(  # noqa: S603 - programs that we found ourselves
            [self._python, str(_WORKER), self._office, profile],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def _end(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        with contextlib.suppress(BrokenPipeError, subprocess.TimeoutExpired):
            _pipe(worker.stdin).close()
            worker.wait(10)
        _kill(worker)
        worker.wait()
        _pipe(worker.stdout).close()

    def close(self) -> None:
        """End LibreOffice for good."""
        self._end()
        self._folder.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    """A pipe that we asked for, and that is there therefore."""
    if pipe is None:  # pragma: no cover
        raise TypeError("the worker was started without pipes")
    return pipe


def _kill(worker: "subprocess.Popen[str]") -> None:
    """End a worker with all that it started."""
    with contextlib.suppress(ProcessLookupError):  # it may have ended by itself
        os.killpg(worker.pid, signal.SIGKILL)
