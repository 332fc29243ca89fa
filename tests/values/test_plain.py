"""Every value is plain data that JSON takes, records are made of it again, and it stays small."""

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from typing import Any

import attrs
import pytest

import segmentation as seg
from segmentation.contacts import Contact
from segmentation.criteria import Token, bind, fields, make_selection, none, parse
from segmentation.errors import InvalidValue, NotFound
from segmentation.fields import Record
from segmentation.kinds import record_kinds
from segmentation.plain import from_plain, to_plain
from segmentation.segments import (
    ActionKind,
    Candidates,
    LeftOut,
    LeftOutReason,
    SegmentChanged,
    contact_schema,
    to_left_outs,
)
from support import sampled
from support.fair import AS_OF, NOW, STAMP, TODAY, make_store, person
from support.sampled import SEGMENT, VALUES, crammed

LETTER = b"Dear {{ contact_name }}"
MANY = 5_000
GONE = LeftOut("A", LeftOutReason.GONE)
BERN = fields(contact_schema()).contact.city == "Bern"
IN_BERN = {"part": {"table": "contact", "where": [["city", "Bern"]]}}


def data_of(value: object) -> tuple[Any, int]:
    """A value's plain data, after they went through JSON, and how long their text is."""
    data = to_plain(value)
    text = json.dumps(data)
    assert json.loads(text) == data
    return data, len(text)


# -- records ----------------------------------------------------------------------------------


@pytest.mark.parametrize("made", [lambda value: value, crammed], ids=["plain", "crammed"])
@pytest.mark.parametrize("kind", sampled.record_kinds(), ids=lambda kind: kind.__name__)
def test_a_record_is_made_of_its_plain_data_again(kind: type, made: Any) -> None:  # noqa: ANN401
    record = made(VALUES[kind])
    data, _ = data_of(record)
    assert data["record"] == record.__table__
    again = from_plain(json.loads(json.dumps(data)))
    assert again == record
    assert str(attrs.astuple(again)) == str(attrs.astuple(record))  # type: ignore[arg-type]  # 1 is not 1.0


def test_all_kinds_of_records_are_known() -> None:
    assert set(record_kinds().values()) == set(sampled.record_kinds())
    assert Record not in record_kinds().values()


def test_amounts_are_exact_and_what_a_host_added_keeps_its_type() -> None:
    contact = Contact(
        no="CT1", extra={"points": Decimal("1.50"), "since": TODAY, "vip": True}
    )  # converted
    assert to_plain(contact) == {
        "record": "contact",
        "no": "CT1",
        "extra": {"points": {"decimal": "1.50"}, "since": {"date": "2026-11-22"}, "vip": True},
    }


@pytest.mark.parametrize(
    "data",
    [
        {"record": "contcat", "no": "CT1"},
        {"record": ["contact"], "no": "CT1"},
        {"no": "CT1"},
        {"record": "contact", "no": "CT1", "nonsense": 1},
        {"record": "contact", "no": "CT1", "type": "thing"},
        ["contact"],
        "contact",
        None,
    ],
)
def test_other_data_make_no_record(data: object) -> None:
    with pytest.raises(InvalidValue):
        from_plain(data)


# -- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_every_value_has_plain_data_that_are_small(kind: type) -> None:
    assert data_of(VALUES[kind])[1] <= 2_000


def test_a_value_gives_its_fields() -> None:
    assert to_plain(SEGMENT) == {
        "header": {
            "record": "segment_header",
            "no": "SM1",
            "description": "Fair",
            "date": "2026-11-22",
        },
        "lines": {"segment_no": "SM1", "lines": 2, "contact_nos": ["SHOP", "BAKERY"]},
        "actions": {
            "count": 2,
            "first": [
                {
                    "kind": "add",
                    "today": "2026-11-22",
                    "inserted": 3,
                    "left_out": 1,
                    "lines_after": 3,
                },
                {
                    "kind": "reduce",
                    "by_hand": True,
                    "today": "2026-11-22",
                    "removed": 1,
                    "lines_after": 2,
                },
            ],
        },
        "undone": {"count": 0, "first": []},
        "languages": {"count": 0, "first": []},
        "version": 0,
    }


