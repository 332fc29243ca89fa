"""Pictures of an experiment: what they draw, and that they become files."""

import datetime as dt
import sys
from pathlib import Path
from typing import Any

import pytest

import segmentation as seg
from segmentation.adapters.notebook import (
    plot_comparison,
    plot_funnel,
    plot_responses,
    save_picture,
)
from segmentation.errors import InvalidValue, MissingExtra
from segmentation.experiments import (
    Amounts,
    Funnel,
    Group,
    Outcome,
    RateFrom,
    ResponseCurve,
    compared,
)
from segmentation.fields import Field
from segmentation.segments import LoggedSegment
from support.desk import make_desk, make_template
from support.fair import person

ASKED = dt.date(2026, 11, 2)


def day(number: int) -> dt.date:
    return dt.date(2026, 11, number)


@pytest.fixture
def crm() -> seg.Workspace:
    """A segment of 8: letter C02 C05 C06 C07 asked; control held back; replies of both."""
    nos = ["C01", "C02", "C04", "C05", "C06", "C07", "C08", "C13"]
    crm = make_desk(
        *(person(no, salesperson_code="JO") for no in (*nos, "X1", "X2")),
        make_template("REPLY", answers_within="14D"),
    )
    crm.tables.define(
        "orders",
        Field("order_no", "integer"),
        Field("contact_no", "code", length=20),
        Field("date", "date"),
        key="order_no",
        link="contact_no",
    )
    for no in ("X1", "X2"):
        crm.contacts.exclude(no, "asked")
    segment = crm.new_segment("Winter fair", interaction_template_code="TALK", campaign_no="SALE")
    segment.change_header(date=ASKED)
    segment.add_contacts(contact={"no": "C0*|C1*|X*"})
    segment.split({"letter": 80, "control": 20}, split_seed="winter", held_back_arm="control").log()
    return crm


def replied(crm: seg.Workspace, no: str, *days: int) -> None:
    for number in days:
        crm.interactions.create(no, interaction_template_code="REPLY", date=day(number))


def rows_of(chart: Any, layer: int = 0) -> list[dict[str, Any]]:  # noqa: ANN401
    drawn = chart.to_dict()
    data = drawn.get("data") or drawn["layer"][layer]["data"]
    return list(data["values"])


def test_responses_over_time_are_drawn_by_arm(crm: seg.Workspace) -> None:
    """EXM-38, of what was logged: each contact responds on its first day."""
    (logged,) = crm.logged_segments
    letter = [each.contact_no for each in crm.interactions if each.arm == "letter"]
    control = [no for no in crm.select(contact={"no": "C0*|C1*"}) if no not in letter]
    assert (len(letter), len(control)) == (5, 3)
    replied(crm, letter[0], 3, 5)
    replied(crm, letter[1], 3)
    replied(crm, letter[2], 10, 9)
    replied(crm, control[0], 5)
    curve = crm.logged_segments.response_curve(logged)
    assert curve == ResponseCurve(
        segment_no=logged.segment_no,
        description="Winter fair",
        day=logged.date,
        arms={
            "control": (RateFrom(day(5), 1 / 3),),
            "letter": (RateFrom(day(3), 2 / 5), RateFrom(day(9), 3 / 5)),
        },
    )


CURVE = ResponseCurve(
    segment_no="SM1",
    description="Winter fair",
    day=ASKED,
    arms={
        "letter": (RateFrom(day(3), 0.5), RateFrom(day(10), 0.75)),
        "control": (RateFrom(day(5), 0.25),),
    },
)


def test_a_curve_is_drawn_with_number_description_and_day() -> None:
    """EXM-38."""
    chart = plot_responses(CURVE)
    assert [(row["arm"], row["day"], row["rate"]) for row in rows_of(chart)] == [
        ("letter", "2026-11-02", 0.0),
        ("letter", "2026-11-03", 0.5),
        ("letter", "2026-11-10", 0.75),
        ("control", "2026-11-02", 0.0),
        ("control", "2026-11-05", 0.25),
        ("control", "2026-11-10", 0.25),
    ]
    assert chart.to_dict()["title"]["text"] == "SM1 · Winter fair · 2026-11-02"
    days = chart.to_dict()["encoding"]["x"]["axis"]["values"]
    assert [each["date"] for each in days] == [2, 4, 6, 8, 10]
    nobody = ResponseCurve(segment_no="SM1", arms={"": ()})
    assert rows_of(plot_responses(nobody)) == []
    waiting = ResponseCurve(segment_no="SM1", day=ASKED, arms={"": ()})
    assert [row["rate"] for row in rows_of(plot_responses(waiting))] == [0]


