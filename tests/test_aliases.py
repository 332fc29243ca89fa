"""Names of types, as Python 3.12 makes them and as we do before."""

from collections.abc import Mapping
from typing import get_args

import pytest

from segmentation.aliases import TypeAliasType

ROW = TypeAliasType("ROW", Mapping[str, object])


def test_an_alias_shows_its_name_and_holds_its_type() -> None:
    assert repr(ROW) == "ROW"
    assert ROW.__name__ == "ROW"
    assert ROW.__value__ == Mapping[str, object]


def test_an_alias_is_one_of_several_types() -> None:
    assert get_args(ROW | None) == (ROW, type(None))
    assert get_args(None | ROW) == (type(None), ROW)


def test_an_alias_makes_nothing() -> None:
    with pytest.raises(TypeError):
        ROW()
