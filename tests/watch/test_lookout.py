"""The whole watch at work: from the spool to people, and one part's trouble stays its own."""

import asyncio
import http.client
import json
import socket
import time

import pytest
from tests.watch.otlp.collector import Collector, known
from tests.watch.records import SegmentWriter, observation
from tests.watch.watch_process import parts

from leadline.asking import ask
from leadline.storage import StoreLocked
from leadline.vocabulary import Ask, Heartbeat, Query
from leadline.watch.deep_loop import DeepChecks
from leadline.watch.lookout import Watch
from leadline.watch.otlp.encoding import Source
from leadline.watch.otlp.exporting import Exporter, Otlp
from leadline.watch.outbound import Sender
from leadline.watch.segments import Tidying


class Stuck:
    """A deep check that never comes back, and does not even let go of its thread."""

    async def inspect(self, observation):
        del observation
        time.sleep(3600)  # noqa: ASYNC251 - that is the point
        return []


@pytest.fixture
def listener():
    with socket.create_server(("127.0.0.1", 0)) as bound:
        bound.setblocking(False)  # noqa: FBT003 - the library takes it by position
        yield bound


@pytest.fixture
async def run():
    """Start watches; all end with the test."""
    running = []

    def start(watch):
        stop = asyncio.Event()
        running.append((stop, asyncio.create_task(watch.run(stop))))
        return watch

    yield start
    for stop, task in running:
        stop.set()
        await task


async def until(condition, seconds=20):
    async with asyncio.timeout(seconds):
        while True:
            found = await condition()
            if found:
                return found
            await asyncio.sleep(0.05)


def outage(writer, count=50):
    now = time.time()
    writer.write(*(observation(f"r{n}", now, failed=True) for n in range(count)))
    writer.write(Heartbeat(host="h", worker=0, pid=1, at=now))


