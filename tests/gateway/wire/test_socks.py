"""SOCKS5 proxies: TLS and plain calls through one, with and without a password, and those it refuses."""

import asyncio
import contextlib
from contextlib import asynccontextmanager

import pytest
from cryptography import x509
from tests.gateway.wire.authority import Authority, listening
from tests.gateway.wire.test_proxies import NAME, answer, get, pump

from leadline.gateway.transport import PooledTransport
from leadline.proxies import Proxies
from leadline.vocabulary import FailureKind


class Socks:
    """Leads every call to one port of this machine. `login` is what it wants, `refusal` its answer."""

    def __init__(self, upstream_port, login=None, refusal=0, greeting=None):
        self.upstream_port = upstream_port
        self.login = login
        self.refusal = refusal
        self.greeting = greeting
        self.wanted = []

    async def __call__(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            _, count = await reader.readexactly(2)
            ways = await reader.readexactly(count)
            if self.greeting is not None:
                writer.write(self.greeting)
                return
            if not await self._let_in(reader, writer, ways):
                return
            _, _, _, kind = await reader.readexactly(4)
            host = await reader.readexactly({1: 4, 4: 16}.get(kind) or (await reader.readexactly(1))[0])
            port = int.from_bytes(await reader.readexactly(2), "big")
            self.wanted.append((host, port))
            writer.write(bytes([5, self.refusal, 0, 3, 4]) + b"here" + b"\x00\x50")
            if self.refusal:
                return
            to, way = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            await asyncio.gather(pump(reader, way), pump(to, writer))

    async def _let_in(self, reader, writer, ways):
        way = 2 if self.login is not None else 0
        writer.write(bytes([5, way if way in ways else 0xFF]))
        if way not in ways:
            return False
        if self.login is not None:
            _, size = await reader.readexactly(2)
            name = await reader.readexactly(size)
            password = await reader.readexactly((await reader.readexactly(1))[0])
            good = (name, password) == self.login
            writer.write(bytes([1, 0 if good else 1]))
            return good
        return True


@asynccontextmanager
async def through(proxy, context=None, credentials="", scheme="socks5"):
    async with listening(proxy) as port:
        proxies = Proxies.of({"ALL_PROXY": f"{scheme}://{credentials}127.0.0.1:{port}"})
        transport = PooledTransport(ssl_context=context, proxies=proxies)
        try:
            yield transport
        finally:
            await transport.aclose()


async def test_tls_is_verified_end_to_end_and_the_proxy_resolves_the_name(tmp_path):
    authority = Authority(tmp_path)
    async with listening(answer, ssl_context=authority.server_context(x509.DNSName(NAME))) as port:
        proxy = Socks(port, login=(b"user", b"p@ss"))
        async with through(proxy, authority.client_context(), "user:p%40ss@", "socks5h") as transport:
            _, body = await get(transport, f"https://{NAME}/v1")

    assert body == b"hello"
    assert proxy.wanted == [(NAME.encode(), 443)]


@pytest.mark.parametrize("host", [NAME, "192.0.2.1", "[2001:db8::1]"])
async def test_a_plain_request_goes_through_as_it_is(host):
    async with listening(answer) as port:
        proxy = Socks(port)
        async with through(proxy) as transport:
            _, body = await get(transport, f"http://{host}:8080/v1")

    assert body == b"hello"
    [(_, wanted_port)] = proxy.wanted
    assert wanted_port == 8080


@pytest.mark.parametrize(
    ("proxy", "credentials", "words"),
    [
        (Socks(0, refusal=2), "", "does not allow it by its rules"),
        (Socks(0, refusal=99), "", "answered 99"),
        (Socks(0, login=(b"u", b"right")), "u:hunter2@", "wants other credentials"),
        (Socks(0, login=(b"u", b"right")), "", "put them into its URL"),
        (Socks(0, greeting=b"HTTP/1.1 400 Bad Request\r\n\r\n"), "", "does not speak SOCKS5"),
        (Socks(0, greeting=b""), "", "closed the connection"),
    ],
)
async def test_a_proxy_that_lets_nothing_through_says_why_without_the_password(proxy, credentials, words):
    async with through(proxy, credentials=credentials) as transport:
        outcome, _ = await get(transport, f"https://{NAME}/")

    failure = outcome.failure
    assert (failure.kind, failure.error_code) == (FailureKind.PROVIDER_CONNECTION, "proxy")
    assert words in failure.message
    assert "hunter2" not in failure.message
