"""Segments as values: lines as columns, actions written down, what lines take."""

import pickle
from decimal import Decimal

import attrs
import pytest

from segmentation.bitmaps import Bitmap
from segmentation.contacts import CorrespondenceType
from segmentation.criteria import make_selection
from segmentation.errors import InvalidValue, NotFound
from segmentation.plain import to_plain
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    LeftOut,
    LeftOutReason,
    LeftOuts,
    Lines,
    Listed,
    Segment,
    SegmentChanged,
    SegmentHeader,
    SegmentLine,
    Terms,
    actions_from_json,
    actions_to_json,
    contact_schema,
    texts_to_json,
    to_left_outs,
    to_lines,
    undone_from_json,
)
from segmentation.templates import InteractionTemplate, TemplateLanguage
from support.fair import AS_OF, TODAY, company, person

HEADER = SegmentHeader(no="SM1", description="Fair", date=TODAY, unit_cost=Decimal(2))
ADD = CriteriaAction(kind=ActionKind.ADD, as_of=AS_OF)
REDUCE = CriteriaAction(kind=ActionKind.REDUCE, as_of=AS_OF)
EMAIL, HARD_COPY = CorrespondenceType.EMAIL, CorrespondenceType.HARD_COPY


def segment_of(*nos: str) -> Segment:
    empty = Segment(header=HEADER)
    lines = empty.new_lines(Terms(HEADER), Listed.of(map(company, nos)))
    return empty.acted(ADD, inserted=lines)


def line(number: int, contact_no: str = "A", **fields: object) -> SegmentLine:
    return SegmentLine(segment_no="SM1", line_no=number, contact_no=contact_no, **fields)  # type: ignore[arg-type]


# -- lines ------------------------------------------------------------------------------------


def test_lines_are_a_sequence_in_the_order_of_their_numbers() -> None:
    lines = to_lines([line(20_000, "B"), line(10_000)])
    assert [each.line_no for each in lines] == [10_000, 20_000]
    assert lines[1] == line(20_000, "B")
    assert lines[-2:] == (line(10_000), line(20_000, "B"))
    assert len(lines) == 2
    assert line(10_000) in lines
    assert to_lines(lines) is lines
    with pytest.raises(IndexError):
        lines[2]


def test_lines_are_equal_if_they_hold_the_same_however_they_came_about() -> None:
    joined = segment_of("A", "B").lines
    written = to_lines(list(joined))
    assert joined == written
    assert hash(joined) == hash(written)
    assert joined != to_lines([line(10_000)])
    assert joined != to_lines([line(10_000, "A"), line(20_000, "C")])
    assert joined != joined.with_changed([line(10_000, "A", description="x")])
    assert (joined == [1, 2]) is False


def test_lines_of_different_blocks_can_interleave() -> None:
    lines = to_lines([line(10_000, "A"), line(30_000, "C")]).merged(to_lines([line(20_000, "B")]))
    assert lines.contact_nos == ("A", "B", "C")
    assert list(lines.numbers) == [10_000, 20_000, 30_000]
    assert [each.contact_no for each in lines] == ["A", "B", "C"]
    assert lines.last_no == 30_000
    assert lines.find(20_000) == line(20_000, "B")
    assert lines.find(20_001) is None
    assert lines.find(90_000) is None
    assert list(lines.by_field()) == list(lines)


def test_lines_that_go_and_come_back_share_all_but_a_mask() -> None:
    lines = segment_of("A", "B", "C").lines
    gone, kept = lines.split({"B"})
    assert (gone.contact_nos, kept.contact_nos) == (("B",), ("A", "C"))
    back = kept.merged(gone)
    assert back == lines
    assert back.parts[0].block is lines.parts[0].block
    assert kept.find(20_000) is None


def test_a_changed_line_goes_and_comes_back_changed() -> None:
    lines = segment_of("A", "B").lines.with_changed([line(20_000, "B", description="Dear")])
    gone, kept = lines.split({"B"})
    assert kept.changed == {}
    assert kept.merged(gone)[1].description == "Dear"


def test_cost_and_duration_are_summed_with_what_was_changed_by_hand() -> None:
    segment = segment_of("A", "B", "C")
    assert segment.cost == Decimal(6)
    changed = segment.with_changed([attrs.evolve(segment.line(20_000), unit_cost=Decimal(5))])
    assert changed.cost == Decimal(9)
    assert changed.duration_min == Decimal(0)
    written = Segment(header=HEADER, lines=list(changed.lines))
    assert written.cost == Decimal(9)
    assert Segment(header=HEADER).cost == Decimal(0)


def test_a_line_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFound, match="SM1 5"):
        segment_of("A").line(5)


def test_a_segment_travels_between_processes() -> None:
    segment = segment_of("A", "B")
    assert pickle.loads(pickle.dumps(segment)) == segment  # noqa: S301 - our own


