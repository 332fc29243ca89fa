"""Our tables made and upgraded by a migration of Alembic, as the how-to has it."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from textwrap import dedent

import pytest
import sqlalchemy as sa

import segmentation as seg
from segmentation.adapters.sqlalchemy import join_store
from segmentation.errors import NotFound
from support.databases import Database

pytest.importorskip("alembic", reason="needs Alembic: dependency group `hosts`")

from alembic import command
from alembic.config import Config

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "embed-in-a-host-database.md"
_BLOCK = re.compile(r":name: alembic\n\n(.*?)^```", re.MULTILINE | re.DOTALL)
ENVIRONMENT = """
    from alembic import context

    connection = context.config.attributes["connection"]
    context.configure(connection=connection)
    with context.begin_transaction():
        context.run_migrations()
"""


@pytest.fixture
def engine(database: Database) -> Iterator[sa.Engine]:
    database.own_address()
    made = database.engine()
    yield made
    made.dispose()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder of migrations: the page's, and one more of the same text."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(dedent(ENVIRONMENT), encoding="utf-8")
    (first,) = _BLOCK.findall(PAGE.read_text(encoding="utf-8"))
    second = first.replace('revision = "1"\n', 'revision = "2"\n').replace("None", '"1"')
    for name, text in (("1.py", first), ("2.py", second)):
        (versions / name).write_text(text, encoding="utf-8")
    return versions.parent


def migrate(project: Path, engine: sa.Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(project))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def make_older(engine: sa.Engine) -> None:
    """Leave the tables as an earlier version would have, without a table and a column."""
    name = sa.text("SELECT value FROM seg_segmentation_meta WHERE name = 'shape'")
    with engine.begin() as connection:
        shape = json.loads(connection.execute(name).scalar_one())
        del shape["territory"]
        shape["contact"].remove("job_title")
        connection.exec_driver_sql("DROP TABLE seg_territory")
        connection.exec_driver_sql("ALTER TABLE seg_contact DROP COLUMN job_title")
        changed = sa.text("UPDATE seg_segmentation_meta SET value = :v WHERE name = 'shape'")
        connection.execute(changed, {"v": json.dumps(shape)})


def test_a_migration_makes_the_tables_and_one_more_upgrades_them(
    engine: sa.Engine, project: Path
) -> None:
    def contacts() -> list[str]:
        with engine.begin() as connection:
            store = join_store(connection, prefix="seg_", create=False)
            crm = seg.Workspace.open(store)
            crm.journal.verify()
            return [f"{contact.no} {contact.job_title}" for contact in crm.contacts]

    with pytest.raises(NotFound):
        contacts()
    migrate(project, engine, "1")
    with engine.begin() as connection:
        crm = seg.Workspace.open(join_store(connection, prefix="seg_", create=False))
        crm.add(seg.Contact(no="C1", type="person", job_title="Cook"))
    make_older(engine)
    with pytest.raises(NotFound):
        contacts()
    migrate(project, engine, "2")
    assert contacts() == ["C1 "]
    with engine.connect() as connection:
        asked = connection.exec_driver_sql("SELECT version_num FROM alembic_version")
        assert asked.scalar_one() == "2"


def test_a_migration_that_fails_leaves_nothing(engine: sa.Engine, project: Path) -> None:
    broken = (project / "versions" / "1.py").read_text(encoding="utf-8") + "    raise KeyError\n"
    (project / "versions" / "1.py").write_text(broken, encoding="utf-8")
    with pytest.raises(KeyError):
        migrate(project, engine, "1")
    with engine.connect() as connection:
        assert not sa.inspect(connection).has_table("seg_contact")
