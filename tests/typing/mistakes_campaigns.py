"""Mistakes with campaigns, questionnaires and the journal that both type checkers must find."""

from segmentation import Contact, Workspace
from segmentation.questionnaires import ProfileQuestionnaire


def campaigns(crm: Workspace, contact: Contact) -> None:
    crm.campaigns.new("Autumn", descripton="x")  # wrong
    crm.campaigns.new("Autumn", starting_date=5)  # wrong
    crm.campaigns.change("FAIR", salesperson=3)  # wrong
    crm.campaigns.change(contact, description="x")  # wrong
    crm.campaigns.where(status_code=3)  # wrong
    crm.campaigns.add(contact)  # wrong
    crm.campaigns.figures("FAIR", since="2026-11-22")  # wrong
    crm.campaigns.figures_by("FAIR")  # wrong
    crm.campaigns.figures_over("FAIR", "month", starting_date=None)  # wrong
    crm.campaigns.cancel_entry("5")  # wrong
    crm.campaigns.active_for("C1")  # wrong
    _ = crm.campaigns[5]  # wrong


def questionnaires(crm: Workspace, contact: Contact, questionnaire: ProfileQuestionnaire) -> None:
    crm.questionnaires.new("Q", contact_typ="people")  # wrong
    crm.questionnaires.new("Q", lines=[questionnaire])  # wrong
    crm.questionnaires.put(questionnaire)  # wrong
    crm.questionnaires.add(contact)  # wrong
    crm.questionnaires.give("ANNA", "Q")  # wrong
    crm.questionnaires.form("Q", "ANNA")  # wrong
    crm.questionnaires.classify(["Q"])  # wrong


def journal(crm: Workspace) -> None:
    crm.journal.as_of(5)  # wrong
    crm.journal.as_of(entry_no="5")  # wrong
    _ = crm.journal["5"]  # wrong
    _ = crm.journal.where(user=5)  # wrong
    _ = crm.journal.to_frame("paper")  # wrong
