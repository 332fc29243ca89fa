"""Letters of interactions, and the queue of what is still to be sent."""

from segmentation.operations.context import Context


class Letters:
    """Letters of interactions, and the queue of what is still to be sent."""

    def __init__(self, context: Context) -> None:
        self._context = context
