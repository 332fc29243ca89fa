"""Campaigns of stores that were written before arms were recorded."""

import gzip
from pathlib import Path

import pytest

import segmentation as seg
from segmentation.errors import InvalidValue
from segmentation.interactions import Interaction
from segmentation.journal import Figures
from support.desk import make_desk, make_template, segment_of
from support.fair import TODAY, person

SAMPLE = Path(__file__).parents[2] / "adapters" / "samples" / "store-1.db.gz"


def before_arms(path: Path) -> Figures:
    """A store of the version before: 3 entries of SM1 for P, and a response by one of them.

    It starts from a stored sample; what is recorded has what that version knew: no arm, nothing
    that is answered, no rule.
    """
    path.write_bytes(gzip.decompress(SAMPLE.read_bytes()))
    with seg.Workspace.open(path, user="ANNA", today=TODAY) as crm:
        desk = make_desk(
            *(person(no, salesperson_code="JO") for no in ("X1", "X2", "X3")),
            make_template("FAIR", campaign_target=True),
            make_template("REPLY", campaign_response=True),
            store=crm.store,
        )
        segment_of(desk, "X1", "X2", "X3", template="FAIR", campaign="SALE").log()
        desk.interactions.create("X2", interaction_template_code="REPLY", campaign_no="SALE")
        return desk.campaigns.figures("SALE")


def test_an_older_store_has_its_figures_and_no_arms(tmp_path: Path) -> None:
    """EXM-51."""
    figures = before_arms(tmp_path / "old.db")
    with seg.Workspace.open(tmp_path / "old.db", user="ANNA", today=TODAY) as crm:
        assert crm.campaigns.figures("SALE") == figures
        crm.journal.verify()
        assert {each.arm for each in crm.store.records.all(Interaction)} == {""}
        with pytest.raises(InvalidValue, match="'SALE' has no arms; none were recorded"):
            crm.campaigns.compare("SALE")
        with pytest.raises(InvalidValue, match="'SALE' has no arms; none were recorded"):
            crm.campaigns.compare("SALE", "letter", "mail")
        crm.templates.change("REPLY", answers_within="14D")
        (found,) = crm.campaigns.responses_by("SALE", "segment_no").values()
        assert (found.responded, found.asked) == (1, 3)
