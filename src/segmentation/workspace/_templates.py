"""Interaction templates with their groups, languages, attachments and Word templates."""

from typing import ClassVar

from segmentation.templates import InteractionTemplate

from ._noun import Noun


class Templates(Noun[InteractionTemplate, str]):
    """Interaction templates with their groups, languages, attachments and Word templates."""

    _kind: ClassVar[type[InteractionTemplate]] = InteractionTemplate
