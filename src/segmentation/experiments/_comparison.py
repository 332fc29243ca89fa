"""Arms of an experiment beside each other: rates or means, each arm set beside the first one."""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import attrs

from segmentation.codes import Option, to_code
from segmentation.errors import InvalidValue, Message, UnknownName
from segmentation.frozen import freeze_within
from segmentation.markup import to_percent, to_table, to_text
from segmentation.showing import shown_by

from ._statistics import (
    Interval,
    fisher,
    holm,
    needs_exact,
    newcombe,
    pearson,
    sample_ratio,
    t_quantile,
    welch,
    wilson,
)

_LEAST = 2
"""How many arms are compared at least, and of how many figures a mean needs to be."""

RATIO_IS_OFF = 0.001
"""Below this p, the sizes of the arms are not what the split says."""


def _to_numbers(given: Iterable[str] | str) -> tuple[str, ...]:
    """Numbers of contacts, each once; a text is one."""
    nos = (given,) if isinstance(given, str) else given
    return tuple(dict.fromkeys(map(to_code, nos)))


@shown_by("name", "contact_nos")
@attrs.frozen
class Arm:
    """Contacts that were asked in the same way, to be compared with others.

    >>> Arm("letter", ["ct1", "CT2"]).contact_nos
    ('CT1', 'CT2')

    Attributes:
        name: What the arm is called.
        contact_nos: Numbers of its contacts, each once.
    """

    name: str
    contact_nos: tuple[str, ...] = attrs.field(converter=_to_numbers)


@shown_by("name", "contacts", "responses", "rate")
@attrs.frozen(kw_only=True)
class Group:
    """One arm of a comparison of rates: how many were asked, how many responded.

    Attributes:
        name: What the arm is called.
        contacts: Contacts in it.
        responses: How many of them responded; each counts once.
    """

    name: str
    contacts: int
    responses: int

    @property
    def rate(self) -> float:
        """Responses for each contact, 0.25 for one of four; 0 in an empty arm."""
        return self.responses / self.contacts if self.contacts else 0.0

    def interval(self, confidence: float = 0.95) -> Interval:
        """Wilson's interval of the rate.

        >>> Group(name="mail", contacts=20, responses=0).interval()[0]
        0.0

        Raises:
            InvalidValue: The arm is empty, or the confidence is not between 0 and 1.
        """
        check_confidence(confidence)
        _check_group(self)
        return wilson(self.responses, self.contacts, confidence)


@shown_by("name", "contacts", "mean", "variance")
@attrs.frozen(kw_only=True)
class Amounts:
    """One arm of a comparison of means: a figure of each of its contacts, summed up.

    Attributes:
        name: What the arm is called.
        contacts: Contacts in it.
        mean: The mean of their figures.
        variance: The variance of their figures, of a sample.
    """

    name: str
    contacts: int
    mean: float
    variance: float

    @classmethod
    def of(cls, name: str, figures: Iterable[float]) -> "Amounts":
        """The arm with these figures, one for each contact.

        >>> Amounts.of("mail", [0, 6, 9]).mean
        5.0

        Raises:
            InvalidValue: There are less than two figures.
        """
        found = [float(figure) for figure in figures]
        if len(found) < _LEAST:
            reason = Message(
                "contacts in arm {name} are too few; a mean needs {least}", name=name, least=_LEAST
            )
            raise InvalidValue("contacts", len(found), reason)
        mean = math.fsum(found) / len(found)
        variance = math.fsum((each - mean) ** 2 for each in found) / (len(found) - 1)
        return cls(name=name, contacts=len(found), mean=mean, variance=variance)

    def interval(self, confidence: float = 0.95) -> Interval:
        """Student's interval of the mean.

        Raises:
            InvalidValue: The confidence is not between 0 and 1.
        """
        check_confidence(confidence)
        half = t_quantile(confidence, self.contacts - 1) * math.sqrt(self.variance / self.contacts)
        return self.mean - half, self.mean + half


class Method(Option):
    """How it is tested whether two arms differ."""

    CHI_SQUARE = "chi_square"
    FISHER = "fisher"
    WELCH = "welch"


