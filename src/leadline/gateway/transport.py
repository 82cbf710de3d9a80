"""Send one request over a pooled connection and measure it: the one transport of all providers."""

import asyncio
import ssl
import time
from collections.abc import Callable, Mapping

from leadline.gateway.upstream import Transport
from leadline.gateway.wire import failures
from leadline.gateway.wire.call import FailedSend, WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.dialling import Dialler, Resolver, Shown, Way
from leadline.gateway.wire.limits import PoolLimits
from leadline.gateway.wire.pool import OriginPool
from leadline.gateway.wire.request import Destination, destination, head, through_proxy
from leadline.gateway.wire.trust import context_of, trusted_context
from leadline.proxies import Origin, Proxies
from leadline.vocabulary import OutboundRequest, Timeouts, TlsFiles, UpstreamFailure

__all__ = ["FailedSend", "Origin", "PoolLimits", "PooledTransport", "Proxies", "WireCall", "origin_of"]

_REMEMBERED_URLS = 1024


class PooledTransport:
    """Implements `gateway.upstream.Transport`: keep-alive HTTP/1.1, one pool per origin.

    What an upstream does wrong is a value in the answer, never an exception. A kept connection that turns
    out closed before any byte of the response is replaced by a fresh one, once, unseen by the caller.
    `clock` gives seconds and never runs backwards; `shown` hears of each certificate that was accepted.
    """

    def __init__(
        self,
        *,
        clock: Callable[[], float] = time.perf_counter,
        ssl_context: ssl.SSLContext | None = None,
        limits: PoolLimits | None = None,
        proxies: Proxies | None = None,
        shown: Shown = lambda _name, _tls: None,
    ) -> None:
        self._clock = clock
        self._limits = limits or PoolLimits()
        self._proxies = proxies or Proxies({})
        self._resolver = Resolver()
        self._dialler = Dialler(self._resolver, clock, shown)
        self._usual = ssl_context or trusted_context()
        self._own: dict[Origin, ssl.SSLContext | str] = {}
        self._retired: list[OriginPool] = []
        self._pools: dict[Origin, OriginPool] = {}
        self._destinations: dict[str, tuple[Destination, OriginPool]] = {}

    def trust(self, files: Mapping[Origin, TlsFiles]) -> None:
        """Take over by whom each of these origins is vouched for, and forget all others. The files are read
        anew; one that is of no use stops the calls to its origin, and nothing else.
        """
        concerned = self._own.keys() | files.keys()
        self._own = {origin: _context(one) for origin, one in files.items()}
        for origin in concerned & self._pools.keys():
            pool = self._pools.pop(origin)
            pool.retire()
            self._retired.append(pool)
        self._destinations.clear()

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
        for pool in (*self._pools.values(), *self._retired):
            await pool.aclose()

    def _remember(self, url: str) -> tuple[Destination, OriginPool]:
        """Raises ValueError."""
        to = destination(url)
        proxy = self._proxies.for_origin(to.origin)
        pool = self._pools.get(to.origin)
        if pool is None:
            context = self._own.get(to.origin, self._usual)
            if isinstance(context, str):
                raise ValueError(context)
            way = Way(context, proxy)
            pool = OriginPool(to.origin, way, self._dialler, self._limits, self._clock)
            self._pools[to.origin] = pool
        if proxy is not None and not (to.origin.tls or proxy.socks):
            to = through_proxy(to, proxy.authorization)
        if len(self._destinations) >= _REMEMBERED_URLS:
            self._destinations.clear()
        self._destinations[url] = (to, pool)
        return to, pool


def origin_of(url: str) -> Origin:
    """Raises ValueError."""
    return destination(url).origin


def _context(files: TlsFiles) -> ssl.SSLContext | str:
    """Else the sentence that says why there is none."""
    try:
        return context_of(files)
    except ValueError as error:
        return str(error)


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
