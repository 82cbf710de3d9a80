"""How long the worker waits for a check: one that does not come to an end is broken off, whatever it does."""

import signal
from collections.abc import Callable
from typing import Protocol


class BrokenOff(BaseException):
    """Raised inside of what runs too long; no `except Exception` in there keeps it."""


class Patience(Protocol):
    """`since` is when what runs now began, by the worker's steady clock; 0 = nothing does."""

    since: float

    def begin(self) -> None:
        """Something will run: from here on BrokenOff is raised wherever `since` lies too far back."""


class Endless:
    """For those who bring no alarm."""

    since = 0.0

    def begin(self) -> None: ...


class Alarm:
    """By SIGALRM, so in the main thread only, and one for a process. What waits inside of C code that never
    looks at signals is not reached.

    The timer is not set for each check: it goes off a few times a second while there is traffic, and looks
    whether something has run for `limit_s`, so that is twice as long at most.
    """

    def __init__(self, limit_s: float, perf: Callable[[], float]) -> None:
        self.since = 0.0
        self._limit_s = limit_s
        self._perf = perf
        self._is_set = False
        signal.signal(signal.SIGALRM, self._ring)

    def begin(self) -> None:
        if not self._is_set:
            self._is_set = True
            signal.setitimer(signal.ITIMER_REAL, self._limit_s)

    def _ring(self, *_: object) -> None:
        self._is_set = False
        if not self.since:
            return
        left_s = self._limit_s - (self._perf() - self.since)
        if left_s > 0:
            self._is_set = True
            signal.setitimer(signal.ITIMER_REAL, left_s)
            return
        self.since = 0.0
        raise BrokenOff