def test_neither_secrets_nor_contents_are_among_the_data() -> None:
    assert to_plain(STAMP) == {"at": "2026-11-22T09:30:00+00:00", "user": "ANNA"}
    digest = "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"
    assert to_plain(b"\n") == {"bytes": 1, "sha256": digest}


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (None, None),
        (True, True),
        (0.25, 0.25),
        (Decimal("1.50"), "1.50"),
        (TODAY, "2026-11-22"),
        (dt.time(9, 30), "09:30:00"),
        (dt.timedelta(minutes=1), 60.0),
        (dt.UTC, "UTC"),
        (LeftOutReason.BLOCKED, "blocked"),
        (Contact, "Contact"),
        (("a", 1), ["a", 1]),
        ((), []),
        ({"b", "a"}, ["a", "b"]),
        ({"a": 1, LeftOutReason.GONE: 2, 3: 4}, {"a": 1, "gone": 2, "3": 4}),
        ({("a", "b"): 1}, [[["a", "b"], 1]]),
        ({("a",): GONE}, {"count": 1, "first": [[["a"], {"contact_no": "A", "reason": "gone"}]]}),
        (NotFound("contact", "X"), {"error": "not_found", "text": "there is no contact 'X'"}),
        (BERN, IN_BERN),
        (~BERN, {"not": IN_BERN}),
        (parse("Bern|Basel"), "Bern|Basel"),
        ([parse("<>Bern")], {"count": 1, "first": ["<>Bern"]}),
        (Token("mine"), "%mine"),
    ],
    ids=lambda each: type(each).__name__,
)  # fmt: skip
def test_what_becomes_of_each_kind(value: object, data: object) -> None:
    assert data_of(value)[0] == data


def test_a_bound_selection_is_given_in_words() -> None:
    data, _ = data_of(bind(BERN, contact_schema(), AS_OF))
    assert data["selection"] == "city is “Bern”"
    assert data["as_of"]["today"] == "2026-11-22"


@pytest.mark.parametrize("value", [test_a_bound_selection_is_given_in_words, iter([]), object()])
def test_what_is_no_value_is_refused(value: object) -> None:
    with pytest.raises(InvalidValue, match="no plain data"):
        to_plain(value)


# -- many values ------------------------------------------------------------------------------


def test_of_many_values_the_first_are_given_and_of_numbers_all() -> None:
    many = [LeftOut(f"C{number:02}", LeftOutReason.BLOCKED) for number in range(30)]
    assert to_plain(many) == {
        "count": 30,
        "first": [{"contact_no": f"C{n:02}", "reason": "blocked"} for n in range(5)],
    }
    assert to_plain(to_left_outs(many)) == {"blocked": [f"C{n:02}" for n in range(30)]}
    assert to_plain({each.contact_no: each for each in many})["count"] == 30
    assert to_plain(range(30)) == list(range(30))
    assert to_plain([to_left_outs(many)]) == {"count": 1, "first": [{"counts": {"blocked": 30}}]}
    assert to_plain([{"a": 1}]) == {"count": 1, "first": [{"a": 1}]}


