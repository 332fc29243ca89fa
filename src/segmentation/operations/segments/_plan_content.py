"""What logging a segment would do, as plain data with a hash, and what two of them differ in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from itertools import islice

import attrs

from segmentation.code_tables import SalespersonPurchaser
from segmentation.contacts import AlternativeAddress, CorrespondenceType, mail_addresses
from segmentation.criteria import Criteria, bind, describe
from segmentation.errors import Fault, Message, NotFound, SegmentationError
from segmentation.operations.schema import schema_of
from segmentation.protocols import Store
from segmentation.segments import (
    CriteriaAction,
    LeftOutReason,
    SavedCriteria,
    Segment,
    SegmentLine,
    actions_from_json,
)
from segmentation.serialization import (
    JSON,
    criteria_to_data,
    from_json,
    to_data,
    to_json,
)
from segmentation.setup import CompanyInformation
from segmentation.templates import WordTemplate

from ._log_plan import Prepared
from ._recipients import Sharing

_FORMAT = 1
_TEXTUAL = ("txt", "htm", "html")
_LONGEST_TEXT = 200_000
_SHOWN = 60
"""Characters of a text that are shown around the first one that differs."""

_OF_TEXT = (
    "interaction_template_code",
    "language_code",
    "subject",
    "attachment",
    "attachment_name",
    "word_template_code",
)
_NOT_OF_RECIPIENT = {"segment_no", "line_no", "subject", "attachment", "attachment_name"}


@attrs.frozen
class PlanContent:
    """What logging would do.

    Attributes:
        text: It as canonical JSON.
    """

    text: str

    @property
    def hash(self) -> str:
        """SHA-256 of it, hexadecimal."""
        return sha256(self.text.encode()).hexdigest()

    @property
    def data(self) -> Mapping[str, JSON]:
        """It as plain data."""
        found: Mapping[str, JSON] = from_json(self.text)
        return found

    @property
    def sharing(self) -> Sharing:
        """What contacts have together in it."""
        data = self.data
        return Sharing(
            one_mail_per_address=data[_ONE_MAIL],
            one_letter_per_household=data.get(_ONE_LETTER, False),
        )


def plan_content(
    store: Store, segment: Segment, prepared: Prepared, sharing: Sharing
) -> PlanContent:
    """What logging a segment would do.

    Numbers of lines are not in it, nor anything else that would differ between two stores.

    Args:
        store: Where everything is kept.
        segment: The segment as it stands.
        prepared: The lines as they would be recorded, with their letters, none of them kept.
        sharing: What contacts have together.
    """
    texts = _Texts(store)
    recipients = sorted(map(to_json, _recipients(store, prepared, texts)))
    data: dict[str, JSON] = {
        "format": _FORMAT,
        "segment_no": segment.no,
        "description": segment.header.description,
        "deliver": prepared.deliver,
        **_chosen(sharing),
        "criteria": dict(_criteria(store, segment.actions)),
        "sender": _sender(store, prepared),
        "texts": texts.data,
        "held_back": dict(sorted((e.contact_no, e.arm) for e in prepared.held_back)),
        "recipients": [from_json(each) for each in recipients],
    }
    return PlanContent(to_json(data))


_ONE_MAIL, _ONE_LETTER = "one_mail_per_address", "one_letter_per_household"


def _chosen(sharing: Sharing) -> Mapping[str, bool]:
    """What is chosen; what came later is left out where it is not, so that hashes stay."""
    letter = {_ONE_LETTER: True} if sharing.one_letter_per_household else {}
    return {_ONE_MAIL: sharing.one_mail_per_address, **letter}


def _criteria(store: Store, actions: Iterable[CriteriaAction]) -> Iterator[tuple[str, str]]:
    """What was selected last by each criteria, with the days that it was worked out for."""
    schema = schema_of(store)
    for action in actions:
        if action.by_hand or action.as_of is None:
            continue
        for criteria in _criteria_of(store, action):
            plain = to_json(criteria_to_data(criteria))
            try:
                told = describe(bind(criteria, schema, action.as_of))
            except SegmentationError:  # a field of the host's own is gone since
                told = f"{plain} {action.as_of.today}"
            yield sha256(plain.encode()).hexdigest(), told


def _criteria_of(store: Store, action: CriteriaAction) -> Iterator[Criteria]:
    """The criteria of an action, its own or those of the saved ones that it names."""
    if action.criteria is not None:
        yield action.criteria
    saved = store.records.find(SavedCriteria, action.saved_code) if action.saved_code else None
    for each in actions_from_json(saved.actions) if saved else ():
        yield from _criteria_of(store, each)


def _sender(store: Store, prepared: Prepared) -> dict[str, JSON]:
    """Whom the letters are from."""
    codes = sorted(code for (code,) in prepared.lines.counted("salesperson_code") if code)
    found = (store.records.find(SalespersonPurchaser, code) for code in codes)
    company = store.records.find(CompanyInformation) or CompanyInformation()
    return {
        "company": to_data(company),
        "salespeople": [to_data(each) for each in found if each is not None],
    }


def _recipients(store: Store, prepared: Prepared, texts: "_Texts") -> Iterator[dict[str, JSON]]:
    shared = _households(prepared)
    rest = iter(prepared.lines)
    while batch := list(islice(rest, _BATCH)):
        contacts = store.contacts.get_many([line.contact_no for line in batch])
        addresses = {contact.no: contact.e_mail for contact in contacts}
        for line in batch:
            letter = prepared.letters.get(line.line_no)
            facts = {k: v for k, v in to_data(line).items() if k not in _NOT_OF_RECIPIENT}
            yield {
                **facts,
                "text": texts.of(line),
                "e_mail": _mailed_to(store, line, addresses.get(line.contact_no, "")),
                "letter": sha256(letter.merge_data.encode()).hexdigest() if letter else "",
                **shared.get(line.line_no, {}),
            }


def _households(prepared: Prepared) -> Mapping[int, Mapping[str, JSON]]:
    """With whom contacts share a letter, by the number of the line."""
    rows = prepared.lines.rows("line_no", "contact_no") if prepared.households else ()
    nos = dict(rows)
    return {
        number: {"household": ", ".join(nos[each] for each in group)}
        for group in prepared.households
        for number in group
    }


_BATCH = 10_000


def _mailed_to(store: Store, line: SegmentLine, e_mail: str) -> str:
    if line.correspondence_type is not CorrespondenceType.EMAIL:
        return ""
    code = line.contact_alt_address_code
    other = store.records.find(AlternativeAddress, line.contact_no, code) if code else None
    return "; ".join(mail_addresses(other.e_mail if other and other.e_mail else e_mail))


class _Texts:
    """The texts that are sent, each under the template and the language that it is of."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._names: dict[tuple[str, ...], str] = {}
        self.data: dict[str, JSON] = {}

    def of(self, line: SegmentLine) -> str:
        """The name of the text of a line."""
        key = tuple(getattr(line, name) for name in _OF_TEXT)
        if key not in self._names:
            text = self._text(line)
            spoken = f"{line.interaction_template_code} {line.language_code}".strip()
            known = self.data.get(spoken)
            differs = known is not None and known != text
            name = f"{spoken} {sha256(to_json(text).encode()).hexdigest()}" if differs else spoken
            self._names[key] = name
            self.data[name] = text
        return self._names[key]

    def _text(self, line: SegmentLine) -> dict[str, JSON]:
        word = self._store.records.find(WordTemplate, line.word_template_code)
        digest, name = line.attachment, line.attachment_name
        if not digest and word is not None:
            digest, name = word.attachment, word.attachment_name
        return {
            "subject": line.subject,
            "attachment": digest,
            "attachment_name": name,
            "word_template_code": line.word_template_code,
            "text": self._content(digest) if _is_textual(name) else "",
        }

    def _content(self, digest: str) -> str:
        try:
            content = self._store.attachments.get(digest)[:_LONGEST_TEXT]
        except NotFound:
            return ""
        return content.decode(errors="replace")


