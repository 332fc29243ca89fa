"""Which tables there are beside the nouns: those that no noun of the workspace keeps."""

from collections.abc import Mapping
from functools import cache

from segmentation.errors import InvalidValue, Message, NotFound
from segmentation.fields import Record
from segmentation.frozen import FrozenMapping
from segmentation.kinds import record_kinds

NOUNS: Mapping[str, str] = {
    "campaign": "campaigns",
    "campaign_activation": "campaigns",
    "campaign_entry": "campaigns",
    "campaign_tally": "campaigns",
    "campaign_target_group": "campaigns",
    "company_information": "setup",
    "contact": "contacts",
    "contact_alt_address": "contacts",
    "contact_business_relation": "contacts",
    "contact_industry_group": "contacts",
    "contact_job_responsibility": "contacts",
    "contact_mailing_group": "contacts",
    "contact_mark": "contacts",
    "contact_not_duplicate": "contacts",
    "contact_profile_answer": "questionnaires",
    "contact_web_source": "contacts",
    "delivery_claim": "letters",
    "extra_field": "import_data",
    "interaction_comment": "interactions",
    "interaction_log_entry": "interactions",
    "interaction_template": "templates",
    "interaction_template_setup": "setup",
    "interaction_tmpl_language": "templates",
    "interaction_total": "templates",
    "logged_segment": "logged_segments",
    "marketing_setup": "setup",
    "profile_questionnaire_header": "questionnaires",
    "profile_questionnaire_line": "questionnaires",
    "rating": "questionnaires",
    "saved_segment_criteria": "saved_criteria",
    "segment_header": "segments",
    "segment_line": "segments",
    "word_template": "templates",
}
"""The tables that are kept by a noun of the workspace (or a verb), with its name."""


@cache
def table_kinds() -> Mapping[str, type[Record]]:
    """The kinds of records that have no noun of their own, by the names of their tables.

    >>> table_kinds()["mailing_group"].__name__, "contact" in table_kinds()
    ('MailingGroup', False)
    """
    return FrozenMapping(
        (table, kind) for table, kind in sorted(record_kinds().items()) if table not in NOUNS
    )


def table_kind(table: str | type[Record]) -> type[Record]:
    """The kind of record of a table.

    Args:
        table: The table's name, or its kind.

    Raises:
        NotFound: There is no such table; the error carries the near name.
        InvalidValue: The table has a noun of its own, which the error names.
    """
    name = str(getattr(table, "__table__", table))
    found = table_kinds().get(name)
    if found is not None:
        return found
    if name in NOUNS:
        reason = Message("has a place of its own: crm.{noun}", noun=NOUNS[name])
        raise InvalidValue("table", name, reason)
    raise NotFound("table", name, known=table_kinds())
