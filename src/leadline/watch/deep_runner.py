"""One deep check at work, in a thread and an event loop of its own: if it hangs, only it hangs."""

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from leadline.checks.deep import DeepCheck, DeepExamination, Found, Listening, Unavailable
from leadline.vocabulary import Signal, Verdict

PARKED_AFTER = 5
"""Failures in a row."""
PARKED_FOR_S = 60.0
MOST_WAITING = 64
"""Answers in the queue of a slow check; beyond, answers go by unread, and are counted."""

Result = tuple[DeepExamination, str, Sequence[Found]]


class Counts(msgspec.Struct):
    """Since the watch's start: answers looked at, passed over or skipped by the check itself (nobody looks
    at them after it), and those at which it failed.
    """

    looked: int = 0
    skipped: int = 0
    failed: int = 0


class Heard(msgspec.Struct, frozen=True):
    """Who is told what becomes of a check: (check, reason) of a failure, (check, seconds) of each look."""

    failed: Callable[[str, str], None]
    took: Callable[[str, float], None]


class Runner:
    """Answers are given to the check one after another. `perf` is a steady clock in seconds."""

    def __init__(
        self, name: str, check: DeepCheck, heard: Heard, perf: Callable[[], float], *, slow: bool = False
    ) -> None:
        self.name = name
        self.check = check
        self.slow = slow
        self._hears_feedback = isinstance(check, Listening)
        self.counts = Counts()
        self.unavailable = ""
        self._heard = heard
        self._perf = perf
        self._free = threading.Event()
        self._free.set()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._failures = 0
        self._parked_until = 0.0
        self._waiting: deque[DeepExamination] = deque()
        self._results: deque[Result] = deque()
        self._working: asyncio.Task[None] | None = None

    @property
    def parked(self) -> bool:
        """It failed too often, or has not come back from an answer."""
        return self._perf() < self._parked_until or not self._free.is_set()

    async def examine(self, exams: Sequence[DeepExamination], timeout_s: float) -> list[Result]:
        """What it found; an answer at which it failed or which it did not get has no result."""
        results = []
        for exam in exams:
            if exam.feedback is not None and not self._hears_feedback:
                continue
            found = await self._one(exam, timeout_s)
            if found is not None:
                results.append((exam, self.name, found))
        return results

    def offer(self, exams: Sequence[DeepExamination], timeout_s: float) -> list[Result]:
        """For a slow check: queue what it wants, and give what it has found meanwhile."""
        wants = getattr(self.check, "wants", None)
        for exam in exams:
            if exam.feedback is not None or (wants is not None and not wants(exam)):
                continue
            if len(self._waiting) >= MOST_WAITING:
                self.counts.skipped += 1
            else:
                self._waiting.append(exam)
        if self._waiting and (self._working is None or self._working.done()):
            self._working = asyncio.get_running_loop().create_task(self._work_off(timeout_s))
        return [self._results.popleft() for _ in range(len(self._results))]

    def stop(self) -> None:
        """A check that hangs is left behind in its daemon thread."""
        if self._working is not None:
            self._working.cancel()
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._loop.stop)

    async def _work_off(self, timeout_s: float) -> None:
        while self._waiting:
            exam = self._waiting.popleft()
            self._results.extend(await self.examine([exam], timeout_s))

    async def _one(self, exam: DeepExamination, timeout_s: float) -> Sequence[Found] | None:
        if self.parked:
            self.counts.skipped += 1
            return None
        began = self._perf()
        looking = asyncio.run_coroutine_threadsafe(self.check.inspect(exam), self._own_loop())
        try:
            async with asyncio.timeout(timeout_s):
                found = await asyncio.wrap_future(looking)
        except TimeoutError:
            self._wait_for_it()
            self._fail("timeout")
        except Unavailable as error:
            self.unavailable = str(error)
            self._fail("unavailable")
        except Exception as error:  # noqa: BLE001 - counted and shown; the next check has its turn
            self._fail(type(error).__name__)
        else:
            self.unavailable, self._failures = "", 0
            if any(isinstance(one, Signal) and one.verdict is Verdict.SKIPPED for one in found):
                self.counts.skipped += 1
            else:
                self.counts.looked += 1
            self._heard.took(self.name, self._perf() - began)
            return found
        return None

    def _fail(self, reason: str) -> None:
        self.counts.failed += 1
        self._failures += 1
        if self._failures >= PARKED_AFTER:
            # one further failure after the rest parks it again
            self._failures = PARKED_AFTER - 1
            self._parked_until = self._perf() + PARKED_FOR_S
        self._heard.failed(self.name, reason)

    def _wait_for_it(self) -> None:
        """No more answers for it until its thread has come back from this one."""
        self._free.clear()
        self._own_loop().call_soon_threadsafe(self._free.set)

    def _own_loop(self) -> asyncio.AbstractEventLoop:
        if self._loop is None:
            self._loop = asyncio.new_event_loop()
            threading.Thread(target=_run, args=(self._loop,), name=f"deep-{self.name}", daemon=True).start()
        return self._loop


def _run(loop: asyncio.AbstractEventLoop) -> None:
    try:
        loop.run_forever()
        left = asyncio.all_tasks(loop)
        for task in left:
            task.cancel()
        if left:
            loop.run_until_complete(asyncio.wait(left))
    finally:
        loop.close()