@shown_by("name", "base", "difference", "low", "high", "p_value", "p_corrected", "method")
@attrs.frozen(kw_only=True)
class Difference:
    """An arm set beside the first one.

    Attributes:
        name: What the arm is called.
        base: What the first arm is called.
        difference: Rate or mean of the arm less that of the first.
        low: Lower end of the difference's confidence interval.
        high: Upper end.
        method: How p was found.
        p_value: The chance of such a difference where there is none.
        p_corrected: The same, corrected by Holm for the number of arms.
        confidence: How often such an interval holds the true difference, from 0 to 1.
    """

    name: str
    base: str
    difference: float
    low: float
    high: float
    method: Method
    p_value: float
    p_corrected: float
    confidence: float

    @property
    def is_significant(self) -> bool:
        """Whether the corrected p is below 1 less the confidence."""
        return self.p_corrected < 1 - self.confidence


@shown_by("groups", "differences", "in_several", "remarks")
@attrs.frozen(kw_only=True, field_transformer=freeze_within)
class Comparison:
    """Arms side by side, the first of them as what the others are set beside.

    Attributes:
        groups: The arms in the order in which they were named.
        differences: Each arm but the first, set beside the first.
        confidence: How often an interval holds the true value, from 0 to 1.
        in_several: Numbers of contacts that are in several arms, and count in none.
        remarks: What throws doubt on the comparison, for people.
    """

    groups: Sequence[Group] | Sequence[Amounts]
    differences: Sequence[Difference]
    confidence: float
    in_several: Sequence[str] = ()
    remarks: Sequence[str] = ()

    def __getitem__(self, name: str) -> Difference:
        """The difference of an arm.

        Raises:
            UnknownName: There is no such arm, or it is the first.
        """
        found = {each.name: each for each in self.differences}
        if name not in found:
            raise UnknownName("arm", name, known=found)
        return found[name]

    @property
    def is_significant(self) -> bool:
        """Whether any arm differs from the first, with that confidence."""
        return any(each.is_significant for each in self.differences)

    def _repr_html_(self) -> str:
        """The arms with their rates or means, by how much these differ, and the remarks."""
        beside = {each.name: each for each in self.differences}
        rows = [self._row(group, beside.get(group.name)) for group in self.groups]
        heads = ["arm", "contacts", "", "interval", "difference", "interval", "p", ""]
        caption = f"with a confidence of {to_percent(self.confidence)}"
        told = [f"in several arms, counted in none: {', '.join(self.in_several)}"]
        notes = [*(told if self.in_several else ()), *self.remarks]
        return to_table(heads, rows, caption=caption) + "".join(map(to_text, notes))

    def _row(self, group: Group | Amounts, beside: Difference | None) -> list[object]:
        value = group.rate if isinstance(group, Group) else group.mean
        written = to_percent if isinstance(group, Group) else _two_places
        own = [group.name, group.contacts, written(value)]
        own.append(" to ".join(map(written, group.interval(self.confidence))))
        if beside is None:
            return [*own, "", "", "", ""]
        ends = f"{written(beside.low)} to {written(beside.high)}"
        told = "significant" if beside.is_significant else ""
        return [*own, written(beside.difference), ends, f"{beside.p_corrected:.4f}", told]


def _two_places(value: float) -> str:
    return f"{value:,.2f}"


