"""Campaigns, classification and contacts on databases, as in memory."""

from decimal import Decimal

from segmentation.campaigns import CampaignEntry, CampaignTally, has_not_responded
from segmentation.contacts import ContactProfileAnswer
from segmentation.criteria import make_selection
from segmentation.interactions import Interaction
from segmentation.journal import verify
from segmentation.operations.campaigns import Scope, activate, active_for, figures, target_group
from segmentation.operations.contacts import add_rows, duplicates_in, merge, new_contact
from segmentation.operations.criteria import select
from segmentation.operations.followers import recount
from segmentation.operations.interactions import cancel, uncancel
from segmentation.operations.questionnaires import classify_all
from segmentation.operations.segments import add_contacts, log_segment, new_segment
from segmentation.protocols import Store
from segmentation.scoring import in_group, make_scoring
from support.databases import Database
from support.fair import PEOPLE, SETUP, TODAY, context, customer, make_store


class Sales:
    """Books that know what C1 bought."""

    def of_customers(self, *_asked: object) -> dict[str, Decimal]:
        return {"C1": Decimal(500)}

    def of_vendors(self, *_asked: object) -> None:
        return None

    of_contacts = of_vendors


def told(store: Store) -> list[object]:
    """What a campaign's life leaves in a store, step by step."""
    found: list[object] = []
    segment = new_segment(context(store), interaction_template_code="INVITE", description="Fair")
    add_contacts(context(store), segment.no, make_selection(contact={"no": "SHOP|MILL|CARL"}))
    found.append(activate(context(store), "FAIR"))
    log_segment(context(store), segment.no)
    found.append(target_group(store, "FAIR"))
    found.append(figures(store, Scope(campaign_no="FAIR", since=TODAY)))
    add_rows(context(store), customer("MILL", "C2"))
    found.append([each.no for each in active_for(store, on=TODAY, customer_no="C2")])
    [entry] = store.records.all(CampaignEntry)
    cancel(context(store), entry)
    found.append((figures(store, Scope()), target_group(store, "FAIR")))
    [entry] = store.records.all(CampaignEntry)
    uncancel(context(store), entry)
    found.append((figures(store, Scope()), target_group(store, "FAIR")))
    found.append(list(select(context(store), has_not_responded("FAIR"))))
    questionnaire, lines, points = make_scoring(contact_type="companies")
    store.records.put([questionnaire, *lines, *points])
    found.append(classify_all(context(store, ledgers=Sales())))
    found.append(list(store.records.all(ContactProfileAnswer)))
    found.append(list(select(context(store), in_group("Lost"))))
    new_contact(context(store), name="MILL, ltd.")
    found.append(duplicates_in(store))
    found.append(merge(context(store), kept_no="CT0001", gone_no="MILL"))
    found.append(target_group(store, "FAIR"))
    found.append([each.contact_no for each in store.records.all(Interaction)])
    kept = list(store.records.all(CampaignTally))
    recount(store)
    assert list(store.records.all(CampaignTally)) == kept
    found.append(kept)
    found.append(verify(store.log.read()).number)
    return found


def test_a_campaign_s_life_is_the_same_on_a_database(database: Database) -> None:
    store = database.open()
    store.records.put([*SETUP, *PEOPLE])
    assert told(store) == told(make_store())
