"""A store in the transactions of a Django project, on SQLite and PostgreSQL."""

import datetime as dt
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import open_store
from segmentation.contacts import CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.fields import Field
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import put_template

django = pytest.importorskip("django", reason="needs Django: pip install 'segmentation[django]'")

from django.conf import settings  # noqa: E402 - Django may be missing
from django.core.management import CommandError, call_command  # noqa: E402
from django.db import connections, migrations, models, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from segmentation.adapters.django import (  # noqa: E402
    deliver_on_commit,
    join_django,
    make_tables,
    map_model,
    open_django,
)
from segmentation.adapters.django._joining import address_of  # noqa: E402

if not settings.configured:
    settings.configure(
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["segmentation.adapters.django"],
    )
    django.setup()

ALIAS = "default"


class Country(models.Model):  # type: ignore[misc]  # noqa: DJ008 - nobody reads it; no types
    code = models.CharField(max_length=10)

    class Meta:
        app_label = "host"


class Partner(models.Model):  # type: ignore[misc]  # noqa: DJ008
    ref = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=1, choices=[("F", "Firma"), ("P", "Privat")], default="P")
    blocked = models.BooleanField(default=False)
    country = models.ForeignKey(Country, models.PROTECT, null=True)
    parent = models.ForeignKey("self", models.PROTECT, null=True)
    since = models.DateField(null=True)
    written = models.DateTimeField(null=True)
    tags = models.ManyToManyField(Country, related_name="tagged")

    class Meta:
        app_label = "host"


@pytest.fixture
def host(database: Database) -> Iterator[None]:
    """A project whose database has its own tables and, by a migration, ours."""
    if database.is_sqlite:
        entry: dict[str, Any] = {"ENGINE": "django.db.backends.sqlite3", "NAME": database.address}
    else:
        url = sa.make_url(database.own_address())
        host = url.host or str(url.query["host"])
        entry = {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": url.database,
            "USER": url.username,
            "HOST": host,
            "PORT": url.port or "",
            "OPTIONS": {"options": url.query["options"]},
        }
    with suppress(AttributeError):  # one without a database, if Django has made it
        del connections[ALIAS]
    connections.settings[ALIAS] = connections.configure_settings({ALIAS: entry})[ALIAS]
    with connections[ALIAS].schema_editor(atomic=True) as editor:
        for model in (Country, Partner):
            editor.create_model(model)
        migrations.RunPython(make_tables()).code(None, editor)
    with transaction.atomic():
        set_up(workspace())
    yield
    connections[ALIAS].close()
    del connections[ALIAS]


def workspace(**options: Any) -> seg.Workspace:  # noqa: ANN401
    return seg.Workspace.open(join_django(**options), user="ANNA", today=TODAY, clock=lambda: NOW)


def set_up(crm: seg.Workspace) -> None:
    put_template(crm)
    crm.add(
        *(
            seg.Contact(no=f"C{n}", name="Anna", e_mail=f"a{n}@example.com", salesperson_code="JO")
            for n in range(2)
        )
    )


def partner(name: str) -> None:
    Partner.objects.create(ref=name, name=name)


def ours() -> str:
    segment = workspace().new_segment("Fair")
    segment.add_contacts(contact={"no": "C0"})
    return segment.no


def seen() -> tuple[list[str], list[str]]:
    with transaction.atomic():
        crm = workspace()
        crm.journal.verify()
        partners = list(Partner.objects.order_by("name").values_list("name", flat=True))
        return partners, [header.no for header in crm.segments]


def fail() -> None:
    raise ZeroDivisionError


@pytest.mark.usefixtures("host")
def test_partners_and_segments_are_kept_or_undone_together() -> None:
    """HST-09."""

    def work(end: Any) -> None:  # noqa: ANN401 - a function
        with transaction.atomic():
            partner("A")
            assert ours() == "SM1"
            partner("B")
            end()

    with pytest.raises(ZeroDivisionError):
        work(fail)
    assert seen() == ([], [])
    work(lambda: None)
    assert seen() == (["A", "B"], ["SM1"])


@pytest.mark.usefixtures("host")
def test_an_inner_block_that_fails_takes_ours_with_it() -> None:
    """HST-10."""

    def inner() -> None:
        with transaction.atomic():
            ours()
            partner("B")
            fail()

    with transaction.atomic():
        partner("A")
        with pytest.raises(ZeroDivisionError):
            inner()
        ours()
    assert seen() == (["A"], ["SM1"])


@pytest.mark.usefixtures("host")
def test_outside_of_a_block_joining_is_refused() -> None:
    """HST-11."""
    with pytest.raises(Refused, match="atomic"):
        workspace()
    with transaction.atomic():
        partner("A")
    assert seen() == (["A"], [])


