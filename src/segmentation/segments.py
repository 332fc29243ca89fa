"""Segments: the worksheet of header, lines and criteria actions, and what can be filtered.

A segment is a frozen value; a step makes a new one. An action keeps exactly which lines it
put in and which it took out, whole, so that going back restores what was. Here the filter
language meets contacts: `contact_schema` says which tables a selection may speak of and how
their rows belong to a contact. Knows nothing of storage.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Annotated

import attrs

from .codes import Option
from .contacts import (
    AlternativeAddress,
    Contact,
    ContactBusinessRelation,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactMailingGroup,
    ContactNo,
    ContactProfileAnswer,
    ContactWebSource,
    CorrespondenceType,
    ItemEntry,
    Language,
    Salesperson,
    active_address,
)
from .criteria import AsOf, Criteria, Link, Schema, Table, make_table
from .errors import InvalidValue, Refused
from .fields import (
    Code,
    Extra,
    Field,
    LongCode,
    LongText,
    Record,
    RefersTo,
    ShortCode,
    Text,
    fields_of,
    with_converters,
)
from .interactions import Evaluation, Interaction
from .serialization import (
    JSON,
    criteria_from_data,
    criteria_to_data,
    from_data,
    from_json,
    to_data,
    to_json,
)
from .templates import (
    CampaignNo,
    GroupCode,
    InformationFlow,
    InitiatedBy,
    InteractionTemplate,
    TemplateCode,
    TemplateLanguage,
)

LINE_STEP = 10_000


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SegmentHeader(Record, table="segment_header", key=("no",)):
    """A segment's defaults for its lines.

    Attributes:
        ignore_contact_corres_type: The default goes before what the contact wishes.
        attachment: SHA-256 of the text in the default language; empty if none.
    """

    no: Code
    description: Text = ""
    campaign_no: CampaignNo = ""
    campaign_target: bool = False
    campaign_response: bool = False
    salesperson_code: Salesperson = ""
    date: dt.date | None = None
    interaction_template_code: TemplateCode = ""
    interaction_group_code: GroupCode = ""
    language_code_default: Language = ""
    subject_default: Text = ""
    correspondence_type_default: CorrespondenceType = CorrespondenceType.BLANK
    ignore_contact_corres_type: bool = False
    unit_cost: Decimal = Decimal(0)
    unit_duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = InformationFlow.BLANK
    initiated_by: InitiatedBy = InitiatedBy.BLANK
    send_word_docs_as_attachment: bool = False
    word_template_code: LongCode = ""
    attachment: LongText = ""
    extra: Extra = ()

    def with_template(
        self, template: InteractionTemplate, languages: Sequence[TemplateLanguage]
    ) -> "SegmentHeader":
        """The header after a template was chosen: its values are copied.

        The template's campaign replaces the header's, unless the template has none.
        """
        default = next(
            (row for row in languages if row.language_code == template.language_code_default), None
        )
        return attrs.evolve(
            self,
            interaction_template_code=template.code,
            interaction_group_code=template.interaction_group_code,
            unit_cost=template.unit_cost,
            unit_duration_min=template.unit_duration_min,
            information_flow=template.information_flow,
            initiated_by=template.initiated_by,
            campaign_no=template.campaign_no or self.campaign_no,
            campaign_target=template.campaign_target,
            campaign_response=template.campaign_response,
            language_code_default=template.language_code_default,
            correspondence_type_default=template.correspondence_type_default,
            ignore_contact_corres_type=template.ignore_contact_corres_type,
            word_template_code=template.word_template_code,
            subject_default=default.subject if default else "",
            attachment=default.attachment if default else "",
        )


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SegmentLine(Record, table="segment_line", key=("segment_no", "line_no")):
    """One contact of a segment, with what its interaction will record.

    Attributes:
        line_no: Counts by ten thousands; the order of the lines.
        attachment: SHA-256 of the text in the line's language; empty if none.
    """

    segment_no: Annotated[Code, RefersTo("segment_header")]
    line_no: int
    contact_no: ContactNo = ""
    contact_company_no: ContactNo = ""
    contact_alt_address_code: ShortCode = ""
    description: Text = ""
    date: dt.date | None = None
    salesperson_code: Salesperson = ""
    campaign_no: CampaignNo = ""
    campaign_target: bool = False
    campaign_response: bool = False
    interaction_template_code: TemplateCode = ""
    interaction_group_code: GroupCode = ""
    unit_cost: Decimal = Decimal(0)
    unit_duration_min: Decimal = Decimal(0)
    information_flow: InformationFlow = InformationFlow.BLANK
    initiated_by: InitiatedBy = InitiatedBy.BLANK
    correspondence_type: CorrespondenceType = CorrespondenceType.BLANK
    language_code: Language = ""
    subject: Text = ""
    send_word_docs_as_attachment: bool = False
    word_template_code: LongCode = ""
    attachment: LongText = ""
    attachment_name: Text = ""
    evaluation: Evaluation = Evaluation.BLANK
    extra: Extra = ()


class ActionKind(Option):
    """What a criteria action does."""

    ADD = "add"
    REDUCE = "reduce"
    REFINE = "refine"


class LeftOutReason(Option):
    """Why a contact that matched did not join."""

    EXCLUDED = "excluded"
    BLOCKED = "blocked"
    NO_CONSENT = "no_consent"
    ALREADY_THERE = "already_there"


@attrs.frozen
class LeftOut:
    """A contact that matched and did not join, and why."""

    contact_no: str
    reason: LeftOutReason


@attrs.frozen(kw_only=True)
class Options:
    """How an action chooses; all off unless said otherwise.

    Attributes:
        allow_existing: A contact that is already there gets a second line.
        expand_companies: Every contact of a match's company joins too.
        allow_related_companies: The company of each match joins too.
        ignore_exclusion: Contacts marked exclude_from_segment join too.
        entire_companies: Reduce and refine: one match makes its whole company match.
    """

    allow_existing: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False


@attrs.frozen(kw_only=True)
class CriteriaAction:
    """One step by which a segment came about.

    Attributes:
        kind: Add, reduce or refine.
        criteria: What was chosen by; ``None`` if every contact passes.
        options: How.
        by_hand: A single contact, put in or taken out by hand.
        as_of: The day that relative dates stood for.
        inserted: Numbers of the lines that the action put in.
        removed: The lines that it took out, as they were.
        left_out: Contacts that matched and did not join.
    """

    kind: ActionKind
    criteria: "Criteria | None" = None
    options: Options = Options()
    by_hand: bool = False
    as_of: AsOf | None = None
    inserted: tuple[int, ...] = ()
    removed: tuple[SegmentLine, ...] = ()
    left_out: tuple[LeftOut, ...] = ()


@attrs.frozen(kw_only=True)
class Segment:
    """A worksheet: a header, lines in the order of their numbers, and the actions so far.

    Attributes:
        languages: The template's texts, copied when it was chosen.
        version: Counts the changes that were stored; a change made from an older one is
            refused by the store.
    """

    header: SegmentHeader
    lines: tuple[SegmentLine, ...] = ()
    actions: tuple[CriteriaAction, ...] = ()
    languages: tuple[TemplateLanguage, ...] = ()
    version: int = 0

    @property
    def no(self) -> str:
        """The segment's number."""
        return self.header.no

    @property
    def contact_nos(self) -> tuple[str, ...]:
        """The contacts on the lines, in the order of the lines."""
        return tuple(line.contact_no for line in self.lines)

    @property
    def cost(self) -> Decimal:
        """What the interactions will cost, over the lines."""
        return sum((line.unit_cost for line in self.lines), Decimal(0))

    @property
    def duration_min(self) -> Decimal:
        """How long the interactions will take, in minutes, over the lines."""
        return sum((line.unit_duration_min for line in self.lines), Decimal(0))

    def added(self, lines: Iterable[SegmentLine], action: CriteriaAction) -> "Segment":
        """The segment with further lines, numbered after the last, and what chose them."""
        last = self.lines[-1].line_no if self.lines else 0
        numbered = tuple(
            attrs.evolve(line, segment_no=self.no, line_no=last + step * LINE_STEP)
            for step, line in enumerate(lines, start=1)
        )
        done = attrs.evolve(action, inserted=tuple(line.line_no for line in numbered))
        return attrs.evolve(self, lines=self.lines + numbered, actions=(*self.actions, done))

    def removed(self, goes: Callable[[SegmentLine], bool], action: CriteriaAction) -> "Segment":
        """The segment without the lines that go, and the action that chose them."""
        gone = tuple(line for line in self.lines if goes(line))
        stays = tuple(line for line in self.lines if not goes(line))
        done = attrs.evolve(action, removed=gone)
        return attrs.evolve(self, lines=stays, actions=(*self.actions, done))

    def gone_back(self) -> "Segment":
        """The segment before its last action.

        Exactly the lines that the action put in go; those it took out come back as they were.

        Raises:
            Refused: There is no action left.
        """
        if not self.actions:
            raise Refused(f"go back on segment {self.no}", "it has no action to undo")
        *before, last = self.actions
        inserted = frozenset(last.inserted)
        kept = [line for line in self.lines if line.line_no not in inserted]
        lines = sorted((*kept, *last.removed), key=lambda line: line.line_no)
        return attrs.evolve(self, lines=tuple(lines), actions=tuple(before))


