"""Small streams of telemetry, and a desk that is walked through them tick by tick."""

from collections.abc import Callable, Iterable

from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk, TickResult
from leadline.triage.rules import Rules
from leadline.vocabulary import Change, FailureEvent, Incident, IncidentUpdate, TelemetryRow, TrafficClass

START = 1_795_230_000.0
"""A multiple of ten, in November 2026."""

BASELINE = Baseline(
    sla_ms={"gpt-4o": 4000.0},
    p99_ms={"gpt-4o": 2000.0},
    cost_per_min={"assistant": 0.4},
    retrieval={"kb": (0.82, 0.70)},
)


def row(at: float, name: str, **columns: object) -> TelemetryRow:
    """A healthy answer of openai/gpt-4o, `at` seconds after the start, unless told otherwise."""
    usual: dict[str, object] = {
        "provider": "openai",
        "model": "gpt-4o",
        "status": 200,
        "latency_ms": 800.0,
        "tenant": "acme",
        "user": "u1",
        "feature": "assistant",
        "traffic_class": TrafficClass.REVENUE,
    }
    return TelemetryRow(t=START + at, id=name, **(usual | columns))  # type: ignore[arg-type]


Shape = Callable[[int], dict[str, object]]


def stream(
    since: float, until: float, per_s: float, shape: Shape = lambda _: {}, name: str = "r"
) -> list[TelemetryRow]:
    """Evenly spaced rows; `shape` gives the columns of the n-th."""
    count = round((until - since) * per_s)
    return [row(since + (n + 0.5) / per_s, f"{name}{since:g}-{n}", **shape(n)) for n in range(count)]


def outage(since: float, until: float, per_s: float, *, served: bool, name: str = "o") -> list[TelemetryRow]:
    """openai fails every request with 503; a fallback serves it a second later, or fails too."""
    rows = []
    for failed in stream(since, until, per_s, lambda _: {"status": 503, "final": False}, name):
        fallback = {"attempt": 2, "provider": "anthropic", "model": "claude", "route": "fallback"}
        status = 200 if served else 529
        rows += [failed, row(failed.t - START + 1.0, failed.id, status=status, **fallback)]
    return rows


class Walk:
    """A desk and all that it said so far. `at` is seconds after the start."""

    def __init__(self, rules: Rules | None = None, baseline: Baseline = BASELINE) -> None:
        self.rules = rules or Rules()
        self.baseline = baseline
        self.desk = Desk(self.rules, baseline)
        self.results: list[TickResult] = []
        self._at = 0.0

    def through(self, rows: Iterable[TelemetryRow], until: float) -> "Walk":
        """Give the desk each tick's rows at its tick."""
        left = sorted(rows, key=lambda row: row.t)
        while self._at < until - 1e-9:
            self._at += self.rules.tick_s
            due = [row for row in left if row.t <= START + self._at]
            left = left[len(due) :]
            self.results.append(self.desk.tick(START + self._at, due))
        assert not left, "the stream is longer than the walk"
        return self

    def restarted(self) -> "Walk":
        """As after the death of the process: only the snapshot is left."""
        self.desk = Desk.restore(self.desk.snapshot(), self.rules, self.baseline)
        return self

    @property
    def updates(self) -> list[IncidentUpdate]:
        return [update for result in self.results for update in result.updates]

    @property
    def events(self) -> list[FailureEvent]:
        return [event for result in self.results for event in result.events]

    @property
    def incidents(self) -> list[Incident]:
        latest = {i.incident_id: i for result in self.results for i in result.incidents}
        return list(latest.values())

    @property
    def incident(self) -> Incident:
        (only,) = self.incidents
        return only

    def changes(self, key: str | None = None) -> list[tuple[Change, float, bool]]:
        """(change, seconds after the start, page) of one key, or of all."""
        return [
            (update.change, update.at - START, update.page)
            for update in self.updates
            if key in (None, update.incident.key)
        ]

    def at(self, change: Change) -> float:
        """When it changed so for the first time, in seconds after the start."""
        return next(update.at for update in self.updates if update.change is change) - START
