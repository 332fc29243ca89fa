"""Every value shows itself in one line that tells its essence."""

import re
from decimal import Decimal
from typing import Any

import pytest

from segmentation.contacts import Contact, ContactMailingGroup, ContactType
from segmentation.criteria import bind
from segmentation.documents import PlainFormats
from segmentation.interactions import Interaction
from segmentation.journal import State
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    Options,
    contact_schema,
    history_of,
    to_left_outs,
)
from segmentation.setup import CompanyInformation, MarketingSetup
from segmentation.showing import shown_by
from support.fair import AS_OF, STAMP, TODAY, company, make_store, person
from support.sampled import ELSEWHERE, SEGMENT, VALUES, crammed
from support.scanned import public_values

OTHERS = [State(), PlainFormats()]
"""Values that are no attrs classes."""


def test_every_class_has_a_value_here() -> None:
    assert not set(public_values(*ELSEWHERE)) - VALUES.keys()


@pytest.mark.parametrize("made", [lambda value: value, crammed], ids=["plain", "crammed"])
@pytest.mark.parametrize("kind", VALUES, ids=lambda kind: kind.__name__)
def test_a_value_shows_itself_in_one_line(kind: type, made: Any) -> None:  # noqa: ANN401
    shown = repr(made(VALUES[kind]))
    assert shown.startswith(f"{kind.__name__}(")
    assert len(shown.splitlines()) == 1
    assert len(shown) <= 120
    assert "object at 0x" not in shown
    assert not re.search(r"\b_\w+\(", shown)


@pytest.mark.parametrize("value", OTHERS, ids=lambda value: type(value).__name__)
def test_so_do_others(value: object) -> None:
    assert repr(value) == {"State": "State(0)"}.get(type(value).__name__, "PlainFormats()")


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (
            Contact(no="CT1001", name="Anna Berg", type=ContactType.PERSON),
            "Contact('CT1001', 'Anna Berg', person)",
        ),
        (
            ContactMailingGroup(contact_no="CT1001", mailing_group_code="NEWS"),
            "ContactMailingGroup('CT1001', 'NEWS')",
        ),
        (CompanyInformation(name="Nordlys A/S"), "CompanyInformation('Nordlys A/S')"),
        (MarketingSetup(), "MarketingSetup()"),
        (
            Interaction(entry_no=18, contact_no="CT1", date=TODAY, canceled=True),
            "Interaction(18, 'CT1', 2026-11-22, canceled)",
        ),
        (SEGMENT, "Segment('SM1', 'Fair', lines=2, actions=2)"),
        (SEGMENT.lines, "Lines('SM1', lines=2)"),
        (
            history_of(SEGMENT)[0],
            "ActionSummary(1, add, joined=3, left_out=1, lines_after=3)",
        ),
        (
            SEGMENT.actions[1],
            "CriteriaAction(reduce, by_hand, 2026-11-22, removed=1, lines_after=2)",
        ),
        (SEGMENT.actions[0].left_out, "LeftOuts(blocked=1)"),
        (CriteriaAction(kind=ActionKind.ADD), "CriteriaAction(add, lines_after=0)"),
        (STAMP, "Stamp(2026-11-22 09:30+00:00, 'ANNA')"),
    ],
    ids=lambda each: each.partition("(")[0] if isinstance(each, str) else "",
)
def test_the_essence_comes_first(value: object, shown: str) -> None:
    assert repr(value) == shown


def test_who_is_left_out_is_counted_by_reason() -> None:
    many = [LeftOut(f"C{number}", LeftOutReason.BLOCKED) for number in range(500)]
    found = to_left_outs([*many, LeftOut("ANNA", LeftOutReason.NO_CONSENT)])
    assert repr(found) == "LeftOuts(blocked=500, no_consent=1)"
    assert found.counts == {LeftOutReason.BLOCKED: 500, LeftOutReason.NO_CONSENT: 1}


def test_rosters_of_every_store_say_how_many_are_on_them() -> None:
    store = make_store(person("DEE", privacy_blocked=True))
    found = store.contacts.candidates(bind(None, contact_schema(), AS_OF), Options())
    assert repr(found) == "Candidates(count=6, blocked=1)"
    assert repr(found.who) == "IndexedRoster(count=6)"
    assert repr(found.who.listed()) == "Listed(count=6)"


@shown_by("share", "price", "flag", "text", "nothing", "inner.name", "many", count="items")
class Bag(list[int]):
    """A value with all that is shown in a way of its own."""

    share, price, flag, text, nothing = 0.123456, Decimal("2.50"), False, "a\nb", None
    inner = company("SHOP")
    many = (1, 2)


def test_numbers_have_a_name_and_blanks_are_left_out() -> None:
    shown = "Bag(share=0.1235, price=2.50, 'a\\nb', 'Shop', many=2, items=3)"
    assert repr(Bag([1, 2, 3])) == shown.replace("'Shop'", repr(company("SHOP").name))