def make_line(
    header: SegmentHeader,
    contact: Contact,
    *,
    template: InteractionTemplate | None,
    languages: Mapping[str, TemplateLanguage],
    addresses: Iterable[AlternativeAddress] = (),
) -> SegmentLine:
    """A new line: what it inherits from the header and what it takes from the contact.

    Args:
        header: The segment's header.
        contact: Who joins.
        template: The header's template, if it has one.
        languages: The segment's texts by language code.
        addresses: The contact's alternative addresses.
    """
    wished = contact.language_code
    language = wished if wished in languages else header.language_code_default
    text = languages.get(language)
    address = active_address(addresses, header.date) if header.date else None
    return SegmentLine(
        segment_no=header.no,
        line_no=0,
        contact_no=contact.no,
        contact_company_no=contact.company_no,
        contact_alt_address_code=address.code if address else "",
        description=header.description,
        date=header.date,
        salesperson_code=header.salesperson_code or contact.salesperson_code,
        campaign_no=header.campaign_no,
        campaign_target=header.campaign_target,
        campaign_response=header.campaign_response,
        interaction_template_code=header.interaction_template_code,
        interaction_group_code=header.interaction_group_code,
        unit_cost=header.unit_cost,
        unit_duration_min=header.unit_duration_min,
        information_flow=header.information_flow,
        initiated_by=header.initiated_by,
        correspondence_type=_correspondence_type(header, contact, template),
        language_code=language,
        subject=text.subject if text else header.subject_default,
        send_word_docs_as_attachment=header.send_word_docs_as_attachment,
        word_template_code=text.word_template_code if text else header.word_template_code,
        attachment=text.attachment if text else header.attachment,
        attachment_name=text.attachment_name if text else "",
    )


