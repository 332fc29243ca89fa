"""Tasks and opportunities, which the host's agenda keeps."""

from segmentation.operations.context import Context


class Tasks:
    """Tasks and opportunities, which the host's agenda keeps."""

    def __init__(self, context: Context) -> None:
        self._context = context
