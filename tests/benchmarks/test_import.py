"""What ``import segmentation`` costs, against importing its three dependencies."""

import statistics
import subprocess
import sys

_RUNS = 9
_TIMED = "import time; t = time.perf_counter(); {0}; print(time.perf_counter() - t)"
_CASES = {
    "the three dependencies": "import attrs, cattrs, dateutil.relativedelta",
    "import segmentation": "import segmentation",
    "and its Workspace": "from segmentation import Workspace",
}


def _seconds(statement: str) -> float:
    command = [sys.executable, "-c", _TIMED.format(statement)]
    runs = [
        float(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
        for _ in range(_RUNS)
    ]
    return statistics.median(runs)


def test_import() -> None:
    seconds = {name: _seconds(statement) for name, statement in _CASES.items()}
    base = next(iter(seconds.values()))
    for name, value in seconds.items():
        print(f"{name:<24} {1000 * value:8.1f} ms  {value / base:5.2f} times")
    assert len(seconds) == len(_CASES)
