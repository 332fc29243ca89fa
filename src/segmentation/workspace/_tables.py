"""The tables of codes, by their names."""

from segmentation.operations.context import Context


class Tables:
    """The tables of codes, by their names."""

    def __init__(self, context: Context) -> None:
        self._context = context
