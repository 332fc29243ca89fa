"""Hypothesis strategies: filters, selections and contacts of any shape, for a host's own tests.

Needs Hypothesis, which a host's tests bring along; nothing else in the library imports this.

>>> from hypothesis import given
>>> from segmentation import parse, to_text
>>> @given(filters())
... def writing_and_reading_a_filter_gives_it_back(item):
...     assert parse(to_text(item)) == item
>>> writing_and_reading_a_filter_gives_it_back()
"""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from hypothesis import strategies as st

from segmentation.contacts import Contact, ContactType
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Aspect,
    Between,
    Compare,
    Figure,
    Filter,
    Followed,
    InLoggedSegment,
    InSegment,
    InShare,
    Like,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Schema,
    Selection,
    Table,
    Token,
    Where,
    Wild,
    parse,
)
from segmentation.fields import Field, FieldType

__all__ = ["contacts", "filter_texts", "filters", "filters_of", "selections"]

KeyT = TypeVar("KeyT", bound=Hashable)
MadeT = TypeVar("MadeT")

# Whatever the grammar treats in a way of its own, and letters beyond ASCII.
_LETTERS = "abAB019 .*?@%&|()<>=-+':_\\ßÅåΣςİ𝔘\t\u00a0"
_values = st.text(st.sampled_from(_LETTERS), max_size=6) | st.text(max_size=4)
_LETTERED = frozenset([FieldType.CODE, FieldType.TEXT])
_SUMMED = frozenset([FieldType.INTEGER, FieldType.DECIMAL])
_TIMED = frozenset([FieldType.DATE, FieldType.DATETIME, FieldType.TIME])
_DATED = frozenset([FieldType.DATE, FieldType.DATETIME])
_ASPECTS = {
    Aspect.DAY_OF_YEAR: [
        "0",
        "0..7",
        "-3..3",
        "360..366",
        "-1000..-700",
        "5..1",
        "<>0",
        "1|90..99",
    ],
    Aspect.MONTH: ["November", "2", "juin..août", "<>12", "<3", "''"],
    Aspect.WEEKDAY: ["sunday", "6..7", "<>Monday", "lundi|2", ">5"],
    Aspect.AGE_IN_DAYS: ["0", "-30..30", ">365", "<>1", "..0", "<-5000000|>90"],
    Aspect.AGE_IN_YEARS: ["2", "0", "-1", ">=18", "<1", "<>0&<>1", "..-20000|3.."],
}
_WORDS = {
    FieldType.CODE: ["", "DK", "dk", "SE", "N", "Ø-1", "SS1", "8000"],
    FieldType.TEXT: ["", "Hansen", "hanson", "J", "Straße", "ÅRHUS", "a*b", "50%"],
    FieldType.INTEGER: ["", "0", "1", "10", "-5", "1000"],
    FieldType.DECIMAL: ["", "0", "0.1", "-3.5", "999.99"],
    FieldType.BOOLEAN: ["", "yes", "no"],
    FieldType.DATE: ["", "t", "-1Y", "CM", "2024-02-29", "2027-01-01"],
    FieldType.DATETIME: ["", "t", "-1D", "2026-11-22 12:00", "2024-02-29"],
    FieldType.TIME: ["", "08:30", "12:00", "00:00"],
}


def filters() -> st.SearchStrategy[Filter]:
    """Any tree that can be written; most fit no field."""
    operands = st.builds(Operand, _values, st.booleans())
    patterns = st.lists(_values | st.sampled_from(Wild), max_size=5).flatmap(
        lambda pieces: st.sampled_from(Wild).map(lambda wild: [*pieces, wild])
    )
    likes = st.builds(Like, patterns, st.booleans())
    tokens = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).map(Token)
    return _closed(_comparisons(operands) | likes | tokens)


