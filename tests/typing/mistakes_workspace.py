"""Mistakes with a workspace that both type checkers must find."""

import datetime as dt

import segmentation as seg


def opening() -> None:
    _ = seg.Workspace.open("crm.db", usr="ANNA")  # wrong
    _ = seg.Workspace.open("crm.db", today="2026-11-22")  # wrong
    _ = seg.Workspace.open("crm.db", language=5)  # wrong
    _ = seg.Workspace.open("crm.db", clock=dt.datetime(2026, 11, 22, tzinfo=dt.UTC))  # wrong
    _ = seg.Workspace.open(user="ANNA", date_order="dym")  # wrong


def nouns(crm: seg.Workspace) -> None:
    _ = crm.contcats  # wrong
    _ = crm.select(crm.fields.contcat.no == "X")  # wrong
    _ = crm.new_segment("Fair", interaction_template="FAIR")  # wrong
    _ = crm.segment("SM1").change_header(descripton="Fair")  # wrong
