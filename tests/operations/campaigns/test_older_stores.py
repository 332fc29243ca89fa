"""Campaigns of stores that were written before arms were recorded."""

import gzip
from decimal import Decimal
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.errors import InvalidValue
from segmentation.interactions import Interaction
from segmentation.journal import Figures
from support.fair import TODAY

SAMPLE = Path(__file__).parents[2] / "samples" / "store-before-arms.db.gz"
"""Campaign P: SM1, logged for A, B and C with the template FAIR, and a response of B."""


def test_an_older_store_has_its_figures_and_no_arms(tmp_path: Path) -> None:
    """EXM-51: the store was written by the version before."""
    path = tmp_path / "old.db"
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    with seg.Workspace.open(path, user="ANNA", today=TODAY) as crm:
        assert crm.campaigns.figures("P") == Figures(
            interactions=4, cost=Decimal("7.50"), duration_min=Decimal(9), targets=3, responses=1
        )
        crm.journal.verify()
        entries = list(crm.store.records.all(Interaction))
        assert {each.arm for each in entries} == {""}
        assert [each.segment_no for each in entries] == ["SM1"] * 3 + [""]
        for arms in ((), ("letter", "mail")):
            with pytest.raises(InvalidValue, match="'P' has no arms; none were recorded"):
                crm.campaigns.compare("P", *arms)
        crm.templates.change("REPLY", answers_within="14D")
        (found,) = crm.campaigns.responses_by("P", "segment_no").values()
        assert (found.responded, found.asked) == (1, 3)
        assert list(crm.journal.audit()) == []
