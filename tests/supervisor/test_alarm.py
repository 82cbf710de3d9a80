"""The supervisor tells of a blind watch once, keeps a note of it, and tells the end if nobody else will."""

import asyncio

import msgspec
import pytest
from tests.watch.receiver import Receiver
from tests.watch.records import incident

from leadline.destinations.webhook import Webhook
from leadline.supervisor.alarm import Alarm, People
from leadline.supervisor.watching import Limits, Look
from leadline.vocabulary import BlindNote, DataLayout, Severity
from leadline.watch.outbound import Sender
from leadline.watch.telling import audience

DEAD, WELL = Look(answers=False, restarts=0), Look(answers=True, restarts=0)
LIMITS = Limits(patience_s=2.0, falls=3, falls_within_s=60.0, take_over_s=5.0)
NOW = 1_795_230_000.0


@pytest.fixture
async def receiver():
    one = Receiver()
    server = await asyncio.start_server(one.serve, "127.0.0.1", 0)
    one.port = server.sockets[0].getsockname()[1]
    yield one
    server.close()
    one.hang_up()
    await server.wait_closed()


@pytest.fixture
def make(receiver, tmp_path):
    def one(known=None):
        destinations = {"hook": Webhook(url=receiver.url)}
        people = People(destinations, audience(destinations, {}), Sender(allow_private=True))
        return Alarm(DataLayout(str(tmp_path)), LIMITS, lambda: people, lambda: known, lambda: NOW)

    return one


def note_of(tmp_path):
    return msgspec.json.decode((tmp_path / "blind.json").read_bytes(), type=BlindNote)


async def until(condition):
    async with asyncio.timeout(20):
        while not condition():
            await asyncio.sleep(0.01)


async def blinded(alarm):
    for second in range(3):
        await alarm.step(DEAD, float(second))


async def test_it_tells_once_and_notes_who_took_it(make, receiver, tmp_path):
    alarm = make()
    await blinded(alarm)
    await until(lambda: receiver.heard)
    for second in range(3, 9):
        await alarm.step(DEAD, float(second))
    await until(lambda: note_of(tmp_path).told)

    [(headers, body)] = receiver.heard
    assert (body["change"], body["page"], body["incident"]["key"]) == ("opened", True, "DATA:leadline")
    assert body["runbook"].endswith("data.blind_spot.md")
    assert len(body["questions"]) == 3
    assert headers["idempotency-key"] == f"{note_of(tmp_path).incident_id}:1".lower()
    assert note_of(tmp_path).told == ("hook",)
    assert "does not answer" in alarm.reason


async def test_a_destination_that_fails_is_tried_again(make, receiver, tmp_path):
    receiver.replies = [b"503 Busy"]
    await blinded(make())
    await until(lambda: len(receiver.heard) == 2)
    await until(lambda: note_of(tmp_path).told == ("hook",))


async def test_what_the_watch_had_opened_itself_gets_worse_under_its_own_name(make, receiver):
    own = msgspec.structs.replace(incident("dat-own", Severity.MEDIUM), key="DATA:leadline")
    await blinded(make(known=own))
    await until(lambda: receiver.heard)

    [(_, body)] = receiver.heard
    assert (body["change"], body["incident"]["incident_id"]) == ("escalated", "dat-own")
    assert body["incident"]["severity"] == "high"
    assert body["sequence"] > 1_000_000, "beyond what the watch counts"


async def test_a_supervisor_that_was_started_again_tells_the_end_if_the_watch_knows_nothing(
    make, receiver, tmp_path
):
    await blinded(make())
    await until(lambda: note_of(tmp_path).told)
    second = make()
    assert second.reason, "it goes on where the first one was"

    for at in range(20):
        await second.step(WELL, float(at))

    assert receiver.changes == ["opened", "resolved"]
    assert second.reason == ""
    assert not (tmp_path / "blind.json").exists()
    opened, resolved = (body["incident"] for _, body in receiver.heard)
    assert opened["incident_id"] == resolved["incident_id"]
