"""Contacts that matched and were left out of a segment, and why."""

from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property, reduce
from itertools import chain, islice
from operator import or_
from typing import Any, overload

import attrs

from segmentation.bitmaps import EMPTY, Bitmap, from_flags, to_positions
from segmentation.codes import Option
from segmentation.contacts import CorrespondenceType
from segmentation.frozen import FrozenMapping, freeze_within
from segmentation.languages import ENGLISH
from segmentation.markup import SHOWN, to_table
from segmentation.serialization import JSON
from segmentation.showing import shown_by

from ._rosters import Listed, Roster


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

    def names(self, nos: AbstractSet[str]) -> bool:
        """Whether one of these contacts was left out. No `LeftOut` is made for that."""
        places = reduce(or_, self.reasons.values(), EMPTY)
        return bool(places & self.who.shared(nos)) or any(
            each.contact_no in nos for each in self.unread
        )

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
        return [left_out_to_data(each) for each in self._made]

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


def left_out_to_data(left_out: LeftOut) -> JSON:
    """Number and reason; for a row that cannot be read also what else is known of it."""
    plain = LeftOut(left_out.contact_no, left_out.reason)
    data: list[JSON] = [left_out.contact_no, str(left_out.reason)]
    if left_out == plain:
        return data
    data += [left_out.field, left_out.value, left_out.rows, left_out.row]
    return [*data, left_out.entry_no] if left_out.entry_no else data


def left_out_from_data(data: JSON) -> LeftOut:
    """The inverse of `left_out_to_data`."""
    no, why, *more = data
    return LeftOut(no, LeftOutReason(why), *more)
