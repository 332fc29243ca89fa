"""Contacts: cards, rows, comments, relations, duplicates, numbers, privacy and summaries."""

from ._access import KeptOfContact, kept_of_contact
from ._card import (
    add_contacts,
    change_contact,
    change_type,
    delete_contact,
    find_company,
    new_contact,
    persons_of,
    set_company,
)
from ._comments import (
    comment_contact,
    comments_of,
)
from ._duplicates import (
    STRINGS,
    Duplicate,
    SearchString,
    duplicates_in,
    find_duplicates,
    plain,
)
from ._erasure_list import ErasureFile, write_erasures_anew
from ._former import contacts_meant, keep_former_names
from ._inheritance import (
    ADDRESS,
    CODES,
    COMMUNICATION,
    completed,
    fitting,
    name_parts,
    named_company,
)
from ._marks import (
    admit_contact,
    exclude_contact,
)
from ._mentions import Mention
from ._merge import merge
from ._numbers import (
    renumber,
)
from ._pairs import (
    not_duplicates,
)
from ._privacy import (
    Also,
    Erasure,
    ErasurePlan,
    catch_up,
    erase_all_listed,
    erase_contact,
    erase_contacts,
    plan_erasing,
)
from ._relations import (
    contact_of_customer,
    contact_of_vendor,
    relation_summary,
)
from ._retention import (
    Retained,
    RetentionPlan,
    Staying,
    StayReason,
    apply_retention,
    plan_retention,
)
from ._rows import (
    ROWS,
    add_rows,
    remove_rows,
    row_counts,
    rows_of,
)
from ._summaries import (
    CompanySummary,
    PersonSummary,
    company_summary,
    contact_summary,
    person_summary,
)

__all__ = [
    "ADDRESS",
    "CODES",
    "COMMUNICATION",
    "ROWS",
    "STRINGS",
    "Also",
    "CompanySummary",
    "Duplicate",
    "Erasure",
    "ErasureFile",
    "ErasurePlan",
    "KeptOfContact",
    "Mention",
    "PersonSummary",
    "Retained",
    "RetentionPlan",
    "SearchString",
    "StayReason",
    "Staying",
    "add_contacts",
    "add_rows",
    "admit_contact",
    "apply_retention",
    "catch_up",
    "change_contact",
    "change_type",
    "comment_contact",
    "comments_of",
    "company_summary",
    "completed",
    "contact_of_customer",
    "contact_of_vendor",
    "contact_summary",
    "contacts_meant",
    "delete_contact",
    "duplicates_in",
    "erase_all_listed",
    "erase_contact",
    "erase_contacts",
    "exclude_contact",
    "find_company",
    "find_duplicates",
    "fitting",
    "keep_former_names",
    "kept_of_contact",
    "merge",
    "name_parts",
    "named_company",
    "new_contact",
    "not_duplicates",
    "person_summary",
    "persons_of",
    "plain",
    "plan_erasing",
    "plan_retention",
    "relation_summary",
    "remove_rows",
    "renumber",
    "row_counts",
    "rows_of",
    "set_company",
    "write_erasures_anew",
]