def _is_textual(name: str) -> bool:
    return name.lower().rpartition(".")[2] in _TEXTUAL


# -- differences ------------------------------------------------------------------------------


def changes_since(
    before: PlanContent, now: PlanContent, left: Mapping[str, LeftOutReason]
) -> Sequence[Fault]:
    """What two plans differ in: who came, who went, what text changed.

    Args:
        before: The plan that was approved.
        now: The plan of now.
        left: Why contacts of the segment are passed over now.
    """
    old, new = before.data, now.data
    held = old["held_back"], new["held_back"]
    faults = [
        *_changed_values("header", old, new, ("description", "deliver", _ONE_MAIL, _ONE_LETTER)),
        *_changed_criteria(old["criteria"], new["criteria"]),
        *_changed_sender(old["sender"], new["sender"]),
        *_changed_texts(old["texts"], new["texts"]),
        *_changed_recipients(old["recipients"], new["recipients"], left),
        *_changed_values("held back", *held, sorted({*held[0], *held[1]})),
    ]
    return faults or list(_changed_letters(old["recipients"], new["recipients"]))


def _changed_values(
    place: str, old: Mapping[str, JSON], new: Mapping[str, JSON], names: Iterable[str]
) -> Iterator[Fault]:
    for name in names:
        before, now = old.get(name, ""), new.get(name, "")
        if before != now:
            yield Fault(place, name, _became(before, now))


