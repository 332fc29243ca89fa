"""Check an exported journal without the library: `python checker.py < journal.jsonl`."""

import hashlib
import json
import sys
from collections.abc import Iterable

HASHED = "number", "at", "user", "kind", "facts", "personal_sha256", "previous"


def check(lines: Iterable[str]) -> tuple[int, str]:
    """The number and hash of the last entry."""
    number, previous = 0, "0" * 64
    for line in lines:
        entry = json.loads(line)
        number += 1
        personal = entry["personal"]
        digest = hashlib.sha256((personal or "").encode()).hexdigest()
        content = "\n".join(str(entry[name]) for name in HASHED)
        if (
            (entry["number"], entry["previous"]) != (number, previous)
            or (personal is not None and entry["personal_sha256"] != digest)
            or entry["sha256"] != hashlib.sha256(content.encode()).hexdigest()
        ):
            raise ValueError(f"entry {number} does not fit")
        previous = entry["sha256"]
    return number, previous


if __name__ == "__main__":
    print(*check(sys.stdin))  # noqa: T201
