"""The README, whose examples run and whose table names all engines; and the commands of pages."""

import re
from pathlib import Path

import pytest
from docs.commands import WAYS, Commands, counted, way_of
from docs.outputs import ROOT, Examples, all_pages, run_page
from sybil import Document

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


def test_each_command_of_the_pages_is_run_or_left_to_the_reader_by_a_rule() -> None:
    """A rule that no page needs is gone, and so is a command that no rule knows."""
    ways = counted([*all_pages(), ROOT / "CONTRIBUTING.md"])
    assert set(ways) == set(WAYS)
    assert ways["run"] >= 7
    with pytest.raises(ValueError, match="no rule"):
        way_of("make install")


@pytest.mark.parametrize(
    ("block", "wrong"),
    [
        ("$ segmentation criteria\nthe following arguments\n", "VERB"),
        ("$ segmentation demo --stoer postgresql://HOST/DATABASE\n", "--stoer"),
        ("$ python docs/gone.py\n", "there is no docs/gone.py"),
        ("$ segmentation select --store gone.db\n", "gone.db"),
    ],
    ids=["another output", "an option that is not", "a file that is not", "a fault"],
)
def test_a_command_of_a_page_that_says_something_else_is_told(
    tmp_path: Path, block: str, wrong: str
) -> None:
    page = tmp_path / "page.md"
    page.write_text(f"```console\n{block}```\n", "utf-8")
    (example,) = Document.parse(str(page), Commands())
    with pytest.raises(Exception, match=wrong):
        example.evaluate()
