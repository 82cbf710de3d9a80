"""One HTTP POST to a destination: no redirects, one deadline, and no way into the private network."""

import asyncio
import ipaddress
import socket
import ssl
from typing import Protocol
from urllib.parse import urlsplit

import httptools
import msgspec

from leadline import __version__
from leadline.vocabulary import OutboundRequest

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST_HEAD_BYTES = 64 * 1024
_PORTS = {"http": 80, "https": 443}


class Refused(ValueError):
    """This request will never be sent: its address is private or it is malformed. Trying again is no use."""


class Reply(msgspec.Struct, frozen=True):
    status: int
    retry_after_s: float | None = None


class Send(Protocol):
    async def __call__(self, request: OutboundRequest) -> Reply:
        """Raises Refused, OSError (which TimeoutError is) or ConnectionError."""


class Sender:
    """`allow_private` opens loopback and private networks, for receivers on the same site."""

    def __init__(self, *, allow_private: bool, timeout_s: float = 10.0) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._tls = ssl.create_default_context()

    async def __call__(self, request: OutboundRequest) -> Reply:
        url = urlsplit(request.url)
        if url.scheme not in _PORTS or not url.hostname:
            raise Refused("a destination's url begins with http:// or https:// and names a host")
        head = _head(request, url.netloc.rpartition("@")[2], _target(url.path, url.query))
        port = url.port or _PORTS[url.scheme]
        async with asyncio.timeout(self._timeout_s):
            address = await self._address(url.hostname, port)
            tls = {"ssl": self._tls, "server_hostname": url.hostname} if url.scheme == "https" else {}
            reader, writer = await asyncio.open_connection(address, port, **tls)  # type: ignore[arg-type]
            try:
                writer.write(head + request.body)
                await writer.drain()
                return await _reply(reader)
            finally:
                writer.close()

    async def _address(self, host: str, port: int) -> str:
        """Resolved once and then connected to, so that the answer cannot change after it was judged."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise Refused(
                "its address is private or loopback; set watch.allow_private_destinations if that is meant"
            )
        return addresses[0]


def is_public(address: str) -> bool:
    """Judges the IPv4 address inside an IPv6 one too."""
    ip = ipaddress.ip_address(address.split("%", 1)[0])
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF)
        if inner is not None:
            ip = inner
    return ip.is_global and not ip.is_multicast


def _target(path: str, query: str) -> str:
    return (path or "/") + (f"?{query}" if query else "")


def _head(request: OutboundRequest, host: str, target: str) -> bytes:
    headers = {
        "host": host,
        "user-agent": f"leadline/{__version__}",
        "content-length": str(len(request.body)),
        "connection": "close",
        **request.headers,
    }
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines) or " " in target:
        raise Refused("a header or the url holds a line break or a space")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


class _Head:
    """What httptools calls back with, up to the end of the headers."""

    def __init__(self) -> None:
        self.retry_after = ""
        self.complete = False

    def on_header(self, name: bytes, value: bytes) -> None:
        if name.lower() == b"retry-after":
            self.retry_after = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.complete = True


async def _reply(reader: asyncio.StreamReader) -> Reply:
    head = _Head()
    parser = httptools.HttpResponseParser(head)
    received = 0
    while not head.complete:
        data = await reader.read(16 * 1024)
        received += len(data)
        if not data or received > _MOST_HEAD_BYTES:
            raise ConnectionError("the connection ended before an answer came")
        try:
            parser.feed_data(data)
        except httptools.HttpParserError as error:
            raise ConnectionError("what came back is not HTTP") from error
    seconds = float(head.retry_after) if head.retry_after.isdigit() else None
    return Reply(parser.get_status_code(), seconds)
