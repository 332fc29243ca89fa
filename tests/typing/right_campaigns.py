"""Campaigns, questionnaires and the journal, used as they are meant to be."""

import datetime as dt

from segmentation import Contact, Workspace
from segmentation.campaigns import Campaign, CampaignEntry, Period
from segmentation.code_tables import SalespersonPurchaser
from segmentation.experiments import Arm
from segmentation.journal import Entry, Figures, Head
from segmentation.questionnaires import ProfileQuestionnaire, ProfileQuestionnaireLine


def campaigns(crm: Workspace, salesperson: SalespersonPurchaser, contact: Contact) -> Figures:
    made: Campaign = crm.campaigns.new("Autumn", starting_date="2026-11-01", extra={"budget": 5})
    made = crm.campaigns.new(description="Autumn", no="AUTUMN", salesperson_code=salesperson)
    made = crm.campaigns.change(made, ending_date=dt.date(2026, 11, 30), status_code="PLAN")
    crm.campaigns.add(made, Campaign(no="SALE"))
    entries: list[CampaignEntry] = list(crm.campaigns.entries(made))
    _ = crm.campaigns.cancel_entry(entries[0]).canceled_by
    _ = crm.campaigns.figures_by(made, "segment_no", since=dt.date(2026, 11, 1))
    _ = crm.campaigns.figures_over("", Period.WEEK, salesperson_code=salesperson)
    _ = crm.campaigns.compare("FAIR", ["ANNA"], Arm("mail", {"BO", "CARL"}), confidence=0.9)
    _ = crm.campaigns.active_for(contact_no=contact, on=dt.date(2026, 11, 22))
    return crm.campaigns.figures()


def questionnaires(
    crm: Workspace, contact: Contact, line: ProfileQuestionnaireLine
) -> list[ProfileQuestionnaire]:
    made = crm.questionnaires.new("Q", "Hobbies", lines=[line], priority="high")
    crm.questionnaires.add(ProfileQuestionnaire(code="R"), line)
    crm.questionnaires.put(made, lines=(line,))
    _ = crm.questionnaires.give(contact, made, 20_000).answer_priority
    _ = [row.chosen for row in crm.questionnaires.form(made, contact_no=contact)]
    _ = crm.questionnaires.classify(made, "R").moves
    return [made, *crm.questionnaires.where(contact_type="people", business_relation_code="CUST")]


def journal(crm: Workspace, head: Head) -> list[Entry]:
    _ = crm.journal.as_of(entry_no=5, at=None).number
    _ = crm.journal.where(kind="interaction_logged", user="ANNA")[0].at
    _ = crm.journal.verify(after=head, kept=crm.journal.head)
    return [crm.journal[1], *crm.journal.get_many([2, 3])]
