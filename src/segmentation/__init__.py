"""Contact segmentation to embed.

Choose contacts by criteria, set an interaction template, merge letters, log the segment, ask
the journal. Start with `Workspace`; the verbs beneath it are plain functions over protocols,
in `segmentation.operations`.

The names are imported when they are first asked for, so that ``import segmentation`` costs a
program nothing that it does not use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .contacts import (
        AlternativeAddress,
        Contact,
        ContactBusinessRelation,
        ContactIndustryGroup,
        ContactJobResponsibility,
        ContactMailingGroup,
        ContactProfileAnswer,
        ContactType,
        CorrespondenceType,
    )
    from .criteria import AsOf, at_least, bind, make_selection, none, parse, to_predicate, to_text
    from .errors import (
        Conflict,
        FilterError,
        JournalBroken,
        NotFound,
        Refused,
        Rejected,
        SegmentationError,
        StoreError,
        UnknownName,
    )
    from .plain import from_plain, to_plain
    from .segments import ActionKind, LeftOutReason, Segment, SegmentLine, contact_schema
    from .setup import MarketingSetup, NumberSeries
    from .templates import InteractionTemplate
    from .workspace import Worksheet, Workspace

__all__ = [
    "ActionKind",
    "AlternativeAddress",
    "AsOf",
    "Conflict",
    "Contact",
    "ContactBusinessRelation",
    "ContactIndustryGroup",
    "ContactJobResponsibility",
    "ContactMailingGroup",
    "ContactProfileAnswer",
    "ContactType",
    "CorrespondenceType",
    "FilterError",
    "InteractionTemplate",
    "JournalBroken",
    "LeftOutReason",
    "MarketingSetup",
    "NotFound",
    "NumberSeries",
    "Refused",
    "Rejected",
    "Segment",
    "SegmentLine",
    "SegmentationError",
    "StoreError",
    "UnknownName",
    "Worksheet",
    "Workspace",
    "at_least",
    "bind",
    "contact_schema",
    "from_plain",
    "make_selection",
    "none",
    "parse",
    "to_plain",
    "to_predicate",
    "to_text",
]

_HOMES = (
    "errors",
    "setup",
    "templates",
    "contacts",
    "criteria",
    "segments",
    "plain",
    "workspace",
)
"""Where the names live; those that cost least to import come first."""


if not TYPE_CHECKING:  # pragma: no branch - a type checker reads the imports above instead

    def __getattr__(name: str) -> object:
        """The name, from the module where it lives."""
        if name not in __all__:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        modules = (import_module(f"{__name__}.{home}") for home in _HOMES)
        home = next(module for module in modules if hasattr(module, name))
        return globals().setdefault(name, getattr(home, name))


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
