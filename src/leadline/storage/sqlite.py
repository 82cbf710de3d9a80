"""Incidents in one SQLite file: incidents, what changed, the outbox, cursors and snapshots."""

import contextlib
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import msgspec
from sqlalchemy import (
    Connection,
    Engine,
    Executable,
    QueuePool,
    RowMapping,
    create_engine,
    delete,
    event,
    exc,
    func,
    select,
    update,
)

from leadline.storage import (
    DeepCommit,
    DeliveryResult,
    DiskFull,
    IncidentsEngine,
    Keeping,
    OutboxEntry,
    Position,
    TickCommit,
)
from leadline.storage.audit_chain import put_deed
from leadline.storage.deep_writing import put_deep, read_findings
from leadline.storage.incident_answers import INCIDENT_ANSWERS
from leadline.storage.incident_tables import (
    CURSORS,
    DEEP_FINDINGS,
    INCIDENTS,
    META,
    OUTBOX,
    REVIEWS,
    SNAPSHOTS,
    WAITING_EVENTS,
)
from leadline.storage.migrating import bring_up_to_date, check_version
from leadline.storage.review_book import NotDecided, decide, forget_reviews, put_reviews
from leadline.storage.sqlite_writing import joined, name_once, put_result, put_snapshot, put_tick
from leadline.vocabulary import (
    AnyEvent,
    Ask,
    Deed,
    DeepFinding,
    HeldText,
    IncidentUpdate,
    ReviewState,
    Told,
)
from leadline.vocabulary.failure_event import decode_event

_BUSY_TIMEOUT_S = 5.0
_PROGRESS_EVERY = 10_000
_update = msgspec.json.Decoder(IncidentUpdate)


