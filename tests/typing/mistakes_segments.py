"""Mistakes with segments, logged segments and saved criteria that both type checkers must find."""

import datetime as dt

from segmentation import Worksheet, Workspace


def make(crm: Workspace) -> None:
    _ = crm.new_segment("Fair", template="FAIR")  # wrong
    _ = crm.new_segment("Fair", descripton="Fair")  # wrong
    _ = crm.new_segment("Fair", campaign_target="yes")  # wrong
    _ = crm.segments.new(5)  # wrong
    _ = crm.segment(5)  # wrong
    _ = crm.segments["FAIR"].campaign  # wrong
    _ = crm.segments.find("FAIR").description  # wrong
    _ = crm.segments.where(descripton="Fair")  # wrong


def change(fair: Worksheet) -> None:
    fair.change_header(template="FAIR")  # wrong
    fair.change_header(unit_cost=[1])  # wrong
    fair.change_line(10_000, subjct="Hello")  # wrong
    fair.change_line("10000", subject="Hello")  # wrong
    fair.change_line(10_000, attachment=b"Dear")  # wrong
    fair.put_text("ENU", b"Dear")  # wrong
    fair.put_text("ENU", attachment=b"Dear")  # wrong
    _ = fair.entered(since="2026-11-22")  # wrong
    _ = fair.entered(dt.date(2026, 11, 22))  # wrong
    _ = fair.refresh().contact_nos  # wrong


def others(crm: Workspace) -> None:
    crm.logged_segments.cancel("FAIR")  # wrong
    _ = crm.logged_segments.delete_canceled()  # wrong
    _ = crm.saved_criteria.rename("OLD", "NEW")  # wrong
    _ = crm.saved_criteria.change("OLD", descripton="New")  # wrong
    _ = crm.saved_criteria.save("OLD", "city=Bern")  # wrong
    _ = crm.saved_criteria.new("OLD", "city=Bern")  # wrong
    _ = crm.saved_criteria.new("OLD", None, descripton="Old")  # wrong
