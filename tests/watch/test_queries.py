"""Whoever may open the socket gets answers, and nobody's mistake ends the service."""

import asyncio
import socket as socketlib
import stat
import struct

import pytest
from tests.storage.test_facts_contract import rows
from tests.watch.records import NOON, observation

from leadline.asking import OwnerUnreachable, ask
from leadline.storage.answering import Sources
from leadline.vocabulary import LONGEST_MESSAGE, Ask, Query
from leadline.watch.queries import QueryServer


@pytest.fixture
async def path(tmp_path, facts, incidents):
    socket = tmp_path / "watch.sock"
    stop = asyncio.Event()

    def health():
        raise ZeroDivisionError("no pulse")

    running = asyncio.create_task(QueryServer(socket, Sources(facts, incidents, health)).run(stop))
    async with asyncio.timeout(5):
        while not socket.exists():
            await asyncio.sleep(0.01)
    yield socket
    stop.set()
    await running
    assert not socket.exists()


async def test_only_the_owners_user_may_ask(path):
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


async def test_named_questions_are_answered(path, facts):
    facts.append(rows(observation("r1")), "recorder", {})

    told = await ask(path, Ask(name=Query.REQUESTS))

    assert [row["request_id"] for row in told.rows] == ["r1"]


async def test_many_may_ask_at_once(path):
    told = await asyncio.gather(*(ask(path, Ask(name=Query.TRAFFIC)) for _ in range(40)))

    assert [one.error for one in told] == [None] * 40


async def test_an_unknown_question_is_answered_with_a_sentence(path):
    assert "there is no question" in str((await ask(path, Ask(name="drop tables"))).error)


async def test_a_question_that_crashes_its_answer_is_told(path):
    assert "ZeroDivisionError" in str((await ask(path, Ask(name=Query.HEALTH))).error)
    assert (await ask(path, Ask(name=Query.REQUESTS))).error is None


@pytest.mark.parametrize(
    "rubbish", [b"\xff\xff\xff\xff", struct.pack(">I", 3) + b"abc", b"GET / HTTP/1.1\r\n"]
)
async def test_rubbish_on_the_socket_hurts_nobody_else(path, rubbish):
    _, writer = await asyncio.open_unix_connection(str(path))
    writer.write(rubbish)
    await writer.drain()
    writer.close()
    await writer.wait_closed()

    assert (await ask(path, Ask(name=Query.REQUESTS))).error is None


async def test_an_answer_that_is_too_long_is_cut_and_says_so(path, facts):
    words = "x" * 4_000
    facts.append(rows(*(observation(f"r{n}", NOON + n, alias=words) for n in range(5000))), "recorder", {})

    told = await ask(path, Ask(name=Query.REQUESTS, limit=5000, deadline_s=20))

    assert told.truncated
    assert 0 < len(told.rows) * len(words) < LONGEST_MESSAGE


async def answered(socket):
    try:
        return await ask(socket, Ask(name=Query.REQUESTS))
    except OwnerUnreachable:
        return None


async def test_a_dead_owners_socket_is_unreachable_and_replaced(tmp_path, facts, incidents):
    socket = tmp_path / "watch.sock"
    with socketlib.socket(socketlib.AF_UNIX) as dead:
        dead.bind(str(socket))
    with pytest.raises(OwnerUnreachable):
        await ask(socket, Ask(name=Query.REQUESTS))

    stop = asyncio.Event()
    running = asyncio.create_task(QueryServer(socket, Sources(facts, incidents, dict)).run(stop))
    async with asyncio.timeout(5):
        while (told := await answered(socket)) is None:
            await asyncio.sleep(0.01)
    assert told.error is None
    stop.set()
    await running
