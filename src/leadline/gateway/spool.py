"""The spool's writing end: a worker hands copies over without ever waiting for the disk."""

import asyncio
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import msgspec

from leadline.gateway.segments import Appended, Segments, SpoolLimits
from leadline.gateway.thinning import is_plain_success
from leadline.vocabulary import Observation, SpoolRecord
from leadline.vocabulary.spool import SegmentName, encode

__all__ = ["SpoolLimits", "SpoolStats", "SpoolWriter"]


class SpoolStats(msgspec.Struct):
    """Counts since the worker's start. `recorded` = on disk. `drop_reason` is the latest one, as a
    sentence, and stays when room returns: it explains `dropped`, of which `dropped_failures` are copies of
    requests that failed or were flagged.
    """

    recorded: int = 0
    dropped: int = 0
    dropped_failures: int = 0
    drop_reason: str = ""
    spool_bytes: int = 0


class SpoolWriter:
    """`offer` only encodes and remembers; one thread writes, at most one batch at a time, every `flush_s`.

    `boot` tells two lives of one worker apart. `clock` gives seconds and never runs backwards.
    """

    def __init__(
        self,
        folder: str,
        host: str,
        boot: str,
        worker: int,
        *,
        limits: SpoolLimits | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stats = SpoolStats()
        self._limits = limits or SpoolLimits()
        self._segments = Segments(folder, SegmentName(host, boot, worker, 0), self._limits, clock)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="spool")
        self._frames: list[bytes] = []
        self._failures: list[bool] = []
        self._buffered = 0
        self._timer: asyncio.TimerHandle | None = None
        self._writing: asyncio.Future[Appended] | None = None
        self._closed = False

    @property
    def fullness(self) -> float:
        """The share of the limit that is taken, as of the last write."""
        return self.stats.spool_bytes / self._limits.total_bytes

    def offer(self, record: SpoolRecord) -> bool:
        """Never blocks, never raises. False = dropped, and counted. Call it from the event loop."""
        failure = isinstance(record, Observation) and not is_plain_success(record)
        if self._closed:
            return self._drop([failure], "the worker is closing its spool")
        try:
            frame = encode(record)
        except (TypeError, ValueError, OverflowError) as error:
            return self._drop([failure], f"a record cannot be encoded: {error}")
        if self._buffered + len(frame) > self._limits.buffer_bytes:
            return self._drop([failure], "the disk of the spool takes records more slowly than they come")
        self._frames.append(frame)
        self._failures.append(failure)
        self._buffered += len(frame)
        if self._timer is None and self._writing is None:
            self._timer = asyncio.get_running_loop().call_later(self._limits.flush_s, self._flush)
        return True

    async def close(self) -> None:
        """Write what is left. Later offers are dropped."""
        self._closed = True
        if self._timer is not None:
            self._timer.cancel()
        while self._writing is not None or self._frames:
            if self._writing is None:
                self._flush()
            if self._writing is not None:
                await asyncio.wait([self._writing])
        self._thread.shutdown()
        self._segments.close()

    def _flush(self) -> None:
        self._timer = None
        frames, self._frames, self._buffered = self._frames, [], 0
        failures, self._failures = self._failures, []
        loop = asyncio.get_running_loop()
        self._writing = loop.run_in_executor(self._thread, self._segments.append, frames)
        self._writing.add_done_callback(lambda done: self._written(failures, done.result()))

    def _written(self, failures: Sequence[bool], outcome: Appended) -> None:
        """`failures` says it of each frame that was to be written."""
        self._writing = None
        self.stats.recorded += outcome.written
        self.stats.spool_bytes = outcome.spool_bytes
        if outcome.written < len(failures):
            self._drop(failures[outcome.written :], outcome.reason)
        if self._frames and not self._closed:
            self._timer = asyncio.get_running_loop().call_later(self._limits.flush_s, self._flush)

    def _drop(self, failures: Sequence[bool], reason: str) -> bool:
        self.stats.dropped += len(failures)
        self.stats.dropped_failures += sum(failures)
        self.stats.drop_reason = reason
        return False
