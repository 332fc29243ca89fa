"""The command line: the main job on sample data, and a store's contacts and journal.

Exit codes: 0 done; 1 the data say no (faults, a broken chain); 2 wrong use. Here the clock
and the outside world come in.
"""

from ._main import main
from ._output import WrongUse

__all__ = ["WrongUse", "main"]
