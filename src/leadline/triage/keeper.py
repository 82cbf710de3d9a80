"""The keeper: folds the tally of each tick into windows, reads the rules, and keeps the incident book."""

import msgspec

from leadline.triage.baseline import Baseline
from leadline.triage.blast import RequestWatch, key_states
from leadline.triage.book import BREACHED, Book, Evidence
from leadline.triage.conditions.blindness import BlindWatch
from leadline.triage.conditions.breakers import BreakerWatch
from leadline.triage.conditions.cost import CostWatch
from leadline.triage.conditions.data import DataWatch
from leadline.triage.conditions.deep_sight import DeepBlindness
from leadline.triage.conditions.guard_sight import GuardBlindness
from leadline.triage.conditions.latency import LatencyWatch
from leadline.triage.conditions.provider import ProviderWatch
from leadline.triage.conditions.quality import QualityWatch
from leadline.triage.conditions.retries import RetryWatch
from leadline.triage.conditions.security import security_readings
from leadline.triage.conditions.told import ToldWatch
from leadline.triage.diagnose import Standing
from leadline.triage.egress import EgressWatch, suspected
from leadline.triage.key_events import KeyEvents, KeyRings
from leadline.triage.keys import category_of
from leadline.triage.reading import Now, Reading
from leadline.triage.rules import Rules
from leadline.triage.severity import classify
from leadline.triage.speaking import Speaker
from leadline.vocabulary import (
    FailureEvent,
    Incident,
    IncidentUpdate,
    Severity,
    Sight,
    SystemState,
)
from leadline.vocabulary.tally import Tally


class Decision(msgspec.Struct, frozen=True):
    """What the keeper concluded at one tick. `events` are those that the rules themselves gave."""

    events: tuple[FailureEvent, ...] = ()
    updates: tuple[IncidentUpdate, ...] = ()
    incidents: tuple[Incident, ...] = ()
    state: SystemState = SystemState()


class Memory(msgspec.Struct):
    """All that the keeper knows between two ticks, ready to be written down and read back."""

    providers: ProviderWatch
    latency: LatencyWatch
    quality: QualityWatch
    cost: CostWatch
    data: DataWatch
    requests: RequestWatch
    events: KeyRings
    egress: EgressWatch
    speaker: Speaker
    book: Book
    blindness: BlindWatch = msgspec.field(default_factory=BlindWatch)
    breakers: BreakerWatch = msgspec.field(default_factory=BreakerWatch)
    retries: RetryWatch = msgspec.field(default_factory=RetryWatch)
    deep_sight: DeepBlindness = msgspec.field(default_factory=DeepBlindness)
    told: ToldWatch = msgspec.field(default_factory=ToldWatch)
    guard_sight: GuardBlindness = msgspec.field(default_factory=GuardBlindness)

    @classmethod
    def empty(cls, rules: Rules) -> "Memory":
        longest = max(rules.blast_window_s, rules.attach_s, rules.security_clear_s, rules.escalate_recent_s)
        return cls(
            ProviderWatch(),
            LatencyWatch(),
            QualityWatch(),
            CostWatch(),
            DataWatch(),
            RequestWatch(),
            KeyRings(rules.ticks(longest)),
            EgressWatch(),
            Speaker(),
            Book(),
            BlindWatch(),
        )

    @property
    def idle(self) -> bool:
        """Nothing is remembered that the mere passing of a tick would change."""
        return not (
            self.book.cases
            or self.book.history
            or self.events.rings
            or self.requests.features
            or self.breakers.targets
            or self.told.conditions
            or any(window.long.cells for window in self.providers.providers.values())
        )


