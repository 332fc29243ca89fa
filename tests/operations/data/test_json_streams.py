"""JSON read bit by bit: it gives the rows, and tells the faults, that reading all of it gives."""

import io
import json
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from segmentation.operations.data import RawRow, RawTable, SourceFile, read_rows
from segmentation.operations.data._json_streams import objects_in
from segmentation.operations.data._raw import RowsAnew


def both(text: str) -> RawTable:
    """What a file gives that is read bit by bit, and one that is read as a whole."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "contact.json")
        path.write_text(text, encoding="utf-8")
        (one, wrong), (other, told) = (
            read_rows(SourceFile("contact.json", b"", path=path)),
            read_rows(SourceFile("contact.json", text.encode())),
        )
        assert wrong == told
        assert list(one.rows) == list(other.rows)
        assert len(one) == len(other)
        assert (one.columns, one.next_link, one.count) == (
            other.columns,
            other.next_link,
            other.count,
        )
        return one


_VALUES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
)
_ROWS = st.lists(
    st.dictionaries(st.sampled_from(["no", "name", "@removed", "value"]), _VALUES, max_size=3),
    max_size=4,
)


@given(rows=_ROWS, indent=st.sampled_from([None, 1]), is_page=st.booleans())
@example(rows=[], indent=None, is_page=True)
def test_any_rows_are_the_same(
    rows: list[dict[str, object]], indent: int | None, is_page: bool
) -> None:
    page = {"@odata.context": "x", "value": rows, "@odata.nextLink": "https://x", "odata.count": 9}
    both(json.dumps(page if is_page else rows, indent=indent))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            " ",
            "[",
            "]",
            "{",
            "{}",
            "7",
            "[1]",
            "[{}, 2]",
            "[{},]",
            "[{} {}]",
            "[{}]]",
            "[{}] x",
        ),
        *(
            '{"value": 7}',
            '{"value": [{}]',
            '{"value": [], "value": []}',
            "{7: []}",
            '{"value" []}',
        ),
        *(
            '[{"no": "A", "no": "B"}]',
            '[{"value": [{"no": "A"}]}]',
            '{"values": [{}]}',
            "[{}, null]",
        ),
        *('[{"no": tru}]', '[{"no": "A}]', '[{"no": 1e5}]', '[{"no": 12.50}]', "[" * 5_000),
    ],
    ids=range(27),
)
def test_what_is_malformed_is_told_the_same(text: str) -> None:
    both(text)


def test_rows_are_not_kept() -> None:
    table = both(json.dumps([{"no": f"C{number}"} for number in range(5)]))
    assert isinstance(table.rows, RowsAnew)
    rows = RowsAnew(lambda: iter([RawRow("1", {}), RawRow("2", {})]), 2)
    assert (rows[0].place, [row.place for row in rows[1:]]) == ("1", ["2"])


class Trickling(io.StringIO):
    """A text that comes a few signs at a time."""

    def __init__(self, text: str, size: int) -> None:
        super().__init__(text)
        self._size = size

    def read(self, _size: int | None = None) -> str:
        return super().read(self._size)


@pytest.mark.parametrize("size", [1, 2, 7])
def test_values_may_be_longer_than_what_is_read_at_a_time(size: int) -> None:
    rows = [{"no": "C1", "points": 12345678, "name": "Berg & Co, Bern"}, {"no": "C2", "points": 1}]
    page = {"count": 17, "value": rows, "more": [1, {}]}
    about: dict[str, object] = {}
    text = Trickling(json.dumps(page, indent=2), size)
    assert list(objects_in(text, lambda _item: False, about)) == rows
    assert about == {**page, "value": None}
