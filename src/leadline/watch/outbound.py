"""One request or mail to a destination: no redirects, one deadline, and no way into the private network."""

import asyncio
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Protocol, cast
from urllib.parse import SplitResult, urlsplit

import httptools
import msgspec

from leadline import __version__
from leadline.proxies import NoWay, Origin, Proxies, Proxy, lead
from leadline.vocabulary import OutboundRequest
from leadline.watch.mailing import SCHEMES as MAIL_PORTS
from leadline.watch.mailing import MailRefused, MailServer, send_mail

_NAT64 = ipaddress.ip_network("64:ff9b::/96")
_MOST_HEAD_BYTES = 64 * 1024
_MOST_BODY_BYTES = 256 * 1024
_PORTS = {"http": 80, "https": 443}
_PRIVATE = "its address is private or loopback; set watch.allow_private_destinations if that is meant"


class Refused(ValueError):
    """This request will never be sent: its address is private or it is malformed. Trying again is no use."""


class Reply(msgspec.Struct, frozen=True):
    """`body` is as much as came in time, at most 256 KiB; empty for mail, whose `status` is 250."""

    status: int
    retry_after_s: float | None = None
    body: bytes = b""
    headers: Mapping[str, str] = {}

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


class Send(Protocol):
    async def __call__(self, request: OutboundRequest) -> Reply:
        """Raises Refused, OSError (which TimeoutError is) or ConnectionError."""


