"""The spool's reading end: whole frames in each writer's order, from a cursor that the consumer keeps."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from leadline.storage import Cursor, Position
from leadline.vocabulary import Observation, SpoolRecord
from leadline.vocabulary.spool import SPOOL_SCHEMA, Frame, FrameEnd, decode, frames
from leadline.watch.segments import Segment, list_segments, passed, streams

CHUNK_BYTES = 4 * 1024 * 1024
_START = Position(0)


class Seen(msgspec.Struct, frozen=True):
    """A record and where its frame begins."""

    segment: str
    offset: int
    record: SpoolRecord


class RawRecord(msgspec.Struct, frozen=True):
    """A frame that this version cannot read: of a newer schema, or damaged inside (`reason`)."""

    segment: str
    offset: int
    schema: int
    payload: bytes
    reason: str


class Batch(msgspec.Struct, frozen=True, kw_only=True):
    """`cursor` holds once the batch's effect is kept. `drained` = nothing more to read just now.

    `horizon` is the Unix time up to which every writer with more to read has been read; None = all of them
    are drained.
    """

    seen: Sequence[Seen]
    newer: Sequence[RawRecord]
    bad: Sequence[RawRecord]
    cursor: Cursor
    segments: Sequence[Segment]
    horizon: float | None
    torn: int = 0

    @property
    def drained(self) -> bool:
        return self.horizon is None

    @property
    def read_anything(self) -> bool:
        return bool(self.seen or self.newer or self.bad)


class SpoolReader:
    """Reads for one consumer. Keeps nothing between calls: the cursor comes in and goes out."""

    def __init__(self, folder: Path, chunk_bytes: int = CHUNK_BYTES) -> None:
        self._folder = folder
        self._chunk_bytes = chunk_bytes

    def read(self, cursor: Cursor, now: float) -> Batch:
        segments = list_segments(self._folder, now)
        kept = {s.file_name: cursor[s.file_name] for s in segments if s.file_name in cursor}
        reading = _Reading(kept, self._chunk_bytes)
        for stream in streams(segments):
            reading.stream(stream)
        return Batch(
            seen=reading.seen,
            newer=reading.newer,
            bad=reading.bad,
            cursor=reading.cursor,
            segments=segments,
            horizon=min(reading.behind, default=None),
            torn=reading.torn,
        )


class _Reading:
    """One pass over all writers, at most a chunk of each."""

    def __init__(self, cursor: dict[str, Position], chunk_bytes: int) -> None:
        self.cursor = cursor
        self.seen: list[Seen] = []
        self.newer: list[RawRecord] = []
        self.bad: list[RawRecord] = []
        self.behind: list[float] = []
        self.torn = 0
        self._chunk_bytes = chunk_bytes

    def stream(self, segments: Sequence[Segment]) -> None:
        """Go on where the writer's cursor stands; stop at its live end or when the chunk is full."""
        room = self._chunk_bytes
        latest = 0.0
        for segment in segments:
            if passed(segment, self.cursor):
                continue
            before = len(self.seen)
            used, more = self._segment(segment, room)
            room -= used
            latest = max([latest, *(time_of(one.record) for one in self.seen[before:])])
            if more or room <= 0:
                self.behind.append(latest)
                return
            if not passed(segment, self.cursor):
                return

    def _segment(self, segment: Segment, room: int) -> tuple[int, bool]:
        """Read about `room` bytes, at least one whole frame. (bytes used, whether more is there)."""
        begin = self.cursor.get(segment.file_name, _START)
        if begin.ended:
            return 0, False
        while True:
            buffer = _read(segment.path, begin.offset, room)
            used, end = self._frames(segment.file_name, begin.offset, buffer)
            cut = len(buffer) == room and end is FrameEnd.SHORT
            if used or not cut:
                break
            room *= 2
        self._note(segment, begin.offset + used, FrameEnd.CLEAN if cut else end)
        return used, cut

    def _frames(self, segment: str, offset: int, buffer: bytes) -> tuple[int, FrameEnd]:
        used = 0
        for frame in frames(buffer):
            if isinstance(frame, FrameEnd):
                return used, frame
            self._keep(segment, offset + used, frame)
            used = frame.end
        return used, FrameEnd.CLEAN

    def _keep(self, segment: str, offset: int, frame: Frame) -> None:
        if frame.schema > SPOOL_SCHEMA:
            self.newer.append(RawRecord(segment, offset, frame.schema, frame.payload, "newer schema"))
            return
        try:
            self.seen.append(Seen(segment, offset, decode(frame)))
        except msgspec.MsgspecError as error:
            self.bad.append(RawRecord(segment, offset, frame.schema, frame.payload, str(error)))

    def _note(self, segment: Segment, at: int, end: FrameEnd) -> None:
        """Note how far the segment was read, and when its tail can never be read, that it ends here."""
        torn = end is FrameEnd.SHORT and segment.sealed
        if end is FrameEnd.CORRUPT:
            rest = _read(segment.path, at, -1)
            self.bad.append(RawRecord(segment.file_name, at, 0, rest, "corrupt frame"))
        self.torn += torn
        ended = torn or end is FrameEnd.CORRUPT
        if at or ended:
            self.cursor[segment.file_name] = Position(at, ended)


def time_of(record: SpoolRecord) -> float:
    return record.exchange.ended_at if isinstance(record, Observation) else record.at


def _read(path: Path, offset: int, size: int) -> bytes:
    with path.open("rb") as segment:
        segment.seek(offset)
        return segment.read(size)
