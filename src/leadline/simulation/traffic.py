"""The demo's clients: a steady stream of calls to the gateway over three protocols."""

import asyncio
from collections import Counter
from collections.abc import Callable

from leadline.gateway.transport import FailedSend, PooledTransport
from leadline.simulation.chance import Chance
from leadline.simulation.client_calls import ClientCall, client_call
from leadline.simulation.schedule import TRAFFIC, Misbehaviour, Schedule
from leadline.vocabulary import Timeouts

MOST_AT_ONCE = 64
_LARGEST_ANSWER = 4_000_000
_TIMEOUTS = Timeouts(connect_s=2.0, first_byte_s=20.0, idle_s=10.0, total_s=30.0)


class Traffic:
    """`outcomes` counts by protocol and what became of the call: answered, cut, unreachable, failed 502."""

    def __init__(
        self,
        gateway: str,
        key: str,
        schedule: Schedule,
        clock: Callable[[], float],
        seed: int = 0,
    ) -> None:
        self.outcomes: Counter[tuple[str, str]] = Counter()
        self._gateway = gateway.rstrip("/")
        self._key = key
        self._schedule = schedule
        self._clock = clock
        self._started_at = clock()
        self._seed = seed

    async def run(self, rate: float, stop: asyncio.Event) -> None:
        """About `rate` calls a second until `stop`; when the gateway lags, calls are left out, not queued."""
        transport = PooledTransport()
        under_way: set[asyncio.Task[None]] = set()
        number = 0
        try:
            while not stop.is_set():
                if len(under_way) < MOST_AT_ONCE:
                    task = asyncio.create_task(self._call(transport, self._next(number)))
                    under_way.add(task)
                    task.add_done_callback(under_way.discard)
                    number += 1
                await _pause(stop, self._until(number, rate))
        finally:
            for task in under_way:
                task.cancel()
            await asyncio.gather(*under_way, return_exceptions=True)
            await transport.aclose()

    def _until(self, number: int, rate: float) -> float:
        """Seconds to the next call, so that a late one does not slow the whole stream down."""
        return max(0.5 / rate, self._started_at + number / rate - self._clock())

    def _next(self, number: int) -> ClientCall:
        chance = Chance(f"{self._seed}/client/{number}")
        at_s = self._clock() - self._started_at
        wrong = self._schedule.misbehaviour(TRAFFIC, at_s, chance.roll())
        injected = wrong is Misbehaviour.INJECTED_PROMPT
        return client_call(number, chance, self._gateway, self._key, injected=injected)

    async def _call(self, transport: PooledTransport, call: ClientCall) -> None:
        sent = await transport.send(call.request, _TIMEOUTS)
        if isinstance(sent, FailedSend):
            self.outcomes[call.protocol, "unreachable"] += 1
            return
        await sent.read(_LARGEST_ANSWER)
        if sent.failure is not None:
            outcome = "cut"
        elif sent.status == 200:
            outcome = "answered"
        else:
            outcome = f"failed {sent.status}"
        self.outcomes[call.protocol, outcome] += 1


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        await asyncio.wait_for(stop.wait(), seconds)
    except TimeoutError:
        return
