"""What is wrong with records, by whichever way they come: files, Python, frames, a change by hand.

One function finds all of it, so that no way in is laxer than another. Knows the rules of single
records and of what they refer to; nothing is stored. Every fault has a code.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

import attrs

from segmentation.campaigns import Campaign
from segmentation.contacts import (
    Contact,
    ContactBusinessRelation,
    ContactComment,
    ContactIndustryGroup,
    ContactJobResponsibility,
    ContactProfileAnswer,
    ContactType,
    ContactWebSource,
)
from segmentation.definitions import Definitions, OwnField, OwnTable, is_row_kind
from segmentation.errors import (
    Fault,
    Identifier,
    InvalidValue,
    Message,
    NotFound,
    Rejected,
    SegmentationError,
)
from segmentation.experiments import check_window
from segmentation.fields import (
    Field,
    Record,
    RecordT,
    Value,
    fields_of,
    fits_plainly,
    is_value_of,
    key_of,
    misfits,
    mistyped,
)
from segmentation.interactions import SETUP_FIELDS, Interaction
from segmentation.kinds import record_kinds
from segmentation.operations.records import find_record, find_records, name_of
from segmentation.operations.schema import declared_fields, own_kinds
from segmentation.operations.values import Misfit, read_extra
from segmentation.protocols import Store
from segmentation.questionnaires import (
    LineType,
    ProfileQuestionnaire,
    ProfileQuestionnaireLine,
    Rating,
    questionnaire_faults,
    questions_of,
)
from segmentation.reach import (
    LONGEST_WINDOW,
    ContactCap,
    QuietHours,
    unknown_zone,
    zone_named,
)
from segmentation.salutations import SalutationFormula, wrong_places
from segmentation.segments import SavedCriteria, actions_from_json
from segmentation.showing import shown_by
from segmentation.templates import (
    InteractionTemplate,
    InteractionTemplateSetup,
    TemplateLanguage,
    WordTemplate,
    template_faults,
    text_place,
)

ONLY_TYPE: Mapping[type[Record], ContactType] = {
    ContactBusinessRelation: ContactType.COMPANY,
    ContactIndustryGroup: ContactType.COMPANY,
    ContactWebSource: ContactType.COMPANY,
    ContactJobResponsibility: ContactType.PERSON,
}
"""The rows that only one type of contact has."""


@shown_by("place", "record")
@attrs.frozen
class Placed:
    """A record and where it came from."""

    place: str
    record: Record


def placed(records: Iterable[Record]) -> Sequence[Placed]:
    """Records made in Python, each with its table and key as its place."""
    return [Placed(place_of(record), record) for record in records]


def place_of(record: Record) -> Message:
    """Where the faults of a record lie: its table and key."""
    key = " ".join(str(part) for part in key_of(record) if part is not None)
    return Message("{table} {key}", table=Identifier(record.__table__), key=key)


def record_faults(store: Store, placed: Sequence[Placed]) -> Iterator[Fault]:
    """All that is wrong with records that are to be stored together, in no order.

    A record whose key is in the store already is taken for its new state; that a key may not be
    taken is told by `taken_faults`.

    Args:
        store: Where they are to be stored.
        placed: The records; they may refer to each other.
    """
    known = _Known(store, placed)
    yield from _kind_faults(store, placed)
    yield from own_faults(placed)
    yield from extra_faults(store, placed)
    yield from duplicate_faults(placed)
    yield from _reference_faults(known, placed)
    yield from _attachment_faults(store, placed)
    yield from _template_faults(known, placed)
    yield from _questionnaire_faults(known, placed)


def check_records(store: Store, placed: Sequence[Placed], *, what: str) -> None:
    """See that nothing is wrong with records.

    Args:
        store: Where they are to be stored.
        placed: The records.
        what: What they are together, for the error.

    Raises:
        Rejected: There are faults: all of them.
    """
    reject(record_faults(store, placed), what=what)


def check_new(store: Store, placed: Sequence[Placed], *, what: str) -> None:
    """See that nothing is wrong with records, and that their keys are not taken.

    Args:
        store: Where they are to be stored.
        placed: The records.
        what: What they are together, for the error.

    Raises:
        Rejected: There are faults: all of them.
    """
    reject([*record_faults(store, placed), *taken_faults(store, placed)], what=what)


def reject(faults: Iterable[Fault], *, what: str) -> None:
    """Raise an error of all faults, if there are any.

    Raises:
        Rejected: There are faults.
    """
    found = sorted(faults, key=place_order)
    if found:
        raise Rejected(what, found)


def place_order(fault: Fault) -> tuple[str, int]:
    """Faults by file, and in it by row; those of a whole file come first."""
    file, _, row = fault.place.partition(" row ")
    return file, int(row) if row.isdigit() else 0


def _kind_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Records of a host's table whose class was made of an earlier definition, or elsewhere."""
    rows = [item for item in placed if is_row_kind(type(item.record))]
    kinds = own_kinds(store) if rows else {}
    for item in rows:
        if kinds.get(item.record.__table__) is not type(item.record):
            reason = Message("is of a class that its table no longer has; take it anew, by .kind")
            yield Fault(item.place, "", reason, "earlier_definition")


