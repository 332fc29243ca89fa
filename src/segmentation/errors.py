"""Every error that this library raises on purpose.

The family::

    SegmentationError
    ├── UsageError                 the call or the input is wrong
    │   ├── FilterError  (ValueError)     a filter text that does not parse or does not fit
    │   ├── UnknownName  (LookupError, TypeError)    a table, field, option or token not known
    │   ├── NotFound     (LookupError)    a record that is not in the store
    │   ├── InvalidValue (ValueError)     a value that its field cannot hold
    │   ├── NoTruthValue (TypeError)      a condition that was taken for true or false
    │   ├── BadDocument  (ValueError)     a template or file that cannot be read as what it is
    │   ├── Rejected     (ValueError)     several faults at once, each with its place
    │   └── Refused      (RuntimeError)   a step that the rules, or a host's hook, forbid
    ├── Conflict         (RuntimeError)   somebody else was quicker; nothing was done
    ├── NotDelivered     (OSError)        a courier could not deliver a document
    ├── StoreError       (OSError)        no store, a later version, a store that went away
    ├── JournalBroken    (ValueError)     the chain of the journal does not hold
    └── MissingExtra     (ImportError)    an optional part is not installed

Facts are attributes, for programs; ``str`` is for people, in English. ``code`` is stable: it
names the error in logs and in the docs and never changes with the wording. ``message`` is the
text with its parts kept apart, from which `segmentation.languages` tells it in other languages.
"""

import re
from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import ClassVar, Never, Self

import attrs

from .showing import shown_by


class Message(str):
    """An English text that knows how it was made, so that it can be told in another language.

    Attributes:
        template: The text with names in braces; without any values, the text itself.
        values: What stands for the names: words are `Message` or `Identifier`, all else is data.

    >>> text = Message("segment {no} is {state}", no="SM1", state=Message("empty"))
    >>> text, text.template
    ('segment SM1 is empty', 'segment {no} is {state}')
    """

    __slots__ = ("template", "values")

    template: str
    values: Mapping[str, object]

    def __new__(cls, template: str, /, **values: object) -> Self:  # noqa: D102 - the class says it
        said = super().__new__(cls, template.format(**values) if values else template)
        said.template, said.values = template, values
        return said

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, object]]:
        return (self.template,), dict(self.values)

    @classmethod
    def joined(cls, separator: str, parts: Iterable[str]) -> Self:
        """Parts in a row."""
        values = {f"part_{number}": part for number, part in enumerate(parts)}
        return cls(separator.join(f"{{{name}}}" for name in values), **values)

    def indented(self) -> "Message":
        """The same text, to stand below another."""
        return Message(self.template.replace("\n", "\n    "), **self.values)


class Identifier(str):
    """The name of a table or field in a text: "contact", "city", "contact.city"."""

    __slots__ = ()


def to_message(text: str) -> Message:
    """A text that knows how it was made: as it is, or, if it does not, of one piece."""
    return text if isinstance(text, Message) else Message(text)


def spoken_name(name: str) -> str:
    """The name of a table or field, told by its caption; or a place that is said in words."""
    return name if isinstance(name, Message) else Identifier(name)


class SegmentationError(Exception):
    """The base of the family; raised only through its children."""

    code: ClassVar[str] = "segmentation"

    @property
    def message(self) -> Message:
        """The text for people, with its parts kept apart."""
        return self._message()

    def _message(self) -> Message:
        said = self.args[0] if len(self.args) == 1 else None
        return said if isinstance(said, Message) else Message(super().__str__())

    def __str__(self) -> str:
        return str(self.message)


def text_of(error: BaseException) -> str:
    """What an error says, with its parts kept apart as far as it keeps them.

    >>> text_of(ValueError(Message("{no} is odd", no=7))), text_of(ValueError("is odd"))
    ('7 is odd', 'is odd')
    """
    if isinstance(error, SegmentationError):
        return error.message
    said = error.args[0] if len(error.args) == 1 else None
    return said if isinstance(said, Message) else str(error)


class UsageError(SegmentationError):
    """What was asked cannot be done as it was asked; everything is as it was."""

    code: ClassVar[str] = "usage"


