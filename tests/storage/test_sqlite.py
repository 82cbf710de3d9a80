"""What only the SQLite engine has: its migrations, its readers, its patience with a full disk."""

import sqlite3
import stat

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, event, incident, update

from leadline.storage import DeliveryResult, DiskFull, StoreTooNew
from leadline.storage.incident_tables import METADATA
from leadline.storage.migrating import HEAD
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, Query


@pytest.fixture
def path(tmp_path):
    return tmp_path / "incidents.db"


@pytest.fixture
def incidents(path):
    store = SQLiteIncidents.open(path)
    yield store
    store.close()


def test_the_migrations_make_the_tables_that_are_declared(incidents):
    with incidents._engine.begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), METADATA) == []


def test_the_last_migration_is_the_one_that_is_expected():
    config = Config()
    config.set_main_option("script_location", "leadline.storage:migrations")
    config.set_main_option("path_separator", "os")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


def test_a_file_of_a_newer_version_is_refused_with_the_next_step(incidents, path):
    incidents.close()
    with sqlite3.connect(path) as connection:
        connection.execute("update alembic_version set version_num = '9999'")
    connection.close()

    with pytest.raises(StoreTooNew, match="start the newer"):
        SQLiteIncidents.open(path)


def test_others_read_beside_the_writer_and_cannot_write(incidents, path):
    reader = SQLiteIncidents.open_read_only(path)
    incidents.commit(tick(updates=[update()]))

    assert len(reader.ask(Ask(name=Query.INCIDENTS)).rows) == 1
    with pytest.raises(Exception, match="readonly"):
        reader.put_snapshot("x", NOON, b"")
    reader.close()


def test_a_file_that_is_not_there_is_not_made_by_a_reader(tmp_path):
    with pytest.raises(FileNotFoundError, match="the watch makes it"):
        SQLiteIncidents.open_read_only(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


@pytest.mark.usefixtures("incidents")
def test_only_its_owner_may_read_the_file(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_its_name_stays_over_a_restart(incidents, path):
    name = incidents.identity
    again = SQLiteIncidents.open(path)

    assert again.identity == name
    again.close()


def test_a_full_disk_holds_nobody_back_from_being_told(small_disk):
    incidents = SQLiteIncidents.open(small_disk / "incidents.db")
    opened = update(of=incident(mitigation="x" * 50_000))
    incidents.commit(tick(updates=[update(of=incident("prv-0"))], told=[update(of=incident("prv-0"))]))
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * small_disk.free())

    incidents.commit(tick(NOON + 10, updates=[opened], told=[opened], events=[event("e1")]))
    assert incidents.disk_full
    due = incidents.due("pager", NOON + 10)
    assert [entry.incident_id for entry in due] == ["prv-0", "prv-1"]
    for entry in due:
        incidents.mark(entry, DeliveryResult(state="delivered", at=NOON + 10, tries=1))
    assert incidents.due("pager", NOON + 10) == []
    assert incidents.heard(["prv-1"]) == {("prv-1", "pager")}
    with pytest.raises(DiskFull):
        incidents.put_snapshot("learning", NOON, b"x" * 100_000)

    ballast.unlink()
    incidents.commit(tick(NOON + 20))

    assert not incidents.disk_full
    assert incidents.deliveries() == {("pager", "delivered"): 2}
    assert len(incidents.waiting_events(5)) == 1
    incidents.close()
