"""Which tables there are beside the nouns: those that no noun of the workspace keeps."""

from collections.abc import Mapping
from functools import cache

from segmentation.errors import InvalidValue, Message, NotFound
from segmentation.fields import Record
from segmentation.frozen import FrozenMapping
from segmentation.kinds import record_kinds
from segmentation.operations.schema import own_kinds
from segmentation.protocols import Store

NOUNS: Mapping[str, str] = {
    "address_mark": "addresses",
    "campaign": "campaigns",
    "campaign_activation": "campaigns",
    "campaign_entry": "campaigns",
    "campaign_tally": "campaigns",
    "campaign_target_group": "campaigns",
    "company_information": "setup",
    "consent": "consents",
    "contact": "contacts",
    "contact_alt_address": "contacts",
    "contact_business_relation": "contacts",
    "contact_comment": "contacts",
    "contact_former_name": "contacts",
    "contact_former_no": "contacts",
    "contact_industry_group": "contacts",
    "contact_job_responsibility": "contacts",
    "contact_mailing_group": "contacts",
    "contact_mark": "contacts",
    "contact_not_duplicate": "contacts",
    "contact_profile_answer": "questionnaires",
    "contact_web_source": "contacts",
    "delivery_claim": "letters",
    "extra_field": "tables.define",
    "held_back_contact": "campaigns",
    "interaction_comment": "interactions",
    "interaction_log_entry": "interactions",
    "interaction_template": "templates",
    "interaction_template_setup": "setup",
    "interaction_tmpl_language": "templates",
    "interaction_total": "templates",
    "logged_segment": "logged_segments",
    "marketing_setup": "setup",
    "own_definitions": "tables.define",
    "own_table": "tables.define",
    "profile_questionnaire_header": "questionnaires",
    "profile_questionnaire_line": "questionnaires",
    "rating": "questionnaires",
    "saved_segment_criteria": "saved_criteria",
    "segment_header": "segments",
    "segment_line": "segments",
    "segment_plan": "segments",
    "word_template": "templates",
}
"""The tables that are kept by a noun of the workspace (or a verb), with its name."""


@cache
def code_kinds() -> Mapping[str, type[Record]]:
    """The kinds of records of ours that have no noun of their own, by the names of their tables.

    >>> code_kinds()["mailing_group"].__name__, "contact" in code_kinds()
    ('MailingGroup', False)
    """
    return FrozenMapping(
        (table, kind) for table, kind in sorted(record_kinds().items()) if table not in NOUNS
    )


def table_kinds(store: Store) -> Mapping[str, type[Record]]:
    """The kinds of records without a noun of their own: `code_kinds`, and what the host defined."""
    own = own_kinds(store)
    return dict(sorted({**code_kinds(), **own}.items())) if own else code_kinds()


def table_kind(store: Store, table: str | type[Record]) -> type[Record]:
    """The kind of record of a table.

    Args:
        store: Where the host's own tables are defined.
        table: The table's name, or its kind.

    Raises:
        NotFound: There is no such table; the error carries the near name.
        InvalidValue: The table has a noun of its own, which the error names.
    """
    name = str(getattr(table, "__table__", table))
    kinds = code_kinds() if name in code_kinds() else table_kinds(store)
    if name in kinds:
        return kinds[name]
    if name in NOUNS:
        reason = Message("has a place of its own: crm.{noun}", noun=NOUNS[name])
        raise InvalidValue("table", name, reason)
    raise NotFound("table", name, known=kinds)
