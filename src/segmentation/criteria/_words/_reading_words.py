"""Reading a text word by word: what stands here, what was expected, where it does not fit.

Knows phrases, and neither filters nor selections.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import partial
from typing import Any, Generic, TypeVar

from segmentation.criteria._trees import AllOf, AnyOf, Not
from segmentation.criteria._writing import MAX_DEPTH
from segmentation.errors import FilterError, Message, near_name

from ._wording import Hole, Template, Word, Wording, lead_of, words_of

_MOST_OPEN = 4 * MAX_DEPTH
"""The greatest number of brackets that may be open at once."""

_T = TypeVar("_T")


class Unfit(Exception):  # noqa: N818 - not an error: it goes no further than this module
    """What stands here is not what was tried."""


_ItemT = TypeVar("_ItemT")


class Level(Generic[_ItemT]):
    """What was read of an open bracket, or of a whole sentence."""

    def __init__(self, closing: tuple[str, ...] = (), *, negated: bool = False) -> None:
        self.closing = closing
        self.negated = negated
        self.joint = ""
        self.items: list[_ItemT] = []

    def closed(self, items: "list[Any]") -> Any:  # noqa: ANN401 - of the items' kind
        item = items[0]
        if len(items) > 1:
            item = (AllOf if self.joint == "and" else AnyOf)(tuple(items))
        return Not(item) if self.negated else item


class WordReader:
    """Reads one text from left to right. Open brackets are kept in lists, not by recursion."""

    def __init__(self, text: str, wording: Wording) -> None:
        self._text = text
        self._wording = wording
        self._words = words_of(text)
        self._at = 0
        self._far = -1
        self._expected: list[tuple[int, Message, Iterable[str]]] = []
        self._certain: tuple[int, Message, Iterable[str]] | None = None

    @property
    def _word(self) -> Word:
        return self._words[self._at]

    def _takes(self, words: tuple[str, ...]) -> bool:
        """Go on behind these words if they stand here."""
        if not self._stands(words):
            return False
        self._at += len(words)
        return True

    def _stands(self, words: tuple[str, ...]) -> bool:
        found = self._words[self._at : self._at + len(words)]
        return tuple(word.plain for word in found) == words

    def _tried(self, read: Callable[[], _T]) -> _T | None:
        """What is read here, ``None`` if it does not fit; then the place is as before."""
        start = self._at
        try:
            return read()
        except Unfit:
            self._at = start
            return None

    def _first_of(self, keys: Iterable[str], read: Callable[[str], _T]) -> _T | None:
        """What the first phrase says that begins here and fits."""
        for key in keys:
            start = self._at
            if self._takes(self._wording.lead(key)):
                found = self._tried(partial(read, key))
                if found is not None:
                    return found
                self._at = start
        return None

    def _filled(
        self, key: str, parsers: Mapping[str, Callable[[], object]], *, lead: bool = True
    ) -> dict[str, Any]:
        """What stands in the holes of a phrase.

        Args:
            key: The phrase.
            parsers: What reads each hole.
            lead: Whether the words before the first hole are still to be read.
        """
        template: Template = self._wording.template(key)
        found = {}
        for piece in template if lead else template[len(lead_of(template)) :]:
            if isinstance(piece, Hole):
                found[piece.name] = parsers[piece.name]()
            elif not self._takes((piece,)):
                raise self._unfit_words(4, (piece,))
        return found

    def _unfit(self, rank: int, expected: Message, names: Iterable[str] = ()) -> "Unfit":
        """What to raise where something else was expected. The furthest such place is told.

        Args:
            rank: Which of several expectations is told, the lowest.
            expected: What was expected.
            names: The names that were expected.
        """
        if self._at > self._far:
            self._far, self._expected = self._at, []
        if self._at == self._far:
            self._expected.append((rank, expected, names))
        return Unfit()

    def _wrong(self, place: int, expected: Message, names: Iterable[str] = ()) -> "Unfit":
        """What to raise where it is certain what is wrong, however far one could read on."""
        self._certain = self._certain or (place, expected, names)
        return Unfit()

    def _fault(self) -> FilterError:
        if self._certain is None:
            _, expected, names = min(self._expected, key=lambda each: each[0])
        else:
            self._far, expected, names = self._certain
        word = self._words[self._far]
        is_joint = word.plain in self._wording.joints
        near = "" if is_joint else near_name(self._unknown(), names)
        if word.kind == "end":
            reason = Message("the text ends too early")
        elif near:
            reason = Message("nothing is called {name!r} here", name=self._unknown())
        else:
            reason = Message("{what} does not fit here", what=repr(word.text))
        place = word.start
        return FilterError(reason, text=self._text, position=place, expected=expected, near=near)

    def _unknown(self) -> str:
        """The words that may be meant for a name: up to those of a phrase."""
        ends = self._wording.known_words
        found: list[str] = []
        place = self._far
        while self._words[place].kind in {"word", "quoted"}:
            if found and self._words[place].plain in ends:
                break
            found.append(self._words[place].text)
            place += 1
        return " ".join(found)

    def _joint(self) -> str:
        return next((key for key in ("and", "or") if self._takes(self._wording.lead(key))), "")

    def _unfit_words(self, rank: int, words: Iterable[str]) -> "Unfit":
        said = self._wording.quote(" ".join(words))
        return self._unfit(rank, Message("{words}", words=said))

    def _unfit_joint(self) -> "Unfit":
        say, quote = self._wording.phrases.say, self._wording.quote
        joints = ", ".join(quote(say(key).strip()) for key in ("and", "or", "next"))
        return self._unfit(3, Message("{joints}, or the end", joints=joints))

    def _open(self, levels: "list[Level[Any]]") -> None:
        """Read all brackets that open here."""
        while True:
            negated = self._takes(self._wording.lead("not"))
            if not negated and not self._takes(self._wording.lead("group")):
                return
            closing = self._wording.between("not" if negated else "group", "item")
            levels.append(Level(closing, negated=negated))
            if len(levels) > _MOST_OPEN + 1:
                expected = Message("at most {limit} open brackets", limit=_MOST_OPEN)
                raise self._wrong(self._at - 1, expected)

    def _joins(self, level: "Level[Any]", joint: str, start: int) -> None:
        if level.joint and level.joint != joint:
            raise self._wrong(start, Message("brackets around what belongs together"))
        level.joint = joint

    def _end(self) -> None:
        if self._word.kind != "end":
            raise self._unfit_joint()

    def _matched(self, pattern: "re.Pattern[str]", expected: str) -> str:
        word = self._word
        if word.kind != "word" or not pattern.fullmatch(word.text):
            raise self._unfit(2, Message(expected))
        self._at += 1
        return word.text
