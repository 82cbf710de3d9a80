"""Closing days in DuckDB: yesterday's rows become one time-sorted Parquet file, old files are unlinked."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import msgspec
import pyarrow.parquet as pq

from leadline.storage import Keeping
from leadline.storage.fact_rows import TABLES

_DAY_S = 86_400
_SLICE_ROWS = 20_000
TEXTS = ("texts", "feedback_texts")
"""What people and models wrote, which is kept for less long than facts."""
_MINUTES = """
    select floor("at" / 60) * 60 as "at", provider, model, feature, tenant,
           sum(weight) as requests,
           coalesce(sum(weight) filter (outcome = 'failed'), 0.0) as failed,
           coalesce(sum(weight) filter (len(failed_checks) > 0), 0.0) as flagged,
           coalesce(sum(input_tokens * weight), 0.0) as input_tokens,
           coalesce(sum(output_tokens * weight), 0.0) as output_tokens,
           coalesce(sum(cost_usd * weight), 0.0) as cost_usd
    from {source} where origin = 'user' group by all"""


class ClosedDay(msgspec.Struct, frozen=True):
    """`file` is a name in the facts folder; its number grows each time late rows are merged in."""

    table: str
    day: int
    file: str


class Days:
    """The sealed part of the facts. `closed_days` in the database says which files are true; others are
    left-overs of a process that died while sealing, and are removed.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, folder: Path) -> None:
        self._connection = connection
        self._folder = folder
        connection.execute('create table if not exists closed_days ("table" text, day int, file text)')
        self._make_views()

    def close(self, now: float, keeping: Keeping) -> None:
        """Seal all days before the one of `now` (Unix seconds) and drop what is older than its keeping."""
        today = int(now // _DAY_S)
        dropped: list[str] = []
        for table in TABLES:
            oldest = int((now - _kept_s(table, keeping)) // _DAY_S)
            for day in self._open_days(table, today):
                dropped += self._seal(table, day) if day >= oldest else self._discard(table, day)
        dropped += self._forget(now, keeping)
        for name in dropped:
            (self._folder / name).unlink(missing_ok=True)
        self._sweep()

    def _open_days(self, table: str, today: int) -> list[int]:
        found = self._connection.execute(
            f'select distinct floor("at" / {_DAY_S})::int from {table} where "at" < $midnight order by 1',  # noqa: S608
            {"midnight": float(today * _DAY_S)},
        ).fetchall()
        return [day for (day,) in found]

    def _seal(self, table: str, day: int) -> list[str]:
        """Write the day's file, then swap it in together with the removal of its rows. Returns old files."""
        before = self._closed(table, day)
        name = _file_name(table, day, before)
        sources = [f"select * from {table} where {_within(day)}"]  # noqa: S608
        sources += [f"select * from read_parquet({self._literal(known.file)})" for known in before]  # noqa: S608
        self._write(name, " union all by name ".join(sources))
        fresh = [ClosedDay(table, day, name)]
        if table == "exchanges":
            known_minutes = self._closed("minutes", day)
            minutes = _file_name("minutes", day, known_minutes)
            self._write(minutes, _MINUTES.format(source=f"read_parquet({self._literal(name)})"))
            fresh.append(ClosedDay("minutes", day, minutes))
            before += known_minutes
        self._swap(remove=before, add=fresh, clear=(table, day))
        return [known.file for known in before]

    def _discard(self, table: str, day: int) -> list[str]:
        self._swap(remove=[], add=[], clear=(table, day))
        return []

    def _forget(self, now: float, keeping: Keeping) -> list[str]:
        old = [
            known
            for known in self._closed()
            if (known.day + 1) * _DAY_S <= now - _kept_s(known.table, keeping)
        ]
        if old:
            self._swap(remove=old, add=[], clear=None)
        return [known.file for known in old]

    def _write(self, name: str, query: str) -> None:
        """Sorted by time and slice by slice: DuckDB cannot sort a busy day's wide rows in its 128 MB."""
        path = self._path(name)
        shape = self._connection.sql(f"select * from ({query}) limit 0").to_arrow_table().schema  # noqa: S608
        with pq.ParquetWriter(path, shape, compression="zstd") as writer:
            for begin, end in self._slices(query):
                rows = self._connection.sql(
                    f'select * from ({query}) where "at" >= $begin and "at" < $end order by "at"',  # noqa: S608
                    params={"begin": begin, "end": end},
                )
                writer.write_table(rows.to_arrow_table())
        with path.open("rb") as written:
            os.fsync(written.fileno())

    def _slices(self, query: str) -> Iterator[tuple[float, float]]:
        """Stretches of whole seconds with about `_SLICE_ROWS` rows each, in order of time."""
        counts = self._connection.execute(
            f'select floor("at") as second, count(*) from ({query}) group by 1 order by 1'  # noqa: S608
        ).fetchall()
        begin, rows = 0.0, 0
        for second, count in counts:
            if rows and rows + count > _SLICE_ROWS:
                yield begin, second
                rows = 0
            begin = begin if rows else second
            rows += count
        if rows:
            yield begin, counts[-1][0] + 1.0

    def _swap(self, *, remove: list[ClosedDay], add: list[ClosedDay], clear: tuple[str, int] | None) -> None:
        run = self._connection.execute
        run("begin")
        try:
            for known in remove:
                run("delete from closed_days where file = $file", {"file": known.file})
            for fresh in add:
                run("insert into closed_days values (?, ?, ?)", [fresh.table, fresh.day, fresh.file])
            if clear is not None:
                run(f"delete from {clear[0]} where {_within(clear[1])}")  # noqa: S608
            self._make_views()
            run("commit")
        except duckdb.Error:
            run("rollback")
            raise

    def _make_views(self) -> None:
        """`all_x` = the open rows of x and all its sealed days."""
        closed = self._closed()
        for table in (*TABLES, "minutes"):
            live = _MINUTES.format(source="exchanges") if table == "minutes" else f"select * from {table}"  # noqa: S608
            files = [self._literal(known.file) for known in closed if known.table == table]
            read = f"read_parquet([{', '.join(files)}], union_by_name=true)"
            sealed = f" union all by name select * from {read}"  # noqa: S608
            self._connection.execute(
                f"create or replace view all_{table} as ({live}){sealed if files else ''}"
            )

    def _closed(self, table: str = "", day: int | None = None) -> list[ClosedDay]:
        """The days whose file is there: one that somebody removed is not asked for again."""
        found = self._connection.execute(
            'select "table", day, file from closed_days'
            " where $table in ('', \"table\") and coalesce($day, day) = day order by file",
            {"table": table, "day": day},
        ).fetchall()
        return [ClosedDay(*row) for row in found if self._path(row[2]).exists()]

    def _sweep(self) -> None:
        true = {known.file for known in self._closed()}
        for path in self._folder.glob("*.parquet"):
            if path.name not in true:
                path.unlink(missing_ok=True)

    def _literal(self, name: str) -> str:
        return literal(self._path(name))

    def _path(self, name: str) -> Path:
        return self._folder / name


def _within(day: int) -> str:
    """A range, so that DuckDB skips the row groups of other days."""
    return f'"at" >= {day * _DAY_S} and "at" < {(day + 1) * _DAY_S}'


def literal(path: Path) -> str:
    """A path as an SQL string: statements like COPY take no parameters."""
    return "'" + str(path).replace("'", "''") + "'"


def _kept_s(table: str, keeping: Keeping) -> float:
    if table in TEXTS:
        return keeping.text_s
    return keeping.rollups_s if table == "minutes" else keeping.facts_s


def _file_name(table: str, day: int, before: list[ClosedDay]) -> str:
    date = datetime.fromtimestamp(day * _DAY_S, UTC).date().isoformat()
    generation = 1 + max((int(known.file.split(".")[1]) for known in before), default=0)
    return f"{table}-{date}.{generation}.parquet"
