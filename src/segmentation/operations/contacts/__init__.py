"""Contacts: cards, rows, relations, duplicates, privacy and summaries."""

from ._card import (
    ADDRESS,
    CODES,
    COMMUNICATION,
    change_contact,
    change_type,
    delete_contact,
    find_company,
    name_parts,
    new_contact,
    persons_of,
    set_company,
)
from ._duplicates import (
    STRINGS,
    Duplicate,
    SearchString,
    duplicates_in,
    find_duplicates,
    merge,
    plain,
)
from ._privacy import (
    Erasure,
    erase_person,
)
from ._relations import (
    contact_of,
    relation_summary,
)
from ._rows import (
    ROWS,
    add_row,
    remove_row,
    row_counts,
    rows_of,
)
from ._summaries import (
    CompanySummary,
    PersonSummary,
    company_summary,
    person_summary,
)

__all__ = [
    "ADDRESS",
    "CODES",
    "COMMUNICATION",
    "ROWS",
    "STRINGS",
    "CompanySummary",
    "Duplicate",
    "Erasure",
    "PersonSummary",
    "SearchString",
    "add_row",
    "change_contact",
    "change_type",
    "company_summary",
    "contact_of",
    "delete_contact",
    "duplicates_in",
    "erase_person",
    "find_company",
    "find_duplicates",
    "merge",
    "name_parts",
    "new_contact",
    "person_summary",
    "persons_of",
    "plain",
    "relation_summary",
    "remove_row",
    "row_counts",
    "rows_of",
    "set_company",
]