def _became(before: JSON, now: JSON) -> Message:
    return Message("{before!r} became {now!r}", before=before, now=now)


def _changed_criteria(old: Mapping[str, str], new: Mapping[str, str]) -> Iterator[Fault]:
    place = Message("criteria")
    for key in (*old, *(key for key in new if key not in old)):
        if old.get(key) != new.get(key):
            yield Fault(place, "", _became(old.get(key, ""), new.get(key, "")))


def _changed_sender(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Fault]:
    place = Message("sender")
    yield from _changed_values(place, old["company"], new["company"], _names(old, new, "company"))
    before, now = ({each["code"]: each for each in plan["salespeople"]} for plan in (old, new))
    for code in sorted({*before, *now}):
        one, other = before.get(code, {}), now.get(code, {})
        yield from _changed_values(place, one, other, sorted({*one, *other}))


def _names(old: Mapping[str, JSON], new: Mapping[str, JSON], part: str) -> Sequence[str]:
    return sorted({*old[part], *new[part]})


def _changed_texts(old: Mapping[str, JSON], new: Mapping[str, JSON]) -> Iterator[Fault]:
    for name in sorted(old.keys() & new.keys()):
        before, now = old[name], new[name]
        place = Message("text {name}", name=name)
        values = ("subject", "attachment_name", "word_template_code")
        yield from _changed_values(place, before, now, values)
        if before["text"] != now["text"]:
            yield Fault(place, "attachment", _became(*_around(before["text"], now["text"])))
        elif before["attachment"] != now["attachment"]:
            yield Fault(place, "attachment", Message("has another content"))


def _around(before: str, now: str) -> tuple[str, str]:
    """Both texts where they begin to differ."""
    pairs = zip(before, now, strict=False)
    same = next((at for at, (a, b) in enumerate(pairs) if a != b), min(len(before), len(now)))
    start = max(0, same - _SHOWN // 2)
    return before[start : start + _SHOWN], now[start : start + _SHOWN]


def _changed_recipients(
    old: Sequence[Mapping[str, JSON]],
    new: Sequence[Mapping[str, JSON]],
    left: Mapping[str, LeftOutReason],
) -> Iterator[Fault]:
    before, now = _by_contact(old), _by_contact(new)
    for no in sorted(now.keys() - before.keys()):
        yield Fault(_contact(no), "", Message("came since then"))
    for no in sorted(before.keys() - now.keys()):
        reason = left.get(no)
        yield Fault(
            _contact(no),
            "",
            Message("went since then ({reason})", reason=reason)
            if reason
            else Message("went since then"),
        )
    for no in sorted(before.keys() & now.keys()):
        yield from _changed_lines(no, before[no], now[no])


def _by_contact(lines: Iterable[Mapping[str, JSON]]) -> Mapping[str, list[Mapping[str, JSON]]]:
    found: dict[str, list[Mapping[str, JSON]]] = {}
    for line in lines:
        found.setdefault(line["contact_no"], []).append(line)
    return found


def _changed_lines(
    no: str, before: Sequence[Mapping[str, JSON]], now: Sequence[Mapping[str, JSON]]
) -> Iterator[Fault]:
    if len(before) != len(now):
        reason = Message("has {now} lines now, and had {before}", now=len(now), before=len(before))
        yield Fault(_contact(no), "", reason)
        return
    for old, new in zip(before, now, strict=True):
        yield from _changed_values(_contact(no), old, new, sorted({*old, *new} - {"letter"}))


def _changed_letters(
    old: Sequence[Mapping[str, JSON]], new: Sequence[Mapping[str, JSON]]
) -> Iterator[Fault]:
    """Letters that are filled otherwise, though nothing else has changed: a name, an address."""
    for before, now in zip(old, new, strict=True):
        if before["letter"] != now["letter"]:
            reason = Message("the letter is filled otherwise")
            yield Fault(_contact(now["contact_no"]), "merge_data", reason)


def _contact(no: str) -> Message:
    return Message("contact {no}", no=no)