def test_a_funnel_is_counted_from_the_journal(crm: seg.Workspace) -> None:
    """EXM-39, of what was logged: excluded, held back, written to, replied, ordered."""
    (logged,) = crm.logged_segments
    letter = [each.contact_no for each in crm.interactions if each.arm == "letter"]
    replied(crm, letter[0], 3)
    replied(crm, letter[1], 4)
    crm.tables["orders"].new(1, contact_no=letter[0], date=day(9))
    crm.tables["orders"].new(2, contact_no=letter[2], date=day(30))
    found = crm.logged_segments.funnel(logged, outcome=Outcome(table="orders", within="14D"))
    assert list(found.stages.values()) == [10, 8, 5, 2, 1]
    assert "bought" not in crm.logged_segments.funnel(logged).stages


FUNNEL = Funnel(
    segment_no="SM1",
    description="Winter fair",
    day=ASKED,
    selected=12_345,
    may_join=12_300,
    sent=12_000,
    responded=600,
    bought=150,
)


def test_a_funnel_is_labelled_readably() -> None:
    """EXM-39."""
    rows = rows_of(plot_funnel(FUNNEL))
    assert [row["contacts"] for row in rows] == [12_345, 12_300, 12_000, 600, 150]
    assert [row["told"] for row in rows] == [
        "12,345",
        "12,300",
        "12,000",
        "600 (5 %)",
        "150 (1.2 %)",
    ]
    empty = rows_of(plot_funnel(Funnel(segment_no="SM1")))
    assert [row["told"] for row in empty] == ["0", "0", "0", "0"]


def test_differences_are_drawn_with_their_intervals() -> None:
    found = compared(
        Group(name="control", contacts=1000, responses=50),
        Group(name="mail", contacts=1000, responses=80),
    )
    chart = plot_comparison(found, title="SM1")
    (row,) = rows_of(chart, layer=1)
    assert (row["arm"], row["told"], row["significant"]) == ("mail", "3.0 %", True)
    assert row["low"] < row["difference"] < row["high"]
    assert chart.to_dict()["title"]["text"] == "SM1"
    logged = LoggedSegment(entry_no=1, segment_no="SM1", description="Winter fair", date=ASKED)
    title = plot_comparison(found, of=logged).to_dict()["title"]
    assert (title["text"], title["subtitle"]) == (
        "SM1 · Winter fair · 2026-11-02",
        "beside control",
    )
    means = compared(Amounts.of("control", [1, 2]), Amounts.of("mail", [1200, 3400]))
    assert rows_of(plot_comparison(means), layer=1)[0]["told"] == "2,298.50"


@pytest.mark.parametrize(
    "chart",
    [
        plot_responses(CURVE),
        plot_funnel(FUNNEL),
        plot_funnel(Funnel(segment_no="SM1")),
        plot_comparison(
            compared(
                Group(name="control", contacts=9, responses=1),
                Group(name="mail", contacts=9, responses=8),
            )
        ),
    ],
    ids=["responses", "funnel", "empty", "comparison"],
)
def test_a_picture_is_saved_without_a_browser(chart: Any, tmp_path: Path) -> None:  # noqa: ANN401
    """EXM-38, EXM-39."""
    pytest.importorskip("vl_convert", reason="needs vl-convert: install segmentation[notebook]")
    save_picture(chart, tmp_path / "picture.PNG")
    assert (tmp_path / "picture.PNG").read_bytes().startswith(b"\x89PNG")
    save_picture(chart, str(tmp_path / "picture.svg"))
    assert (tmp_path / "picture.svg").read_text(encoding="utf-8").startswith("<svg")


def test_what_is_no_picture_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InvalidValue, match="let it end in"):
        save_picture(plot_funnel(FUNNEL), tmp_path / "picture.gif")
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    with pytest.raises(MissingExtra, match="notebook"):
        save_picture(plot_funnel(FUNNEL), tmp_path / "picture.png")
