"""Criteria actions: the steps that built a segment, and what each of them did.

An action records exactly which lines it added and which it removed, so that it can be undone. This
module knows the stored form of actions, but not segments.
"""

import datetime as dt
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, reduce
from itertools import chain, islice
from operator import or_
from typing import Any, overload

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, to_positions
from segmentation.codes import Option
from segmentation.contacts import CorrespondenceType
from segmentation.criteria import MEANING, AsOf, Criteria
from segmentation.errors import InvalidValue, Message
from segmentation.fields import Extra, LongText, Record, ShortCode, Text, to_extra, with_converters
from segmentation.frozen import FrozenMapping, freeze_within
from segmentation.languages import ENGLISH
from segmentation.markup import SHOWN, to_figures, to_table
from segmentation.serialization import (
    JSON,
    criteria_from_data,
    criteria_to_data,
    from_data,
    from_json,
    reason_of,
    to_data,
    to_json,
)
from segmentation.showing import shown_by

from ._blocks import LINE_STEP, Alike
from ._line import SegmentLine
from ._lines import Lines, Part, alike, to_lines
from ._rosters import Listed, Roster


class ActionKind(Option):
    """What a criteria action does."""

    ADD = "add"
    REDUCE = "reduce"
    REFINE = "refine"
    REFRESH = "refresh"


class LeftOutReason(Option):
    """Why a contact that matched was left out."""

    EXCLUDED = "excluded"
    BLOCKED = "blocked"
    NO_CONSENT = "no_consent"
    ALREADY_THERE = "already_there"
    REMOVED_BY_HAND = "removed_by_hand"
    GONE = "gone"
    BOUNCED = "bounced"
    COMPLAINED = "complained"
    SUPPRESSED = "suppressed"
    SAME_ADDRESS = "same_address"
    NOT_GIVEN = "not_given"
    """No consent for the purpose of the template."""
    WITHDRAWN = "withdrawn"
    RAN_OUT = "ran_out"
    WRITTEN_TO_BEFORE = "written_to_before"
    """A segment of the same chain has written to it, or held it back."""
    HOLDOUT = "holdout"
    """Held out of all promotions for a while."""
    NOT_YET = "not_yet"
    """A cap is reached, or it is quiet: nobody is left out for it, but written to later."""
    HELD_BACK = "held_back"
    """In the held-back arm of the segment's split."""
    BLANK_NUMBER = "blank_number"
    """A row of a host's that has no number."""
    DOUBLED = "doubled"
    """Rows of a host's that have one number and differ."""
    UNKNOWN_OPTION = "unknown_option"
    """A row of a host's with a word that is no option and stands for none."""
    UNREADABLE = "unreadable"
    """A row of a host's with a value that is none of its field's type: a yes or no, above all."""


UNREAD = (
    LeftOutReason.BLANK_NUMBER,
    LeftOutReason.DOUBLED,
    LeftOutReason.UNKNOWN_OPTION,
    LeftOutReason.UNREADABLE,
)
"""The reasons why a row of a host's cannot be read safely. The first that applies counts."""


@shown_by("contact_no", "reason")
@attrs.frozen
class LeftOut:
    """A contact that matched and was left out, and the reason.

    Attributes:
        contact_no: Its number; blank for a row of a host's that has none.
        reason: The reason.
        field: The field that cannot be read, if that is the reason.
        value: What stands there.
        rows: How many rows of a host's have the number.
        row: Which row it is, from 1, where a host's rows have an order; or else 0.
        entry_no: The entry of the journal that is the reason; 0 if none is.
    """

    contact_no: str
    reason: LeftOutReason
    field: str = ""
    value: str = ""
    rows: int = 1
    row: int = 0
    entry_no: int = 0

    def __str__(self) -> str:
        """The number, with what stands in the way: ``P1 (type 'Firma')``, ``B (2 rows)``."""
        details = [
            f"row {self.row}" if self.row else "",
            f"{self.rows} rows" if self.rows > 1 else "",
            f"{self.field} {self.value!r}" if self.field else "",
            f"entry {self.entry_no}" if self.entry_no else "",
        ]
        told = ", ".join(filter(None, details))
        return f"{self.contact_no or '—'} ({told})" if told else self.contact_no or "—"