class FilterError(UsageError, ValueError):
    """A filter text that does not parse, or that its field cannot hold.

    Attributes:
        reason: What is wrong, without the text.
        text: The filter text as it was given.
        position: Index into ``text`` of the first character that does not fit.
        expected: What would have fitted there; may be empty.
        field: ``table.field`` that the filter is for, as far as it is known.
        near: The known name that looks most like one that is not known; empty if none does.
    """

    code: ClassVar[str] = "filter"

    def __init__(
        self,
        reason: str,
        *,
        text: str,
        position: int = 0,
        expected: str = "",
        field: str = "",
        near: str = "",
    ) -> None:
        super().__init__(reason)
        self.reason = reason
        self.text = text
        self.position = position
        self.expected = expected
        self.field = field
        self.near = near

    def at_field(self, field: str) -> "FilterError":
        """The same error, knowing the field that the filter is for."""
        return FilterError(
            self.reason,
            text=self.text,
            position=self.position,
            expected=self.expected,
            field=field,
            near=self.near,
        )

    @property
    def summary(self) -> Message:
        """What is wrong and what would have fitted, without the text."""
        return Message(
            "{reason}{expected}{hint}",
            reason=to_message(self.reason),
            expected=_expected(self.expected),
            hint=near_hint(self.near),
        )

    def _message(self) -> Message:
        shown, caret = _excerpt(self.text, self.position)
        return Message(
            "{where}{reason}{expected}{hint}\n    {shown}\n    {caret}^",
            where=Message("{field}: ", field=Identifier(self.field)) if self.field else "",
            reason=to_message(self.reason),
            expected=_expected(self.expected),
            hint=near_hint(self.near),
            shown=shown,
            caret=caret,
        )


def _expected(expected: str) -> Message | str:
    return Message("; expected {expected}", expected=to_message(expected)) if expected else ""


def _excerpt(text: str, position: int, width: int = 60) -> tuple[str, str]:
    """A line of the text around a position, and the blanks that put a caret under it."""
    start = max(0, position - width)
    stop = position + width
    head, tail = ("…" if start else ""), ("…" if stop < len(text) else "")
    shown = head + "".join(c if c.isprintable() else "·" for c in text[start:stop]) + tail
    return shown, " " * (len(head) + position - start)


class UnknownName(UsageError, LookupError, TypeError):  # noqa: N818 - says what it is
    """A name that is not known where it stands: also an argument that no signature has.

    Attributes:
        kind: What was named: "table", "field", "option", "token", ...
        name: The name as given.
        near: The known name that looks most like it, or else the caption, or ``""``.
        where: Where it was named, for instance the table of a field; may be empty.
    """

    code: ClassVar[str] = "unknown_name"

    def __init__(
        self,
        kind: str,
        name: str,
        *,
        known: Iterable[str] = (),
        called: Iterable[str] = (),
        where: str = "",
    ) -> None:
        super().__init__(kind, name)
        self.kind = kind
        self.name = name
        self.where = where
        self.near = near_name(name, known) or near_name(name, called)

    def _message(self) -> Message:
        return Message(
            "unknown {kind} {name!r}{where}{hint}",
            kind=to_message(self.kind),
            name=self.name,
            where=Message(" in {where}", where=spoken_name(self.where)) if self.where else "",
            hint=near_hint(self.near),
        )


def near_name(name: str, known: Iterable[str]) -> str:
    """The known name that is meant most likely, or ``""`` if none looks like it.

    A name that begins with the same words goes before one that differs in letters.

    >>> near_name("postcode", ["post_code", "city"])
    'post_code'
    >>> near_name("country", ["county", "country_region_code"])
    'country_region_code'
    """
    names = list(known)
    return name_begun(name, names) or name_spelled_like(name, names)


def name_begun(words: str, known: Iterable[str]) -> str:
    """The shortest known name that begins with these words, or ``""``."""
    begun = _words_of(words)
    longer = [name for name in known if begun and _words_of(name)[: len(begun)] == begun]
    return min(longer, key=len, default="")


def name_spelled_like(name: str, known: Iterable[str], *, alike: float = 0.6) -> str:
    """The known name whose letters are most like those of ``name``, or ``""``."""
    lowered = {candidate.lower(): candidate for candidate in known}
    cutoff = min(alike, 0.5) if len(name) == _SHORT else alike  # one of two characters is wrong
    found = get_close_matches(name.lower(), lowered, n=1, cutoff=cutoff)
    return lowered[found[0]] if found else ""


def _words_of(name: str) -> list[str]:
    return re.findall(r"[^\W_]+", name.lower())


def near_hint(near: str) -> Message | str:
    """The question that ends a text about an unknown name; empty without a name like it.

    >>> near_hint("post_code")
    "; did you mean 'post_code'?"
    """
    return Message("; did you mean {near!r}?", near=near) if near else ""


