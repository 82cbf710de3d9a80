"""The watch's Prometheus metrics: base units, bounded labels, a help text on each."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Protocol

import msgspec
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Histogram,
    disable_created_metrics,
    generate_latest,
)
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.storage.fact_rows import outcome
from leadline.vocabulary import (
    Attempt,
    Change,
    Exchange,
    FailureEvent,
    Incident,
    IncidentUpdate,
    Observation,
    Origin,
    ProviderIdentifier,
    SelectionReason,
    TokenUsage,
)
from leadline.watch.pulse import Pulse

MOST_LABELS = 200
"""Distinct values of a name that comes from outside; later ones count as `other`."""
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 40, 80, 160, 320, 640)
_OVERHEAD_BUCKETS = (0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5)
_CHECK_BUCKETS = (0.00005, 0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.05)
_DEEP_BUCKETS = (0.0005, 0.002, 0.01, 0.05, 0.25, 1, 2.5, 5, 10, 30, 60)
_SPEED_BUCKETS = (1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 10_000, 50_000)
_SHORTEST_SPEED_MS = 10.0
"""What came in one piece has no speed."""
_DUST_USD = 1e-12
_DETECTION_BUCKETS = (1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1200, 1800, 3600)


class Bounded:
    """Names seen so far, up to a cap: a client's inventions must not become series."""

    def __init__(self, most: int = MOST_LABELS) -> None:
        self._known: set[tuple[str, ...]] = set()
        self._most = most

    def __call__(self, *names: str) -> tuple[str, ...]:
        if names in self._known:
            return names
        if len(self._known) >= self._most:
            return ("other",) * len(names)
        self._known.add(names)
        return names


Values = Mapping[tuple[str], float] | Mapping[tuple[str, str], float] | Mapping[tuple[()], float]


class IncidentCounts(Protocol):
    """What is asked of the incidents' store at each scrape."""

    def open_incidents(self) -> Mapping[tuple[str, str], int]: ...

    def deliveries(self) -> Mapping[tuple[str, str], int]: ...