def filter_texts() -> st.SearchStrategy[str]:
    """Texts that look like filters and may parse or not."""
    signs = [*"&|()<>='@%*?\\. ", "..", "<>", "<>(", "''", "DK", "-3M", "t", "10", "%me", "ß"]
    return st.lists(st.sampled_from(signs) | _values, max_size=12).map("".join)


def filters_of(field: Field, words: Sequence[str] = ()) -> st.SearchStrategy[Filter]:
    """Filters that fit a field and can be bound to it.

    Args:
        field: The field.
        words: Values to compare with; some that are usual for the field's type if not given.
    """
    known = words or field.options or _WORDS[field.type]
    fitting = _comparisons(st.builds(Operand, st.sampled_from(known), st.booleans()))
    if field.type in _LETTERED:
        pieces = st.sampled_from(["a", "n", "D", "H", "s", "å", *Wild, *Wild])
        fitting |= st.lists(pieces, max_size=4).flatmap(
            lambda some: st.builds(Like, st.just([*some, Wild.ANY_RUN]), st.booleans())
        )
    return _closed(fitting)


def _comparisons(operands: st.SearchStrategy[Operand]) -> st.SearchStrategy[Filter]:
    return st.one_of(
        st.builds(Compare, st.sampled_from(Operator), operands),
        st.builds(Between, operands, operands),
        st.builds(Between, operands, st.none()),
        st.builds(Between, st.none(), operands),
    )


def _closed(leaves: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    """The leaves, and groups and negations of them."""
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(AllOf, st.lists(inner, min_size=2, max_size=4)),
            st.builds(AnyOf, st.lists(inner, min_size=2, max_size=4)),
        ),
        max_leaves=12,
    )


def selections(
    schema: Schema, *, segment_nos: Sequence[str] = (), logged_nos: Sequence[int] = ()
) -> st.SearchStrategy[Selection]:
    """Selections over a schema that can be bound to it: parts, figures, shares, members, groups.

    Args:
        schema: The schema.
        segment_nos: Segments that there are, to ask membership of.
        logged_nos: Logged segments that there are, by entry number.
    """
    leaves: list[st.SearchStrategy[Selection]] = [_parts(schema), _counts(schema), _shares()]
    leaves += _figures(schema)
    leaves += _followed(schema)
    leaves += [st.sampled_from(segment_nos).map(InSegment)] if segment_nos else []
    leaves += [st.sampled_from(logged_nos).map(InLoggedSegment)] if logged_nos else []
    return st.recursive(
        st.one_of(leaves),
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.builds(AllOf, st.lists(inner, min_size=2, max_size=3)),
            st.builds(AnyOf, st.lists(inner, min_size=2, max_size=3)),
        ),
        max_leaves=6,
    )


def _parts(schema: Schema) -> st.SearchStrategy[Part]:
    return _one_of(sorted(schema.tables), lambda name: _part(schema.tables[name]))


def _one_of(
    keys: Sequence[KeyT], make: Callable[[KeyT], st.SearchStrategy[MadeT]]
) -> st.SearchStrategy[MadeT]:
    """One of many strategies, each made when it is first drawn, which takes longer than to draw."""
    made: dict[KeyT, st.SearchStrategy[MadeT]] = {}

    def chosen(key: KeyT) -> st.SearchStrategy[MadeT]:
        if key not in made:
            made[key] = make(key)
        return made[key]

    return st.sampled_from(keys).flatmap(chosen)


def _part(table: Table, most: int = 2) -> st.SearchStrategy[Part]:
    wheres = _one_of(sorted(table.fields), lambda name: _where(table.fields[name]))
    return st.builds(Part, st.just(table.name), st.lists(wheres, max_size=most))


def _where(field: Field) -> st.SearchStrategy[Where]:
    plain = st.builds(Where, st.just(field.name), filters_of(field))
    if field.type not in _DATED:
        return plain
    aspects = [(aspect, text) for aspect in Aspect for text in _ASPECTS[aspect]]
    return plain | st.sampled_from(aspects).map(
        lambda drawn: Where(field.name, _parsed(drawn[1]), drawn[0])
    )


