"""Mistakes with templates, letters and reports that both type checkers must find."""

import datetime as dt
from typing import IO

from segmentation import Workspace
from segmentation.documents import Attachment


def templates(crm: Workspace) -> str:
    crm.templates.new("CARD", descripton="Card")  # wrong
    crm.templates.new(5)  # wrong
    crm.templates.change("CARD", unit_cost=dt.date(2026, 11, 22))  # wrong
    crm.templates.change()  # wrong
    crm.templates.put_language("CARD", "ENU", attachment=b"Hi")  # wrong
    crm.templates.put_language("CARD", "ENU", subjct="Hi")  # wrong
    crm.templates.put_word_template("W1")  # wrong
    crm.templates.put_word_template("W1", Attachment("a.docx", "Hi"))  # wrong
    crm.templates.figures("CARD", since="2026-11-22")  # wrong
    return crm.templates.find("CARD").code  # wrong


def letters(crm: Workspace, file: IO[str]) -> None:
    crm.letters.of("1")  # wrong
    crm.letters.in_one_document(file, 1)  # wrong
    crm.letters.resend(1, fresh=True)  # wrong
    crm.letters.deliver({"email": None})  # wrong
    crm.letters.outstanding(7)  # wrong


def reports(crm: Workspace) -> None:
    crm.reports.labels("CT1")  # wrong
    crm.reports.cover_sheets("CT1", remarks="Call")  # wrong
    crm.reports.campaign("CP1", since="2026-11-22")  # wrong
    crm.reports.contacts(segment="SM1")  # wrong
