"""Narwhals (extra ``dataframe``): contacts in frames of polars, pandas, PyArrow, DuckDB, PySpark.

Bound selections become expressions, semi- and anti-joins of the frames' own engine; what is
lazy stays lazy. What an engine cannot do exactly is narrowed there and finished in Python
where the data are at hand, and refused on a cluster.

Asked of the data: every contact has a number; codes are stored as codes, upper case without
blanks around them; times without a zone are UTC.
"""

from segmentation.errors import MissingExtra

try:
    import narwhals as _narwhals  # noqa: F401
except ImportError as error:
    raise MissingExtra("dataframe", "selecting in data frames") from error

from ._contacts import FrameContacts
from ._declaring import schema_of
from ._joining import FrameStore, join_frames
from ._records import from_frame, selection_of, to_frame
from ._segments import ComparedLines, compare_lines

__all__ = [
    "ComparedLines",
    "FrameContacts",
    "FrameStore",
    "compare_lines",
    "from_frame",
    "join_frames",
    "schema_of",
    "selection_of",
    "to_frame",
]
