"""One value of each public class of the domain, plain and crammed.

Records are filled from what their annotations say; the rest is made here. Whoever adds a class
adds its value: the tests of all values miss it otherwise.
"""

import datetime as dt
from decimal import Decimal
from typing import Any

import attrs

from segmentation.column_names import Column, ColumnUse
from segmentation.columns import gathered
from segmentation.consents import ConsentAct
from segmentation.contacts import AddressState, AlternativeAddress, CorrespondenceType
from segmentation.criteria import make_selection
from segmentation.documents import Attachment, Document, Layout, LayoutPart, TextRenderer
from segmentation.errors import Fault, InvalidValue, Message
from segmentation.experiments import (
    Amounts,
    Arm,
    Funnel,
    Group,
    Outcome,
    RateFrom,
    ResponseCurve,
    Responses,
    Split,
    compared,
)
from segmentation.fields import (
    AlsoCalled,
    Field,
    FieldType,
    Length,
    Record,
    RefersTo,
    Value,
    fields_of,
)
from segmentation.interactions import DeliveryStatus, Dispatch, Evaluation, Interaction
from segmentation.journal import (
    AddressMarked,
    ApprovalSet,
    AttemptNoted,
    Canceled,
    Change,
    Commented,
    ConsentRecorded,
    ContactMarked,
    ContactMerged,
    ContactRenumbered,
    Deleted,
    DeliveryRecorded,
    Dropped,
    EntryType,
    Evaluated,
    Figures,
    Finding,
    FindingKind,
    Head,
    Inspection,
    Membership,
    OpportunityLinked,
    PersonErased,
    PlanApproved,
    Revised,
    TextsErased,
    Uncanceled,
    make_entries,
    steps_of,
)
from segmentation.languages import ENGLISH
from segmentation.proofs import (
    ConsistencyProof,
    InclusionProof,
    Tile,
    parse_checkpoint,
)
from segmentation.questionnaires import LineType, ProfileQuestionnaireLine, Question
from segmentation.reach import ContactCap, Hindrance, ReachRules, Sending, Wait, WaitReason
from segmentation.reports import (
    CampaignDetails,
    CampaignReport,
    ContactList,
    ContactRow,
    CoverSheet,
    CoverSheets,
    EntryRow,
    Label,
    LabelFormat,
    Labels,
    Remarks,
    SegmentRow,
    Sheet,
)
from segmentation.salutations import Greeting
from segmentation.segments import (
    ActionKind,
    Addressed,
    Candidates,
    CriteriaAction,
    Joiner,
    LeftOut,
    LeftOutReason,
    Listed,
    LoggedSegment,
    Options,
    OwnFields,
    Segment,
    SegmentChanged,
    SegmentChanging,
    SegmentHeader,
    SegmentLine,
    SegmentLogged,
    SegmentLogging,
    SegmentRefreshed,
    Terms,
    alike,
    history_of,
    to_left_outs,
    to_lines,
)
from segmentation.serialization import DefinitionFault, Place
from segmentation.tasks import Opportunity, Task
from segmentation.templates import TemplateLanguage
from support.fair import AS_OF, NOW, STAMP, TODAY, company, person
from support.scanned import public_values

ELSEWHERE = (
    "segmentation.criteria",
    "segmentation.memory",
    "segmentation.operations",
    "segmentation.protocols",
    "segmentation.workspace",
)
"""Modules whose values have tests of their own beside them."""

NASTY = "Straße „_x“ <b>&\x00\n'\"\\ \u2028😀 " * 20
"""A text that is too long for a line, breaks it, and is no good in HTML."""

_FILLED: dict[FieldType, Value] = {
    FieldType.CODE: "CODE1",
    FieldType.TEXT: "Some text",
    FieldType.INTEGER: 10_000,
    FieldType.DECIMAL: Decimal("12.50"),
    FieldType.BOOLEAN: True,
    FieldType.DATE: TODAY,
    FieldType.DATETIME: NOW,
    FieldType.TIME: dt.time(9, 30),
}
_CRAMMED: dict[FieldType, Value] = {
    **_FILLED,
    FieldType.CODE: "Ä" * 50,
    FieldType.TEXT: NASTY,
    FieldType.INTEGER: 2**63 - 1,
    FieldType.DECIMAL: Decimal("-12345678901234567890.123456789"),
}


def filled(kind: type[Record], values: dict[FieldType, Value] = _FILLED) -> Record:
    """A record with a value in each of its fields."""
    given: dict[str, Any] = {
        field.name: field.options[-1] if field.options else values[field.type]
        for field in fields_of(kind)
    }
    if "extra" in attrs.fields_dict(kind):  # type: ignore[arg-type]  # an attrs class
        given["extra"] = {"points": Decimal("3.50"), "since": TODAY, "vip": True}
    return kind(**given)


def record_kinds() -> list[type[Record]]:
    """The classes of records."""
    return [kind for kind in public_values() if issubclass(kind, Record)]


