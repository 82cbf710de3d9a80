"""One process under care: started, listened to, started again when it dies or hangs."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import Callable, Sequence
from enum import StrEnum

import msgspec
import structlog

from leadline.wiring.process import BAD_CONFIGURATION

FIRST_PULSE_WITHIN_S = 60.0
SHORTEST_PAUSE_S, LONGEST_PAUSE_S = 0.2, 10.0
WELL_AFTER_S = 60.0
log = structlog.get_logger()


class ChildSpec(msgspec.Struct, frozen=True, kw_only=True):
    """`arguments` follow the Python executable. `fds` are passed on. `grace_s` is its time to end.

    `worker` is the number of a gateway worker, and of its column on the board.

    A process that is silent for `hung_after_s` after its first pulse makes no progress, whatever it does.
    """

    name: str
    arguments: Sequence[str]
    fds: Sequence[int] = ()
    grace_s: float = 10.0
    hung_after_s: float = 15.0
    worker: int | None = None


class ChildState(StrEnum):
    STARTING = "starting"
    UP = "up"
    WAITING = "waiting"
    ENDED = "ended"
    BROKEN = "broken"


class Child:
    """`state` and `restarts` are for whoever watches; `first_pulse` says that it has begun to serve."""

    def __init__(self, spec: ChildSpec, clock: Callable[[], float]) -> None:
        self.spec = spec
        self.state = ChildState.STARTING
        self.restarts = 0
        self.pid: int | None = None
        self.first_pulse = asyncio.Event()
        self.over = asyncio.Event()
        self._clock = clock
        self._pulse_at = clock()
        self._stopping = asyncio.Event()
        self._process: asyncio.subprocess.Process | None = None

    @property
    def worker(self) -> int | None:
        """None = it is no gateway worker."""
        return self.spec.worker

    @property
    def pulse_age_s(self) -> float:
        return self._clock() - self._pulse_at

    async def care(self) -> None:
        """Keep it running until `stop`; a broken configuration ends the care."""
        pause_s = SHORTEST_PAUSE_S
        while not self._stopping.is_set():
            begun = self._clock()
            status = await self._live_once()
            if self._stopping.is_set():
                break
            if status == BAD_CONFIGURATION:
                self.state = ChildState.BROKEN
                break
            pause_s = SHORTEST_PAUSE_S if self._clock() - begun > WELL_AFTER_S else pause_s
            log.error(
                "ended by itself; starting it again", process=self.spec.name, status=status, in_s=pause_s
            )
            self.state = ChildState.WAITING
            self.restarts += 1
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause_s)
            pause_s = min(LONGEST_PAUSE_S, pause_s * 2)
        if self.state is not ChildState.BROKEN:
            self.state = ChildState.ENDED
        self.over.set()

    async def stop(self) -> None:
        """Ask it to end, and make it when its grace is over."""
        self._stopping.set()
        process = self._process
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                await asyncio.wait_for(process.wait(), self.spec.grace_s)
            except TimeoutError:
                log.warning(
                    "did not end in time; killing it", process=self.spec.name, grace_s=self.spec.grace_s
                )
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
        await self.over.wait()

    def signal(self, number: signal.Signals) -> None:
        if self._process is not None and self._process.returncode is None:
            self._process.send_signal(number)

    async def _live_once(self) -> int:
        read_fd, write_fd = os.pipe()
        os.set_blocking(read_fd, False)
        try:
            # a session of its own: Ctrl-C in the terminal reaches the supervisor alone
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self.spec.arguments,
                "--pulse-fd",
                str(write_fd),
                pass_fds=(*self.spec.fds, write_fd),
                stdin=asyncio.subprocess.DEVNULL,
                start_new_session=True,
            )
        finally:
            os.close(write_fd)
        self.pid = self._process.pid
        self.state = ChildState.STARTING
        self._pulse_at = self._clock()
        loop = asyncio.get_running_loop()
        loop.add_reader(read_fd, self._beat, read_fd)
        watcher = asyncio.create_task(self._end_when_hung(self._process))
        try:
            return await self._process.wait()
        finally:
            loop.remove_reader(read_fd)
            os.close(read_fd)
            watcher.cancel()

    def _beat(self, fd: int) -> None:
        if not os.read(fd, 4096):
            asyncio.get_running_loop().remove_reader(fd)
            return
        self._pulse_at = self._clock()
        self.state = ChildState.UP
        self.first_pulse.set()

    async def _end_when_hung(self, process: asyncio.subprocess.Process) -> None:
        while process.returncode is None:
            limit_s = FIRST_PULSE_WITHIN_S if self.state is ChildState.STARTING else self.spec.hung_after_s
            if self.pulse_age_s > limit_s and not self._stopping.is_set():
                log.error(
                    "makes no progress; killing it", process=self.spec.name, silent_s=round(self.pulse_age_s)
                )
                process.kill()
                return
            await asyncio.sleep(1.0)
