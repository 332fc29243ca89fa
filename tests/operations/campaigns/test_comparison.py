"""Arms of a campaign beside each other: those that were recorded, and those of one's own."""

import datetime as dt

import attrs
import pytest

import segmentation as seg
from segmentation.errors import InvalidValue, NotFound, Rejected, UnknownName
from segmentation.experiments import Amounts, Arm, Group, Outcome
from segmentation.fields import Field
from segmentation.memory import MemoryStore
from segmentation.operations.campaigns import compare
from support.desk import make_desk, make_template, segment_of
from support.fair import TODAY, context, interaction, make_store, person

YESTERDAY = TODAY - dt.timedelta(days=1)


@pytest.fixture
def store() -> MemoryStore:
    """ANNA has responded twice, MILL yesterday; BO's response is canceled, CARL's is of another."""
    store = make_store()
    store.records.put(
        [
            interaction(1, "ANNA", campaign_response=True),
            interaction(2, "ANNA", campaign_response=True),
            interaction(3, "BO", campaign_response=True, canceled=True),
            interaction(4, "CARL", campaign_response=True, campaign_no="EXPO"),
            interaction(5, "MILL", campaign_response=True, date=YESTERDAY),
        ]
    )
    return store


def test_arms_are_compared_by_contacts_not_by_interactions(store: MemoryStore) -> None:
    found = compare(context(store), "fair", ["anna", "BO", "ANNA"], ["CARL", "MILL"])
    assert found.groups == (
        Group(name="A", contacts=2, responses=1),
        Group(name="B", contacts=2, responses=1),
    )
    assert found["B"].difference == 0


def test_responses_count_between_two_days(store: MemoryStore) -> None:
    arms, here = (["ANNA", "BO"], ["CARL", "MILL"]), context(store)
    assert compare(here, "FAIR", *arms, since=TODAY)["B"].difference == -0.5
    assert compare(here, "FAIR", *arms, until=YESTERDAY)["B"].difference == 0.5
    both = compare(here, "FAIR", *arms, since=YESTERDAY, until=YESTERDAY)
    assert both["B"].difference == 0.5


def test_arms_have_names_of_their_own_and_the_interval_follows_the_confidence(
    store: MemoryStore,
) -> None:
    letter, mail = Arm("letter", ["ANNA", "BO"]), Arm("mail", "carl")
    wide = compare(context(store), "FAIR", letter, mail, confidence=0.99)["mail"]
    narrow = compare(context(store), "FAIR", letter, mail, confidence=0.5)["mail"]
    assert (wide.base, wide.name) == ("letter", "mail")
    assert wide.low < narrow.low < narrow.difference < narrow.high < wide.high


# -- arms that were recorded ------------------------------------------------------------------

ASKED = dt.date(2026, 11, 2)


@pytest.fixture
def crm() -> seg.Workspace:
    """The campaign SALE: letter is A, B, C and mail C, D, E, by two segments; B and C replied."""
    return two_segments()


def two_segments() -> seg.Workspace:
    crm = make_desk(
        *(person(no, salesperson_code="JO") for no in "ABCDEF"),
        make_template("REPLY", campaign_response=True),
    )
    crm.tables.define(
        "orders",
        Field("order_no", "integer"),
        Field("contact_no", "code", length=20),
        Field("date", "date"),
        Field("amount", "decimal"),
        key="order_no",
        link="contact_no",
    )
    for arm, nos in (("letter", "ABC"), ("mail", "CDE")):
        segment = segment_of(crm, *nos, campaign="SALE").split({arm: 100})
        segment.log()
    segment_of(crm, "F", campaign="SALE").log()
    for no in "BC":
        crm.interactions.create(no, interaction_template_code="REPLY", campaign_no="SALE")
    return crm


def test_a_contact_in_two_arms_is_told_and_counts_in_neither(crm: seg.Workspace) -> None:
    """EXM-28."""
    found = crm.campaigns.compare("SALE", "letter", "mail")
    assert found.in_several == ("C",)
    assert found.groups == (
        Group(name="letter", contacts=2, responses=1),
        Group(name="mail", contacts=2, responses=0),
    )
    assert crm.campaigns.compare("SALE") == found


