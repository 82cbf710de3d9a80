"""Whole records come once and in order, whatever the end of a segment looks like."""

import os
import struct
import zlib

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.watch.records import NOON, SegmentWriter, observation

from leadline.storage import Position
from leadline.vocabulary import Heartbeat, Observation
from leadline.vocabulary.spool import encode
from leadline.watch.spool_reader import SpoolReader


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "spool"


@pytest.fixture
def writer(folder):
    return SegmentWriter(folder)


def beat(n):
    return Heartbeat(host="h", worker=0, pid=1, at=NOON + n)


def ids(batch):
    return [seen.record.exchange.request_id for seen in batch.seen]


def now_of(writer):
    return writer.path.stat().st_mtime


def frame(payload, schema=1, crc=None):
    return struct.pack(">IIH", len(payload), zlib.crc32(payload) if crc is None else crc, schema) + payload


def test_records_come_in_the_order_of_each_writer(folder, writer):
    other = SegmentWriter(folder, worker=1)
    writer.write(observation("a1"))
    other.write(observation("b1"))
    writer.next_segment()
    writer.write(observation("a2"))

    batch = SpoolReader(folder).read({}, now_of(writer))

    assert ids(batch) == ["a1", "a2", "b1"]
    assert batch.drained


def test_reading_goes_on_where_the_cursor_stands(folder, writer):
    reader = SpoolReader(folder)
    writer.write(observation("r1"))
    first = reader.read({}, now_of(writer))
    writer.write(observation("r2"))

    second = reader.read(first.cursor, now_of(writer))

    assert (ids(first), ids(second)) == (["r1"], ["r2"])
    assert ids(reader.read(second.cursor, now_of(writer))) == []


def test_a_short_frame_of_a_live_writer_is_waited_for(folder, writer):
    whole = encode(observation("r1"))
    writer.write_bytes(whole[:-5])
    reader = SpoolReader(folder)

    before = reader.read({}, now_of(writer))
    writer.write_bytes(whole[-5:])
    after = reader.read(before.cursor, now_of(writer))

    assert (ids(before), before.torn) == ([], 0)
    assert ids(after) == ["r1"]


def test_a_torn_tail_ends_a_segment_that_its_writer_has_left(folder, writer):
    writer.write(observation("r1"))
    writer.write_bytes(encode(observation("torn"))[:-5])
    torn = writer.path.name
    writer.next_segment()
    writer.write(observation("r2"))

    batch = SpoolReader(folder).read({}, now_of(writer))

    assert ids(batch) == ["r1", "r2"]
    assert batch.torn == 1
    assert batch.bad == []
    assert batch.cursor[torn].ended


def test_a_torn_tail_ends_the_segment_of_a_life_that_was_replaced_and_fell_silent(folder, writer):
    writer.write_bytes(encode(observation("torn"))[:-5])
    SegmentWriter(folder, boot="b2").write(observation("r2"))
    os.utime(writer.path, (NOON, NOON))
    reader = SpoolReader(folder)

    while_it_may_still_drain = reader.read({}, NOON + 5)
    later = reader.read(while_it_may_still_drain.cursor, NOON + 60)

    assert while_it_may_still_drain.torn == 0
    assert later.torn == 1


def test_a_damaged_frame_gives_up_the_rest_of_its_segment_only(folder, writer):
    writer.write(observation("r1"))
    damaged = writer.path.name
    offset = writer.path.stat().st_size
    writer.write_bytes(frame(b"damage", crc=1))
    writer.write(observation("behind"))
    writer.next_segment()
    writer.write(observation("r2"))
    reader = SpoolReader(folder)

    batch = reader.read({}, now_of(writer))

    assert ids(batch) == ["r1", "r2"]
    (rest,) = batch.bad
    assert (rest.segment, rest.offset, rest.reason) == (damaged, offset, "corrupt frame")
    assert rest.payload.endswith(encode(observation("behind")))
    assert reader.read(batch.cursor, now_of(writer)).bad == []


def test_a_record_of_a_newer_schema_is_kept_raw_and_passed(folder, writer):
    writer.write(observation("r1"))
    writer.write_bytes(frame(b"tomorrow", schema=99))
    writer.write(observation("r2"))

    batch = SpoolReader(folder).read({}, now_of(writer))

    assert ids(batch) == ["r1", "r2"]
    assert [(raw.schema, raw.payload) for raw in batch.newer] == [(99, b"tomorrow")]


def test_a_whole_frame_that_holds_no_record_is_bad_and_passed(folder, writer):
    writer.write_bytes(frame(b"\xc1 nonsense"))
    writer.write(observation("r2"))

    batch = SpoolReader(folder).read({}, now_of(writer))

    assert ids(batch) == ["r2"]
    assert [raw.payload for raw in batch.bad] == [b"\xc1 nonsense"]


def test_a_record_larger_than_the_chunk_is_read(folder, writer):
    writer.write(observation("x" * 10_000))

    batch = SpoolReader(folder, chunk_bytes=100).read({}, now_of(writer))

    assert ids(batch) == ["x" * 10_000]


def test_the_horizon_is_the_time_up_to_which_all_writers_are_read(folder, writer):
    SegmentWriter(folder, worker=1).write(observation("other", NOON + 99))
    writer.write(*(observation(f"r{n}", NOON + n) for n in range(9)))
    reader = SpoolReader(folder, chunk_bytes=100)

    batch = reader.read({}, now_of(writer))

    assert ids(batch) == ["r0", "other"]
    assert batch.horizon == NOON


def test_segments_that_are_gone_leave_the_cursor(folder, writer):
    writer.write(observation("r1"))

    batch = SpoolReader(folder).read({"gone-b-0-00000000.spool": Position(7)}, now_of(writer))

    assert list(batch.cursor) == [writer.path.name]


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    cuts=st.lists(st.integers(min_value=0, max_value=4000), max_size=6),
    chunk=st.integers(min_value=1, max_value=3000),
    rotate_at=st.sets(st.integers(min_value=0, max_value=9)),
)
def test_however_the_bytes_arrive_each_record_comes_once(tmp_path_factory, cuts, chunk, rotate_at):
    writer = SegmentWriter(tmp_path_factory.mktemp("spool"))
    reader = SpoolReader(writer.path.parent, chunk_bytes=chunk)
    cursor: dict[str, Position] = {}
    seen: list[str] = []

    def read_on():
        nonlocal cursor
        batch = reader.read(cursor, now_of(writer))
        seen.extend(
            one.record.exchange.request_id for one in batch.seen if isinstance(one.record, Observation)
        )
        cursor = dict(batch.cursor)
        return batch

    for n in range(10):
        if n in rotate_at:
            writer.next_segment()
        data = encode(observation(f"r{n}")) + encode(beat(n))
        at = 0
        for cut in [*sorted({cut for cut in cuts if cut < len(data)}), len(data)]:
            writer.write_bytes(data[at:cut])
            at = cut
            read_on()
    while not (batch := read_on()).drained or batch.seen:
        pass

    assert seen == [f"r{n}" for n in range(10)]
