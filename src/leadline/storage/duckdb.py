"""Facts in DuckDB: today's rows in one database file, each closed day in a Parquet file beside it."""

import contextlib
import errno
import shutil
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb

from leadline.storage import Cursor, DiskFull, FactsEngine, Keeping, Position, Rows, StoreLocked
from leadline.storage.duckdb_answers import ANSWERS, fetch
from leadline.storage.duckdb_days import Days, literal
from leadline.storage.fact_rows import TABLES, Row, arrow, rows_of_events
from leadline.vocabulary import AnyEvent, Ask, Told

_CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "128MB",
    "threads": 1,
    "python_enable_replacements": False,
}
_ROOM_TO_REOPEN = 256 * 1024
_DAY_S = 86_400

_CURSORS = """
create table if not exists cursors (consumer text, segment text, "offset" bigint, ended boolean);
create table if not exists marks (name text, value bigint);
"""


class DuckDBFacts:
    """One process holds the file; its threads share it. The engine is closed to the rest of the machine:
    128 MB, one thread, no path outside its folder, no extension, and none of that can be set back.
    """

    def __init__(self, folder: Path, keeping: Keeping) -> None:
        self._folder = folder.resolve()
        self._keeping = keeping
        self._lock = threading.RLock()
        self._closed_upto = 0
        self.disk_full = False
        self._connection: duckdb.DuckDBPyConnection | None = self._connect()

    @classmethod
    def open(cls, folder: Path, keeping: Keeping = Keeping()) -> "DuckDBFacts":  # noqa: B008 - frozen
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(folder, keeping)

    def append(self, rows: Rows, consumer: str, cursor: Cursor) -> None:
        with self._transaction() as connection:
            _insert(connection, rows)
            connection.execute("delete from cursors where consumer = $consumer", {"consumer": consumer})
            for segment, position in cursor.items():
                connection.execute(
                    "insert into cursors values (?, ?, ?, ?)",
                    [consumer, segment, position.offset, position.ended],
                )

    def append_events(self, events: Sequence[AnyEvent], source: str, upto: int) -> None:
        with self._transaction() as connection:
            _insert(connection, rows_of_events(events, source))
            connection.execute("delete from marks where name = ?", [source])
            connection.execute("insert into marks values (?, ?)", [source, upto])

    def cursor(self, consumer: str) -> dict[str, Position]:
        found = self._rows(
            'select segment, "offset", ended from cursors where consumer = $consumer', {"consumer": consumer}
        )
        return {str(row["segment"]): Position(int(str(row["offset"])), bool(row["ended"])) for row in found}

    def events_upto(self, source: str) -> int:
        found = self._rows("select value from marks where name = $source", {"source": source})
        return int(str(found[0]["value"])) if found else 0

    def counts(self) -> dict[str, int]:
        """Rows by table, sealed days included."""
        found = [self._rows(f"select count(*) as n from all_{table}", {}) for table in TABLES]  # noqa: S608
        return {table: int(str(rows[0]["n"])) for table, rows in zip(TABLES, found, strict=True)}

    def close_days(self, now: float) -> None:
        today = int(now // _DAY_S)
        if today == self._closed_upto:
            return
        with self._lock, self._full_disk_is_told():
            Days(self._open_connection(), self._folder).close(now, self._keeping)
            self._closed_upto = today

    def ask(self, ask: Ask) -> Told:
        answer = ANSWERS.get(ask.name)
        if answer is None:
            return Told(error=f"facts cannot answer {ask.name!r}; they know {', '.join(sorted(ANSWERS))}.")
        try:
            with self._asking(ask.deadline_s) as cursor:
                return answer(cursor, ask)
        except duckdb.InterruptException:
            return Told(error=f"{ask.name} took longer than {ask.deadline_s:g} s. Narrow it with `since`.")
        except DiskFull as full:
            return Told(error=str(full))
        except duckdb.OutOfMemoryException:
            return Told(error=f"{ask.name} needs more memory than it may use. Narrow it with `since`.")
        except duckdb.Error as error:
            return Told(error=f"the facts could not be read: {_first_line(error)}. Ask again.")

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _connect(self) -> duckdb.DuckDBPyConnection:
        try:
            connection = duckdb.connect(str(self._folder / "live.duckdb"), config=_CONFIGURATION)
        except duckdb.IOException as error:
            if "lock" in str(error):
                raise StoreLocked(
                    f"another process holds {self._folder}: ask the running watch instead"
                ) from error
            raise
        for setting in (
            f"allowed_directories = [{literal(self._folder)}]",
            f"temp_directory = {literal(self._folder / 'spill')}",
            "enable_external_access = false",
            "lock_configuration = true",
        ):
            connection.execute(f"set {setting}")
        connection.execute(_CURSORS)
        for table in TABLES:
            _fit(connection, table)
        Days(connection, self._folder)
        return connection

    def _open_connection(self) -> duckdb.DuckDBPyConnection:
        """The connection, made anew after the disk was full: DuckDB refuses to go on once a write failed."""
        if self.disk_full:
            if shutil.disk_usage(self._folder).free < _ROOM_TO_REOPEN:
                raise DiskFull(errno.ENOSPC, f"no room on the disk of {self._folder}; make room there")
            self.close()
        if self._connection is None:
            self._connection = self._connect()
        return self._connection

    @contextlib.contextmanager
    def _transaction(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock, self._full_disk_is_told():
            connection = self._open_connection()
            connection.execute("begin")
            try:
                yield connection
                connection.execute("commit")
            except BaseException:
                with contextlib.suppress(duckdb.Error):  # a failed commit has already rolled back
                    connection.execute("rollback")
                raise

    @contextlib.contextmanager
    def _full_disk_is_told(self) -> Iterator[None]:
        try:
            yield
            self.disk_full = False
        except (duckdb.Error, OSError) as error:
            if not _is_full(error):
                raise
            self.disk_full = True
            raise DiskFull(
                errno.ENOSPC, f"no room on the disk of {self._folder}: {_first_line(error)}"
            ) from error

    @contextlib.contextmanager
    def _asking(self, deadline_s: float) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._lock:
            if self._connection is None:
                raise DiskFull(errno.ENOSPC, f"the facts in {self._folder} are closed: the disk is full")
            cursor = self._connection.cursor()
        timer = threading.Timer(deadline_s, cursor.interrupt)
        timer.daemon = True
        timer.start()
        try:
            yield cursor
        finally:
            timer.cancel()
            cursor.close()

    def _rows(self, sql: str, arguments: Mapping[str, object]) -> list[Row]:
        with self._lock:
            return fetch(self._open_connection(), sql, arguments)


def _insert(connection: duckdb.DuckDBPyConnection, rows: Rows) -> None:
    for table, batch in rows.items():
        if batch:
            connection.register("incoming", arrow(table, batch))
            try:
                connection.execute(f"insert into {table} by name select * from incoming")  # noqa: S608
            finally:
                connection.unregister("incoming")


def _fit(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make the table in its declared shape; one written by an older Leadline gains the columns it lacks."""
    connection.register("shape", TABLES[table].empty_table())
    connection.execute(f"create table if not exists {table} as select * from shape")  # noqa: S608
    wanted = connection.execute("describe select * from shape").fetchall()
    for name, type_, *_ in wanted:
        connection.execute(f'alter table {table} add column if not exists "{name}" {type_}')
    connection.unregister("shape")


def _is_full(error: Exception) -> bool:
    """A fatal error says that DuckDB has closed the database after a write that failed."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return "No space left" in str(error) or isinstance(error, duckdb.FatalException)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


PLUG: type[FactsEngine] = DuckDBFacts
