"""The transport against real sockets that refuse, reset, hang, drip, cut and lie."""

import asyncio
import gzip
import itertools
import socket
import struct
import time
import tracemalloc
import zlib
from contextlib import asynccontextmanager

import pytest
import uvloop
from hypothesis import given, settings
from hypothesis import strategies as st

from leadline.gateway.transport import FailedSend, PooledTransport, PoolLimits, WireCall
from leadline.vocabulary import FailureKind, OutboundRequest, Timeouts, UpstreamFailure

PATIENT = Timeouts(connect_s=10, first_byte_s=10, idle_s=10, total_s=30)
SOON_S = 10.0
ABSENT = UpstreamFailure(kind=None)


class Upstream:
    """A server that plays `script(reader, writer)` on each connection, and notes what became of them."""

    def __init__(self, script):
        self.script = script
        self.connections = 0
        self.heads = []
        self.closed_by_peer = asyncio.Event()
        self.tasks = set()
        self.closing = []

    async def begin(self, ssl_context=None):
        self.server = await asyncio.start_server(self.play, "127.0.0.1", 0, ssl=ssl_context)
        self.port = self.server.sockets[0].getsockname()[1]
        self.url = f"http{'s' if ssl_context else ''}://127.0.0.1:{self.port}/v1/chat"

    async def play(self, reader, writer):
        self.connections += 1
        task = asyncio.current_task()
        self.tasks.add(task)
        try:
            await self.script(self, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            self.closed_by_peer.set()
        finally:
            self.tasks.discard(task)
            writer.close()
            self.closing.append(writer)

    async def request(self, reader):
        head = await reader.readuntil(b"\r\n\r\n")
        self.heads.append(head)
        for line in head.lower().split(b"\r\n"):
            if line.startswith(b"content-length:"):
                await reader.readexactly(int(line.partition(b":")[2]))
        return head

    async def end(self):
        self.server.close()
        for task in list(self.tasks):
            task.cancel()
        await asyncio.gather(*self.tasks, return_exceptions=True)
        await asyncio.gather(*[writer.wait_closed() for writer in self.closing], return_exceptions=True)
        await self.server.wait_closed()


@asynccontextmanager
async def upstream(script, ssl_context=None):
    server = Upstream(script)
    await server.begin(ssl_context)
    try:
        yield server
    finally:
        await server.end()


def answering(*parts, then_close=True):
    """A script: read one request, send these bytes (or wait, for a number of seconds), end."""

    async def script(server, reader, writer):
        while True:
            await server.request(reader)
            for part in parts:
                writer.write(part)
                await writer.drain()
            if then_close:
                return

    return script


async def hanging(server, reader, _writer):
    await server.request(reader)
    await reader.read()
    server.closed_by_peer.set()


@pytest.fixture
async def transport():
    made = PooledTransport()
    yield made
    await made.aclose()


def post(url, body=b"{}", **headers):
    return OutboundRequest(url=url, body=body, headers={"content-type": "application/json", **headers})


async def whole(transport, url, timeouts=PATIENT, limit=1 << 20):
    response = await transport.send(post(url), timeouts)
    assert isinstance(response, WireCall), response.failure
    return response, await response.read(limit)


async def failed(transport, url, timeouts=PATIENT):
    outcome = await transport.send(post(url), timeouts)
    assert isinstance(outcome, FailedSend)
    return outcome


OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Request-Id: r1\r\n\r\nhello"


# What arrives


async def test_a_response_arrives_with_its_head_its_body_and_its_stage_times(transport):
    async with upstream(answering(OK, then_close=False)) as server:
        response, body = await whole(transport, server.url + "?a=b")

        assert (response.status, body, response.failure) == (200, b"hello", None)
        assert response.headers == {"content-length": "5", "x-request-id": "r1"}
        assert response.received_bytes == 5
        timings = response.timings()
        assert timings.dns_ms is None
        assert timings.tls_ms is None
        assert timings.connect_ms is not None
        assert timings.first_byte_ms is not None
        assert timings.transfer_ms is not None
        assert timings.total_ms >= timings.connect_ms + timings.first_byte_ms + timings.transfer_ms
        assert response.timings() == timings, "time stands still once the response is over"
        head = server.heads[0].decode()
        assert head.startswith("POST /v1/chat?a=b HTTP/1.1\r\nhost: 127.0.0.1:")
        assert "accept-encoding: identity\r\ncontent-length: 2\r\n" in head


async def test_a_name_is_resolved_and_timed(transport):
    async with upstream(answering(OK)) as server:
        response, _ = await whole(transport, server.url.replace("127.0.0.1", "localhost"))

        assert response.timings().dns_ms is not None


async def test_ten_thousand_calls_share_the_connections_of_their_callers(transport):
    async with upstream(answering(OK, then_close=False)) as server:

        async def caller():
            for _ in range(1250):
                response, body = await whole(transport, server.url)
                assert (body, response.failure) == (b"hello", None)

        await asyncio.gather(*[caller() for _ in range(8)])

        assert len(server.heads) == 10_000
        assert server.connections == 8


async def test_header_names_are_lower_case_and_of_a_repeated_one_none_is_lost(transport):
    first = (
        b"HTTP/1.1 200 OK\r\nX-A: 1\r\nx-a: 2\r\nX-Empty:\r\nX-Latin: caf\xe9\r\nContent-Length: 0\r\n\r\n"
    )
    second = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-A: 3\r\n\r\n"

    async def script(server, reader, writer):
        for answer in (first, second):
            await server.request(reader)
            writer.write(answer)
        await reader.read()

    async with upstream(script) as server:
        one, _ = await whole(transport, server.url)
        two, _ = await whole(transport, server.url)

        assert one.headers == {"x-a": "1, 2", "x-empty": "", "x-latin": "café", "content-length": "0"}
        assert two.headers == {"content-length": "0", "x-a": "3"}


async def test_a_trailer_is_no_header_of_the_next_answer(transport):
    first = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nX-Sum: 1\r\n\r\n"

    async def script(server, reader, writer):
        for answer in (first, OK):
            await server.request(reader)
            writer.write(answer)
        await reader.read()

    async with upstream(script) as server:
        one, body = await whole(transport, server.url)
        two, _ = await whole(transport, server.url)

        assert body == b"hi"
        assert "x-sum" not in one.headers
        assert two.headers == {"content-length": "5", "x-request-id": "r1"}
        assert server.connections == 1


async def test_a_reused_connection_has_no_connect_stage(transport):
    async with upstream(answering(OK, then_close=False)) as server:
        await whole(transport, server.url)
        response, _ = await whole(transport, server.url)

        assert response.timings().connect_ms is None
        assert server.connections == 1


async def test_chunks_come_as_they_are_sent_and_a_chunked_body_ends_cleanly(transport):
    gate = asyncio.Event()

    async def script(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n4\r\none \r\n")
        await gate.wait()
        writer.write(b"3\r\ntwo\r\n0\r\n\r\n")
        await reader.read()

    async with upstream(script) as server:
        response = await transport.send(post(server.url), PATIENT)
        chunks = response.chunks()
        assert await anext(chunks) == b"one "
        gate.set()
        assert [chunk async for chunk in chunks] == [b"two"]
        assert response.failure is None
        assert response.received_bytes == 7


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.0 200 OK\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhello",
        b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 5\r\n\r\nhello",
        b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: x\r\n\r\n" + OK,
    ],
    ids=["http-1.0", "until-close", "close", "1xx"],
)
async def test_a_body_that_ends_by_its_own_rules_is_whole(transport, answer):
    async with upstream(answering(answer)) as server:
        response, body = await whole(transport, server.url)

        assert (response.status, body, response.failure) == (200, b"hello", None)


