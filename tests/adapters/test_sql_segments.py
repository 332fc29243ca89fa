"""Worksheets in a database: what a step changes is written, and nothing else is lost."""

import datetime as dt
from decimal import Decimal

import attrs
import pytest

import segmentation as seg
from segmentation.adapters.sqlalchemy import SqlStore
from segmentation.contacts import AlternativeAddress, Contact, ContactType, CorrespondenceType
from segmentation.criteria import AllOf, Not, Part, Selection
from segmentation.errors import Conflict, InvalidValue, NotFound
from segmentation.segments import Listed, Segment, SegmentHeader, SegmentLine, Terms
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.databases import Database

TODAY = dt.date(2026, 11, 22)


@pytest.fixture
def store(database: Database) -> SqlStore:
    made = database.open()
    made.records.put(_contact(n) for n in range(40))
    made.records.put([AlternativeAddress(contact_no="C07", code="HOME")])
    template = InteractionTemplate(
        code="T", unit_cost=Decimal("1.5"), language_code_default="ENU", campaign_no="CP"
    )
    texts = [
        TemplateLanguage(
            interaction_template_code="T",
            language_code=code,
            subject=code,
            attachment=made.attachments.put(code.encode()),
        )
        for code in ("DAN", "ENU")
    ]
    made.records.put([template, *texts])
    made.records.put([seg.NumberSeries(code="S", starting_no="S01")])
    made.records.put([seg.MarketingSetup(segment_nos="S")])
    return made


def _contact(n: int) -> Contact:
    """Contacts of every combination that lines take something from."""
    return Contact(
        no=f"C{n:02}",
        type=ContactType.PERSON if n % 5 else ContactType.COMPANY,
        company_no=f"C{n - n % 5:02}",
        language_code=("DAN", "ENU", "DEU", "")[n % 4],
        salesperson_code=("ANNA", "BEN", "")[n % 3],
        correspondence_type=list(CorrespondenceType)[n % 3],
        country_region_code=("DK", "SE")[n % 2],
        exclude_from_segment=n == 39,
    )


def test_every_step_is_stored_as_it_is(store: SqlStore, database: Database) -> None:
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    sheet = crm.new_segment("Fair", interaction_template_code="T")

    def same() -> bool:
        """What another user reads is what this one has."""
        fresh = database.open()
        read = fresh.segments.get(sheet.no)
        fresh.close()
        mine = store.segments.get(sheet.no)
        assert list(read.lines) == list(mine.lines)
        assert [line.line_no for line in read.lines] == list(mine.lines.numbers)
        assert (read.header, read.languages, read.version) == (
            mine.header,
            mine.languages,
            mine.version,
        )
        return [list(a.removed) for a in read.actions] == [list(a.removed) for a in mine.actions]

    sheet.add_contacts(contact={"country_region_code": "DK"})
    assert same()
    sheet.add_contacts(expand_companies=True)
    assert same()
    changed = attrs.evolve(sheet.lines[3], subject="by hand", unit_cost=Decimal(9))
    segment = store.segments.get(sheet.no)
    store.segments.put(segment.with_changed([changed]))
    assert same()
    sheet.reduce_contacts(contact={"salesperson_code": "BEN"})
    assert same()
    sheet.go_back()
    assert same()
    sheet.refine_contacts(contact={"language_code": "DAN|''"})
    assert same()
    sheet.remove_line(sheet.lines[0].line_no)
    assert same()
    sheet.go_back()
    sheet.go_back()
    assert same()
    assert any(line.subject == "by hand" for line in sheet.lines)