class WatchMetrics:
    """Counts since the watch started. Thread-safe, as the library is."""

    def __init__(self) -> None:
        disable_created_metrics()  # type: ignore[no-untyped-call]
        self.registry = CollectorRegistry()
        self._targets = Bounded()
        self._checks = Bounded()
        self._guards = Bounded()
        self._declare_traffic()
        self._declare_findings()

    def _declare_traffic(self) -> None:
        make = self._counter
        self._requests = make(
            "leadline_requests", "Requests by final target and outcome.", "provider", "model", "outcome"
        )
        target = ("provider", "model")
        self._tokens = make("leadline_tokens", "Tokens as billed.", "type", *target)
        self._cost = make("leadline_cost_usd", "US dollars spent on upstream calls.", *target)
        self._wasted = make(
            "leadline_wasted_usd", "US dollars of them for answers that nobody was given.", *target
        )
        self._output_speed = self._histogram(
            "leadline_output_tokens_per_second",
            "Output tokens a second: of a stream from its first byte on, else of the whole call.",
            _SPEED_BUCKETS,
            *target,
        )
        self._input_speed = self._histogram(
            "leadline_input_tokens_per_second",
            "Input tokens a second until a stream's first byte.",
            _SPEED_BUCKETS,
            *target,
        )
        self._upstream = self._histogram(
            "leadline_upstream_duration_seconds", "Duration of upstream calls.", _CALL_BUCKETS, *target
        )
        self._first_byte = self._histogram(
            "leadline_time_to_first_byte_seconds",
            "From the request's last byte to the response's first.",
            _CALL_BUCKETS,
            *target,
        )
        self._overhead = self._histogram(
            "leadline_overhead_seconds", "Time the gateway added to a request.", _OVERHEAD_BUCKETS
        )
        self._inline = make("leadline_inline_signals", "Signals of inline checks.", "check", "verdict")
        self._check_time = self._histogram(
            "leadline_inline_check_seconds", "Time an inline check took.", _CHECK_BUCKETS, "check"
        )

        self._guarded = make(
            "leadline_guardrails",
            "Looks of guards for a policy, by what was done: a word, pass, or skipped.",
            "policy",
            "guard",
            "word",
        )

    def _declare_findings(self) -> None:
        make = self._counter
        self._events = make(
            "leadline_failure_events",
            "Failure events by what failed and how bad it was.",
            "category",
            "subtype",
            "severity",
            "provider",
        )
        self._pages = make("leadline_pages", "Changes of incidents that wake a person.", "category")
        self._detection = self._histogram(
            "leadline_mttd_seconds",
            "From an incident's first event to the first alert that reached somebody.",
            _DETECTION_BUCKETS,
            "category",
        )
        self._opening = self._histogram(
            "leadline_incident_opening_seconds",
            "From an incident's first event to its opening.",
            _DETECTION_BUCKETS,
            "category",
        )
        self._deliveries = make(
            "leadline_deliveries", "Tries to tell a destination, by how they ended.", "destination", "state"
        )
        self._deep = make("leadline_deep_signals", "Signals of deep checks.", "check", "verdict")
        self._deep_time = self._histogram(
            "leadline_deep_check_seconds", "Time a deep check took.", _DEEP_BUCKETS, "check"
        )
        self._deep_failures = make(
            "leadline_deep_check_failures", "Deep checks that raised or ran out of time.", "check", "reason"
        )

    def observed(self, observation: Observation) -> None:
        """Only users are traffic; a thinned record counts for those it stands for."""
        exchange, weight = observation.exchange, observation.weight
        if exchange.origin is not Origin.USER:
            return
        last = exchange.attempts[-1] if exchange.attempts else None
        target = self._targets(last.target.provider, last.target.model) if last else ("none", "none")
        self._requests.labels(*target, outcome(exchange)).inc(weight)
        if exchange.overhead_ms is not None:
            self._overhead.observe(exchange.overhead_ms / 1000)
        for attempt in exchange.attempts:
            self._attempted(attempt, weight)
            if attempt.usage is not None and attempt.failure is None:
                self._sped(attempt, attempt.usage, streaming=exchange.streaming)
        for whom, usd in wasted_by_target(exchange):
            self._wasted.labels(*self._targets(whom.provider, whom.model)).inc(usd * weight)
        for signal in observation.signals:
            (check,) = self._checks(signal.check)
            self._check_time.labels(check).observe(signal.took_us / 1e6)
            if not signal.policy:
                self._inline.labels(check, signal.verdict).inc(weight)
            else:
                policy, guard = self._guards(signal.policy, signal.check)
                self._guarded.labels(policy, guard, signal.word or signal.verdict).inc(weight)

    def found(self, events: Iterable[FailureEvent], updates: Iterable[IncidentUpdate]) -> None:
        """What triage came to."""
        for event in events:
            subtype = event.kind.value.split(".", 1)[1]
            (provider, _) = self._targets(event.provider.provider, "")
            self._events.labels(event.category.value, subtype, event.severity.value, provider).inc(
                event.weight
            )
        for update in updates:
            incident = update.incident
            if update.change is Change.OPENED:
                waited_s = max(0.0, incident.opened_at - incident.first_event_at)
                self._opening.labels(incident.category.value).observe(waited_s)
            if update.page:
                self._pages.labels(incident.category.value).inc()

    def alerted(self, incident: Incident, at: float) -> None:
        """The first alert of an incident reached somebody at `at`, Unix seconds."""
        waited_s = max(0.0, at - incident.first_event_at)
        self._detection.labels(incident.category.value).observe(waited_s)

    def told(self, destination: str, state: str) -> None:
        self._deliveries.labels(destination, state).inc()

    def deep_signal(self, check: str, verdict: str) -> None:
        self._deep.labels(check, verdict).inc()

    def deep_failure(self, check: str, reason: str) -> None:
        self._deep_failures.labels(check, reason).inc()

    def deep_look(self, check: str, seconds: float) -> None:
        self._deep_time.labels(check).observe(seconds)

    def page(self) -> bytes:
        """The text exposition, version 0.0.4."""
        return generate_latest(self.registry)

    def _attempted(self, attempt: Attempt, weight: float) -> None:
        target = self._targets(attempt.target.provider, attempt.target.model)
        if not attempt.cancelled and attempt.selection.reason is not SelectionReason.SHORT_CIRCUITED:
            self._upstream.labels(*target).observe(max(0.0, attempt.ended_at - attempt.started_at))
        if attempt.timings.first_byte_ms is not None:
            self._first_byte.labels(*target).observe(attempt.timings.first_byte_ms / 1000)
        if attempt.cost_usd is not None:
            self._cost.labels(*target).inc(max(0.0, attempt.cost_usd) * weight)
        if attempt.usage is not None:
            self._billed(attempt.usage, target, weight)

    def _sped(self, attempt: Attempt, usage: TokenUsage, *, streaming: bool) -> None:
        target = self._targets(attempt.target.provider, attempt.target.model)
        until_ms, after_ms = attempt.timings.first_byte_ms or 0.0, attempt.timings.transfer_ms or 0.0
        if streaming and until_ms >= _SHORTEST_SPEED_MS and usage.input_tokens:
            self._input_speed.labels(*target).observe(usage.input_tokens * 1000 / until_ms)
        took_ms = after_ms if streaming else until_ms + after_ms
        if took_ms >= _SHORTEST_SPEED_MS and usage.output_tokens:
            self._output_speed.labels(*target).observe(usage.output_tokens * 1000 / took_ms)

    def _billed(self, usage: TokenUsage, target: tuple[str, ...], weight: float) -> None:
        for name, tokens in (
            ("input", usage.input_tokens),
            ("output", usage.output_tokens),
            ("cached_read", usage.cached_read_tokens),
            ("cache_write", usage.cache_write_tokens),
            ("reasoning", usage.reasoning_tokens),
        ):
            self._tokens.labels(name, *target).inc(tokens * weight)

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(name, text, labels, registry=self.registry)

    def _histogram(self, name: str, text: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self.registry)