class SQLiteIncidents:
    """Written by one process, whose threads share it; others open it read-only beside it (WAL).

    When the disk is full, what cannot be written is held in memory: people are still told, and the rest
    follows with the next write that succeeds.
    """

    def __init__(self, path: Path, *, read_only: bool) -> None:
        self._path = path
        self._engine = _engine(path, read_only=read_only)
        self._reading = _engine(path, read_only=True)
        self._lock = threading.Lock()
        self._held: TickCommit | None = None
        self._held_results: dict[tuple[str, int, str], DeliveryResult] = {}
        self._has_traces = False
        self.disk_full = False

    @classmethod
    def open(cls, path: Path) -> "SQLiteIncidents":
        """Raises StoreTooNew."""
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        store = cls(path, read_only=False)
        with store._engine.begin() as connection:
            bring_up_to_date(connection)
            name_once(connection)
        return store

    @classmethod
    def open_read_only(cls, path: Path) -> "SQLiteIncidents":
        """For every process but the watch. Raises FileNotFoundError, StoreTooNew."""
        if not path.exists():
            raise FileNotFoundError(f"there is no {path} yet: the watch makes it when it first runs")
        store = cls(path, read_only=True)
        with store._engine.begin() as connection:
            check_version(connection)
        return store

    def commit(self, tick: TickCommit) -> None:
        with self._lock:
            self._held = tick if self._held is None else joined(self._held, tick)
            self._write_held()

    def put_snapshot(self, name: str, at: float, body: bytes) -> None:
        """Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            put_snapshot(connection, name, at, body)

    @property
    def identity(self) -> str:
        """A name given to the file when it was made: numbers of events count within it."""
        return str(self._all(select(META.c.value).where(META.c.name == "identity"))[0]["value"])

    def cursor(self, consumer: str) -> dict[str, Position]:
        rows = self._all(select(CURSORS).where(CURSORS.c.consumer == consumer))
        return {row["segment"]: Position(row["offset"], row["ended"]) for row in rows}

    def snapshot(self, name: str) -> bytes | None:
        rows = self._all(select(SNAPSHOTS.c.body).where(SNAPSHOTS.c.name == name))
        return bytes(rows[0]["body"]) if rows else None

    def heard(self, incident_ids: Iterable[str]) -> set[tuple[str, str]]:
        """(incident, destination) wherever something was told or is about to be."""
        wanted = set(incident_ids)
        rows = self._all(
            select(OUTBOX.c.incident_id, OUTBOX.c.destination)
            .where(OUTBOX.c.incident_id.in_(wanted))
            .distinct()
        )
        with self._lock:
            held = [(e.incident_id, e.destination) for e in self._held.outbox] if self._held else []
        return {(row["incident_id"], row["destination"]) for row in rows} | {
            pair for pair in held if pair[0] in wanted
        }

    def due(self, destination: str, now: float) -> list[OutboxEntry]:
        """What to tell this destination now: of each incident its oldest untold change, if due."""
        with self._lock:
            held = [e for e in (self._held.outbox if self._held else ()) if e.destination == destination]
            results = dict(self._held_results)
        pending = (OUTBOX.c.destination == destination, OUTBOX.c.state == "pending")
        wanted = select(OUTBOX).where(*pending).order_by(OUTBOX.c.number).limit(1000)
        if not (held or results):
            # what must wait must not fill the list before what is due; held in memory, all of it counts
            oldest = select(func.min(OUTBOX.c.number)).where(*pending).group_by(OUTBOX.c.incident_id)
            wanted = wanted.where(OUTBOX.c.number.in_(oldest), OUTBOX.c.next_at <= now)
        entries = [entry for entry in (*map(_entry, self._all(wanted)), *held) if entry.state == "pending"]
        first: dict[str, OutboxEntry] = {}
        for entry in entries:
            result = results.get(_name(entry))
            if result is None or result.state == "pending":
                first.setdefault(entry.incident_id, _retried(entry, result))
        return [entry for entry in first.values() if entry.next_at <= now]

    def mark(self, entry: OutboxEntry, result: DeliveryResult) -> bool:
        """Keep how a delivery went; in memory while the disk is full. True when it is the first that anybody
        heard of the incident.
        """
        with self._lock:
            first = result.state == "delivered" and not self._is_known(entry.incident_id)
            self._held_results[_name(entry)] = result
            self._write_held()
            return first

    def give_up(self, destination: str, reason: str, at: float) -> None:
        """Nothing will be told there any more. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            connection.execute(
                update(OUTBOX)
                .where(OUTBOX.c.destination == destination, OUTBOX.c.state == "pending")
                .values(state="failed", error=reason, at=at)
            )

    def deliveries(self) -> Mapping[tuple[str, str], int]:
        """Outbox rows by (destination, state)."""
        rows = self._all(
            select(OUTBOX.c.destination, OUTBOX.c.state, func.count().label("n")).group_by(
                OUTBOX.c.destination, OUTBOX.c.state
            )
        )
        return {(row["destination"], row["state"]): row["n"] for row in rows}

    def open_incidents(self) -> Mapping[tuple[str, str], int]:
        """Open incidents by (category, severity)."""
        rows = self._all(
            select(INCIDENTS.c.category, INCIDENTS.c.severity, func.count().label("n"))
            .where(INCIDENTS.c.status == "open")
            .group_by(INCIDENTS.c.category, INCIDENTS.c.severity)
        )
        return {(row["category"], row["severity"]): row["n"] for row in rows}

    def waiting_events(self, limit: int) -> list[tuple[int, AnyEvent]]:
        """Events which the facts engine may not have yet, by number."""
        rows = self._all(select(WAITING_EVENTS).order_by(WAITING_EVENTS.c.number).limit(limit))
        return [(row["number"], decode_event(row["body"])) for row in rows]

    def note(self, deed: Deed) -> None:
        """Into the audit chain. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            put_deed(connection, deed)

    def forget_events(self, upto: int) -> None:
        """The facts engine has them. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            connection.execute(delete(WAITING_EVENTS).where(WAITING_EVENTS.c.number <= upto))

    def commit_deep(self, commit: DeepCommit) -> None:
        """Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            put_deep(connection, commit)

    def deep_findings(self, after: int, limit: int) -> list[tuple[int, DeepFinding]]:
        """Those with greater numbers than `after`, in their order."""
        wanted = select(DEEP_FINDINGS).where(DEEP_FINDINGS.c.number > after)
        return read_findings(self._all(wanted.order_by(DEEP_FINDINGS.c.number).limit(limit)))

    def forget_findings(self, upto: int) -> None:
        """Triage and the facts engine have them. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            connection.execute(delete(DEEP_FINDINGS).where(DEEP_FINDINGS.c.number <= upto))

    def keep_reviews(self, held: Sequence[HeldText]) -> None:
        """What policies hold for a person; one that is known already stays as it is. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            put_reviews(connection, held)

    def decide_review(self, deed: Deed) -> dict[str, object]:
        """The review as it is then, with `changed`; kept with the deed. Raises NotDecided, or DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            decided = decide(connection, deed)
        if isinstance(decided, str):
            raise NotDecided(decided)
        self._has_traces = True
        self._remove_traces()
        return decided

    def forget_reviews(self, now: float, keeping: Keeping) -> None:
        """Let go of what nobody decided in time, and of texts whose time is over. Raises DiskFull."""
        with self._told_when_full(), self._engine.begin() as connection:
            self._has_traces |= forget_reviews(connection, now, keeping)
        self._remove_traces()

    def _remove_traces(self) -> None:
        """What was let go of leaves the log of changes too; while somebody reads it, at the next look."""
        if not self._has_traces:
            return
        connection = self._engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute("pragma busy_timeout = 0")
            [busy, *_] = cursor.execute("pragma wal_checkpoint(truncate)").fetchone()
            self._has_traces = bool(busy)
            cursor.execute(f"pragma busy_timeout = {int(_BUSY_TIMEOUT_S * 1000)}")
        finally:
            connection.close()

    def waiting_reviews(self) -> tuple[int, float]:
        """How many wait for a person, and since when the oldest does (Unix seconds, 0 = none)."""
        asked = select(func.count(), func.min(REVIEWS.c.at)).where(REVIEWS.c.state == ReviewState.PENDING)
        with self._reading.begin() as connection:
            count, oldest = connection.execute(asked).one()
        return int(count), float(oldest or 0.0)

    def ask(self, ask: Ask) -> Told:
        answer = INCIDENT_ANSWERS.get(ask.name)
        if answer is None:
            known = ", ".join(sorted(INCIDENT_ANSWERS))
            return Told(error=f"incidents cannot answer {ask.name!r}; they know {known}.")
        try:
            with self._reading.begin() as connection, _deadline(connection, ask.deadline_s):
                return answer(connection, ask)
        except exc.OperationalError as error:
            if "interrupted" not in str(error):
                return Told(error=f"the incidents could not be read: {error.orig}. Ask again.")
            return Told(error=f"{ask.name} took longer than {ask.deadline_s:g} s. Ask for less, or again.")

    def close(self) -> None:
        self._reading.dispose()
        self._engine.dispose()

    def _is_known(self, incident_id: str) -> bool:
        """Somebody has been told of it."""
        wanted = select(OUTBOX.c.number).where(
            OUTBOX.c.incident_id == incident_id, OUTBOX.c.state == "delivered"
        )
        held = (name for name, result in self._held_results.items() if result.state == "delivered")
        return any(name[0] == incident_id for name in held) or bool(self._all(wanted.limit(1)))

    def _write_held(self) -> None:
        try:
            with self._engine.begin() as connection:
                if self._held is not None:
                    put_tick(connection, self._held)
                for name, result in self._held_results.items():
                    put_result(connection, name, result)
        except exc.OperationalError as error:
            if not _is_full(error):
                raise
            self.disk_full = True
            return
        self._held, self._held_results, self.disk_full = None, {}, False

    @contextlib.contextmanager
    def _told_when_full(self) -> Iterator[None]:
        try:
            yield
        except exc.OperationalError as error:
            if not _is_full(error):
                raise
            self.disk_full = True
            raise DiskFull(error.orig.args[0] if error.orig else "full") from error

    def _all(self, statement: Executable) -> Sequence[RowMapping]:
        with self._reading.begin() as connection:
            return connection.execute(statement).mappings().all()


