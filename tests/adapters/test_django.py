"""A store in the transactions of a Django project, on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.contacts import CorrespondenceType
from segmentation.documents import Document
from segmentation.errors import InvalidValue, NotFound, Refused
from segmentation.fields import Field
from support.databases import Database
from support.fair import NOW, TODAY
from support.hosts import put_template

django = pytest.importorskip("django", reason="needs Django: pip install 'segmentation[django]'")

from django.conf import settings  # noqa: E402 - Django may be missing
from django.db import connections, migrations, models, transaction  # noqa: E402
from django.db.models import F  # noqa: E402

from segmentation.adapters.django import (  # noqa: E402
    deliver_on_commit,
    join_django,
    make_tables,
    map_model,
)

if not settings.configured:
    settings.configure(USE_TZ=True, DEFAULT_AUTO_FIELD="django.db.models.BigAutoField")
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
