"""Selections read back from words: what `describe` says, or what a person writes in its manner.

The grammar is the table of phrases that describes (`Wording`). What does not fit is a fault with
its place; nothing is guessed and nothing is half taken. Brackets around a day behind a value are
for people and not read.
"""

import re
from decimal import Decimal
from functools import partial

import attrs

from segmentation.criteria._binding import compared_of
from segmentation.criteria._trees import (
    SHARES,
    AllOf,
    Aspect,
    Criteria,
    Cut,
    Figure,
    Filter,
    First,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Measure,
    Not,
    Order,
    Part,
    Sample,
    Schema,
    Selection,
    Table,
    Where,
)
from segmentation.errors import InvalidValue, Message
from segmentation.languages import Phrases, phrases_of

from ._reading_filters import FilterReader
from ._reading_words import Level, Unfit
from ._wording import BARE, Wording

_WHOLE = re.compile(r"[+-]?\d{1,4000}", re.ASCII)
_PERCENT = re.compile(r"\d{1,3}(?:\.\d{1,2})?", re.ASCII)


def from_words(text: str, language: str | Phrases, schema: Schema) -> Criteria | None:
    """The selection that a text says, such as `describe` makes.

    Args:
        text: The selection in words.
        language: The language of the words, as in ``fr-CH``, or the words of a host's own.
        schema: The tables and fields that it may name.

    Returns:
        The selection before binding, ``None`` where everybody is meant. Reading what `describe`
        says gives an equal selection; what was called by a caption there is called by its name.

    Raises:
        FilterError: The text does not fit. The error points to the first word that does not, and
            names what was expected there.

    >>> from segmentation.criteria import make_table
    >>> from segmentation.fields import Field, FieldType
    >>> city = Field("city", FieldType.TEXT)
    >>> schema = Schema("contact", "no", {"contact": make_table("contact", [city])})
    >>> from_words("City is Bern or is not blank", "en", schema)
    make_selection(contact={'city': "Bern|<>''"})
    """
    if not isinstance(text, str):
        raise InvalidValue("words", text, "is no text")
    phrases = phrases_of(language) if isinstance(language, str) else language
    return _Reader(text, Wording(phrases), schema).criteria()


@attrs.frozen
class _Said:
    """A node, and whether it is a condition on the contact's own fields without brackets.

    Several of these, joined by and, are one part.
    """

    node: Selection
    is_open: bool = False


