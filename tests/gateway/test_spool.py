"""The spool's writing end on real disks: whole frames, bounded, and never in the way."""

import asyncio
import os
import resource
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.watch.records import observation

from leadline.gateway.segments import Segments
from leadline.gateway.spool import SpoolLimits, SpoolWriter
from leadline.vocabulary import Heartbeat
from leadline.vocabulary.spool import Frame, FrameEnd, SegmentName, decode, encode, frames


class Clock:
    """Seconds that pass when told to."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self):
        return self.now


def beat(number, padding=0):
    return Heartbeat(host="h" * (1 + padding), worker=0, pid=1, at=float(number))


def segments_of(folder):
    found = [(SegmentName.parse(path.name), path) for path in Path(folder).iterdir()]
    return [path for name, path in sorted(found)]


def read(folder):
    """All records of all segments in order. Every segment must end at a frame's end."""
    records = []
    for path in segments_of(folder):
        *whole, end = frames(path.read_bytes())
        assert end is FrameEnd.CLEAN
        for frame in whole:
            assert isinstance(frame, Frame)
            records.append(decode(frame))
    return records


async def until(condition):
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.001)


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / "spool")


async def test_what_is_offered_is_on_disk_soon_without_anybody_asking(folder):
    writer = SpoolWriter(folder, "host-1", "boot", 3)
    offered = [beat(n) for n in range(100)]
    assert all(writer.offer(record) for record in offered)
    await until(lambda: writer.stats.recorded == 100)

    assert read(folder) == offered
    assert writer.stats.dropped == 0
    assert writer.stats.spool_bytes == sum(path.stat().st_size for path in segments_of(folder))
    await writer.close()


async def test_only_the_owner_may_read_the_spool(folder):
    writer = SpoolWriter(folder, "h", "b", 0)
    writer.offer(beat(1))
    await writer.close()

    assert Path(folder).stat().st_mode & 0o777 == 0o700
    assert segments_of(folder)[0].stat().st_mode & 0o777 == 0o600


async def test_closing_writes_what_is_left_and_refuses_what_comes_later(folder):
    writer = SpoolWriter(folder, "h", "b", 0, limits=SpoolLimits(flush_s=3600))
    writer.offer(beat(1))
    await writer.close()

    assert read(folder) == [beat(1)]
    assert not writer.offer(beat(2))
    assert writer.stats.dropped == 1


async def test_a_disk_that_is_slower_than_the_records_costs_copies_and_says_so(folder):
    writer = SpoolWriter(folder, "h", "b", 0, limits=SpoolLimits(flush_s=3600, buffer_bytes=1000))
    outcomes = [writer.offer(beat(n)) for n in range(100)]
    await writer.close()

    assert outcomes == sorted(outcomes, reverse=True)
    assert writer.stats.recorded == outcomes.count(True) == len(read(folder))
    assert writer.stats.dropped == outcomes.count(False) > 0
    assert "slowly" in writer.stats.drop_reason


async def test_failures_among_the_lost_are_counted_apart(folder):
    writer = SpoolWriter(folder, "h", "b", 0, limits=SpoolLimits(total_bytes=100, flush_s=0))
    for number in range(6):
        writer.offer(observation(f"r{number}", failed=number < 2))
    writer.offer(observation("flagged", checks=[("entities", True)]))
    await until(lambda: writer.stats.dropped == 7)
    await writer.close()
    writer.offer(observation("late", failed=True))

    assert (writer.stats.dropped, writer.stats.dropped_failures) == (8, 4)


async def test_a_record_that_cannot_be_encoded_is_dropped_alone(folder):
    writer = SpoolWriter(folder, "h", "b", 0)
    assert not writer.offer(Heartbeat(host="\ud800", worker=0, pid=1, at=0.0))
    assert writer.offer(beat(1))
    await writer.close()

    assert read(folder) == [beat(1)]
    assert "encoded" in writer.stats.drop_reason


def test_a_boot_with_a_dash_cannot_name_a_segment(folder):
    with pytest.raises(ValueError, match="cannot name a segment"):
        SpoolWriter(folder, "h", "bo-ot", 0)


# Segments


def segments(folder, clock=None, **limits):
    return Segments(folder, SegmentName("h", "b", 0, 0), SpoolLimits(**limits), clock or Clock())


def many(count, padding=80):
    return [encode(beat(n, padding)) for n in range(count)]


def test_a_segment_ends_at_its_size(folder):
    written = many(100)
    made = segments(folder, segment_bytes=1000)
    assert made.append(written).written == 100
    made.close()

    paths = segments_of(folder)
    assert len(paths) > 10
    assert all(path.stat().st_size <= 1000 for path in paths)
    assert [encode(record) for record in read(folder)] == written


def test_a_frame_longer_than_a_segment_gets_one_of_its_own(folder):
    made = segments(folder, segment_bytes=100)
    assert made.append(many(3, padding=500)).written == 3
    made.close()

    assert len(segments_of(folder)) == 3


