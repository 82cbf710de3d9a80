"""The connections of one origin: reuse the youngest idle one, open more up to a limit, then wait in line."""

import asyncio
from collections import deque
from collections.abc import Callable

from leadline.gateway.wire import failures
from leadline.gateway.wire.call import WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.dialling import Dialler, Way
from leadline.gateway.wire.limits import PoolLimits
from leadline.proxies import Origin
from leadline.vocabulary import UpstreamFailure

_AGE_SPREAD, _STEPS = 0.25, 16


class OriginPool:
    """Implements `connection.Home`. `_open` counts connections and dials under way."""

    def __init__(
        self, origin: Origin, way: Way, dialler: Dialler, limits: PoolLimits, clock: Callable[[], float]
    ) -> None:
        self._origin = origin
        self._way = way
        self._dialler = dialler
        self._limits = limits
        self._clock = clock
        self._open = 0
        self._idle: dict[Connection, None] = {}
        self._connections: set[Connection] = set()
        self._emptied = asyncio.Event()
        self._waiting: deque[asyncio.Future[Connection | None]] = deque()

    def take_idle(self, now: float) -> Connection | None:
        idle = self._idle
        while idle:
            connection, _ = idle.popitem()
            if connection.usable(now):
                return connection
            connection.close()
        return None

    async def fresh(self, call: WireCall) -> Connection | UpstreamFailure:
        """A connection for `call`: a new one, or, with the pool full, the first that comes free."""
        within_s = min(call.timeouts.connect_s, call.timeouts.total_s)
        if self._open < self._limits.connections_per_origin:
            self._open += 1
            return await self._dial(call, within_s)
        return await self._wait(call, within_s)

    def release(self, connection: Connection) -> None:
        if not self._hand_on(connection):
            self._idle[connection] = None

    def forget(self, connection: Connection) -> None:
        self._idle.pop(connection, None)
        if connection in self._connections:
            self._connections.remove(connection)
            self._free_slot()
            if not self._connections:
                self._emptied.set()

    def retire(self) -> None:
        """Nothing more is asked over these connections; what is under way comes to its end."""
        for connection in list(self._connections):
            connection.retires_at = 0.0
        for connection in list(self._idle):
            connection.close()

    async def aclose(self) -> None:
        """Close all connections, whether in use or not, and wait until the loop has let go of them."""
        for connection in list(self._connections):
            connection.drop(failures.ABORTED)
        if self._connections:
            self._emptied.clear()
            await self._emptied.wait()

    async def _dial(self, call: WireCall, within_s: float) -> Connection | UpstreamFailure:
        try:
            outcome = await self._dialler.dial(self._origin, self._way, call, within_s, self._connection)
        except BaseException:
            self._free_slot()
            raise
        if isinstance(outcome, UpstreamFailure):
            self._free_slot()
        elif outcome.closed:
            self._free_slot()
            return failures.closed_early(self._origin.name, None)
        else:
            self._connections.add(outcome)
        return outcome

    def _connection(self) -> Connection:
        made = Connection(self, self._origin.name, self._clock, self._limits)
        # those of one burst must not all be dialled anew at once
        made.retires_at -= self._limits.age_s * _AGE_SPREAD * (len(self._connections) % _STEPS) / _STEPS
        return made

    async def _wait(self, call: WireCall, within_s: float) -> Connection | UpstreamFailure:
        """In line for a kept connection, or for the right to dial (a result of None)."""
        until = self._clock() + within_s
        place: asyncio.Future[Connection | None] = asyncio.get_running_loop().create_future()
        self._waiting.append(place)
        try:
            async with asyncio.timeout(within_s):
                connection = await place
        except TimeoutError:
            self._give_back(place)
            return failures.no_place(self._limits.connections_per_origin, within_s, self._origin.name)
        except asyncio.CancelledError:
            self._give_back(place)
            raise
        if connection is None:
            return await self._dial(call, max(0.0, until - self._clock()))
        return connection if connection.usable(self._clock()) else await self.fresh(call)

    def _give_back(self, place: "asyncio.Future[Connection | None]") -> None:
        """Its turn may have come in the same moment in which it gave up."""
        if not place.done():
            place.cancel()
        elif not place.cancelled():
            connection = place.result()
            if connection is None:
                self._free_slot()
            elif not connection.closed:
                self.release(connection)

    def _free_slot(self) -> None:
        if not self._hand_on(None):
            self._open -= 1

    def _hand_on(self, connection: Connection | None) -> bool:
        while self._waiting:
            place = self._waiting.popleft()
            if not place.done():
                place.set_result(connection)
                return True
        return False
