"""A sign of life for somebody outside, sent while the watch sees; that it stops is the alarm."""

import asyncio
from collections.abc import Callable

import structlog

from leadline.destinations import Declined, Destination
from leadline.vocabulary import (
    Change,
    FailureCategory,
    Incident,
    IncidentStatus,
    IncidentUpdate,
    Severity,
    SystemState,
)
from leadline.watch.conversation import reason_of, tell
from leadline.watch.outbound import Refused, Send

NAME = "leadline-watchdog"
_log = structlog.get_logger()


class Watchdog:
    """Speaks every `every_s` while `trouble()` is empty. `destination` hears nothing else."""

    def __init__(
        self,
        destination: Destination,
        every_s: float,
        send: Send,
        clock: Callable[[], float],
        trouble: Callable[[], str],
    ) -> None:
        self._destination = destination
        self._every_s = every_s
        self._send = send
        self._clock = clock
        self._trouble = trouble

    async def run(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            await self.speak()
            try:
                await asyncio.wait_for(stop.wait(), self._every_s)
            except TimeoutError:
                continue

    async def speak(self) -> bool:
        """Whether it was heard. A blind watch says nothing: that is how it says it."""
        if self._trouble():
            return False
        try:
            reply = await tell(self._destination, sign_of_life(self._clock()), self._send)
        except (Refused, Declined) as refused:
            problem = str(refused)
        except OSError as error:
            problem = reason_of(error)
        else:
            problem = "" if reply.is_success else f"answered {reply.status}"
        if problem:
            _log.error("the watchdog was not heard", reason=problem)
        return not problem


def sign_of_life(at: float) -> IncidentUpdate:
    """An alert that is always open; each has its time as sequence, so none is taken for a repetition."""
    incident = Incident(
        incident_id=NAME,
        key="DATA:watchdog",
        category=FailureCategory.DATA,
        severity=Severity.LOW,
        status=IncidentStatus.OPEN,
        opened_at=at,
        first_event_at=at,
        last_event_at=at,
        subtypes=("watchdog",),
    )
    return IncidentUpdate(
        change=Change.REPEATED,
        at=at,
        sequence=int(at),
        incident=incident,
        state=SystemState(at=at),
        questions=("Leadline is well; when this stops coming, it is not.",),
    )
