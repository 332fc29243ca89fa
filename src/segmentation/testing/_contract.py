"""What all contracts share: a store to begin with, and an error to be raised."""

from collections.abc import Callable

from segmentation.errors import SegmentationError
from segmentation.protocols import Store


def raises(error: type[SegmentationError], step: Callable[[], object]) -> None:
    """Assert that a step raises an error of ours."""
    try:
        step()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


class Contract:
    """The base of all contracts."""

    def make_store(self) -> Store:
        """An empty store, new for each test.

        Raises:
            NotImplementedError: The subclass does not say how.
        """
        raise NotImplementedError