def test_a_line_changed_by_hand_travels_too() -> None:
    lines = segment_of("A", "B").lines.with_changed([line(20_000, "B", description="Dear")])
    assert pickle.loads(pickle.dumps(lines)) == lines  # noqa: S301 - our own


def test_who_was_left_out_is_a_sequence_in_the_order_of_lines() -> None:
    who = Listed.of(map(company, "ABC"))
    reasons = {LeftOutReason.BLOCKED: Bitmap(0b100), LeftOutReason.EXCLUDED: Bitmap(0b001)}
    left_out = LeftOuts(who, reasons)
    expected = (LeftOut("A", LeftOutReason.EXCLUDED), LeftOut("C", LeftOutReason.BLOCKED))
    assert left_out == expected
    assert expected == left_out
    assert (len(left_out), left_out[0], left_out[-1:]) == (2, expected[0], expected[1:])
    assert list(left_out) == list(expected)
    assert left_out != expected[:1]
    assert hash(left_out) == hash(expected)
    assert pickle.loads(pickle.dumps(left_out)) == expected  # noqa: S301 - our own


def test_rows_that_cannot_be_read_are_left_out_last_and_counted() -> None:
    who = Listed.of(map(company, "AB"))
    unread = (
        LeftOut("", LeftOutReason.BLANK_NUMBER, row=2),
        LeftOut("", LeftOutReason.BLANK_NUMBER, row=7),
        LeftOut("D", LeftOutReason.DOUBLED, rows=2),
        LeftOut("P1", LeftOutReason.UNKNOWN_OPTION, "type", "Firma"),
    )
    left_out = LeftOuts(who, {LeftOutReason.BLOCKED: Bitmap(0b10)}, unread)
    blocked = LeftOut("B", LeftOutReason.BLOCKED)
    assert left_out == (blocked, *unread) == to_left_outs([*unread, blocked])
    assert (len(left_out), repr(left_out)) == (
        5,
        "LeftOuts(blocked=1, blank_number=2, doubled=1, unknown_option=1)",
    )
    assert [str(each) for each in left_out] == [
        "B",
        "— (row 2)",
        "— (row 7)",
        "D (2 rows)",
        "P1 (type 'Firma')",
    ]
    shown = left_out._repr_html_()
    assert "P1 (type &#x27;Firma&#x27;)" in shown
    assert "5 left out" in shown
    assert to_plain(left_out) == {
        "blocked": ["B"],
        "blank_number": ["", ""],
        "doubled": ["D"],
        "unknown_option": ["P1"],
    }
    action = CriteriaAction(kind=ActionKind.ADD, left_out=left_out)
    assert actions_from_json(actions_to_json([action])) == (action,)
    assert pickle.loads(pickle.dumps(left_out)) == left_out  # noqa: S301 - our own


def test_rosters_of_any_kind_can_be_compared() -> None:
    who = Listed.of(map(company, "ABCD"))
    assert who.shared(Listed.of(map(company, "DB")), {"A", "X"}) == 0b1011
    assert who.shared() == who.shared(frozenset()) == 0
    some = who.only(Bitmap(0b0110))
    assert list(some.contact_nos(some.in_order(some.everyone))) == ["B", "C"]
    assert some.nos == {"B", "C"}
    assert who.only(who.everyone) is who


def test_a_change_knows_what_joins_and_leaves() -> None:
    segment = segment_of("A", "B")
    made, deleted = SegmentChanged(None, segment), SegmentChanged(segment, None)
    assert made.joining.contact_nos == deleted.leaving.contact_nos == ("A", "B")
    assert made.leaving.contact_nos == deleted.joining.contact_nos == ()


# -- actions, written down --------------------------------------------------------------------


def test_actions_and_what_was_undone_are_read_as_they_were_written() -> None:
    segment = segment_of("A", "B", "C")
    gone, kept = segment.lines.picked((10_000,))
    action = attrs.evolve(
        REDUCE,
        criteria=make_selection(contact={"no": "A"}),
        saved_code="KEPT",
        left_out=(LeftOut("X", LeftOutReason.EXCLUDED),),
    )
    segment = segment.acted(action, kept=kept, removed=gone)
    text = actions_to_json(segment.actions)
    assert actions_from_json(text) == segment.actions
    assert undone_from_json(text) == ()
    back = segment.gone_back().gone_back()
    text = actions_to_json(back.actions, back.undone)
    assert undone_from_json(text) == back.undone
    again = attrs.evolve(back, lines=list(back.lines), undone=undone_from_json(text))
    assert again.gone_forward().gone_forward().lines == segment.lines