def _parsed(text: str) -> Filter:
    found = parse(text)
    if found is None:  # pragma: no cover - none of the texts is empty
        raise ValueError(text)
    return found


def _counts(schema: Schema) -> st.SearchStrategy[Figure]:
    count = filters_of(Field("count", FieldType.INTEGER))
    return st.builds(Figure, st.just(Measure.COUNT), st.just(""), _parts(schema), count)


def _figures(schema: Schema) -> list[st.SearchStrategy[Figure]]:
    """Sums and ends, of the fields of linked tables that have them."""
    linked = [table for _, table in sorted(schema.tables.items()) if table.link]
    places = [(table.name, field) for table in linked for field in table.fields.values()]
    every = [(table, field.name) for table, field in places]
    summed = [(table, field.name) for table, field in places if field.type in _SUMMED]
    timed = [(table, field.name) for table, field in places if field.type in _TIMED]

    def figure(asked: tuple[Measure, str, str]) -> st.SearchStrategy[Figure]:
        measure, table_name, name = asked
        table = schema.tables[table_name]
        part = _part(table, most=1)
        compared = {
            Measure.SUM: Field(name, FieldType.DECIMAL),
            Measure.DISTINCT: Field(name, FieldType.INTEGER),
        }.get(measure, table.fields[name])
        return st.builds(Figure, st.just(measure), st.just(name), part, filters_of(compared))

    return [
        _one_of([(how, *where) for how in measures for where in measured], figure)
        for measures, measured in (
            ([Measure.DISTINCT], every),
            ([Measure.SUM], summed),
            ([Measure.EARLIEST, Measure.LATEST], timed),
        )
        if measured
    ]


def _followed(schema: Schema) -> list[st.SearchStrategy[Followed]]:
    """Rows one after the other, of linked tables that have dates."""
    linked = [table for _, table in sorted(schema.tables.items()) if table.link]
    dated = [(t, field.name) for t in linked for field in t.fields.values() if field.type in _DATED]
    if not dated:
        return []

    within = st.none() | st.sampled_from([0, 1, 30, 90, 400, 5_000_000])

    def followed(asked: tuple[str, str]) -> st.SearchStrategy[Followed]:
        table_name, name = asked
        part = _part(schema.tables[table_name], most=1)
        without = st.none() | part
        return st.builds(Followed, st.just(name), part, part, within, st.booleans(), without)

    return [_one_of([(table.name, name) for table, name in dated], followed)]


def _shares() -> st.SearchStrategy[InShare]:
    ends = st.lists(st.integers(0, 10_000), min_size=2, max_size=2).map(sorted)
    return ends.map(lambda pair: InShare("seed", *pair))


@st.composite
def contacts(draw: st.DrawFn, *, most: int = 8) -> list[Contact]:
    """Companies and persons who work for them or for nobody, in the order of their numbers.

    Args:
        draw: Hypothesis's own; not given by the caller.
        most: How many there are at most.
    """
    made: list[Contact] = []
    companies = [""]
    for number in range(1, draw(st.integers(0, most)) + 1):
        no, kind = f"CT{number:06}", draw(st.sampled_from(ContactType))
        if kind is ContactType.COMPANY:
            companies.append(no)
        made.append(
            Contact(
                no=no,
                type=kind,
                name=draw(st.sampled_from(_WORDS[FieldType.TEXT])),
                company_no=no if kind is ContactType.COMPANY else draw(st.sampled_from(companies)),
                country_region_code=draw(st.sampled_from(["", "DK", "SE", "NO"])),
                post_code=draw(st.sampled_from(["", "1000", "4999", "SE-302 50"])),
                exclude_from_segment=draw(st.booleans()),
                privacy_blocked=draw(st.booleans()),
                minor=draw(st.booleans()),
            )
        )
    return made
