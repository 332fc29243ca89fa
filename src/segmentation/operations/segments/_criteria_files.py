"""Saved criteria as texts and files that people read, compare and write by hand."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from os import PathLike
from pathlib import Path as FilePath
from typing import Any, Literal, TypeAlias

import attrs

from segmentation.codes import to_code
from segmentation.criteria import MEANING, Concern, Criteria, bind, to_neutral
from segmentation.errors import (
    BadDocument,
    Fault,
    Identifier,
    InvalidValue,
    Message,
    Rejected,
    UsageError,
)
from segmentation.fields import key_of
from segmentation.operations.checks import Placed, check_new, check_records
from segmentation.operations.context import Context
from segmentation.operations.criteria import check_selection
from segmentation.operations.records import get_records
from segmentation.operations.schema import parse_values, schema_of
from segmentation.protocols import Store
from segmentation.segments import (
    ActionKind,
    CriteriaAction,
    Options,
    SavedCriteria,
    actions_from_json,
    actions_to_json,
)
from segmentation.serialization import (
    JSON,
    DefinitionReader,
    Path,
    PlacedData,
    Unreadable,
    criteria_to_definition,
    read_placed,
    to_ordered_json,
    to_toml,
)

from ._circles import check_circle

CriteriaForm: TypeAlias = Literal["toml", "json"]
"""How saved criteria are written."""

_WHAT = Message("saved criteria")
_OPTIONS = tuple(field.name for field in attrs.fields(Options))
_ACTION_KEYS = ("kind", "where", *_OPTIONS, "by_hand", "saved_criteria", "meaning")
_KEYS = ("description", "where", "actions", "meaning", "extra")

# -- writing ------------------------------------------------------------------------------------


def criteria_to_text(store: Store, *codes: str | SavedCriteria, form: CriteriaForm = "toml") -> str:
    """Saved criteria as text, to be compared, changed and taken elsewhere.

    A condition stands on a line, and the criteria in the order of their codes. Who saved them,
    and when, is not in it: equal criteria give equal texts.

    Args:
        store: Where they are kept.
        *codes: Which; saved criteria themselves are taken as well.
        form: "toml" or "json".

    Raises:
        InvalidValue: None is named, or there is no such form.
        NotFound: Some are not there; the error names all of them.
    """
    if not codes:
        reason = Message("are not given; give at least one code")
        raise InvalidValue("codes", (), reason)
    if form not in {"toml", "json"}:
        raise InvalidValue("form", form, "is neither 'toml' nor 'json'")
    chosen = {saved.code: saved for saved in get_records(store, SavedCriteria, codes)}
    data = {code: _to_data(chosen[code]) for code in sorted(chosen)}
    return to_toml(data) if form == "toml" else to_ordered_json(data)


def _to_data(saved: SavedCriteria) -> dict[str, JSON]:
    actions = actions_from_json(saved.actions)
    data: dict[str, JSON] = {"description": saved.description} if saved.description else {}
    extra = {"extra": {name: _plain(value) for name, value in saved.extra}} if saved.extra else {}
    match actions:
        case (CriteriaAction(criteria=criteria, meaning=meaning),) if (
            criteria is not None and actions == (_chosen(criteria, meaning),)
        ):
            where = criteria_to_definition(criteria)
            return {**data, "meaning": meaning, **extra, "where": where}
    return {**data, **extra, "actions": [_action_to_data(action) for action in actions]}


def _chosen(criteria: Criteria | None, meaning: int) -> CriteriaAction:
    """What a definition without actions stands for: all who meet the selection are added."""
    return CriteriaAction(kind=ActionKind.ADD, criteria=criteria, meaning=meaning)


def _action_to_data(action: CriteriaAction) -> dict[str, JSON]:
    data: dict[str, JSON] = {"kind": str(action.kind)}
    data |= {name: True for name in _OPTIONS if getattr(action.options, name)}
    if action.by_hand:
        data["by_hand"] = True
    if action.saved_code:
        data["saved_criteria"] = action.saved_code
    data["meaning"] = action.meaning
    if action.criteria is not None:
        data["where"] = criteria_to_definition(action.criteria)
    return data


def _plain(value: object) -> JSON:
    return value if isinstance(value, str | int | bool) else str(value)


# -- reading ------------------------------------------------------------------------------------


def add_criteria_from_text(
    context: Context, text: str, *, replace: bool = False
) -> Sequence[SavedCriteria]:
    """Keep the saved criteria of a text: all of them, or none.

    Those that are there already just so stay as they are.

    Args:
        context: Store, user, day and clock; the user and the time stand on what is kept.
        text: What `criteria_to_text` wrote, or somebody by hand.
        replace: Whether codes that are in use already are replaced.

    Raises:
        Rejected: The text cannot be read, names fields or keys that are not there, has filters
            that do not fit; or codes are in use already: all faults, with their lines.
        Refused: A segment that they ask for follows these very criteria.
    """
    return _add(context, [_Source("", text)], replace=replace)


def add_criteria_from_files(
    context: Context, *files: str | PathLike[str], replace: bool = False
) -> Sequence[SavedCriteria]:
    """Keep the saved criteria of files: all of them, or none.

    Args:
        context: Store, user, day and clock; the user and the time stand on what is kept.
        *files: TOML and JSON files in UTF-8.
        replace: Whether codes that are in use already are replaced.

    Raises:
        BadDocument: A file is not there, or is no text.
        Rejected: As for `add_criteria_from_text`, with the files' names; or a code is in two.
        Refused: A segment that they ask for follows these very criteria.
    """
    return _add(context, [_source(each) for each in files], replace=replace)


def check_criteria_files(context: Context, *files: str | PathLike[str]) -> Sequence[Fault]:
    """What is wrong with the saved criteria in files; nothing is kept.

    Codes that the store does not have are faults here, too, and so is a file that is not there.

    Args:
        context: Store, user, day and clock.
        *files: TOML and JSON files in UTF-8.

    Returns:
        The faults in the order of the files and their lines, each with ``file:line:place``.
    """
    faults: list[Fault] = []
    read: list[Placed] = []
    for file in files:
        try:
            source = _source(file)
        except BadDocument as error:
            faults.append(Fault(Identifier(error.name), "", error.reason))
            continue
        reading = _Reading(context, source, with_codes=True)
        read += reading.records()
        faults += reading.faults
    faults += _given_twice(read)
    try:
        check_records(context.store, read, what=_WHAT)
    except Rejected as error:
        faults += error.faults
    return tuple(faults)


@attrs.frozen
class _Source:
    """A text and the name of its file; empty if it has none."""

    name: str
    text: str


def _source(file: str | PathLike[str]) -> _Source:
    path = FilePath(file)
    try:
        return _Source(str(file), path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise BadDocument(str(file), Message("is no text in UTF-8")) from None
    except OSError as error:
        reason = Message("cannot be read: {error}", error=error.strerror or str(error))
        raise BadDocument(str(file), reason) from None


def _add(context: Context, sources: Iterable[_Source], *, replace: bool) -> Sequence[SavedCriteria]:
    store = context.store
    with store.transaction():
        faults: list[Fault] = []
        read: list[Placed] = []
        for source in sources:
            reading = _Reading(context, source)
            read += reading.records()
            faults += reading.faults
        check = check_records if replace else check_new
        faults += _given_twice(read)
        if not faults:
            check(store, read, what=_WHAT)
        if faults:
            raise Rejected(_WHAT, faults)
        made = [each.record for each in read if isinstance(each.record, SavedCriteria)]
        typed = [_as_kept(store, each) for each in made]
        store.records.put(typed)
        for each in typed:
            check_circle(store, each.code)
    return typed


def _given_twice(read: Sequence[Placed]) -> Iterator[Fault]:
    """Codes that are there already in the same or another text."""
    first: dict[str, str] = {}
    for each in read:
        place, code = each.place, str(key_of(each.record)[0])
        if code in first:
            reason = Message("{code} is given already at {place}", code=code, place=first[code])
            yield Fault(place, "code", reason)
        first.setdefault(code, place)


def _as_kept(store: Store, new: SavedCriteria) -> SavedCriteria:
    """Criteria as they are kept already, if they are just so."""
    old = store.records.find(SavedCriteria, new.code)
    if old and attrs.evolve(new, saved_by=old.saved_by, saved_at=old.saved_at) == old:
        return old
    return new


class _Reading:
    """The saved criteria of one text, and all that is wrong with them."""

    def __init__(self, context: Context, source: _Source, *, with_codes: bool = False) -> None:
        self.faults: list[Fault] = []
        self._context = context
        self._name = source.name
        self._schema = schema_of(context.store)
        self._with_codes = with_codes
        self._reader = DefinitionReader(self._look)
        self._read_data = self._read(source.text)

    def _read(self, text: str) -> PlacedData:
        try:
            return read_placed(text)
        except Unreadable as error:
            self.faults.append(Fault(self._placed(str(error.place)), "", error.reason))
            return PlacedData({}, {}, {})

    def _placed(self, place: str) -> str:
        return Identifier(f"{self._name}:{place}" if self._name else place)

    def records(self) -> Sequence[Placed]:
        """Those without fault, each with its place."""
        found = []
        for code, data in self._read_data.data.items():
            made = self._criteria(code, data)
            if made is not None:
                place = self._placed(str(self._read_data.key((code,))))
                found.append(Placed(place, made))
        for fault in self._reader.faults:
            in_text = fault.position is not None
            at = self._read_data.value(fault.path) if in_text else self._read_data.key(fault.path)
            place = self._placed(str(at.behind(fault.position or 0)))
            self.faults.append(Fault(place, fault.field, fault.reason))
        return found

    def _criteria(self, code: str, data: JSON) -> SavedCriteria | None:
        path: Path = (code,)
        before = len(self._reader.faults)
        if not to_code(code):
            self._reader.tell(path, Message("is blank"))
        known = self._reader.known(data, path, _KEYS)
        if known is None:
            return None
        description = self._reader.value(str, known, (*path, "description"), "")
        extra = self._reader.object(known.get("extra", {}), (*path, "extra"))
        actions = tuple(self._actions(known, path))
        values = self._values(path, {"description": description, "extra": extra or {}})
        if extra is None or len(self._reader.faults) > before:
            return None
        return SavedCriteria(
            code=to_code(code),
            saved_by=self._context.user,
            saved_at=self._context.now,
            actions=actions_to_json(actions),
            **values,
        )

    def _values(self, path: Path, given: Mapping[str, object]) -> Mapping[str, Any]:
        """What is said of criteria, as its fields hold it."""
        try:
            return parse_values(self._context.store, SavedCriteria, given)
        except Rejected as error:
            for fault in error.faults:
                inner = fault.field.removeprefix("extra.")
                at = (*path, "extra", inner) if inner != "description" else (*path, inner)
                self._reader.tell(at, Message("{reason}", reason=fault.reason))
        return {}

    def _actions(self, data: Mapping[str, JSON], path: Path) -> Iterator[CriteriaAction]:
        given = [name for name in ("where", "actions") if name in data]
        if len(given) != 1:
            self._reader.tell(path, Message("needs either where or actions"))
        elif given == ["where"]:
            criteria = self._where(data["where"], (*path, "where"))
            meaning = self._meaning(data, path)
            yield _chosen(criteria, meaning)
        elif not isinstance(data["actions"], list):
            self._reader.tell((*path, "actions"), Message("is no list of tables"))
        else:
            for place, each in enumerate(data["actions"]):
                yield from self._action(each, (*path, "actions", place))

    def _action(self, data: JSON, path: Path) -> Iterator[CriteriaAction]:
        known = self._reader.known(data, path, _ACTION_KEYS)
        if known is None:
            return
        kind = self._reader.option(ActionKind, known, (*path, "kind"))
        if kind is None:
            return
        value = self._reader.value
        options = {name: value(bool, known, (*path, name), default=False) for name in _OPTIONS}
        yield CriteriaAction(
            kind=kind,
            criteria=self._where(known["where"], (*path, "where")) if "where" in known else None,
            options=Options(**options),
            by_hand=value(bool, known, (*path, "by_hand"), default=False),
            saved_code=to_code(value(str, known, (*path, "saved_criteria"), "")),
            meaning=self._meaning(known, path),
        )

    def _meaning(self, data: Mapping[str, JSON], path: Path) -> int:
        place = (*path, "meaning")
        meaning = self._reader.value(int, data, place, MEANING)
        if not 1 <= meaning <= MEANING:
            reason = Message("is not known; this library reads up to {known}", known=MEANING)
            self._reader.tell(place, reason, position=0)
        return meaning

    def _where(self, data: JSON, path: Path) -> Criteria | None:
        criteria = self._reader.criteria(data, path)
        if criteria is None:
            return None
        return to_neutral(criteria, self._schema, self._context.day)

    def _look(self, criteria: Criteria) -> UsageError | None:
        try:
            bind(criteria, self._schema, self._context.day)
        except UsageError as error:
            return error
        if self._with_codes:
            for remark in check_selection(self._context, criteria):
                if remark.concern is Concern.UNKNOWN_CODE:
                    return InvalidValue(
                        remark.place, "", Message("{remark}", remark=remark.sentence)
                    )
        return None
