"""Names of columns: which field the column of a file or of a frame means.

Names are compared by their letters and digits. A field is known by its name, by its captions in
every language and by the names of Business Central's web services. A column that is none of ours
is a fault: whoever is not to be contacted may stand in it. Knows no file and no frame.
"""

import re
import unicodedata
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from functools import cache
from typing import cast

import attrs

from .column_hints import meant_field
from .errors import Fault, Identifier, Message, name_begun, name_spelled_like, near_hint, near_name
from .exclusions import is_unreadable, names_exclusion
from .fields import Field, Record, captioned_fields_of
from .frozen import FrozenMapping
from .showing import shown_by


class ColumnUse(StrEnum):
    """What is done with a column."""

    FIELD = "field"
    OWN_FIELD = "own_field"
    IGNORED = "ignored"
    LEFT_OUT = "left_out"


@shown_by("name", "use", "field.name")
@attrs.frozen
class Column:
    """A column, and what is done with it.

    Attributes:
        name: The column as its source calls it.
        use: Whether it fills a field of ours or of the host's, is ignored as the caller wishes, or
            is left out because the library holds no such field of Business Central.
        field: The field that it fills, ``None`` if it fills none.
    """

    name: str
    use: ColumnUse
    field: Field | None = None


ALL_OTHERS = "*"
"""Stands in ``ignore`` for every column that is none of ours and cannot exclude anybody."""


_SPELLED_OUT = re.compile(r"_x([0-9A-Fa-f]{4})_")


def spelled_out(text: str) -> str:
    """A text with the signs that OData spells out."""
    return _SPELLED_OUT.sub(lambda found: chr(int(found[1], 16)), text)


def letters_of(name: str) -> str:
    """The letters and digits that a column's name is known by.

    >>> letters_of("Privacy_x0020_Blocked"), letters_of("privacyBlocked"), letters_of("Discount %")
    ('privacyblocked', 'privacyblocked', 'discountpct')
    """
    spelled = unicodedata.normalize("NFKD", spelled_out(name).replace("%", " pct")).casefold()
    return "".join(sign for sign in spelled if sign.isalnum())


_ANNOTATION = re.compile(
    r"[\w.]*@(\w+(\.\w+)+(#\w+)?"
    r"|id|etag|type|context|count|nextLink|deltaLink|removed|bind|editLink|readLink"
    r"|navigationLink|associationLink|media(Edit|Read)Link|media(Etag|ContentType))",
    re.IGNORECASE,
)


def is_annotation(name: str) -> bool:
    """Whether a column is a note of the OData protocol and no value.

    >>> is_annotation("picture@odata.mediaReadLink"), is_annotation("Opt-out @ 2026")
    (True, False)
    """
    return "@" in name and _ANNOTATION.fullmatch(name) is not None


# -- what columns may be called ---------------------------------------------------------------


_EXCLUDING: Mapping[str, tuple[str, ...]] = {
    "exclude_from_segment": (
        "Von Segment ausschließen",
        "Aus Segment ausschließen",
        "Udeluk fra målgruppe",
        "Undanta från segment",
        "Uteslut från segment",
        "Uitsluiten van segment",
        "Excluir del segmento",
    ),
    "privacy_blocked": (
        "Datenschutz gesperrt",
        "Beskyttelse af personlige oplysninger spærret",
        "Sekretessblockerad",
        "Geblokkeerd vanwege privacy",
        "Privacidad bloqueada",
    ),
    "minor": ("Minderjährig", "Mindreårig", "Minderårig", "Minderjarig", "Menor", "Minore"),
    "parental_consent_received": (
        "Elterliche Einwilligung erhalten",
        "Forældresamtykke modtaget",
        "Föräldrarnas samtycke mottaget",
        "Toestemming van ouders ontvangen",
        "Consentimiento de los padres recibido",
    ),
}
"""The fields that exclude somebody, with their captions in languages that we have no other of."""

_ALIASES: Mapping[str, tuple[str, ...]] = {
    "displayname": ("name", "description"),
    "addressline1": ("address",),
    "addressline2": ("address_2",),
    "state": ("county",),
    "country": ("country_region_code",),
    "postalcode": ("post_code",),
    "website": ("home_page",),
    "taxregistrationnumber": ("vat_registration_no",),
    "mobilephone": ("mobile_phone_no",),
    "lastmodifieddatetime": ("last_modified",),
}
"""Names of Business Central's API v2.0, each with the fields that it may mean."""

_ALIASES_OF: Mapping[str, Mapping[str, str]] = {
    "contact": {"contactNo": "no", "contactName": "name", "contactType": "type"},
}
"""Names of its API for analyses, by table."""

_KEYS_OF_SERVICES = (
    "id",
    "systemId",
    "systemCreatedAt",
    "systemCreatedBy",
    "systemModifiedAt",
    "systemModifiedBy",
    "systemRowVersion",
    "timestamp",
    "etag",
    "lastModifiedDateTime",
    "No. Series",
    "Global Dimension 1 Code",
    "Global Dimension 2 Code",
    "Last Date Modified",
    "Last Time Modified",
)

_LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    "contact": (
        "Business Relation",
        "Contact Business Relation",
        "lastInteractionDate",
        "Picture",
        "Image",
        "Comment",
        "Next Task Date",
        "Last Date Attempted",
        "Date of Last Interaction",
        "No. of Job Responsibilities",
        "No. of Industry Groups",
        "No. of Business Relations",
        "No. of Mailing Groups",
        "No. of Interactions",
        "No. of Opportunities",
        "Cost (LCY)",
        "Duration (Min.)",
        "Estimated Value (LCY)",
        "Calcd. Current Value (LCY)",
        "Opportunity Entry Exists",
        "Task Entry Exists",
        "Search E-Mail",
        "Lookup Contact No.",
        "Xrm Id",
    ),
    "interaction_tmpl_language": ("File Extension",),
    "salesperson_purchaser": ("Commission %", "Image", "Picture"),
}
"""Fields of Business Central that the library works out or has no use for, by table."""


def _words_of(name: str) -> str:
    """The words of a column's name, folded, with a blank between; numbers are none."""
    apart = re.sub(r"(?<=[a-zà-ÿ])(?=[A-ZÀ-Þ])", " ", spelled_out(name))
    plain = unicodedata.normalize("NFKD", apart).casefold()
    kept = "".join(sign for sign in plain if not unicodedata.combining(sign))
    return " ".join(re.findall(r"\w+", re.sub(r"\bnos?\.", "", kept.replace("_", " "))))


def may_exclude(name: str) -> bool:
    """Whether a column may say that somebody must not be contacted.

    What cannot be read may say so: letters that are not Latin, or signs of a text that was read in
    a wrong encoding.

    >>> may_exclude("Opt-out"), may_exclude("Werbesperre"), may_exclude("Shoe Size")
    (True, True, False)
    """
    return names_exclusion(letters_of(name), _words_of(name)) or is_unreadable(spelled_out(name))


@attrs.frozen
class _Known:
    """The fields of a table, by the letters of what they are called.

    Attributes:
        excluding: Those that exclude somebody, in any way.
        named: All others by their names and captions.
        served: All others by what web services call them.
    """

    excluding: Mapping[str, Field]
    named: Mapping[str, Field]
    served: Mapping[str, Field]


@cache
def _known_columns(kind: Hashable) -> _Known:
    fields = {field.name: field for field in captioned_fields_of(cast("type[Record]", kind))}
    return _Known(
        excluding=_by_letters(_excluding(fields)),
        named=_by_letters(_named(fields)),
        served=_by_letters(_served(cast("type[Record]", kind).__table__, fields)),
    )


def _by_letters(called: Iterable[tuple[str, Field]]) -> Mapping[str, Field]:
    """The first field of each name."""
    found: dict[str, Field] = {}
    for name, field in called:
        found.setdefault(letters_of(name), field)
    return found