def crammed(value: Any) -> Any:  # noqa: ANN401 - of any class
    """A value whose texts are as bad as they may be; one that refuses them stays as it is."""
    if isinstance(value, Record):
        return filled(type(value), _CRAMMED)
    for attribute in attrs.fields(type(value)):
        if type(getattr(value, attribute.name)) is str:
            try:
                value = attrs.evolve(value, **{attribute.alias: NASTY})
            except InvalidValue:
                continue
    return value


CHECKPOINT = parse_checkpoint(
    "example.com/journal\n7\nU6ZWbquwbqWpiLla92Ef3frXy4LKpc8GhCPofd4TNYw=\n\n"
    "\N{EM DASH} example.com/journal 56rySoLDF0zAV8H9\n"
)


def _segment() -> Segment:
    """A segment with two actions; one contact is left out."""
    header = SegmentHeader(no="SM1", description="Fair", date=TODAY)
    empty = Segment(header=header)
    add = CriteriaAction(
        kind=ActionKind.ADD,
        criteria=make_selection(contact={"city": "Bern"}),
        as_of=AS_OF,
        left_out=to_left_outs([LeftOut("CARL", LeftOutReason.BLOCKED)]),
    )
    roster = Listed.of(map(company, ("SHOP", "MILL", "BAKERY")))
    joined = empty.acted(add, inserted=empty.new_lines(Terms(header), roster))
    gone, kept = joined.lines.picked([20_000])
    reduce = CriteriaAction(kind=ActionKind.REDUCE, by_hand=True, as_of=AS_OF)
    return joined.acted(reduce, kept=kept, removed=gone)


SEGMENT = _segment()
LOGGED = LoggedSegment(entry_no=17, segment_no="SM1", description="Fair", date=TODAY)
INTERACTION = Interaction(entry_no=18, contact_no="SHOP", date=TODAY, description="Talk")
ENTRIES = list(next(make_entries([LOGGED, INTERACTION], after=Head(), stamp=STAMP)))
QUESTION = ProfileQuestionnaireLine(
    profile_questionnaire_code="CUST", line_no=10_000, description="How large?"
)
ANSWER = attrs.evolve(QUESTION, line_no=20_000, type=LineType.ANSWER, description="Small")
CAMPAIGN = CampaignDetails(campaign_no="FAIR", targets=4, responses=1, response_rate=0.25)
LISTED = ContactRow(line_no=10_000, contact_no="SHOP", name="Shop")
COVER = CoverSheet(contact_no="SHOP", date=TODAY)
LABEL = Label(contact_no="SHOP", lines=("Shop", "Storgata 1"))
WRITTEN = to_lines([SegmentLine(segment_no="SM1", line_no=10_000, contact_no="SHOP")])
COMPARED = compared(
    Group(name="A", contacts=1000, responses=50), Group(name="B", contacts=1000, responses=80)
)

HINDRANCE = Hindrance(reason=WaitReason.CAP_REACHED, code="WEEKLY")


