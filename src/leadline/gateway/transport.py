"""Send one request over a pooled connection and measure it: the one transport of all providers."""

import asyncio
import ssl
import time
from collections.abc import Callable

from leadline.gateway.upstream import Transport
from leadline.gateway.wire import failures
from leadline.gateway.wire.call import FailedSend, WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.dialling import Dialler, Resolver, trusted_context
from leadline.gateway.wire.limits import PoolLimits
from leadline.gateway.wire.pool import OriginPool
from leadline.gateway.wire.request import Destination, Origin, destination, head
from leadline.vocabulary import OutboundRequest, Timeouts, UpstreamFailure

__all__ = ["FailedSend", "PoolLimits", "PooledTransport", "WireCall"]

_REMEMBERED_URLS = 1024


class PooledTransport:
    """Implements `gateway.upstream.Transport`: keep-alive HTTP/1.1, one pool per origin.

    What an upstream does wrong is a value in the answer, never an exception. A kept connection that turns
    out closed before any byte of the response is replaced by a fresh one, once, unseen by the caller.
    Proxies of the environment (HTTPS_PROXY) are not used. `clock` gives seconds and never runs backwards.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.perf_counter,
        ssl_context: ssl.SSLContext | None = None,
        limits: PoolLimits | None = None,
    ) -> None:
        self._clock = clock
        self._limits = limits or PoolLimits()
        self._resolver = Resolver()
        self._dialler = Dialler(self._resolver, ssl_context or trusted_context(), clock)
        self._pools: dict[Origin, OriginPool] = {}
        self._destinations: dict[str, tuple[Destination, OriginPool]] = {}

    async def send(self, request: OutboundRequest, timeouts: Timeouts) -> WireCall | FailedSend:
        call = WireCall(self._clock, timeouts, self._limits.buffer_bytes)
        try:
            to, pool = self._destinations.get(request.url) or self._remember(request.url)
            lines = head(request, to)
        except ValueError as error:
            return FailedSend(failures.unsendable(error), call.timings())
        call.without_body = request.method == "HEAD"
        failure: UpstreamFailure | None = failures.STALE
        kept = pool.take_idle(call.started_at)
        if kept is not None:
            failure = await _exchange(kept, call, lines, request.body)
        if failure is failures.STALE:
            call.second_try = True
            fresh = await pool.fresh(call)
            failure = (
                fresh
                if isinstance(fresh, UpstreamFailure)
                else await _exchange(fresh, call, lines, request.body)
            )
        return call if failure is None else FailedSend(failure, call.timings())

    async def aclose(self) -> None:
        """Abort what is under way and close all connections."""
        await self._resolver.aclose()
        for pool in self._pools.values():
            await pool.aclose()

    def _remember(self, url: str) -> tuple[Destination, OriginPool]:
        to = destination(url)
        pool = self._pools.get(to.origin)
        if pool is None:
            pool = self._pools[to.origin] = OriginPool(to.origin, self._dialler, self._limits, self._clock)
        if len(self._destinations) >= _REMEMBERED_URLS:
            self._destinations.clear()
        self._destinations[url] = (to, pool)
        return to, pool


async def _exchange(
    connection: Connection, call: WireCall, lines: bytes, body: bytes
) -> UpstreamFailure | None:
    """None once the response's head is there."""
    call.head = asyncio.get_running_loop().create_future()
    connection.begin(call, lines, body)
    try:
        return await call.head
    except asyncio.CancelledError:
        call.abort()
        raise


_: type[Transport] = PooledTransport
