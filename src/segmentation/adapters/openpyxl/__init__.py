"""Openpyxl (extra ``excel``): workbooks read and written, as ``XLSX`` files.

Texts stay texts, whatever they begin with: nothing that is written becomes a formula. A formula
is read as the value that is kept with it; where none is kept, the cell is told as unread.
"""

from segmentation.errors import MissingExtra

try:
    import openpyxl as _openpyxl  # noqa: F401
except ImportError as error:
    raise MissingExtra("excel", "reading and writing workbooks") from error

from ._reading import read_workbook
from ._writing import write_workbook

__all__ = ["read_workbook", "write_workbook"]
