"""Plays a scenario live: its requests go through the real spool to a real watch, tick by tick."""

import asyncio
import contextlib
import multiprocessing
import os
import signal
from collections.abc import Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.exc import OperationalError
from tests.triage.streams import START
from tests.watch.played_watch import RULES, WorldClock, run
from tests.watch.receiver import Receiver

from leadline.asking import OwnerUnreachable, ask_blocking
from leadline.gateway.segments import Segments, SpoolLimits
from leadline.replay.scenario import Scenario
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.columns import outcomes, provider_kind
from leadline.vocabulary import (
    Ask,
    Attempt,
    Caller,
    DataLayout,
    Exchange,
    Observation,
    Origin,
    ProviderIdentifier,
    Query,
    Selection,
    SelectionReason,
    Signal,
    TelemetryRow,
    Timings,
    TokenUsage,
    UpstreamFailure,
    Verdict,
    WireProtocol,
)
from leadline.vocabulary.spool import SegmentName, encode

OWN_KEY = "DATA:leadline"
"""What it says of its own sight: of jumps in time, and of deaths."""
DELAY_S = RULES.tick_delay_s
_PROCESSES = multiprocessing.get_context("forkserver")
"""A watch that is born of one that has read its libraries lives within milliseconds, so it can die often."""
_PROCESSES.set_forkserver_preload(["pytest", "tests.watch.played_watch"])


class _Ticked(msgspec.Struct):
    tick: float = 0.0


_ticked = msgspec.msgpack.Decoder(_Ticked)