@shown_by("counts")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class LeftOuts(Sequence[LeftOut]):
    """The contacts that were left out, in the order of lines. Each `LeftOut` is made when needed.

    Attributes:
        who: The contacts that matched.
        reasons: The places of those that were left out, by reason.
        unread: Rows that matched and cannot be read safely. They are on no roster and come last.
        entry_nos: The entries of the journal that are the reasons, by contact.
    """

    who: Roster
    reasons: Mapping[LeftOutReason, Bitmap]
    unread: Sequence[LeftOut] = ()
    entry_nos: Mapping[str, int] = FrozenMapping()

    def __reduce__(self) -> tuple[Callable[..., "LeftOuts"], tuple[Any, ...]]:
        return to_left_outs, (tuple(self),)

    @property
    def counts(self) -> Mapping[LeftOutReason, int]:
        """How many contacts were left out, by reason."""
        return counts_of(self.reasons, self.unread)

    def __len__(self) -> int:
        return sum(places.bit_count() for places in self.reasons.values()) + len(self.unread)

    @overload
    def __getitem__(self, index: int) -> LeftOut: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[LeftOut, ...]: ...
    def __getitem__(self, index: int | slice) -> LeftOut | tuple[LeftOut, ...]:
        return self._made[index]

    def __iter__(self) -> Iterator[LeftOut]:
        return iter(self._made)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and self._made == tuple(other)

    def __hash__(self) -> int:
        return hash(self._made)

    def _plain_(self) -> Mapping[str, object]:
        return dict(nos_by_reason(self.who, self.reasons, self.unread))

    def _repr_html_(self) -> str:
        """How many contacts were left out for each reason, and the first of them."""
        rows = [
            [ENGLISH.name("*", "reason", reason), count, self._first(reason)]
            for reason, count in self.counts.items()
        ]
        return to_table(["reason", "contacts", ""], rows, caption=f"{len(self):,} left out")

    def _first(self, reason: LeftOutReason) -> str:
        places = self.who.in_order(self.reasons.get(reason, EMPTY))
        unread = [each for each in self.unread if each.reason is reason]
        more = len(places) + len(unread) - SHOWN
        first = chain(self.who.contact_nos(places[:SHOWN]), map(str, unread[:SHOWN]))
        shown = ", ".join(islice(first, SHOWN))
        return f"{shown} … and {more:,} more" if more > 0 else shown

    @cached_property
    def stored(self) -> Sequence[JSON]:
        """The contacts as plain data; refreshes that change nothing share them."""
        return [_left_out_to_data(each) for each in self._made]

    @cached_property
    def _made(self) -> tuple[LeftOut, ...]:
        who, places = self.who, reduce(or_, self.reasons.values(), EMPTY)
        reason_of = {
            place: reason for reason, here in self.reasons.items() for place in to_positions(here)
        }
        order = who.in_order(places)
        pairs = zip(who.contact_nos(order), map(reason_of.__getitem__, order), strict=True)
        entry_of = self.entry_nos.get
        made = (LeftOut(no, reason, entry_no=entry_of(no, 0)) for no, reason in pairs)
        return (*made, *self.unread)


def counts_of(
    reasons: Mapping[LeftOutReason, Bitmap], unread: Iterable[LeftOut] = ()
) -> Mapping[LeftOutReason, int]:
    """The number of places and rows for each reason, in the order of the reasons, without zeros."""
    rows = Counter(each.reason for each in unread)
    found = {each: reasons.get(each, EMPTY).bit_count() + rows[each] for each in LeftOutReason}
    return FrozenMapping((reason, count) for reason, count in found.items() if count)


