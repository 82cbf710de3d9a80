"""Consumer 2: rows into triage at every tick; cursor, state and outbox in one transaction."""

import math
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import msgspec

from leadline.storage import TRIAGE, Cursor, OutboxEntry, StoreTooNew, TickCommit
from leadline.storage.sqlite import SQLiteIncidents
from leadline.triage.orders import OrderRefused
from leadline.vocabulary import (
    Change,
    Command,
    Deed,
    FailureEvent,
    Incident,
    IncidentUpdate,
    Observation,
    Order,
    Severity,
    Sight,
    Silence,
    SystemState,
    TargetNews,
    TelemetryRow,
)
from leadline.watch.bad_records import BadRecords, blind_spot, unusable
from leadline.watch.eyesight import Eyes
from leadline.watch.orders import Orders, deed_of
from leadline.watch.pulse import Progress
from leadline.watch.segments import backlog_bytes
from leadline.watch.spool_reader import Batch, RawRecord, Seen, SpoolReader, time_of
from leadline.watch.telling import Audience, entries, net

MOST_TICKS = 500
"""Ticks of one step: a long backlog is committed piece by piece."""
_BEGINNINGS = (Change.OPENED, Change.REOPENED, Change.ESCALATED)
_AHEAD_S = 60.0
_MOST_FINDINGS = 2000
_OLDEST_START_S = 86_400.0
"""A first start looks back no further, whatever the clock of some host says."""


class TickResult(Protocol):
    @property
    def events(self) -> Sequence[FailureEvent]: ...
    @property
    def updates(self) -> Sequence[IncidentUpdate]: ...
    @property
    def incidents(self) -> Sequence[Incident]: ...
    @property
    def state(self) -> SystemState: ...


class Desk(Protocol):
    """Triage as this loop needs it: rows in, verdicts out, and a state that fits into bytes."""

    def tick(self, at: float, rows: Sequence[TelemetryRow], sight: Sight | None = None) -> TickResult: ...

    def obey(self, order: Order) -> TickResult:
        """Raises OrderRefused."""

    @property
    def silences(self) -> Sequence[Silence]: ...

    def snapshot(self) -> bytes: ...


class Clockwork(msgspec.Struct, frozen=True):
    """Seconds. A tick of time T runs at T + `delay_s`, so that what T is about has arrived."""

    tick_s: float = 10.0
    delay_s: float = 2.0


class Triage(msgspec.Struct, frozen=True):
    """How to reach triage. `desk` makes one anew (None) or from its snapshot."""

    desk: Callable[[bytes | None], Desk]
    rows_of: Callable[[Observation | TargetNews], Sequence[TelemetryRow]]
    clockwork: Clockwork = Clockwork()


class _State(msgspec.Struct):
    """All of it goes into the snapshot. `waiting` rows belong to a tick to come, `untold` to the end of a
    backlog. `tick` 0 = none has run. `findings_upto` is the last finding of a deep check among the rows.
    """

    desk: bytes | None = None
    tick: float = 0.0
    waiting: list[TelemetryRow] = []
    untold: list[IncidentUpdate] = []
    findings_upto: int = 0


class Outcome(msgspec.Struct, frozen=True):
    """What one step came to, for whoever counts."""

    events: Sequence[FailureEvent]
    updates: Sequence[IncidentUpdate]
    incidents: Sequence[Incident] = ()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_State)