def _engine(path: Path, *, read_only: bool) -> Engine:
    """Explicit transactions: BEGIN IMMEDIATE for the writer, so that it never fails half-way for the lock."""
    begin = "BEGIN" if read_only else "BEGIN IMMEDIATE"
    mode = "ro" if read_only else "rw"

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=_BUSY_TIMEOUT_S,
            isolation_level=None,
            check_same_thread=False,
        )
        if not read_only:
            connection.execute("pragma journal_mode = wal")
            connection.execute("pragma secure_delete = on")  # texts that were let go of are overwritten
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=QueuePool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def _entry(row: RowMapping) -> OutboxEntry:
    return OutboxEntry(
        destination=row["destination"],
        update=_update.decode(row["body"]),
        tries=row["tries"],
        next_at=row["next_at"],
    )


def _retried(entry: OutboxEntry, result: DeliveryResult | None) -> OutboxEntry:
    if result is None:
        return entry
    again: OutboxEntry = msgspec.structs.replace(entry, tries=result.tries, next_at=result.next_at)
    return again


def _name(entry: OutboxEntry) -> tuple[str, int, str]:
    return entry.incident_id, entry.sequence, entry.destination


@contextlib.contextmanager
def _deadline(connection: Connection, seconds: float) -> Iterator[None]:
    driver = connection.connection.driver_connection
    if not isinstance(driver, sqlite3.Connection):
        raise TypeError(f"SQLite was expected below, not {type(driver).__name__}")
    end = time.monotonic() + seconds
    driver.set_progress_handler(lambda: time.monotonic() > end, _PROGRESS_EVERY)
    try:
        yield
    finally:
        driver.set_progress_handler(None, 0)


def _is_full(error: exc.OperationalError) -> bool:
    """Out of room, or (IOERR) no room to grow the WAL's shared memory."""
    code = getattr(error.orig, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR)


PLUG: type[IncidentsEngine] = SQLiteIncidents
