"""One letter for several people: whether it can be one, and what its fields say of all of them.

Addresses and salutations are made for all. What is the same for all is said once; names stand in
a row. A letter that says anything else that is not the same for all cannot be one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence

import attrs

from segmentation.documents import field_name
from segmentation.fields import Value
from segmentation.joint_salutations import joint_names

_OF_CONTACT = ("", "contact_", "conta_")
_SALUTATIONS = ("formal_salutation", "informal_salutation")
_ADDRESS = (
    "address",
    "address_2",
    "post_code",
    "city",
    "county",
    "country_region_code",
    "company_name",
)
"""What is one for all of a household, however each spells it."""
MOST_LINES = 8
"""How many lines of an address have a field of their own."""

_LINES = frozenset(
    {
        *(field_name(f"address_line_{number + 1}") for number in range(MOST_LINES)),
        *(f"contactaddress{number + 1}" for number in range(MOST_LINES)),
    }
)
_OF_ALL = _LINES | {
    field_name("address_block"),
    field_name("country_region_name"),
    *(field_name(f"{p}{name}") for p in _OF_CONTACT for name in (*_SALUTATIONS, *_ADDRESS)),
}
_NAMES = frozenset(
    field_name(name)
    for name in (
        *(f"{prefix}name" for prefix in _OF_CONTACT),
        "interaction_contact_name",
        "interaction_log_entry_contact_name",
        "inter_contact_name",
        "segment_line_contact_name",
        "customer_contact",
        "custo_contact",
        "vendor_contact",
        "vendo_contact",
    )
)
_PARTS: Mapping[str, str] = {
    field_name(f"{prefix}{part}"): part
    for prefix in _OF_CONTACT
    for part in ("first_name", "surname", "initials")
}
"""Parts of a name, which stand in a row as long as no other part differs."""


@attrs.frozen
class Alike:
    """People whose letters say the same but for their names.

    Attributes:
        places: Their places among those who were looked at.
        differing: The fields because of which others are not among them.
    """

    places: tuple[int, ...]
    differing: tuple[str, ...] = ()


def alike(
    values: Sequence[Mapping[str, Value]],
    keys: Sequence[object | None],
    given: Collection[str],
) -> Sequence[Alike]:
    """Who can have one letter together, in the order of the first of each.

    Args:
        values: The values of the letter of each, by field as the template spells it.
        keys: What those at one address have in common; ``None`` for who has none.
        given: The fields that the host adds, of which nothing is known.
    """
    groups: list[list[int]] = []
    differing: dict[str, None] = {}
    for place, own in enumerate(values):
        for group in groups:
            if keys[place] is None or keys[group[0]] != keys[place]:
                continue
            different = _differing([*(values[each] for each in group), own], given)
            if not different:
                group.append(place)
                break
            differing |= dict.fromkeys(different)
        else:
            groups.append([place])
    return [Alike(tuple(group), tuple(differing)) for group in groups]


def _differing(values: Sequence[Mapping[str, Value]], given: Collection[str]) -> Sequence[str]:
    """The fields by which letters differ that no letter can say of all."""
    parts: dict[str, str] = {}
    others: list[str] = []
    for field in values[0]:
        plain = plain_name(field)
        same = all(each.get(field) == values[0][field] for each in values)
        if same or (plain not in given and plain in _OF_ALL | _NAMES):
            continue
        if plain in _PARTS and plain not in given:
            parts[field] = _PARTS[plain]
        else:
            others.append(field)
    return [*others, *parts] if others or len({*parts.values()}) > 1 else []


def plain_name(field: str) -> str:
    """The name of a field, or of a place in a layout, however it is spelled."""
    return field_name(field.rpartition("/")[2] if field.startswith("/") else field)


def joint_values(
    joint: Mapping[str, Value], values: Sequence[Mapping[str, Value]], language: str
) -> Mapping[str, Value]:
    """The values of one letter for several people.

    Args:
        joint: Its values, with names of the first only.
        values: The values of the letter of each, who are `alike`.
        language: The language of the letter, as a tag.
    """
    return {
        field: value
        if all(each[field] == values[0][field] for each in values) or _is_of_all(field)
        else joint_names((str(each[field]) for each in values), language)
        for field, value in joint.items()
    }


def _is_of_all(field: str) -> bool:
    return plain_name(field) in _OF_ALL


def shows_lines(fields: Iterable[str]) -> bool:
    """Whether fields show an address line by line, for which there may be too many lines."""
    return any(plain_name(field) in _LINES for field in fields)