# -- single records ---------------------------------------------------------------------------


def own_faults(placed: Iterable[Placed]) -> Iterator[Fault]:
    """Values of records that their fields cannot hold, and keys that are blank."""
    for item in placed:
        if not fits_plainly(item.record):
            for field, reason in misfits(item.record):
                yield Fault(item.place, field, reason, "too_long")
            for field, reason in mistyped(item.record):
                yield Fault(item.place, field, reason, "wrong_type")
        if isinstance(item.record, Definitions | OwnField | OwnTable):
            reason = Message("is defined by crm.tables.define, which checks it")
            yield Fault(item.place, "", reason, "definition")
        first = item.record.__key__[:1]
        if first and getattr(item.record, first[0]) == "":
            yield Fault(item.place, first[0], Message("is blank"), "blank")


def extra_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Own fields that the host did not define, and values that are not of their type."""
    declared: dict[type[Record], Mapping[str, Field]] = {}
    for item in placed:
        kind = type(item.record)
        extra = getattr(item.record, "extra", ())
        if extra and kind not in declared:
            declared[kind] = {field.name: field for field in declared_fields(store, kind)}
        for name, value in extra:
            fault = _extra_fault(declared[kind], name, value)
            if fault is not None:
                yield Fault(item.place, name, *fault)


def _extra_fault(
    declared: Mapping[str, Field], name: str, value: object
) -> tuple[Message, str] | None:
    try:
        read = read_extra(declared, name, value)
    except Misfit as misfit:
        return misfit.reason, misfit.code
    if value is not None and not (read == value and is_value_of(declared[name].type, value)):
        kind = Message(declared[name].type)
        return Message("{value!r} is no value of type {type}", value=value, type=kind), "wrong_type"
    return None


# -- keys -------------------------------------------------------------------------------------


def duplicate_faults(placed: Iterable[Placed]) -> Iterator[Fault]:
    """Keys that several of the records have."""
    seen: dict[tuple[str, tuple[Any, ...]], str] = {}
    for item in placed:
        kind, key = item.record.__table__, key_of(item.record)
        if (kind, key) in seen:
            named = ", ".join(item.record.__key__)
            reason = Message("has the same key as {place}", place=seen[kind, key])
            yield Fault(item.place, named, reason, "duplicate")
        seen.setdefault((kind, key), item.place)


def taken_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Keys that a stored record of the same kind has already."""
    waiting = list(placed)
    there = _keys_there(store, (item.record for item in waiting))
    for item in waiting:
        if (item.record.__table__, key_of(item.record)) in there:
            named = ", ".join(item.record.__key__)
            yield Fault(item.place, named, _taken_by(type(item.record)), "taken")


def _taken_by(kind: type[Record]) -> Message:
    if kind is SavedCriteria:  # the only ones that are called by a plural
        return Message("is taken by other saved criteria")
    return Message("is taken by another {kind}", kind=Message(name_of(kind)))


def _keys_there(store: Store, records: Iterable[Record]) -> Collection[tuple[str, tuple[Any, ...]]]:
    """The tables and keys of those records that are in the store, in few questions."""
    keys: dict[type[Record], list[tuple[Any, ...]]] = defaultdict(list)
    for record in records:
        keys[type(record)].append(key_of(record))
    return {
        (kind.__table__, key)
        for kind, wanted in keys.items()
        for key in find_records(store, kind, wanted)
    }


# -- references -------------------------------------------------------------------------------


