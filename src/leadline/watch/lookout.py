"""The watch: three consumers of the spool, deliveries, questions, pages; each in its own place."""

import asyncio
import contextlib
import socket
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec

from leadline.destinations import Destination
from leadline.storage import DiskFull, Keeping
from leadline.storage.answering import Sources
from leadline.storage.duckdb import DuckDBFacts
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Ask, Command, DataLayout, Observation, OverlayEntry, Signal, Told
from leadline.watch.bad_records import BadRecords
from leadline.watch.blind_note import NoteReader
from leadline.watch.centroids import Embeds
from leadline.watch.check_metrics import CheckCollector
from leadline.watch.deep_loop import DeepChecks, DeepHearing, DeepLoop
from leadline.watch.deep_metrics import DeepCollector
from leadline.watch.delivery import Delivery, Try
from leadline.watch.eyesight import Eyes
from leadline.watch.lagging import lag_entries
from leadline.watch.metrics import CONTENT_TYPE, StateCollector, WatchMetrics, health_row
from leadline.watch.outbound import Send
from leadline.watch.overlay_file import OverlayWriter
from leadline.watch.page import Pages, serve
from leadline.watch.probing import Probing
from leadline.watch.pulse import Pulse
from leadline.watch.queries import QueryServer
from leadline.watch.recorder import Recorder
from leadline.watch.reviewing import ORDERS, ReviewCollector, give
from leadline.watch.segments import Tidying, list_segments, remove_passed
from leadline.watch.tap_metrics import TapCollector
from leadline.watch.tapping import SayHow, Tap
from leadline.watch.target_metrics import TargetMetrics
from leadline.watch.telling import When, audience
from leadline.watch.triage_loop import Outcome, Triage, TriageLoop
from leadline.watch.trial import Trial
from leadline.watch.watchdog import Watchdog

LOOK_EVERY_S = 0.25
TIDY_EVERY_S = 1.0
BAD_KEPT_S = 86_400.0
REVIEWS_EVERY_S = 5.0


