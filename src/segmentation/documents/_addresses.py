"""Postal addresses in the form of their country.

The order of post code, city and county follows the addressing systems that the Universal
Postal Union publishes for each country; a country that is not in the table has the post code
before the city, as most have. The country's name stands last, in capitals, on letters that
leave the sender's country.
"""

from collections.abc import Sequence

_MOST = "{post_code} {city}"
_CITY_FIRST = "{city} {post_code}"
_CITY_THEN_CODE = "{city}\n{post_code}"
_STATE = "{city}, {county} {post_code}"
_NO_COMMA = "{city} {county} {post_code}"
_COUNTY_LINE = "{post_code} {city}\n{county}"
_BRITISH = "{city}\n{county}\n{post_code}"

_LINES = {
    "AE": "{city}",
    "AU": _NO_COMMA,
    "BR": "{city} - {county}\n{post_code}",
    "CA": "{city} {county}  {post_code}",
    "CN": "{post_code} {city}, {county}",
    "ES": _COUNTY_LINE,
    "GB": _BRITISH,
    "GG": _BRITISH,
    "HK": "{city}",
    "ID": _CITY_FIRST,
    "IE": _BRITISH,
    "IM": _BRITISH,
    "IN": "{city} {post_code}\n{county}",
    "IT": "{post_code} {city} {county}",
    "JE": _BRITISH,
    "JP": "{city}, {county} {post_code}",
    "KR": "{city}, {county} {post_code}",
    "LV": "{city}, {post_code}",
    "MX": "{post_code} {city}, {county}",
    "NI": _BRITISH,
    "NZ": _CITY_FIRST,
    "RU": "{city}\n{county}\n{post_code}",
    "SG": _CITY_FIRST,
    "TH": "{city}\n{county} {post_code}",
    "TR": "{post_code} {city} {county}",
    "UA": "{city}\n{county}\n{post_code}",
    "US": _STATE,
    "ZA": _CITY_THEN_CODE,
}


def address_lines(
    *names: str,
    address: str = "",
    address_2: str = "",
    post_code: str = "",
    city: str = "",
    county: str = "",
    country_code: str = "",
    country_name: str = "",
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

    >>> address_lines("Anna Berg", address="Storgata 1", post_code="0155", city="Oslo")
    ['Anna Berg', 'Storgata 1', '0155 Oslo']
    >>> address_lines("Al Ray", city="Reno", county="NV", post_code="89501", country_code="US",
    ...     country_name="United States")
    ['Al Ray', 'Reno, NV 89501', 'UNITED STATES']
    """
    parts = {"post_code": post_code, "city": city, "county": county}
    place = _LINES.get(country_code, _MOST)
    lines = [*names, address, address_2]
    lines += (_filled(line, parts) for line in place.split("\n"))
    lines.append(country_name.upper())
    tidy = (" ".join(line.split()) for line in lines)
    return [line for line in tidy if line]


def _filled(line: str, parts: dict[str, str]) -> str:
    """A line with its parts; no comma or dash is left where a part is blank."""
    return line.format(**parts).strip(" ,-").replace(" , ", " ").replace(", -", "")