def wasted_by_target(exchange: Exchange) -> list[tuple[ProviderIdentifier, float]]:
    """Who took the money for answers that nobody was given; the last attempt only what the others leave."""
    left_usd, found = exchange.wasted_usd or 0.0, []
    for attempt in exchange.attempts:
        usd = min(attempt.cost_usd or 0.0, left_usd)
        if usd > _DUST_USD:
            found.append((attempt.target, usd))
            left_usd -= usd
    return found


class StateCollector(Collector):
    """What is true at the moment of the scrape: lag, backlog, drops, open incidents, the outbox."""

    def __init__(self, pulse: Pulse, incidents: IncidentCounts, clock: Callable[[], float]) -> None:
        self._pulse = pulse
        self._incidents = incidents
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        progress = self._pulse.progress
        lag = {(name,): one.lag_s(now) for name, one in progress.items()}
        depth = {(name,): float(one.backlog_bytes) for name, one in progress.items()}
        full = {(name,): float(is_full) for name, is_full in self._pulse.disk_full.items()}
        yield _gauge("leadline_spool_lag_seconds", "How far behind a consumer is.", lag, "consumer")
        yield _gauge(
            "leadline_sidecar_queue_depth", "Bytes of the spool a consumer has not read.", depth, "consumer"
        )
        yield _gauge("leadline_disk_full", "1 while a store has no room.", full, "store")
        yield _gauge(
            "leadline_gateway_workers",
            "Gateway workers heard of.",
            {(): float(len(self._pulse.workers(now)))},
        )
        yield from self._counters()
        opened = {key: float(n) for key, n in self._incidents.open_incidents().items()}
        yield _gauge("leadline_incidents_open", "Incidents open now.", opened, "category", "severity")
        outbox = {key: float(n) for key, n in self._incidents.deliveries().items() if key[1] != "delivered"}
        yield _gauge(
            "leadline_outbox_changes", "Changes not told yet, or given up.", outbox, "destination", "state"
        )

    def _counters(self) -> Iterator[Metric]:
        pulse = self._pulse
        for name, text, value in (
            ("leadline_spool_dropped", "Records that gateway workers could not write.", pulse.dropped),
            (
                "leadline_spool_dropped_failures",
                "Those of them that were copies of failed or flagged requests.",
                pulse.dropped_failures,
            ),
            ("leadline_facts_lost", "Records not stored because the disk was full.", pulse.lost_copies),
            ("leadline_spool_bad_records", "Records that nobody could read.", pulse.bad_records),
            ("leadline_spool_newer_records", "Records of a newer schema, kept raw.", pulse.newer_records),
            ("leadline_spool_torn_tails", "Segments that ended in an unfinished record.", pulse.torn_tails),
            (
                "leadline_deep_skipped",
                "Segments that went before deep checks had read them.",
                pulse.skipped_deep,
            ),
        ):
            yield CounterMetricFamily(name, text, value=float(value))


def _gauge(name: str, text: str, values: Values, *labels: str) -> GaugeMetricFamily:
    family = GaugeMetricFamily(name, text, labels=labels)
    for key, value in values.items():
        family.add_metric(key, value)
    return family


def health_row(pulse: Pulse, cursors: Mapping[str, object], now: float) -> dict[str, object]:
    """The one row of `Query.HEALTH`."""
    return {
        "at": now,
        "lag_s": pulse.lag_s(now),
        "backlog_bytes": max((p.backlog_bytes for p in pulse.progress.values()), default=0),
        "cursors": msgspec.to_builtins(cursors),
        "workers": [msgspec.to_builtins(beat) for beat in pulse.workers(now)],
        "dropped": pulse.dropped,
        "dropped_failures": pulse.dropped_failures,
        "lost_copies": pulse.lost_copies,
        "bad_records": pulse.bad_records,
        "newer_records": pulse.newer_records,
        "disk_full": any(pulse.disk_full.values()),
        "stuck": pulse.stuck(now),
        "trouble": pulse.trouble(now),
    }