_SHORT = 2


class NotFound(UsageError, LookupError):  # noqa: N818
    """A record that is not in the store.

    Attributes:
        kind: The table, in the field's words ("contact", "segment", ...).
        key: The key that was looked for.
        near: The key that looks most like it; empty if none does.
    """

    code: ClassVar[str] = "not_found"

    def __init__(self, kind: str, key: str, *, known: Iterable[str] = ()) -> None:
        super().__init__(kind, key)
        self.kind = kind
        self.key = key
        self.near = near_name(key, known)

    def _message(self) -> Message:
        return Message(
            "there is no {kind} {key!r}{hint}",
            kind=to_message(self.kind),
            key=self.key,
            hint=near_hint(self.near),
        )


class InvalidValue(UsageError, ValueError):  # noqa: N818
    """A value that its field cannot hold.

    Attributes:
        field: The field, or the argument.
        value: The value as given.
        reason: Why it does not fit.
    """

    code: ClassVar[str] = "invalid_value"

    def __init__(self, field: str, value: object, reason: str) -> None:
        super().__init__(field, value, reason)
        self.field = field
        self.value = value
        self.reason = reason

    def _message(self) -> Message:
        return Message(
            "{field}: {value!r} {reason}",
            field=spoken_name(self.field),
            value=self.value,
            reason=to_message(self.reason),
        )

    def fault(self, place: str) -> "Fault":
        """The same as one fault among others, of a row, line or record."""
        reason = Message("{value!r} {reason}", value=self.value, reason=to_message(self.reason))
        return Fault(place, self.field, reason)


def unexpected(field: str, value: Never, reason: str) -> InvalidValue:
    """The error of a value that is of none of the types asked for.

    It is raised where `assert_never` would stand if only our own code could be at fault: the type
    checker proves that nothing of the declared types gets there, and who uses none is told.
    """
    return InvalidValue(field, value, reason)


class NoTruthValue(UsageError, TypeError):  # noqa: N818
    """A condition, or a field to make one of, that was taken for true or false.

    Python's ``and``, ``or``, ``not``, ``if`` and ``1 < field < 5`` ask for that. They would keep
    one half of what was written and drop the other.

    Attributes:
        what: The condition as text.
    """

    code: ClassVar[str] = "no_truth_value"

    def __init__(self, what: str) -> None:
        super().__init__(what)
        self.what = what

    def _message(self) -> Message:
        return Message(
            "{what} is neither true nor false; join conditions with & (and), | (or) and ~ (not), "
            "each in brackets; write field.between(1, 5) for 1 <= field <= 5; "
            "write `is not None` to ask whether there is a condition",
            what=self.what,
        )


class BadDocument(UsageError, ValueError):  # noqa: N818
    """A template or another file that cannot be read as what it should be.

    Attributes:
        name: The file's or the template's name.
        reason: What is wrong with it.
    """

    code: ClassVar[str] = "bad_document"

    def __init__(self, name: str, reason: str) -> None:
        super().__init__(name, reason)
        self.name = name
        self.reason = reason

    def _message(self) -> Message:
        return Message("{name}: {reason}", name=self.name, reason=to_message(self.reason))


@shown_by("place", "field", "reason")
@attrs.frozen
class Fault:
    """One thing that is wrong, and where.

    Attributes:
        place: The row, line or record: ``"contact.csv row 7"``, ``"line 20000"``.
        field: The field at fault; empty if the whole place is.
        reason: What is wrong, and what to do if that is not plain.
        code: What kind of fault it is ("too_long", "missing_reference", ...): stable, and never
            changed with the wording; empty where none is given.
    """

    place: str
    field: str
    reason: str
    code: str = ""

    @property
    def message(self) -> Message:
        """The fault as text, with its parts kept apart."""
        place = self.place if isinstance(self.place, Identifier) else to_message(self.place)
        reason = to_message(self.reason)
        if not self.field:
            return Message("{place}: {reason}", place=place, reason=reason)
        field = spoken_name(self.field)
        return Message("{place}: {field}: {reason}", place=place, field=field, reason=reason)

    def __str__(self) -> str:
        return str(self.message)


