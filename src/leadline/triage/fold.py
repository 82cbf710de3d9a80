"""Folds the rows of one tick into a tally and its failure events: the step each watch does for itself."""

from collections import Counter
from collections.abc import Sequence

import msgspec

from leadline.triage.baseline import Baseline
from leadline.triage.columns import (
    ALL_PASS,
    NEWS,
    OPENED,
    OWN_CALLS,
    VERDICT,
    is_attempt,
    outcomes,
    provider_kind,
)
from leadline.triage.diagnose import (
    Finding,
    Standing,
    event_of,
    is_confirmed_leak,
    is_mitigated,
    is_quality,
    is_transport,
    news_of,
    provider_findings,
)
from leadline.triage.keys import CATEGORY, SUBTYPE, digest
from leadline.triage.merging import FEW_ROWS, later
from leadline.triage.rules import Rules
from leadline.triage.samples import sampled
from leadline.triage.sketch import bucket
from leadline.triage.windows import dyadic
from leadline.vocabulary import (
    HARD_KINDS,
    CheckOutcome,
    Condition,
    FailureCategory,
    FailureEvent,
    FailureKind,
    TelemetryRow,
)
from leadline.vocabulary.tally import CheckCount, Counts, KeyTally, Stratum, Tally

DIMENSIONS = ("provider", "model", "region", "key_alias", "tenant", "user", "feature", "template")
_BROKEN = frozenset({FailureKind.PROVIDER_TRUNCATED, FailureKind.PROVIDER_MALFORMED})


class _Lane(msgspec.Struct):
    """A stratum while it is being counted, with what its rows share. `passed` = rows with ALL_PASS."""

    counts: Counts
    traffic: bool
    sla_ms: float | None
    passed: float = 0.0


class _KeyEvents(msgspec.Struct):
    events: list[FailureEvent] = []
    affected: dict[str, dict[int, tuple[str, float]]] = {}
    blocked: int = 0
    confirmed_leaks: int = 0


class Fold:
    """One tick's worth of counting. `told` remembers which (request, kind) has had its event, by tick."""

    def __init__(self, rules: Rules, baseline: Baseline, standing: Standing, told: dict[int, int]) -> None:
        self.events: list[FailureEvent] = []
        self._rules, self._baseline, self._standing, self._told = rules, baseline, standing, told
        self._lanes: dict[tuple[str, ...], _Lane] = {}
        self._keys: dict[str, _KeyEvents] = {}
        self._finals: dict[int, bool] = {}
        self._conditions: dict[str, Condition] = {}
        self._asked: dict[tuple[str, str, int], int] = {}

    def add(self, row: TelemetryRow, tick: int) -> None:
        if not is_attempt(row):
            self._add_news(row)
            return
        lane = self._lane(row)
        weight = 1.0 if row.weight == 1.0 else dyadic(row.weight)
        checks = row.checks if row.checks is not None else outcomes(row, self._rules)
        findings: list[Finding] = []
        if row.route != VERDICT:
            kind = provider_kind(row)
            findings = provider_findings(row, kind, lane.sla_ms)
            _count_attempt(lane.counts, row, kind, weight)
            if row.final and (kind is not None or row.attempt > 1):
                self._finals[digest(row.id)] = bool(row.rung) or _is_served(row, kind)
            if lane.traffic:
                _count_request(lane.counts, row, kind, weight)
                if row.final and self._repeats(row):
                    lane.counts.repeats += weight
        if checks is ALL_PASS:
            lane.passed += weight
        elif lane.traffic:
            findings += _count_checks(lane.counts, checks, weight)
        for finding in findings:
            self._note(row, finding, lane, tick)

    def _repeats(self, row: TelemetryRow) -> bool:
        """Whether somebody asks again what was asked before: the SDK says so, or the body does. Without a
        name, many who ask the same cannot be told from one who asks again.
        """
        if row.client_retries:
            return True
        if row.body_digest is None or not row.user:
            return False
        name = (row.tenant, row.user, row.body_digest)
        times = self._asked[name] = self._asked.get(name, 0) + 1
        return times > self._rules.storm_same_body

    def _add_news(self, row: TelemetryRow) -> None:
        if row.route == NEWS:
            self.events += news_of(row)
            self._lane(row).counts.opened += row.error == OPENED
        elif row.condition is not None:
            self._conditions[row.condition.name] = later(self._conditions, row.condition)

    def tally(self, at: float) -> Tally:
        for lane in self._lanes.values():
            lane.counts.recent = [] if lane.counts.rows >= FEW_ROWS else sorted(lane.counts.recent)
            if lane.passed and lane.traffic:
                _count_checks(lane.counts, ALL_PASS, lane.passed)
        return Tally(
            at=at,
            strata={Stratum._make(name): lane.counts for name, lane in self._lanes.items()},
            keys={key: _key_tally(noted) for key, noted in self._keys.items()},
            finals=self._finals,
            conditions=self._conditions,
        )

    def _lane(self, row: TelemetryRow) -> _Lane:
        name = (
            row.provider,
            row.model,
            row.region,
            row.key_alias,
            row.feature,
            row.template,
            row.traffic_class,
            row.route,
        )
        lane = self._lanes.get(name)
        if lane is None:
            sla_ms = self._baseline.sla_of(row.provider, row.model)
            lane = self._lanes[name] = _Lane(Counts(), row.route not in OWN_CALLS, sla_ms)
        return lane

    def _note(self, row: TelemetryRow, finding: Finding, lane: _Lane, tick: int) -> None:
        kind = finding.kind
        if finding.check is not None:
            name = digest(f"{row.id}/{kind.value}")
            if name in self._told:
                return
            self._told[name] = tick
        event = event_of(row, finding, self._standing)
        self.events.append(event)
        noted = self._keys.get(event.key)
        if noted is None:
            noted = self._keys[event.key] = _KeyEvents()
        noted.events.append(event)
        noted.blocked += is_mitigated(finding, row)
        noted.confirmed_leaks += is_confirmed_leak(finding, row)
        if lane.traffic:
            requests = noted.affected.setdefault(kind.value, {})
            requests[digest(row.id)] = (row.traffic_class, dyadic(row.weight))


