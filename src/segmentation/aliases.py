"""Aliases of types that keep their names, so that signatures stay short.

Python 3.12 has them. Before, a name that stands for its type is all that is needed here, and is
not worth a dependency. Type checkers read ``typing_extensions`` instead, which they bring along.
"""

import sys

if sys.version_info >= (3, 12):  # pragma: no cover - not the Python that is measured
    from typing import TypeAliasType
else:
    from typing import Union

    class TypeAliasType:
        """A type under a name.

        Attributes:
            __value__: What the name stands for.
        """

        def __init__(self, name: str, value: object) -> None:
            self.__name__ = name
            self.__value__ = value

        def __repr__(self) -> str:
            return self.__name__

        def __or__(self, other: object) -> object:
            return Union[self, other]  # noqa: UP007 - this is how ``|`` is made

        def __ror__(self, other: object) -> object:
            return Union[other, self]  # noqa: UP007 - likewise

        def __call__(self) -> None:
            """Raise an error; `typing` takes nothing for a type that cannot be called."""
            raise TypeError(f"{self.__name__} is an alias of a type")


__all__ = ["TypeAliasType"]
