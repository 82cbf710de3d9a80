"""Consumer 3: deep checks, in a thread and a loop of their own so that a stuck one stops nothing."""

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from leadline.checks.deep import DeepCheck
from leadline.storage import Cursor, DiskFull
from leadline.storage.sqlite import SQLiteIncidents
from leadline.vocabulary import Observation, Signal
from leadline.watch.pulse import Progress, Pulse
from leadline.watch.segments import backlog_bytes
from leadline.watch.spool_reader import SpoolReader, time_of

DEEP = "deep"
CHECK_TIMEOUT_S = 30.0
IDLE_S = 1.0
_CHUNK_BYTES = 256 * 1024
_FAREWELL_S = 2.0

Found = Callable[[Observation, str, Sequence[Signal]], None]
Failed = Callable[[str, str], None]


class DeepLoop:
    """At-least-once: after a death the last batch is looked at again. `found` hears each check's signals,
    `failed` the check and the reason when one raised or took too long.
    """

    def __init__(
        self,
        spool: Path,
        incidents: SQLiteIncidents,
        checks: Mapping[str, DeepCheck],
        pulse: Pulse,
        found: Found,
        failed: Failed,
    ) -> None:
        self._reader = SpoolReader(spool, _CHUNK_BYTES)
        self._incidents = incidents
        self._checks = checks
        self._pulse = pulse
        self._found = found
        self._failed = failed
        self.timeout_s = CHECK_TIMEOUT_S
        self.cursor: Cursor = incidents.cursor(DEEP)

    async def run(self, stop: asyncio.Event, clock: Callable[[], float]) -> None:
        """Until `stop`; a check that hangs is left behind in its daemon thread."""
        ending = threading.Event()
        crashed: list[BaseException] = []

        def work() -> None:
            try:
                asyncio.run(self._work(ending, clock))
            except BaseException as error:  # noqa: BLE001 - carried over to the loop that waits
                crashed.append(error)

        thread = threading.Thread(target=work, name="deep-checks", daemon=True)
        thread.start()
        while not stop.is_set() and thread.is_alive():
            try:
                await asyncio.wait_for(stop.wait(), IDLE_S)
            except TimeoutError:
                continue
        ending.set()
        await asyncio.to_thread(thread.join, _FAREWELL_S)
        for error in crashed:
            raise error

    async def step(self, now: float) -> bool:
        """One batch through all checks, then its cursor. True when there is more to do at once."""
        batch = self._reader.read(self.cursor, now)
        for seen in batch.seen:
            if isinstance(seen.record, Observation):
                await self._inspect(seen.record)
        if batch.cursor != self.cursor:
            with contextlib.suppress(DiskFull):  # after a death these are only looked at again
                self._incidents.commit_cursor(DEEP, batch.cursor)
            self.cursor = batch.cursor
        read_upto = max((time_of(seen.record) for seen in batch.seen), default=0.0)
        self._pulse.moved(DEEP, Progress(now, read_upto, backlog_bytes(batch.segments, self.cursor)))
        return not batch.drained

    async def _work(self, ending: threading.Event, clock: Callable[[], float]) -> None:
        while not ending.is_set():
            if not await self.step(clock()):
                await asyncio.to_thread(ending.wait, IDLE_S)

    async def _inspect(self, observation: Observation) -> None:
        for name, check in self._checks.items():
            try:
                async with asyncio.timeout(self.timeout_s):
                    signals = await check.inspect(observation)
            except TimeoutError:
                self._failed(name, "timeout")
            except Exception as error:  # noqa: BLE001 - counted and shown; the next check has its turn
                self._failed(name, type(error).__name__)
            else:
                self._found(observation, name, signals)
