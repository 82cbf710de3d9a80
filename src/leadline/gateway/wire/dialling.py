"""Open a connection stage by stage, each timed by itself: name, TCP, TLS."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from leadline.gateway.wire import failures
from leadline.gateway.wire.call import WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.request import Origin
from leadline.vocabulary import UpstreamFailure

Address = tuple[int, Any]
"""Socket family and the address in that family's form."""
_LEAST_TRY_S = 0.25
T = TypeVar("T")


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
    def __init__(self, resolver: Resolver, ssl_context: ssl.SSLContext, clock: Callable[[], float]) -> None:
        self._resolver = resolver
        self._ssl_context = ssl_context
        self._clock = clock

    async def dial(
        self, origin: Origin, call: WireCall, within_s: float, protocol: Callable[[], Connection]
    ) -> Connection | UpstreamFailure:
        """Open a connection within `within_s` seconds for all stages; their times go into `call`."""
        stage = "dns"
        try:
            async with asyncio.timeout(within_s) as limit:
                addresses = literal(origin) or await self._resolved(origin, call)
                if isinstance(addresses, UpstreamFailure):
                    return addresses
                stage = "connect"
                sock = await self._timed(call, "connect_ms", _connect(addresses, limit.when()))
                if origin.tls:
                    stage = "tls"
                    return await self._timed(call, "tls_ms", self._secure(sock, origin, protocol))
                _, connection = await asyncio.get_running_loop().create_connection(protocol, sock=sock)
                return connection
        except TimeoutError:
            return failures.timed_out(stage, within_s, origin.name)
        except ssl.SSLCertVerificationError as error:
            return failures.untrusted(origin.name, error)
        except OSError as error:
            refuse = failures.no_handshake if stage == "tls" else failures.unconnected
            return refuse(origin.name, error)

    async def _resolved(self, origin: Origin, call: WireCall) -> list[Address] | UpstreamFailure:
        return await self._timed(call, "dns_ms", self._resolver.resolve(origin))

    async def _timed(self, call: WireCall, field: str, stage: Coroutine[Any, Any, T]) -> T:
        begun = self._clock()
        try:
            return await stage
        finally:
            setattr(call, field, (self._clock() - begun) * 1e3)

    async def _secure(
        self, sock: socket.socket, origin: Origin, protocol: Callable[[], Connection]
    ) -> Connection:
        _, connection = await asyncio.get_running_loop().create_connection(
            protocol, sock=sock, ssl=self._ssl_context, server_hostname=origin.host
        )
        return connection


def trusted_context() -> ssl.SSLContext:
    """Verify certificates and names against the system's authorities, or certifi's where it has none."""
    context = ssl.create_default_context()
    paths = ssl.get_default_verify_paths()
    if not context.get_ca_certs() and paths.cafile is None and paths.capath is None:
        import certifi  # noqa: PLC0415 - only a machine without authorities needs it

        context.load_verify_locations(certifi.where())
    context.set_alpn_protocols(["http/1.1"])
    return context


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


async def _connect(addresses: list[Address], until: float | None) -> socket.socket:
    """The first address that accepts, in the resolver's order. Each may take its share of what time is
    left, so that a dead first address does not eat the whole of it. Raises OSError.
    """
    loop = asyncio.get_running_loop()
    problem = OSError("no address to try")
    for index, (family, address) in enumerate(addresses):
        left_s = (until or loop.time() + 60.0) - loop.time()
        share_s = max(_LEAST_TRY_S, left_s / (len(addresses) - index))
        sock = socket.socket(family, socket.SOCK_STREAM)
        sock.settimeout(0)
        try:
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            async with asyncio.timeout(share_s):
                await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            problem = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise problem
