"""Metrics of single targets: breakers, rate limits, and which statuses came lately."""

import threading
from collections.abc import Callable, Iterator

import msgspec
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.vocabulary import (
    Attempt,
    Heartbeat,
    Observation,
    ProviderIdentifier,
    SelectionReason,
    TargetNews,
    TargetPulse,
)

HALF_LIFE_S = 60.0
MOST_TARGETS = 200
_STATES = {"closed": 0.0, "half_open": 1.0, "open": 2.0}
_LABELS = ("provider", "model", "region", "key_alias")
_FADED = 0.01
_STALE_S = 10.0
Labels = tuple[str, ...]


class _Fading(msgspec.Struct):
    """A count that halves every `HALF_LIFE_S`."""

    value: float
    at: float

    def now(self, at: float) -> float:
        return float(self.value * 0.5 ** (max(0.0, at - self.at) / HALF_LIFE_S))


class TargetMetrics(Collector):
    """Fed in the recorder's thread, read at a scrape. Later targets than the first 200 are left out."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._known: set[Labels] = set()
        self._statuses: dict[Labels, dict[str, _Fading]] = {}
        self._turns: dict[tuple[Labels, str, str], int] = {}
        self._states: dict[Labels, str] = {}
        self._pulses: dict[Labels, tuple[float, TargetPulse]] = {}
        self._news: dict[Labels, TargetNews] = {}

    def observed(self, observation: Observation) -> None:
        """Probes and other calls of ours, too: what came back is what the target is like."""
        with self._lock:
            for attempt in observation.exchange.attempts:
                if attempt.selection.reason is not SelectionReason.SHORT_CIRCUITED and not attempt.cancelled:
                    self._attempted(attempt, observation.weight)

    def heard(self, record: TargetNews | Heartbeat) -> None:
        """What changed, and what each worker sees now: that mends what was missed of the changes."""
        with self._lock:
            if isinstance(record, TargetNews):
                self._turned(record)
                return
            for pulse in record.targets:
                labels = self._labels(pulse.target)
                if labels is not None:
                    self._pulses[labels] = (record.at, pulse)
                    self._states[labels] = pulse.breaker

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        with self._lock:
            yield self._breaker_states()
            yield self._transitions()
            yield self._status_weights(now)
            yield from self._headroom(now)

    def rows(self) -> list[dict[str, object]]:
        """Each known target: its breaker, since when and why, and what was last left of its rate limits."""
        now = self._clock()
        with self._lock:
            return [self._row(labels, now) for labels in sorted(self._known)]

    def _row(self, labels: Labels, now: float) -> dict[str, object]:
        news, (at, pulse) = self._news.get(labels), self._pulses.get(labels, (0.0, None))
        fresh = pulse if pulse is not None and now - at < _STALE_S else None
        since = news.at if news else fresh.since if fresh else 0.0
        cause = news.cause if news else fresh.cause if fresh else None
        return {
            **dict(zip(_LABELS, labels, strict=True)),
            "breaker": self._states.get(labels, "closed"),
            "since": since or None,
            "cause": cause.value if cause is not None else None,
            "held": bool(fresh and fresh.held),
            "remaining_requests": pulse.remaining_requests if pulse else None,
            "remaining_tokens": pulse.remaining_tokens if pulse else None,
            "exhausted_in_s": fresh.exhausted_in_s if fresh else None,
        }

    def _turned(self, news: TargetNews) -> None:
        labels = self._labels(news.target)
        if labels is not None and news.what == "breaker":
            self._states[labels] = news.after
            self._news[labels] = news
            name = (labels, news.before, news.after)
            self._turns[name] = self._turns.get(name, 0) + 1

    def _attempted(self, attempt: Attempt, weight: float) -> None:
        labels = self._labels(attempt.target)
        if labels is None:
            return
        status = str(attempt.status or (attempt.failure.status if attempt.failure else None) or 0)
        counts = self._statuses.setdefault(labels, {})
        before = counts.get(status)
        at = attempt.ended_at if before is None else max(attempt.ended_at, before.at)
        counts[status] = _Fading((before.now(at) if before else 0.0) + weight, at)

    def _labels(self, target: ProviderIdentifier) -> Labels | None:
        labels = (target.provider, target.model, target.region, target.key_alias)
        if labels in self._known:
            return labels
        if len(self._known) >= MOST_TARGETS:
            return None
        self._known.add(labels)
        return labels

    def _breaker_states(self) -> Metric:
        family = GaugeMetricFamily("leadline_breaker_state", "0 closed, 1 half open, 2 open.", labels=_LABELS)
        for labels in sorted(self._known):
            family.add_metric(labels, _STATES.get(self._states.get(labels, "closed"), 0.0))
        return family

    def _transitions(self) -> Metric:
        family = CounterMetricFamily(
            "leadline_breaker_transitions",
            "Breakers that went from one state to another.",
            labels=(*_LABELS, "from", "to"),
        )
        for (labels, before, after), count in sorted(self._turns.items()):
            family.add_metric((*labels, before, after), float(count))
        return family

    def _status_weights(self, now: float) -> Metric:
        family = GaugeMetricFamily(
            "leadline_upstream_status_weight",
            "Calls by HTTP status (0 = none came), each counting half after every minute.",
            labels=(*_LABELS, "status"),
        )
        for labels, counts in sorted(self._statuses.items()):
            for status, fading in sorted(counts.items()):
                weight = fading.now(now)
                if weight >= _FADED:
                    family.add_metric((*labels, status), weight)
        return family

    def _headroom(self, now: float) -> Iterator[Metric]:
        for name, text, field in (
            ("requests", "Requests left of the provider's rate limit.", "remaining_requests"),
            ("tokens", "Tokens left of the provider's rate limit.", "remaining_tokens"),
        ):
            family = GaugeMetricFamily(f"leadline_rate_limit_remaining_{name}", text, labels=_LABELS)
            for labels, (_, pulse) in sorted(self._pulses.items()):
                left = getattr(pulse, field)
                if left is not None:
                    family.add_metric(labels, left)
            yield family
        family = GaugeMetricFamily(
            "leadline_rate_limit_exhausted_in_seconds",
            "When a rate limit is reached at the present rate, where that is before it is filled up.",
            labels=_LABELS,
        )
        for labels, (at, pulse) in sorted(self._pulses.items()):
            if pulse.exhausted_in_s is not None and now - at < _STALE_S:
                family.add_metric(labels, pulse.exhausted_in_s)
        yield family