def compared(
    *groups: Group | Amounts,
    confidence: float = 0.95,
    shares: Mapping[str, float] | None = None,
    in_several: Iterable[str] = (),
) -> Comparison:
    """Arms compared by the rates of their responses, or by means; each beside the first.

    The interval of a difference of rates is Newcombe's (1998, method 10), made of Wilson's
    intervals of the two rates: it holds for small arms and for rates near 0 too. p is Pearson's
    chi-square without correction, or Fisher's exact test where an expected count is below 5.
    Means have Welch's interval and test. From three arms on, p is corrected by Holm.

    Args:
        *groups: Two arms or more, all of rates or all of means.
        confidence: How sure an interval is to hold the true value.
        shares: How large each arm was meant to be, in any unit, by name; looked at if given.
        in_several: Numbers of contacts that were left out, because they are in several arms.

    Raises:
        InvalidValue: There are less than two arms, two have one name, one is empty, or the
            confidence is not between 0 and 1.

    >>> letter = Group(name="letter", contacts=1000, responses=50)
    >>> mail = Group(name="mail", contacts=1000, responses=80)
    >>> found = compared(letter, mail)["mail"]
    >>> f"{found.difference:.3f} ({found.low:.3f} to {found.high:.3f}), p {found.p_value:.4f}"
    '0.030 (0.008 to 0.052), p 0.0065'
    """
    check_confidence(confidence)
    check_arms([group.name for group in groups])
    for group in groups:
        if isinstance(group, Group):
            _check_group(group)
    first, *others = groups
    alone = [_beside(first, other, confidence) for other in others]
    corrected = holm([each.p_value for each in alone])
    return Comparison(
        groups=groups,  # type: ignore[arg-type]  # all of one kind, as _beside has seen
        differences=[
            attrs.evolve(each, p_corrected=p) for each, p in zip(alone, corrected, strict=True)
        ],
        confidence=confidence,
        in_several=sorted(in_several),
        remarks=_remarks(groups, shares) if shares else (),
    )


def check_confidence(confidence: float) -> None:
    """See that a confidence is a share.

    Raises:
        InvalidValue: It is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise InvalidValue("confidence", confidence, "is not between 0 and 1")


def check_arms(names: Sequence[str]) -> None:
    """See that there are two arms or more, each with a name of its own.

    Raises:
        InvalidValue: There are less, or two have one name.
    """
    if len(names) < _LEAST:
        raise InvalidValue("arms", len(names), "is not enough; two arms or more are compared")
    for one, other in combinations(names, 2):
        if one == other:
            raise InvalidValue("arms", one, "is the name of two arms; name each arm once")


def _check_group(group: Group) -> None:
    if not 0 <= group.responses <= group.contacts or not group.contacts:
        reason = Message(
            "contacts in arm {name} cannot have {count} responses; each contact counts once",
            name=group.name,
            count=group.responses,
        )
        raise InvalidValue("contacts", group.contacts, reason)


def _beside(first: Group | Amounts, other: Group | Amounts, confidence: float) -> Difference:
    if isinstance(first, Group) and isinstance(other, Group):
        counts = first.responses, first.contacts, other.responses, other.contacts
        difference = other.rate - first.rate
        low, high = newcombe(*counts, confidence)
        method = Method.FISHER if needs_exact(*counts) else Method.CHI_SQUARE
        p_value = fisher(*counts) if method is Method.FISHER else pearson(*counts)
    elif isinstance(first, Amounts) and isinstance(other, Amounts):
        difference, method = other.mean - first.mean, Method.WELCH
        (low, high), p_value = welch(first, other, confidence)
    else:
        reason = "is an arm of another kind than the first; compare rates, or means"
        raise InvalidValue("arms", other.name, reason)
    return Difference(
        name=other.name,
        base=first.name,
        difference=difference,
        low=low,
        high=high,
        method=method,
        p_value=p_value,
        p_corrected=p_value,
        confidence=confidence,
    )


def _remarks(groups: Sequence[Group | Amounts], shares: Mapping[str, float]) -> list[str]:
    """Whether the arms are as large as they were meant to be."""
    found = [group.contacts for group in groups]
    meant = [shares.get(group.name, 0.0) for group in groups]
    whole = math.fsum(meant)
    if not whole:
        return []
    expected = [sum(found) * share / whole for share in meant]
    p_value = sample_ratio(found, expected)
    if p_value >= RATIO_IS_OFF:
        return []
    sizes = ", ".join(
        f"{group.name} {group.contacts:,} ({mean:,.0f})"
        for group, mean in zip(groups, expected, strict=True)
    )
    return [
        Message(
            "the sample ratio is off, found and expected: {sizes}; p {p}",
            sizes=sizes,
            p=f"{p_value:.1e}",
        )
    ]