class Mailbox:
    """A mail server."""

    def __init__(self) -> None:
        self.mails: list[str] = []

    def deliver(self, document: Document) -> str:
        self.mails.append(document.e_mail)
        return "mailbox"


@pytest.mark.usefixtures("host")
def test_mails_go_out_when_the_block_is_committed_or_not_at_all() -> None:
    """HST-12."""
    box = Mailbox()

    def work(end: Any) -> None:  # noqa: ANN401 - a function
        with transaction.atomic():
            crm = workspace()
            segment = crm.new_segment("Hello", interaction_template_code="HELLO")
            segment.add_contacts()
            segment.log(deliver=True)
            deliver_on_commit(crm, {CorrespondenceType.EMAIL: box})
            assert box.mails == []
            end()

    with pytest.raises(ZeroDivisionError):
        work(fail)
    with transaction.atomic():
        assert list(workspace().letters.outstanding()) == []
    assert box.mails == []
    work(lambda: None)
    assert box.mails == ["a0@example.com", "a1@example.com"]
    with transaction.atomic():
        assert list(workspace().letters.outstanding()) == []
        workspace().journal.verify()


@pytest.mark.usefixtures("host")
def test_models_are_contacts_by_paths_over_fields_and_relations() -> None:
    mapped = {
        "contact": map_model(
            Partner,
            {
                "no": F("ref"),
                "name": F("name"),
                "type": F("kind"),
                "company_no": F("parent__ref"),
                "country_region_code": F("parent__country__code"),
                "privacy_blocked": F("blocked"),
                "last_modified": F("written"),
                "language_code": "ENU",
                "since": F("since"),
                "number": F("pk"),
            },
            words={"type": {"F": "company", "P": "person"}},
            fields=[Field("since", "date"), Field("number", "integer")],
        )
    }
    with transaction.atomic():
        country = Country.objects.create(code="DK")
        firm = Partner.objects.create(ref="F1", name="Berg", kind="F", country=country)
        Partner.objects.create(ref="P1", name="Anna", parent=firm, since=TODAY, written=NOW)
        Partner.objects.create(ref="P2", name="Bo", blocked=True)
        crm = workspace(mapped=mapped)
        assert crm.select(contact={"country_region_code": "DK", "language_code": "ENU"}) == ["P1"]
        anna = crm.contacts["P1"]
        assert (anna.company_no, anna.last_modified) == ("F1", NOW)
        assert crm.select(contact={"since": TODAY.isoformat(), "number": ">0"}) == ["P1"]
        segment = crm.new_segment("All")
        segment.add_contacts()
        assert segment.contact_nos == ("F1", "P1")


@pytest.mark.usefixtures("host")
def test_a_segment_follows_a_model_by_its_field_of_last_change() -> None:
    """LIV-23."""
    values = {"no": F("ref"), "name": F("name"), "city": F("kind"), "type": "person"}
    mapped = {"contact": map_model(Partner, values, changed=F("written"))}
    with transaction.atomic():
        for no in ("P1", "P2"):
            Partner.objects.create(ref=no, name=no, written=NOW)
        crm = workspace(mapped=mapped)
        crm.saved_criteria.save("F", seg.make_selection(contact={"city": "F"}))
        sheet = crm.new_segment("Firms").follow_criteria("F")
        assert (sheet.refresh().lines_after, crm.check(contact={"city": "F"})) == (0, ())
        Partner.objects.filter(ref="P1").update(kind="F")
        assert sheet.refresh().entered == ("P1",)
        Partner.objects.filter(ref="P2").update(kind="F", written=NOW + dt.timedelta(1))
        assert sheet.refresh().entered == ("P2",)
        Partner.objects.filter(ref="P1").delete()
        assert sheet.refresh().left == ("P1",)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("nam", "is no field of Partner; it has .*name"),
        ("country__cod", "is no field of Country"),
        ("tags__code", "tags leads to no single row"),
        ("tags", "tags leads to no single row"),
        ("name__code", "name leads to no single row"),
    ],
)
def test_a_path_that_leads_nowhere_is_refused(path: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said):
        map_model(Partner, {"no": F("ref"), "name": F(path)})


@pytest.mark.usefixtures("host")
def test_tables_are_made_by_a_migration_and_not_by_a_request() -> None:
    with transaction.atomic(), pytest.raises(NotFound, match="other_"):
        workspace(prefix="other_")
    with transaction.atomic():
        join_django(prefix="other_", create=True)
        workspace(prefix="other_")


# -- the command ------------------------------------------------------------------------------

BOX = Mailbox()


def opened(store_of: Any) -> seg.Workspace:  # noqa: ANN401 - a function that opens a store
    """What a project names in its settings."""
    return seg.Workspace.open(
        store_of(),
        user="JOB",
        today=TODAY,
        clock=lambda: NOW,
        couriers={CorrespondenceType.EMAIL: BOX},
    )


