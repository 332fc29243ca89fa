"""What a command answers: its text, its exit code, and that it was called wrongly."""

import io
import sys

from segmentation.errors import UsageError

DONE, DATA_SAY_NO, WRONG_USE = 0, 1, 2


class WrongUse(UsageError):  # noqa: N818 - as its family
    """An argument that names something which is not there, or is there already."""

    code = "wrong_use"


def complain(what: object, code: int) -> int:
    """Print what went wrong where errors go, and return the exit code."""
    print(f"segmentation: {what}", file=sys.stderr)
    return code


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
        print(text, end=end, flush=flush)
    except BrokenPipeError:
        sys.stdout = None  # print is silent from here on, and nothing is left to flush at exit
    except OSError as error:
        sys.stdout = None
        raise OSError(error.errno, error.strerror, "standard output") from None
