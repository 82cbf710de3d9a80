"""How the way to the collector is doing, for Prometheus: what was taken, refused, dropped, and what waits."""

from collections.abc import Callable, Iterator, Mapping

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.watch.tapping import LaneCount


class TapCollector(Collector):
    def __init__(self, counts: Callable[[], Mapping[str, LaneCount]]) -> None:
        self._counts = counts

    def collect(self) -> Iterator[Metric]:
        records = CounterMetricFamily(
            "leadline_otlp_records",
            "Log records and spans for the OpenTelemetry collector, by what became of them.",
            labels=("lane", "state"),
        )
        waiting = GaugeMetricFamily(
            "leadline_otlp_waiting", "Log records and spans that wait for the collector.", labels=("lane",)
        )
        for lane, count in self._counts().items():
            for state in ("exported", "rejected", "dropped"):
                records.add_metric((lane, state), getattr(count, state))
            waiting.add_metric((lane,), count.waiting)
        yield records
        yield waiting
