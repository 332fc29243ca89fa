"""Make the picture of the README: `python docs/pictures.py`."""

import datetime as dt
from importlib.resources import files
from pathlib import Path

import segmentation as seg
from segmentation.adapters.notebook import plot_counts
from segmentation.criteria import none

PICTURES = Path(__file__).parent / "pictures"


def make_funnel(path: Path) -> None:
    """Draw how many contacts of the sample are left after each part of a selection."""
    crm = seg.Workspace.open(user="ANNA", today=dt.date(2026, 11, 22))
    crm.import_data(str(files("segmentation.sample")))
    counts = crm.count(
        contact={"country_region_code": "DK|SE|NO"},
        mailing_groups={"mailing_group_code": "NEWS|FAIR"},
        business_relations=none(business_relation_code="COMPETITOR"),
        job_responsibilities={"job_responsibility_code": "OWNER|PURCHASE"},
    )
    plot_counts(counts).configure(background="white").save(path)


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    make_funnel(PICTURES / "funnel.svg")