def test_a_segment_ends_at_its_age(folder):
    clock = Clock()
    made = segments(folder, clock, segment_s=10.0)
    for _ in range(3):
        made.append(many(1))
        clock.now += 6
    made.close()

    assert len(segments_of(folder)) == 2


def test_a_segment_of_an_earlier_life_is_left_alone(folder):
    first = segments(folder)
    first.append(many(1))
    second = segments(folder)
    second.append(many(2))
    first.close()
    second.close()

    assert [path.name for path in segments_of(folder)] == ["h-b-0-00000001.spool", "h-b-0-00000002.spool"]
    assert len(read(folder)) == 3


def test_a_full_spool_drops_says_so_and_goes_on_when_the_watch_makes_room(folder):
    made = segments(folder, segment_bytes=400, total_bytes=1000)
    outcome = made.append(many(100))

    assert 0 < outcome.written < 100
    assert outcome.spool_bytes <= 1000
    assert "limit" in outcome.reason
    assert made.append(many(1)).written == 0
    segments_of(folder)[0].unlink()
    again = made.append(many(1))
    assert (again.written, again.reason) == (1, "")
    made.close()
    assert len(read(folder)) > 1


def test_other_workers_do_not_count_towards_the_limit(folder):
    other = Segments(folder, SegmentName("h", "b", 1, 0), SpoolLimits(), Clock())
    other.append(many(100))
    made = segments(folder, total_bytes=1000)

    assert made.append(many(1)).written == 1
    other.close()
    made.close()


def test_a_removed_segment_is_not_written_to_any_more(folder):
    made = segments(folder)
    made.append(many(1))
    segments_of(folder)[0].unlink()
    made.append(many(2))
    made.close()

    assert len(read(folder)) == 2


def test_a_folder_that_cannot_be_made_is_a_reason_not_an_exception(tmp_path):
    (tmp_path / "file").write_text("in the way")
    outcome = segments(str(tmp_path / "file" / "spool")).append(many(1))

    assert outcome.written == 0
    assert "cannot be written" in outcome.reason


@pytest.fixture
def small_disk(tmp_path):
    mounted = tmp_path / "disk"
    mounted.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(mounted)]
    if os.geteuid() != 0 or subprocess.run(command, check=False, capture_output=True).returncode != 0:
        pytest.skip("a small disk needs root and mount; the file size limit below tries the same")
    yield mounted
    subprocess.run(["umount", "-l", str(mounted)], check=True)


async def test_on_a_full_disk_frames_stay_whole_and_writing_goes_on_when_room_returns(small_disk):
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(40_000))
    folder = str(small_disk / "spool")
    writer = SpoolWriter(folder, "h", "b", 0, limits=SpoolLimits(flush_s=0.001))
    for number in range(2000):
        assert writer.offer(beat(number, padding=30))
    await until(lambda: writer.stats.recorded + writer.stats.dropped == 2000)

    assert writer.stats.dropped > 0
    assert "No space left" in writer.stats.drop_reason
    assert read(folder) == [beat(n, padding=30) for n in range(writer.stats.recorded)]

    ballast.unlink()
    before = writer.stats.recorded
    assert writer.offer(beat(9999))
    await until(lambda: writer.stats.recorded == before + 1)
    assert read(folder)[-1] == beat(9999)
    await writer.close()


def test_at_a_file_size_limit_a_torn_frame_is_cut_off_again(folder):
    program = textwrap.dedent(f"""
        import resource, signal
        from leadline.gateway.segments import Segments, SpoolLimits
        from leadline.vocabulary import Heartbeat
        from leadline.vocabulary.spool import SegmentName, encode
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, resource.RLIM_INFINITY))
        made = Segments({folder!r}, SegmentName("h", "b", 0, 0), SpoolLimits(), lambda: 0.0)
        frames = [encode(Heartbeat(host="h", worker=0, pid=1, at=float(n))) for n in range(100)]
        outcome = made.append(frames)
        print(outcome.written, outcome.reason)
    """)
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    written, _, reason = done.stdout.partition(" ")

    assert 0 < int(written) < 100
    assert "free space" in reason
    assert [record.at for record in read(folder)] == [float(n) for n in range(int(written))]


@given(
    sizes=st.lists(st.integers(0, 300), min_size=1, max_size=40),
    segment_bytes=st.integers(1, 2000),
    total_bytes=st.integers(1, 5000),
)
def test_whatever_the_limits_the_first_frames_are_on_disk_in_order_and_no_more(
    tmp_path_factory, sizes, segment_bytes, total_bytes
):
    folder = tmp_path_factory.mktemp("law")
    offered = [encode(beat(n, size)) for n, size in enumerate(sizes)]
    made = segments(str(folder), segment_bytes=segment_bytes, total_bytes=total_bytes)
    outcome = made.append(offered)
    made.close()

    assert [encode(record) for record in read(folder)] == offered[: outcome.written]
    assert outcome.spool_bytes == sum(len(frame) for frame in offered[: outcome.written]) <= total_bytes
    assert (outcome.written == len(offered)) is (sum(map(len, offered)) <= total_bytes)
