"""Facts in DuckDB: today's rows in one database file, each closed day in a Parquet file beside it."""

import contextlib
import errno
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import msgspec

from leadline.storage import Cursor, DiskFull, FactsEngine, Keeping, Position, Rows, StoreLocked
from leadline.storage.duckdb_days import Days, literal
from leadline.storage.fact_rows import TABLES, Row, arrow, rows_of_events
from leadline.vocabulary import AnyEvent, Ask, Query, Told

_CONFIGURATION: dict[str, str | bool | int | float | list[str]] = {
    "memory_limit": "128MB",
    "threads": 1,
    "python_enable_replacements": False,
}
_ROOM_TO_REOPEN = 256 * 1024
_DAY_S = 86_400
_DOOMSDAY = 1e12

_CURSORS = """
create table if not exists cursors (consumer text, segment text, "offset" bigint, ended boolean);
create table if not exists marks (name text, value bigint);
"""

_FILTERS = {
    "since": '"at" >= $since',
    "until": '"at" <= $until',
    "request_id": "request_id = $request_id",
    "event_id": "event_id = $event_id",
    "provider": "provider = $provider",
    "model": "model = $model",
    "alias": "alias = $alias",
    "outcome": "outcome = $outcome",
    "feature": "feature = $feature",
    "template": "template = $template",
    "tenant": "tenant = $tenant",
    "category": "category = $category",
    "kind": "kind = $kind",
    "key": "key = $key",
    "flagged": "(len(failed_checks) > 0) = $flagged",
}

_REQUESTS = """
select request_id, "at", origin, protocol, alias, provider, model, served_model, region, key_alias,
       caller_key, tenant, "user", feature, template, streaming, status, outcome, failure_kind, selection,
       attempts, fallback_triggered, input_tokens, output_tokens, cost_usd, latency_ms, first_byte_ms,
       overhead_ms,
       finish_reason, failed_checks, quality_score, weight
from all_exchanges where {where} order by "at" desc, request_id desc limit $limit
"""

_EVENTS = """
select "at", event_id, request_id, kind, category, severity, provider, model, region, key_alias, key, tenant,
       "user", feature, template, causal_signals, weight
from all_events where {where} order by "at" desc, event_id desc limit $limit
"""

_OBSERVATIONS = """
select "at", request_id, weight, body as exchange
from all_exchanges where ("at", request_id) > ($since, $after) and "at" <= $until
order by "at", request_id limit $limit
"""
_SIGNALS_OF = """
select request_id, "check", verdict, kind, score, evidence, took_us, coalesce(attempt, 0) as attempt,
       coalesce(policy, '') as policy, word, coalesce(asked, false) as asked
from all_signals where "at" between $since and $until and request_id in (select unnest($requests))
"""

_LATENCY = """
select provider, {model} as model,
       sum(weight) as requests,
       coalesce(sum(weight) filter (failed), 0.0) as failed,
       quantile_cont(latency_ms, 0.5) filter (not failed) as p50_ms,
       quantile_cont(latency_ms, 0.95) filter (not failed) as p95_ms,
       quantile_cont(latency_ms, 0.99) filter (not failed) as p99_ms,
       quantile_cont(first_byte_ms, 0.5) filter (streaming and not failed) as ttft_p50_ms,
       quantile_cont(first_byte_ms, 0.95) filter (streaming and not failed) as ttft_p95_ms,
       sum(output_tokens) filter (not failed and latency_ms > 0) * 1000
         / sum(latency_ms) filter (not failed and latency_ms > 0 and output_tokens is not null)
         as tokens_per_s
from all_attempts where origin = 'user' and not cancelled and {where}
group by all order by requests desc, provider, model limit $limit
"""

_TRAFFIC = """
select floor("at" / $step_s) * $step_s as "at", sum({requests}) as requests, sum({failed}) as failed,
       sum({flagged}) as flagged, sum(coalesce(input_tokens, 0) * {weight})::bigint as input_tokens,
       sum(coalesce(output_tokens, 0) * {weight})::bigint as output_tokens,
       sum(coalesce(cost_usd, 0) * {weight}) as cost_usd
from {source} where {where} group by 1 order by 1 desc limit $limit
"""
_BY_MINUTE = {
    "source": "all_minutes",
    "requests": "requests",
    "failed": "failed",
    "flagged": "flagged",
    "weight": "1",
}
_BY_REQUEST = {
    "source": "(select * from all_exchanges where origin = 'user')",
    "requests": "weight",
    "failed": "weight * (outcome = 'failed')::int",
    "flagged": "weight * (len(failed_checks) > 0)::int",
    "weight": "weight",
}


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
        answer = _ANSWERS.get(ask.name)
        if answer is None:
            return Told(error=f"facts cannot answer {ask.name!r}; they know {', '.join(sorted(_ANSWERS))}.")
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
            return _fetch(self._open_connection(), sql, arguments)


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


