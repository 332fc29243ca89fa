"""Consent that somebody tries to get by odd dates, by merging, by files: withdrawn is always no."""

import datetime as dt
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

import pytest

import segmentation as seg
from segmentation.contacts import ContactMailingGroup
from segmentation.errors import Rejected, SegmentationError
from segmentation.interactions import Interaction
from segmentation.memory import MemoryStore
from segmentation.operations.data import copy_store
from segmentation.operations.letters import Unsubscribing
from segmentation.protocols import Store
from support.fair import NOW, person

COPENHAGEN, NEW_YORK = ZoneInfo("Europe/Copenhagen"), ZoneInfo("America/New_York")
LINKS = Unsubscribing("https://example.com/{token}", [bytes(range(32))])
FOR_NEWS: dict[str, Any] = {"purpose_code": "NEWS", "channel": "email"}
GROUP = "FRIENDS"
Act: TypeAlias = Callable[[seg.Workspace, str], object]


class NoOffset(dt.tzinfo):
    """A zone that does not say how far it is from UTC."""

    def __repr__(self) -> str:
        return "NoOffset()"

    def utcoffset(self, _when: dt.datetime | None, /) -> None:
        return None

    def dst(self, _when: dt.datetime | None, /) -> None:
        return None

    def tzname(self, _when: dt.datetime | None, /) -> None:
        return None


class Ticking:
    """A clock that goes on by a minute whenever it is looked at."""

    def __init__(self) -> None:
        self.at = NOW

    def __call__(self) -> dt.datetime:
        self.at += dt.timedelta(minutes=1)
        return self.at


def fill(crm: seg.Workspace) -> None:
    crm.tables["purpose"].new("NEWS")
    crm.tables["mailing_group"].new(GROUP)
    crm.tables["consent_mailing_group"].new(GROUP, **FOR_NEWS)
    crm.templates.new("NL", purpose_code="NEWS")
    crm.templates.new("ANY")
    crm.add(*(person(no, e_mail=f"{no.lower()}@example.com") for no in "GK"))


def made(store: Store | None = None, **options: Any) -> seg.Workspace:  # noqa: ANN401
    target = MemoryStore() if store is None else store
    crm = seg.Workspace.open(target, user="ANNA", **{"clock": Ticking(), **options})
    if store is None:
        fill(crm)
    return crm


ODD: tuple[Any, ...] = (
    dt.datetime(2026, 1, 1),  # noqa: DTZ001 - it is about that
    dt.datetime.min,  # noqa: DTZ901
    dt.datetime.min.replace(tzinfo=COPENHAGEN),
    dt.datetime.max.replace(tzinfo=NEW_YORK),
    dt.datetime(2026, 1, 1, tzinfo=NoOffset()),
    dt.date.max,
    "2026-01-01",
    20260101,
    {},
)


@pytest.mark.parametrize("zone", [dt.UTC, COPENHAGEN, NEW_YORK], ids=str)
@pytest.mark.parametrize("date", ODD, ids=repr)
def test_no_odd_date_is_recorded(date: object, zone: dt.tzinfo) -> None:
    """TRU-17: a moment without a zone, outside the calendar, to come, or none at all."""
    crm = made(zone=zone)
    given: Any = date
    for act in (crm.consents.give, crm.consents.withdraw):
        with pytest.raises(Rejected, match="consent: date: "):
            act("G", date=given, **FOR_NEWS)
    with pytest.raises(Rejected, match="consent: until: "):
        crm.consents.give("G", until=dt.datetime(2027, 1, 1, tzinfo=zone), **FOR_NEWS)
    if not isinstance(date, dt.date):
        with pytest.raises(Rejected, match="is no date"):
            crm.consents.give("G", until=given, **FOR_NEWS)
        with pytest.raises(Rejected, match="is no date"):
            crm.consents.may("G", at=given, **FOR_NEWS)
    assert len(crm.journal) == 0


@pytest.mark.parametrize("zone", [dt.UTC, COPENHAGEN, NEW_YORK], ids=str)
def test_any_moment_may_be_asked_about(zone: dt.tzinfo) -> None:
    """TRU-17: the answer is an answer, or a fault of the family."""
    crm = made(zone=zone)
    crm.consents.give("G", date=dt.date(2026, 3, 29), until=dt.date.max, **FOR_NEWS)
    gap, twice = dt.datetime(2026, 3, 29, 2, 30), dt.datetime(2026, 10, 25, 2, 30)  # noqa: DTZ001
    odd = [each.replace(tzinfo=COPENHAGEN, fold=n) for each in (gap, twice) for n in (0, 1)]
    for at in (*ODD, *odd):
        try:
            answer = crm.consents.may("G", at=at, **FOR_NEWS)
        except SegmentationError:
            continue
        assert answer.allowed is (answer.at >= dt.datetime(2026, 3, 29, tzinfo=zone))