def _values() -> list[object]:
    candidates = Candidates.of([company("SHOP"), person("BO", privacy_blocked=True)])
    lines = SEGMENT.lines
    return [
        *map(filled, record_kinds()),
        Arm("letter", ["SHOP", "MILL"]),
        *COMPARED.groups,
        *COMPARED.differences,
        COMPARED,
        Amounts.of("letter", [0, 6, 9]),
        Outcome(table="orders", field="amount", within="14D"),
        RateFrom(TODAY, 0.25),
        ResponseCurve(segment_no="SM1", day=TODAY, arms={"letter": (RateFrom(TODAY, 0.5),)}),
        Funnel(segment_no="SM1", day=TODAY, selected=12_345, may_join=12_300, sent=12_000),
        Responses(asked=3, responders={"SHOP": ("ANNA", "BO")}),
        Split(arms={"letter": 40, "control": 20}, seed="winter", held_back_arm="control"),
        gathered(SegmentLine, list(lines)),
        Document(contact_no="SHOP", name="shop.txt", content=b"Dear Shop"),
        Greeting("Dear ", "Anna", ","),
        Attachment("fair.txt", b"Dear Shop"),
        TextRenderer(),
        TextRenderer().read(b"Dear {{ name }}", "hello.txt"),
        Fault("line 10000", "date", "is blank"),
        AlsoCalled("unit_cost_lcy"),
        Length(20),
        RefersTo("contact"),
        Field("city", FieldType.TEXT, length=30),
        ENTRIES[0],
        Head(17, ENTRIES[0].sha256),
        Finding("journal entry 17", FindingKind.CHAIN, 17),
        Inspection(
            number=17,
            findings=(Finding("journal entry 17", FindingKind.CHAIN, 17),),
            unread=frozenset(),
        ),
        STAMP,
        Figures(interactions=4, cost=Decimal("12.50"), targets=4, responses=1),
        AttemptNoted(interaction_no=18, failed=True),
        Canceled(what=EntryType.LOGGED_SEGMENT, number=17, interactions=((18, 20),)),
        Uncanceled(what=EntryType.LOGGED_SEGMENT, number=17, interactions=((18, 20),)),
        Deleted(what=EntryType.LOGGED_SEGMENT, number=17, attachments=("ab" * 32,)),
        Commented(interaction_no=18, date=TODAY, text="Friendly"),
        DeliveryRecorded(interaction_no=18, status=DeliveryStatus.ERROR, reason="no such address"),
        Dropped(interaction_no=18),
        Evaluated(interaction_no=18, evaluation=Evaluation.POSITIVE),
        OpportunityLinked(interaction_no=18, opportunity_no="OP1"),
        ContactMarked(contact_no="BO", mark="minor", value=True, reason="By phone"),
        AddressMarked(state=AddressState.BOUNCED, address="bo@example.com", reason="5.1.1"),
        ConsentRecorded(
            contact_no="BO",
            purpose_code="NEWS",
            channel=CorrespondenceType.EMAIL,
            act=ConsentAct.GIVEN,
            date=NOW,
            until=TODAY,
            text="Send me news",
            source="fair",
        ),
        HINDRANCE,
        Wait(reasons=(HINDRANCE,), next_time=NOW),
        Sending("SHOP", CorrespondenceType.EMAIL, "NEWS", NOW),
        ReachRules(caps=(ContactCap(code="WEEKLY"),)),
        Dispatch.of(INTERACTION),
        PlanApproved(segment_no="SM0001", plan_hash="ab" * 32, planned_by="ANNA"),
        ApprovalSet(template_code="OF", before=0, after=100),
        ContactRenumbered(old_no="BO", new_no="BOB"),
        ContactMerged(kept_no="ANNA", gone_no="BOB", kept_company_no="SHOP"),
        TextsErased(before=TODAY, emptied=((1, 2),), attachments=("ab",)),
        CHECKPOINT,
        CHECKPOINT.note,
        CHECKPOINT.note.signatures[0],
        InclusionProof(2, (bytes(32),), CHECKPOINT),
        ConsistencyProof(3, (bytes(32),), CHECKPOINT),
        Tile(8, 1, 17),
        OwnFields(3, (("orders", "amount", "decimal"),)),
        LayoutPart(fields=(("Customer", "Name"),)),
        Layout("Email_Merge/5084", LayoutPart(fields=(("Customer", "Name"),))),
        DefinitionFault(("NORTH", "where"), Message("is no selection"), 3),
        Place(7, 24),
        PersonErased(contact_no="BO", rows=(("contact", 1),)),
        Revised(INTERACTION),
        steps_of(SEGMENT, "CARL")[0],
        Membership(contact_no="SHOP", line_nos=(10_000,), steps=steps_of(SEGMENT, "SHOP")),
        Change(None, INTERACTION),
        Column("Privacy Blocked", ColumnUse.FIELD, Field("privacy_blocked", FieldType.BOOLEAN)),
        ENGLISH,
        Question(QUESTION, (ANSWER,)),
        CAMPAIGN,
        CampaignReport(data=CAMPAIGN),
        LISTED,
        ContactList(data=(LISTED, LISTED)),
        COVER,
        CoverSheets(data=(COVER,)),
        SegmentRow(segment_no="SM1", description="Fair", lines=3),
        EntryRow(entry_no=17, date=TODAY, description="Fair"),
        LABEL,
        LabelFormat.of(70, 36),
        Labels(data=(LABEL, LABEL), layout=LabelFormat.of(70, 36)),
        Remarks(please_call=True),
        Sheet(rows=((LABEL, LABEL),)),
        SEGMENT,
        SEGMENT.actions[0],
        SEGMENT.gone_back().undone[0],
        SEGMENT.actions[0].left_out,
        SEGMENT.actions[0].left_out[0],
        Options(allow_existing=True),
        history_of(SEGMENT),
        history_of(SEGMENT)[0],
        lines,
        lines.parts[0],
        lines.parts[0].block,
        WRITTEN.parts[0].block,
        alike(lines.parts[0]),
        candidates,
        candidates.who,
        Joiner("SHOP", "SHOP", "DAN", company("SHOP").correspondence_type, "JO"),
        Addressed(company("SHOP"), (AlternativeAddress(contact_no="SHOP", code="HOME"),)),
        Terms(SEGMENT.header, None, {"DAN": filled(TemplateLanguage)}),  # type: ignore[dict-item]
        SegmentChanging(None, SEGMENT),
        SegmentChanged(SEGMENT.gone_back(), SEGMENT),
        SegmentLogging(SEGMENT),
        SegmentLogged(SEGMENT, LOGGED),
        SegmentRefreshed(SEGMENT, lines, lines),
        Task(contact_no="SHOP", description="Call", date=TODAY),
        Opportunity(no="OP1", contact_no="SHOP", comments=((TODAY, "Friendly"),)),
    ]


VALUES = {type(value): value for value in _values()}
"""A value by its class."""
