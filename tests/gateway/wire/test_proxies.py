"""Proxies of the environment: which calls go through one, and what becomes of them there."""

import asyncio
import base64
import contextlib
from contextlib import asynccontextmanager

import pytest
from cryptography import x509
from tests.gateway.wire.authority import Authority, listening

from leadline.gateway.transport import FailedSend, PooledTransport, WireCall
from leadline.proxies import Origin, Proxies
from leadline.vocabulary import FailureKind, OutboundRequest, Timeouts

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"
NAME = "upstream.test"
"""Resolved by the proxy alone: no resolver knows it."""
TLS, PLAIN = Origin(tls=True, host=NAME, port=443), Origin(tls=False, host=NAME, port=80)


class Proxy:
    """Lets all calls through to one port of this machine, whatever host they name, or answers `refusal`."""

    def __init__(self, upstream_port, refusal=b""):
        self.upstream_port = upstream_port
        self.refusal = refusal
        self.heads = []

    async def __call__(self, reader, writer):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head.decode())
            if self.refusal:
                writer.write(self.refusal)
                return
            to, way = await asyncio.open_connection("127.0.0.1", self.upstream_port)
            if head.startswith(b"CONNECT"):
                writer.write(b"HTTP/1.1 200 Connection established\r\nvia: test\r\n\r\n")
            else:
                way.write(head)
            await asyncio.gather(pump(reader, way), pump(to, writer))


async def pump(reader, writer):
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            writer.write(data)
        writer.write_eof() if writer.can_write_eof() else None
    writer.close()


async def answer(reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)


@asynccontextmanager
async def through(proxy, context=None, credentials="", **more):
    async with listening(proxy) as port:
        url = f"http://{credentials}127.0.0.1:{port}"
        transport = PooledTransport(
            ssl_context=context, proxies=Proxies.of({"HTTPS_PROXY": url, "http_proxy": url, **more})
        )
        try:
            yield transport
        finally:
            await transport.aclose()


async def get(transport, url):
    outcome = await transport.send(OutboundRequest(url=url, body=b"", headers={}, method="GET"), Timeouts())
    return outcome, (await outcome.read(1000) if isinstance(outcome, WireCall) else None)


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


async def test_tls_goes_through_a_tunnel_and_is_verified_end_to_end(authority):
    context = authority.server_context(x509.DNSName(NAME))
    async with listening(answer, ssl_context=context) as port:
        proxy = Proxy(port)
        async with through(proxy, authority.client_context(), "user:p%40ss@") as transport:
            first, body = await get(transport, f"https://{NAME}/v1")
            _, again = await get(transport, f"https://{NAME}/v1")

    expected = base64.b64encode(b"user:p@ss").decode()
    assert (body, again) == (b"hello", b"hello")
    assert len(proxy.heads) == 1, "the tunnel is kept"
    assert proxy.heads[0].startswith(f"CONNECT {NAME}:443 HTTP/1.1\r\nhost: {NAME}:443\r\n")
    assert f"proxy-authorization: Basic {expected}\r\n" in proxy.heads[0]
    assert first.timings().tls_ms > 0


async def test_a_proxy_that_opens_tls_itself_is_found_out(authority, tmp_path):
    (tmp_path / "other").mkdir()
    context = Authority(tmp_path / "other").server_context(x509.DNSName(NAME))
    async with (
        listening(answer, ssl_context=context) as port,
        through(Proxy(port), authority.client_context()) as transport,
    ):
        outcome, _ = await get(transport, f"https://{NAME}/")

    assert isinstance(outcome, FailedSend)
    assert (outcome.failure.kind, outcome.failure.error_code) == (FailureKind.PROVIDER_TLS, "certificate")


