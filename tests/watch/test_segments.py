"""A segment goes when nobody needs it, and a slow consumer cannot keep it for ever."""

import os

import pytest
from tests.watch.records import NOON, SegmentWriter, observation

from leadline.storage import Position
from leadline.watch.segments import Tidying, backlog_bytes, list_segments, remove_passed


@pytest.fixture
def writer(tmp_path):
    writer = SegmentWriter(tmp_path)
    writer.write(observation("r1"))
    writer.next_segment()
    writer.write(observation("r2"))
    for path in tmp_path.glob("*.spool"):
        os.utime(path, (NOON, NOON))
    return writer


def whole(segments):
    return {segment.file_name: Position(segment.size) for segment in segments}


def test_only_the_last_segment_of_a_writer_is_open(writer):
    assert [segment.sealed for segment in list_segments(writer.path.parent, NOON)] == [True, False]


def test_files_that_are_no_segments_are_let_alone(writer):
    (writer.path.parent / "notes.spool").touch()
    (writer.path.parent / "bad").mkdir()

    assert len(list_segments(writer.path.parent, NOON)) == 2


def test_a_segment_goes_when_all_have_read_it_and_its_writer_moved_on(writer):
    segments = list_segments(writer.path.parent, NOON)
    read = whole(segments)

    half = remove_passed(segments, {"a": read, "b": {}}, {"deep": read}, Tidying(), NOON)
    full = remove_passed(segments, {"a": read, "b": read}, {"deep": read}, Tidying(), NOON)

    assert half.passed == []
    assert full.passed == [segments[0].file_name]
    assert [path.name for path in writer.path.parent.iterdir()] == [writer.path.name]


@pytest.mark.parametrize(
    ("now", "tidying"), [(NOON + 1801, Tidying()), (NOON, Tidying(spool_bytes=10))], ids=["old", "large"]
)
def test_a_stuck_deep_check_keeps_no_segment_beyond_the_limits(writer, now, tidying):
    segments = list_segments(writer.path.parent, NOON)
    read = whole(segments)

    assert remove_passed(segments, {"a": read}, {"deep": {}}, Tidying(), NOON).passed == []
    removed = remove_passed(segments, {"a": read}, {"deep": {}}, tidying, now)

    assert removed.unread == [segments[0].file_name]


def test_what_facts_and_triage_need_stays_however_large_the_spool(writer):
    segments = list_segments(writer.path.parent, NOON)

    removed = remove_passed(segments, {"a": {}}, {}, Tidying(spool_bytes=0, text_s=0), NOON + 9999)

    assert (removed.passed, removed.unread) == ([], [])


def test_the_backlog_is_what_is_not_read_yet(writer):
    segments = list_segments(writer.path.parent, NOON)
    first, second = segments

    assert backlog_bytes(segments, {}) == first.size + second.size
    assert backlog_bytes(segments, {first.file_name: Position(first.size)}) == second.size
    assert backlog_bytes(segments, {first.file_name: Position(1, ended=True)}) == second.size