@pytest.mark.parametrize("status", [204, 304])
async def test_a_status_without_a_body_ends_at_its_head(transport, status):
    answer = b"HTTP/1.1 %d X\r\n\r\n" % status
    async with upstream(answering(answer, then_close=False)) as server:
        for _ in range(2):
            response, body = await whole(transport, server.url)
            assert (response.status, body, response.failure) == (status, b"", None)
        assert server.connections == 1


async def test_the_answer_to_a_head_request_has_no_body(transport):
    async with upstream(
        answering(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n", then_close=False)
    ) as server:
        request = OutboundRequest(url=server.url, body=b"", headers={}, method="HEAD")
        response = await transport.send(request, PATIENT)

        assert await response.read(100) == b""
        assert response.failure is None
        assert b"content-length" not in server.heads[0]


@pytest.mark.parametrize(
    ("encoding", "encode"),
    [("gzip", gzip.compress), ("deflate", zlib.compress), ("deflate", lambda b: zlib.compress(b, wbits=-15))],
    ids=["gzip", "deflate", "raw-deflate"],
)
async def test_a_body_encoded_unasked_is_read_plain(transport, encoding, encode):
    packed = encode(b'{"a": 1}')
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: %s\r\ncontent-length: %d\r\n\r\n"
    async with upstream(answering(head % (encoding.encode(), len(packed)) + packed)) as server:
        response, body = await whole(transport, server.url)

        assert body == b'{"a": 1}'
        assert "content-encoding" not in response.headers


@pytest.mark.parametrize(
    ("packed", "code"),
    [(gzip.compress(bytes(10_000_000)), "too_long"), (b"not gzip at all", "content_encoding")],
    ids=["bomb", "damaged"],
)
async def test_an_encoded_body_that_is_a_bomb_or_a_lie_is_malformed(transport, packed, code):
    head = b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: %d\r\n\r\n" % len(packed)
    async with upstream(answering(head + packed)) as server:
        response, body = await whole(transport, server.url)

        assert body == b""
        assert (response.failure.kind, response.failure.error_code) == (FailureKind.PROVIDER_MALFORMED, code)


# What goes wrong before the head


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


# What goes wrong inside the body


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


# Kept connections


async def test_a_kept_connection_that_was_closed_meanwhile_is_replaced_unseen(transport):
    async with upstream(answering(OK, then_close=False)) as server:
        await whole(transport, server.url)
        for task in list(server.tasks):
            task.cancel()  # the server closes its end, as one does after a silence
        response, body = await whole(transport, server.url)

        assert (body, response.failure) == (b"hello", None)
        assert server.connections == 2


async def test_a_kept_connection_reset_by_the_next_request_is_replaced_unseen(transport):
    async def one_only(server, reader, writer):
        await server.request(reader)
        writer.write(OK)
        await reader.readexactly(1)
        writer.transport.abort()

    async with upstream(one_only) as server:
        for expected in (1, 2, 3):
            response, body = await whole(transport, server.url)
            assert (body, response.failure) == (b"hello", None)
            assert server.connections == expected


@pytest.mark.parametrize("excess", [b"more", OK, b"HTTP/1.1 2"], ids=["rubbish", "second", "begun"])
async def test_bytes_behind_the_end_of_a_response_never_reach_the_next_call(transport, excess):
    async with upstream(answering(OK + excess, then_close=False)) as server:
        for _ in range(3):
            response, body = await whole(transport, server.url)
            assert (body, response.failure) == (b"hello", None)
        assert server.connections == 3


async def test_a_connection_idle_for_too_long_is_not_used_again():
    transport = PooledTransport(limits=PoolLimits(idle_s=0.0))
    async with upstream(answering(OK, then_close=False)) as server:
        await whole(transport, server.url)
        await whole(transport, server.url)
        assert server.connections == 2
        await transport.aclose()


async def test_a_connection_of_a_certain_age_is_not_used_again():
    async with upstream(
        answering(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", then_close=False)
    ) as server:
        transport = PooledTransport(limits=PoolLimits(age_s=0.0))
        for _ in range(2):
            assert (await whole(transport, server.url))[1] == b"ok"
        await transport.aclose()

    assert server.connections == 2


async def test_callers_wait_in_line_when_all_connections_are_in_use():
    transport = PooledTransport(limits=PoolLimits(connections_per_origin=2))
    async with upstream(answering(OK, then_close=False)) as server:
        bodies = await asyncio.gather(*[whole(transport, server.url) for _ in range(50)])

        assert [body for _, body in bodies] == [b"hello"] * 50
        assert server.connections == 2
        await transport.aclose()


async def test_a_caller_who_waits_too_long_for_a_connection_is_told_so():
    transport = PooledTransport(limits=PoolLimits(connections_per_origin=1))
    async with upstream(hanging) as server:
        first = asyncio.create_task(transport.send(post(server.url), PATIENT))
        while not server.heads:
            await asyncio.sleep(0)
        outcome = await failed(transport, server.url, Timeouts(connect_s=0.05))
        assert outcome.failure.error_code == "pool_timeout"
        assert outcome.failure.kind is FailureKind.PROVIDER_EGRESS, "the provider is not to blame"

        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        second = asyncio.create_task(transport.send(post(server.url), PATIENT))
        while len(server.heads) < 2:
            await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        await transport.aclose()


async def test_failed_dials_give_their_place_back():
    transport = PooledTransport(limits=PoolLimits(connections_per_origin=1))
    with socket.socket() as reserved:
        reserved.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{reserved.getsockname()[1]}/"
        outcomes = await asyncio.gather(*[failed(transport, url) for _ in range(10)])

    assert {outcome.failure.error_code for outcome in outcomes} == {"ECONNREFUSED"}
    await transport.aclose()


# Leaving early


async def closes_within(server, seconds):
    begun = time.perf_counter()
    await asyncio.wait_for(server.closed_by_peer.wait(), SOON_S)
    return time.perf_counter() - begun < seconds


async def test_cancelling_while_waiting_closes_the_upstream_call_at_once(transport):
    async with upstream(hanging) as server:
        task = asyncio.create_task(transport.send(post(server.url), PATIENT))
        while not server.heads:
            await asyncio.sleep(0)
        task.cancel()

        assert await closes_within(server, 0.2)
        with pytest.raises(asyncio.CancelledError):
            await task


@pytest.mark.parametrize("how", ["cancel", "abort"])
async def test_leaving_inside_a_stream_closes_the_upstream_call_at_once(transport, how):
    async def stream(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n")
        await reader.read()
        server.closed_by_peer.set()

    async with upstream(stream) as server:
        response = await transport.send(post(server.url), PATIENT)
        assert await anext(response.chunks()) == b"hello"
        waiting = asyncio.create_task(anext(response.chunks(), None))
        await asyncio.sleep(0)
        waiting.cancel() if how == "cancel" else response.abort()

        assert await closes_within(server, 0.2)
        await asyncio.gather(waiting, return_exceptions=True)
        assert await anext(response.chunks(), None) is None
        assert response.failure.error_code == "aborted"
        response.abort()


async def test_aborting_a_finished_response_leaves_its_connection_to_others(transport):
    async with upstream(answering(OK, then_close=False)) as server:
        for _ in range(3):
            response, _ = await whole(transport, server.url)
            response.abort()
        assert server.connections == 1


# Back-pressure


async def test_a_slow_reader_holds_the_upstream_back_and_memory_stays_bounded(transport):
    sent = 0
    size = 64 * 1024 * 1024

    async def flood(server, reader, writer):
        nonlocal sent
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % size)
        block = bytes(64 * 1024)
        while sent < size:
            writer.write(block)
            sent += len(block)
            await writer.drain()
        await reader.read()

    async with upstream(flood) as server:
        response = await transport.send(post(server.url), Timeouts(idle_s=0.05))
        before = -1
        while before != sent:
            before = sent
            await asyncio.sleep(0.1)
        assert sent < size // 2, "the sockets' buffers and ours are full, and the upstream waits"
        tracemalloc.start()
        received = 0
        async for chunk in response.chunks():
            received += len(chunk)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()

        assert received == size
        assert response.failure is None, "our own slowness is not the upstream's silence"
        assert peak < 8 * 1024 * 1024


async def test_an_upstream_that_falls_silent_after_a_slow_reader_is_an_idle_timeout(transport):
    async def half(server, reader, writer):
        await server.request(reader)
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2000000\r\n\r\n" + bytes(1_000_000))
        await reader.read()

    async with upstream(half) as server:
        response = await transport.send(post(server.url), Timeouts(idle_s=0.1))
        while not response.paused:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.15)  # longer than the idle time, so that its timer has looked and gone on
        async with asyncio.timeout(SOON_S):
            received = sum([len(chunk) async for chunk in response.chunks()])

        assert received == 1_000_000
        assert response.failure.error_code == "idle_timeout"


async def test_a_large_request_goes_out_whole(transport):
    async def script(server, reader, writer):
        await server.request(reader)
        writer.write(OK)
        await reader.read()

    async with upstream(script) as server:
        response = await transport.send(post(server.url, bytes(5_000_000)), PATIENT)
        assert await response.read(100) == b"hello"


# On any cut of the bytes into packets


@settings(deadline=None)  # real sockets on a busy machine: what counts is what arrives, not when
@given(cuts=st.sets(st.integers(1, 120), max_size=6), chunked=st.booleans())
def test_the_way_bytes_are_cut_into_packets_changes_nothing(cuts, chunked):
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" if chunked else b"hello world"
    framing = b"transfer-encoding: chunked" if chunked else b"content-length: 11"
    answer = b"HTTP/1.1 200 OK\r\nx-request-id: abc\r\n" + framing + b"\r\n\r\n" + body
    edges = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]
    packets = [answer[a:b] for a, b in itertools.pairwise(edges)]

    async def run():
        transport = PooledTransport()

        async def script(server, reader, writer):
            await server.request(reader)
            for packet in packets:
                writer.write(packet)
                await asyncio.sleep(0)
            await reader.read()

        async with upstream(script) as server:
            response, read = await whole(transport, server.url)
            await transport.aclose()
            return response.headers["x-request-id"], read, response.failure

    assert uvloop.run(run()) == ("abc", b"hello world", None)
