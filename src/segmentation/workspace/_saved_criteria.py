"""Criteria that are kept for reuse."""

from typing import ClassVar

from segmentation.segments import SavedCriteria

from ._noun import Noun


class AllSavedCriteria(Noun[SavedCriteria, str]):
    """Criteria that are kept for reuse."""

    _kind: ClassVar[type[SavedCriteria]] = SavedCriteria
