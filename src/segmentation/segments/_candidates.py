"""Candidates: who matched and would join, and who of them may not.

Here privacy and exclusion are known; who is on a segment already is not.
"""

from collections.abc import Iterable, Mapping

import attrs

from segmentation.bitmaps import Bitmap, from_flags
from segmentation.contacts import Contact, in_segment_order
from segmentation.frozen import freeze_within
from segmentation.languages import ENGLISH
from segmentation.markup import to_table
from segmentation.showing import shown_by

from ._actions import LeftOutReason, counts_of, nos_by_reason
from ._rosters import Listed, Roster, nos_in_order

BARRED = (LeftOutReason.BLOCKED, LeftOutReason.NO_CONSENT, LeftOutReason.EXCLUDED)
"""Why contacts may not join, the reason that goes first before the others."""


@shown_by("count", "counts")
@attrs.frozen(eq=False, field_transformer=freeze_within)
class Candidates:
    """Contacts that a choice found, those who come along with them included.

    Attributes:
        who: All of them, in the order in which they would join.
        barred: Who of them may not join, by reason; each contact under the first that applies.
            Exclusion is told whether it will be heeded or not.
    """

    who: Roster
    barred: Mapping[LeftOutReason, Bitmap]

    @property
    def count(self) -> int:
        """How many there are."""
        return self.who.everyone.bit_count()

    @property
    def counts(self) -> Mapping[LeftOutReason, int]:
        """How many may not join, by reason."""
        return counts_of(self.barred)

    def _plain_(self) -> Mapping[str, object]:
        barred = dict(nos_by_reason(self.who, self.barred))
        return {"count": self.count, "contact_nos": nos_in_order(self.who), **barred}

    def _repr_html_(self) -> str:
        """How many there are, and how many may not join for each reason."""
        rows = [(ENGLISH.name("*", "reason", reason), n) for reason, n in self.counts.items()]
        return to_table(["may not join", "contacts"], rows, caption=f"{self.count:,} candidates")

    @classmethod
    def of(cls, contacts: Iterable[Contact]) -> "Candidates":
        """Candidates out of contacts that are at hand, in any order."""
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
