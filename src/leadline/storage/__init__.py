"""One file per engine, answering the same named queries. Storage keeps and finds; it decides nothing."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from leadline.vocabulary import (
    AnyEvent,
    Ask,
    Deed,
    DeepFinding,
    FailureEvent,
    Incident,
    IncidentUpdate,
    Job,
    Silence,
    Told,
)

TRIAGE = "triage"
"""The consumer whose cursor and snapshot go with each `TickCommit`."""


SILENCES = "silences"
"""The snapshot that lists them, for whoever asks."""


class DiskFull(OSError):
    """The disk has no room for the rows. Nothing of the batch was kept; `append` again once there is room."""


class StoreLocked(OSError):
    """Another process holds the store: ask it, or stop it first."""


class StoreTooNew(OSError):
    """The store was written by a newer Leadline than this one."""


class Position(msgspec.Struct, frozen=True):
    """How far into one segment. `ended` = nothing behind `offset` will be read (a damaged tail)."""

    offset: int
    ended: bool = False


Cursor = Mapping[str, Position]
"""Where one consumer stands: a position for each segment, by file name."""

Rows = Mapping[str, Sequence[Mapping[str, object]]]
"""Rows by table, in the shapes of `fact_rows.TABLES`."""


class Keeping(msgspec.Struct, frozen=True, kw_only=True):
    """For how many seconds each kind of fact is kept."""

    facts_s: float = 14 * 86_400.0
    rollups_s: float = 400 * 86_400.0
    text_s: float = 7 * 86_400.0


class FactsEngine(Protocol):
    """Exchanges, attempts, signals, events and kept text, by day. Answers requests, request, events, latency,
    traffic.
    """

    disk_full: bool

    @classmethod
    def open(cls, folder: Path, keeping: Keeping = ...) -> "FactsEngine":
        """Make or open the store. Raises StoreLocked."""

    def append(self, rows: Rows, consumer: str, cursor: Cursor) -> None:
        """The rows and the consumer's cursor, both or neither. Raises DiskFull."""

    def append_events(self, events: Sequence[AnyEvent], source: str, upto: int) -> None:
        """Events and the number of the last of them, both or neither; those of a newer schema are kept raw.
        Raises DiskFull.
        """

    def cursor(self, consumer: str) -> Cursor: ...

    def events_upto(self, source: str) -> int:
        """The number given with the last events kept of this source, 0 before the first."""

    def counts(self) -> Mapping[str, int]: ...

    def close_days(self, now: float) -> None:
        """Seal the days before the one of `now` and drop what is past its keeping. Raises DiskFull."""

    def ask(self, ask: Ask) -> Told: ...

    def close(self) -> None: ...


class OutboxEntry(msgspec.Struct, frozen=True, kw_only=True):
    """One change to be told to one destination, by its name in the configuration.

    `state` is `delivered` from the start where somebody else has told it.
    """

    destination: str
    update: IncidentUpdate
    tries: int = 0
    next_at: float = 0.0
    state: str = "pending"

    @property
    def incident_id(self) -> str:
        return self.update.incident.incident_id

    @property
    def sequence(self) -> int:
        return self.update.sequence


class TickCommit(msgspec.Struct, frozen=True, kw_only=True):
    """All that one step of triage leaves behind: kept as a whole or not at all.

    `snapshot` is triage's own state; `events` wait here until the facts engine has them.
    `deeds` are what people ordered, for the audit chain.
    """

    at: float
    cursor: Cursor
    snapshot: bytes
    incidents: Sequence[Incident] = ()
    updates: Sequence[IncidentUpdate] = ()
    outbox: Sequence[OutboxEntry] = ()
    events: Sequence[FailureEvent] = ()
    silences: Sequence[Silence] = ()
    deeds: Sequence[Deed] = ()


class DeepCommit(msgspec.Struct, frozen=True, kw_only=True):
    """All that one step of the deep checks leaves behind. `snapshots` are what checks remember, by name."""

    at: float
    consumer: str
    cursor: Cursor
    findings: Sequence[DeepFinding] = ()
    jobs: Sequence[Job] = ()
    snapshots: Mapping[str, bytes] = {}


class DeliveryResult(msgspec.Struct, frozen=True, kw_only=True):
    """`state` is delivered, pending (tried in vain, again at `next_at`) or failed (given up)."""

    state: str
    at: float
    tries: int
    error: str = ""
    next_at: float = 0.0


class IncidentsEngine(Protocol):
    """Incidents, their updates, the outbox, cursors and snapshots. Answers incidents and incident."""

    disk_full: bool

    @classmethod
    def open(cls, path: Path) -> "IncidentsEngine":
        """Make or open the store and bring its tables up to date. Raises StoreTooNew."""

    def commit(self, tick: TickCommit) -> None:
        """In one transaction. On a full disk the tick is held in memory and goes with the next one."""

    def cursor(self, consumer: str) -> Cursor: ...

    def snapshot(self, name: str) -> bytes | None: ...

    def ask(self, ask: Ask) -> Told: ...

    def close(self) -> None: ...
