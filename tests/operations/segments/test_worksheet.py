"""Making, copying and deleting segments, and the numbers that they take."""

from concurrent.futures import ThreadPoolExecutor

import attrs
import pytest

from segmentation.errors import InvalidValue, NotFound, Refused, Rejected
from segmentation.operations import segments
from segmentation.operations.number_series import take_no
from segmentation.operations.segments import copy_segment, delete_segment, log_segment, new_segment
from segmentation.segments import Event, LoggedSegment
from segmentation.setup import MarketingSetup, NumberSeries, UserSetup
from segmentation.templates import TemplateLanguage
from support.fair import TODAY, context, make_store


def test_a_new_segment_has_the_work_date_and_the_users_salesperson() -> None:
    """DEF-03."""
    store = make_store(UserSetup(user_id="ANNA", salesperson_code="RB"))
    segment = new_segment(context(store, user="anna"))
    assert segment.header.date == TODAY
    assert segment.header.salesperson_code == "RB"
    assert new_segment(context(store, user="EVE")).header.salesperson_code == ""
    given = new_segment(context(store), salesperson_code="JO")
    assert given.header.salesperson_code == "JO"


def test_an_empty_number_takes_the_next_of_the_series_that_is_set_up() -> None:
    """SET-15."""
    store = make_store()
    first, second = (new_segment(context(store)).header for _ in range(2))
    assert (first.no, second.no) == ("SM0001", "SM0002")
    assert first.no_series == "SEGM"


def test_without_a_series_an_empty_number_is_an_error_that_names_the_field() -> None:
    """SET-18."""
    store = make_store()
    store.records.put([MarketingSetup()])
    with pytest.raises(Refused, match="segment_nos"):
        new_segment(context(store))
    assert new_segment(context(store), no="mine").header.no == "MINE"


def test_a_number_by_hand_needs_a_series_that_allows_it() -> None:
    store = make_store()
    with pytest.raises(Refused, match="no numbers given by hand"):
        new_segment(context(store), no="MINE")
    store.records.put([NumberSeries(code="SEGM", starting_no="SM0001", manual_nos=True)])
    assert new_segment(context(store), no=" sm0002 ").no == "SM0002"
    with pytest.raises(Refused, match="in use already"):
        new_segment(context(store), no="SM0002")
    with pytest.raises(InvalidValue, match="blank"):
        new_segment(context(store), no="  ")


def test_a_series_passes_over_numbers_in_use_and_numbers_that_were_logged() -> None:
    store = make_store(
        NumberSeries(code="SEGM", starting_no="SM0001", manual_nos=True),
        LoggedSegment(entry_no=1, segment_no="SM0002"),
    )
    new_segment(context(store), no="SM0001")
    assert new_segment(context(store)).no == "SM0003"


def test_a_series_that_runs_out_is_an_error_that_names_it() -> None:
    store = make_store(NumberSeries(code="SHORT", starting_no="A8", ending_no="A9"))
    made = [new_segment(context(store), no_series="short").no for _ in range(2)]
    assert made == ["A8", "A9"]
    with pytest.raises(Refused, match="SHORT"):
        new_segment(context(store), no_series="SHORT")
    with pytest.raises(NotFound, match="number series"):
        new_segment(context(store), no_series="NONE")


def test_the_width_of_a_number_is_kept_and_never_outgrown() -> None:
    series = NumberSeries(code="S", starting_no="A99B")
    assert series.next_no() == "A99B"
    with pytest.raises(Refused, match="no number is left"):
        series.used("A99B").next_no()
    assert NumberSeries(code="S", starting_no="A09B", last_no_used="A09B").next_no() == "A10B"
    with pytest.raises(InvalidValue, match="digits"):
        NumberSeries(code="S", starting_no="A").next_no()
    with pytest.raises(Refused, match="no number is left"):
        NumberSeries(code="S", starting_no="A10", ending_no="A09").next_no()


def test_no_number_is_given_twice_by_several_writers() -> None:
    store = make_store()

    def write(_: int) -> str:
        return new_segment(context(store)).no

    with ThreadPoolExecutor(max_workers=8) as pool:
        numbers = list(pool.map(write, range(200)))
    assert len(set(numbers)) == 200


