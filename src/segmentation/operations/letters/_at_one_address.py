"""Lines of a segment whose contacts are at one address, so that one letter does for them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from segmentation.columns import Columns
from segmentation.contacts import AlternativeAddress, Contact, CorrespondenceType
from segmentation.operations.records import find_records
from segmentation.protocols import Store
from segmentation.segments import SegmentLine
from segmentation.setup import CompanyInformation
from segmentation.templates import InteractionTemplate

from ._merge_data import household_key

_TEXT = (
    "interaction_template_code",
    "language_code",
    "subject",
    "word_template_code",
    "attachment",
    "attachment_name",
    "correspondence_type",
    "extra",
)
"""What is the same in one letter; what its fields show is looked at when it is made."""

_AT_ONCE = 10_000


def households(
    store: Store, lines: Columns[SegmentLine], *, deliver: bool, everybody: bool
) -> tuple[tuple[int, ...], ...]:
    """The numbers of the lines that are to have one letter together, in their order.

    Mails have addresses of their own, and who is excluded from segments, and got in all the same,
    has a letter for itself.

    Args:
        store: Where everything is kept.
        lines: The lines.
        deliver: Whether documents are to be delivered.
        everybody: Whether all households share a letter; else those of templates that say so do.
    """
    codes = {code for (code,) in lines.counted("interaction_template_code") if code}
    if not everybody:
        templates = (store.records.find(InteractionTemplate, code) for code in codes)
        codes = {each.code for each in templates if each and each.one_letter_per_household}
    return _at_one_address(store, lines, codes, deliver=deliver) if codes else ()


def apart(
    store: Store,
    lines: Columns[SegmentLine],
    shared: Sequence[tuple[int, ...]],
    *,
    deliver: bool,
) -> tuple[tuple[int, ...], ...]:
    """The numbers of lines at one address that get more than one letter, by the address.

    Args:
        store: Where everything is kept.
        lines: The lines.
        shared: The numbers of the lines that have one letter together.
        deliver: Whether documents are to be delivered.
    """
    together = {frozenset(group) for group in shared}
    found = households(store, lines, deliver=deliver, everybody=True)
    return tuple(group for group in found if frozenset(group) not in together)


def _at_one_address(
    store: Store, lines: Columns[SegmentLine], codes: Collection[str], *, deliver: bool
) -> tuple[tuple[int, ...], ...]:
    by_post = {CorrespondenceType.HARD_COPY}
    if not deliver:
        by_post.add(CorrespondenceType.BLANK)
    place = _TEXT.index("attachment"), _TEXT.index("word_template_code")
    rows = [
        (number, no, code, text)
        for number, no, code, *text in lines.rows(
            "line_no", "contact_no", "contact_alt_address_code", *_TEXT
        )
        if no
        and text[0] in codes
        and text[_TEXT.index("correspondence_type")] in by_post
        and any(text[at] for at in place)
    ]
    found: dict[Any, list[int]] = {}
    for start in range(0, len(rows), _AT_ONCE):
        batch = rows[start : start + _AT_ONCE]
        keys = dict(_keys(store, batch))
        for number, _, _, text in batch:
            if number in keys:
                found.setdefault((keys[number], tuple(text)), []).append(number)
    return tuple(tuple(numbers) for numbers in found.values() if len(numbers) > 1)


def _keys(
    store: Store, rows: Sequence[tuple[int, str, str, Sequence[Any]]]
) -> Iterator[tuple[int, tuple[str, ...]]]:
    """What those at one address have in common, by the number of the line."""
    nos = sorted({no for _, no, _, _ in rows})
    contacts: Mapping[str, Contact] = {each.no: each for each in store.contacts.get_many(nos)}
    coded = [(no, code) for _, no, code, _ in rows if code]
    others = find_records(store, AlternativeAddress, list(dict.fromkeys(coded))) if coded else {}
    company = store.records.find(CompanyInformation) or CompanyInformation()
    for number, no, code, _ in rows:
        contact = contacts.get(no)
        if contact is None or contact.exclude_from_segment:
            continue
        place = others.get((no, code)) if code else None
        key = household_key(contact, place or contact, company.country_region_code)
        if key is not None:
            yield number, key