def test_lines_that_were_changed_by_hand_are_written_down_as_they_are() -> None:
    segment = segment_of("A", "B", "C").with_changed([line(20_000, "B", description="Dear")])
    mixed = segment.lines.merged(to_lines([line(25_000, "D"), line(45_000, "E", subject="Hi")]))
    action = attrs.evolve(REDUCE, removed=mixed)
    (read,) = actions_from_json(actions_to_json([action]))
    assert read.removed == mixed
    assert [each.contact_no for each in read.removed] == ["A", "B", "D", "C", "E"]
    assert read.removed.total("unit_cost") == mixed.total("unit_cost")
    assert read.removed.attachments == mixed.attachments
    gone, kept = read.removed.split({"B", "E"})
    assert (gone.contact_nos, kept.contact_nos) == (("B", "E"), ("A", "D", "C"))
    assert actions_to_json([read]) == actions_to_json([action])


def test_numbers_that_do_not_count_up_by_the_step_are_kept_too() -> None:
    numbers = (10_000, 20_000, 40_000, 50_000, 55_000)
    action = attrs.evolve(ADD, inserted=numbers)
    (read,) = actions_from_json(actions_to_json([action]))
    assert read.inserted == numbers
    assert attrs.evolve(ADD, inserted=(10_000, 20_000)).inserted == range(10_000, 20_001, 10_000)


@pytest.mark.parametrize("text", ["[", "[]", '{"format":2}', '{"format":1}'])
def test_what_is_no_stored_actions_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue):
        actions_from_json(text)


def test_what_is_no_stored_undone_action_is_refused() -> None:
    with pytest.raises(InvalidValue):
        undone_from_json('{"actions":[],"format":1,"undone":[{}]}')


def test_a_segment_read_from_elsewhere_goes_back_as_one_that_was_never_stored() -> None:
    segment = segment_of("A", "B", "C")
    gone, kept = segment.lines.picked((20_000,))
    segment = segment.acted(REDUCE, kept=kept, removed=gone)
    stored = Segment(
        header=HEADER,
        lines=list(segment.lines),
        actions=actions_from_json(actions_to_json(segment.actions)),
    )
    assert stored == segment
    assert stored.gone_back().lines == segment.gone_back().lines
    assert stored.gone_back().gone_back().lines == Lines()
    emptied = attrs.evolve(stored, lines=())
    assert {each.segment_no for each in emptied.gone_back().lines} == {"SM1"}


# -- what lines take --------------------------------------------------------------------------


def text(code: str, **fields: str) -> TemplateLanguage:
    return TemplateLanguage(interaction_template_code="T", language_code=code, **fields)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("header", "template", "own", "expected"),
    [
        (True, False, EMAIL, HARD_COPY),
        (False, True, EMAIL, CorrespondenceType.BLANK),
        (False, False, EMAIL, EMAIL),
        (False, False, CorrespondenceType.BLANK, CorrespondenceType.BLANK),
    ],
)
def test_the_correspondence_type_of_a_new_line(
    header: bool,
    template: bool,
    own: CorrespondenceType,
    expected: CorrespondenceType,
) -> None:
    terms = Terms(
        attrs.evolve(
            HEADER, ignore_contact_corres_type=header, correspondence_type_default=HARD_COPY
        ),
        InteractionTemplate(
            code="T",
            ignore_contact_corres_type=template,
            correspondence_type_default=CorrespondenceType.BLANK,
        ),
    )
    assert terms.correspondence_type(company("A", correspondence_type=own)) is expected


def test_a_line_takes_the_language_of_its_contact_if_there_is_a_text_in_it() -> None:
    header = attrs.evolve(HEADER, language_code_default="ENU", word_template_code="W")
    texts = {"DAN": text("DAN", attachment="dan"), "ENU": text("ENU", word_template_code="OWN")}
    terms = Terms(header, None, texts)
    dane = terms.line(person("D", language_code="DAN"), 10_000)
    swede = terms.line(person("S", language_code="SVE"), 20_000)
    assert (dane.language_code, dane.attachment, dane.word_template_code) == ("DAN", "dan", "")
    assert (swede.language_code, swede.word_template_code) == ("ENU", "OWN")
    assert Terms(header).line(person("S"), 1).word_template_code == "W"


def test_a_lines_own_texts_are_kept_with_it() -> None:
    texts = (text("DAN", subject="Hej"), text("ENU"))
    assert line(1, own_texts=texts_to_json(texts)).texts == texts
    assert line(1).texts == ()
    assert texts_to_json([]) == ""


def test_lines_know_the_contents_that_they_need() -> None:
    own = line(20_000, own_texts=texts_to_json([text("DAN", attachment="dan")]))
    assert to_lines([line(10_000, attachment="mine"), own]).attachments == {"mine", "dan"}
    header = attrs.evolve(HEADER, attachment="enu")
    joined = Segment(header=header).new_lines(Terms(header), Listed.of([company("A")]))
    assert joined.attachments == {"enu"}


def test_the_schema_takes_in_the_fields_of_a_host() -> None:
    assert "contact_mailing_group" in contact_schema().tables


def test_a_roster_knows_who_is_on_it() -> None:
    who = Listed.of([company("SHOP"), company("MILL")])
    assert "SHOP" in who
    assert "BANK" not in who