def test_other_records_take_their_numbers_from_their_own_series() -> None:
    store = make_store()
    assert take_no(store, "campaign_nos") == "CP0001"


@pytest.mark.parametrize("field", ["campaign_no", "interaction_template_code", "salesperson_code"])
def test_what_a_segment_names_must_exist(field: str) -> None:
    store = make_store()
    with pytest.raises(Rejected) as caught:
        new_segment(context(store), **{field: "NONE"})  # type: ignore[arg-type]
    assert [(each.field, each.reason) for each in caught.value.faults] == [
        (field, "'NONE' does not exist")
    ]
    assert list(store.segments.headers()) == []
    assert new_segment(context(store)).no == "SM0001"


def test_choosing_a_template_copies_its_values_and_texts() -> None:
    store = make_store(
        TemplateLanguage(interaction_template_code="INVITE", language_code="DAN", subject="Hej")
    )
    segment = new_segment(context(store), interaction_template_code="invite")
    assert segment.header.interaction_template_code == "INVITE"
    assert segment.header.campaign_no == "FAIR"
    store.records.put(
        [TemplateLanguage(interaction_template_code="INVITE", language_code="DAN", subject="No")]
    )
    assert store.segments.get(segment.no).texts["DAN"].subject == "Hej"


def test_a_copy_has_the_same_lines_and_actions_and_goes_its_own_way() -> None:
    store = make_store()
    source = new_segment(context(store), description="Fair", interaction_template_code="INVITE")
    segments.add_contacts(context(store), source.no, None)
    segments.remove_line(context(store), source.no, 10_000)
    segments.change_line(context(store), source.no, 20_000, description="Dear")
    before = store.segments.get(source.no)
    copy = copy_segment(context(store), source.no)
    assert copy.no == "SM0002"
    assert copy.header.description == "Fair"
    assert copy.contact_nos == before.contact_nos
    assert [attrs.evolve(line, segment_no=source.no) for line in copy.lines] == list(before.lines)
    back = segments.go_back(context(store), copy.no)
    assert len(back.lines) == 5
    assert {line.segment_no for line in back.lines} == {"SM0002"}
    assert store.segments.get(source.no) == before
    assert (
        copy_segment(context(store), source.no, description="Again").header.description == "Again"
    )


def test_a_deleted_segment_is_gone_and_what_is_logged_stays() -> None:
    store = make_store()
    no = new_segment(
        context(store), description="A", interaction_template_code="INVITE", salesperson_code="JO"
    ).no
    segments.add_contacts(context(store), no, None)
    copy = copy_segment(context(store), no)
    log_segment(context(store), no)
    heard: list[Event] = []
    delete_segment(context(store, on_event=heard.append), copy.no)
    assert len(heard) == 2
    with pytest.raises(NotFound, match="segment"):
        store.segments.get(copy.no)
    with pytest.raises(NotFound, match="segment"):
        delete_segment(context(store), copy.no)
    assert len(list(store.records.all(LoggedSegment))) == 1


def test_a_deleted_segment_takes_along_the_attachments_that_nothing_else_needs() -> None:
    store = make_store()
    shared, own, letter, left, again = (
        store.attachments.put(text) for text in (b"shared", b"own", b"letter", b"left", b"again")
    )
    store.records.put(
        [
            TemplateLanguage(
                interaction_template_code="INVITE", language_code="DAN", attachment=shared
            )
        ]
    )
    no = new_segment(context(store), interaction_template_code="INVITE").no
    segments.put_text(context(store), no, "ENU", attachment=own)
    segments.add_contacts(context(store), no, None)
    segments.change_line(context(store), no, 10_000, attachment=letter)
    segments.change_line(context(store), no, 20_000, attachment=left)
    segments.change_line(context(store), no, 30_000, attachment=again)
    segments.remove_line(context(store), no, 20_000)
    segments.remove_line(context(store), no, 30_000)
    segments.go_back(context(store), no)
    assert store.segments.get(no).attachments == {shared, own, letter, left, again}
    delete_segment(context(store), no)
    assert store.attachments.get(shared) == b"shared"
    for digest in (own, letter, left, again):
        with pytest.raises(NotFound):
            store.attachments.get(digest)