def _reference_faults(known: "_Known", placed: Sequence[Placed]) -> Iterator[Fault]:
    references = {kind: _references(kind) for kind in {type(item.record) for item in placed}}
    known.ask_for_contacts(
        getattr(item.record, field.name)
        for item in placed
        for field in references[type(item.record)]
        if field.refers_to == Contact.__table__
    )
    for item in placed:
        for field in references[type(item.record)]:
            value = getattr(item.record, field.name)
            if value and not known.has(field.refers_to, value):
                yield Fault(
                    item.place, field.name, _absent(field.refers_to, value), "missing_reference"
                )
        yield from _rule_faults(item.place, item.record, known)


def _absent(table: str, value: object) -> Message:
    return Message("there is no {kind} {key!r}{hint}", kind=Identifier(table), key=value, hint="")


def _references(kind: type[Record]) -> Sequence[Field]:
    """The fields that must name a record which is there; of the past, only the contact must."""
    if kind.__checked_by_recording__:
        return ()
    found = [field for field in fields_of(kind) if field.refers_to]
    return [field for field in found if field.name == "contact_no" or kind is not Interaction]


def _rule_faults(place: str, record: Record, known: "_Known") -> Iterator[Fault]:
    """What a table's own rules forbid."""
    match record:
        case Contact():
            yield from _company_faults(place, record, known)
            yield from _zone_faults(place, record, known)
        case ContactCap():
            yield from _cap_faults(place, record)
        case QuietHours():
            yield from _quiet_faults(place, record)
        case Interaction():
            yield from _past_faults(place, record)
        case Campaign():
            yield from (attrs.evolve(fault, place=place) for fault in record.faults())
        case ContactProfileAnswer():
            yield from _answer_faults(place, record, known)
        case ContactComment():
            yield from _comment_faults(place, record)
        case SavedCriteria():
            yield from _criteria_faults(place, record)
        case SalutationFormula():
            yield from _formula_faults(place, record)
        case _ if type(record) in ONLY_TYPE:
            yield from _type_faults(place, record, known)


def _company_faults(place: str, contact: Contact, known: "_Known") -> Iterator[Fault]:
    if contact.type is ContactType.COMPANY and contact.company_no != contact.no:
        reason = Message("a company's company_no is its own number")
        yield Fault(place, "company_no", reason, "wrong_company")
    employer = known.find(Contact, contact.company_no) if contact.company_no else None
    if employer and contact.type is ContactType.PERSON and employer.type is ContactType.PERSON:
        reason = Message("contact {no!r} is a person, not a company", no=employer.no)
        yield Fault(place, "company_no", reason, "wrong_company")


def _zone_faults(place: str, contact: Contact, known: "_Known") -> Iterator[Fault]:
    """A zone that is none; one that stands there already, from before it was checked, may stay."""
    name = str(contact.time_zone)
    if name and zone_named(name) is None:
        before = known.stored_contact(contact.no)
        if before is None or before.time_zone != name:
            reason = unknown_zone(name)
            yield Fault(place, "time_zone", reason, "unknown_zone")


def _cap_faults(place: str, cap: ContactCap) -> Iterator[Fault]:
    """Numbers of a cap that could never be kept; what is no number is a fault of its own."""
    for field, most in (("at_most", None), ("window_hours", LONGEST_WINDOW)):
        value = getattr(cap, field)
        if isinstance(value, int) and (value < 1 or (most and value > most)):
            reason = Message("{value} is not above 0", value=value)
            if value > 0:
                reason = Message("{value} is above {most}", value=value, most=most)
            yield Fault(place, field, reason, "out_of_range")


def _quiet_faults(place: str, quiet: QuietHours) -> Iterator[Fault]:
    """Quiet hours that do not begin or end, or end when they begin."""
    for field in ("starting_time", "ending_time"):
        if getattr(quiet, field) is None:
            yield Fault(place, field, Message("is blank"), "blank")
    if quiet.starting_time and quiet.starting_time == quiet.ending_time:
        reason = Message("is the same as the starting time")
        yield Fault(place, "ending_time", reason, "out_of_range")


def _type_faults(place: str, row: Record, known: "_Known") -> Iterator[Fault]:
    """A row that the other type of contact has."""
    only = ONLY_TYPE[type(row)]
    contact = known.find(Contact, getattr(row, "contact_no"))  # noqa: B009 - all of these have it
    if contact is not None and contact.type is not only:
        reason = Message(
            "only a {only} has such rows, and {no} is a {type}",
            only=Message(only),
            no=contact.no,
            type=Message(contact.type),
        )
        yield Fault(place, "contact_no", reason, "wrong_contact_type")


