"""Mistakes with interactions and tasks that both type checkers must find."""

from segmentation import Workspace
from segmentation.documents import Attachment


def given(crm: Workspace) -> None:
    _ = crm.interactions.create("C1", descripton="Talk")  # wrong
    _ = crm.interactions.create("C1", "TALK")  # wrong
    _ = crm.interactions.create("C1", canceled=True)  # wrong
    _ = crm.interactions.create("C1", cost=object())  # wrong
    _ = crm.interactions.create("C1", attachment=("talk.txt", b"Dear reader"))  # wrong
    _ = crm.interactions.draft("C1", comments="Friendly")  # wrong
    _ = crm.interactions.finish(17, contact_no="C2")  # wrong
    _ = crm.interactions.where(descripton="Talk")  # wrong
    _ = crm.interactions.record_call("C1", "117", line=10_000)  # wrong
    _ = crm.interactions.record_mail("C1")  # wrong
    _ = crm.interactions.record_document("sales_invoice", "1", contact="C1")  # wrong
    crm.interactions.evaluate("positive", 17)  # wrong
    crm.interactions.set_attempt(17, failed=True)  # wrong
    _ = crm.tasks.for_segment("SM1", task_type="meeting")  # wrong
    _ = crm.tasks.opportunity_of(17)  # wrong


def what_comes_out(crm: Workspace) -> Attachment:
    _ = crm.interactions.find(17).contact_no  # wrong
    _ = crm.interactions[17].contct_no  # wrong
    return crm.interactions.attachment("17.txt")  # wrong
