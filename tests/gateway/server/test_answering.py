"""Ordinary requests and how their answers are framed."""

import asyncio
import gc
import itertools
import time

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from tests.gateway.server.serving import GET, SOON_S, post, serving

from leadline.gateway import client as served


@pytest.mark.parametrize("told", [b"a\r\nset-cookie: b", b"a\rb", b"a\nb", b"a\0b", b"a\x7f"])
async def test_a_header_never_gets_out_of_its_line(told):
    async with serving() as server:
        client = await server.client()
        assert await client.ask(post(told.hex().encode(), b"/two-lines")) == (500, b"Internal Server Error")


async def test_an_app_cannot_say_how_its_answer_is_framed():
    async with serving() as server:
        client = await server.client()
        assert await client.ask(post(b"", b"/framed")) == (500, b"Internal Server Error")


@pytest.mark.parametrize("body", [b"", b"hello"])
async def test_an_answer_to_head_or_to_http_1_0_ends_where_the_client_expects_it(body):
    async with serving() as server:
        head, old = await server.client(), await server.client()
        head.writer.write(b"HEAD /a HTTP/1.1\r\nhost: h\r\n\r\n" + GET)
        told = await asyncio.wait_for(head.reader.readuntil(b"\r\n\r\n"), SOON_S)
        assert b"content-length: 8\r\n" in told
        assert await head.answer() == (200, b"GET /a b ")
        request = b"POST / HTTP/1.0\r\ncontent-length: %d\r\n\r\n%b" % (len(body), body)
        assert await old.ask(request) == (200, b"POST / " + body)
        assert await old.closed()


async def test_a_request_leaves_nothing_for_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        async with serving() as server:
            client = await server.client()
            for _ in range(20):
                assert (await client.ask(post(b"x")))[0] == 200
            kept = [found for found in gc.get_objects() if isinstance(found, served.Client)]
            assert len(kept) <= 1
    finally:
        gc.enable()


async def test_requests_follow_each_other_on_one_connection():
    async with serving() as server:
        client = await server.client()
        assert await client.ask(GET) == (200, b"GET /a b ")
        assert await client.ask(post(b"hello")) == (200, b"POST / hello")
        large = bytes(300_000)
        assert await client.ask(post(large)) == (200, b"POST / " + large)


async def test_the_answer_names_the_date_but_not_the_server():
    async with serving() as server:
        client = await server.client()
        await client.ask(GET)
        client.writer.write(GET)
        head = await client.reader.readuntil(b"\r\n\r\n")

        assert b"\r\ndate: " in head
        assert b"server:" not in head.lower()


async def test_a_wish_to_upgrade_to_h2c_is_ignored_and_the_body_is_read():
    wish = (
        b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAABAAMAAABk\r\n"
    )
    async with serving() as server:
        client = await server.client()
        for body in (b"hello", bytes(200_000)):
            assert await client.ask(post(body, extra=wish)) == (200, b"POST / " + body)
        chunked = b"POST / HTTP/1.1\r\n" + wish + b"transfer-encoding: chunked\r\n\r\n"
        assert await client.ask(chunked + b"2\r\nhi\r\n0\r\n\r\n") == (200, b"POST / hi")
        assert await client.ask(GET) == (200, b"GET /a b ")
        assert len(server.app.requests) == 4


async def test_pipelined_requests_are_answered_in_order():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"one") + post(b"two") + post(b"three"))

        assert [(await client.answer())[1] for _ in range(3)] == [
            b"POST / one",
            b"POST / two",
            b"POST / three",
        ]


async def test_a_client_that_asks_first_is_told_to_continue():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: 2\r\nexpect: 100-continue\r\n\r\n")
        assert (await client.answer())[0] == 100
        assert await client.ask(b"hi") == (200, b"POST / hi")


async def test_the_app_hears_that_its_client_left():
    async with serving() as server:
        client = await server.client()
        client.writer.write(b"POST / HTTP/1.1\r\ncontent-length: 5\r\n\r\nhe")
        await asyncio.wait_for(server.app.started.wait(), SOON_S)
        begun = time.perf_counter()
        client.writer.transport.abort()
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)

        assert time.perf_counter() - begun < 0.2


async def test_a_client_that_leaves_is_missed_by_the_first_of_its_pipelined_requests():
    async with serving() as server:
        client = await server.client()
        client.writer.write(post(b"", path=b"/watched") + GET)
        while not server.app.requests:
            await asyncio.sleep(0)
        client.writer.transport.abort()
        await asyncio.wait_for(server.app.disconnected.wait(), SOON_S)

        assert len(server.app.requests) == 1


@given(cuts=st.sets(st.integers(1, 130), max_size=6))
def test_the_way_bytes_are_cut_into_packets_changes_nothing(cuts):
    request = post(b"hello", extra=b"x: " + b"y" * 40 + b"\r\n") + GET
    edges = [0, *sorted(cut for cut in cuts if cut < len(request)), len(request)]

    async def run():
        async with serving() as server:
            client = await server.client()
            for begin, end in itertools.pairwise(edges):
                client.writer.write(request[begin:end])
                await asyncio.sleep(0)
            return [await client.answer(), await client.answer()]

    assert uvloop.run(run()) == [(200, b"POST / hello"), (200, b"GET /a b ")]
