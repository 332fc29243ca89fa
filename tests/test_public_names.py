"""The names at the root are pinned: a change of them is a change for users."""

import subprocess
import sys

import pytest

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
    "from_plain",
    "make_selection",
    "none",
    "parse",
    "to_plain",
    "to_predicate",
    "to_text",
]


def test_the_root_exports_what_the_tutorial_needs_and_no_more() -> None:
    assert sorted(segmentation.__all__) == sorted(NAMES)


def test_every_exported_name_is_there() -> None:
    for name in segmentation.__all__:
        assert getattr(segmentation, name) is not None


def test_every_exported_name_is_offered_for_completion() -> None:
    assert set(segmentation.__all__) <= set(dir(segmentation))


def test_no_other_name_is_found() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Kontact'"):
        _ = segmentation.Kontact  # type: ignore[attr-defined]


def test_importing_the_root_imports_nothing_that_is_not_asked_for() -> None:
    code = "import sys, segmentation; print(sorted(m for m in sys.modules if 'attr' in m))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
