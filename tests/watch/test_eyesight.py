"""The watch knows how late it reads, whose heart has stopped, and who takes nothing."""

import msgspec
import pytest
from tests.watch.records import NOON, SegmentWriter, observation

from leadline.vocabulary import BlindNote, Heartbeat
from leadline.watch.blind_note import NoteReader
from leadline.watch.eyesight import Eyes
from leadline.watch.pulse import Progress, Pulse
from leadline.watch.spool_reader import SpoolReader


def beat(at, pid=7, worker=0, **counts):
    return Heartbeat(host="h", worker=worker, pid=pid, at=at, **counts)


class Bench:
    def __init__(self, folder):
        self.writer = SegmentWriter(folder / "spool")
        self.reader = SpoolReader(folder / "spool", 4096)
        self.pulse = Pulse(NOON)
        self.eyes = Eyes(NOON, self.pulse, NoteReader(folder / "blind.json"))
        self.cursor: dict = {}

    def at(self, now, *records):
        """What is seen once these records were written and one chunk was read."""
        if records:
            self.writer.write(*records)
        batch = self.reader.read(self.cursor, now)
        self.cursor = dict(batch.cursor)
        self.eyes.read(batch, now)
        return self.eyes.look(now)


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_a_worker_whose_heart_stops_is_silent(bench):
    [worker] = bench.at(NOON + 1, beat(NOON + 1, requests=3, dropped=1, drop_reason="full")).workers
    assert (worker.name, worker.life, worker.silent_s) == ("h/0", "h/0/7", 0)
    assert (worker.requests, worker.dropped, worker.drop_reason) == (3, 1, "full")

    [worker] = bench.at(NOON + 8).workers
    assert worker.silent_s == 7


def test_a_worker_that_goes_with_a_word_is_not_missed(bench):
    bench.at(NOON + 1, beat(NOON + 1))

    assert bench.at(NOON + 2, beat(NOON + 2, ending=True)).workers == ()


def test_a_new_life_takes_the_place_of_the_old_one(bench):
    bench.at(NOON + 1, beat(NOON + 1))
    [worker] = bench.at(NOON + 9, beat(NOON + 9, pid=8)).workers

    assert (worker.life, worker.silent_s) == ("h/0/8", 0)


def test_who_beat_before_the_watch_began_is_not_waited_for(bench):
    assert bench.at(NOON + 1, beat(NOON - 600)).workers == ()


def test_a_steady_reader_is_not_late(bench):
    assert bench.at(NOON + 1, beat(NOON), beat(NOON + 1)).lag_s == pytest.approx(1.0)


def test_records_that_gathered_say_how_late_they_are_read_even_when_a_clock_is_wrong(bench):
    ahead = NOON + 3600
    assert bench.at(NOON + 9, beat(ahead), beat(ahead + 8)).lag_s == pytest.approx(8.0)
    assert bench.at(NOON + 10, beat(ahead + 9)).lag_s == 0


def test_a_backlog_is_as_late_as_the_last_record_read(bench):
    many = [observation(f"r{n}", NOON + n / 10) for n in range(100)]

    assert bench.at(NOON + 60, *many).lag_s > 50


def test_a_recorder_that_stands_still_is_late_too(bench):
    bench.pulse.moved("recorder", Progress(NOON, NOON, 0))

    assert bench.at(NOON + 4).lag_s == 0
    assert bench.at(NOON + 20).lag_s == 20


def test_full_stores_and_refusing_destinations_are_seen(bench):
    bench.pulse.disk_full = {"facts": True, "incidents": False}
    bench.pulse.told("pager", "pending", NOON + 1)
    bench.pulse.told("pager", "pending", NOON + 9)
    bench.pulse.told("chat", "failed", NOON + 2)
    bench.pulse.told("chat", "delivered", NOON + 3)

    seen = bench.at(NOON + 11)

    assert seen.disk_full == ("facts",)
    assert seen.untold == {"pager": 10}


def test_the_supervisors_note_is_read_while_it_is_fresh(bench, tmp_path):
    note = BlindNote(incident_id="dat-1", opened_at=NOON, reason="it died", at=NOON + 1, told=("pager",))
    (tmp_path / "blind.json").write_bytes(msgspec.json.encode(note))

    seen = bench.at(NOON + 2).reported

    assert seen is not None
    assert (seen.incident_id, seen.opened_at, seen.reason) == ("dat-1", NOON, "it died")
    assert bench.eyes.already_told("dat-1") == {"pager"}
    assert bench.eyes.already_told("dat-2") == frozenset()
    assert bench.at(NOON + 60).reported is None
