"""The words of selections, taken apart: one table of phrases that is written from and read by.

A phrase is a sentence of `segmentation.languages.Phrases` with holes for what goes in. What stands
between the holes is how its place in a text is found. Knows no trees.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from typing import TypeAlias

import attrs

from segmentation.criteria._trees import Schema, Table
from segmentation.errors import FilterError
from segmentation.fields import Field, FieldType
from segmentation.languages import Phrases

TESTS = (
    *("equal", "equal_not", "none_of", "like", "like_not", "known", "is_known", "range"),
    *("from", "above", "to", "below", "or_more", "or_less"),
    *("since", "after", "not_before", "until", "before", "not_after"),
    *("known_until", "known_before", "known_not_after", "in_last"),
)
"""The phrases of what is asked of a value."""

LEAVES = (
    *("everybody", "any_contact", "in_segment", "in_segment_not", "in_logged", "in_logged_not"),
    *("share", "followed", "has_where", "has_no_where", "has", "has_no"),
    *("count", "distinct", "sum", "earliest", "latest"),
)
"""The phrases of what is asked of a contact, but for conditions on its own fields."""

_OTHERS = (
    *("and", "or", "next", "comma", "group", "not", "blank", "yes", "no", "any_case", "any_accent"),
    *("rows", "rows_where", "nothing_asked", "descending", "first", "first_by", "sample"),
    *("followed_within", "followed_later_day", "followed_without", "followed_by", "aspect"),
    *("day_of_year", "month", "weekday", "age_in_days", "age_in_years"),
)

UNITS: Mapping[str, tuple[str, str]] = {
    "D": ("day", "days"),
    "WD": ("working_day", "working_days"),
    "W": ("one_week", "weeks"),
    "M": ("one_month", "months"),
    "Q": ("one_quarter", "quarters"),
    "Y": ("one_year", "years"),
}
"""The phrases of one and of several days, working days, weeks, months, quarters, years."""

DAYS: Mapping[str, str] = {
    "today": "t",
    "yesterday": "t-1D",
    "tomorrow": "t+1D",
    "work_date": "w",
    "end_of_week": "CW",
    "end_of_month": "CM",
    "end_of_quarter": "CQ",
    "end_of_year": "CY",
    "start_of_week": "-CW",
    "start_of_month": "-CM",
    "start_of_quarter": "-CQ",
    "start_of_year": "-CY",
}
"""The phrases of single days, and how filters write them."""

BARE = re.compile(r"[+-]?\w(?:[\w.:/+&'-]*\w)?")
"""A value that may stand without quotes, if it is no word of the language."""

_LEXEME = re.compile(
    r"""\s*(?:
        (?P<quoted> “(?:[^”]|””)*” | «(?:[^»]|»»)*» | "(?:[^"]|"")*" )
      | (?P<sign> [(),;] )
      | (?P<word> [^\s(),;“”«»"]+ )
      | (?P<stray> . )
    )""",
    re.VERBOSE | re.DOTALL,
)
_SIGNS = re.compile(r"""[(),;“”«»"]""")
_HOLE = re.compile(r"([“«\"]?)\{(\w+)\}[”»\"]?")


@attrs.frozen
class Word:
    """A word of a text, a sign, or something in quotes.

    Attributes:
        kind: "word", "sign", "quoted" or "end".
        text: What it says, without quotes.
        start: Where it begins.
        plain: The form in which words are compared; empty for what stands in quotes.
    """

    kind: str
    text: str
    start: int
    plain: str


def words_of(text: str) -> list[Word]:
    """The words of a text, and an end behind them.

    Raises:
        FilterError: A quote is not closed, or closes what was not opened.
    """
    found, end = [], len(text.rstrip())
    for lexeme in _LEXEME.finditer(text, 0, end):
        kind = str(lexeme.lastgroup)
        said, start = lexeme[kind], lexeme.start(kind)
        if kind == "stray":
            reason = (
                "a quote closes that was not opened" if said in "”»" else "a quote is not closed"
            )
            raise FilterError(reason, text=text, position=start, expected="a pair of quotes")
        if kind == "quoted":
            found.append(Word(kind, said[1:-1].replace(said[-1] * 2, said[-1]), start, ""))
        else:
            found.append(Word(kind, said, start, plain_of(said)))
    return [*found, Word("end", "", len(text), "")]


def plain_of(word: str) -> str:
    """A word as it is compared with another: without regard to case and to forms of apostrophes."""
    return word.casefold().replace("\u2019", "'")


@attrs.frozen
class Hole:
    """A place in a phrase.

    Attributes:
        name: What goes in.
        quoted: Whether the phrase itself has quotes around it.
    """

    name: str
    quoted: bool


Template: TypeAlias = tuple[str | Hole, ...]
"""The words of a phrase in their plain form, with the holes between them."""


def _template(phrase: str) -> Template:
    found: list[str | Hole] = []
    done = 0
    for hole in _HOLE.finditer(phrase):
        found += [word.plain for word in words_of(phrase[done : hole.start()])[:-1]]
        found.append(Hole(hole[2], bool(hole[1])))
        done = hole.end()
    return (*found, *(word.plain for word in words_of(phrase[done:])[:-1]))


def lead_of(template: Template) -> tuple[str, ...]:
    """The words of a phrase before its first hole."""
    found = []
    for piece in template:
        if isinstance(piece, Hole):
            break
        found.append(piece)
    return tuple(found)


class Wording:
    """The phrases of one language, taken apart when they are first asked for."""

    def __init__(self, phrases: Phrases) -> None:
        self.phrases = phrases
        self._templates: dict[str, Template] = {}
        self._names: dict[str, Names] = {}

    def template(self, key: str) -> Template:
        """A phrase, taken apart."""
        if key not in self._templates:
            self._templates[key] = _template(self.phrases.texts[key])
        return self._templates[key]

    def lead(self, key: str) -> tuple[str, ...]:
        """The words of a phrase before its first hole."""
        return lead_of(self.template(key))

    def between(self, key: str, before: str, after: str = "") -> tuple[str, ...]:
        """The words between two holes of a phrase, or behind the one."""
        template = self.template(key)
        names = [piece.name if isinstance(piece, Hole) else "" for piece in template]
        stop = names.index(after) if after else len(names)
        return tuple(str(piece) for piece in template[names.index(before) + 1 : stop])

    def is_quoted(self, key: str, hole: str) -> bool:
        """Whether a phrase has quotes of its own around a hole."""
        return any(isinstance(p, Hole) and p.name == hole and p.quoted for p in self.template(key))

    @cached_property
    def _closing(self) -> str:
        return self.phrases.texts["quoted"].partition("{text}")[2]

    def quote(self, text: str) -> str:
        """A text in quotes."""
        return self.phrases.say("quoted", text=self.within_quotes(text))

    def within_quotes(self, text: str) -> str:
        """A text as it stands between quotes: what would close them comes twice."""
        return text.replace(self._closing, self._closing * 2) if self._closing else text

    @cached_property
    def tests(self) -> tuple[str, ...]:
        """The phrases of what is asked of a value, those with more words first."""
        return self._longest_first(TESTS)

    @cached_property
    def leaves(self) -> tuple[str, ...]:
        """The phrases of what is asked of a contact, those with more words first."""
        return self._longest_first(LEAVES)

    def _longest_first(self, keys: Iterable[str]) -> tuple[str, ...]:
        def words(key: str) -> tuple[int, int]:
            template = self.template(key)
            return -len(lead_of(template)), -sum(isinstance(piece, str) for piece in template)

        return tuple(sorted(keys, key=words))

    @cached_property
    def known_words(self) -> frozenset[str]:
        """Every word of the phrases that are read."""
        units = [key for pair in UNITS.values() for key in pair]
        keys = (*TESTS, *LEAVES, *_OTHERS, *DAYS, *units, "ago", "ahead")
        pieces = (piece for key in keys for piece in self.template(key))
        return frozenset(piece for piece in pieces if isinstance(piece, str))

    @cached_property
    def joints(self) -> frozenset[str]:
        """The words that would puzzle a reader in the place of a value."""
        keys = ("and", "or", "not", "blank", "equal")
        return frozenset(lead[0] for lead in map(self.lead, keys) if lead)

    @cached_property
    def _leads(self) -> frozenset[tuple[str, ...]]:
        keys = (*TESTS, *LEAVES, "not", "nothing_asked", "and", "or", "first", "first_by", "sample")
        return frozenset(map(self.lead, keys)) - {()}

    @cached_property
    def _behind_names(self) -> frozenset[str]:
        """The words that may follow the name of a field or table."""
        keys = (
            *("rows_where", "has_where", "followed", "count", "distinct", "sum"),
            *("earliest", "latest", "descending", "aspect", "group", "and", "or"),
        )
        behind = {word for key in keys for word in self._after_holes(key)}
        return frozenset({lead[0] for lead in map(self.lead, TESTS) if lead} | behind)

    def _after_holes(self, key: str) -> Iterator[str]:
        template = self.template(key)
        before: str | Hole = Hole("", quoted=False)
        for piece in template:
            if isinstance(before, Hole) and isinstance(piece, str):
                yield piece
            before = piece

    def table_names(self, schema: Schema) -> "Names":
        """What the tables of a schema are called, by their names and by their aliases."""
        if "" not in self._names:
            called = [
                (table.name, self.phrases.name(table.name), table.called)
                for table in schema.tables.values()
            ]
            called += [
                (table.alias, self.phrases.name(table.alias), ())
                for table in schema.tables.values()
                if table.alias not in {"", *schema.tables}
            ]
            self._names[""] = Names(called)
        return self._names[""]

    def field_names(self, table: Table) -> "Names":
        """What the fields of a table are called."""
        if table.name not in self._names:
            called = [
                (field.name, self.phrases.name(table.name, field.name), field.called)
                for field in table.fields.values()
            ]
            self._names[table.name] = Names(called)
        return self._names[table.name]

    def written_name(self, name: str, names: "Names", *, quoted: bool = False) -> str:
        """A name for people, in quotes where it could be read as something else.

        Args:
            name: The name of a field or table.
            names: Of all that could stand there.
            quoted: Whether it stands between quotes already.
        """
        caption = names.caption(name)
        if not quoted and names.is_clear(name, self._leads, self._behind_names):
            return caption
        said = caption if names.named(caption) == name else name
        return self.within_quotes(said) if quoted else self.quote(said)

    def option_names(self, field: Field) -> Mapping[tuple[str, ...], str]:
        """The options of a field by the words that they are called by."""
        found: dict[tuple[str, ...], str] = {}
        for option in reversed(field.options):
            if option:
                said = _plain_words(self.phrases.name("*", field.name, option))
                found |= {said: option} if said else {}
        return found

    @cached_property
    def truths(self) -> Mapping[tuple[str, ...], str]:
        """What is written for yes and no, by the words for them."""
        return {_plain_words(self.phrases.say(word)): word for word in ("yes", "no")}

    def special_words(self, field: Field) -> frozenset[str]:
        """The words that stand for values of a field in a way of their own."""
        if field.type is FieldType.OPTION:
            return frozenset(word for words in self.option_names(field) for word in words)
        return frozenset()


def _plain_words(text: str) -> tuple[str, ...]:
    """The plain words of a caption, none if it cannot be read without quotes."""
    return () if _SIGNS.search(text) else tuple(plain_of(text).split())


class Names:
    """What fields or tables are called, and which one a text names.

    Args:
        called: Of each its name, its caption, and what else it is called.
    """

    def __init__(self, called: Iterable[tuple[str, str, Iterable[str]]]) -> None:
        called = [(name, caption, tuple(others)) for name, caption, others in called]
        self._captions = {name: caption for name, caption, _ in called}
        self._spelled = [
            next((other for other in others if other.lower() == caption.lower()), caption)
            for _, caption, others in called
        ]
        self._exact: dict[str, str] = {}
        self._read: dict[tuple[str, ...], str] = {}
        own = [(name, caption) for name, caption, _ in called]
        spelled = [(name, name) for name in self._captions]
        spaced = [(name, name.replace("_", " ")) for name in self._captions]
        others = [
            (name, other)
            for name, _, more in called
            for spelled in filter(None, more)
            for other in dict.fromkeys([spelled, spelled.replace("_", " ")])
        ]
        for level in (own, spelled, spaced, others):
            self._learn(level)
        self._exact |= {name: name for name in self._captions}
        self._by_first: dict[str, list[tuple[str, ...]]] = {}
        for words in sorted(self._read, key=len, reverse=True):
            self._by_first.setdefault(words[0], []).append(words)

    def _learn(self, level: Iterable[tuple[str, str]]) -> None:
        """Take names over that are not taken; two that are called the same are called nothing."""
        exact: dict[str, set[str]] = {}
        read: dict[tuple[str, ...], set[str]] = {}
        for name, said in level:
            exact.setdefault(said, set()).add(name)
            if words := _plain_words(said):
                read.setdefault(words, set()).add(name)
        for text, names in exact.items():
            self._exact.setdefault(text, names.pop() if len(names) == 1 else "")
        for words, names in read.items():
            self._read.setdefault(words, names.pop() if len(names) == 1 else "")

    def caption(self, name: str) -> str:
        """What is said for a name."""
        return self._captions.get(name, name)

    @property
    def captions(self) -> Iterable[str]:
        """All that is said for names, with the capitals of captions."""
        return self._spelled

    def named(self, text: str) -> str:
        """The name that a text in quotes stands for, empty if there is none."""
        return self._exact.get(text) or self._read.get(_plain_words(text), "")

    def at(self, words: list[Word], place: int) -> Iterator[tuple[str, int]]:
        """The names that the words from a place on may be, each with where it ends.

        The longest comes first.
        """
        first = words[place]
        if first.kind == "quoted":
            if name := self.named(first.text):
                yield name, place + 1
            return
        for known in self._by_first.get(first.plain, ()):
            stop = place + len(known)
            if self._read[known] and tuple(w.plain for w in words[place:stop]) == known:
                yield self._read[known], stop

    def is_clear(
        self, name: str, leads: frozenset[tuple[str, ...]], behind: frozenset[str]
    ) -> bool:
        """Whether a caption can be read without quotes wherever a name may stand.

        Args:
            name: The name.
            leads: The beginnings of what may stand in the place of a name.
            behind: The words that may follow a name.
        """
        words = _plain_words(self.caption(name))
        if not words or self._read.get(words) != name:
            return False
        if any(words[: len(lead)] == lead or lead[: len(words)] == words for lead in leads):
            return False
        longer = (known for known in self._by_first[words[0]] if known[: len(words)] == words)
        return not any(len(known) > len(words) and known[len(words)] in behind for known in longer)