def opened_elsewhere(store_of: Any) -> seg.Workspace:  # noqa: ANN401
    return seg.Workspace.open(store_of(prefix="other_"))


OPENED = f"{opened.__module__}.opened"


def command(*arguments: str) -> str:
    """What ``manage.py segmentation`` says."""
    out = StringIO()
    call_command("segmentation", *arguments, stdout=out)
    return out.getvalue()


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> None:
    BOX.mails.clear()
    monkeypatch.setitem(sys.modules, opened.__module__, sys.modules[__name__])
    monkeypatch.setattr(settings, "SEGMENTATION_WORKSPACE", OPENED, raising=False)


@pytest.mark.usefixtures("host", "named")
def test_a_scheduler_delivers_runs_what_is_due_and_verifies() -> None:
    with transaction.atomic():
        crm = workspace()
        segment = crm.new_segment("Hello", interaction_template_code="HELLO")
        segment.add_contact("C0")
        segment.log(deliver=True)
    assert "Delivered" in command("deliver")
    assert BOX.mails == ["a0@example.com"]
    with transaction.atomic():
        again = workspace().new_segment(
            "Weekly", interaction_template_code="HELLO", repeat="7D", next_run=TODAY
        )
        again.add_contact("C1")
        workspace().new_segment("Faulty", repeat="7D", next_run=TODAY).add_contact("C0")
    with pytest.raises(CommandError, match="not logged: SM3"):
        command("run_due", "--deliver")
    assert BOX.mails == ["a0@example.com", "a1@example.com"]
    assert command("run_due", "--on", "2020-01-01") == ""
    assert "Head" in command("verify")
    with transaction.atomic():
        assert list(workspace().letters.outstanding()) == []


@pytest.mark.usefixtures("host", "named")
def test_what_fails_in_a_command_is_an_error_of_commands(monkeypatch: pytest.MonkeyPatch) -> None:
    missing = f"{opened.__module__}.missing"
    for setting, said in (("", "SEGMENTATION_WORKSPACE is not set"), (missing, "missing")):
        monkeypatch.setattr(settings, "SEGMENTATION_WORKSPACE", setting)
        with pytest.raises(CommandError, match=said):
            command("verify")
    monkeypatch.setattr(settings, "SEGMENTATION_WORKSPACE", f"{opened.__module__}.opened_elsewhere")
    with pytest.raises(CommandError, match="there is no store"):
        command("verify")


@pytest.mark.parametrize(
    ("settings_of", "said"),
    [
        ({"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}, "neither a file of SQLite"),
        ({"ENGINE": "django.db.backends.dummy"}, "nor PostgreSQL"),
    ],
)
def test_a_database_that_a_job_cannot_open_is_refused(
    settings_of: dict[str, Any], said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    configure(monkeypatch, settings_of)
    with pytest.raises(InvalidValue, match=said):
        open_django(ALIAS)
    del connections[ALIAS]


def configure(monkeypatch: pytest.MonkeyPatch, entry: dict[str, Any]) -> None:
    made = connections.configure_settings({ALIAS: entry})[ALIAS]
    monkeypatch.setitem(connections.settings, ALIAS, made)


def test_an_address_says_what_the_settings_say(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": "shop",
        "USER": "ann",
        "PASSWORD": "p w@",
        "HOST": "db.example.com",
        "PORT": "5433",
        "OPTIONS": {"sslmode": "require", "pool": True},
    }
    configure(monkeypatch, entry)
    expected = "postgresql://ann:p w%40@db.example.com:5433/shop?sslmode=require"
    assert sa.make_url(str(address_of(ALIAS))) == sa.make_url(expected)
    del connections[ALIAS]


PROJECT = """
SECRET_KEY = "a secret"
INSTALLED_APPS = ["segmentation.adapters.django"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "shop.db"}}
SEGMENTATION_WORKSPACE = "crm.workspace"
"""
WORKSPACE = """
import segmentation as seg
from segmentation.adapters.django import join_django


def workspace(store_of=join_django):
    return seg.Workspace.open(store_of(), user="JOB")
"""


def test_manage_py_knows_the_command_of_the_app(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(PROJECT, encoding="utf-8")
    (tmp_path / "crm.py").write_text(WORKSPACE, encoding="utf-8")
    open_store(tmp_path / "shop.db", prefix="segmentation_").close()
    run = subprocess.run(
        [sys.executable, "-m", "django", "segmentation", "verify"],
        cwd=tmp_path,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "shop"},
        capture_output=True,
        text=True,
        check=True,
    )
    assert run.stdout.startswith("Head(0, ")
    assert run.stderr == ""