async def test_a_plain_request_tells_the_proxy_where_it_goes():
    async with listening(answer) as port:
        proxy = Proxy(port)
        async with through(proxy, credentials="user:secret@") as transport:
            _, body = await get(transport, f"http://{NAME}/v1/models?a=b")

    assert body == b"hello"
    assert proxy.heads[0].startswith(f"GET http://{NAME}:80/v1/models?a=b HTTP/1.1\r\nhost: {NAME}\r\n")
    assert "proxy-authorization: Basic " in proxy.heads[0]


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (b"HTTP/1.1 407 Proxy Authentication Required\r\n\r\n", "wants other credentials"),
        (b"HTTP/1.1 502 Bad Gateway\r\n\r\n", "answered 502"),
        (b"SSH-2.0-server\r\n\r\n", "does not speak HTTP"),
        (b"HTTP/1.1 200 OK\r\n\r\nmore", "bytes that only the upstream may send"),
        (b"HTTP/1.1 200 OK\r\n", "closed the connection"),
    ],
)
async def test_a_proxy_that_lets_nothing_through_is_named_but_not_its_password(refusal, words):
    async with through(Proxy(0, refusal), credentials="user:hunter2@") as transport:
        outcome, _ = await get(transport, f"https://{NAME}/")

    failure = outcome.failure
    assert (failure.kind, failure.error_code) == (FailureKind.PROVIDER_CONNECTION, "proxy")
    assert words in failure.message
    assert "the proxy 127.0.0.1:" in failure.message
    assert "hunter2" not in failure.message


async def test_a_proxy_that_is_gone_is_no_fault_of_dns_or_tls():
    transport = PooledTransport(proxies=Proxies.of({"ALL_PROXY": "127.0.0.1:1"}))
    outcome, _ = await get(transport, f"https://{NAME}/")
    await transport.aclose()

    assert outcome.failure.kind is FailureKind.PROVIDER_CONNECTION
    assert "the proxy 127.0.0.1:1" in outcome.failure.message


async def test_a_proxy_of_an_unknown_kind_stops_the_call_with_a_sentence_and_no_password():
    transport = PooledTransport(proxies=Proxies.of({"all_proxy": "https://me:hunter2@proxy:1080"}))
    outcome, _ = await get(transport, f"https://{NAME}/")
    await transport.aclose()

    assert outcome.failure.error_code == "unsendable"
    assert "spoken to by https" in outcome.failure.message
    assert "hunter2" not in outcome.failure.message


@pytest.mark.parametrize(
    ("without", "host", "direct"),
    [
        ("", "api.example", False),
        ("*", "api.example", True),
        ("example", "api.example", True),
        (".example", "api.example", True),
        ("*.example", "api.example", True),
        ("ample", "api.example", False),
        ("api.example:8443", "api.example", False),
        ("other, api.example:443 ", "api.example", True),
        ("10.0.0.0/8", "10.1.2.3", True),
        ("10.0.0.0/8", "11.1.2.3", False),
        ("10.1.2.3", "10.1.2.3", True),
        ("fd00::/8", "fd00::1", True),
        ("[fd00::1]:443", "fd00::1", True),
        ("10.1.2.3", "api.example", False),
        ("", "localhost", True),
        ("", "127.0.0.1", True),
        ("", "::1", True),
    ],
)
def test_no_proxy_names_hosts_domains_networks_and_ports(without, host, direct):
    proxies = Proxies.of({"HTTPS_PROXY": "http://proxy:3128", "NO_PROXY": without})

    assert (proxies.for_origin(Origin(tls=True, host=host, port=443)) is None) is direct


def test_each_scheme_has_its_variable_lower_case_first_and_one_for_all():
    proxies = Proxies.of(
        {"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1", "ALL_PROXY": "http://[::1]:3128"}
    )

    assert repr(proxies.for_origin(TLS)) == "Proxy(a:1)"
    assert repr(proxies.for_origin(PLAIN)) == "Proxy([::1]:3128)"
    assert "secret" not in repr(Proxies.of({"https_proxy": "http://u:secret@h"}).for_origin(TLS))
    assert Proxies.of({}).for_origin(TLS) is None
