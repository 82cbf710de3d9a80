"""Dialling: certificates are verified, handshakes timed, and a dead address does not stop a living one."""

import asyncio
import socket
import time

import pytest
from cryptography import x509
from tests.gateway.wire.authority import DAY, LOOPBACK, NOW, Authority, listening

from leadline.gateway.transport import PooledTransport, PoolLimits, WireCall
from leadline.gateway.wire.connection import Connection
from leadline.gateway.wire.dialling import Dialler, Resolver, Way
from leadline.gateway.wire.trust import trusted_context
from leadline.proxies import Origin
from leadline.vocabulary import FailureKind, OutboundRequest, Timeouts

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


async def answer(reader, writer):
    try:
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def cut_inside_the_body(reader, writer):
    await reader.readuntil(b"\r\n\r\n")
    writer.write(OK[:-2])
    writer.close()


async def get(url, context=None, timeouts=Timeouts()):  # noqa: B008 - frozen
    transport = PooledTransport(ssl_context=context)
    try:
        outcome = await transport.send(OutboundRequest(url=url, body=b"", headers={}, method="GET"), timeouts)
        body = await outcome.read(1000) if isinstance(outcome, WireCall) else None
        return outcome, body
    finally:
        await transport.aclose()


async def test_a_trusted_certificate_is_accepted_and_the_handshake_timed(authority):
    async with listening(answer, ssl_context=authority.server_context(LOOPBACK)) as port:
        response, body = await get(f"https://127.0.0.1:{port}/", authority.client_context())

    assert (body, response.failure) == (b"hello", None)
    timings = response.timings()
    assert timings.tls_ms is not None
    assert timings.connect_ms is not None
    assert timings.total_ms >= timings.connect_ms + timings.tls_ms


async def test_a_kept_tls_connection_needs_no_second_handshake(authority):
    async with listening(answer, ssl_context=authority.server_context(LOOPBACK)) as port:
        transport = PooledTransport(ssl_context=authority.client_context())
        request = OutboundRequest(url=f"https://127.0.0.1:{port}/", body=b"", headers={}, method="GET")
        for reused in (False, True):
            response = await transport.send(request, Timeouts())
            assert isinstance(response, WireCall)
            assert await response.read(100) == b"hello"
            assert (response.timings().tls_ms is None) is reused
        await transport.aclose()


@pytest.mark.parametrize("wrong", ["authority", "name", "expired"])
async def test_a_certificate_that_is_not_right_is_refused_with_its_reason(authority, tmp_path, wrong):
    names = [x509.DNSName("elsewhere.example")] if wrong == "name" else [LOOPBACK]
    until = NOW - DAY if wrong == "expired" else NOW + DAY
    (tmp_path / "other").mkdir()
    trusted = Authority(tmp_path / "other") if wrong == "authority" else authority
    async with listening(answer, ssl_context=authority.server_context(*names, until=until)) as port:
        outcome, _ = await get(f"https://127.0.0.1:{port}/", trusted.client_context())

    assert outcome.failure.kind is FailureKind.PROVIDER_TLS
    assert outcome.failure.error_code == "certificate"
    assert not outcome.failure.retry_same, "a certificate does not become right by asking again"
    assert outcome.failure.fail_over
    expected = {"authority": "local issuer", "name": "mismatch", "expired": "expired"}[wrong]
    assert expected in outcome.failure.message


async def test_without_a_context_of_its_own_the_transport_verifies(authority):
    async with listening(answer, ssl_context=authority.server_context(LOOPBACK)) as port:
        outcome, _ = await get(f"https://127.0.0.1:{port}/")

    assert outcome.failure.error_code == "certificate"


async def test_a_server_that_speaks_no_tls_fails_the_handshake(authority):
    async def plain(_reader, writer):
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    async with listening(plain) as port:
        outcome, _ = await get(f"https://127.0.0.1:{port}/", authority.client_context())

    assert (outcome.failure.kind, outcome.failure.error_code) == (FailureKind.PROVIDER_TLS, "handshake")
    assert outcome.timings().tls_ms is not None


async def test_a_close_inside_the_handshake_is_a_tls_failure(authority):
    async def slam(reader, writer):
        await reader.read(10)
        writer.transport.abort()

    async with listening(slam) as port:
        outcome, _ = await get(f"https://127.0.0.1:{port}/", authority.client_context())

    assert outcome.failure.kind is FailureKind.PROVIDER_TLS


async def test_a_handshake_that_hangs_times_out_and_lets_go_of_the_socket(authority):
    left = asyncio.Event()

    async def hang(reader, writer):
        await reader.read()
        left.set()
        writer.close()

    async with listening(hang) as port:
        outcome, _ = await get(
            f"https://127.0.0.1:{port}/", authority.client_context(), Timeouts(connect_s=0.05)
        )
        await asyncio.wait_for(left.wait(), 10)

    assert (outcome.failure.kind, outcome.failure.error_code) == (FailureKind.PROVIDER_TIMEOUT, "tls_timeout")


async def test_a_body_cut_inside_tls_is_a_truncation(authority):
    async with listening(cut_inside_the_body, ssl_context=authority.server_context(LOOPBACK)) as port:
        response, body = await get(f"https://127.0.0.1:{port}/", authority.client_context())

    assert body == b"hel"
    assert response.failure.kind is FailureKind.PROVIDER_TRUNCATED


async def test_an_ipv6_address_is_dialled_as_it_stands():
    try:
        async with listening(answer, host="::1") as port:
            response, body = await get(f"http://[::1]:{port}/")
    except OSError as error:
        pytest.skip(f"this machine has no IPv6 loopback: {error}")

    assert (body, response.timings().dns_ms) == (b"hello", None)


class Addresses(Resolver):
    """Resolves any name to what it was given."""

    def __init__(self, *addresses):
        super().__init__()
        self.addresses = addresses

    async def resolve(self, _origin):
        return [(socket.AF_INET, address) for address in self.addresses]


class Nowhere:
    def release(self, connection): ...

    def forget(self, connection): ...


async def dial(*addresses, within_s):
    call = WireCall(time.perf_counter, Timeouts(), 1000)
    dialler = Dialler(Addresses(*addresses), time.perf_counter)
    way = Way(trusted_context())

    def connection():
        return Connection(Nowhere(), "many.example:80", time.perf_counter, PoolLimits())

    origin = Origin(tls=False, host="many.example", port=80)
    return await dialler.dial(origin, way, call, within_s, connection)


async def test_when_the_first_address_refuses_the_next_one_is_tried():
    async with listening(answer) as port:
        connection = await dial(("127.0.0.2", port), ("127.0.0.1", port), within_s=10)
        assert isinstance(connection, Connection)
        connection.close()


async def test_when_the_first_address_hangs_the_next_one_still_gets_its_share_of_the_time():
    async with listening(answer) as port:
        with socket.socket() as full, socket.socket() as first, socket.socket() as second:
            full.bind(("127.0.0.2", port))
            full.listen(0)
            for one in (first, second):
                one.settimeout(0)
                one.connect_ex(full.getsockname())
            connection = await dial(("127.0.0.2", port), ("127.0.0.1", port), within_s=1)
        assert isinstance(connection, Connection)
        connection.close()


async def test_when_all_addresses_refuse_the_last_refusal_is_told():
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        port = reserved.getsockname()[1]
        failure = await dial(("127.0.0.2", port), ("127.0.0.1", port), within_s=10)

    assert failure.error_code == "ECONNREFUSED"
