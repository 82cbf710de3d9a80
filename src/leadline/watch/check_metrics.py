"""How checks and guards of the gateway workers do: without a verdict, at rest, killed."""

from collections import Counter
from collections.abc import Callable, Iterator

from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.vocabulary import Heartbeat
from leadline.watch.pulse import Pulse

_GONE_AFTER_S = 10.0
"""A worker that has not told of itself for so long no longer says which checks rest."""


class CheckCollector(Collector):
    """From the heartbeats: what `leadline_inline_signals` cannot tell while records are thinned or lost."""

    def __init__(self, pulse: Pulse, clock: Callable[[], float]) -> None:
        self._pulse = pulse
        self._clock = clock
        self._rested: set[str] = set()
        self._lacked: set[str] = set()

    def collect(self) -> Iterator[Metric]:
        now = self._clock()
        beats = {(beat.host, beat.worker): beat for beat in self._pulse.workers(now)}
        resting = Counter(
            name for beat in beats.values() if now - beat.at < _GONE_AFTER_S for name in beat.lost.parked
        )
        self._rested |= resting.keys()
        parked = GaugeMetricFamily(
            "leadline_inline_check_parked", "Gateway workers in which a check rests.", labels=["check"]
        )
        for name in sorted(self._rested):
            parked.add_metric([name], float(resting[name]))
        yield CounterMetricFamily(
            "leadline_checks_skipped",
            "Checks and guards in the gateway that gave no verdict.",
            value=float(self._pulse.checks_skipped),
        )
        yield parked
        yield self._unavailable([beat for beat in beats.values() if now - beat.at < _GONE_AFTER_S])
        ends = self._pulse.processes
        yield CounterMetricFamily(
            "leadline_check_processes_killed",
            "Check processes that took too long or died.",
            value=float(ends["killed"]),
        )
        yield CounterMetricFamily(
            "leadline_check_processes_timed_out",
            "Check processes that took too long.",
            value=float(ends["timed_out"]),
        )
        yield CounterMetricFamily(
            "leadline_check_processes_restarted",
            "Check processes that came up in the place of others.",
            value=float(ends["restarted"]),
        )

    def _unavailable(self, beats: list[Heartbeat]) -> Metric:
        lacking = Counter(name for beat in beats for name in beat.lost.guards_unavailable)
        self._lacked |= lacking.keys()
        told = GaugeMetricFamily(
            "leadline_guard_unavailable", "Gateway workers in which a guard cannot work.", labels=["guard"]
        )
        for name in sorted(self._lacked):
            told.add_metric([name], float(lacking[name]))
        return told
