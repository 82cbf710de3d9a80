"""The spool's folder: which segments there are, whose writer has moved on, and which may go."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import msgspec

from leadline.storage import Cursor, Position
from leadline.vocabulary.spool import SegmentName

QUIET_S = 30.0
"""A worker writes a heartbeat each second; silent for this long while a newer life runs, it is dead."""
DEAD_S = 3600.0
"""Silent for this long without a successor: its place was given up."""
_START = Position(0)


class Segment(msgspec.Struct, frozen=True):
    """`sealed` = its writer will add nothing more, so an unfinished frame at its end is torn."""

    name: SegmentName
    path: Path
    size: int
    touched_at: float
    sealed: bool

    @property
    def file_name(self) -> str:
        return self.path.name


def list_segments(folder: Path, now: float) -> list[Segment]:
    """In order of writer and sequence. The sizes are read after the names, so a sealed one is complete."""
    names = sorted(name for path in folder.glob("*.spool") if (name := SegmentName.parse(path.name)))
    last: dict[str, int] = {}
    newest_boot: dict[tuple[str, int], str] = {}
    for name in names:
        last[name.writer] = max(name.sequence, last.get(name.writer, -1))
        worker = (name.host, name.worker)
        newest_boot[worker] = max(name.boot, newest_boot.get(worker, ""))
    found = []
    for name in names:
        path = folder / name.file_name
        try:
            stat = path.stat()
        except FileNotFoundError:
            continue
        silent_s = now - stat.st_mtime
        replaced = name.boot < newest_boot[name.host, name.worker] and silent_s >= QUIET_S
        sealed = name.sequence < last[name.writer] or replaced or silent_s >= DEAD_S
        found.append(Segment(name, path, stat.st_size, stat.st_mtime, sealed))
    return found


def streams(segments: Iterable[Segment]) -> list[list[Segment]]:
    """The segments of each writer, in order."""
    by_writer: dict[str, list[Segment]] = {}
    for segment in segments:
        by_writer.setdefault(segment.name.writer, []).append(segment)
    return list(by_writer.values())


def passed(segment: Segment, cursor: Cursor) -> bool:
    """Has this consumer read all there will ever be?"""
    position = cursor.get(segment.file_name, _START)
    return segment.sealed and (position.ended or position.offset >= segment.size)


def backlog_bytes(segments: Iterable[Segment], cursor: Cursor) -> int:
    unread = 0
    for segment in segments:
        position = cursor.get(segment.file_name, _START)
        unread += 0 if position.ended else max(0, segment.size - position.offset)
    return unread


class Tidying(msgspec.Struct, frozen=True):
    """How long slow consumers are waited for: seconds since the last write, bytes of the whole spool."""

    text_s: float = 1800.0
    spool_bytes: int = 500_000_000


class Removed(msgspec.Struct, frozen=True):
    """File names. `unread` went although somebody who is not waited for had not read them."""

    passed: Sequence[str]
    unread: Sequence[str]


def remove_passed(
    segments: Sequence[Segment],
    needed_by: Mapping[str, Cursor],
    wished_by: Mapping[str, Cursor],
    tidying: Tidying,
    now: float,
) -> Removed:
    """Unlink what nobody needs any more, oldest first.

    `needed_by` are waited for without end, `wished_by` only within the limits: text must not lie about for
    longer, and a stuck deep check must not fill the spool.
    """
    total = sum(segment.size for segment in segments)
    gone: dict[bool, list[str]] = {True: [], False: []}
    for segment in sorted(segments, key=lambda one: one.touched_at):
        if not all(passed(segment, cursor) for cursor in needed_by.values()):
            continue
        unread = not all(passed(segment, cursor) for cursor in wished_by.values())
        overdue = now - segment.touched_at > tidying.text_s or total > tidying.spool_bytes
        if unread and not overdue:
            continue
        segment.path.unlink(missing_ok=True)
        total -= segment.size
        gone[unread].append(segment.file_name)
    return Removed(gone[False], gone[True])