def _past_faults(place: str, past: Interaction) -> Iterator[Fault]:
    """What keeps an interaction of the past from being taken in."""
    if not past.contact_no:
        yield Fault(place, "contact_no", Message("is blank"), "blank")
    if past.date is None:
        yield Fault(place, "date", Message("is blank"), "blank")


def _answer_faults(place: str, given: ContactProfileAnswer, known: "_Known") -> Iterator[Fault]:
    """An answer that its questionnaire does not have; one without any lines is not asked."""
    code = given.profile_questionnaire_code
    line = known.find(ProfileQuestionnaireLine, code, given.line_no)
    if line is None and not known.lines(code):
        return
    if line is None or line.type is LineType.QUESTION:
        yield Fault(place, "line_no", _no_answer(code, given.line_no), "missing_reference")


def _no_answer(code: str, line_no: int) -> Message:
    reason = "line {line} is no answer of questionnaire {code}"
    return Message(reason, line=line_no, code=code)


def _comment_faults(place: str, comment: ContactComment) -> Iterator[Fault]:
    """A comment that says nothing; what is no text is a fault of its own."""
    if not str(comment.text).strip():
        yield Fault(place, "text", Message("is blank"), "blank")


def _criteria_faults(place: str, saved: SavedCriteria) -> Iterator[Fault]:
    """Criteria that nobody could use, because their actions cannot be read."""
    try:
        actions_from_json(saved.actions)
    except SegmentationError as error:
        yield Fault(place, "actions", error.message, "malformed")


# -- attachments, templates, questionnaires ---------------------------------------------------


def _formula_faults(place: str, formula: SalutationFormula) -> Iterator[Fault]:
    for part in wrong_places(formula):
        reason = Message(
            "{formula!r} has {part}; name parts stand at %1 to %5",
            formula=formula.salutation,
            part=part,
        )
        yield Fault(place, "salutation", reason, "wrong_place")


def _attachment_faults(store: Store, placed: Iterable[Placed]) -> Iterator[Fault]:
    """Attachments that are not stored."""
    for item in placed:
        if isinstance(item.record, TemplateLanguage | WordTemplate) and item.record.attachment:
            try:
                store.attachments.get(item.record.attachment)
            except NotFound:
                reason = Message("is no attachment that is stored; give a file or its content")
                yield Fault(item.place, "attachment", reason, "unknown_attachment")


def _template_faults(known: "_Known", placed: Sequence[Placed]) -> Iterator[Fault]:
    """What does not go together in templates, their languages and the set-up that names them."""
    places: dict[str, str] = {}
    codes: dict[str, None] = {}
    for item in placed:
        match item.record:
            case InteractionTemplate(code=code) as template:
                places[Message("template {code}", code=template.code)] = item.place
                codes[code] = None
            case TemplateLanguage(interaction_template_code=code) as text:
                places[text_place(text)] = item.place
                codes[code] = None
            case InteractionTemplateSetup() as setup:
                yield from _setup_faults(known, item.place, setup)
    for code in codes:
        found = known.find(InteractionTemplate, code)
        for fault in _faults_of_template(known, found) if found is not None else ():
            yield attrs.evolve(fault, place=places.get(fault.place, fault.place))


def _faults_of_template(known: "_Known", template: InteractionTemplate) -> Iterator[Fault]:
    setup = known.find(InteractionTemplateSetup) or InteractionTemplateSetup()
    named = {getattr(setup, field) for field in SETUP_FIELDS.values()}
    texts = known.texts(template.code)
    left_behind = any(map(_lacks_attachment, texts))
    for fault in template_faults(template, texts, records_documents=template.code in named):
        if not (left_behind and fault.code == "wrong_action"):
            yield fault
    if template.answers_within:
        place = Message("template {code}", code=template.code)
        try:
            check_window("answers_within", template.answers_within)
        except InvalidValue as error:
            yield error.fault(place)


def _lacks_attachment(text: TemplateLanguage) -> bool:
    """Whether a text came from Business Central without its attachment, which is only numbered."""
    return not text.attachment and bool(dict(text.extra).get("attachment_no"))


def _setup_faults(known: "_Known", place: str, setup: InteractionTemplateSetup) -> Iterator[Fault]:
    """Templates that are to record documents and have languages."""
    for field in SETUP_FIELDS.values():
        code = getattr(setup, field)
        if code and known.texts(code):
            reason = Message("{value!r} has languages", value=code)
            yield Fault(place, field, reason, "records_documents")


