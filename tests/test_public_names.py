"""The names at the root are pinned: a change of them is a change for users."""

import segmentation

NAMES = [
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
    "make_selection",
    "none",
    "parse",
    "to_predicate",
    "to_text",
]


def test_the_root_exports_what_the_tutorial_needs_and_no_more() -> None:
    assert sorted(segmentation.__all__) == sorted(NAMES)


def test_every_exported_name_is_there() -> None:
    for name in segmentation.__all__:
        assert getattr(segmentation, name) is not None
