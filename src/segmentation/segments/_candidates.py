"""Candidates: the contacts that a selection found, and those among them that may not be added.

This module knows privacy and exclusion. It does not know who is in a segment already.
"""

from collections.abc import Iterable, Mapping, Sequence

import attrs

from segmentation.bitmaps import Bitmap, from_flags
from segmentation.contacts import Contact, in_segment_order
from segmentation.frozen import freeze_within
from segmentation.languages import ENGLISH
from segmentation.markup import to_table
from segmentation.showing import shown_by

from ._left_out import LeftOut, LeftOutReason, counts_of, nos_by_reason
from ._rosters import Listed, Roster, nos_in_order

BARRED = (LeftOutReason.BLOCKED, LeftOutReason.NO_CONSENT, LeftOutReason.EXCLUDED)
"""The reasons why contacts may not be added. The first that applies counts."""


@shown_by("count", "counts")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Candidates:
    """The contacts that a selection found, and those that the options add.

    Attributes:
        who: All candidates, in the order of a segment's lines.
        barred: The places of those that may not be added, by reason. Each contact is under the
            first reason that applies. Exclusion is recorded even if the options ignore it.
        unread: Rows of a host's that were found too and cannot be read safely. They are no
            candidates: they join no segment and bring nobody with them.
    """

    who: Roster
    barred: Mapping[LeftOutReason, Bitmap]
    unread: Sequence[LeftOut] = ()

    @property
    def count(self) -> int:
        """The number of candidates."""
        return self.who.everyone.bit_count()

    @property
    def counts(self) -> Mapping[LeftOutReason, int]:
        """How many candidates may not be added, and how many rows cannot be read, by reason."""
        return counts_of(self.barred, self.unread)

    def _plain_(self) -> Mapping[str, object]:
        barred = dict(nos_by_reason(self.who, self.barred, self.unread))
        return {"count": self.count, "contact_nos": nos_in_order(self.who), **barred}

    def _repr_html_(self) -> str:
        """The number of candidates, and of those that may not be added, by reason."""
        rows = [(ENGLISH.name("*", "reason", reason), n) for reason, n in self.counts.items()]
        return to_table(["may not join", "contacts"], rows, caption=f"{self.count:,} candidates")

    @classmethod
    def of(cls, contacts: Iterable[Contact]) -> "Candidates":
        """The candidates for contacts in any order."""
        joining = in_segment_order(contacts)
        reasons = list(map(_barred, joining))
        return cls(
            Listed.of(joining),
            {each: from_flags(bytes([reason is each for reason in reasons])) for each in BARRED},
        )


def _barred(contact: Contact) -> LeftOutReason | None:
    """Why a contact may join no segment, or none that heeds exclusion."""
    if contact.privacy_blocked:
        return LeftOutReason.BLOCKED
    if not contact.may_be_contacted:
        return LeftOutReason.NO_CONSENT
    return LeftOutReason.EXCLUDED if contact.exclude_from_segment else None