def _correspondence_type(
    header: SegmentHeader, contact: Contact, template: InteractionTemplate | None
) -> CorrespondenceType:
    """The first that applies: the header's, the template's, the contact's own."""
    if header.ignore_contact_corres_type and header.correspondence_type_default:
        return header.correspondence_type_default
    if template and (template.ignore_contact_corres_type or not contact.correspondence_type):
        return template.correspondence_type_default
    return contact.correspondence_type


ACTIONS_FORMAT = 1
"""Version of the stored form of actions."""


def actions_to_json(actions: Iterable[CriteriaAction]) -> str:
    """Actions in their stored form, with all that they did."""
    return to_json({"format": ACTIONS_FORMAT, "actions": [_action_to_data(a) for a in actions]})


def _action_to_data(action: CriteriaAction) -> JSON:
    as_of = action.as_of
    return {
        "kind": str(action.kind),
        "criteria": criteria_to_data(action.criteria) if action.criteria else None,
        "options": to_data(action.options),
        "by_hand": action.by_hand,
        "as_of": [as_of.today.isoformat(), as_of.workdate.isoformat(), as_of.user]
        if as_of
        else None,
        "inserted": list(action.inserted),
        "removed": [to_data(line) for line in action.removed],
        "left_out": [[each.contact_no, str(each.reason)] for each in action.left_out],
    }


