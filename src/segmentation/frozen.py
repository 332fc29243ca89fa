"""Mappings and sequences that cannot change, for the insides of frozen values.

A frozen value that holds a dictionary is not frozen: whoever gets it can change it, and it has
no hash. Knows nothing of what it holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, get_args, get_origin, overload

if TYPE_CHECKING:
    import attrs

KeyT = TypeVar("KeyT")
ValueT = TypeVar("ValueT")
ValueT_co = TypeVar("ValueT_co", covariant=True)
DefaultT = TypeVar("DefaultT")


class FrozenMapping(Mapping[KeyT, ValueT_co]):
    """A mapping that cannot change, equal to any mapping with the same items.

    Args:
        items: The items; they are copied.

    >>> sizes = FrozenMapping({"a": 1})
    >>> sizes == {"a": 1}, hash(sizes) == hash(FrozenMapping([("a", 1)]))
    (True, True)
    >>> sizes["a"] = 2
    Traceback (most recent call last):
    TypeError: 'FrozenMapping' object does not support item assignment
    """

    __slots__ = ("_items",)

    def __init__(
        self, items: Mapping[KeyT, ValueT_co] | Iterable[tuple[KeyT, ValueT_co]] = ()
    ) -> None:
        self._items: dict[KeyT, ValueT_co] = dict(items)

    def __getitem__(self, key: KeyT) -> ValueT_co:
        return self._items[key]

    def __iter__(self) -> Iterator[KeyT]:
        return iter(self._items)

    def __len__(self) -> int:
        return len(self._items)

    def __contains__(self, key: object) -> bool:
        return key in self._items

    @overload
    def get(self, key: KeyT, default: None = None, /) -> ValueT_co | None: ...
    @overload
    def get(self, key: KeyT, default: ValueT_co | DefaultT, /) -> ValueT_co | DefaultT: ...
    def get(self, key: KeyT, default: object = None, /) -> object:
        """The value of a key, or the default; asked for each line of a segment, so it is quick."""
        return self._items.get(key, default)

    def __hash__(self) -> int:
        return hash(frozenset(self._items.items()))

    def __repr__(self) -> str:
        return repr(self._items)


def freeze_within(
    _cls: type, attributes: list["attrs.Attribute[Any]"]
) -> list["attrs.Attribute[Any]"]:
    """Make attrs freeze the mappings and sequences that the fields of a class hold.

    A mapping becomes a `FrozenMapping`, a list a tuple; what is frozen already is not copied,
    and ranges and packed arrays stay as they are. A field with a converter sees to itself::

        @attrs.frozen(field_transformer=freeze_within)
        class Shelf:
            books: Mapping[str, Sequence[str]]
    """
    return [
        attribute.evolve(converter=_freezer(attribute.type))
        if attribute.converter is None
        else attribute
        for attribute in attributes
    ]


def _freezer(annotation: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 - of any field
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Sequence:
        return _frozen_sequence
    if origin is Mapping:
        return _frozen_table if get_origin(inner[1]) is Sequence else _frozen_mapping
    return None


def _frozen_sequence(items: Sequence[ValueT]) -> Sequence[ValueT]:
    return tuple(items) if isinstance(items, list) else items


def _frozen_mapping(items: Mapping[KeyT, ValueT]) -> FrozenMapping[KeyT, ValueT]:
    return items if isinstance(items, FrozenMapping) else FrozenMapping(items)


def _frozen_table(items: Mapping[KeyT, Sequence[ValueT]]) -> Mapping[KeyT, Sequence[ValueT]]:
    if isinstance(items, FrozenMapping):
        return items
    return FrozenMapping((key, _frozen_sequence(row)) for key, row in items.items())
