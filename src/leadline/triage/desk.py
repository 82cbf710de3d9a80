"""The desk: rows in, events and incidents out, tick by tick. Time comes as an argument; nothing else does."""

import math
from collections.abc import Sequence
from operator import attrgetter

import msgspec

from leadline.triage.baseline import Baseline
from leadline.triage.diagnose import Standing
from leadline.triage.fold import Fold
from leadline.triage.keeper import Decision, Keeper, Memory
from leadline.triage.orders import obey
from leadline.triage.rules import Rules
from leadline.vocabulary import (
    FailureEvent,
    Incident,
    IncidentUpdate,
    Order,
    Sight,
    Silence,
    SystemState,
    TelemetryRow,
)
from leadline.vocabulary.tally import Tally

SNAPSHOT_VERSION = 1
_ROUNDING = 1e-6


class TickResult(msgspec.Struct, frozen=True):
    """`incidents` are those that changed. Everything is in order of time."""

    events: tuple[FailureEvent, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    incidents: tuple[Incident, ...] = ()
    state: SystemState = SystemState()


class Tallier:
    """One watch's half of the work: rows of a tick -> its tally. Several of them can feed one keeper.

    All rows of one request must go to the same tallier. `told` remembers (request, kind) by tick, so that a
    late verdict gives no second event.
    """

    def __init__(self, rules: Rules, baseline: Baseline, told: dict[int, int] | None = None) -> None:
        self._rules, self._baseline = rules, baseline
        self.told = {} if told is None else told

    def tick(
        self, tick: int, rows: Sequence[TelemetryRow], standing: Standing
    ) -> tuple[Tally, list[FailureEvent]]:
        fold = Fold(self._rules, self._baseline, standing, self.told)
        for row in rows:
            fold.add(row, tick)
        self._forget(tick - self._rules.ticks(self._rules.verdict_join_s))
        return fold.tally(tick * self._rules.tick_s), fold.events

    def _forget(self, oldest: int) -> None:
        """`told` is in order of ticks, so the oldest stand first."""
        stale = []
        for name, tick in self.told.items():
            if tick > oldest:
                break
            stale.append(name)
        for name in stale:
            del self.told[name]


class _Snapshot(msgspec.Struct, array_like=True):
    version: int
    rules: Rules
    last_tick: int | None
    pending: list[TelemetryRow]
    told: dict[int, int]
    standing: Standing
    memory: Memory
    state: SystemState = SystemState()


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(_Snapshot)


class SnapshotTooNew(ValueError):
    """Written by a newer Leadline: start this one with an empty desk, or upgrade it."""


class Desk:
    """`tick` it with the rows that have arrived. Rows may come late (they enter the next tick) or early.

    Not thread-safe. State is bounded by the windows, by the number of keys, and by `verdict_join_s`.
    """

    def __init__(self, rules: Rules, baseline: Baseline) -> None:
        self._rules = rules
        self._tallier = Tallier(rules, baseline)
        self._keeper = Keeper(rules, baseline)
        self._pending: list[TelemetryRow] = []
        self._last_tick: int | None = None
        self._state = SystemState()

    @property
    def state(self) -> SystemState:
        """As of the last tick."""
        return self._state

    def tick(self, at: float, rows: Sequence[TelemetryRow], sight: Sight | None = None) -> TickResult:
        """Apply the rows with `t <= at` and evaluate every tick up to `at` that is still due.

        `sight` is what the watch knows of itself; a replay has none.
        """
        self._pending = sorted([*self._pending, *rows], key=attrgetter("t"))
        last_due = math.floor(at / self._rules.tick_s + _ROUNDING)
        results = []
        while (tick := self._next_tick(last_due)) is not None:
            results.append(self._step(tick, sight))
        return _joined(results, self._state)

    def obey(self, order: Order) -> TickResult:
        """Between two ticks, by what the last one knew. Raises OrderRefused."""
        obeyed = obey(self._keeper.memory.book, order, self._state)
        return TickResult((), obeyed.updates, obeyed.incidents, self._state)

    @property
    def silences(self) -> tuple[Silence, ...]:
        """Those in force."""
        return tuple(self._keeper.memory.book.silences.values())

    def snapshot(self) -> bytes:
        """Everything the next tick depends on."""
        return _encoder.encode(
            _Snapshot(
                SNAPSHOT_VERSION,
                self._rules,
                self._last_tick,
                self._pending,
                self._tallier.told,
                self._keeper.standing,
                self._keeper.memory,
                self._state,
            )
        )

    @classmethod
    def restore(cls, snapshot: bytes, rules: Rules, baseline: Baseline) -> "Desk":
        """Continue where the snapshot was taken.

        When the rules have changed since, open incidents are kept and the windows start anew.
        Raises SnapshotTooNew, or msgspec.DecodeError on damage.
        """
        version = msgspec.msgpack.decode(snapshot, type=list)[0]
        if version != SNAPSHOT_VERSION:
            raise SnapshotTooNew(
                f"the triage snapshot has version {version}, but this Leadline reads "
                f"{SNAPSHOT_VERSION}; upgrade it"
            )
        saved = _decoder.decode(snapshot)
        desk = cls(rules, baseline)
        desk._pending = saved.pending
        if saved.rules == rules:
            desk._last_tick = saved.last_tick
            desk._tallier.told = saved.told
            desk._keeper = Keeper(rules, baseline, saved.memory)
            desk._keeper.standing = saved.standing
            desk._state = saved.state
            return desk
        if saved.last_tick is not None:
            desk._last_tick = math.floor(saved.last_tick * saved.rules.tick_s / rules.tick_s + _ROUNDING)
        desk._keeper.memory.book.cases = saved.memory.book.cases
        desk._keeper.memory.book.silences = saved.memory.book.silences
        return desk

    def _next_tick(self, last_due: int) -> int | None:
        """The next tick to evaluate; a stretch in which nothing can happen is skipped."""
        if self._last_tick is None:
            return last_due
        following = self._last_tick + 1
        if following > last_due:
            return None
        if not self._keeper.memory.idle:
            return following
        if not self._pending:
            return last_due
        return min(max(following, math.ceil(self._pending[0].t / self._rules.tick_s - _ROUNDING)), last_due)

    def _step(self, tick: int, sight: Sight | None) -> TickResult:
        at = tick * self._rules.tick_s
        due = 0
        while due < len(self._pending) and self._pending[due].t <= at:
            due += 1
        rows, self._pending = self._pending[:due], self._pending[due:]
        tally, events = self._tallier.tick(tick, rows, self._keeper.standing)
        decision: Decision = self._keeper.tick(tick, tally, sight)
        self._last_tick, self._state = tick, decision.state
        return TickResult((*events, *decision.events), decision.updates, decision.incidents, decision.state)


def _joined(results: Sequence[TickResult], state: SystemState) -> TickResult:
    """Several ticks as one answer: of an incident that changed more than once, the latest form."""
    if len(results) == 1:
        return results[0]
    latest = {incident.incident_id: incident for result in results for incident in result.incidents}
    return TickResult(
        tuple(event for result in results for event in result.events),
        tuple(update for result in results for update in result.updates),
        tuple(latest.values()),
        state,
    )
