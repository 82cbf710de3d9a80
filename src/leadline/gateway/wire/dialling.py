"""Open a connection stage by stage, each timed by itself: name, TCP, TLS."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import msgspec

from leadline.gateway.wire import failures
from leadline.gateway.wire.call import WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.racing import Address, first_to_accept
from leadline.proxies import NoWay, Origin, Proxy, lead
from leadline.vocabulary import UpstreamFailure

T = TypeVar("T")
Protocols = Callable[[], Connection]
Shown = Callable[[str, ssl.SSLObject], None]
"""Hears the name of an upstream and what it showed in a handshake that went well."""


class Way(msgspec.Struct, frozen=True):
    """How an origin is reached: through which proxy, and whom its handshake trusts."""

    context: ssl.SSLContext
    proxy: Proxy | None = None


class Resolver:
    """Names to addresses. Callers that ask for one name at the same time share one look-up: the loop's
    resolver has few threads, and a cold start asks hundreds of times.
    """

    def __init__(self) -> None:
        self._lookups: dict[Origin, asyncio.Task[list[Address] | UpstreamFailure]] = {}

    async def resolve(self, origin: Origin) -> list[Address] | UpstreamFailure:
        task = self._lookups.get(origin)
        if task is None:
            task = asyncio.get_running_loop().create_task(_look_up(origin))
            self._lookups[origin] = task
            task.add_done_callback(lambda _: self._lookups.pop(origin, None))
        return await asyncio.shield(task)

    async def aclose(self) -> None:
        tasks = list(self._lookups.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


class Dialler:
    """`shown` hears of each certificate that was accepted."""

    def __init__(
        self, resolver: Resolver, clock: Callable[[], float], shown: Shown = lambda _name, _tls: None
    ) -> None:
        self._resolver = resolver
        self._clock = clock
        self._shown = shown

    async def dial(
        self, origin: Origin, way: Way, call: WireCall, within_s: float, protocol: Protocols
    ) -> Connection | UpstreamFailure:
        """Open a connection within `within_s` seconds for all stages; their times go into `call`."""
        stage, proxy = "dns", way.proxy
        hop, name = (origin, origin.name) if proxy is None else (proxy.origin, proxy.name)
        try:
            async with asyncio.timeout(within_s):
                addresses = literal(hop) or await self._resolved(hop, call)
                if isinstance(addresses, UpstreamFailure):
                    return addresses
                stage = "connect"
                sock = await self._timed(call, "connect_ms", self._connected(addresses, origin, proxy))
                if isinstance(sock, UpstreamFailure):
                    return sock
                stage, name = ("tls", origin.name) if origin.tls else (stage, name)
                return await self._opened(sock, origin, way, call, protocol)
        except TimeoutError:
            return failures.timed_out(stage, within_s, name)
        except ssl.SSLCertVerificationError as error:
            return failures.untrusted(name, error)
        except OSError as error:
            refuse = failures.no_handshake if stage == "tls" else failures.unconnected
            return refuse(name, error)

    async def _connected(
        self, addresses: list[Address], origin: Origin, proxy: Proxy | None
    ) -> socket.socket | UpstreamFailure:
        """TCP, and the way through a proxy. A plain request needs none through one that speaks HTTP: it tells
        the proxy where it goes.
        """
        sock = await first_to_accept(addresses)
        if proxy is None or not (origin.tls or proxy.socks):
            return sock
        try:
            await lead(sock, proxy, origin)
        except NoWay as no_way:
            sock.close()
            return failures.no_tunnel(proxy.name, origin.name, str(no_way))
        except BaseException:
            sock.close()
            raise
        return sock

    async def _opened(
        self,
        sock: socket.socket,
        origin: Origin,
        way: Way,
        call: WireCall,
        protocol: Protocols,
    ) -> Connection:
        loop = asyncio.get_running_loop()
        if not origin.tls:
            _, connection = await loop.create_connection(protocol, sock=sock)
            return connection
        shaking = loop.create_connection(protocol, sock=sock, ssl=way.context, server_hostname=origin.host)
        transport, connection = await self._timed(call, "tls_ms", shaking)
        self._shown(origin.name, transport.get_extra_info("ssl_object"))
        return connection

    async def _resolved(self, origin: Origin, call: WireCall) -> list[Address] | UpstreamFailure:
        return await self._timed(call, "dns_ms", self._resolver.resolve(origin))

    async def _timed(self, call: WireCall, field: str, stage: Coroutine[Any, Any, T]) -> T:
        begun = self._clock()
        try:
            return await stage
        finally:
            setattr(call, field, (self._clock() - begun) * 1e3)


def literal(origin: Origin) -> list[Address] | None:
    """The address itself when the host is one: there is no name to resolve."""
    try:
        address = ipaddress.ip_address(origin.host)
    except ValueError:
        return None
    if address.version == 4:
        return [(socket.AF_INET, (origin.host, origin.port))]
    return [(socket.AF_INET6, (origin.host, origin.port, 0, 0))]


async def _look_up(origin: Origin) -> list[Address] | UpstreamFailure:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
    except (socket.gaierror, UnicodeError) as error:
        return failures.unresolved(origin.name, getattr(error, "strerror", None) or str(error))
    if not found:
        return failures.unresolved(origin.name, "it has no address")
    return [(family, address) for family, _, _, _, address in found]
