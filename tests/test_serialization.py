"""Values go to plain data and come back the same."""

import datetime as dt
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from segmentation.contacts import Contact, ContactType
from segmentation.errors import InvalidValue
from segmentation.fields import Value
from segmentation.interactions import Interaction
from segmentation.salutations import SalutationFormula
from segmentation.serialization import (
    from_data,
    from_json,
    to_data,
    to_json,
    value_from_data,
    value_to_data,
)

VALUES: st.SearchStrategy[Value] = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.text(),
    st.decimals(allow_nan=False, allow_infinity=False),
    st.dates(),
    st.times(),
    st.datetimes(timezones=st.just(dt.UTC)),
)


@given(VALUES)
def test_a_value_comes_back_with_its_type(value: Value) -> None:
    back = value_from_data(json.loads(json.dumps(value_to_data(value))))
    assert back == value
    assert type(back) is type(value)


@pytest.mark.parametrize("data", [{"soup": "x"}, {"date": "2026-01-01", "time": "10:00"}])
def test_a_tag_that_is_not_ours_is_refused(data: dict[str, str]) -> None:
    with pytest.raises(InvalidValue):
        value_from_data(data)


@pytest.mark.parametrize(
    "record",
    [
        Contact(no="C1"),
        Contact(
            no="C2",
            type=ContactType.PERSON,
            minor=True,
            last_modified=dt.datetime(2026, 11, 22, 10, tzinfo=dt.UTC),
            extra={"shoe_size": 38, "since": dt.date(2020, 1, 1), "rate": Decimal("1.5")},
        ),
        SalutationFormula(salutation_code="F", salutation="Dear %1,"),
        Interaction(
            entry_no=7,
            date=dt.date(2026, 11, 22),
            time_of_interaction=dt.time(10, 30),
            cost=Decimal("12.50"),
        ),
    ],
)
def test_a_record_comes_back_equal(record: Contact | SalutationFormula | Interaction) -> None:
    assert from_data(type(record), from_json(to_json(to_data(record)))) == record


def test_what_is_at_its_default_is_left_out() -> None:
    assert to_data(Contact(no="C1")) == {"no": "C1"}


@pytest.mark.parametrize(
    "data", [None, 5, {}, {"no": "C1", "unheard_of": 1}, {"no": "C1", "type": "robot"}]
)
def test_data_of_another_form_are_refused(data: object) -> None:
    with pytest.raises(InvalidValue, match="Contact"):
        from_data(Contact, data)


def test_text_that_is_not_json_is_refused() -> None:
    with pytest.raises(InvalidValue, match="cannot be read"):
        from_json("{")


def test_canonical_json_has_sorted_keys_no_blanks_and_letters_as_they_are() -> None:
    assert to_json({"b": [1, 2], "a": "Ø"}) == '{"a":"Ø","b":[1,2]}'
