"""Values of columns that are passed over: a name such as "Status" speaks of nothing, they may.

Whoever is blocked there must not come in as somebody who is not. Knows no file and no frame.
"""

from collections.abc import Iterable, Mapping

from .column_names import ALL_OTHERS, Column, ColumnUse, is_annotation, letters_of, may_exclude
from .errors import Fault, Message
from .exclusions import LONGEST_STATUS, tells_exclusion


def value_excludes(value: object) -> bool:
    """Whether a value says that somebody must not be contacted.

    >>> value_excludes("Do not contact"), value_excludes({"optOut": True}), value_excludes("Gold")
    (True, True, False)
    """
    match value:
        case str():
            return len(value) <= LONGEST_STATUS and tells_exclusion(letters_of(value))
        case Mapping():
            return any(
                (inner and may_exclude(str(name))) or value_excludes(inner)
                for name, inner in value.items()
                if not is_annotation(str(name))
            )
        case list() | tuple():
            return any(map(value_excludes, value))
        case _:
            return False


def passed_over(columns: Iterable[Column], ignore: Iterable[str]) -> list[str]:
    """The columns that are passed over, and that nobody named."""
    named = {letters_of(name) for name in ignore if name != ALL_OTHERS}
    return [
        column.name
        for column in columns
        if column.use is ColumnUse.IGNORED and letters_of(column.name) not in named
    ]


def excluding_fault(place: str, name: str, values: Iterable[object]) -> Fault | None:
    """The fault of a column that is passed over, with the first value that excludes somebody.

    Args:
        place: The file or frame.
        name: The column.
        values: Its values.
    """
    found = next(filter(value_excludes, values), None)
    if found is None:
        return None
    reason = Message(
        "holds {value!r}, which may say that somebody must not be contacted; name the column in "
        "ignore, or let a map say what its values mean",
        value=found,
    )
    return Fault(place, name, reason, "unknown_column")