class _Reader(FilterReader):
    """Reads a whole selection."""

    def __init__(self, text: str, wording: Wording, schema: Schema) -> None:
        super().__init__(text, wording)
        self._schema = schema
        self._base = schema.table(schema.base)

    def criteria(self) -> Criteria | None:
        try:
            found = self._criteria()
            self._end()
        except Unfit:
            raise self._fault() from None
        return found

    def _criteria(self) -> Criteria | None:
        if self._takes(self._wording.lead("everybody")) and self._word.kind == "end":
            return None
        self._at = 0
        sentences: list[Level[_Said]] = [self._sentence()]
        cut = None
        while cut is None and self._takes(self._wording.lead("next")):
            cut = self._cut()
            if cut is None:
                sentences.append(self._sentence())
        selection = _selected(sentences)
        return selection if cut is None else Cut(selection, cut)

    # -- selections ---------------------------------------------------------------------------

    def _sentence(self) -> Level[_Said]:
        levels: list[Level[_Said]] = [Level()]
        while True:
            self._open(levels)
            levels[-1].items.append(self._leaf())
            while len(levels) > 1 and self._takes(levels[-1].closing):
                done = levels.pop()
                levels[-1].items.append(_Said(done.closed(_merged(done))))
            start = self._at
            joint = self._joint()
            if joint:
                self._joins(levels[-1], joint, start)
            elif len(levels) > 1:
                raise self._unfit_words(3, levels[-1].closing)
            else:
                return levels[0]

    def _leaf(self) -> _Said:
        found = self._first_of(self._wording.leaves, self._leaf_of)
        if found is not None:
            return _Said(found)
        where = self._tried(lambda: self._condition(self._base))
        if where is not None:
            return _Said(Part(self._base.name, (where,)), is_open=True)
        names = self._wording.field_names(self._base)
        said = self._wording.phrases.say("in_segment", no="…")
        reason = "a field of the contact, or what is asked of it, such as {example}"
        raise self._unfit(0, Message(reason, example=self._wording.quote(said)), names.captions)

    def _leaf_of(self, key: str) -> Selection:
        match key:
            case "everybody" | "any_contact":
                return Part(self._base.name)
            case "in_segment" | "in_segment_not":
                node: Selection = InSegment(self._filled(key, {"no": self._name}, lead=False)["no"])
                return Not(node) if key == "in_segment_not" else node
            case "in_logged" | "in_logged_not":
                node = InLoggedSegment(self._filled(key, {"no": self._number}, lead=False)["no"])
                return Not(node) if key == "in_logged_not" else node
            case "share":
                share = {"seed": self._name, "start": self._percent, "stop": self._percent}
                return InShare(**self._filled(key, share, lead=False))
            case "followed":
                return self._followed()
            case "has" | "has_no" | "has_where" | "has_no_where":
                part = self._rows_of(key)
                return Not(part) if key.startswith("has_no") else part
            case _:
                return self._figure(Measure(key))

    def _rows_of(self, key: str) -> Part:
        tables: list[tuple[str, Table]] = []

        def table() -> None:
            tables.append(self._table())

        parsers = {"table": table, "conditions": lambda: self._conditions(tables[0][1])}
        conditions = self._filled(key, parsers, lead=False).get("conditions", ())
        return Part(tables[0][0], conditions)

    def _rows(self) -> Part:
        """Rows of a table, perhaps with conditions."""
        start = self._at
        for key in ("rows_where", "rows"):
            self._at = start
            found = self._tried(partial(self._rows_with_lead, key))
            if found is not None:
                return found
        raise Unfit

    def _rows_with_lead(self, key: str) -> Part:
        if not self._takes(self._wording.lead(key)):
            raise self._unfit(4, Message("a table"))
        return self._rows_of(key)

    def _followed(self) -> Followed:
        tables: list[tuple[str, Table]] = []

        def table() -> None:
            tables.append(self._table())

        def part() -> Part:
            return Part(tables[0][0], self._conditions(tables[0][1]))

        parsers = {"table": table, "first": part, "then": part}
        found = self._filled("followed", parsers, lead=False)
        by = self._filled("followed_by", {"field": lambda: self._field(tables[0][1])})["field"]
        within = self._tried(lambda: self._filled("followed_within", {"days": self._days})["days"])
        later = self._takes(self._wording.lead("followed_later_day"))
        without = self._tried(
            lambda: self._filled("followed_without", {"conditions": part})["conditions"]
        )
        return Followed(by, found["first"], found["then"], within, later, without)

    def _figure(self, measure: Measure) -> Figure:
        if measure is Measure.COUNT:
            return self._figure_of(measure, "", None)
        start = self._at
        tables = self._schema.tables.values()
        places = {
            place
            for table in tables
            for place in self._wording.field_names(table).at(self._words, self._at)
        }
        for name, stop in sorted(places, key=lambda place: -place[1]):
            self._at = start
            found = self._tried(partial(self._figure_of, measure, name, stop))
            if found is not None:
                return found
        self._at = start
        every = [name for t in tables for name in self._wording.field_names(t).captions]
        raise self._unfit(1, Message("a field of the table"), every)

    def _figure_of(self, measure: Measure, name: str, stop: int | None) -> Figure:
        """A figure whose field, if any, ends at a place."""
        start = self._at
        parts: list[Part] = []

        def field() -> None:
            self._at = stop or self._at

        def rows() -> None:
            parts.append(self._rows())
            if name:
                self._check_field(name, start, stop, parts[0].table)

        def test() -> tuple[Filter, Aspect | None]:
            table = self._schema.table(parts[0].table)
            return self._filter_or_aspect(compared_of(measure, table.fields.get(name)))

        parsers = {"field": field, "rows": rows, "test": test}
        item, aspect = self._filled(measure.value, parsers, lead=False)["test"]
        return Figure(measure, name, parts[0], item, aspect)

    def _check_field(self, name: str, start: int, stop: int | None, table: str) -> None:
        """See that words name this field in the table that follows them."""
        names = self._wording.field_names(self._schema.table(table))
        if not any(each == (name, stop) for each in names.at(self._words, start)):
            raise self._wrong(start, Message("a field of the table"), names.captions)
        self._certain = None

    def _cut(self) -> First | Sample | None:
        return self._first_of(("first_by", "first", "sample"), self._cut_of)

    def _cut_of(self, key: str) -> First | Sample:
        parsers = {"count": self._number, "order": self._orders, "seed": self._name}
        found = self._filled(key, parsers, lead=False)
        return Sample(**found) if key == "sample" else First(**found)

    def _orders(self) -> tuple[Order, ...]:
        orders = [self._order()]
        while self._takes(self._wording.lead("comma")):
            orders.append(self._order())
        return tuple(orders)

    def _order(self) -> Order:
        name = self._field(self._base)
        return Order(name, descending=self._takes(self._wording.between("descending", "field")))

    # -- names --------------------------------------------------------------------------------

    def _table(self) -> tuple[str, Table]:
        """What a table is called here, its name or its alias, and the table."""
        names = self._wording.table_names(self._schema)
        for name, stop in names.at(self._words, self._at):
            self._at = stop
            return name, self._schema.table(name)
        raise self._unfit(1, Message("a table"), names.captions)

    def _field(self, table: Table) -> str:
        names = self._wording.field_names(table)
        for name, stop in names.at(self._words, self._at):
            self._at = stop
            return name
        raise self._unfit(1, Message("a field of the table"), names.captions)

    def _name(self) -> str:
        """A number, code or seed, bare or in quotes."""
        word = self._word
        if word.kind != "quoted" and not (word.kind == "word" and BARE.fullmatch(word.text)):
            raise self._unfit(2, Message("a number or code, in quotes if it is not one word"))
        self._at += 1
        return word.text

    def _number(self) -> int:
        return int(self._matched(_WHOLE, "a whole number"))

    def _percent(self) -> int:
        return int(Decimal(self._matched(_PERCENT, "a percentage such as 12.5")) * SHARES / 100)

    # -- conditions ---------------------------------------------------------------------------

    def _conditions(self, table: Table) -> tuple[Where, ...]:
        if self._takes(self._wording.lead("nothing_asked")):
            return ()
        if not self._takes(self._wording.lead("group")):
            return self._joined_conditions(table)
        found = self._joined_conditions(table)
        closing = self._wording.between("group", "item")
        if not self._takes(closing):
            raise self._unfit_words(3, closing)
        return found

    def _joined_conditions(self, table: Table) -> tuple[Where, ...]:
        found = [self._condition(table)]
        while True:
            start = self._at
            further = None
            if self._takes(self._wording.lead("and")):
                further = self._tried(lambda: self._condition(table))
            if further is None:
                self._at = start
                return tuple(found)
            found.append(further)

    def _condition(self, table: Table) -> Where:
        names = self._wording.field_names(table)
        for name, stop in names.at(self._words, self._at):
            found = self._tried(partial(self._where, table, name, stop))
            if found is not None:
                return found
        if not any(names.at(self._words, self._at)):
            raise self._unfit(1, Message("a field of the table"), names.captions)
        raise Unfit

    def _where(self, table: Table, name: str, stop: int) -> Where:
        self._at = stop
        return Where(name, *self._filter_or_aspect(table.fields[name]))


def _merged(level: Level[_Said]) -> list[Selection]:
    """The nodes of a level: conditions on the contact that stand side by side are one part."""
    found: list[_Said] = []
    for said in level.items:
        before = found[-1] if found else None
        if level.joint == "and" and said.is_open and before is not None and before.is_open:
            found[-1] = _Said(_united(before.node, said.node), is_open=True)
        else:
            found.append(said)
    return [said.node for said in found]


def _united(first: Selection, then: Selection) -> Selection:
    if not isinstance(first, Part) or not isinstance(then, Part):  # pragma: no cover - only parts
        return AllOf((first, then))
    return Part(first.table, (*first.conditions, *then.conditions))


def _selected(sentences: list[Level[_Said]]) -> Selection:
    """The selection of several sentences, all of which must hold."""
    if len(sentences) == 1:
        found: Selection = sentences[0].closed(_merged(sentences[0]))
        return found
    items: list[Selection] = []
    for level in sentences:
        nodes = _merged(level)
        items += nodes if level.joint == "and" else [level.closed(nodes)]
    return AllOf(tuple(items))
