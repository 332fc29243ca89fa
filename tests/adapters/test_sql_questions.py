"""How many statements a step needs: as many for two hundred contacts as for twenty."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, TypeAlias, cast

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.code_tables import MailingGroup, SalespersonPurchaser
from segmentation.contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactMailingGroup,
)
from segmentation.criteria import AsOf, at_most, bind
from segmentation.documents import Attachment
from segmentation.reports import LabelFormat, Remarks
from segmentation.segments import contact_schema
from segmentation.setup import NumberSeries
from support.fair import TODAY

LAYOUT = LabelFormat.of(70, 36)
_LETTER = b"{{ name }}, {{ address }}, {{ customer_no }}"


def fill(crm: seg.Workspace, count: int) -> None:
    """So many customers in a segment, each with an address of its own."""
    nos = [f"C{number:03}" for number in range(count)]
    crm.add(
        NumberSeries(code="SM", starting_no="SM1"),
        MailingGroup(code="NEWS"),
        SalespersonPurchaser(code="JO", name="Jo"),
        *(Contact(no=no, name=f"Name {no}", e_mail=f"{no}@x.example") for no in nos),
        *(
            AlternativeAddress(
                contact_no=no, code="HOME", address=f"Home of {no}", starting_date=TODAY
            )
            for no in nos
        ),
        *(
            ContactBusinessRelation(
                contact_no=no,
                business_relation_code="CUST",
                link_to_table="customer",
                no=f"K{no}",
            )
            for no in nos
        ),
    )
    crm.setup.change_marketing(segment_nos="SM")
    crm.tables["language"].new("ENG")
    crm.templates.new("HELLO")
    letter = Attachment("hello.txt", _LETTER)
    crm.templates.put_language("HELLO", "ENG", attachment=letter)
    crm.templates.change("HELLO", language_code_default="ENG")
    segment = crm.new_segment("Hello", interaction_template_code="HELLO", salesperson_code="JO")
    segment.add_contacts()


def nos_in(crm: seg.Workspace) -> list[str]:
    return list(crm.segment("SM1").contact_nos)


def logged(crm: seg.Workspace) -> list[int]:
    """The numbers of the interactions when the segment is logged."""
    crm.segment("SM1").log()
    return [each.entry_no for each in crm.interactions]


def cancel(crm: seg.Workspace) -> None:
    (segment,) = crm.logged_segments
    crm.logged_segments.cancel(segment.entry_no)


def follow(crm: seg.Workspace) -> list[str]:
    """Let the segment follow criteria that nobody passes yet."""
    crm.saved_criteria.save("ALL", crm.fields.contact.name == "Name*")
    segment = crm.segment("SM1")
    segment.reduce_contacts()
    segment.follow_criteria("ALL")
    return []


Prepare: TypeAlias = Callable[[seg.Workspace], list[Any]]
Step: TypeAlias = Callable[[seg.Workspace, list[Any]], object]

STEPS: Mapping[str, tuple[Prepare, Step]] = {
    "labels": (nos_in, lambda crm, nos: crm.reports.labels(*nos, layout=LAYOUT)),
    "labels of a segment": (
        nos_in,
        lambda crm, _: crm.reports.labels(segment_no="SM1", layout=LAYOUT),
    ),
    "cover sheets": (nos_in, lambda crm, nos: crm.reports.cover_sheets(*nos, remarks=Remarks())),
    "letters before logging": (nos_in, lambda crm, _: crm.segment("SM1").letters()),
    "letters of interactions": (logged, lambda crm, nos: list(crm.letters.of(*nos))),
    "canceled together": (logged, lambda crm, _: cancel(crm)),
    "interactions by number": (logged, lambda crm, nos: crm.interactions.get_many(nos)),
    "refreshed": (follow, lambda crm, _: crm.segment("SM1").refresh()),
    "logged with letters": (
        nos_in,
        lambda crm, _: crm.segment("SM1").log(follow_up=True, deliver=True),
    ),
    "into a mailing group": (
        nos_in,
        lambda crm, _: crm.segment("SM1").apply_mailing_group("NEWS"),
    ),
}


@pytest.mark.parametrize("step", STEPS)
def test_questions_do_not_grow_with_the_contacts(tmp_path: Path, step: str) -> None:
    prepare, run = STEPS[step]

    def questions(count: int) -> int:
        seen: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
            seen.append(statement)

        with seg.Workspace.open(tmp_path / f"{count}.db", today=TODAY) as crm:
            fill(crm, count)
            given = prepare(crm)
            sa.event.listen(sa.Engine, "before_cursor_execute", note)
            try:
                run(crm, given)
            finally:
                sa.event.remove(sa.Engine, "before_cursor_execute", note)
        return sum("SELECT" in each for each in seen)

    assert questions(20) == questions(200) > 0


NORWEGIANS = [f"C{number:03}" for number in range(40)]
READERS = {*NORWEGIANS[::4], "S"}


@pytest.fixture(scope="module")
def newsreaders(tmp_path_factory: pytest.TempPathFactory) -> Iterator[seg.Workspace]:
    """Forty contacts in Norway, of whom ten read the news, and one in Sweden who does."""
    path = tmp_path_factory.mktemp("newsreaders") / "crm.db"
    with seg.Workspace.open(path, today=TODAY) as crm:
        crm.add(
            MailingGroup(code="NEWS"),
            MailingGroup(code="XMAS"),
            *(Contact(no=no, country_region_code="NO", post_code="1000") for no in NORWEGIANS),
            Contact(no="S", country_region_code="SE", post_code="2000"),
        )
        crm.add(*(ContactMailingGroup(contact_no=no, mailing_group_code="NEWS") for no in READERS))
        yield crm


@pytest.mark.parametrize(
    ("own", "group", "begins"),
    [
        ({"country_region_code": "NO"}, "NEWS", True),
        ({"country_region_code": "NO|SE", "post_code": "1000.."}, "NEWS|XMAS", True),
        ({"country_region_code": "N..P"}, "NEWS", True),
        ({"country_region_code": "SE"}, "NEWS", False),  # fewer contacts than rows
        ({"country_region_code": "<>SE"}, "NEWS", False),  # what no index finds
        ({"country_region_code": "@no"}, "NEWS", False),
        ({"country_region_code": "@n..@p"}, "NEWS", False),
        ({"post_code": "1000"}, "NEWS", False),
        ({"country_region_code": "NO"}, "N*", False),
        ({"country_region_code": "NO", "company_no": "C*"}, "NEWS", True),
        ({"country_region_code": "NO", "no": "C001..C050"}, "NEWS", False),  # two indexes find it
    ],
)
def test_sqlite_begins_with_the_rows_where_there_are_fewer_of_them(
    newsreaders: seg.Workspace, own: Mapping[str, str], group: str, *, begins: bool
) -> None:
    sent: list[str] = []

    def note(*arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        sent.append(arguments[2])

    passing = READERS.intersection(newsreaders.select(contact=own))
    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        found = newsreaders.select(contact=own, mailing_groups={"mailing_group_code": group})
        assert list(found) == sorted(passing)
        assert len(found) == len(passing) > 0
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    asked = [each for each in sent if "contact_mailing_group" in each and "WITH" not in each]
    assert {".no IN (SELECT" in " ".join(each.split()) for each in asked} == {begins}


def test_postgresql_joins_the_groups_of_those_who_are_not_sought(
    newsreaders: seg.Workspace,
) -> None:
    spoken = newsreaders.fields.interactions
    chosen = bind(at_most(1, spoken.cost > 0), contact_schema(), AsOf(TODAY))
    dialect = import_module("sqlalchemy.dialects.postgresql").dialect()
    statement = cast("SqlStore", newsreaders.store).contacts.statement(chosen, dialect)
    assert "NOT (EXISTS" in str(statement.compile(dialect=dialect))


@pytest.mark.parametrize("count", [3, 20])
def test_labels_and_letters_say_the_same_of_few_and_of_many(tmp_path: Path, count: int) -> None:
    with seg.Workspace.open(tmp_path / "crm.db", today=TODAY) as crm:
        fill(crm, count)
        nos = nos_in(crm)
        first = crm.reports.labels(*nos, layout=LAYOUT).data[0]
        assert first.lines == ("Name C000", "Home of C000")
        letters = [letter.content.decode() for letter in crm.segment("SM1").letters()]
        assert letters == [f"Name {no}, Home of {no}, K{no}" for no in nos]
        sheets = crm.reports.cover_sheets(*nos, remarks=Remarks()).data
        assert [sheet.address[1] for sheet in sheets] == [f"Home of {no}" for no in nos]


def test_everybody_is_counted_when_somebody_asks_how_many_there_are(tmp_path: Path) -> None:
    sent: list[str] = []

    def note(*arguments: Any) -> None:  # noqa: ANN401 - SQLAlchemy's
        sent.append(arguments[2].lower())

    with seg.Workspace.open(tmp_path / "crm.db", user="ANNA", today=TODAY) as crm:
        crm.add(Contact(no="A", city="Bern"), Contact(no="B"))
        sa.event.listen(sa.Engine, "before_cursor_execute", note)
        try:
            found = crm.select(contact={"city": "Bern"})
            assert list(found) == ["A"]
            assert [each for each in sent if "count(" in each] == []
            assert found.base == found.base == 2
        finally:
            sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len([each for each in sent if "count(" in each]) == 1
