"""Random choice that is the same on every machine: contacts' numbers are hashed with a seed.

The hash of a number is the SHA-256 of the seed, a NUL and the number, all in UTF-8. Written
as hexadecimal digits in lower case, it can be computed anywhere, for example in DuckDB::

    sha256('seed' || chr(0) || no)

* The **share** of a contact is the first eight of these digits, read as a number, times 10,000,
  divided by 2 to the power of 32 and rounded down. It is a number from 0 to 9999.
* A **sample** of *n* consists of the *n* contacts whose hashes come first in alphabetical order.

A hash depends on one contact alone. So the share of a contact stays the same when other contacts
are added or removed.
"""

from collections.abc import Callable
from hashlib import sha256

SHARES = 10_000
"""The number of shares that contacts are divided into."""


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