class Keeper:
    """One for all watches. Give it every tick in order, with the merged tally of that tick."""

    def __init__(self, rules: Rules, baseline: Baseline, memory: Memory | None = None) -> None:
        self.rules, self.baseline = rules, baseline
        self.memory = memory or Memory.empty(rules)
        self.standing = Standing()
        self._events = KeyEvents(self.memory.events)

    def tick(self, tick: int, tally: Tally, sight: Sight | None = None) -> Decision:
        memory = self.memory
        now = Now(tick, self.rules, self.baseline, memory.book.open_keys)
        self._absorb(now, tally)
        memory.blindness.absorb(now, sight)
        memory.deep_sight.absorb(now, sight)
        memory.guard_sight.absorb(now, sight)
        readings = self._readings(now)
        inhibited = self._inhibit(now, readings)
        spoken = memory.speaker.conditions(now, readings, inhibited, self.standing, self._events)
        warned = memory.speaker.warnings(now, [*memory.latency.warnings(now), *memory.data.warnings(now)])
        states = key_states(now, readings, self._events, memory.requests, memory.providers)
        state = SystemState(at=now.at, keys=states)
        withheld = inhibited | self._suspects(now, readings)
        view = memory.blindness.view
        reported = view.reported if view else None
        seen = Evidence(
            now, readings, state, self._events, withheld, reported, tuple(memory.book.silences.values())
        )
        updates, incidents = memory.book.settle(seen)
        self.standing = self._standing(state, inhibited)
        return Decision((*spoken, *warned), tuple(updates), tuple(incidents), state)

    def _absorb(self, now: Now, tally: Tally) -> None:
        memory = self.memory
        memory.providers.absorb(now, tally)
        memory.breakers.absorb(now, tally)
        memory.latency.absorb(now, tally)
        memory.quality.absorb(now, tally)
        memory.cost.absorb(now, tally)
        memory.retries.absorb(now, tally)
        memory.data.absorb(now, tally)
        memory.told.absorb(now, tally)
        memory.requests.absorb(now, tally)
        self._events.absorb(now.tick, tally)

    def _readings(self, now: Now) -> dict[str, list[Reading]]:
        memory = self.memory
        found = [
            *memory.providers.readings(now),
            *memory.breakers.readings(now),
            *memory.latency.readings(now),
            *memory.quality.readings(now),
            *memory.cost.readings(now),
            *memory.retries.readings(now),
            *security_readings(self._events, now),
            *memory.data.readings(now),
            *memory.told.readings(now),
            *memory.blindness.readings(now),
            *memory.deep_sight.readings(now),
            *memory.guard_sight.readings(now),
        ]
        egress = memory.egress.reading(memory.providers, found, now)
        by_key: dict[str, list[Reading]] = {}
        for reading in [*found, egress] if egress else found:
            by_key.setdefault(reading.key, []).append(reading)
        return by_key

    def _inhibit(self, now: Now, readings: dict[str, list[Reading]]) -> frozenset[str]:
        """Keys of providers whose failures belong to `PROVIDER:*` now; their events move there."""
        inhibited = frozenset(
            f"PROVIDER:{name}" for name in self.memory.egress.inhibited(self.memory.providers, now)
        )
        self._events.move_to_egress(sorted(inhibited & readings.keys()))
        return inhibited

    def _suspects(self, now: Now, readings: dict[str, list[Reading]]) -> frozenset[str]:
        """Providers whose incident waits a tick or two, until it is known whether all are down."""
        patience = BREACHED * self.rules.egress_patience_ticks
        history = self.memory.book.history
        return frozenset(
            key
            for key, found in readings.items()
            if key.startswith("PROVIDER:")
            and any(reading.breached for reading in found)
            and not history.get(key, "").endswith(patience)
            and suspected(self.memory.providers, key, now)
        )

    def _standing(self, state: SystemState, inhibited: frozenset[str]) -> Standing:
        severities: dict[str, Severity] = {
            key: classify(category_of(key), known, self.rules)
            for key, known in state.keys.items()
            if known.crossed
        }
        return Standing(severities, frozenset(key.split(":", 1)[1] for key in inhibited))