def nos_by_reason(
    who: Roster, reasons: Mapping[LeftOutReason, Bitmap], unread: Sequence[LeftOut] = ()
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The contacts of a roster for each reason that applies to some, and the unread ones."""
    for reason in counts_of(reasons, unread):
        listed = who.contact_nos(who.in_order(reasons.get(reason, EMPTY)))
        rows = (each.contact_no for each in unread if each.reason is reason)
        yield reason, (*listed, *rows)


def to_left_outs(left_out: Iterable[LeftOut]) -> LeftOuts:
    """The contacts that were left out as `LeftOuts`, in the given order; unread rows come last."""
    if isinstance(left_out, LeftOuts):
        return left_out
    given_out = tuple(left_out)
    found = [each for each in given_out if each.reason not in UNREAD]
    unread = tuple(each for each in given_out if each.reason in UNREAD)
    who = Listed(
        numbers=tuple([each.contact_no for each in found]),
        company_nos=("",) * len(found),
        manners=(("", CorrespondenceType.BLANK, ""),),
        manner_of=array("I", [0]) * len(found),
    )
    given = [each.reason for each in found]
    places = {reason: bytes([each is reason for each in given]) for reason in set(given)}
    reasons = {reason: from_flags(flags) for reason, flags in places.items()}
    entry_nos = {each.contact_no: each.entry_no for each in found if each.entry_no}
    return LeftOuts(who, reasons, unread, entry_nos)


@shown_by(
    "allow_existing",
    "expand_companies",
    "allow_related_companies",
    "ignore_exclusion",
    "entire_companies",
)
@attrs.frozen(kw_only=True)
class Options:
    """The options of an action. All are off by default.

    Attributes:
        allow_existing: A contact that is already in the segment gets a second line.
        expand_companies: All contacts of the company of a match are added too.
        allow_related_companies: The company of each match is added too.
        ignore_exclusion: Contacts marked exclude_from_segment are added too.
        entire_companies: In reduce and refine, one match makes its whole company match.
    """

    allow_existing: bool = False
    expand_companies: bool = False
    allow_related_companies: bool = False
    ignore_exclusion: bool = False
    entire_companies: bool = False


def to_inserted(numbers: Iterable[int]) -> Sequence[int]:
    """Line numbers in the form that an action keeps: a range if they are evenly spaced."""
    if isinstance(numbers, range):
        return numbers
    kept = tuple(numbers)
    if kept:
        counted = range(kept[0], kept[-1] + 1, LINE_STEP)
        if tuple(counted) == kept:
            return counted
    return kept


@shown_by(
    "kind", "by_hand", "saved_code", "as_of.today", "inserted", "removed", "left_out", "lines_after"
)
@attrs.frozen(kw_only=True)
class CriteriaAction:
    """One step that built a segment.

    Attributes:
        kind: Add, reduce, refine or refresh.
        criteria: The selection, ``None`` if every contact passes.
        options: The options.
        by_hand: The single contact that was added or removed by hand.
        saved_code: The code of the saved criteria that a refresh ran, or else empty.
        as_of: The day that relative dates were computed for.
        meaning: The version of the filter language's meaning that it was recorded with.
        inserted: The numbers of the lines that the action added.
        removed: The lines that it removed, as they were.
        left_out: The contacts that matched and were left out, with the reason.
        overruled: The contacts that joined although they were excluded; ``None`` in actions that
            did not record it yet.
        lines_before: The number of lines before the action.
        lines_after: The number of lines after it.
    """

    kind: ActionKind
    criteria: "Criteria | None" = None
    options: Options = Options()
    by_hand: bool = False
    saved_code: str = ""
    as_of: AsOf | None = None
    meaning: int = MEANING
    inserted: Sequence[int] = attrs.field(converter=to_inserted, default=())
    removed: Lines = attrs.field(converter=to_lines, default=Lines())
    left_out: LeftOuts = attrs.field(converter=to_left_outs, default=to_left_outs(()))
    overruled: tuple[str, ...] | None = ()
    lines_before: int = 0
    lines_after: int = 0

    def _repr_html_(self) -> str:
        """The selection, the lines added and removed, and the contacts left out."""
        figures = {
            "action": str(self.kind),
            "by hand": "yes" if self.by_hand else None,
            "saved criteria": self.saved_code or None,
            "criteria": None if self.criteria is None else repr(self.criteria),
            "day": self.as_of.today if self.as_of else None,
            "lines before": self.lines_before,
            "joined": len(self.inserted),
            "left": len(self.removed),
            "lines after": self.lines_after,
        }
        known = {name: value for name, value in figures.items() if value is not None}
        left_out = self.left_out._repr_html_() if self.left_out else ""
        return to_figures(known) + left_out


@shown_by("action.kind", "action.by_hand", "action.as_of.today", "inserted")
@attrs.frozen(kw_only=True)
class Undone:
    """An action that was undone and can be redone.

    Attributes:
        action: The action.
        inserted: The lines that it had added, as they were when it was undone.
    """

    action: CriteriaAction
    inserted: Lines = attrs.field(converter=to_lines, default=Lines())


@attrs.frozen(kw_only=True, field_transformer=with_converters)
class SavedCriteria(Record, table="saved_segment_criteria", key=("code",)):
    """Actions saved under a code, to be run again on any segment.

    Attributes:
        actions: The actions in their stored form (see `actions_to_json`).
        saved_by: The user who saved them.
        saved_at: When they were saved.
    """

    code: ShortCode
    description: Text = ""
    saved_by: LongText = ""
    saved_at: dt.datetime | None = None
    actions: LongText = ""
    extra: Extra = attrs.field(default=(), converter=to_extra)


ACTIONS_FORMAT = 1
"""Version of the stored form of actions."""


@shown_by("version", "fields")
@attrs.frozen(field_transformer=freeze_within)
class OwnFields:
    """The fields of a host's own that actions ask for, as they were defined at the time.

    Attributes:
        version: How often the definitions in the store had changed.
        fields: Table, field and type of each.
    """

    version: int
    fields: tuple[tuple[str, str, str], ...]


def actions_to_json(
    actions: Iterable[CriteriaAction],
    undone: Iterable[Undone] = (),
    *,
    own_fields: OwnFields | None = None,
) -> str:
    """Actions in their stored form, with their effects.

    Args:
        actions: The actions, first to last.
        undone: The undone actions, in the order of `Segment.undone`.
        own_fields: The fields of a host's own that they ask for, where that is to be kept.
    """
    data = {"format": ACTIONS_FORMAT, "actions": [_action_to_data(a) for a in actions]}
    again = [
        {"action": _action_to_data(each.action), "inserted": _lines_to_data(each.inserted)}
        for each in undone
    ]
    if again:
        data["undone"] = again
    if own_fields is not None and own_fields.fields:
        data["own_fields"] = [own_fields.version, *map(list, own_fields.fields)]
    return to_json(data)


def own_fields_from_json(text: str) -> OwnFields:
    """The fields of a host's own in a text that `actions_to_json` made.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    version, *fields = _stored(text).get("own_fields", [0])
    return OwnFields(version, tuple((table, field, kind) for table, field, kind in fields))


def actions_from_json(text: str) -> tuple[CriteriaAction, ...]:
    """The inverse of `actions_to_json`.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    data = _stored(text)
    try:
        return tuple(map(_action_from_data, data["actions"]))
    except (LookupError, TypeError, ValueError) as error:
        raise _unread(text, error) from error


def undone_from_json(text: str) -> tuple[Undone, ...]:
    """The undone actions in a text that `actions_to_json` made.

    Raises:
        InvalidValue: The text does not hold stored actions, or has a later version.
    """
    try:
        return tuple(
            Undone(
                action=_action_from_data(each["action"]),
                inserted=_lines_from_data(each["inserted"]),
            )
            for each in _stored(text).get("undone", ())
        )
    except (LookupError, TypeError, ValueError) as error:
        raise _unread(text, error) from error


def _unread(text: str, error: Exception) -> InvalidValue:
    reason = Message("cannot be read: {error}", error=reason_of(error))
    return InvalidValue("actions", text[:60], reason)


def _stored(text: str) -> dict[str, JSON]:
    data = from_json(text)
    if not isinstance(data, dict) or data.get("format") != ACTIONS_FORMAT:
        raise InvalidValue("actions", text[:60], "are not of a form that this version reads")
    return data


def _action_to_data(action: CriteriaAction) -> JSON:
    as_of = action.as_of
    data = {
        "kind": str(action.kind),
        "criteria": criteria_to_data(action.criteria) if action.criteria is not None else None,
        "options": to_data(action.options),
        "by_hand": action.by_hand,
        "meaning": action.meaning,
        "as_of": [as_of.today.isoformat(), as_of.workdate.isoformat(), as_of.user]
        if as_of
        else None,
        "inserted": _runs(action.inserted),
        "removed": _lines_to_data(action.removed),
        "left_out": action.left_out.stored,
        "lines": [action.lines_before, action.lines_after],
    }
    if action.saved_code:
        data["saved_code"] = action.saved_code
    if action.overruled or (action.overruled == () and _overrules(action)):
        data["overruled"] = list(action.overruled)
    return data


def _overrules(action: CriteriaAction) -> bool:
    """Whether contacts can join by an action although they are excluded."""
    return action.by_hand or action.options.ignore_exclusion


def _overruled(data: JSON) -> tuple[str, ...] | None:
    told = data.get("overruled")
    if told is None:
        return None if data["by_hand"] or "ignore_exclusion" in data["options"] else ()
    return tuple(told)


def _meaning_of(data: JSON) -> int:
    """The version of the meaning; what bears none is of the first."""
    meaning: int = data.get("meaning", 1)
    if type(meaning) is not int or not 1 <= meaning <= MEANING:
        reason = Message("is not known; this library reads up to {known}", known=MEANING)
        raise InvalidValue("actions.meaning", meaning, reason)
    return meaning


def _action_from_data(data: JSON) -> CriteriaAction:
    as_of = data["as_of"]
    before, after = data["lines"]
    return CriteriaAction(
        kind=ActionKind(data["kind"]),
        criteria=criteria_from_data(data["criteria"]) if data["criteria"] else None,
        options=from_data(Options, data["options"]),
        by_hand=data["by_hand"],
        saved_code=data.get("saved_code", ""),
        meaning=_meaning_of(data),
        as_of=AsOf(
            dt.date.fromisoformat(as_of[0]),
            dt.date.fromisoformat(as_of[1]),
            user=as_of[2],
        )
        if as_of
        else None,
        inserted=_from_runs(data["inserted"]),
        removed=_lines_from_data(data["removed"]),
        left_out=tuple(map(_left_out_from_data, data["left_out"])),
        overruled=_overruled(data),
        lines_before=before,
        lines_after=after,
    )


def _left_out_to_data(left_out: LeftOut) -> JSON:
    """Number and reason; for a row that cannot be read also what else is known of it."""
    plain = LeftOut(left_out.contact_no, left_out.reason)
    data: list[JSON] = [left_out.contact_no, str(left_out.reason)]
    if left_out == plain:
        return data
    data += [left_out.field, left_out.value, left_out.rows, left_out.row]
    return [*data, left_out.entry_no] if left_out.entry_no else data


def _left_out_from_data(data: JSON) -> LeftOut:
    no, why, *more = data
    return LeftOut(no, LeftOutReason(why), *more)


def _lines_to_data(lines: Lines) -> JSON:
    """Lines as plain data: blocks as columns, then the lines that were changed by hand."""
    blocks = [_block_to_data(alike(part), lines.segment_no) for part in lines.parts]
    return [*blocks, *(to_data(line) for _, line in sorted(lines.changed.items()))]


def _block_to_data(block: Alike, segment_no: str) -> JSON:
    return {
        "likes": [to_data(attrs.evolve(like, segment_no=segment_no)) for like in block.likes],
        "like": list(block.who.manner_of),
        "line_no": _runs(block.numbers),
        "contact_no": block.who.numbers,
        "contact_company_no": block.who.company_nos,
    }


def _lines_from_data(data: JSON) -> Lines:
    """Lines from plain data, also from the older form that holds each line by itself."""
    blocks = [_block_from_data(row) for row in data if "likes" in row]
    rows = [from_data(SegmentLine, row) for row in data if "likes" not in row]
    if not blocks:
        return to_lines(rows)
    return Lines(
        tuple(Part(block, block.who.everyone) for block in blocks),
        changed={line.line_no: line for line in rows},
        segment_no=blocks[0].likes[0].segment_no,
    )


def _block_from_data(data: JSON) -> Alike:
    return Alike.of(
        likes=[from_data(SegmentLine, like) for like in data["likes"]],
        like_of=data["like"],
        numbers=tuple(_from_runs(data["line_no"])),
        contact_nos=tuple(data["contact_no"]),
        company_nos=tuple(data["contact_company_no"]),
    )


def _runs(numbers: Sequence[int]) -> list[list[int]]:
    """Line numbers as evenly spaced runs: pairs of first number and length."""
    if isinstance(numbers, range) and numbers:
        return [[numbers[0], len(numbers)]]
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][0] + runs[-1][1] * LINE_STEP:
            runs[-1][1] += 1
        else:
            runs.append([number, 1])
    return runs


def _from_runs(runs: Iterable[Sequence[int]]) -> Iterator[int]:
    for first, count in runs:
        yield from range(first, first + count * LINE_STEP, LINE_STEP)
