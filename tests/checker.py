"""Check an exported journal without the library: `python checker.py < journal.jsonl`."""

import hashlib
import json
import sys
from collections.abc import Iterable


def check(lines: Iterable[str]) -> tuple[int, str]:
    """The number and hash of the last entry; an assertion fails at the first misfit."""
    number, previous = 0, "0" * 64
    for line in lines:
        entry = json.loads(line)
        number += 1
        assert entry["number"] == number, f"entry {number} is missing"
        assert entry["previous"] == previous, f"entry {number} does not follow"
        if entry["personal"] is not None:
            digest = hashlib.sha256(entry["personal"].encode()).hexdigest()
            assert digest == entry["personal_sha256"], f"entry {number} was changed"
        names = "number", "at", "user", "kind", "facts", "personal_sha256", "previous"
        hashed = "\n".join(str(entry[name]) for name in names)
        previous = hashlib.sha256(hashed.encode()).hexdigest()
        assert entry["sha256"] == previous, f"entry {number} was changed"
    return number, previous


if __name__ == "__main__":
    print(*check(sys.stdin))  # noqa: T201
