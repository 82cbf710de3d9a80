"""A request has one reading and a bounded size; what two servers could read differently is refused."""

import asyncio

import pytest
from tests.gateway.server.serving import CHUNKED, GET, SOON_S, post, serving

from leadline.gateway.server import ServerSettings


@pytest.mark.parametrize(
    "framing",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding: chunked\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 5\r\n",
        b"content-length: 5\r\ncontent-length: 6\r\n",
        b"content-length: 5, 5\r\n",
        b"content-length: +5\r\n",
        b"content-length : 5\r\n",
        b"transfer-encoding: gzip\r\n",
        b"transfer-encoding: gzip, chunked\r\ntransfer-encoding: identity\r\n",
        b"transfer-encoding: xchunked\r\n",
        b"x: a\r\n b\r\n",
        b"x: a\0b\r\n",
        b"transfer-encoding: chunked, chunked\r\n",
        b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n",
        b"transfer-encoding:\x0bchunked\r\n",
        b"transfer-encoding: chunked\r\n\tx: y\r\n",
        b"transfer-encoding : chunked\r\n",
        b" transfer-encoding: chunked\r\n",
        b"transfer\x00-encoding: chunked\r\n",
        b"transfer-encoding: chunked\n",
        b"content-length: 0x5\r\n",
        b"content-length: -1\r\n",
        b"content-length: 5 5\r\n",
        b"content-length: 18446744073709551616\r\n",
        b"content-length: \r\n",
        b"x y: z\r\n",
        b": z\r\n",
        b"xyz\r\n",
        b"x: a\rb\r\n",
    ],
)
async def test_a_request_that_two_servers_could_read_differently_is_refused(framing):
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\nhost: h\r\n" + framing + b"\r\n0\r\n\r\n" + GET)

        assert await client.refusal() == (400, "malformed_request")
        assert server.app.requests == []


@pytest.mark.parametrize(
    "chunks",
    [
        b"5\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\n0\r\n\r\n",
        b"5\r\nhelloX0\r\n\r\n",
        b"-5\r\nhello\r\n0\r\n\r\n",
        b"0x5\r\nhello\r\n0\r\n\r\n",
        b"5 \r\nhello\r\n0\r\n\r\n",
        b" 5\r\nhello\r\n0\r\n\r\n",
        b"5;a=\nb\r\nhello\r\n0\r\n\r\n",
        b"fffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        b"5\r\nhello\r\n0\r\nx y: z\r\n\r\n",
        b"\r\n\r\n",
    ],
)
async def test_chunks_that_two_servers_could_read_differently_are_refused(chunks):
    async with serving() as server:
        client = await server.client()
        client.writer.write(
            b"POST / HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n" + chunks + GET
        )

        assert await client.refusal() == (400, "malformed_request")
        assert server.app.requests == []


async def test_a_trailer_never_passes_for_a_header():
    trailers = b"x-api-key: stolen\r\nexpect: 100-continue\r\n\r\n"
    async with serving() as server:
        client = await server.client()
        answer = await client.ask(CHUNKED + b"5\r\nhello\r\n0\r\n" + trailers)

        assert answer == (200, b"POST / hello")
        assert server.app.requests[0][0].keys() == {"host", "transfer-encoding"}
        assert await client.ask(GET) == (200, b"GET /a b ")


@pytest.mark.parametrize("what", ["extensions", "trailers"])
async def test_chunks_that_are_all_extensions_or_trailers_are_refused(what):
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        client.writer.write(CHUNKED)
        client.writer.write(b"5;a=" if what == "extensions" else b"0\r\n")

        async def flood():
            while True:
                client.writer.write(b"x" * 500 if what == "extensions" else b"x: y\r\n" * 80)
                await client.writer.drain()

        flooding = asyncio.create_task(flood())
        assert await client.refusal() == (400, "framing_too_long")
        flooding.cancel()
        await asyncio.gather(flooding, return_exceptions=True)


async def test_small_chunks_are_fine():
    async with serving(ServerSettings(header_bytes=1000)) as server:
        client = await server.client()
        client.writer.write(CHUNKED)
        for _ in range(2000):
            client.writer.write(b"1;a=b\r\nx\r\n")
            await asyncio.sleep(0)

        assert await client.ask(b"0\r\n\r\n") == (200, b"POST / " + b"x" * 2000)


async def test_more_headers_than_anybody_needs_are_refused():
    async with serving(ServerSettings(headers=20)) as server:
        client = await server.client()
        client.writer.write(b"GET / HTTP/1.1\r\n" + b"x: y\r\n" * 21 + b"\r\n")

        assert await client.refusal() == (431, "too_many_headers")


@pytest.mark.parametrize(
    "rubbish", [b"\x16\x03\x01\x02\x00\x01", b"hello\r\n\r\n", b"GET / HTTP/1.1\nhost: h\n\n"]
)
async def test_rubbish_is_refused(rubbish):
    async with serving() as server:
        client = await server.client()
        client.writer.write(rubbish)

        assert await client.refusal() == (400, "malformed_request")


async def test_the_gateway_is_no_proxy():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"CONNECT example.com:443 HTTP/1.1\r\nhost: example.com\r\n\r\n")

        assert await client.refusal() == (400, "not_a_proxy")


async def test_a_broken_chunk_ends_the_request_and_the_app_hears_of_it():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\nzz\r\n")

        assert await client.refusal() == (400, "malformed_request")
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)
        assert server.app.requests == []


async def test_rubbish_behind_a_request_is_never_answered_in_its_place():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/hold"))
        await asyncio.wait_for(server.app.started.wait(), SOON_S)
        client.writer.write(b"rubbish\r\n\r\n")

        assert await client.closed()
        server.app.release.set()


@pytest.mark.parametrize("packets", [1, 2, 40])
async def test_a_head_over_the_limit_is_refused(packets):
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        head = (
            b"GET / HTTP/1.1\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(30)) + b"\r\n"
        )
        step = len(head) // packets + 1
        for start in range(0, len(head), step):
            client.writer.write(head[start : start + step])
            await asyncio.sleep(0)

        assert await client.refusal() == (431, "header_too_large")
        assert server.app.requests == []


async def test_a_head_within_the_limit_and_a_body_beyond_it_are_fine():
    async with serving(ServerSettings(header_bytes=20_000)) as server:
        client = await server.client()
        extra = b"x: " + b"y" * 19_000 + b"\r\n"

        assert (await client.ask(post(bytes(100_000), extra=extra)))[0] == 200
