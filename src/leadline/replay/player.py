"""Plays telemetry through the real triage in virtual time: the same desk that the watch runs."""

import math
from collections.abc import Callable, Iterator, Sequence

import msgspec

from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk, TickResult
from leadline.triage.rules import Rules
from leadline.vocabulary import FailureEvent, Incident, IncidentUpdate, Severity, TelemetryRow


class Played(msgspec.Struct):
    """What came of a replay: the last form of each incident, in order of opening, and all that led there."""

    incidents: list[Incident] = []
    updates: list[IncidentUpdate] = []
    warnings: list[FailureEvent] = []
    events: int = 0
    ticks: int = 0


def play(
    rows: Sequence[TelemetryRow],
    rules: Rules,
    baseline: Baseline,
    ends_at: float | None = None,
    heard: Callable[[TickResult], None] = lambda _: None,
) -> Played:
    """`rows` are in order of `t`. Ticks run to `ends_at` (seconds), or to the last row; `heard` gets each."""
    played = Played()
    latest: dict[str, Incident] = {}
    for result in ticks(rows, rules, baseline, ends_at):
        latest.update({incident.incident_id: incident for incident in result.incidents})
        played.updates += result.updates
        played.warnings += [event for event in result.events if is_warning(event)]
        played.events += len(result.events)
        played.ticks += 1
        heard(result)
    played.incidents = sorted(latest.values(), key=lambda incident: (incident.opened_at, incident.key))
    return played


def ticks(
    rows: Sequence[TelemetryRow], rules: Rules, baseline: Baseline, ends_at: float | None = None
) -> Iterator[TickResult]:
    """The desk's result of every tick, so that a caller can show progress."""
    if not rows:
        return
    desk = Desk(rules, baseline)
    tick_s = rules.tick_s
    tick = math.ceil(rows[0].t / tick_s)
    last = math.ceil(max(rows[-1].t, ends_at or 0.0) / tick_s)
    place = 0
    while tick <= last:
        at = tick * tick_s
        start = place
        while place < len(rows) and rows[place].t <= at:
            place += 1
        yield desk.tick(at, rows[start:place])
        tick += 1


def is_warning(event: FailureEvent) -> bool:
    """A trend that had not crossed its limit when it was told."""
    measure = event.causal_signals.measure or ""
    return event.severity is Severity.LOW and measure.endswith("_trend")
