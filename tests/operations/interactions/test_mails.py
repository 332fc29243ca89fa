"""Mails written by hand are recorded."""

import pytest

from segmentation.errors import Refused
from segmentation.operations.interactions import record_mail
from segmentation.templates import InteractionTemplate, InteractionTemplateSetup
from support.fair import TODAY, context, make_store, person


def test_a_mail_is_recorded_with_the_template_for_mails() -> None:
    """CON-53."""
    store = make_store(
        InteractionTemplate(code="MAIL", description="Mail"),
        InteractionTemplateSetup(e_mails="MAIL"),
        person("EVE", e_mail="eve@example.com", salesperson_code="JO"),
    )
    made = record_mail(context(store), "EVE", "The fair")
    assert made.interaction_template_code == "MAIL"
    assert (made.contact_no, made.subject, made.date) == ("EVE", "The fair", TODAY)
    assert store.log.head().number == made.entry_no


def test_without_a_template_for_mails_the_set_up_is_named() -> None:
    with pytest.raises(Refused, match="e_mails is blank"):
        record_mail(context(make_store()), "ANNA", "The fair")