def test_large_values_name_contacts_by_number_only() -> None:
    people = [person(f"P{n:06d}", name=f"Person {n}") for n in range(MANY)]
    barred = [person(f"Q{n:06d}", privacy_blocked=True) for n in range(MANY // 10)]
    crm = seg.Workspace.open(make_store(*people, *barred), user="ANNA", today=TODAY)
    fair = crm.new_segment("Fair").add_contacts(contact={"no": "P*|Q*"})
    before = crm.store.segments.get(fair.no)
    fair.reduce_contacts(contact={"no": "P00001*"})
    segment, first = crm.store.segments.get(fair.no), fair.actions[0]
    chosen = bind(make_selection(contact={"no": "P*"}), contact_schema(), AS_OF)
    candidates = crm.store.contacts.candidates(chosen, first.options)
    assert isinstance(candidates, Candidates)
    values: list[object] = [
        *(segment, segment.lines, segment.lines.parts[0], segment.lines.parts[0].block),
        *(first, first.left_out, fair.history, *fair.history, *segment.actions),
        *(candidates, candidates.who, candidates.who.listed(), segment.lines.by_field()),
        *(SegmentChanged(before, segment), crm.select(contact={"no": "P*"})),
    ]
    for value in values:
        assert data_of(value)[1] <= 2_000 + 40 * MANY * 1.1, type(value)
    assert data_of(segment.lines.by_field())[1] <= 2_000
    assert data_of(fair.history)[1] <= 2_000


def handed_out(crm: seg.Workspace) -> Iterator[tuple[object, int]]:
    """What the front gives for the sample data, and how many contacts, entries, rows it holds."""
    danes = {"country_region_code": "DK|SE|NO"}
    crm.new_segment("Light in the north", interaction_template_code="FAIR")
    fair = crm.segment("SM00001").add_contacts(contact=danes)
    lines = len(fair)
    fair.reduce_contacts(contact={"type": "company"}).go_back().go_forward()
    fair.change_line(10_000, description="With a word")
    yield crm.select(contact=danes), lines
    yield crm.explain(fair.contact_nos[0], contact=danes, mailing_groups=none()), 10
    yield crm.count(contact=danes, mailing_groups={}), 2
    yield fair.header, 1
    yield from (
        (value, lines) for value in (crm.store.segments.get(fair.no), fair.lines, fair.history)
    )
    yield from ((value, lines) for value in (*fair.actions, *fair.history))
    yield fair.actions[0].left_out, lines
    yield fair.lines[0], 1
    yield fair.preview(ActionKind.ADD), 69
    yield fair.explain(fair.contact_nos[0]), 10
    yield fair.plan_logging(), lines
    yield fair.save_criteria("NORTH", "Of the north"), 1
    logged = fair.log()
    yield logged, lines
    yield logged.segment, lines
    yield logged.interactions[0], 1
    yield crm.journal.head, 1
    yield from ((entry, lines) for entry in crm.journal)
    yield crm.journal.audit(), 1
    contact_no, entry_no = logged.interactions[0].contact_no, logged.segment.entry_no
    yield crm.logged_segments.explain(entry_no, contact_no), 2
    yield crm.logged_segments.rebuild(entry_no), lines
    yield crm.journal.as_of(), 1
    yield crm.contacts[contact_no], 1
    yield crm.contacts.row_counts(contact_no), 10
    yield list(crm.contacts), 69
    yield crm.contacts.rows(contact_no), 10
    yield crm.contacts, 69
    yield crm.contacts.duplicates(), 10
    yield crm.contacts.summary(contact_no), 10
    yield crm.contacts.access(contact_no), 10
    yield crm.contacts.plan_erasing(contact_no), 10
    yield crm.contacts.figures(contact_no), 1
    campaign = logged.interactions[0].campaign_no
    yield crm.campaigns[campaign], 1
    yield crm.campaigns.figures(campaign), 1
    yield crm.campaigns.figures_by(campaign, "salesperson_code"), 10
    yield crm.campaigns.activate(campaign), lines
    yield crm.overlaps(bern=BERN, others=~BERN), 69
    yield [*crm.questionnaires], 10
    yield crm.questionnaires.classify("CONTACT"), 69
    yield crm.contacts.erase(contact_no), 10


def test_what_the_front_hands_out_is_plain_data_of_its_size() -> None:
    crm = seg.Workspace.open(user="ANNA", clock=lambda: NOW)
    imported = crm.import_data(str(files("segmentation.sample")))
    assert data_of(imported)[1] <= 2_000 + 40 * 10
    for value, count in handed_out(crm):
        assert data_of(value)[1] <= 2_000 + 40 * count, value
