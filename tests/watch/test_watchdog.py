"""The watchdog speaks while the watch sees, and says nothing when it does not."""

import asyncio

from tests.watch.records import NOON

from leadline.destinations.webhook import Webhook
from leadline.watch.outbound import Sender
from leadline.watch.watchdog import Watchdog


def watchdog(receiver, trouble="", clock=lambda: NOON):
    return Watchdog(Webhook(url=receiver.url), 0.05, Sender(allow_private=True), clock, lambda: trouble)


async def test_it_speaks_again_and_again(receiver):
    stop = asyncio.Event()
    ticking = iter(range(10_000))
    running = asyncio.create_task(watchdog(receiver, clock=lambda: NOON + next(ticking)).run(stop))
    async with asyncio.timeout(20):
        while len(receiver.heard) < 3:
            await asyncio.sleep(0.01)
    stop.set()
    await running

    keys = [headers["idempotency-key"] for headers, _ in receiver.heard]
    assert len(set(keys)) == len(keys), "none is taken for a repetition"
    assert {body["incident"]["incident_id"] for _, body in receiver.heard} == {"leadline-watchdog"}
    assert not any(body["page"] for _, body in receiver.heard)


async def test_a_blind_watch_says_nothing(receiver):
    assert not await watchdog(receiver, trouble="the watch is 9 s behind the gateway.").speak()
    assert receiver.heard == []


async def test_a_receiver_that_fails_is_not_the_end(receiver):
    receiver.replies = [b"503 Busy"]
    one = watchdog(receiver)

    assert not await one.speak()
    assert await one.speak()