class TriageLoop:
    """`step` is one turn; it runs in a thread of its own. Time comes in as an argument.

    `committed` is the cursor that would hold after a death; segments before it may go. A step that crashes
    starts over from there, carefully; a row that makes it crash again is set aside.
    """

    def __init__(
        self,
        spool: Path,
        incidents: SQLiteIncidents,
        triage: Triage,
        eyes: Eyes,
        bad: BadRecords,
        audiences: Mapping[str, Audience],
        heard: Callable[[Outcome], None] = lambda _: None,
    ) -> None:
        self._reader = SpoolReader(spool)
        self._incidents = incidents
        self._triage = triage
        self._eyes = eyes
        self._bad = bad
        self._audiences = audiences
        self._heard = heard
        self._careful = False
        self.orders = Orders()
        self._load()

    def step(self, now: float) -> bool:
        """Read, run the ticks that are due, commit. True when there is more to do at once."""
        self._obey()
        batch = self._reader.read(self.cursor, now)
        self._take(batch, now)
        self._take_findings()
        self._eyes.read(batch, now)
        ticks, more = self._due(batch, now)
        if ticks:
            try:
                self._run(ticks, self._eyes.look(now), caught_up=batch.drained and not more)
            except Exception:
                if self._careful:
                    raise
                self._load()
                self._careful = True
                return True
        read_upto = max((time_of(seen.record) for seen in batch.seen), default=0.0)
        self._eyes.pulse.moved(TRIAGE, Progress(now, read_upto, backlog_bytes(batch.segments, self.cursor)))
        return more or not batch.drained

    def _load(self) -> None:
        """The state as it was last committed. Raises StoreTooNew."""
        snapshot = self._incidents.snapshot(TRIAGE)
        try:
            self._state = _decoder.decode(snapshot) if snapshot else _State()
            self._desk = self._triage.desk(self._state.desk)
        except (msgspec.MsgspecError, ValueError) as error:
            raise StoreTooNew(
                f"triage's state in incidents.db cannot be read: {error}. Start the version that wrote it"
            ) from error
        self.cursor: Cursor = self._incidents.cursor(TRIAGE)
        self.committed: Cursor = self.cursor
        self.findings_upto = self._state.findings_upto
        self._bad_events: list[FailureEvent] = []

    def rest(self) -> None:
        """At an orderly end: what was read since the last tick is kept, for whoever starts next would read it
        again and take it for a backlog.
        """
        if self._state.tick and self.cursor != self.committed:
            self._commit(Outcome(self._bad_events, ()), [], [])
            self.committed, self.findings_upto = self.cursor, self._state.findings_upto
            self._bad_events = []

    def _obey(self) -> None:
        """What people ordered since the last turn: each is kept whole before it is answered."""
        for order, answer in self.orders.take():
            try:
                answer.set_result(self._carry_out(order))
            except OrderRefused as refused:
                self._incidents.note(deed_of(order, str(refused)))
                answer.set_exception(refused)
            except Exception as error:
                answer.set_exception(error)  # whoever waits must not wait for a watch that ends
                raise

    def _carry_out(self, order: Order) -> Sequence[Incident]:
        result = self._desk.obey(order)
        self._state.untold += result.updates
        outcome = Outcome((), result.updates, result.incidents)
        about_silence = order.command in (Command.SILENCE, Command.UNSILENCE)
        deed = deed_of(order, "done" if result.incidents or about_silence else "unchanged")
        self._commit(outcome, result.incidents, self._to_tell(), [deed])
        self.committed, self.findings_upto = self.cursor, self._state.findings_upto
        self._heard(outcome)
        return result.incidents

    def _take(self, batch: Batch, now: float) -> None:
        for seen in batch.seen:
            if isinstance(seen.record, Observation | TargetNews):
                self._state.waiting += self._rows(seen, seen.record, now)
        self.cursor = batch.cursor

    def _take_findings(self) -> None:
        """They came late, so they count at the next tick, whatever their time."""
        found = self._incidents.deep_findings(self._state.findings_upto, _MOST_FINDINGS)
        if found:
            self._state.waiting += [finding.row for _, finding in found]
            self._state.findings_upto = found[-1][0]

    def _rows(self, seen: Seen, record: Observation | TargetNews, now: float) -> list[TelemetryRow]:
        """A row from a clock that runs ahead counts as of now: it must not wait for its time to come."""
        try:
            rows = self._triage.rows_of(record)
        except Exception as error:  # noqa: BLE001 - whatever it is, one record must not stop the rest
            self._set_aside(unusable(seen, error), now)
            return []
        return [row if row.t <= now + _AHEAD_S else msgspec.structs.replace(row, t=now) for row in rows]

    def _due(self, batch: Batch, now: float) -> tuple[list[float], bool]:
        """The ticks whose rows are all here, and whether there are still more than one step's worth."""
        clock, state = self._triage.clockwork, self._state
        upto = now - clock.delay_s
        if batch.horizon is not None:
            upto = min(upto, batch.horizon - clock.delay_s)
        if not state.tick:
            begin = min([upto, *(row.t for row in state.waiting)])
            state.tick = math.floor(max(begin, upto - _OLDEST_START_S) / clock.tick_s) * clock.tick_s
        first, last = round(state.tick / clock.tick_s) + 1, math.floor(upto / clock.tick_s)
        numbers = range(first, last + 1)[:MOST_TICKS]
        return [number * clock.tick_s for number in numbers], last - first >= MOST_TICKS

    def _run(self, ticks: Sequence[float], sight: Sight, *, caught_up: bool) -> None:
        events: list[FailureEvent] = []
        updates: list[IncidentUpdate] = []
        incidents: dict[str, Incident] = {}
        for tick in ticks:
            result = self._tick(tick, sight)
            events += result.events
            updates += result.updates
            incidents |= {incident.incident_id: incident for incident in result.incidents}
        self._state.tick = ticks[-1]
        self._state.untold += updates
        told = self._to_tell() if caught_up else []
        self._commit(Outcome([*self._bad_events, *events], updates), list(incidents.values()), told)
        self.committed, self.findings_upto = self.cursor, self._state.findings_upto
        self._bad_events = []
        self._careful = False
        self._heard(Outcome(events, updates, list(incidents.values())))

    def _tick(self, tick: float, sight: Sight) -> TickResult:
        rows = [row for row in self._state.waiting if row.t <= tick]
        self._state.waiting = [row for row in self._state.waiting if row.t > tick]
        rows.sort(key=lambda row: row.t)
        if self._careful:
            return self._carefully(tick, rows, sight)
        return self._desk.tick(tick, rows, sight)

    def _carefully(self, tick: float, rows: Sequence[TelemetryRow], sight: Sight) -> TickResult:
        """After a crash: the same tick, and when it fails again, without the rows that it fails on."""
        before = self._desk.snapshot()
        try:
            return self._desk.tick(tick, rows, sight)
        except Exception as error:
            good = [row for row in rows if self._passes(before, tick, row)]
            if len(good) == len(rows):
                raise
            for row in rows:
                if row not in good:
                    payload = _encoder.encode(row)
                    self._set_aside(RawRecord(f"row-{row.id}", row.attempt, 0, payload, str(error)), tick)
            self._desk = self._triage.desk(before)
            return self._desk.tick(tick, good, sight)

    def _passes(self, before: bytes, tick: float, row: TelemetryRow) -> bool:
        """The second try, alone and on a copy."""
        try:
            self._triage.desk(before).tick(tick, [row])
        except Exception:  # noqa: BLE001 - that it fails again is the answer
            return False
        return True

    def _set_aside(self, record: RawRecord, at: float) -> None:
        self._bad.save(record)
        self._bad_events.append(blind_spot(record, at, TRIAGE))

    def _to_tell(self) -> list[IncidentUpdate]:
        by_incident: dict[str, list[IncidentUpdate]] = {}
        for update in self._state.untold:
            by_incident.setdefault(update.incident.incident_id, []).append(update)
        self._state.untold = []
        return [net(updates) for updates in by_incident.values()]

    def _commit(
        self,
        outcome: Outcome,
        incidents: Sequence[Incident],
        told: Sequence[IncidentUpdate],
        deeds: Sequence[Deed] = (),
    ) -> None:
        self._state.desk = self._desk.snapshot()
        heard = self._incidents.heard(update.incident.incident_id for update in told)
        wanted = entries(told, self._audiences, heard, self._state.tick)
        self._incidents.commit(
            TickCommit(
                at=self._state.tick,
                cursor=self.cursor,
                snapshot=_encoder.encode(self._state),
                incidents=incidents,
                updates=outcome.updates,
                outbox=[self._unless_told(entry) for entry in wanted],
                events=outcome.events,
                silences=self._desk.silences,
                deeds=deeds,
            )
        )

    def _unless_told(self, entry: OutboxEntry) -> OutboxEntry:
        """The supervisor may have told already that it began or got worse, while this process could not."""
        update = entry.update
        news = update.change in _BEGINNINGS and update.incident.severity.rank <= Severity.HIGH.rank
        if not news or entry.destination not in self._eyes.already_told(entry.incident_id):
            return entry
        done: OutboxEntry = msgspec.structs.replace(entry, state="delivered")
        return done
