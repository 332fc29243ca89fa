"""Tqdm (extra ``progress``): a bar that shows how far a delivery or an import has come."""

try:
    from tqdm.auto import tqdm
except ImportError as error:
    from segmentation.errors import MissingExtra

    raise MissingExtra("progress", "showing progress as a bar") from error

from types import TracebackType
from typing import Any, Protocol, Self


class Progress(Protocol):
    """How far something has come: what `segmentation.operations` tells while it works."""

    @property
    def done(self) -> int:
        """How much is done."""

    @property
    def of(self) -> int:
        """How much there is to do."""


class ProgressBar:
    """A bar to hand over where progress is told, as ``on_progress``.

    Args:
        description: What stands before it.
        **options: Whatever else tqdm takes: ``file``, ``leave``, ``disable``.

    It appears when something is told for the first time, and stays as it is when the block ends.

    >>> from segmentation.operations.letters import Progress
    >>> with ProgressBar("Letters", disable=True) as bar:
    ...     bar(Progress(done=1, of=2))
    """

    def __init__(self, description: str = "", **options: Any) -> None:  # noqa: ANN401
        self._options = {"desc": description or None, "unit": "document", **options}
        self._bar: Any = None

    def __call__(self, progress: Progress) -> None:
        """Show how far it has come."""
        if self._bar is None:
            self._bar = tqdm(total=progress.of, **self._options)
        self._bar.update(progress.done - self._bar.n)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.close()