def join(crm: seg.Workspace, no: str) -> None:
    crm.contacts.add_rows(ContactMailingGroup(contact_no=no, mailing_group_code=GROUP))


def leave(crm: seg.Workspace, no: str) -> None:
    crm.contacts.remove_rows(ContactMailingGroup(contact_no=no, mailing_group_code=GROUP))


def give(crm: seg.Workspace, no: str) -> None:
    crm.consents.give(no, **FOR_NEWS)


def withdraw(crm: seg.Workspace, no: str) -> None:
    crm.consents.withdraw(no, **FOR_NEWS)


def withdraw_long_ago(crm: seg.Workspace, no: str) -> None:
    crm.consents.withdraw(no, date=dt.date(2020, 1, 1), **FOR_NEWS)


def follow(template: str) -> Act:
    def follow_the_link(crm: seg.Workspace, no: str) -> None:
        mail = Interaction(contact_no=no, interaction_template_code=template)
        token = LINKS.token(crm.contacts[no], mail)
        crm.letters.answer_unsubscribing(LINKS, method="POST", token=token)

    return follow_the_link


def withdraw_by_a_clock_ahead(crm: seg.Workspace, no: str) -> None:
    ahead = made(crm.context.store, clock=lambda: NOW + dt.timedelta(days=400))
    withdraw(ahead, no)


REFUSING: dict[str, tuple[Act, ...]] = {
    "withdrawn": (withdraw,),
    "given and withdrawn": (give, withdraw),
    "withdrawn long ago": (withdraw_long_ago,),
    "left the group": (join, leave),
    "in the group and withdrew": (join, withdraw),
    "by the link": (follow("NL"),),
    "by the link without a purpose": (follow("ANY"),),
    "excluded": (lambda crm, no: crm.contacts.exclude(no, "asked to"),),
    "blocked": (lambda crm, no: crm.contacts.change(no, privacy_blocked=True),),
    "a minor": (lambda crm, no: crm.contacts.change(no, minor=True),),
}
AGREEING: tuple[tuple[Act, ...], ...] = ((), (give,), (join,), (join, give))


def may(crm: seg.Workspace, no: str) -> bool:
    return crm.consents.may(no, **FOR_NEWS).allowed


@pytest.mark.parametrize("how", [*REFUSING, "by a clock that ran ahead"])
def test_who_refused_is_not_written_to_under_another_number(how: str) -> None:
    """TRU-09: merged into whoever agreed, renumbered, copied: withdrawn wins."""
    acts = REFUSING.get(how, (withdraw_by_a_clock_ahead,))
    for agreed in AGREEING:
        crm = made()
        for act in acts:
            act(crm, "G")
        for act in agreed:
            act(crm, "K")
        crm.contacts.renumber(old_no="G", new_no="Z")
        crm.add(person("G", e_mail="new@example.com"))
        later = made(crm.context.store, clock=lambda: NOW + dt.timedelta(days=401))
        assert not may(later, "Z")
        assert crm.consents.may("G", **FOR_NEWS).entry_nos == ()
        crm.contacts.merge(kept_no="K", gone_no="Z")
        copied = MemoryStore()
        copy_store(crm.context.store, copied)
        for store in (crm.context.store, copied):
            assert not may(made(store, clock=later.context.clock), "K")
        assert crm.journal.audit() == []


def consent_file(folder: Path, **fields: object) -> Path:
    row = {"contact_no": "G", **FOR_NEWS, "act": "given", **fields}
    path = folder / "consent.json"
    path.write_text(json.dumps([row]), encoding="utf-8")
    return path


@pytest.mark.parametrize("how", REFUSING)
def test_no_file_lifts_what_was_withdrawn(tmp_path: Path, how: str) -> None:
    """TRU-06, TRU-16: consents of that moment and before, the group, cards without marks."""
    crm = made()
    for act in REFUSING[how]:
        act(crm, "G")
    dates = ["2019-01-01T00:00:00+00:00"]
    dates += [each.date.isoformat() for each in crm.consents.of("G") if each.date]
    for date in dates:
        crm.import_data(consent_file(tmp_path, date=date))
    rows = tmp_path / "contact_mailing_group.csv"
    rows.write_text(f"contact_no,mailing_group_code\nG,{GROUP}\n", encoding="utf-8")
    crm.import_data(rows, mode="update")
    card = tmp_path / "contact.csv"
    marks = "exclude_from_segment,privacy_blocked,minor"
    card.write_text(f"no,name,type,{marks}\nG,Gerda,person,no,no,no\n", encoding="utf-8")
    crm.import_data(card, mode="update")
    assert not may(crm, "G")
