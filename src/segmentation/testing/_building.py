"""What tests are made of: a clock that stands still, contacts with little said of them."""

from datetime import datetime, timedelta
from typing import Any

from segmentation.contacts import Contact, ContactType


class FixedClock:
    """A clock that tells one time until it is moved.

    Args:
        at: The time that it tells; zone-aware.

    >>> from datetime import UTC
    >>> clock = FixedClock(datetime(2026, 11, 22, 9, 30, tzinfo=UTC))
    >>> clock.move(days=1)
    >>> print(clock())
    2026-11-23 09:30:00+00:00
    """

    def __init__(self, at: datetime) -> None:
        self._at = at

    def __call__(self) -> datetime:
        """The time."""
        return self._at

    def move(self, *, days: float = 0, seconds: float = 0) -> None:
        """Observer a later time, or an earlier one."""
        self._at += timedelta(days=days, seconds=seconds)


def make_company(no: str, **fields: Any) -> Contact:  # noqa: ANN401 - of a contact, any
    """A company, named after its number unless a name is given.

    Args:
        no: Its number.
        **fields: Any other fields of a contact.

    >>> make_company("SHOP", city="Bergen").company_name
    'SHOP Ltd'
    """
    name = fields.pop("name", f"{no} Ltd")
    return Contact(no=no, name=name, company_no=no, **{"company_name": name, **fields})


def make_person(no: str, company_no: str = "", **fields: Any) -> Contact:  # noqa: ANN401 - likewise
    """A person, named after its number unless a name is given.

    Args:
        no: Its number.
        company_no: Whom it works for; blank for nobody.
        **fields: Any other fields of a contact.

    >>> make_person("ANNA", "SHOP").name
    'Anna'
    """
    given = {"name": no.title(), "first_name": no.title(), **fields}
    return Contact(no=no, type=ContactType.PERSON, company_no=company_no, **given)
