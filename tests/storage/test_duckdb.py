"""What only the DuckDB engine has: its lock, its closed doors, its files."""

import subprocess
import sys

import duckdb
import pytest
from tests.storage.test_facts_contract import DAY, ask, ids, rows
from tests.watch.records import NOON, observation

from leadline.storage import DiskFull, StoreLocked
from leadline.storage.duckdb import DuckDBFacts
from leadline.vocabulary import Ask, Query

OPEN = """
import pathlib, sys
from leadline.storage.duckdb import DuckDBFacts
DuckDBFacts.open(pathlib.Path(sys.argv[1]))
"""


@pytest.fixture
def facts(tmp_path):
    store = DuckDBFacts.open(tmp_path / "facts")
    yield store
    store.close()


@pytest.mark.usefixtures("facts")
def test_only_one_process_opens_the_facts(tmp_path):
    other = subprocess.run(
        [sys.executable, "-c", OPEN, str(tmp_path / "facts")], capture_output=True, text=True, check=False
    )

    assert other.returncode
    assert StoreLocked.__name__ in other.stderr


@pytest.mark.parametrize(
    "statement",
    [
        "select * from read_csv('/etc/passwd')",
        "copy (select 1) to '/tmp/leaked.parquet'",
        "set threads = 8",
        "set enable_external_access = true",
        "install httpfs",
    ],
)
def test_the_engine_reaches_nothing_outside_its_folder(facts, statement):
    with pytest.raises(duckdb.Error):
        facts._connection.execute(statement)


def test_a_folder_with_a_quote_in_its_name_works(tmp_path):
    facts = DuckDBFacts.open(tmp_path / "it's facts")
    facts.append(rows(observation("r1")), "recorder", {})
    facts.close_days(NOON + DAY)

    assert ids(ask(facts, Query.REQUESTS)) == ["r1"]
    facts.close()


@pytest.mark.parametrize("slice_rows", [1, 7, 20_000])
def test_a_day_is_written_slice_by_slice_without_a_gap(facts, slice_rows, monkeypatch):
    monkeypatch.setattr("leadline.storage.duckdb_days._SLICE_ROWS", slice_rows)
    facts.append(rows(*(observation(f"r{n}", NOON + (n * 7) % 50 / 3) for n in range(50))), "recorder", {})
    before = ids(ask(facts, Query.REQUESTS))

    facts.close_days(NOON + DAY)

    assert ids(ask(facts, Query.REQUESTS)) == before


def test_a_closed_day_is_one_sorted_parquet_file_of_each_table(facts, tmp_path):
    facts.append(rows(*(observation(f"r{n}", NOON - n) for n in range(50))), "recorder", {})
    facts.close_days(NOON + DAY)
    facts.append(rows(observation("late")), "recorder", {})
    facts.close_days(NOON + 2 * DAY)

    (file,) = (tmp_path / "facts").glob("exchanges-*.parquet")
    with duckdb.connect() as other:
        times = [at for (at,) in other.read_parquet(str(file)).project('"at"').fetchall()]
    assert file.name == "exchanges-2027-01-15.2.parquet"
    assert len(times) == 51
    assert times == sorted(times)


def test_files_of_a_death_while_closing_are_no_facts(facts, tmp_path):
    facts.append(rows(observation("r1")), "recorder", {})
    with duckdb.connect() as other:
        leftover = tmp_path / "facts" / "exchanges-2027-01-15.1.parquet"
        other.execute(f"copy (select 1 as a) to '{leftover}' (format parquet)")

    facts.close_days(NOON + DAY)

    assert ids(ask(facts, Query.REQUESTS)) == ["r1"]


def test_a_file_that_somebody_removed_takes_only_its_own_rows_along(facts, tmp_path):
    facts.append(rows(observation("old"), observation("new", NOON + DAY)), "recorder", {})
    facts.close_days(NOON + DAY)
    facts.close()
    for file in (tmp_path / "facts").glob("*.parquet"):
        file.unlink()

    again = DuckDBFacts.open(tmp_path / "facts")

    assert ids(ask(again, Query.REQUESTS)) == ["new"]
    again.close()


def test_a_table_of_an_older_version_gains_the_columns_it_lacks(tmp_path):
    facts = DuckDBFacts.open(tmp_path / "facts")
    facts.append(rows(observation("r1")), "recorder", {})
    connection = facts._connection
    assert connection is not None
    connection.execute("drop view all_exchanges; drop view all_minutes")
    connection.execute("alter table exchanges drop column quality_score")
    facts.close()

    again = DuckDBFacts.open(tmp_path / "facts")

    assert ask(again, Query.REQUESTS).rows[0]["quality_score"] is None
    again.close()


def test_it_goes_on_after_the_disk_was_full(small_disk):
    facts = DuckDBFacts.open(small_disk / "facts")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * (small_disk.free() - 200_000))
    kept = 0

    def fill():
        nonlocal kept
        while kept < 100_000:
            facts.append(rows(*(observation(f"r{kept + n}") for n in range(20))), "recorder", {})
            kept += 20

    with pytest.raises(DiskFull, match="no room"):
        fill()
    assert facts.disk_full
    with pytest.raises(DiskFull):
        facts.append(rows(observation("still full")), "recorder", {})

    ballast.unlink()
    facts.append(rows(observation("after")), "recorder", {})

    assert not facts.disk_full
    assert facts.counts()["exchanges"] == kept + 1
    assert facts.ask(Ask(name=Query.REQUESTS, limit=1)).error is None
    facts.close()
