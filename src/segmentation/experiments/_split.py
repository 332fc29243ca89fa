"""Splits: contacts divided into arms by a hash of their numbers."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal, InvalidOperation

import attrs

from segmentation.criteria import InShare, share_of, split
from segmentation.errors import InvalidValue, Message
from segmentation.frozen import freeze_within
from segmentation.showing import shown_by


def _to_weights(given: Mapping[str, Decimal | float]) -> Mapping[str, Decimal]:
    """Weights as they are written: 0.1 is a tenth."""
    found: dict[str, Decimal] = {}
    for name, weight in given.items():
        try:
            found[name] = Decimal(str(weight))
        except InvalidOperation:
            raise InvalidValue("split_arms", weight, "is no number") from None
    return found


@shown_by("arms", "seed", "held_back_arm")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Split:
    """Contacts divided into arms: the same contact is in the same arm on every machine.

    >>> winter = Split(arms={"letter": 40, "mail": 40, "control": 20}, seed="winter")
    >>> winter.arm_of("C01"), winter.arm_of("C02")
    ('control', 'letter')

    Attributes:
        arms: The weight of each arm, by name.
        seed: What the contacts' numbers are hashed with.
        held_back_arm: The arm whose contacts get nothing; empty for none.

    Raises:
        InvalidValue: There is no arm, a name is blank or holds a comma, a weight is no number, is
            negative, or all are 0; or the held-back arm is none of the arms.
    """

    arms: Mapping[str, Decimal] = attrs.field(converter=_to_weights)
    seed: str
    held_back_arm: str = ""
    _ends: tuple[int, ...] = attrs.field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        for name in self.arms:
            if not name.strip() or "," in name or name != name.strip():
                reason = "is no name of an arm; it may not be blank, hold a comma or end in blanks"
                raise InvalidValue("split_arms", name, reason)
        if self.held_back_arm and self.held_back_arm not in self.arms:
            reason = Message("is none of the arms; there are {known}", known=", ".join(self.arms))
            raise InvalidValue("held_back_arm", self.held_back_arm, reason)
        if not self.arms:
            raise InvalidValue("split_arms", dict(self.arms), "names no arm; give at least one")
        ends = tuple(share.stop for share in self.shares.values())
        object.__setattr__(self, "_ends", ends)

    @property
    def shares(self) -> Mapping[str, InShare]:
        """The condition that a contact is in each arm, for selections."""
        return split(self.seed, self.arms)

    def arm_of(self, contact_no: str) -> str:
        """The arm that a contact is in."""
        return next(self.arms_of([contact_no]))

    def arms_of(self, contact_nos: Iterable[str]) -> Iterator[str]:
        """The arms that contacts are in, in their order."""
        names, share = list(self.arms), share_of(self.seed)
        for no in contact_nos:
            yield names[bisect_right(self._ends, share(no))]


def arms_from_text(text: str) -> Mapping[str, Decimal]:
    """Arms and their weights from a text.

    >>> arms_from_text("letter 40, control 20")
    {'letter': Decimal('40'), 'control': Decimal('20')}

    Raises:
        InvalidValue: The text is none, or names an arm twice.
    """
    found: dict[str, Decimal] = {}
    for part in text.split(","):
        name, _, weight = part.strip().rpartition(" ")
        name = name.strip()
        try:
            value = Decimal(weight)
        except InvalidOperation:
            value = Decimal("NaN")
        if not name or not value.is_finite():
            reason = "is no arm with its weight; write them as in: letter 40, control 20"
            raise InvalidValue("split_arms", part.strip(), reason)
        if name in found:
            raise InvalidValue("split_arms", name, "is the name of two arms; name each arm once")
        found[name] = value
    return found


def arms_to_text(arms: Mapping[str, object]) -> str:
    """The inverse of `arms_from_text`."""
    return ", ".join(f"{name} {weight}" for name, weight in arms.items())