def _excluding(fields: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
    for name in _EXCLUDING.keys() & fields.keys():
        for called in (name, *fields[name].called, *_EXCLUDING[name]):
            yield called, fields[name]


def _named(fields: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
    for field in fields.values():
        yield field.name, field
        if field.also_called:
            yield field.also_called, field
    for field in fields.values():
        yield from ((called, field) for called in field.called)


def _served(table: str, fields: Mapping[str, Field]) -> Iterator[tuple[str, Field]]:
    for alias, name in _ALIASES_OF.get(table, {}).items():
        yield alias, fields[name]
    for alias, names in _ALIASES.items():
        yield from ((alias, fields[name]) for name in names if name in fields)
    for name, field in fields.items():
        letters = letters_of(name)
        if letters.endswith("no"):
            yield letters.removesuffix("no") + "number", field


@cache
def _left_out(table: str) -> frozenset[str]:
    return frozenset(map(letters_of, (*_KEYS_OF_SERVICES, *_LEFT_OUT.get(table, ()))))


def names_key(kind: type[Record], names: Iterable[str]) -> bool:
    """Whether names of columns hold that of the first part of the key: then they are a header."""
    known = _known_columns(cast("Hashable", kind))
    fields = {**known.served, **known.named}
    found = {field.name for name in names if (field := fields.get(letters_of(name))) is not None}
    return bool(found.intersection(kind.__key__[:1]))


# -- matching ---------------------------------------------------------------------------------


_UNASSIGNED: Mapping[str, str] = FrozenMapping()


def match_columns(
    kind: type[Record],
    names: Sequence[str],
    *,
    place: str,
    own: Iterable[Field] = (),
    ignore: Iterable[str] = (),
    assigned: Mapping[str, str] = _UNASSIGNED,
) -> tuple[Sequence[Column], Sequence[Fault]]:
    """What the columns of a table mean.

    Args:
        kind: The class of the records that the rows become.
        names: The columns as their source calls them; notes of OData are passed over.
        place: The source, for faults.
        own: The host's own fields of this table that are declared.
        ignore: Columns that the caller wants passed over; ``"*"`` is all that are none of ours,
            unless they may say that somebody must not be contacted.
        assigned: The fields of those columns that are not to be known by their names.

    Returns:
        The columns with their uses, and a fault for each that is none of ours, or that means the
        same field as one before.

    >>> from .code_tables import CountryRegion
    >>> columns, faults = match_columns(CountryRegion, ["Code", "displayName"], place="c.csv")
    >>> [column.field.name for column in columns]
    ['code', 'name']
    """
    matcher = _Matcher(kind, place, own, ignore)
    for name in names:
        if name in assigned:
            matcher.assign(name, assigned[name])
        elif not is_annotation(name):
            matcher.add(name)
    return matcher.columns, matcher.faults


_NEAR_NAMES = 100
"""For how many columns a near name is looked for."""


class _Matcher:
    """Matches one column after the other, and sees which field is filled already."""

    def __init__(
        self, kind: type[Record], place: str, own: Iterable[Field], ignore: Iterable[str]
    ) -> None:
        self.columns: list[Column] = []
        self.faults: list[Fault] = []
        self._table = kind.__table__
        self._place = place
        self._known = _known_columns(cast("Hashable", kind))
        self._fields = {field.name: field for field in captioned_fields_of(kind)}
        declared = list(own)
        self._own = {field.name: field for field in declared}
        self._own_called = _by_letters(
            (called, field) for field in declared for called in (field.name, *field.called)
        )
        wished = set(ignore)
        self._ignores_others = ALL_OTHERS in wished
        self._ignored = {letters_of(name) for name in wished - {ALL_OTHERS}}
        self._filled: set[str] = set()

    def add(self, name: str) -> None:
        """Match a column."""
        letters = letters_of(name)
        column = self._matched(name, letters)
        if column is None:
            self._unknown(name)
        else:
            self._keep(column)

    def assign(self, name: str, field: str) -> None:
        """Let a column fill a field, whatever it is called."""
        found = self._own.get(field) or self._fields.get(field)
        if found is None:
            near = near_name(field, [*self._own, *self._fields])
            hint = near_hint(near)
            reason = Message(
                "is {field} by the map, which is no field of {table}{hint}",
                field=field,
                table=Identifier(self._table),
                hint=hint,
            )
            self.faults.append(Fault(self._place, name, reason, "unknown_column"))
            return
        self._keep(Column(name, ColumnUse.OWN_FIELD if found.extra else ColumnUse.FIELD, found))

    def _keep(self, column: Column) -> None:
        self.columns.append(column)
        if column.field is None:
            return
        if column.field.name in self._filled:
            reason = Message("names a second column like one before")
            self.faults.append(Fault(self._place, column.name, reason, "malformed"))
        self._filled.add(column.field.name)

    def _matched(self, name: str, letters: str) -> Column | None:
        if letters in self._ignored:
            return Column(name, ColumnUse.IGNORED)
        field = self._field(name, letters)
        if field is not None:
            return Column(name, ColumnUse.OWN_FIELD if field.extra else ColumnUse.FIELD, field)
        if letters in _left_out(self._table):
            return Column(name, ColumnUse.LEFT_OUT)
        if self._ignores_others and not may_exclude(name):
            return Column(name, ColumnUse.IGNORED)
        return None

    def _field(self, name: str, letters: str) -> Field | None:
        """The field that a column means; no other name takes it from one that excludes."""
        known = self._known
        return (
            known.excluding.get(letters)
            or self._own.get(name)
            or known.named.get(letters)
            or self._own_called.get(letters)
            or known.served.get(letters)
        )

    def _unknown(self, name: str) -> None:
        if may_exclude(name):
            reason = Message(
                "may say that somebody must not be contacted; did you mean Exclude from Segment "
                "(exclude_from_segment) or Privacy Blocked (privacy_blocked)? Rename it, declare "
                "it as a field of your own, or name it in ignore"
            )
        else:
            reason = Message(
                "is no column of {table}{hint}; map it to a field, declare it as a field of your "
                "own, or name it in ignore",
                table=Identifier(self._table),
                hint=self._hint(name),
            )
        self.faults.append(Fault(self._place, name, reason, "unknown_column"))

    def _hint(self, name: str) -> Message | str:
        if len(self.faults) >= _NEAR_NAMES:
            return ""
        called = {**self._own_called, **self._known.named, **self._known.excluding}
        letters = letters_of(name)
        like = name_spelled_like(letters, called, alike=0.75)
        fields = {field.name for field in called.values()}
        meant = meant_field(letters, fields) or name_begun(name, sorted(fields))
        near = meant or (called[like].name if like else "")
        return Message(" (did you mean {near!r}?)", near=near) if near else ""
