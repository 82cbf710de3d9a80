"""Connections that are kept, shared, waited for and replaced."""

import asyncio
import socket

import pytest
from tests.gateway.transport.scripted import (
    OK,
    PATIENT,
    answering,
    failed,
    hanging,
    post,
    upstream,
    whole,
)

from leadline.gateway.transport import PooledTransport, PoolLimits
from leadline.vocabulary import FailureKind, Timeouts


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
