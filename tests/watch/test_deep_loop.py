"""Deep checks have their own pace; a stuck one is left behind."""

import asyncio
import threading

import pytest
from tests.watch.records import NOON, SegmentWriter, observation

from leadline.vocabulary import Signal, Verdict
from leadline.watch.deep_loop import DeepChecks, DeepHearing, DeepLoop
from leadline.watch.pulse import Pulse


class Agreeing:
    async def inspect(self, exam):
        return [Signal(check="judge", verdict=Verdict.PASS, evidence=exam.observation.exchange.request_id)]


class Waiting:
    async def inspect(self, exam):
        del exam
        await asyncio.Event().wait()


class Raising:
    async def inspect(self, exam):
        raise ConnectionError(exam.observation.exchange.request_id)


@pytest.fixture
def writer(tmp_path):
    return SegmentWriter(tmp_path / "spool")


class Notes:
    def __init__(self):
        self.found = []
        self.failed = []


@pytest.fixture
def notes():
    return Notes()


@pytest.fixture
def make(writer, incidents, notes):
    loops = []

    def loop(slow=(), **checks):
        one = DeepLoop(
            writer.path.parent,
            incidents,
            DeepChecks(checks=checks, slow=frozenset(slow)),
            Pulse(NOON),
            DeepHearing(
                looked=lambda seen, check, _signals: notes.found.append((seen.exchange.request_id, check)),
                failed=lambda check, reason: notes.failed.append((check, reason)),
            ),
        )
        loops.append(one)
        return one

    yield loop
    for one in loops:
        one.close()


async def test_its_cursor_moves_without_any_check(make, writer, incidents):
    writer.write(observation("r1"))
    await make().step(NOON)

    assert incidents.cursor("deep")[writer.path.name].offset == writer.path.stat().st_size


async def test_each_answer_is_looked_at_by_each_check_once(make, writer, notes):
    writer.write(observation("r1"))
    await make(judge=Agreeing()).step(NOON)
    await make(judge=Agreeing()).step(NOON)

    assert notes.found == [("r1", "judge")]


async def test_a_check_that_raises_or_hangs_is_counted_and_the_next_has_its_turn(make, writer, notes):
    writer.write(observation("r1"))
    loop = make(raising=Raising(), waiting=Waiting(), judge=Agreeing())
    loop.timeout_s = 0.05

    await loop.step(NOON)

    assert notes.failed == [("raising", "ConnectionError"), ("waiting", "timeout")]
    assert notes.found == [("r1", "judge")]


async def test_a_check_that_blocks_its_thread_does_not_keep_the_watch_from_ending(make, writer):
    begun, release = threading.Event(), threading.Event()

    class Blocking:
        async def inspect(self, exam):
            begun.set()
            release.wait(60)
            return [Signal(check=exam.observation.exchange.request_id, verdict=Verdict.PASS)]

    writer.write(observation("r1"))
    stop = asyncio.Event()
    running = asyncio.create_task(make(blocking=Blocking()).run(stop, lambda: NOON))
    async with asyncio.timeout(20):
        await asyncio.to_thread(begun.wait, 10)
        stop.set()
        await running

    assert begun.is_set()
    release.set()
