"""The how-to of Tryton, run in a process of its own: Tryton keeps its state in modules.

``python tryton_host.py PAGE`` prints what it found as JSON.
"""

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

os.environ.setdefault("DB_NAME", ":memory:")  # another can be tried
os.environ.setdefault("TRYTOND_DATABASE__URI", "sqlite://")

from trytond.pool import Pool
from trytond.tests.test_tryton import CONTEXT, DB_NAME, USER, activate_module
from trytond.transaction import Transaction

import segmentation as seg
from segmentation.code_tables import SalespersonPurchaser

_BLOCK = re.compile(r"(?ms)^```\{code-block\} python\n:name: (\w+)\n\n(.*?)^```")


def partners() -> Any:  # noqa: ANN401 - Tryton's
    """Three parties, two of them in Switzerland and in the category."""
    country, category, party = map(Pool().get, ("country.country", "party.category", "party.party"))
    swiss, danish = country.create([{"name": name, "code": name} for name in ("CH", "DK")])
    (fair,) = category.create([{"name": "Fair"}])
    return party.create(
        [
            {
                "code": code,
                "name": code,
                "categories": [("add", [fair.id])],
                "addresses": [
                    ("create", [{"city": city, "country": at.id, "sequence": place}])
                    for place, city in ((2, "Second"), (1, "First"))
                ],
                "contact_mechanisms": [
                    ("create", [{"type": "phone", "value": "+41 44 668 18 00"}]),
                    ("create", [{"type": "email", "value": f"{code}@example.com"}]),
                ],
            }
            for code, at in (("A1", swiss), ("A2", danish), ("A3", swiss))
        ]
    )


def run(page: Path) -> dict[str, Any]:
    """What the page's module does in transactions that are committed and rolled back."""
    blocks = dict(_BLOCK.findall(page.read_text(encoding="utf-8")))
    names: dict[str, Any] = {}
    exec(blocks["tryton"], names)  # noqa: S102 - it is our page
    opened = names["open_crm"]
    activate_module("party", lang="en")
    found: dict[str, Any] = {}

    with Transaction().start(DB_NAME, USER, context=CONTEXT) as transaction:
        crm = opened(create=True)
        crm.store.records.put(
            [
                seg.NumberSeries(code="S", starting_no="SM1"),
                seg.MarketingSetup(segment_nos="S"),
                seg.InteractionTemplate(code="INVITE"),
                SalespersonPurchaser(code="JO"),
            ]
        )
        partners()
        transaction.commit()
    with Transaction().start(DB_NAME, USER, context=CONTEXT) as transaction:
        (late,) = Pool().get("party.party").create([{"code": "B1", "name": "Late"}])
        exec(blocks["button"], names)  # noqa: S102
        found["seen by ours"] = late.code in opened().contacts
        transaction.rollback()
    with Transaction().start(DB_NAME, USER, context=CONTEXT) as transaction:
        found["after a rollback"] = [len(opened().journal), "B1" in opened().contacts]
        exec(blocks["button"], names)  # noqa: S102
        transaction.commit()
    with Transaction().start(DB_NAME, USER, context=CONTEXT) as transaction:
        crm = opened()
        found["logged"] = [each.contact_no for each in crm.interactions]
        found["user"] = crm.journal[1].user
        card = crm.contacts["A1"]
        found["card"] = [card.city, card.country_region_code, card.e_mail]
        gone, kept = (
            Pool().get("party.party").search([("code", "=", code)])[0] for code in ("A3", "A1")
        )
        gone.active, gone.replaced_by = False, kept
        gone.save()
        crm.contacts.merge(kept_no="A1", gone_no="A3")
        found["merged"] = [each.contact_no for each in crm.interactions]
        crm.journal.verify()
        found["audit"] = list(map(str, crm.journal.audit()))
        transaction.commit()
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(run(Path(sys.argv[1]))))
