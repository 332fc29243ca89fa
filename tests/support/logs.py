"""The log of the scenarios: leaves E(1), E(2), ..., the keys, CP7 and PROOF."""

import datetime as dt
from hashlib import sha256

from segmentation.adapters.cryptography import LogKey, WitnessKey
from segmentation.proofs import LeafSource, Tree

LOG = LogKey("example.com/journal", bytes(range(32)))
WITNESS_SEED = bytes(range(32, 64))
SEEN = dt.datetime.fromtimestamp(1_790_000_000, dt.UTC)
WITNESS = WitnessKey("witness.example/w1", WITNESS_SEED, at=SEEN)

_BY_LOG = (
    "— example.com/journal 56rySoLDF0zAV8H9BqcnJZaOsvM/o8iszRCTQPpt4zzh+6oFaAFkkPpqaBgKjHIx9l3x"
    "v8a6wuChSYlq/Zcj7hUhGAs=\n"
)
_BY_WITNESS = (
    "— witness.example/w1 IDJKvgAAAABqsTuA4rxP3baIG0gK7DVwPYFklq8dWVyhE+nRC+Qed0W+ux08ZlKs0QxKb3"
    "Q3q3BxFnTSD5K1LHIWYi3mTk5/Me3kCw==\n"
)
CP7_SIGNED_ONCE = f"""\
example.com/journal
7
U6ZWbquwbqWpiLla92Ef3frXy4LKpc8GhCPofd4TNYw=

{_BY_LOG}"""
CP7 = f"{CP7_SIGNED_ONCE}{_BY_WITNESS}"
PROOF = f"""\
c2sp.org/tlog-proof@v1
index 2
TB1G/TF9UFOrLIhHRLqgKZgNhgM76EkiUTg/faHw3lw=
AyO2bj56TcSxFGwHX0NqVNioVGDBIz+9J2AVdTnBWDA=
PDQ9ibn+2RCIj3G3Ylob9/RggDdcPO1nz5IMG6cucQU=

{CP7}"""


def leaf(number: int) -> bytes:
    """E(n) of the scenarios."""
    return sha256(f"entry {number}".encode()).digest()


def tree_of(count: int) -> Tree:
    return Tree(LeafSource(map(leaf, range(1, count + 1))))
