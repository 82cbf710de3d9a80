"""Check processes: started before they are needed, killed when they take too long, started anew."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from types import MappingProxyType

import msgspec
import structlog

from leadline.gateway.guarding.scanning import ProcessEnds
from leadline.vocabulary import ScanAnswer, ScanJob, ScanSetup

MOST_WAITING = 64
_LENGTH_BYTES = 4
_STARTING_S = 30.0
"""What a guard with a model may take to load it."""
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.05, 5.0
_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(ScanAnswer)
_log = structlog.get_logger()


class Process:
    """One check process and its pipe. It answers one frame at a time. `worked` = it has answered a job."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.worked = False

    async def ask(self, frame: ScanSetup | ScanJob) -> ScanAnswer:
        """Raises OSError, EOFError or ValueError when the process is dead or mad."""
        data = _encoder.encode(frame)
        inward, outward = self._process.stdin, self._process.stdout
        if inward is None or outward is None:
            raise OSError("the process has no pipes")
        try:
            inward.write(len(data).to_bytes(_LENGTH_BYTES, "big") + data)
        except RuntimeError as error:  # so uvloop says that the process has died and the pipe is closed
            raise BrokenPipeError("the check process has died") from error
        await inward.drain()
        length = int.from_bytes(await outward.readexactly(_LENGTH_BYTES), "big")
        return _decoder.decode(await outward.readexactly(length))

    async def kill(self) -> None:
        """To its end, also for who is cancelled meanwhile: a half-closed process outlives the loop."""
        killing = asyncio.create_task(self._kill())
        try:
            await asyncio.shield(killing)
        except asyncio.CancelledError:
            await killing
            raise

    async def _kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        if self._process.stdout is not None:
            await self._process.stdout.read()  # to its end: a loop that closes before that cannot


async def _started(command: Sequence[str]) -> asyncio.subprocess.Process:
    """Raises OSError. Who is cancelled meanwhile leaves no half-started process behind."""
    pipe = asyncio.subprocess.PIPE
    starting = asyncio.create_task(asyncio.create_subprocess_exec(*command, stdin=pipe, stdout=pipe))
    try:
        return await asyncio.shield(starting)
    except asyncio.CancelledError:
        with contextlib.suppress(OSError):
            await Process(await starting).kill()
        raise


class Pool:
    """`size` processes that all know the same guards. `ends` counts what became of them; what never
    comes up has died, too.
    """

    def __init__(self, command: Sequence[str], setup: ScanSetup, size: int, deadline_s: float) -> None:
        self._command = tuple(command)
        self._setup = setup
        self._deadline_s = deadline_s
        self._size = size
        self._idle: asyncio.Queue[Process] = asyncio.Queue()
        self._waiting = 0
        self._running: set[asyncio.Task[ScanAnswer | str]] = set()
        self._keepers: list[asyncio.Task[None]] = []
        self._given_back: dict[Process, asyncio.Future[None]] = {}
        self._killed = self._timed_out = self._restarted = 0
        self.unavailable: Mapping[str, str] = {}
        """Guards that the latest process could not build, and why."""

    def start(self) -> None:
        """Begin to start the processes; a job waits for them."""
        self._keepers = [asyncio.create_task(self._keep()) for _ in range(self._size)]

    @property
    def ends(self) -> ProcessEnds:
        return ProcessEnds(self._killed, self._timed_out, self._restarted)

    async def aclose(self) -> None:
        for task in (*self._keepers, *self._running):
            task.cancel()
        await asyncio.gather(*self._keepers, *self._running, return_exceptions=True)

    async def ask(self, job: ScanJob) -> ScanAnswer | str:
        """What was found, or why nobody looked."""
        if self._waiting >= MOST_WAITING:
            return f"{MOST_WAITING} others wait for the check process"
        self._waiting += 1
        try:
            async with asyncio.timeout(self._deadline_s):
                process = await self._idle.get()
        except TimeoutError:
            return f"no check process was free within {self._deadline_s:g} s"
        finally:
            self._waiting -= 1
        # A caller that leaves must not leave its answer in the pipe for the next one.
        running = asyncio.create_task(self._run(process, job))
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        return await asyncio.shield(running)

    async def _run(self, process: Process, job: ScanJob) -> ScanAnswer | str:
        try:
            async with asyncio.timeout(self._deadline_s):
                answer = await process.ask(job)
        except TimeoutError:
            self._timed_out += 1
            self._give_up(process)
            return f"the check process took over {self._deadline_s:g} s and was killed"
        except (OSError, EOFError, ValueError, msgspec.MsgspecError) as error:
            self._give_up(process)
            return f"the check process died ({type(error).__name__})"
        process.worked = True
        self._idle.put_nowait(process)
        return answer

    def _give_up(self, process: Process) -> None:
        self._killed += 1
        broken = self._given_back.pop(process, None)
        if broken is not None and not broken.done():
            broken.set_result(None)

    async def _keep(self) -> None:
        """One process after another, as long as the pool lives; after one that answered nothing a pause,
        longer each time: to start one takes half a second of a core, which the answers need.
        """
        pause_s, first = _FIRST_PAUSE_S, True
        while True:
            process = await self._begin()
            if process is None:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
                continue
            self._restarted, first = self._restarted + (not first), False
            broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._given_back[process] = broken
            self._idle.put_nowait(process)
            try:
                await broken
            finally:
                await process.kill()
            if process.worked:
                pause_s = _FIRST_PAUSE_S
            else:
                await asyncio.sleep(pause_s)
                pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _begin(self) -> Process | None:
        """A process that has built its guards; None = it did not come up."""
        try:
            started = await _started(self._command)
        except OSError as error:
            self._killed += 1
            _log.error("a check process cannot be started", because=str(error))
            return None
        process = Process(started)
        ready = False
        try:
            async with asyncio.timeout(_STARTING_S):
                answer = await process.ask(self._setup)
            self.unavailable = answer.broken
            for guard, why in answer.broken.items():
                _log.error("a guard cannot be built, so its rules find nothing", guard=guard, because=why)
            ready = True
        except (OSError, EOFError, ValueError, TimeoutError, msgspec.MsgspecError) as error:
            self._killed += 1
            self._timed_out += isinstance(error, TimeoutError)
            _log.error("a check process did not come up", because=type(error).__name__)
        finally:
            if not ready:
                await process.kill()
        return process if ready else None


class NoPool:
    """No process at all."""

    ends = ProcessEnds()
    unavailable: Mapping[str, str] = MappingProxyType({})

    async def ask(self, job: ScanJob) -> ScanAnswer | str:  # noqa: ARG002 - the Protocol's shape
        return "there is no check process"

    async def aclose(self) -> None: ...