class Live:
    """One watch in its own folder, and the world in which it lives, which waits for it after each tick."""

    def __init__(self, folder: Path, url: str, scenario: Scenario, start: float) -> None:
        self.folder, self._url, self._start = folder, url, start
        self.layout = DataLayout(str(folder))
        Path(self.layout.spool).mkdir(parents=True)
        self.clock = WorldClock(folder / "clock")
        self.clock.set(start)
        (folder / "baseline").write_bytes(msgspec.json.encode(scenario.baseline))
        self.records = observations(scenario.rows, start)
        self._written = 0
        name = SegmentName("h", "b1", 0, 0)
        self._segments = Segments(self.layout.spool, name, SpoolLimits(segment_s=120.0), self.clock)
        self._process: BaseProcess | None = None
        self._store: SQLiteIncidents | None = None

    def start(self) -> None:
        baseline = self.folder / "baseline"
        told = (str(self.folder), self._url, str(self.folder / "clock"), str(baseline))
        self._process = _PROCESSES.Process(target=run, args=told, daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        assert self._process is not None
        assert self._process.pid is not None
        return self._process.pid

    async def kill(self) -> None:
        assert self._process is not None
        self._process.kill()
        await asyncio.to_thread(self._process.join)
        assert self._process.exitcode == -signal.SIGKILL

    async def stop(self) -> None:
        """In order, once all that was written is recorded."""
        assert self._process is not None
        if self._process.is_alive():
            await self._recorded()
        self._process.terminate()
        await asyncio.to_thread(self._process.join)

    async def _recorded(self) -> None:
        written = {one.exchange.request_id for one in self.records[: self._written][-1:]}
        question = Ask(name=Query.REQUESTS, limit=1, deadline_s=10)
        async with asyncio.timeout(60):
            while written:
                told = await asyncio.to_thread(ask_blocking, Path(self.layout.watch_socket), question)
                written -= {row["request_id"] for row in told.rows}
                await asyncio.sleep(0.01)

    def write_until(self, now: float) -> None:
        """What ended until then is on disk before it is then."""
        due = []
        while self._written < len(self.records) and self.records[self._written].exchange.ended_at <= now:
            due.append(encode(self.records[self._written]))
            self._written += 1
        if due:
            assert self._segments.append(due).written == len(due)
        for path in Path(self.layout.spool).glob("*.spool"):
            with contextlib.suppress(FileNotFoundError):  # the watch removes what it has read
                os.utime(path, (now, now))

    def pass_time(self, tick: float) -> None:
        """It is the moment at which the watch may run this tick (seconds of the scenario)."""
        now = self._start + tick + DELAY_S
        self.write_until(now)
        self.clock.set(now)

    async def settled(self, tick: float, seconds: float = 60) -> None:
        """The tick is kept, and whoever is to hear of it has heard."""
        async with asyncio.timeout(seconds):
            while not self._has_ticked(self._start + tick):
                assert self._process is None or self._process.is_alive(), "the watch has ended by itself"
                await asyncio.sleep(0.003)

    def _has_ticked(self, tick: float) -> bool:
        store = self.store
        if store is None:
            return False
        try:
            snapshot = store.snapshot("triage")
        except OperationalError:
            return False  # its tables are being made just now
        if snapshot is None or _ticked.decode(snapshot).tick < tick:
            return False
        return ("hook", "pending") not in store.deliveries()

    @property
    def store(self) -> SQLiteIncidents | None:
        if self._store is None and Path(self.layout.incidents).exists():
            try:
                self._store = SQLiteIncidents.open_read_only(Path(self.layout.incidents))
            except OperationalError:
                return None  # it is being made just now
        return self._store

    def ask(self, name: Query, **arguments: object) -> list[dict[str, object]]:
        assert self.store is not None
        told = self.store.ask(Ask(name=name, arguments=arguments, limit=10_000, deadline_s=30))
        assert told.error is None
        return [dict(row) for row in told.rows]

    async def order(self, name: str, **arguments: object) -> None:
        """As the console gives it, until the watch is there to take it."""
        question = Ask(name=name, arguments={"by": "eva", **arguments}, limit=1, deadline_s=10)
        async with asyncio.timeout(60):
            while True:
                try:
                    told = await asyncio.to_thread(ask_blocking, Path(self.layout.watch_socket), question)
                except OwnerUnreachable:
                    await asyncio.sleep(0.05)
                    continue
                assert told.error is None, told.error
                return

    def incident_of(self, key: str) -> str:
        (row,) = [row for row in self.ask(Query.INCIDENTS) if row["key"] == key]
        return str(row["incident_id"])

    def close(self) -> None:
        self._segments.close()
        if self._store is not None:
            self._store.close()


async def played(live: Live, until: int, seconds: float = 60) -> None:
    """Tick by tick up to `until`, each at most so many seconds; then the watch ends in order."""
    live.start()
    try:
        for tick in range(10, until + 1, 10):
            live.pass_time(float(tick))
            await live.settled(float(tick), seconds)
    finally:
        await live.stop()


def shifted(rows: Sequence[TelemetryRow]) -> tuple[TelemetryRow, ...]:
    """Seconds from the start instead of Unix time."""
    ordered = sorted(rows, key=lambda each: each.t)
    return tuple(msgspec.structs.replace(each, t=each.t - START) for each in ordered)


def incidents(live: Live) -> dict[str, dict[str, Any]]:
    """By key; what the watch says of its own sight, as time jumps, is left out."""
    return {str(row["key"]): row for row in live.ask(Query.INCIDENTS) if row["key"] != OWN_KEY}


def paged(receiver: Receiver) -> list[str]:
    """The incidents that were paged, once for each change that paged."""
    told = {
        (str(body["incident"]["incident_id"]), body["sequence"])
        for _, body in receiver.heard
        if body["page"] and body["incident"]["key"] != OWN_KEY
    }
    return sorted(name for name, _ in told)


def observations(rows: Sequence[TelemetryRow], start: float) -> list[Observation]:
    """The rows of a scenario as requests that a gateway would have told of, in order of their end."""
    by_request: dict[str, list[TelemetryRow]] = {}
    for row in rows:
        by_request.setdefault(row.id, []).append(row)
    told = [_observation(name, attempts, start) for name, attempts in by_request.items()]
    return sorted(told, key=lambda one: one.exchange.ended_at)


def _observation(name: str, rows: list[TelemetryRow], start: float) -> Observation:
    last = rows[-1]
    caller = Caller(
        key_alias="web",
        tenant=last.tenant,
        user=last.user,
        feature=last.feature,
        traffic_class=last.traffic_class,
    )
    exchange = Exchange(
        request_id=name,
        started_at=start + rows[0].t - rows[0].latency_ms / 1000,
        ended_at=start + last.t,
        protocol=WireProtocol.OPENAI_CHAT,
        alias="smart",
        streaming=False,
        origin=Origin.PROBE if last.route == "probe" else Origin.USER,
        caller=caller,
        status=last.status,
        attempts=tuple(_attempt(row, start) for row in rows),
        retrieval_score=last.retrieval_score,
        counted_input_tokens=last.tokens_in,
    )
    return Observation(exchange=exchange, signals=_signals(last))


def _attempt(row: TelemetryRow, start: float) -> Attempt:
    kind = provider_kind(row)
    reason = SelectionReason(row.route)
    answered = row.status == 200
    return Attempt(
        number=row.attempt,
        target=ProviderIdentifier(provider=row.provider, model=row.model, region=row.region),
        selection=Selection(reason=reason, caused_by=row.caused_by),
        started_at=start + row.t - row.latency_ms / 1000,
        ended_at=start + row.t,
        status=row.status,
        failure=UpstreamFailure(kind=kind, status=row.status or None) if kind else None,
        timings=Timings(total_ms=row.latency_ms),
        usage=TokenUsage(input_tokens=row.tokens_in or 0, output_tokens=row.tokens_out or 0)
        if answered
        else None,
        cost_usd=row.cost_usd,
    )


def _signals(row: TelemetryRow) -> tuple[Signal, ...]:
    return tuple(
        Signal(
            check=found.check,
            verdict=Verdict.FAIL if found.failed else Verdict.PASS,
            kind=found.kind,
            score=found.score,
        )
        for found in outcomes(row, RULES)
    )