def _requests(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    return _limited(cursor, _REQUESTS, ask)


def _events(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    told = _limited(cursor, _EVENTS, ask)
    rows = tuple(row | {"causal_signals": _decoded(row["causal_signals"])} for row in told.rows)
    return Told(rows=rows, truncated=told.truncated)


def _request(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    where, arguments = _where(ask.arguments)
    found = _fetch(cursor, f"select body from all_exchanges where {where} limit 1", arguments)  # noqa: S608
    if not found:
        return Told()
    of_it = {"request_id": ask.arguments["request_id"]}
    signals = 'select "check", verdict, kind, score, evidence, took_us from all_signals'
    texts = "select prompt, context, answer from all_texts"
    events = _events(cursor, Ask(name=Query.EVENTS, arguments=of_it, limit=ask.limit))
    kept = _fetch(cursor, f"{texts} where request_id = $request_id limit 1", of_it)
    row: Row = {
        "exchange": _decoded(found[0]["body"]),
        "signals": _fetch(cursor, f"{signals} where request_id = $request_id", of_it),
        "events": list(events.rows),
        "text": kept[0] if kept else None,
    }
    return Told(rows=(row,))


def _observations(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    span = {"since": 0.0, "until": _DOOMSDAY, "after": ""} | dict(ask.arguments)
    found = _fetch(cursor, _OBSERVATIONS, span | {"limit": ask.limit + 1})
    page = found[: ask.limit]
    signals: dict[object, list[Row]] = {row["request_id"]: [] for row in page}
    wanted = {"since": span["since"], "until": span["until"], "requests": list(signals)}
    for signal in _fetch(cursor, _SIGNALS_OF, wanted) if page else ():
        signals[signal.pop("request_id")].append(signal)
    rows = [
        row | {"exchange": _decoded(row["exchange"]), "signals": signals[row["request_id"]]} for row in page
    ]
    return Told(rows=tuple(rows), truncated=len(found) > ask.limit)


def _latency(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    by_provider = ask.arguments.get("group") == "provider"
    sql = _LATENCY.replace("{model}", "''" if by_provider else "model")
    return _limited(cursor, sql, _without(ask, "group"))


def _traffic(cursor: duckdb.DuckDBPyConnection, ask: Ask) -> Told:
    step_s = float(str(ask.arguments.get("step_s") or 60.0))
    sql = _TRAFFIC
    for name, value in (_BY_MINUTE if step_s % 60 == 0 else _BY_REQUEST).items():
        sql = sql.replace("{" + name + "}", value)
    return _limited(cursor, sql, _without(ask, "step_s"), step_s=step_s)


_ANSWERS: dict[str, Callable[[duckdb.DuckDBPyConnection, Ask], Told]] = {
    Query.REQUESTS: _requests,
    Query.REQUEST: _request,
    Query.EVENTS: _events,
    Query.OBSERVATIONS: _observations,
    Query.LATENCY: _latency,
    Query.TRAFFIC: _traffic,
}


def _limited(cursor: duckdb.DuckDBPyConnection, sql: str, ask: Ask, **more: object) -> Told:
    where, arguments = _where(ask.arguments)
    rows = _fetch(cursor, sql.replace("{where}", where), arguments | {"limit": ask.limit + 1} | more)
    return Told(rows=tuple(rows[: ask.limit]), truncated=len(rows) > ask.limit)


def _where(arguments: Mapping[str, object]) -> tuple[str, dict[str, object]]:
    given = {name: value for name, value in arguments.items() if value is not None}
    return " and ".join(_FILTERS[name] for name in given) or "true", given


def _without(ask: Ask, name: str) -> Ask:
    return Ask(
        name=ask.name,
        arguments={key: value for key, value in ask.arguments.items() if key != name},
        limit=ask.limit,
        deadline_s=ask.deadline_s,
    )


def _fetch(cursor: duckdb.DuckDBPyConnection, sql: str, arguments: Mapping[str, object]) -> list[Row]:
    found = cursor.execute(sql, dict(arguments))
    names = [str(column[0]) for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _decoded(value: object) -> object:
    return msgspec.json.decode(str(value))


def _is_full(error: Exception) -> bool:
    """A fatal error says that DuckDB has closed the database after a write that failed."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return "No space left" in str(error) or isinstance(error, duckdb.FatalException)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


PLUG: type[FactsEngine] = DuckDBFacts
