"""Contact lists, labels, cover sheets and campaign details."""

from segmentation.operations.context import Context


class Reports:
    """Contact lists, labels, cover sheets and campaign details."""

    def __init__(self, context: Context) -> None:
        self._context = context