def _questionnaire_faults(known: "_Known", placed: Sequence[Placed]) -> Iterator[Fault]:
    """What is wrong with the lines of questionnaires, and with the points of their ratings."""
    places: dict[str, str] = {}
    codes: dict[str, None] = {}
    for item in placed:
        match item.record:
            case ProfileQuestionnaire(code=code):
                codes[code] = None
            case ProfileQuestionnaireLine() as line:
                places[line.place] = item.place
                codes[line.profile_questionnaire_code] = None
            case Rating() as rating:
                yield from _rating_faults(known, item.place, rating)
    for code in codes:
        questionnaire = known.find(ProfileQuestionnaire, code)
        if questionnaire is None:
            continue
        for fault in questionnaire_faults(questionnaire, known.lines(code)):
            yield attrs.evolve(fault, place=places.get(fault.place, fault.place))


def _rating_faults(known: "_Known", place: str, rating: Rating) -> Iterator[Fault]:
    questions = questions_of(known.lines(rating.profile_questionnaire_code))
    rated = {question.line.line_no for question in questions if question.is_rating}
    if rating.profile_questionnaire_line_no not in rated:
        reason = Message("is no rating question of it")
        yield Fault(place, "profile_questionnaire_line_no", reason, "missing_reference")
    code, number = rating.rating_profile_quest_code, rating.rating_profile_quest_line_no
    answer = known.find(ProfileQuestionnaireLine, code, number)
    if answer is None or answer.type is LineType.QUESTION:
        reason = _no_answer(code, number)
        yield Fault(place, "rating_profile_quest_line_no", reason, "missing_reference")


# -- what there is ----------------------------------------------------------------------------


class _Known:
    """What there is, in the store and among the records that are to be stored."""

    def __init__(self, store: Store, placed: Iterable[Placed]) -> None:
        self._store = store
        self._new: dict[str, dict[tuple[Any, ...], Record]] = defaultdict(dict)
        self._first: dict[str, set[Value]] = defaultdict(set)
        for item in placed:
            table, key = item.record.__table__, key_of(item.record)
            self._new[table][key] = item.record
            self._first[table].update(key[:1])
        self._old: dict[str, Collection[Value]] = {}
        self._contacts: dict[Value, Contact | None] = {}

    def ask_for_contacts(self, nos: Iterable[str]) -> None:
        """Ask the store once for all contacts that references name and that do not come in."""
        wanted = [(no,) for no in dict.fromkeys(nos) if no and no not in self._first["contact"]]
        found = find_records(self._store, Contact, wanted) if wanted else {}
        self._contacts |= {no: found.get((no,)) for (no,) in wanted}

    def has(self, table: str, value: Value) -> bool:
        """Whether a reference leads somewhere; a table without any row is not asked."""
        if value in self._first[table]:
            return True
        if table == Contact.__table__:
            return self._contacts.get(value) is not None
        stored = self._stored(table)
        return value in stored or not (stored or self._first[table])

    def find(self, kind: type[RecordT], *key: Value) -> RecordT | None:
        """The record with this key as it will be."""
        found = self._new[kind.__table__].get(key)
        if found is not None:
            return cast("RecordT", found)
        if kind.__table__ == Contact.__table__:
            return cast("RecordT | None", self._contacts.get(key[0]))
        return find_record(self._store, kind, key)

    def stored_contact(self, no: str) -> Contact | None:
        """The contact with this number as it is stored now."""
        return find_record(self._store, Contact, no)

    def texts(self, template_code: str) -> Sequence[TemplateLanguage]:
        """The languages of a template as they will be."""
        return self._all(TemplateLanguage, interaction_template_code=template_code)

    def lines(self, questionnaire_code: str) -> Sequence[ProfileQuestionnaireLine]:
        """The lines of a questionnaire as they will be, in their order."""
        return self._all(ProfileQuestionnaireLine, profile_questionnaire_code=questionnaire_code)

    def _all(self, kind: type[RecordT], **equal: str) -> Sequence[RecordT]:
        found: dict[tuple[Any, ...], RecordT] = {
            key_of(row): row for row in self._store.records.all(kind, **equal)
        }
        for key, row in self._new[kind.__table__].items():
            if all(getattr(row, name) == value for name, value in equal.items()):
                found[key] = cast("RecordT", row)
        return [found[key] for key in sorted(found)]

    def _stored(self, table: str) -> Collection[Value]:
        if table not in self._old:
            kind = record_kinds().get(table)
            rows = self._store.records.all(kind) if kind else ()
            self._old[table] = frozenset(key_of(row)[0] for row in rows)
        return self._old[table]