class Sender:
    """`allow_private` opens loopback and private networks, for receivers on the same site. `tls` is whom we
    believe, by default what the machine believes. Through one of `proxies` only an address that stands in the
    url is judged: names are the proxy's to resolve. Mail goes directly.
    """

    def __init__(
        self,
        *,
        allow_private: bool,
        timeout_s: float = 10.0,
        tls: ssl.SSLContext | None = None,
        proxies: Proxies | None = None,
    ) -> None:
        self._allow_private = allow_private
        self._timeout_s = timeout_s
        self._proxies = proxies or Proxies({})
        self._tls = tls or ssl.create_default_context()

    async def __call__(self, request: OutboundRequest) -> Reply:
        url = urlsplit(request.url)
        if url.scheme in MAIL_PORTS and url.hostname:
            return await self._mail(request, url, url.hostname)
        if url.scheme not in _PORTS or not url.hostname:
            raise Refused("a destination's url begins with http://, https:// or smtp:// and names a host")
        return await self._http(request, url, url.hostname)

    async def _http(self, request: OutboundRequest, url: SplitResult, host: str) -> Reply:
        to = Origin(tls=url.scheme == "https", host=host, port=url.port or _PORTS[url.scheme])
        proxy = self._proxy_for(to)
        head = _head(request, url, proxy)
        heard = _Heard()
        try:
            async with asyncio.timeout(self._timeout_s):
                reader, writer = await self._connected(to, proxy)
                try:
                    writer.write(head + request.body)
                    await writer.drain()
                    await _hear(reader, heard)
                finally:
                    writer.close()
        except TimeoutError:
            if heard.status is None:
                raise
        return heard.reply()

    def _proxy_for(self, to: Origin) -> Proxy | None:
        try:
            return self._proxies.for_origin(to)
        except ValueError as error:
            raise Refused(str(error)) from error

    async def _connected(
        self, to: Origin, proxy: Proxy | None
    ) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        tls: dict[str, Any] = {"ssl": self._tls, "server_hostname": to.host} if to.tls else {}
        if proxy is None:
            return await asyncio.open_connection(await self._address(to.host, to.port), to.port, **tls)
        self._judge_literal(to.host)
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(proxy.origin.host, proxy.origin.port, type=socket.SOCK_STREAM)
        family, kind, number, _, address = found[0]
        sock = socket.socket(family, kind, number)
        sock.setblocking(False)  # noqa: FBT003 - the standard library's shape
        try:
            await loop.sock_connect(sock, address)
            if to.tls or proxy.socks:
                await lead(sock, proxy, to)
            return await asyncio.open_connection(sock=sock, **tls)
        except NoWay as no_way:
            sock.close()
            raise ConnectionError(f"{proxy.name} let nothing through: it {no_way}") from no_way
        except BaseException:
            sock.close()
            raise

    def _judge_literal(self, host: str) -> None:
        try:
            ipaddress.ip_address(host)
        except ValueError:
            return
        if not (self._allow_private or is_public(host)):
            raise Refused(_PRIVATE)

    async def _mail(self, request: OutboundRequest, url: SplitResult, host: str) -> Reply:
        port = url.port or MAIL_PORTS[url.scheme]
        async with asyncio.timeout(self._timeout_s):
            address = await self._address(host, port)
            server = MailServer(cast("Any", url.scheme), host, address, port, self._timeout_s)
            try:
                return Reply(await asyncio.to_thread(send_mail, server, request, self._tls))
            except MailRefused as refused:
                raise Refused(str(refused)) from refused

    async def _address(self, host: str, port: int) -> str:
        """Resolved once and then connected to, so that the answer cannot change after it was judged."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = [str(info[4][0]) for info in found]
        if not self._allow_private and not all(is_public(address) for address in addresses):
            raise Refused(_PRIVATE)
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


def _head(request: OutboundRequest, url: SplitResult, proxy: Proxy | None) -> bytes:
    """A proxy that speaks HTTP is told the whole url of a plain request, and whom it serves."""
    host, target = url.netloc.rpartition("@")[2], _target(url.path, url.query)
    told: dict[str, str] = {}
    if proxy is not None and url.scheme == "http" and not proxy.socks:
        target = f"http://{host}{target}"
        told = {"proxy-authorization": proxy.authorization} if proxy.authorization else {}
    headers = {
        "host": host,
        "user-agent": f"leadline/{__version__}",
        "content-length": str(len(request.body)),
        "connection": "close",
        **request.headers,
        **told,
    }
    lines = [f"{request.method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    if any("\r" in line or "\n" in line for line in lines) or " " in target:
        raise Refused("a header or the url holds a line break or a space")
    return "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")


class _Heard:
    """What httptools calls back with. `status` is None until the headers are complete."""

    def __init__(self) -> None:
        self.status: int | None = None
        self.complete = False
        self._headers: dict[str, str] = {}
        self._body = bytearray()
        self.parser = httptools.HttpResponseParser(self)

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        self.status = self.parser.get_status_code()

    def on_body(self, data: bytes) -> None:
        self._body += data
        self.complete = len(self._body) >= _MOST_BODY_BYTES

    def on_message_complete(self) -> None:
        self.complete = True

    def reply(self) -> Reply:
        if self.status is None:
            raise ConnectionError("the connection ended before an answer came")
        seconds = retry_after_s(self._headers.get("retry-after", ""), datetime.now(UTC))
        return Reply(self.status, seconds, bytes(self._body[:_MOST_BODY_BYTES]), self._headers)


def retry_after_s(header: str, now: datetime) -> float | None:
    """Seconds from now of a `retry-after`: a number of them, or a date (RFC 9110, 10.2.3)."""
    if header.isdigit():
        return float(header)
    try:
        at = parsedate_to_datetime(header)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - now).total_seconds())


async def _hear(reader: asyncio.StreamReader, heard: _Heard) -> None:
    """Until the answer is complete, too long, or over. Its status counts, whatever becomes of its body."""
    received = 0
    while not heard.complete:
        data = await reader.read(16 * 1024)
        received += len(data)
        if not data or (heard.status is None and received > _MOST_HEAD_BYTES):
            return
        try:
            heard.parser.feed_data(data)
        except httptools.HttpParserError as error:
            if heard.status is None:
                raise ConnectionError("what came back is not HTTP") from error
            return
