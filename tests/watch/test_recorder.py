"""Every record becomes facts exactly once, or it is said which did not."""

import sqlite3

import msgspec
import pytest
from tests.storage.test_incidents_contract import tick
from tests.watch.records import NOON, SegmentWriter, event, observation
from tests.watch.test_spool_reader import frame

from leadline.storage.duckdb import DuckDBFacts
from leadline.vocabulary import Ask, Heartbeat, Query
from leadline.watch import recorder as recorder_module
from leadline.watch.bad_records import BadRecords
from leadline.watch.pulse import Pulse
from leadline.watch.recorder import Recorder


@pytest.fixture
def writer(tmp_path):
    return SegmentWriter(tmp_path / "spool")


@pytest.fixture
def pulse():
    return Pulse(NOON)


@pytest.fixture
def make(tmp_path, writer, facts, incidents, pulse):
    def again(heard=None, store=facts):
        bad = BadRecords(tmp_path / "spool" / "bad")
        return Recorder(
            writer.path.parent, store, incidents, pulse, bad, [heard.append] if heard is not None else []
        )

    return again


def ids(facts):
    return [row["request_id"] for row in facts.ask(Ask(name=Query.REQUESTS)).rows]


def kinds(facts):
    return [row["kind"] for row in facts.ask(Ask(name=Query.EVENTS)).rows]


def test_a_record_is_kept_once_over_a_restart(make, facts, writer):
    heard: list[object] = []
    writer.write(observation("r1"))
    make(heard).step(NOON)
    again = make(heard)
    again.step(NOON)
    writer.write(observation("r2", NOON + 1))
    again.step(NOON)

    assert ids(facts) == ["r2", "r1"]
    assert len(heard) == 2


def test_heartbeats_tell_the_pulse_who_lives_and_what_was_dropped(make, writer, pulse):
    writer.write(
        Heartbeat(host="h", worker=0, pid=1, at=NOON, dropped=3),
        Heartbeat(host="h", worker=0, pid=2, at=NOON + 1, dropped=1),
        Heartbeat(host="h", worker=0, pid=2, at=NOON + 2, dropped=2),
    )
    make().step(NOON + 2)

    assert pulse.dropped == 5
    assert [beat.at for beat in pulse.workers(NOON + 2)] == [NOON, NOON + 2]
    assert pulse.workers(NOON + 200) == []


def test_events_of_triage_reach_the_facts_once_whenever_it_dies(make, facts, incidents, monkeypatch):
    incidents.commit(tick(events=[event("e1"), event("e2")]))
    with monkeypatch.context() as dying:
        dying.setattr(incidents, "forget_events", lambda _upto: None)
        make().step(NOON)
    incidents.commit(tick(events=[event("e3", NOON + 1)]))
    make().step(NOON)
    make().step(NOON)

    told = facts.ask(Ask(name=Query.EVENTS))
    assert sorted(row["event_id"] for row in told.rows) == ["e1", "e2", "e3"]
    assert incidents.waiting_events(9) == []


@pytest.mark.parametrize("odd", [{"status": 2**40}, {"at": float("nan")}, {"at": -1e300}], ids=str)
def test_a_record_that_cannot_be_stored_is_set_aside_and_is_an_event(
    make, facts, writer, pulse, tmp_path, odd
):
    writer.write(observation("r1"), observation("odd", **odd), observation("r2"))
    make().step(NOON)

    assert sorted(ids(facts)) == ["r1", "r2"]
    assert kinds(facts) == ["data.blind_spot"]
    assert pulse.bad_records == 1
    (kept,) = (tmp_path / "spool" / "bad").iterdir()
    assert msgspec.msgpack.decode(kept.read_bytes())["exchange"]["request_id"] == "odd"
    assert make().step(NOON) is False
    assert pulse.bad_records == 1


def test_damage_is_copied_counted_and_an_event(make, facts, writer, pulse, tmp_path):
    writer.write(observation("r1"))
    writer.write_bytes(frame(b"damage", crc=1))
    make().step(NOON)

    assert ids(facts) == ["r1"]
    assert kinds(facts) == ["data.blind_spot"]
    assert pulse.bad_records == 1
    assert [path.read_bytes() for path in (tmp_path / "spool" / "bad").iterdir()] == [frame(b"damage", crc=1)]


def test_newer_records_are_kept_raw_and_counted(make, facts, writer, pulse):
    writer.write_bytes(frame(b"tomorrow", schema=9))
    make().step(NOON)
    make().step(NOON)

    assert facts.counts()["newer_records"] == 1
    assert pulse.newer_records == 1


def test_a_day_that_is_over_is_closed(make, facts, writer, tmp_path):
    writer.write(observation("r1"))
    make().step(NOON + 86_400)

    assert list((tmp_path / "facts").glob("exchanges-2027-01-15.1.parquet"))
    assert ids(facts) == ["r1"]


def test_a_full_disk_is_waited_for_while_the_spool_has_room_and_then_costs_copies_only(
    make, writer, pulse, small_disk, monkeypatch
):
    facts = DuckDBFacts.open(small_disk / "facts")
    ballast = small_disk / "ballast"
    ballast.write_bytes(b"x" * small_disk.free())
    recorder = make(store=facts)
    writer.write(*(observation(f"r{n}") for n in range(3000)))

    assert recorder.step(NOON) is False
    assert facts.disk_full
    assert "no room on the disk" in pulse.trouble(NOON)
    assert pulse.progress["recorder"].backlog_bytes > 0
    monkeypatch.setattr(recorder_module, "PATIENCE_BYTES", 1000)
    recorder.step(NOON + 1)
    assert pulse.lost_copies == 3000
    assert pulse.progress["recorder"].backlog_bytes == 0

    ballast.unlink()
    writer.write(observation("after"))
    recorder.step(NOON + 2)

    assert ids(facts) == ["after"]
    assert pulse.trouble(NOON + 2) == ""
    facts.close()


def test_an_event_of_a_newer_triage_is_kept_raw_and_counted_once(make, incidents, facts, pulse):
    newer = msgspec.to_builtins(event("e2")) | {"schema_version": 99, "kind": "provider.unheard_of"}
    incidents.commit(tick(events=[event("e1")]))
    with sqlite3.connect(incidents._path) as connection:
        connection.execute("insert into waiting_events (body) values (?)", [msgspec.json.encode(newer)])

    make().step(NOON)
    make().step(NOON + 1)

    assert (facts.counts()["events"], facts.counts()["newer_records"]) == (1, 1)
    assert pulse.newer_records == 1
    assert incidents.waiting_events(10) == []
