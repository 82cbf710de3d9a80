"""The supervisor's own /metrics: which processes live, how often they fell, what they take."""

import os
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from prometheus_client import CollectorRegistry, start_http_server
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from leadline.supervisor.child import Child, ChildState

_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class ProcessCollector(Collector):
    """Reads the children when it is scraped. `blind` says why the watch sees nothing, or nothing."""

    def __init__(self, children: Callable[[], Sequence[Child]], blind: Callable[[], str]) -> None:
        self._children = children
        self._blind = blind

    def collect(self) -> Iterable[Metric]:
        up = GaugeMetricFamily(
            "leadline_process_up", "1 while the process makes progress", labels=["process"]
        )
        restarts = CounterMetricFamily(
            "leadline_process_restarts", "Times it was started again", labels=["process"]
        )
        memory = GaugeMetricFamily(
            "leadline_process_memory_bytes", "Resident memory of the process", labels=["process"]
        )
        pulse = GaugeMetricFamily(
            "leadline_process_pulse_age_seconds", "Time since its last sign of progress", labels=["process"]
        )
        yield GaugeMetricFamily(
            "leadline_blind", "1 while the watch does not see what happens", float(bool(self._blind()))
        )
        for child in self._children():
            name = [child.spec.name]
            up.add_metric(name, float(child.state is ChildState.UP))
            restarts.add_metric(name, float(child.restarts))
            memory.add_metric(name, float(resident_bytes(child.pid)))
            pulse.add_metric(name, child.pulse_age_s)
        yield from (up, restarts, memory, pulse)


def resident_bytes(pid: int | None) -> int:
    """Zero for a process that has just ended."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * _PAGE_BYTES
    except (OSError, IndexError):
        return 0


def serve_metrics(
    port: int, children: Callable[[], Sequence[Child]], blind: Callable[[], str]
) -> Callable[[], None]:
    """Answer on loopback from a thread; call the result to stop. Raises OSError when the port is taken."""
    registry = CollectorRegistry()
    registry.register(ProcessCollector(children, blind))
    server, thread = start_http_server(port, "127.0.0.1", registry)

    def stop() -> None:
        server.shutdown()
        server.server_close()
        thread.join()

    return stop
