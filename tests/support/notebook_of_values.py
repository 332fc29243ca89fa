"""Makes a notebook that shows every public value, as those who work in one see it.

What looks bad is seen by looking only. Run it after a change of how values show themselves::

    PYTHONPATH=src:tests python tests/support/notebook_of_values.py values.ipynb
    PYTHONPATH=src:tests jupyter nbconvert --to html --execute values.ipynb
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from support.sampled import VALUES

_FRONT = """\
import datetime as dt
from importlib.resources import files

import segmentation as seg
from segmentation.adapters import notebook

crm = seg.Workspace.open(user="ANNA", today=dt.date(2026, 11, 22))
imported = crm.import_data(str(files("segmentation.sample")))
imported
---
crm
---
crm.contacts
---
crm.contacts["CT000018"]
---
readers = {"mailing_group_code": "NEWS|FAIR"}
north = {"contact": {"country_region_code": "DK|SE|NO"}, "mailing_groups": readers}
counts = crm.count(**north)
counts
---
notebook.plot_counts(counts)
---
crm.select(**north)
---
fair = crm.new_segment("Spring fair", interaction_template_code="FAIR")
fair.add_contacts(**north)
fair.reduce_contacts(business_relations={"business_relation_code": "COMPETITOR"})
fair
---
fair.lines
---
fair.history
---
notebook.plot_history(fair.history)
---
fair.actions[0].left_out
---
fair.explain("CT000018")
---
logged = fair.log(follow_up=True)
logged
---
crm.logged_segments
---
crm.logged_segments[logged.segment.entry_no]
---
crm.interactions
---
crm.journal
---
crm.tables
---
crm.tables["country_region"]
---
crm.templates
---
crm.campaigns
---
crm.setup
"""

_SAMPLED = """\
from support.sampled import VALUES, crammed

of = {kind.__name__: value for kind, value in VALUES.items()}
"""


def notebook() -> dict[str, object]:
    """A notebook in the form of files."""
    return {"cells": [*_cells()], "metadata": {}, "nbformat": 4, "nbformat_minor": 4}


def _cells() -> Iterator[dict[str, object]]:
    yield _told("# The front")
    yield from map(_code, _FRONT.split("---\n"))
    yield _told("# Values")
    yield _code(_SAMPLED)
    for kind in VALUES:
        yield _code(f"of[{kind.__name__!r}]")
    yield _told("# Values with more in them than anybody has")
    for kind in VALUES:
        yield _code(f"crammed(of[{kind.__name__!r}])")


def _told(text: str) -> dict[str, object]:
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def _code(text: str) -> dict[str, object]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": text.strip(),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(notebook()), "utf-8")
