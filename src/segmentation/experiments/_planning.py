"""How large the arms of an experiment have to be."""

import math
from collections.abc import Iterator
from statistics import NormalDist

from segmentation.errors import Fault, Message, Rejected

from ._comparison import check_confidence

_PLACE = "experiment"


def size_needed(
    base_rate: float, effect: float, *, power: float = 0.8, confidence: float = 0.95
) -> int:
    """How many contacts each of two arms needs, so that an effect is found.

    The formula is that of R's ``power.prop.test``: normal distributions, the variance pooled where
    there is no effect.

    Args:
        base_rate: The rate without the effect, as a fraction: 0.1 for one of ten.
        effect: By how much the rate rises, or falls if it is negative: 0.02 from 0.1 to 0.12.
        power: The chance of finding the effect if it is there.
        confidence: 1 less the chance of a false alarm.

    Raises:
        Rejected: The base rate is not from 0 to 1, the effect is 0 or leads out of 0 to 1, or the
            power is not between 0 and 1: all of it.
        InvalidValue: The confidence is not between 0 and 1.

    >>> size_needed(0.1, 0.02)
    3841
    """
    check_confidence(confidence)
    faults = list(_faults(base_rate, effect, power))
    if faults:
        raise Rejected(Message("the size of an experiment"), faults)
    quantile = NormalDist().inv_cdf
    other = base_rate + effect
    both = base_rate + other
    apart = base_rate * (1 - base_rate) + other * (1 - other)
    alarm = quantile((1 + confidence) / 2) * math.sqrt(both * (1 - both / 2))
    miss = quantile(power) * math.sqrt(max(apart, 0.0))
    return math.ceil(((alarm + miss) / effect) ** 2)


def _faults(base_rate: float, effect: float, power: float) -> Iterator[Fault]:
    is_rate = 0 <= base_rate <= 1
    if not is_rate:
        reason = Message("{value} is not from 0 to 1", value=base_rate)
        yield Fault(_PLACE, "base_rate", reason)
    if not effect or math.isnan(effect):
        reason = Message("{value} is no effect; give a rise or a fall", value=effect)
        yield Fault(_PLACE, "effect", reason)
    elif is_rate and not 0 <= base_rate + effect <= 1:
        text = "{value} leads from {base} out of 0 to 1; it may be {least:.4g} to {most:.4g}"
        reason = Message(text, value=effect, base=base_rate, least=-base_rate, most=1 - base_rate)
        yield Fault(_PLACE, "effect", reason)
    if not 0 < power < 1:
        yield Fault(_PLACE, "power", Message("{value} is not between 0 and 1", value=power))
