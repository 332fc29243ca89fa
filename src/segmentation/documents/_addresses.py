"""Postal addresses in the form of their country.

The order of street, post code, city and county follows the addressing systems that the Universal
Postal Union publishes for each country, as Google's libaddressinput has them (in Latin letters). A
country that is not in the table has the post code before the city, as most have, and its county
on a line below. The country's name stands last, in capitals, on letters that leave the sender's
country.
"""

import re
import unicodedata
from collections.abc import Mapping, Sequence

_OTHER = "{post_code} {city}\n{county}"
_PLAIN = "{post_code} {city}"
_CITY_FIRST = "{city} {post_code}\n{county}"
_CITY_THEN_CODE = "{city}\n{county}\n{post_code}"
_ONE_LINE = "{city} {county} {post_code}"
_COMMA = "{city}, {county} {post_code}"
_COUNTY_THEN_CODE = "{city}\n{county} {post_code}"
_CODE_COUNTY = "{post_code} {city} {county}"
_CODE_ABOVE = "{post_code}\n{city}, {county}"

_BY_LAYOUT = {
    _PLAIN: "AD AT BA BE BG CH CY CZ DE DK EE FI FO FR GF GL GP GR HR IS LI LT LU MC ME MK MQ NC "
    "NL NO PL PM PT RE RO RS SE SI SJ SK SM TN VA WF YT",
    _CITY_FIRST: "AF BD BH BN BT EG ID IL IN JO KH KW LB LK LS MT MV NG NP NZ PE PG SA SG UY VC",
    _CITY_THEN_CODE: "AI BB CR CU FK GB GG GI GS IE IM IO JE KE NA PN RU SH SZ TC UA VG ZA",
    _ONE_LINE: "AS AU BM CA CC CX FM GU KY MH MP NF PR PW UM VI",
    _COMMA: "JP KR SO TW US",
    _COUNTY_THEN_CODE: "MN MZ TH VN",
    _CODE_COUNTY: "IT PF TR",
    _CODE_ABOVE: "AM EC MU NI OM",
}
_OWN = {
    "BR": "{city} - {county}\n{post_code}",
    "BS": "{city}, {county}",
    "BY": "{post_code}, {city}\n{county}",
    "CN": "{post_code} {city}, {county}",
    "CO": "{city}, {county}, {post_code}",
    "GT": "{post_code}-{city}\n{county}",
    "HN": "{city}, {county}\n{post_code}",
    "HU": "{city}\n{street}\n{post_code}",
    "IQ": "{city}, {county}\n{post_code}",
    "IR": "{county}\n{city}\n{street}\n{post_code}",
    "KZ": "{post_code}\n{county}\n{city}",
    "LV": "{city}, {county}, {post_code}",
    "MM": "{city}, {post_code}\n{county}",
    "MX": "{post_code} {city}, {county}",
    "PK": "{city}-{post_code}\n{county}",
    "SV": "{post_code}-{city}\n{county}",
    "VE": "{city} {post_code}, {county}",
}
_LINES = {
    **{code: layout for layout, codes in _BY_LAYOUT.items() for code in codes.split()},
    **_OWN,
}
_PART = re.compile(r"\{(\w+)\}")


def address_lines(
    *names: str,
    address: str = "",
    address_2: str = "",
    post_code: str = "",
    city: str = "",
    county: str = "",
    country_code: str = "",
    country_name: str = "",
    capitals: bool = False,
) -> Sequence[str]:
    """The lines of an address, in the order of its country; blank ones are left out.

    Args:
        *names: What stands above the street: company, person, department.
        address: The street.
        address_2: A second line of it.
        post_code: The post code.
        city: The city.
        county: County, state or province.
        country_code: The country whose order it is; empty for the sender's own.
        country_name: Stands last; empty on letters within the country.
        capitals: Whether the city of a letter that leaves the country is written in capitals too,
            as DIN 5008 has it.

    >>> address_lines("Anna Berg", address="Storgata 1", post_code="0155", city="Oslo")
    ['Anna Berg', 'Storgata 1', '0155 Oslo']
    >>> address_lines("Al Ray", city="Reno", county="NV", post_code="89501", country_code="US",
    ...     country_name="United States")
    ['Al Ray', 'Reno, NV 89501', 'UNITED STATES']
    """
    abroad = bool(country_name)
    parts = {"post_code": post_code, "city": city, "county": county}
    if capitals and abroad:
        parts = {name: part.upper() for name, part in parts.items()}
    layout = _LINES.get(country_code, _OTHER)
    street = [address, address_2]
    lines = [*names, *([] if "{street}" in layout else street)]
    for line in layout.split("\n"):
        lines += street if line == "{street}" else [_filled(line, parts)]
    lines.append(country_name.upper())
    tidy = (" ".join(line.split()) for line in lines)
    return [line for line in tidy if line]


def _filled(line: str, parts: Mapping[str, str]) -> str:
    """A line with its parts; of what stands between them, a blank part takes its own along."""
    between, *rest = _PART.split(line)
    filled = ""
    for name, after in zip(rest[::2], rest[1::2], strict=True):
        part = parts[name].strip()
        if part:
            filled += (between if filled else "") + part
        between = after
    return filled


_BLANKS = re.compile(r"(?<=\D)\s+|\s+(?=\D)")


def address_key(
    *,
    address: str = "",
    address_2: str = "",
    post_code: str = "",
    city: str = "",
    county: str = "",
    country_code: str = "",
) -> tuple[str, ...] | None:
    """What two addresses have in common if they are one; case and blanks do not count.

    A blank between two digits does, as it parts a house from a flat. Without a street, or without
    a town, there is no address: nobody knows whether two such places are one.

    Args:
        address: The street.
        address_2: A second line of it.
        post_code: The post code.
        city: The city.
        county: County, state or province.
        country_code: The country.

    >>> one = address_key(address="Storgata 1 B", post_code="01 55", city="Oslo")
    >>> one == address_key(address="STORGATA 1b ", post_code="0155", city="oslo")
    True
    >>> address_key(city="Oslo") is None
    True
    """
    street = tuple(map(_folded, (address, address_2)))
    code, town = "".join(_folded(post_code).split()), _folded(city)
    if not any(street) or not (code or town):
        return None
    return (*street, code, town, _folded(county), _folded(country_code))


def _folded(text: str) -> str:
    same = text if text.isascii() else unicodedata.normalize("NFKC", text)
    plain = " ".join(same.split()).casefold()
    return _BLANKS.sub("", plain) if " " in plain else plain