def actions_from_json(text: str) -> tuple[CriteriaAction, ...]:
    """The inverse of `actions_to_json`.

    Raises:
        InvalidValue: The text is not stored actions, or of a later version.
    """
    data = from_json(text)
    if not isinstance(data, dict) or data.get("format") != ACTIONS_FORMAT:
        raise InvalidValue("actions", text[:60], "are not of a form that this version reads")
    return tuple(map(_action_from_data, data["actions"]))


def _action_from_data(data: JSON) -> CriteriaAction:
    as_of = data["as_of"]
    return CriteriaAction(
        kind=ActionKind(data["kind"]),
        criteria=criteria_from_data(data["criteria"]) if data["criteria"] else None,
        options=from_data(Options, data["options"]),
        by_hand=data["by_hand"],
        as_of=AsOf(
            dt.date.fromisoformat(as_of[0]),
            dt.date.fromisoformat(as_of[1]),
            user=as_of[2],
        )
        if as_of
        else None,
        inserted=tuple(data["inserted"]),
        removed=tuple(from_data(SegmentLine, line) for line in data["removed"]),
        left_out=tuple(LeftOut(no, LeftOutReason(why)) for no, why in data["left_out"]),
    )


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SavedCriteria(Record, table="saved_segment_criteria", key=("code",)):
    """Actions kept under a code, to be played again on any segment.

    Attributes:
        actions: The actions in their stored form (see `segmentation.serialization`).
        saved_by: Who saved them.
    """

    code: ShortCode
    description: Text = ""
    saved_by: LongText = ""
    saved_at: dt.datetime | None = None
    actions: LongText = ""
    extra: Extra = ()


_OWN = Link((("contact_no", "no"),))
_COMPANY = Link((("contact_no", "company_no"),))
_WITHIN_COMPANY = Link((("contact_no", "no"), ("contact_company_no", "company_no")))
_LINKED = Link(
    (("source_type", "link_to_table"), ("source_no", "no")),
    through="contact_business_relation",
    only=("contact_no", "no"),
    unless=("type", "company"),
)

FILTERED: Sequence[tuple[type[Record], str, Link | None]] = (
    (Contact, "contact", None),
    (ContactProfileAnswer, "profile_answers", _OWN),
    (ContactMailingGroup, "mailing_groups", _OWN),
    (Interaction, "interactions", _WITHIN_COMPANY),
    (ContactJobResponsibility, "job_responsibilities", _OWN),
    (ContactIndustryGroup, "industry_groups", _COMPANY),
    (ContactBusinessRelation, "business_relations", _COMPANY),
    (ContactWebSource, "web_sources", _COMPANY),
    (AlternativeAddress, "alternative_addresses", _OWN),
    (ItemEntry, "item_entries", _LINKED),
)
"""The records that a selection may speak of, their short names, and whom their rows belong to."""


def contact_schema(extra_fields: Mapping[str, Iterable[Field]] | None = None) -> Schema:
    """The schema of a contact: every table that a selection may speak of.

    Args:
        extra_fields: Fields that a host added, by table.

    >>> contact_schema().table("mailing_groups").name
    'contact_mailing_group'
    """
    added = extra_fields or {}
    tables = [
        _table(kind, alias, link).with_fields(*added.get(kind.__table__, ()))
        for kind, alias, link in FILTERED
    ]
    return Schema("contact", "no", {table.name: table for table in tables})


def _table(kind: type[Record], alias: str, link: Link | None) -> Table:
    return make_table(kind.__table__, fields_of(kind), link=link, alias=alias)


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class LoggedSegment(Record, table="logged_segment", key=("entry_no",)):
    """A segment that was logged: the worksheet is closed, its interactions are recorded.

    Attributes:
        entry_no: Number of the journal entry that records it.
        reason: The actions that built it, in their stored form: criteria, resolved dates,
            changes by hand, who was left out and why (see `segmentation.serialization`).
        canceled_by: Number of the journal entry that cancelled it; 0 if none.
    """

    entry_no: int = 0
    segment_no: Code = ""
    description: Text = ""
    date: dt.date | None = None
    user_id: LongText = ""
    reason: LongText = ""
    canceled: bool = False
    canceled_by: int = 0
    extra: Extra = ()
