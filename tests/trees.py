"""Hypothesis strategies: filters and selections of any shape, and texts that look like them."""

from hypothesis import strategies as st

import truth
from segmentation.criteria import (
    AllOf,
    AnyOf,
    Between,
    Compare,
    Figure,
    Filter,
    InLoggedSegment,
    InSegment,
    InShare,
    Like,
    Measure,
    Not,
    Operand,
    Operator,
    Part,
    Selection,
    Token,
    Where,
    Wild,
)
from segmentation.fields import Field, FieldType

# Whatever the grammar treats in a way of its own, and letters beyond ASCII.
_LETTERS = "abAB019 .*?@%&|()<>=-+':_\\ßÅåΣςİ𝔘\t\u00a0"
values = st.text(st.sampled_from(_LETTERS), max_size=6) | st.text(max_size=4)
operands = st.builds(Operand, values, st.booleans())
patterns = st.lists(values | st.sampled_from(Wild), max_size=5).flatmap(
    lambda pieces: st.sampled_from(Wild).map(lambda wild: [*pieces, wild])
)


def _filters(leaf_operands: st.SearchStrategy[Operand]) -> st.SearchStrategy[Filter]:
    ends = st.tuples(leaf_operands, leaf_operands)
    leaves: st.SearchStrategy[Filter] = st.one_of(
        st.builds(Compare, st.sampled_from(Operator), leaf_operands),
        ends.map(lambda pair: Between(*pair)),
        leaf_operands.map(lambda low: Between(low, None)),
        leaf_operands.map(lambda high: Between(None, high)),
    )
    return leaves


def _closed(leaves: st.SearchStrategy[Filter]) -> st.SearchStrategy[Filter]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.builds(Not, inner),
            st.lists(inner, min_size=2, max_size=4).map(lambda items: AllOf(tuple(items))),
            st.lists(inner, min_size=2, max_size=4).map(lambda items: AnyOf(tuple(items))),
        ),
        max_leaves=12,
    )


tokens = st.from_regex(r"[a-z_][a-z0-9_]{0,8}", fullmatch=True).map(Token)
likes = st.builds(Like, patterns, st.booleans())
filters = _closed(_filters(operands) | likes | tokens)
"""Any tree that can be written."""

filter_texts = st.lists(
    st.sampled_from(
        [*"&|()<>='@%*?\\. ", "..", "<>", "<>(", "''", "DK", "-3M", "t", "10", "%me", "ß"]
    )
    | values,
    max_size=12,
).map("".join)
"""Texts that may parse or not."""

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


def filters_of(field: Field) -> st.SearchStrategy[Filter]:
    """Filters that fit a field and find something now and then."""
    words = field.options or _WORDS[field.type]
    fitting = _filters(st.builds(Operand, st.sampled_from(words), st.booleans()))
    if field.type in {FieldType.CODE, FieldType.TEXT}:
        pieces = st.sampled_from(["a", "n", "D", "H", "s", "å", *Wild, *Wild])
        fitting |= st.lists(pieces, max_size=4).flatmap(
            lambda some: st.builds(Like, st.just([*some, Wild.ANY_RUN]), st.booleans())
        )
    return _closed(fitting)


def _wheres(table: str) -> st.SearchStrategy[Where]:
    return st.sampled_from(sorted(truth.SCHEMA.table(table).fields.items())).flatmap(
        lambda item: st.builds(Where, st.just(item[0]), filters_of(item[1]))
    )


parts = st.sampled_from(sorted(truth.ROWS)).flatmap(
    lambda table: st.lists(_wheres(table), max_size=2).map(
        lambda wheres: Part(table, tuple(wheres))
    )
)
_sums = st.sampled_from([("interaction", "cost"), ("item", "quantity")]).flatmap(
    lambda pair: st.builds(
        Figure,
        st.just(Measure.SUM),
        st.just(pair[1]),
        st.lists(_wheres(pair[0]), max_size=1).map(lambda w: Part(pair[0], tuple(w))),
        filters_of(Field("sum", FieldType.DECIMAL)),
    )
)
_counts = st.builds(
    Figure,
    st.just(Measure.COUNT),
    st.just(""),
    parts,
    filters_of(Field("count", FieldType.INTEGER)),
)
_dates = st.sampled_from([("mailing", "since"), ("interaction", "date")]).flatmap(
    lambda pair: st.builds(
        Figure,
        st.sampled_from([Measure.EARLIEST, Measure.LATEST]),
        st.just(pair[1]),
        st.lists(_wheres(pair[0]), max_size=1).map(lambda w: Part(pair[0], tuple(w))),
        filters_of(Field("date", FieldType.DATE)),
    )
)
_shares = st.lists(st.integers(0, 10_000), min_size=2, max_size=2).map(
    lambda ends: InShare("seed", min(ends), max(ends))
)
_members = st.sampled_from([InSegment("S1"), InSegment("EMPTY"), InLoggedSegment(7)])
selections: st.SearchStrategy[Selection] = st.recursive(
    st.one_of(parts, _sums, _counts, _dates, _shares, _members),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: AllOf(tuple(items))),
        st.lists(inner, min_size=2, max_size=3).map(lambda items: AnyOf(tuple(items))),
    ),
    max_leaves=6,
)
"""Selections over the schema of the table of truth; each can be bound."""
