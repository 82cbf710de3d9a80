"""What arrives of an answer: head, body, stage times, whatever its framing and encoding."""

import asyncio
import gzip
import itertools
import zlib

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.conftest import TRUSTED
from tests.gateway.transport.scripted import (
    OK,
    PATIENT,
    answering,
    post,
    upstream,
    whole,
)

from leadline.gateway.transport import PooledTransport
from leadline.vocabulary import FailureKind, OutboundRequest


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


@given(cuts=st.sets(st.integers(1, 120), max_size=6), chunked=st.booleans())
def test_the_way_bytes_are_cut_into_packets_changes_nothing(cuts, chunked):
    body = b"5\r\nhello\r\n6\r\n world\r\n0\r\n\r\n" if chunked else b"hello world"
    framing = b"transfer-encoding: chunked" if chunked else b"content-length: 11"
    answer = b"HTTP/1.1 200 OK\r\nx-request-id: abc\r\n" + framing + b"\r\n\r\n" + body
    edges = [0, *sorted(cut for cut in cuts if cut < len(answer)), len(answer)]
    packets = [answer[a:b] for a, b in itertools.pairwise(edges)]

    async def run():
        transport = PooledTransport(ssl_context=TRUSTED)

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
