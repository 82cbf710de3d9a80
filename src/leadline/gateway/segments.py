"""Append frames to a worker's segments on disk: whole frames only, within a limit, never raising."""

import errno
import os
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from leadline.vocabulary.spool import SUFFIX, SegmentName

_RECOUNT_EVERY_S = 1.0
_SPACE_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class SpoolLimits(msgspec.Struct, frozen=True, kw_only=True):
    """`total_bytes` bounds all segments of this worker that the watch has not removed, `buffer_bytes` what
    waits in memory for the disk. A segment ends at `segment_bytes` or `segment_s`, so that its reader can
    remove it.
    """

    segment_bytes: int = 8 * 1024 * 1024
    segment_s: float = 10.0
    total_bytes: int = 1024 * 1024 * 1024
    buffer_bytes: int = 8 * 1024 * 1024
    flush_s: float = 0.05


class Appended(msgspec.Struct, frozen=True):
    """The first `written` frames are on disk; `reason` says why the others are not."""

    written: int
    reason: str
    spool_bytes: int


class Segments:
    """Used by one thread at a time; it blocks on the disk."""

    def __init__(
        self, folder: str, name: SegmentName, limits: SpoolLimits, clock: Callable[[], float]
    ) -> None:
        if SegmentName.parse(name.file_name) != name or "/" in name.file_name:
            raise ValueError(f"{name.writer!r} cannot name a segment: take the dashes out of the boot")
        self._folder = Path(folder)
        self._name = name
        self._limits = limits
        self._clock = clock
        self._file: int | None = None
        self._size = 0
        self._opened_at = 0.0
        self._on_disk = 0
        self._counted_at = -_RECOUNT_EVERY_S

    def append(self, frames: Sequence[bytes]) -> Appended:
        """Write as many of `frames` as there is room for. Never raises for what the disk does."""
        written = 0
        while written < len(frames):
            try:
                batch = self._batch(frames, written)
                if not batch:
                    return Appended(written, self._full(), self._on_disk)
                count, problem = self._write(batch)
            except OSError as error:
                return Appended(written, self._unwritable(error), self._on_disk)
            written += count
            if problem is not None:
                return Appended(written, self._unwritable(problem), self._on_disk)
        return Appended(written, "", self._on_disk)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _batch(self, frames: Sequence[bytes], start: int) -> list[bytes]:
        """The next frames that fit into one segment (at least one) and under the total limit."""
        if self._due(len(frames[start])):
            self.close()
        room = self._limits.total_bytes - self._count(len(frames[start]))
        fits = min(room, self._limits.segment_bytes - (self._size if self._file is not None else 0))
        batch: list[bytes] = []
        taken = 0
        for frame in frames[start:]:
            taken += len(frame)
            if taken > room or (batch and taken > fits):
                break
            batch.append(frame)
        return batch

    def _due(self, more: int) -> bool:
        """Whether the open segment has to end before `more` bytes go in."""
        if self._file is None:
            return False
        if os.fstat(self._file).st_nlink == 0:
            return True  # somebody removed it: what goes in would be lost unseen
        if self._size == 0:
            return False
        too_old = self._clock() - self._opened_at >= self._limits.segment_s
        return too_old or self._size + more > self._limits.segment_bytes

    def _write(self, batch: list[bytes]) -> tuple[int, OSError | None]:
        """How many whole frames are on disk. What was written of a further one is cut off again."""
        file = self._opened()
        data = memoryview(b"".join(batch))
        done = 0
        problem: OSError | None = None
        try:
            while done < len(data):
                done += os.write(file, data[done:])
        except OSError as error:
            problem = error
        count = whole = 0
        for frame in batch:
            if whole + len(frame) > done:
                break
            whole += len(frame)
            count += 1
        self._size += whole
        self._on_disk += whole
        if done != whole:
            self._cut_back()
        return count, problem

    def _cut_back(self) -> None:
        assert self._file is not None  # noqa: S101 - it has just been written to
        try:
            os.ftruncate(self._file, self._size)
        except OSError:
            self.close()  # the torn frame stays at the end of its segment, where readers expect one

    def _opened(self) -> int:
        while self._file is None:
            name = msgspec.structs.replace(self._name, sequence=self._name.sequence + 1)
            self._name = name
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC
            try:
                self._file = os.open(self._folder / name.file_name, flags, 0o600)
            except FileExistsError:
                continue
            self._size = 0
            self._opened_at = self._clock()
        return self._file

    def _count(self, needed: int) -> int:
        """Bytes of this worker's segments, earlier lives included. Looked up once a second, or when full."""
        now = self._clock()
        full = self._on_disk + needed > self._limits.total_bytes
        if full or now - self._counted_at >= _RECOUNT_EVERY_S:
            self._counted_at = now
            self._on_disk = sum(map(_size_of, self._own()))
        return self._on_disk

    def _own(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        found = []
        for path in self._folder.iterdir():
            name = SegmentName.parse(path.name) if path.name.endswith(SUFFIX) else None
            if name is not None and (name.host, name.worker) == (self._name.host, self._name.worker):
                found.append(path)
        return found

    def _full(self) -> str:
        limit = self._limits.total_bytes / 1024 / 1024
        return f"the spool is at its limit of {limit:g} MiB; start the watch, which reads and removes it"

    def _unwritable(self, error: OSError) -> str:
        what = "free space on its disk" if error.errno in _SPACE_ERRORS else "check its disk and permissions"
        return f"the spool cannot be written ({error.strerror}); {what}"


def _size_of(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0  # the watch removed it in this very moment
