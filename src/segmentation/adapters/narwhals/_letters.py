"""Patterns without regard to case or accents as regular expressions of a cluster's engine."""

from collections.abc import Iterable, Mapping
from functools import cache

import narwhals as nw

from segmentation.criteria import Letters, Pattern, Wild, replacements


def as_letters(value: nw.Expr, letters: Letters) -> nw.Expr:
    """A text in which each letter stands for itself: accents of their own are left out."""
    several = {each: new for each, new in replacements(letters).items() if len(new) > 1}
    for letter, new in several.items():
        value = value.str.replace_all(letter, new, literal=True)
    dropped = _sources(letters).get("", ())
    return value.str.replace_all(_one_of(dropped), "") if dropped else value


def regex_of_changed(patterns: Iterable[Pattern], letters: Letters) -> str:
    """The regular expression that such a text matches if it fits one of the patterns.

    Args:
        patterns: The patterns, their letters changed as in bound filters.
        letters: How the letters of texts are changed before they are compared.
    """
    sources = _sources(letters)
    signs = {Wild.ANY_RUN: ".*", Wild.ANY_ONE: "."}
    written = (
        "".join(
            signs[piece]
            if isinstance(piece, Wild)
            else "".join(_one_of((each, *sources.get(each, ()))) for each in piece)
            for piece in pattern
        )
        for pattern in patterns
    )
    return rf"(?s)\A(?:{'|'.join(written)})\z"


@cache
def _sources(letters: Letters) -> Mapping[str, tuple[str, ...]]:
    """The letters that become each letter, or nothing."""
    found: dict[str, list[str]] = {}
    for letter, new in replacements(letters).items():
        found.setdefault(new, []).append(letter)
    for letter in "abcdefghijklmnopqrstuvwxyz":
        found.setdefault(letter, []).append(letter.upper())
    return {new: tuple(several) for new, several in found.items()}


def _one_of(letters: Iterable[str]) -> str:
    """A class of letters."""
    return f"[{''.join(_ranges(sorted(map(ord, letters))))}]"


def _ranges(codes: Iterable[int]) -> Iterable[str]:
    """Ascending numbers of letters as ranges of a class."""
    ranges: list[list[int]] = []
    for code in codes:
        if ranges and ranges[-1][1] == code - 1:
            ranges[-1][1] = code
        else:
            ranges.append([code, code])
    for start, stop in ranges:
        yield rf"\x{{{start:x}}}-\x{{{stop:x}}}"
