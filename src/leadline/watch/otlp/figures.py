"""The GenAI client metrics as cumulative OTLP histograms, so that a lost export loses nothing."""

import bisect
import threading

import msgspec
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    ResourceMetrics,
    ScopeMetrics,
)

from leadline.vocabulary import Attempt, Exchange, Observation, Origin, SelectionReason
from leadline.watch.metrics import Bounded
from leadline.watch.otlp import words
from leadline.watch.otlp.encoding import SCOPE, Source, attributes, nanoseconds

_SECONDS = tuple(0.01 * 2**step for step in range(14))
_TOKENS = tuple(float(4**step) for step in range(14))
"""Bucket limits as the conventions advise: 0.01 to 81.92 s doubling, 1 to 67,108,864 tokens by four."""
Labels = tuple[tuple[str, str], ...]


class _Series(msgspec.Struct):
    buckets: list[float]
    total: float = 0.0


class _Histogram:
    def __init__(self, name: str, unit: str, text: str, limits: tuple[float, ...]) -> None:
        self._name, self._unit, self._text, self._limits = name, unit, text, limits
        self._series: dict[Labels, _Series] = {}

    def add(self, labels: Labels, value: float, weight: float) -> None:
        series = self._series.get(labels)
        if series is None:
            series = self._series[labels] = _Series([0.0] * (len(self._limits) + 1))
        series.buckets[bisect.bisect_left(self._limits, value)] += weight
        series.total += value * weight

    def metric(self, started_at: float, now: float) -> Metric:
        points = [self._point(labels, series, started_at, now) for labels, series in self._series.items()]
        cumulative = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
        return Metric(
            name=self._name,
            unit=self._unit,
            description=self._text,
            histogram=Histogram(aggregation_temporality=cumulative, data_points=points),
        )

    def _point(self, labels: Labels, series: _Series, started_at: float, now: float) -> HistogramDataPoint:
        counts = [round(held) for held in series.buckets]
        return HistogramDataPoint(
            attributes=attributes(dict(labels)),
            start_time_unix_nano=nanoseconds(started_at),
            time_unix_nano=nanoseconds(now),
            count=sum(counts),
            sum=series.total,
            bucket_counts=counts,
            explicit_bounds=self._limits,
        )


class Figures:
    """Counts since `started_at` (Unix seconds). Only users are traffic; a thinned record has its weight."""

    def __init__(self, started_at: float) -> None:
        self._started_at = started_at
        self._lock = threading.Lock()
        self._models = Bounded()
        self._duration = _Histogram(
            "gen_ai.client.operation.duration", "s", "GenAI operation duration.", _SECONDS
        )
        self._first_chunk = _Histogram(
            "gen_ai.client.operation.time_to_first_chunk", "s", "Time to the first chunk.", _SECONDS
        )
        self._tokens = _Histogram(
            "gen_ai.client.token.usage", "{token}", "Input and output tokens used.", _TOKENS
        )

    def observed(self, observation: Observation) -> None:
        exchange = observation.exchange
        if exchange.origin is not Origin.USER:
            return
        with self._lock:
            for attempt in exchange.attempts:
                if not attempt.cancelled and attempt.selection.reason is not SelectionReason.SHORT_CIRCUITED:
                    self._called(exchange, attempt, observation.weight)
            if exchange.first_chunk_ms is not None and exchange.attempts:
                labels = self._labels(exchange, exchange.attempts[-1])
                self._first_chunk.add(labels, exchange.first_chunk_ms / 1000, observation.weight)

    def body(self, source: Source, now: float) -> bytes:
        """An ExportMetricsServiceRequest of all that was counted."""
        with self._lock:
            metrics = [
                one.metric(self._started_at, now) for one in (self._duration, self._first_chunk, self._tokens)
            ]
        scope = ScopeMetrics(
            scope=SCOPE, metrics=[metric for metric in metrics if metric.histogram.data_points]
        )
        resource = ResourceMetrics(resource=source.as_resource(), scope_metrics=[scope])
        return ExportMetricsServiceRequest(resource_metrics=[resource]).SerializeToString()

    def _called(self, exchange: Exchange, attempt: Attempt, weight: float) -> None:
        labels = self._labels(exchange, attempt)
        error = words.error_type(attempt)
        ended = (*labels, ("error.type", error)) if error else labels
        self._duration.add(ended, max(0.0, attempt.ended_at - attempt.started_at), weight)
        if attempt.usage is not None:
            self._tokens.add((*labels, ("gen_ai.token.type", "input")), attempt.usage.input_tokens, weight)
            self._tokens.add((*labels, ("gen_ai.token.type", "output")), attempt.usage.output_tokens, weight)

    def _labels(self, exchange: Exchange, attempt: Attempt) -> Labels:
        provider, model = self._models(words.provider_name(attempt.target.provider), attempt.target.model)
        return (
            ("gen_ai.operation.name", exchange.operation.value),
            ("gen_ai.provider.name", provider),
            ("gen_ai.request.model", model),
        )
