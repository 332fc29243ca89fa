"""What keeps a contact where it is, as all reasons of one error."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from segmentation.errors import Message, Refused
from segmentation.protocols import Store


def refuse(step: Message, reasons: Iterable[Message]) -> None:
    """Refuse a step if there is any reason against it.

    Raises:
        Refused: There is; the error tells all of them.
    """
    found = list(reasons)
    if found:
        raise Refused(step, Message.joined("; ", found))


def lines_in_the_way(store: Store, nos: Sequence[str]) -> Iterator[Message]:
    """The segments on whose lines contacts stand, each as a reason against a step."""
    asked = set(nos)
    for header in store.segments.headers():
        known = store.segments.get(header.no).lines.known(asked)
        if known:
            reason = "segment {segment} has a line of {contacts}; remove it first"
            yield Message(reason, segment=header.no, contacts=listed(sorted(known)))


_LISTED = 10
"""How many numbers are named in an error."""


def listed(nos: Sequence[str]) -> str:
    """Numbers in a row; of many the first."""
    more = ", ..." if len(nos) > _LISTED else ""
    return ", ".join(islice(nos, _LISTED)) + more
