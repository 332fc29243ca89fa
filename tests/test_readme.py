"""The README: its examples run as they stand, and its table names all engines."""

import re

import pytest
from docs.outputs import ROOT, Examples, run_page

from engines.registry import CLUSTERS, DATABASES, ENGINES, HOSTS

README = ROOT / "README.md"


def test_the_examples_of_the_readme_run_and_print_what_it_shows() -> None:
    run_page(README, Examples())


def test_the_readme_names_the_engines_that_are_held_to_the_table_of_truth() -> None:
    table = README.read_text("utf-8").partition("<!-- engines -->\n")[2].partition("\n\n")[0]
    named = [name for row in table.splitlines() for name in re.findall(r"`([a-z-]+)`", row)]
    tested = [str(each.id) for each in (*ENGINES, *DATABASES, *HOSTS, *CLUSTERS)]
    assert sorted(named) == sorted(tested)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_each_file_that_a_page_for_readers_of_the_source_links_to_is_there(page: str) -> None:
    """Links among the pages of the documentation are checked when these are built."""
    linked = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / page).read_text("utf-8"))
    assert [link for link in linked if not (ROOT / link).exists()] == []
