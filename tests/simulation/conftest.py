"""Simulated providers on an ephemeral port, for clients that block and for clients that do not."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator

import pytest

from leadline.simulation.schedule import Episode, Misbehaviour, Schedule
from leadline.simulation.server import SimulatedProviders, serve

MODELS = ("gpt-4o-mini", "claude-sonnet-5", "gemini-3.5-flash")


class Running:
    """Simulated providers in a thread of their own; `url` is theirs without a provider's name."""

    def __init__(self, schedule: Schedule) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self._providers = SimulatedProviders(schedule, MODELS, time.time)
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        with asyncio.Runner(loop_factory=lambda: self._loop) as runner:
            runner.run(serve(self._providers, [self.listener], self._stop))

    def close(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(timeout=20)
        self.listener.close()


@pytest.fixture
def simulated() -> Iterator:
    """Start providers of which the one named `ill` misbehaves always, in the way given."""
    running: list[Running] = []

    def start(misbehaviour: Misbehaviour | None = None) -> str:
        always = () if misbehaviour is None else (_always(misbehaviour),)
        running.append(Running(Schedule(always)))
        return running[-1].url

    yield start
    for one in running:
        one.close()


def _always(misbehaviour: Misbehaviour) -> Episode:
    return Episode(provider="ill", misbehaviour=misbehaviour, begins_s=0, ends_s=1e9)
