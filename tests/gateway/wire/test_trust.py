"""Authorities and certificates of one upstream, and what happens when their files change."""

import asyncio
import contextlib
import shutil
import ssl

import pytest
from tests.gateway.wire.authority import DAY, LOOPBACK, NOW, Authority, listening

from leadline.gateway.transport import PooledTransport, WireCall, origin_of
from leadline.gateway.wire.expiry import Expiry
from leadline.vocabulary import FailureKind, OutboundRequest, Timeouts, TlsFiles

OK = b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello"


async def answer(reader, writer):
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
        while True:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(OK)


async def ask(transport, url):
    outcome = await transport.send(OutboundRequest(url=url, body=b"", headers={}, method="GET"), Timeouts())
    if isinstance(outcome, WireCall):
        assert await outcome.read(100) == b"hello"
        return None
    return outcome.failure


@pytest.fixture
def authority(tmp_path):
    return Authority(tmp_path)


@pytest.fixture
async def transport():
    made = PooledTransport()
    yield made
    await made.aclose()


async def test_an_upstream_with_an_authority_of_its_own_is_believed_and_no_other_is(
    authority, transport, tmp_path
):
    (tmp_path / "other").mkdir()
    other = Authority(tmp_path / "other")
    async with (
        listening(answer, ssl_context=authority.server_context(LOOPBACK)) as port,
        listening(answer, ssl_context=other.server_context(LOOPBACK)) as foreign,
    ):
        own, strange = f"https://127.0.0.1:{port}/", f"https://127.0.0.1:{foreign}/"
        files = TlsFiles(ca_file=str(authority.ca_file))
        transport.trust({origin_of(own): files, origin_of(strange): files})

        assert await ask(transport, own) is None
        assert (await ask(transport, strange)).kind is FailureKind.PROVIDER_TLS
        transport.trust({})
        assert (await ask(transport, own)).error_code == "certificate", "the old connections are not used"


async def test_an_upstream_that_asks_who_calls_is_shown_our_certificate(authority, transport):
    context = authority.server_context(LOOPBACK)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations(authority.ca_file)
    async with listening(answer, ssl_context=context) as port:
        url = f"https://127.0.0.1:{port}/"
        bare = TlsFiles(ca_file=str(authority.ca_file))
        transport.trust({origin_of(url): bare})
        assert await ask(transport, url) is not None

        ours = str(authority.certified("client.pem", LOOPBACK))
        transport.trust({origin_of(url): TlsFiles(ca_file=bare.ca_file, certificate=ours)})
        assert await ask(transport, url) is None
        await transport.aclose()


async def test_a_file_that_is_of_no_use_stops_the_calls_there_with_a_sentence(authority, transport, tmp_path):
    (tmp_path / "empty.pem").write_text("")
    for files in (
        TlsFiles(ca_file=str(tmp_path / "missing.pem")),
        TlsFiles(ca_file=str(tmp_path / "empty.pem")),
        TlsFiles(ca_file=str(authority.ca_file), certificate=str(tmp_path / "empty.pem")),
    ):
        transport.trust({origin_of("https://127.0.0.1:1/"): files})
        failure = await ask(transport, "https://127.0.0.1:1/")

        assert (failure.kind, failure.error_code) == (None, "unsendable")
        assert "correct `tls` of the provider" in failure.message


async def test_a_protocol_that_is_broken_is_not_spoken(authority, transport):
    context = authority.server_context(LOOPBACK)
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    async with listening(answer, ssl_context=context) as port:
        url = f"https://127.0.0.1:{port}/"
        transport.trust({origin_of(url): TlsFiles(ca_file=str(authority.ca_file))})
        failure = await ask(transport, url)

    assert (failure.kind, failure.error_code) == (FailureKind.PROVIDER_TLS, "handshake")


@pytest.mark.parametrize(("days", "told"), [(13, True), (300, False)])
async def test_a_certificate_that_ends_soon_is_told_once_a_day(authority, days, told):
    now = NOW.timestamp()
    files = TlsFiles(ca_file=str(authority.ca_file))
    said = []
    expiry = Expiry(lambda: now, lambda *told: said.append(told))
    transport = PooledTransport(ssl_context=authority.client_context(), shown=expiry.shown)
    context = authority.server_context(LOOPBACK, until=NOW + days * DAY)
    async with listening(answer, ssl_context=context) as port:
        for _ in range(2):
            assert await ask(transport, f"https://127.0.0.1:{port}/") is None
            transport.trust({origin_of(f"https://127.0.0.1:{port}/"): files})
    await transport.aclose()

    assert [name for name, _, _ in said] == [f"127.0.0.1:{port}"] * told
    assert all(left_s == pytest.approx(days * 86_400, abs=5) and at == now for _, left_s, at in said)


async def test_the_certificate_is_read_again_when_its_file_changes(authority, transport, tmp_path):
    (tmp_path / "new").mkdir()
    successor = Authority(tmp_path / "new")
    async with listening(answer, ssl_context=successor.server_context(LOOPBACK)) as port:
        url = f"https://127.0.0.1:{port}/"
        files = TlsFiles(ca_file=str(authority.ca_file))
        transport.trust({origin_of(url): files})
        assert (await ask(transport, url)).error_code == "certificate"
        shutil.copy(successor.ca_file, files.ca_file)
        transport.trust({origin_of(url): files})

        assert await ask(transport, url) is None
        await transport.aclose()