class WatchParts(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a watch is made of. `sockets` already listen and carry /metrics and /health; `clock` is Unix
    seconds, `jitter` 0..1. `destinations` and their `routes` are by name; `watchdog` names
    the destination that only hears a sign of life, and every how many seconds; `tap` makes a listener. The
    targets of a provider with an open incident are probed every `probe_every_s`. `renew` reads the
    configuration again; True = this watch will end, and another one goes on.
    """

    layout: DataLayout
    triage: Triage
    destinations: Mapping[str, Destination]
    routes: Mapping[str, tuple[When, ...]] = {}
    send: Send
    clock: Callable[[], float]
    jitter: Callable[[], float]
    deep: DeepChecks = DeepChecks()
    sockets: Sequence[socket.socket] = ()
    renew: Callable[[], bool] = lambda: False
    watchdog: tuple[str, float] | None = None
    tap: Callable[[SayHow], Tap] | None = None
    probe_every_s: float | None = None
    embeds: Embeds | None = None
    keeping: Keeping = Keeping()
    tidying: Tidying = Tidying()


class Watch:
    """Opens the stores when it is made (Raises StoreLocked, StoreTooNew) and closes them when `run` ends."""

    def __init__(self, parts: WatchParts) -> None:
        self._parts = parts
        self._forgotten_upto = 0
        self._reviewed_at = 0.0
        layout = parts.layout
        spool = Path(layout.spool)
        spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.metrics = WatchMetrics()
        self.pulse = Pulse(parts.clock())
        self.facts = DuckDBFacts.open(Path(layout.facts), parts.keeping)
        self.incidents = SQLiteIncidents.open(Path(layout.incidents))
        self._bad = BadRecords(Path(layout.spool_bad))
        self._probing = Probing(self.incidents, parts.probe_every_s)
        self._overlay = OverlayWriter(Path(layout.overlay), self.incidents, self._entries, parts.embeds)
        self._tap = self._tapped(parts)
        self._targets = targets = TargetMetrics(parts.clock)
        self.metrics.registry.register(targets)
        listeners = [self.metrics.observed, self._overlay.observe, targets.observed]
        if self._tap is not None:
            listeners.append(self._tap.observed)
        self._recorder = Recorder(
            spool, self.facts, self.incidents, self.pulse, self._bad, listeners, targets.heard
        )
        hearing = DeepHearing(
            looked=self._looked, failed=self.metrics.deep_failure, took=self.metrics.deep_look
        )
        self._deep = DeepLoop(spool, self.incidents, parts.deep, self.pulse, hearing)
        self._triage = TriageLoop(
            spool,
            self.incidents,
            parts.triage,
            Eyes(parts.clock(), self.pulse, NoteReader(Path(layout.blind_note)), self._deep.sight),
            self._bad,
            audience(self._incident_places(), parts.routes),
            self._counted,
        )
        self._delivery = Delivery(
            self.incidents, parts.destinations, parts.send, parts.clock, parts.jitter, self._tried
        )
        self.metrics.registry.register(StateCollector(self.pulse, self.incidents, parts.clock))
        self.metrics.registry.register(DeepCollector(self._deep.sight, self.pulse, parts.clock))
        self.metrics.registry.register(ReviewCollector(self.incidents, parts.clock))
        self.metrics.registry.register(CheckCollector(self.pulse, parts.clock))
        sources = Sources(self.facts, self.incidents, self.health)
        self._trial = Trial(self._incident_places(), parts.send, self.incidents)
        self._queries = QueryServer(Path(layout.watch_socket), sources, self._obey)

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`, or until one of its parts fails: then all end and the reason is raised."""
        clock = self._parts.clock
        pages = Pages(self.metrics.page, self.health, CONTENT_TYPE)
        try:
            async with asyncio.TaskGroup() as tasks:
                for part in (
                    self._turning(self._recorder.step, stop),
                    self._turning(self._triage.step, stop),
                    self._deep.run(stop, clock),
                    self._delivery.run(stop),
                    self._queries.run(stop),
                    self._tidying(stop),
                    self._barking(stop),
                    self._tap.run(stop) if self._tap else stop.wait(),
                    serve(pages, self._parts.sockets, stop) if self._parts.sockets else stop.wait(),
                ):
                    tasks.create_task(part)
            await asyncio.to_thread(self._triage.rest)
        finally:
            self._overlay.save(clock())
            self.facts.close()
            self.incidents.close()

    def health(self) -> dict[str, object]:
        cursors = {
            "recorder": self._recorder.cursor,
            "triage": self._triage.committed,
            "deep": self._deep.cursor,
        }
        row = health_row(self.pulse, cursors, self._parts.clock()) | {"targets": self._targets.rows()}
        row["deep_checks"] = msgspec.to_builtins(self._deep.sight())
        return row | {"otlp": msgspec.to_builtins(self._tap.counts)} if self._tap else row

    def _obey(self, ask: Ask, account: str) -> Told:
        now = self._parts.clock()
        if ask.name == Command.RELOAD:
            return self._renew()
        if ask.name in ORDERS:
            return give(ask, now, account, self.incidents)
        if ask.name == Command.NOTIFY_TEST:
            return self._trial.give(ask, now, account)
        return self._triage.orders.give(ask, now, account)

    def _renew(self) -> Told:
        try:
            changed = self._parts.renew()
        except ValueError as error:
            return Told(error=str(error))
        return Told(rows=({"changed": changed},))

    async def _turning(self, step: Callable[[float], bool], stop: asyncio.Event) -> None:
        """One consumer, in a thread at each turn so that none waits for another."""
        while not stop.is_set():
            if not await asyncio.to_thread(step, self._parts.clock()):
                await _pause(stop, LOOK_EVERY_S)
        # what came since the last turn need not wait for the next start
        await asyncio.to_thread(step, self._parts.clock())

    def _incident_places(self) -> dict[str, Destination]:
        only_life = self._parts.watchdog[0] if self._parts.watchdog else None
        return {name: one for name, one in self._parts.destinations.items() if name != only_life}

    async def _barking(self, stop: asyncio.Event) -> None:
        if self._parts.watchdog is None:
            await stop.wait()
            return
        name, every_s = self._parts.watchdog
        clock = self._parts.clock
        dog = Watchdog(
            self._parts.destinations[name],
            every_s,
            self._parts.send,
            clock,
            lambda: self.pulse.trouble(clock()),
        )
        await dog.run(stop)

    async def _tidying(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await asyncio.to_thread(self._tidy, self._parts.clock())
            await _pause(stop, TIDY_EVERY_S)

    def _tidy(self, now: float) -> None:
        segments = list_segments(Path(self._parts.layout.spool), now)
        needed = {"recorder": self._recorder.cursor, "triage": self._triage.committed}
        deep = {"deep": self._deep.cursor}
        removed = remove_passed(segments, needed, deep, self._parts.tidying, now)
        self.pulse.skipped_deep += len(removed.unread)
        self._forget_findings(min(self._triage.findings_upto, self._recorder.findings_upto))
        self._bad.forget(now - BAD_KEPT_S)
        self._forget_reviews(now)
        self._overlay.step(now)

    def _forget_reviews(self, now: float) -> None:
        if now - self._reviewed_at < REVIEWS_EVERY_S:
            return
        self._reviewed_at = now
        with contextlib.suppress(DiskFull):  # shown by the store; a later turn forgets them
            self.incidents.forget_reviews(now, self._parts.keeping)

    def _entries(self, now: float) -> list[OverlayEntry]:
        return [*self._probing.entries(now), *lag_entries(self.pulse, now)]

    def _forget_findings(self, upto: int) -> None:
        """Those of deep checks that triage and the facts both have."""
        if upto <= self._forgotten_upto:
            return
        with contextlib.suppress(DiskFull):  # shown by the store; the next turn forgets them
            self.incidents.forget_findings(upto)
            self._forgotten_upto = upto

    def _tried(self, one: Try) -> None:
        destination, result = one.entry.destination, one.result
        self.metrics.told(destination, result.state)
        self.pulse.told(destination, result.state, result.at)
        if one.first:
            self.metrics.alerted(one.entry.update.incident, result.at)

    def _counted(self, outcome: Outcome) -> None:
        self.metrics.found(outcome.events, outcome.updates)
        self._probing.hear(outcome.updates)
        if self._tap is not None:
            self._tap.found(outcome.events, outcome.incidents)

    def _looked(self, observation: Observation, check: str, signals: Sequence[Signal]) -> None:
        for signal in signals:
            self.metrics.deep_signal(check, signal.verdict.value)
        if self._tap is not None:
            self._tap.looked(observation, signals)

    def _tapped(self, parts: WatchParts) -> Tap | None:
        if parts.tap is None:
            return None
        tap = parts.tap(lambda lane, state: self.pulse.told(lane, state, parts.clock()))
        self.metrics.registry.register(TapCollector(lambda: tap.counts))
        return tap


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