def test_what_was_undone_is_not_remembered(store: SqlStore) -> None:
    stored = store.segments.put(Segment(header=SegmentHeader(no="X")))
    line = SegmentLine(segment_no="X", line_no=1)

    def spoiled() -> None:
        with store.transaction():
            store.segments.put(attrs.evolve(stored, lines=(line,)))
            assert len(store.segments.get("X").lines) == 1
            raise NotFound("anything", "at all")

    for _ in range(2):
        with pytest.raises(NotFound):
            spoiled()
        with store.transaction():
            with pytest.raises(NotFound):
                spoiled()
            assert len(store.segments.get("X").lines) == 0
        assert store.segments.get("X") == stored


def test_a_segment_made_anew_is_not_taken_for_the_old(store: SqlStore, database: Database) -> None:
    other = database.open()
    line = SegmentLine(segment_no="X", line_no=1, contact_no="C01")
    first = store.segments.put(Segment(header=SegmentHeader(no="X"), lines=(line,)))
    assert len(other.segments.get("X").lines) == 1
    store.segments.remove(first)
    again = store.segments.put(Segment(header=SegmentHeader(no="X")))
    assert again.version == first.version
    assert len(other.segments.get("X").lines) == 0
    newer = other.segments.put(other.segments.get("X"))
    assert list(store.segments.get("X").lines) == []
    assert store.segments.get("X").version == newer.version


def test_only_some_segments_are_remembered(store: SqlStore) -> None:
    for n in range(20):
        store.segments.put(Segment(header=SegmentHeader(no=f"X{n}", description=str(n))))
    assert [store.segments.get(f"X{n}").header.description for n in range(20)] == list(
        map(str, range(20))
    )


def test_lines_of_many_kinds_are_stored_and_read(store: SqlStore, database: Database) -> None:
    joining = [attrs.evolve(_contact(n % 40), salesperson_code=f"S{n % 1100}") for n in range(2200)]
    numbered = [attrs.evolve(contact, no=f"N{n}") for n, contact in enumerate(joining)]
    empty = Segment(header=SegmentHeader(no="X"))
    lines = empty.new_lines(Terms(empty.header), Listed.of(numbered))
    store.segments.put(attrs.evolve(empty, lines=lines))
    other = database.open()
    assert other.segments.get("X").lines == lines
    other.close()


def test_a_contact_that_no_database_can_hold_is_refused(store: SqlStore) -> None:
    empty = Segment(header=SegmentHeader(no="X"))
    lines = empty.new_lines(Terms(empty.header), Listed.of([_contact(1), Contact(no="C\0")]))
    with pytest.raises(InvalidValue, match="contact_no"):
        store.segments.put(attrs.evolve(empty, lines=lines))
    assert list(store.segments.headers()) == []


def test_a_line_that_is_put_back_as_it_was_is_written(store: SqlStore, database: Database) -> None:
    empty = Segment(header=SegmentHeader(no="X"))
    lines = empty.new_lines(Terms(empty.header), Listed.of(map(_contact, range(3))))
    first = store.segments.put(attrs.evolve(empty, lines=lines))
    changed = store.segments.put(first.with_changed([attrs.evolve(lines[1], subject="by hand")]))
    store.segments.put(attrs.evolve(changed, lines=first.lines))
    other = database.open()
    assert other.segments.get("X").lines == lines
    other.close()


def test_criteria_too_deep_for_a_statement_choose_all_the_same(store: SqlStore) -> None:
    crm = seg.Workspace.open(store, user="ANNA", today=TODAY)
    deep: Selection = Part("contact")
    for _ in range(60):
        deep = Not(AllOf((deep, Part("contact"))))
    assert len(crm.new_segment("Deep").add_contacts(deep)) == 39


def test_a_step_on_an_earlier_state_under_the_same_header_is_refused(store: SqlStore) -> None:
    before = store.segments.put(Segment(header=SegmentHeader(no="S01", description="Fair")))
    newer = store.segments.put(attrs.evolve(before, seen="1"))
    assert newer.header is before.header
    with pytest.raises(Conflict, match="was changed, logged or deleted meanwhile"):
        store.segments.put(attrs.evolve(before, seen="2"))
    assert store.segments.get("S01").seen == "1"
