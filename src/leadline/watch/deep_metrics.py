"""How the deep checks do, at the moment of the scrape: passed over, parked, not to be had, how late."""

from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.vocabulary import DeepCheckSight
from leadline.watch.pulse import Pulse


class DeepCollector(Collector):
    def __init__(
        self, sight: Callable[[], tuple[DeepCheckSight, ...]], pulse: Pulse, clock: Callable[[], float]
    ) -> None:
        self._sight = sight
        self._pulse = pulse
        self._clock = clock

    def collect(self) -> Iterator[Metric]:
        checks = self._sight()
        age = GaugeMetricFamily(
            "leadline_deep_queue_age_seconds", "Age of the oldest answer that waits for the deep checks."
        )
        age.add_metric([], self._pulse.deep_age_s(self._clock()))
        skipped = CounterMetricFamily(
            "leadline_deep_check_skipped",
            "Answers that a deep check did not get to see or skipped.",
            labels=["check"],
        )
        parked = GaugeMetricFamily(
            "leadline_deep_check_parked", "1 while a deep check rests or hangs.", labels=["check"]
        )
        unavailable = GaugeMetricFamily(
            "leadline_deep_check_unavailable", "1 while a deep check lacks what it needs.", labels=["check"]
        )
        for check in checks:
            skipped.add_metric([check.name], check.skipped)
            parked.add_metric([check.name], float(check.parked))
            unavailable.add_metric([check.name], float(bool(check.unavailable)))
        yield from (age, skipped, parked, unavailable)
