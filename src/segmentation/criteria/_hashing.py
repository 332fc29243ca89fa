"""Chance that is the same on every machine: numbers hashed with a seed.

The hash of a number is the SHA-256 of the seed, a NUL and the number, all in UTF-8. Written
as hexadecimal digits in lower case, it can be worked out anywhere, for instance in DuckDB::

    sha256('seed' || chr(0) || no)

* A **share** is the first eight of these digits, read as a number, times 10,000, divided by
  2 to the 32nd, rounded down: a number from 0 to 9999, the same for all of one seed.
* A **sample** of *n* are those *n* whose hash comes first in the alphabet.

Neither depends on any other number, so contacts that come and go move nobody else.
"""

from collections.abc import Callable
from hashlib import sha256

SHARES = 10_000
"""Into how many shares numbers are divided."""


def hash_of(seed: str) -> Callable[[str], str]:
    """The function from numbers to their hashes with this seed, in hexadecimal digits.

    >>> hash_of("spring")("CT100140")[:16]
    'b662b4487b0ad8bb'
    """
    seeded = sha256(seed.encode() + b"\0")

    def hashed(number: str) -> str:
        state = seeded.copy()
        state.update(number.encode())
        return state.hexdigest()

    return hashed


def share_of(seed: str) -> Callable[[str], int]:
    """The function from numbers to their shares with this seed, from 0 to 9999.

    >>> share_of("spring")("CT100140")
    7124
    """
    hashed = hash_of(seed)

    def share(number: str) -> int:
        return int(hashed(number)[:8], 16) * SHARES >> 32

    return share
