"""Records that were changed behind the journal's back are found, and put right."""

import attrs

from segmentation.interactions import Evaluation, Interaction, InteractionComment, InteractionTotal
from segmentation.operations.journal import audit, restore_records
from support.desk import check_journal, make_desk, segment_of


def test_what_was_changed_beside_the_journal_is_found_and_put_right() -> None:
    crm = make_desk()
    logged = segment_of(crm, "ANNA", "BO").log()
    one, two = logged.interactions
    crm.interactions.comment(one.entry_no, "Well")
    invented = attrs.evolve(one, entry_no=99)
    crm.store.records.put([attrs.evolve(one, evaluation=Evaluation.POSITIVE), invented])
    crm.store.records.remove([two, *crm.store.records.all(InteractionTotal, dimension="group")])
    found = audit(crm.store)
    assert list(map(str, found)) == [
        "interaction_log_entry 2 differs (evaluation)",
        "interaction_log_entry 3 is missing",
        "interaction_log_entry 99 is not in the journal",
        "interaction_total group TALKS 2026-11-22 is missing",
    ]
    assert restore_records(crm.context) == found
    assert list(crm.store.records.all(Interaction)) == [one, two]
    assert len(list(crm.store.records.all(InteractionComment))) == 1
    check_journal(crm)
