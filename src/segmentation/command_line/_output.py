"""What a command answers: its text, its exit code, and that it was called wrongly."""

import io
import sys
from typing import TextIO

from segmentation.errors import UsageError

DONE, DATA_SAY_NO, WRONG_USE = 0, 1, 2


class WrongUse(UsageError):  # noqa: N818 - as its family
    """An argument that names something which is not there, or is there already."""

    code = "wrong_use"


def complain(what: object, code: int) -> int:
    """Print what went wrong where errors go, and return the exit code."""
    text = f"segmentation: {what}"
    print(shown(text) if _is_terminal(sys.stderr) else text, file=sys.stderr)
    return code


_CONTROLS = {
    **{code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))},
    **{code: f"\\u{code:04x}" for code in (*range(0x2028, 0x202F), *range(0x2066, 0x206A))},
}
"""How control signs are shown, also those that turn round the words after them."""


def shown(text: str, *, whole: bool = False) -> str:
    r"""A text whose control signs are seen, and not obeyed by a terminal.

    Args:
        text: The text.
        whole: Whether it is to stay on its line: tabs and ends of lines are shown, too.

    >>> print(shown("Anna" + chr(27) + "[2J"))
    Anna\x1b[2J
    """
    kept = {} if whole else {ord("\n"): "\n", ord("\t"): "\t"}
    return text.translate({**_CONTROLS, **kept})


def _is_terminal(stream: TextIO | None) -> bool:
    return stream is not None and stream.isatty()


def speak_utf8() -> None:
    """Let text leave as it is, whatever a locale makes of files; a terminal shows what it can."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        if sys.stdout.isatty():
            sys.stdout.reconfigure(errors="replace")
        else:
            sys.stdout.reconfigure(encoding="utf-8")


def say(text: str = "", *, end: str = "\n", flush: bool = True) -> None:
    """Print; a reader who has seen enough stops the talk, not the work.

    Raises:
        OSError: What is printed cannot be kept.
    """
    try:
        print(shown(text) if _is_terminal(sys.stdout) else text, end=end, flush=flush)
    except BrokenPipeError:
        sys.stdout = None  # print is silent from here on, and nothing is left to flush at exit
    except OSError as error:
        sys.stdout = None
        raise OSError(error.errno, error.strerror, "standard output") from None
