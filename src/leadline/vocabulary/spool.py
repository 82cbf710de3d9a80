"""The spool's file format: length, crc32, schema number and msgpack, in segments named by their writer.

A frame is `>IIH` (payload length, crc32 of the payload, schema number) followed by the payload.
A segment is `{host}-{boot}-{worker}-{sequence:08d}.spool`. A short or corrupt frame at the end of a dead
writer's segment is a torn tail and ends it; a live writer's short frame is simply not written yet.
"""

import struct
import zlib
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from leadline.vocabulary.feedback import FeedbackNote
from leadline.vocabulary.observation import Heartbeat, Observation, SpoolRecord, TargetNews
from leadline.vocabulary.retrieval import RetrievalNote
from leadline.vocabulary.review import HeldText

SPOOL_SCHEMA = 5
"""The newest that is read. A record is written with the oldest that knows its kind, so that a watch of the
last version reads on.
"""
_ALWAYS = 1
_SINCE: dict[type[SpoolRecord], int] = {TargetNews: 2, RetrievalNote: 3, FeedbackNote: 4, HeldText: 5}
SUFFIX = ".spool"
_HEADER = struct.Struct(">IIH")
HEADER_BYTES = _HEADER.size
LARGEST_FRAME = 64 * 1024 * 1024
_encoder = msgspec.msgpack.Encoder()
_decoder: msgspec.msgpack.Decoder[SpoolRecord] = msgspec.msgpack.Decoder(
    Observation | Heartbeat | TargetNews | RetrievalNote | FeedbackNote | HeldText
)


class SegmentName(msgspec.Struct, frozen=True, order=True):
    """Who wrote a segment. `boot` tells two lives of one worker apart; it sorts by time."""

    host: str
    boot: str
    worker: int
    sequence: int

    @classmethod
    def parse(cls, file_name: str) -> "SegmentName | None":
        """The name's parts, or None when the file is not a segment."""
        if not file_name.endswith(SUFFIX):
            return None
        parts = file_name.removesuffix(SUFFIX).rsplit("-", 3)
        if len(parts) != 4 or not (parts[2].isdigit() and parts[3].isdigit()):
            return None
        return cls(parts[0], parts[1], int(parts[2]), int(parts[3]))

    @property
    def writer(self) -> str:
        """Which life of which worker: all its segments are one stream."""
        return f"{self.host}-{self.boot}-{self.worker}"

    @property
    def file_name(self) -> str:
        return f"{self.writer}-{self.sequence:08d}{SUFFIX}"


class FrameEnd(StrEnum):
    """Why reading stopped: at a clean boundary, in an unfinished frame, or at a damaged one."""

    CLEAN = "clean"
    SHORT = "short"
    CORRUPT = "corrupt"


class Frame(msgspec.Struct, frozen=True):
    """`end` is the offset just behind the frame, from the start of the buffer that was given."""

    schema: int
    payload: bytes
    end: int


def encode(record: SpoolRecord) -> bytes:
    payload = _encoder.encode(record)
    schema = _SINCE.get(type(record), _ALWAYS)
    return _HEADER.pack(len(payload), zlib.crc32(payload), schema) + payload


def decode(frame: Frame) -> SpoolRecord:
    """The record of a frame whose schema is known. Raises msgspec.DecodeError on damage."""
    return _decoder.decode(frame.payload)


def frames(buffer: bytes, start: int = 0) -> Iterator[Frame | FrameEnd]:
    """Each whole frame from `start` on, then exactly one `FrameEnd`."""
    at = start
    while True:
        if at == len(buffer):
            yield FrameEnd.CLEAN
            return
        if len(buffer) - at < HEADER_BYTES:
            yield FrameEnd.SHORT
            return
        length, crc, schema = _HEADER.unpack_from(buffer, at)
        if length > LARGEST_FRAME:
            yield FrameEnd.CORRUPT
            return
        begin = at + HEADER_BYTES
        if len(buffer) - begin < length:
            yield FrameEnd.SHORT
            return
        payload = buffer[begin : begin + length]
        if zlib.crc32(payload) != crc:
            yield FrameEnd.CORRUPT
            return
        at = begin + length
        yield Frame(schema, payload, at)
