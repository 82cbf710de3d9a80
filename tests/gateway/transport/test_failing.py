"""Sockets that refuse, reset, hang, drip, cut and lie, before the head and inside the body."""

import asyncio
import socket
import struct

import pytest
from tests.gateway.transport.scripted import (
    ABSENT,
    PATIENT,
    SOON_S,
    answering,
    failed,
    hanging,
    post,
    upstream,
    whole,
)

from leadline.gateway.transport import FailedSend, WireCall
from leadline.vocabulary import FailureKind, OutboundRequest, Timeouts


async def test_a_refused_connection(transport):
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        outcome = await failed(transport, f"http://127.0.0.1:{reserved.getsockname()[1]}/")

    assert outcome.failure.kind is FailureKind.PROVIDER_CONNECTION
    assert outcome.failure.error_code == "ECONNREFUSED"
    assert outcome.failure.retry_same
    assert outcome.failure.fail_over
    assert outcome.timings().connect_ms is not None


async def test_a_name_that_does_not_exist(transport):
    outcome = await failed(transport, "http://nope.invalid/v1?key=secret")

    assert outcome.failure.kind is FailureKind.PROVIDER_DNS
    assert "nope.invalid" in outcome.failure.message
    assert "secret" not in outcome.failure.message
    assert outcome.timings().dns_ms is not None
    assert outcome.timings().connect_ms is None


async def test_a_reset_before_any_byte(transport):
    async def script(server, reader, writer):
        await server.request(reader)
        writer.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0)
        )

    async with upstream(script) as server:
        outcome = await failed(transport, server.url)

        assert outcome.failure.kind is FailureKind.PROVIDER_CONNECTION
        assert server.connections == 1, "a fresh connection that is reset is not tried again behind the back"


async def test_a_first_byte_that_does_not_come(transport):
    async with upstream(hanging) as server:
        outcome = await failed(transport, server.url, Timeouts(first_byte_s=0.05))

        assert outcome.failure.kind is FailureKind.PROVIDER_TIMEOUT
        assert outcome.failure.error_code == "first_byte_timeout"
        assert "0.05 s" in outcome.failure.message
        assert not outcome.failure.retry_same
        await asyncio.wait_for(server.closed_by_peer.wait(), SOON_S)


async def test_the_total_time_bounds_the_wait_for_a_first_byte(transport):
    async with upstream(hanging) as server:
        outcome = await failed(transport, server.url, Timeouts(total_s=0.05))

        assert outcome.failure.error_code == "total_timeout"


async def test_a_host_that_does_not_accept(transport):
    with socket.socket() as full:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        waiting = [socket.socket() for _ in range(4)]
        for one in waiting:
            one.settimeout(0)
            one.connect_ex(full.getsockname())
        outcome = await failed(
            transport, f"http://127.0.0.1:{full.getsockname()[1]}/", Timeouts(connect_s=0.1)
        )
        for one in waiting:
            one.close()

    assert (outcome.failure.kind, outcome.failure.error_code) == (
        FailureKind.PROVIDER_TIMEOUT,
        "connect_timeout",
    )


@pytest.mark.parametrize(
    "rubbish",
    [
        b"<html><body>502 Bad Gateway</body></html>",
        b"SSH-2.0-OpenSSH_9.2\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\nhello",
        b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"x: " + b"y" * 70_000 + b"\r\n",
    ],
    ids=["html", "ssh", "two-lengths", "upgrade", "endless-head"],
)
async def test_rubbish_instead_of_http_is_malformed(transport, rubbish):
    async with upstream(answering(rubbish)) as server:
        outcome = await failed(transport, server.url)

        assert outcome.failure.kind is FailureKind.PROVIDER_MALFORMED


async def test_a_head_cut_in_half_is_a_truncation(transport):
    async with upstream(answering(b"HTTP/1.1 200 OK\r\ncontent-le")) as server:
        outcome = await failed(transport, server.url)

        assert outcome.failure.kind is FailureKind.PROVIDER_TRUNCATED


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://127.0.0.1/", {}),
        ("http://127.0.0.1/a b", {}),
        ("http://127.0.0.1/\r\nx: y", {}),
        ("http://user:pass@127.0.0.1/", {}),
        ("http://127.0.0.1/", {"authorization": "Bearer k\n"}),
        ("http://127.0.0.1/", {"x-name": "Zoë → Ω"}),
    ],
)
async def test_a_request_that_cannot_be_sent_is_our_own_fault(transport, url, headers):
    outcome = await transport.send(OutboundRequest(url=url, body=b"", headers=headers), PATIENT)

    assert isinstance(outcome, FailedSend)
    assert outcome.failure.kind is None
    assert not outcome.failure.fail_over
    assert "Bearer k" not in outcome.failure.message


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n",
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n50\r\nhello",
    ],
    ids=["content-length", "between-chunks", "inside-a-chunk"],
)
async def test_a_body_cut_short_is_a_truncation(transport, answer):
    async with upstream(answering(answer)) as server:
        response = await transport.send(post(server.url), PATIENT)
        assert isinstance(response, WireCall)
        assert response.failure is None, "not before the reader has come to the end"
        assert [chunk async for chunk in response.chunks()] == [b"hello"]

        failure = response.failure or ABSENT
        assert failure.kind is FailureKind.PROVIDER_TRUNCATED
        assert failure.status == 200
        assert "5 bytes" in failure.message


async def test_a_broken_chunk_size_is_malformed(transport):
    answer = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n"
    async with upstream(answering(answer)) as server:
        response, body = await whole(transport, server.url)

        assert body == b"hello"
        assert response.failure.kind is FailureKind.PROVIDER_MALFORMED


async def test_silence_inside_a_body_is_an_idle_timeout(transport):
    async def drip(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 50\r\n\r\nhello")
        await reader.read()
        server.closed_by_peer.set()

    async with upstream(drip) as server:
        response, body = await whole(transport, server.url, Timeouts(idle_s=0.05))

        assert body == b"hello"
        assert response.failure.kind is FailureKind.PROVIDER_TIMEOUT
        assert response.failure.error_code == "idle_timeout"
        await asyncio.wait_for(server.closed_by_peer.wait(), SOON_S)


async def test_a_drip_within_the_idle_time_runs_into_the_total_time(transport):
    async def drip(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n")
        while not reader.at_eof():
            writer.write(b".")
            await asyncio.sleep(0.01)

    async with upstream(drip) as server:
        response, body = await whole(transport, server.url, Timeouts(idle_s=5, total_s=0.3))

        assert response.failure.error_code == "total_timeout"
        assert body.strip(b".") == b""


async def test_a_body_over_the_limit_ends_with_a_failure(transport):
    async with upstream(answering(b"HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n", bytes(5000))) as server:
        response, body = await whole(transport, server.url, limit=1000)

        assert len(body) == 1000
        assert (response.failure.kind, response.failure.error_code) == (
            FailureKind.PROVIDER_MALFORMED,
            "too_long",
        )