@pytest.mark.parametrize(
    ("no", "arms", "error", "told"),
    [
        ("SALES", ("letter", "mail"), NotFound, "no campaign 'SALES'; did you mean 'SALE'?"),
        ("SALE", ("lettr", "mail"), UnknownName, "unknown arm 'lettr' in campaign SALE; did you"),
        ("SALE", ("letter", "letter"), InvalidValue, "arms: 'letter' is the name of two arms"),
        ("SALE", ("letter",), InvalidValue, "arms: 1 is not enough; two arms"),
        ("SALE", ("letter", ["A", "X1", "X2"]), NotFound, "no contact 'X1, X2'"),
        ("SALE", ("letter", Arm("none", [])), InvalidValue, "0 contacts in arm none"),
        ("FAIR", (), InvalidValue, "arms: 'FAIR' has no arms; none were recorded"),
        ("FAIR", ("letter", "mail"), InvalidValue, "arms: 'FAIR' has no arms"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    crm: seg.Workspace,
    *,
    no: str,
    arms: tuple[str | list[str] | Arm, ...],
    error: type[Exception],
    told: str,
) -> None:
    """EXM-27, EXM-51."""
    with pytest.raises(error, match=told):
        crm.campaigns.compare(no, *arms)


def test_a_confidence_is_a_share(crm: seg.Workspace) -> None:
    """EXM-27."""
    with pytest.raises(InvalidValue, match="confidence: 95 is not between 0 and 1"):
        crm.campaigns.compare("SALE", confidence=95)


@pytest.mark.parametrize(("letter", "remarks"), [(100, 0), (1, 1)])
def test_the_sizes_of_recorded_arms_are_set_beside_the_split(letter: int, remarks: int) -> None:
    """EXM-26, over what was logged: what the split says of each segment is added up."""
    people = [person(f"P{no:03}", salesperson_code="JO") for no in range(60)]
    crm = make_desk(*people)
    segment = segment_of(crm, *(each.no for each in people), campaign="SALE")
    segment.split({"letter": 100, "mail": 100}, held_back_arm="mail").log()
    (logged,) = crm.logged_segments
    crm.context.store.records.put([attrs.evolve(logged, split_arms=f"letter {letter}, mail 100")])
    found = crm.campaigns.compare("SALE", "mail", "letter")
    assert sum(each.contacts for each in found.groups) == 60
    assert len(found.remarks) == remarks
    crm.logged_segments.cancel(logged.entry_no)
    with pytest.raises(InvalidValue, match="has no arms"):
        crm.campaigns.compare("SALE")


# -- figures over tables ----------------------------------------------------------------------


def order(crm: seg.Workspace, contact_no: str, day: dt.date, amount: float) -> None:
    crm.tables["orders"].new(
        len(crm.tables["orders"]) + 1, contact_no=contact_no, date=day, amount=amount
    )


def test_amounts_in_a_window_are_compared_by_their_means() -> None:
    """EXM-23: the amounts of each contact; one without an order counts as 0."""
    letter, mail = [20, 25, 15, 20, 22, 18], [0, 90, 10, 80, 0, 75, 95, 5, 60, 85]
    amounts = {f"L{n}": x for n, x in enumerate(letter)} | {f"M{n}": x for n, x in enumerate(mail)}
    crm = two_segments()
    crm.add(*(person(no, salesperson_code="JO") for no in amounts))
    crm.campaigns.new("Orders", no="")
    (campaign,) = crm.campaigns.where(description="Orders")
    for arm, prefix in (("letter", "L"), ("mail", "M")):
        nos = [no for no in amounts if no.startswith(prefix)]
        segment_of(crm, *nos, campaign=campaign.no).split({arm: 1}).log()
    for no, amount in amounts.items():
        if amount:
            order(crm, no, TODAY, amount)
    outcome = Outcome(table="orders", field="amount", within="14D")
    found = crm.campaigns.compare(campaign, "letter", "mail", outcome=outcome)
    means = [each.mean for each in found.groups if isinstance(each, Amounts)]
    assert means == [20, 50]
    told = found["mail"]
    assert [round(x, 4) for x in (told.low, told.high, told.p_value)] == [0.6306, 59.3694, 0.0462]
    counted = Outcome(table="orders", within="14D")
    found = crm.campaigns.compare(campaign, "letter", "mail", outcome=counted)
    assert [round(each.mean, 4) for each in found.groups if isinstance(each, Amounts)] == [1, 0.8]


def test_each_window_starts_on_the_contact_s_own_day(crm: seg.Workspace) -> None:
    """EXM-24."""
    asked = {"A": dt.date(2026, 11, 2), "B": dt.date(2026, 11, 9)}
    crm.campaigns.new("Windows", no="")
    (campaign,) = crm.campaigns.where(description="Windows")
    for no, day in asked.items():
        segment = segment_of(crm, no, no.replace("A", "F"), campaign=campaign.no)
        segment.change_header(date=day, update_lines=True)
        segment.split({f"arm {no}": 1}).log()
    for no, days in {"A": (1, 2, 16, 17), "B": (2, 23)}.items():
        for number in days:
            order(crm, no, dt.date(2026, 11, number), 10)
    outcome = Outcome(table="orders", field="amount", within="14D")
    with pytest.raises(InvalidValue, match="1 contacts in arm arm B are too few"):
        crm.campaigns.compare(campaign, "arm A", "arm B", outcome=outcome)
    both = Arm("both", ["A", "B"])
    found = crm.campaigns.compare(campaign, both, Arm("none", ["F", "D"]), outcome=outcome)
    assert [each.mean for each in found.groups if isinstance(each, Amounts)] == [15, 0]


def test_a_figure_that_cannot_be_had_is_refused(crm: seg.Workspace) -> None:
    outcome = Outcome(table="orders", field="contact_no", date_field="amount", within="soon")
    with pytest.raises(Rejected) as caught:
        crm.campaigns.compare("SALE", outcome=outcome)
    assert [str(fault) for fault in caught.value.faults] == [
        "outcome: date_field: 'amount' is of type decimal, not a date",
        "outcome: field: 'contact_no' is of type code, not a number",
        "outcome: within: 'soon' is no length of time; write 14D for 14 days",
    ]
    with pytest.raises(Rejected, match="table: unknown table 'order'"):
        crm.campaigns.compare("SALE", outcome=Outcome(table="order", within="14D"))


def test_a_size_is_asked_of_the_campaigns(crm: seg.Workspace) -> None:
    """EXM-30."""
    assert crm.campaigns.size_needed(0.1, 0.02) == 3841
