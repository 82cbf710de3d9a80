"""A worker that ends takes nobody's answer away, and leaves a record of each."""

import asyncio

import httpx
import pytest
from tests.gateway.conftest import openai_chunks


async def until_refused(url):
    async with asyncio.timeout(5):
        while True:
            try:
                async with httpx.AsyncClient() as late:
                    await late.get(f"{url}/health")
            except httpx.ConnectError:
                return


async def test_streams_under_way_are_finished_while_new_callers_are_refused(start, primary):
    gateway = await start(drain_s=10.0)
    chunks = openai_chunks("Pa", "ris")
    go_on = primary.streams_in_two(chunks[:1], chunks[1:])
    asking = [asyncio.create_task(gateway.chat("alone", stream=True)) for _ in range(3)]
    async with asyncio.timeout(5):
        while gateway.app.in_flight < 3 or len(primary.heads) < 3:
            await asyncio.sleep(0.005)
    gateway.stop.set()
    await until_refused(gateway.url)
    go_on.set()
    answers = await asyncio.gather(*asking)
    await asyncio.wait_for(gateway.serving, 10)

    assert all(answer.content.endswith(b"data: [DONE]\n\n") for answer in answers)
    assert [one.exchange.status for one in gateway.spool.observations] == [200] * 3
    assert all(one.exchange.answer.complete for one in gateway.spool.observations)


async def test_what_does_not_end_in_time_is_cut_off_and_recorded(start, primary):
    gateway = await start(drain_s=0.1)
    primary.streams(openai_chunks("Pa", finish=None), then="wait")
    asking = asyncio.create_task(gateway.chat("alone", stream=True))
    async with asyncio.timeout(5):
        while not primary.heads:
            await asyncio.sleep(0.005)
    gateway.stop.set()
    await asyncio.wait_for(gateway.serving, 10)

    with pytest.raises(httpx.HTTPError):
        await asking
    assert len(gateway.spool.observations) == 1
    await asyncio.wait_for(primary.left.wait(), 5)
