"""The marketing set-up, the company and the number series."""

from segmentation.operations.context import Context


class Setup:
    """The marketing set-up, the company and the number series."""

    def __init__(self, context: Context) -> None:
        self._context = context
