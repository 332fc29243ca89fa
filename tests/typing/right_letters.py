"""Templates, letters and reports as people use them."""

import datetime as dt
from decimal import Decimal
from pathlib import Path
from typing import IO

from segmentation import InteractionTemplate, Workspace
from segmentation.code_tables import LanguageCode
from segmentation.documents import Attachment
from segmentation.interactions import Interaction
from segmentation.protocols import Couriers
from segmentation.reports import DataForm, LabelFormat, Remarks
from segmentation.templates import InteractionGroup, TemplateLanguage


def templates(crm: Workspace, group: InteractionGroup, text: TemplateLanguage) -> None:
    card: InteractionTemplate = crm.templates.new(
        "CARD", description="Card", unit_cost=1.5, interaction_group_code=group
    )
    crm.templates.change(card, unit_cost=Decimal("2.50"), wizard_action="open")
    crm.templates.add(card, text)
    crm.templates.put_language(card, LanguageCode(code="DAN"), attachment=Path("card.docx"))
    crm.templates.put_language("CARD", "ENU", attachment=Attachment("a.txt", b""), subject="Hi")
    crm.templates.put_word_template("W1", text.attachment, name="Card")
    _ = (crm.templates.try_on(card, "CT1").name, crm.templates.figures(card).cost)
    for each in crm.templates.where(unit_cost=2, campaign_target=True):
        _ = each.code


def letters(crm: Workspace, sent: list[Interaction], file: IO[bytes], couriers: Couriers) -> None:
    for letter in crm.letters.of(1, *sent):
        _ = letter.name
    _ = (crm.letters.in_one_document(file, *sent), crm.letters.merge_fields()[0].caption)
    _ = (crm.letters.deliver().waiting, crm.letters.deliver(couriers).next_attempt)
    crm.letters.resend(1, sent[0])
    crm.letters.resend_fresh(*sent, language="fr-CH")


def reports(crm: Workspace, form: DataForm) -> None:
    _ = crm.reports.contacts("CT1", "CT2").data[0].address
    crm.reports.labels(segment_no="SM1", layout=LabelFormat.of(70, 36)).render(form)
    sheets = crm.reports.cover_sheets("CT1", remarks=Remarks(please_call=True))
    crm.reports.record_cover_sheets(sheets, campaign_no="CP1")
    campaign = crm.reports.campaign("CP1", since=dt.date(2026, 11, 22))
    campaign.render(form, language="fr-CH", title=f"Fair, {campaign.data.targets} targets")