class Rejected(UsageError, ValueError):  # noqa: N818
    """Several faults, found in one go; nothing was done.

    Attributes:
        what: What was rejected: a file, a segment.
        faults: All of them, in the order of their places.
    """

    code: ClassVar[str] = "rejected"
    SHOWN: ClassVar[int] = 50

    def __init__(self, what: str, faults: Iterable[Fault]) -> None:
        self.what = what
        self.faults = tuple(faults)
        super().__init__(what, self.faults)

    def _message(self) -> Message:
        count, what = len(self.faults), to_message(self.what)
        head = (
            Message("{what}: 1 fault, nothing was done", what=what)
            if count == 1
            else Message("{what}: {count} faults, nothing was done", what=what, count=count)
        )
        lines = [head, *(fault.message for fault in self.faults[: self.SHOWN])]
        if count > self.SHOWN:
            lines.append(Message("... and {count} more (all in .faults)", count=count - self.SHOWN))
        return Message.joined("\n  ", lines)


def _of_what(what: str, reason: str) -> Message:
    return Message("{what}: {reason}", what=to_message(what), reason=to_message(reason))


class Refused(UsageError, RuntimeError):  # noqa: N818
    """A step that the rules forbid as things stand.

    Attributes:
        step: What was to be done ("go back", "log segment SM00001").
        reason: Why not.
    """

    code: ClassVar[str] = "refused"

    def __init__(self, step: str, reason: str) -> None:
        super().__init__(step, reason)
        self.step = step
        self.reason = reason

    def _message(self) -> Message:
        return _of_what(self.step, self.reason)


class Conflict(SegmentationError, RuntimeError):  # noqa: N818
    """Somebody else changed or took the same thing first; nothing was done.

    Attributes:
        what: The thing that both wanted.
    """

    code: ClassVar[str] = "conflict"

    def __init__(self, what: str, reason: str) -> None:
        super().__init__(what, reason)
        self.what = what
        self.reason = reason

    def _message(self) -> Message:
        return _of_what(self.what, self.reason)


class NotDelivered(SegmentationError, OSError):  # noqa: N818
    """A document that a courier could not deliver.

    Attributes:
        where: Where it should have gone: an address, a file.
        reason: Why it did not.
        temporary: Whether another attempt may succeed.
        down: Whether it was not this document's fault, but the courier could deliver none.
        stops: Whether the courier will deliver none as things stand, so that it should be left
            alone in this run; the attempt does not count.
        unknown: The addresses that do not exist, as the server says.
    """

    code: ClassVar[str] = "not_delivered"

    def __init__(
        self,
        where: str,
        reason: str,
        *,
        temporary: bool = False,
        down: bool = False,
        stops: bool = False,
        unknown: Iterable[str] = (),
    ) -> None:
        super().__init__(where, reason)
        self.unknown = tuple(unknown)
        self.where = where
        self.reason = reason
        self.temporary = temporary or down or stops
        self.down = down or stops
        self.stops = stops

    def _message(self) -> Message:
        return Message("{where}: {reason}", where=self.where, reason=to_message(self.reason))


class StoreError(SegmentationError, OSError):
    """A store that cannot be used: it is none, is of a later version, or went away.

    Attributes:
        store: The file or address, without any password.
        reason: What is wrong with it.
    """

    code: ClassVar[str] = "store"

    def __init__(self, store: str, reason: str) -> None:
        super().__init__(store, reason)
        self.store = store
        self.reason = reason

    def _message(self) -> Message:
        return Message("{store}: {reason}", store=self.store, reason=to_message(self.reason))


class JournalBroken(SegmentationError, ValueError):  # noqa: N818
    """The chain of the journal does not hold.

    Attributes:
        number: The first entry that does not fit.
        reason: Why it does not.
    """

    code: ClassVar[str] = "journal_broken"

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(number, reason)
        self.number = number
        self.reason = reason

    def _message(self) -> Message:
        reason = to_message(self.reason)
        return Message("journal entry {number}: {reason}", number=self.number, reason=reason)


class MissingExtra(SegmentationError, ImportError):  # noqa: N818
    """An optional part that is not installed.

    Attributes:
        extra: The extra to install: ``pip install 'segmentation[EXTRA]'``.
        purpose: What it is needed for.
    """

    code: ClassVar[str] = "missing_extra"

    def __init__(self, extra: str, purpose: str) -> None:
        super().__init__(extra, purpose)
        self.extra = extra
        self.purpose = purpose

    def _message(self) -> Message:
        return Message(
            "{purpose} needs an extra: pip install 'segmentation[{extra}]'",
            purpose=to_message(self.purpose),
            extra=self.extra,
        )