def get(listener, path):
    host, port = listener.getsockname()
    connection = http.client.HTTPConnection(host, port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


async def test_an_outage_is_stored_told_counted_and_shown(tmp_path, receiver, listener, run):
    watch = run(Watch(parts(tmp_path, receiver.url, sockets=[listener])))
    socket_path = tmp_path / "watch.sock"
    outage(SegmentWriter(tmp_path / "spool"))

    async def heard():
        return receiver.heard

    await until(heard)
    incidents = await ask(socket_path, Ask(name=Query.INCIDENTS))
    requests = await ask(socket_path, Ask(name=Query.REQUESTS, arguments={"outcome": "failed"}))

    async def events():
        wanted = {"incident_id": incidents.rows[0]["incident_id"]}
        return (await ask(socket_path, Ask(name=Query.EVENTS, arguments=wanted))).rows

    assert receiver.changes[0] == "opened"
    assert [row["key"] for row in incidents.rows] == ["PROVIDER:openai"]
    assert len(requests.rows) == 50
    assert len(await until(events)) == 50
    status, page = await asyncio.to_thread(get, listener, "/metrics")
    assert status == 200
    assert b'leadline_requests_total{model="gpt-4o",outcome="failed",provider="openai"} 50.0' in page
    assert b'leadline_incidents_open{category="provider"' in page
    assert b'leadline_mttd_seconds_count{category="provider"} 1.0' in page
    assert b'leadline_incident_opening_seconds_count{category="provider"} 1.0' in page
    status, page = await asyncio.to_thread(get, listener, "/health")
    assert (status, json.loads(page)["trouble"]) == (200, "")
    assert (await asyncio.to_thread(get, listener, "/nothing"))[0] == 404
    assert watch.pulse.dropped == 0


async def test_a_collector_hears_what_people_hear(tmp_path, receiver, listener, run):
    collector = Collector()
    await collector.start()
    way = Otlp(
        endpoint=collector.endpoint,
        source=Source({"service.name": "leadline"}),
        send=Sender(allow_private=True),
        every_s=0.05,
    )
    watch = run(Watch(parts(tmp_path, receiver.url, sockets=[listener], tap=to(way))))
    outage(SegmentWriter(tmp_path / "spool"))

    async def all_heard():
        return len(collector.named("leadline.failure")) == 50 and len(collector.spans) == 100

    await until(all_heard)
    await collector.stop()

    (opened,) = (row["incident_id"] for row in (await listed(tmp_path)).rows)
    failures = [known(record.attributes) for record in collector.named("leadline.failure")]
    assert {one["leadline.incident.id"] for one in failures} == {opened}
    _, page = await asyncio.to_thread(get, listener, "/metrics")
    assert b'leadline_otlp_records_total{lane="logs",state="exported"} 50.0' in page
    _, page = await asyncio.to_thread(get, listener, "/health")
    assert json.loads(page)["otlp"]["traces"]["exported"] == 100
    assert watch.pulse.untold(time.time()) == {}


async def test_a_dead_collector_is_a_blind_spot_and_people_are_told_all_the_same(tmp_path, receiver, run):
    nowhere = Otlp(
        endpoint="http://127.0.0.1:1",
        source=Source({}),
        send=Sender(allow_private=True),
        every_s=0.05,
        queue=20,
    )
    watch = run(Watch(parts(tmp_path, receiver.url, tap=to(nowhere))))
    outage(SegmentWriter(tmp_path / "spool"))

    async def told_and_untold():
        return receiver.heard and "otlp logs" in watch.pulse.untold(time.time())

    await until(told_and_untold)

    assert watch.facts.counts()["exchanges"] == 50


def to(otlp):
    return lambda told: Exporter(otlp, time.time, lambda: 0.5, told)


async def listed(folder):
    return await ask(folder / "watch.sock", Ask(name=Query.INCIDENTS))


async def test_a_stuck_deep_check_stops_nothing(tmp_path, receiver, run):
    quick_to_tidy = Tidying(text_s=0.5)
    watch = run(
        Watch(
            parts(tmp_path, receiver.url, deep=DeepChecks(checks={"stuck": Stuck()}), tidying=quick_to_tidy)
        )
    )
    writer = SegmentWriter(tmp_path / "spool")
    outage(writer)
    first = writer.path
    writer.next_segment()

    async def told_and_tidied():
        return receiver.heard and not first.exists()

    await until(told_and_tidied)

    assert watch.facts.counts()["exchanges"] == 50
    assert watch.pulse.skipped_deep >= 1
    assert watch.incidents.cursor("deep") == {}


async def test_segments_that_are_read_are_removed(tmp_path, receiver, run):
    run(Watch(parts(tmp_path, receiver.url)))
    writer = SegmentWriter(tmp_path / "spool")
    for n in range(3):
        writer.write(observation(f"r{n}", time.time()))
        writer.next_segment()

    async def one_left():
        return list((tmp_path / "spool").glob("*.spool")) == [writer.path]

    assert await until(one_left)


async def test_two_watches_cannot_have_one_folder(tmp_path, receiver, run):
    run(Watch(parts(tmp_path, receiver.url)))
    other = await asyncio.create_subprocess_exec(
        __import__("sys").executable,
        "-m",
        "tests.watch.watch_process",
        str(tmp_path),
        receiver.url,
        stderr=asyncio.subprocess.PIPE,
    )
    _, errors = await other.communicate()

    assert StoreLocked.__name__ in errors.decode()


async def test_a_part_that_fails_ends_the_watch_with_its_reason(tmp_path, receiver, monkeypatch):
    watch = Watch(parts(tmp_path, receiver.url))
    monkeypatch.setattr(watch._recorder, "step", lambda now: 1 / 0 * now)

    with pytest.raises(ExceptionGroup) as failed:
        await watch.run(asyncio.Event())

    assert failed.group_contains(ZeroDivisionError)


async def test_people_are_told_although_the_disk_is_full(small_disk, receiver, run):
    watch = run(Watch(parts(small_disk / "data", receiver.url)))
    writer = SegmentWriter(small_disk / "data" / "spool")
    outage(writer)
    (small_disk / "ballast").write_bytes(b"x" * small_disk.free())

    async def heard():
        return receiver.heard and watch.pulse.disk_full.get("incidents")

    await until(heard)

    assert "no room on the disk" in watch.health()["trouble"]
    (small_disk / "ballast").unlink()

    async def recovered():
        return not watch.health()["disk_full"] and watch.facts.counts()["exchanges"] == 50

    await until(recovered)
    assert watch.incidents.deliveries() == {("hook", "delivered"): len(receiver.heard)}