def _is_served(row: TelemetryRow, kind: FailureKind | None) -> bool:
    """Slow is late, but it is an answer."""
    return row.status == 200 and (kind is None or kind is FailureKind.PROVIDER_SLOW)


def _count_attempt(counts: Counts, row: TelemetryRow, kind: FailureKind | None, weight: float) -> None:
    counts.rows += weight
    hard = kind is not None and kind in HARD_KINDS
    if counts.rows < FEW_ROWS:
        counts.recent.append((row.t, hard))
    if _is_served(row, kind):
        counts.responses += weight
    elif hard and kind is not None:
        _count_hard(counts, row, kind, weight)
    elif kind is FailureKind.PROVIDER_THROTTLED:
        counts.throttled += weight
    elif kind in _BROKEN:
        counts.broken += weight


def _count_hard(counts: Counts, row: TelemetryRow, kind: FailureKind, weight: float) -> None:
    """A call steered away from a target counts as what first broke that target."""
    counts.hard += weight
    cause = row.caused_by if kind is FailureKind.PROVIDER_SHORT_CIRCUITED else kind
    if is_transport(kind, row):
        counts.transport += weight
    elif cause is FailureKind.PROVIDER_AUTH:
        counts.auth += weight
    elif cause is FailureKind.PROVIDER_MODEL_GONE:
        counts.model_gone += weight


def _count_request(counts: Counts, row: TelemetryRow, kind: FailureKind | None, weight: float) -> None:
    if row.final:
        counts.requests += weight
    if row.cost_usd:
        counts.cost_nanousd += round(row.cost_usd * weight * 1e9)
    if _is_served(row, kind):
        place = bucket(row.latency_ms)
        latency = counts.latency
        latency[place] = latency.get(place, 0.0) + weight
    if row.retrieval_score is not None:
        counts.retrieved += weight
        counts.retrieval_micro += round(row.retrieval_score * weight * 1e6)


def _count_checks(counts: Counts, checks: Sequence[CheckOutcome], weight: float) -> list[Finding]:
    """Count every verdict; return the failures."""
    found = []
    for check in checks:
        if check.failed is None:
            continue
        count = counts.checks.get(check.check)
        if count is None:
            count = counts.checks[check.check] = CheckCount()
        count.answers += weight
        if check.failed and check.kind is not None:
            found.append(Finding(check.kind, check))
            if is_quality(check.kind):
                count.failed += weight
                subtype = SUBTYPE[check.kind]
                count.subtype = min(count.subtype or subtype, subtype)
            elif CATEGORY[check.kind] is FailureCategory.COST:
                counts.token_events += weight
            elif check.kind in _BROKEN:
                counts.broken += weight
    return found


def _key_tally(noted: _KeyEvents) -> KeyTally:
    events = noted.events
    moments = [event.at for event in events]
    return KeyTally(
        count=len(events),
        blocked=noted.blocked,
        confirmed_leaks=noted.confirmed_leaks,
        first_at=min(moments),
        last_at=max(moments),
        kinds=dict(Counter([event.kind.value for event in events])),
        dimensions=dimensions(events),
        affected=noted.affected,  # type: ignore[arg-type]
        samples=sampled(events),
    )


def dimensions(events: list[FailureEvent]) -> dict[str, dict[str, int]]:
    """Events by value of each dimension; an empty value is not one."""
    counted: dict[str, dict[str, int]] = {name: {} for name in DIMENSIONS}
    columns = tuple(counted.values())
    for event in events:
        target = event.provider
        values = (
            target.provider,
            target.model,
            target.region,
            target.key_alias,
            event.tenant,
            event.user,
            event.feature,
            event.template,
        )
        for column, value in zip(columns, values, strict=True):
            if value:
                column[value] = column.get(value, 0) + 1
    return counted
