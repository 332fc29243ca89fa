"""Patterns without regard to case or accents as regular expressions of an engine."""

from collections.abc import Iterable, Mapping
from functools import cache

import narwhals as nw

from segmentation.criteria import BEYOND_ASCII, Letters, Pattern, Wild, replacements


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
    return f"(?s){'|'.join(_regex(pattern, letters) for pattern in patterns)}"


def _regex(pattern: Pattern, letters: Letters) -> str:
    """A regular expression that searches: a run of anything at an end is no part of it."""
    signs = {Wild.ANY_RUN: ".*", Wild.ANY_ONE: "."}
    begins, ends = (pattern[at] is not Wild.ANY_RUN for at in (0, -1))
    written = [
        signs[piece]
        if isinstance(piece, Wild)
        else "".join(_one_of((each, *_all_sources(each, letters))) for each in piece)
        for piece in pattern[not begins : None if ends else -1]
    ]
    return "".join([r"\A" * begins, *written, r"\z" * ends])


def is_plain(pattern: Pattern) -> bool:
    """Whether lower case, as any engine makes it, tells who fits a pattern without regard to case.

    It does where no letter beyond ASCII becomes one of the pattern's, and none is counted.
    """
    return all(
        piece is Wild.ANY_RUN
        or (isinstance(piece, str) and piece.isascii() and BEYOND_ASCII.keys().isdisjoint(piece))
        for piece in pattern
    )


def _all_sources(letter: str, letters: Letters) -> tuple[str, ...]:
    """The letters that become a letter."""
    if letters is Letters.ANY_CASE and letter.isascii():
        upper = (letter.upper(),) if letter.islower() else ()
        return (*upper, *BEYOND_ASCII.get(letter, ""))
    return _sources(letters).get(letter, ())


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
