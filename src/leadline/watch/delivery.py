"""Drains the outbox: each destination on its own, each incident's changes in order, until they are told."""

import asyncio
from collections.abc import Callable, Mapping

import msgspec
import structlog

from leadline.destinations import Declined, Destination
from leadline.storage import DeliveryResult, OutboxEntry
from leadline.storage.sqlite import SQLiteIncidents
from leadline.watch.conversation import reason_of, tell
from leadline.watch.outbound import Refused, Reply, Send

LOOK_EVERY_S = 0.5
FIRST_WAIT_S = 1.0
LONGEST_WAIT_S = 300.0
MOST_TRIES = 300
"""About a day at the longest wait."""
_TRY_AGAIN = frozenset({408, 425, 429})
_log = structlog.get_logger()


class Try(msgspec.Struct, frozen=True):
    """One try to tell one change. `first` = nobody had heard of the incident before."""

    entry: OutboxEntry
    result: DeliveryResult
    first: bool


Tried = Callable[[Try], None]


class Delivery:
    """At-least-once. The header `idempotency-key: incident:sequence` lets a receiver drop the one repetition
    that a death between the answer and its mark can cause. `clock` is Unix seconds, `jitter` 0..1.
    """

    def __init__(
        self,
        incidents: SQLiteIncidents,
        destinations: Mapping[str, Destination],
        send: Send,
        clock: Callable[[], float],
        jitter: Callable[[], float],
        tried: Tried = lambda _: None,
    ) -> None:
        self._incidents = incidents
        self._destinations = destinations
        self._send = send
        self._clock = clock
        self._jitter = jitter
        self._tried = tried

    async def run(self, stop: asyncio.Event) -> None:
        await asyncio.to_thread(self._give_up_unknown)
        async with asyncio.TaskGroup() as tasks:
            for name in self._destinations:
                tasks.create_task(self._serve(name, stop))

    async def drain(self, name: str) -> int:
        """Tell one destination all that is due now; how many were tried."""
        due = await asyncio.to_thread(self._incidents.due, name, self._clock())
        for entry in due:
            result = await self._deliver(entry)
            first = await asyncio.to_thread(self._incidents.mark, entry, result)
            self._tried(Try(entry, result, first))
        return len(due)

    async def _serve(self, name: str, stop: asyncio.Event) -> None:
        while not stop.is_set():
            if await self.drain(name):
                continue
            try:
                await asyncio.wait_for(stop.wait(), LOOK_EVERY_S)
            except TimeoutError:
                continue

    def _give_up_unknown(self) -> None:
        """What was meant for a destination that the configuration no longer has."""
        for name, state in self._incidents.deliveries():
            if state == "pending" and name not in self._destinations:
                self._incidents.give_up(name, "this destination is no longer configured", self._clock())

    async def _deliver(self, entry: OutboxEntry) -> DeliveryResult:
        try:
            reply = await tell(self._destinations[entry.destination], entry.update, self._send)
        except (Refused, Declined) as refused:
            return self._failed(entry, str(refused))
        except OSError as error:
            return self._again(entry, reason_of(error), None)
        except Exception as error:  # noqa: BLE001 - a destination that cannot render must not stop the others
            return self._failed(entry, f"it could not be put into words: {type(error).__name__}")
        return self._judged(entry, reply)

    def _judged(self, entry: OutboxEntry, reply: Reply) -> DeliveryResult:
        if reply.is_success:
            return DeliveryResult(state="delivered", at=self._clock(), tries=entry.tries + 1)
        reason = f"answered {reply.status}"
        if reply.status in _TRY_AGAIN or reply.status >= 500:
            return self._again(entry, reason, reply.retry_after_s)
        return self._failed(entry, f"{reason}; look at its settings")

    def _again(self, entry: OutboxEntry, reason: str, asked_s: float | None) -> DeliveryResult:
        tries = entry.tries + 1
        if tries >= MOST_TRIES:
            return self._failed(entry, f"{reason}, {tries} times")
        wait_s = min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(entry.tries, 10)) * (0.5 + self._jitter() / 2)
        wait_s = max(wait_s, min(asked_s or 0.0, LONGEST_WAIT_S))
        now = self._clock()
        return DeliveryResult(state="pending", at=now, tries=tries, error=reason, next_at=now + wait_s)

    def _failed(self, entry: OutboxEntry, reason: str) -> DeliveryResult:
        _log.error(
            "a change was not told",
            destination=entry.destination,
            incident=entry.incident_id,
            reason=reason,
        )
        return DeliveryResult(state="failed", at=self._clock(), tries=entry.tries + 1, error=reason)
