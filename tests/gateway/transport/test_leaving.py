"""Callers that leave, and those that read slowly."""

import asyncio
import time
import tracemalloc

import pytest
from tests.gateway.transport.scripted import (
    OK,
    PATIENT,
    SOON_S,
    answering,
    hanging,
    post,
    upstream,
    whole,
)

from leadline.vocabulary import Timeouts


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
