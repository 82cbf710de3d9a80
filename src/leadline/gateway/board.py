"""Counters that all workers of a host see: shared memory in which each writes its own column only."""

import errno
import mmap
import os
import struct
from enum import IntEnum
from pathlib import Path

_MAGIC = b"LLboard1"
_HEADER = struct.Struct("=8sqq")
_HEADER_BYTES = 64
_CELL_BYTES = 8
SLOTS = 4096


class Counter(IntEnum):
    """What a slot counts; one cell each, so never half-read. The minute counters hold `minute << 32 | count`.

    The first three are about keys, the others about targets, whose slots are numbered apart
    (`gateway.breakers` says what its cells hold).
    """

    EVEN_MINUTE = 0
    ODD_MINUTE = 1
    IN_FLIGHT = 2
    BREAKER = 3
    EVEN_WINDOW = 4
    ODD_WINDOW = 5
    CLAIM = 6
    HOLD = 7
    PROBED = 8
    WARNED = 9


_COUNTERS = len(Counter)
"""Asking the enumeration costs half a microsecond each time."""


class BoardUnusable(ValueError):
    """The file is not a board of this version, or has no column for this worker."""


class Board:
    """`slots` x counters x workers of int64. A cell is written by one worker and read by all; sums may be
    a moment old, so admission adds first, sums, and takes back.
    """

    def __init__(self, memory: mmap.mmap, workers: int, slots: int, worker: int) -> None:
        self.slots = slots
        self._memory = memory
        self._cells = memoryview(memory)[_HEADER_BYTES:].cast("q")
        self._workers = workers
        self._worker = worker
        self._slot_cells = _COUNTERS * workers

    @classmethod
    def create(cls, path: str, workers: int, slots: int = SLOTS) -> None:
        """Make an empty board, 0600, replacing an older one. For the supervisor, before workers start."""
        size = _size(workers, slots)
        fresh = Path(f"{path}.{os.getpid()}")
        file = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        try:
            # Real blocks, not a hole: a full disk shows here, instead of killing a worker later.
            content = _HEADER.pack(_MAGIC, workers, slots).ljust(size, b"\0")
            if os.write(file, content) != size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), path)
        finally:
            os.close(file)
        fresh.rename(path)

    @classmethod
    def attach(cls, path: str, worker: int) -> "Board":
        """Open the board as `worker`, counted from 0. What a dead predecessor held is forgotten.

        Raises BoardUnusable or OSError.
        """
        file = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        try:
            size = os.fstat(file).st_size
            if size < _HEADER_BYTES:
                raise BoardUnusable(f"{path} is not a board; the supervisor makes it anew when it starts")
            memory = mmap.mmap(file, size)
        finally:
            os.close(file)
        magic, workers, slots = _HEADER.unpack_from(memory)
        if magic != _MAGIC or size != _size(workers, slots):
            memory.close()
            raise BoardUnusable(f"{path} is not a board; the supervisor makes it anew when it starts")
        if not 0 <= worker < workers:
            memory.close()
            raise BoardUnusable(f"{path} has columns for workers 0 to {workers - 1}, not for {worker}")
        board = cls(memory, workers, slots, worker)
        for slot in range(slots):
            board.put(Counter.IN_FLIGHT, slot, 0)
            board.put(Counter.CLAIM, slot, 0)
        return board

    @property
    def workers(self) -> int:
        return self._workers

    def own(self, counter: Counter, slot: int) -> int:
        return self._cells[slot * self._slot_cells + counter * self._workers + self._worker]

    def put(self, counter: Counter, slot: int, value: int) -> None:
        self._cells[slot * self._slot_cells + counter * self._workers + self._worker] = value

    def row(self, counter: Counter, slot: int) -> list[int]:
        """The cells of all workers."""
        start = slot * self._slot_cells + counter * self._workers
        return self._cells[start : start + self._workers].tolist()

    def newest(self, counter: Counter, slot: int) -> int:
        """The largest cell of all workers, which of times is the latest."""
        start = slot * self._slot_cells + counter * self._workers
        if self._workers == 1:
            return self._cells[start]
        return max(self._cells[start : start + self._workers].tolist())

    def close(self) -> None:
        self._cells.release()
        self._memory.close()


def _size(workers: int, slots: int) -> int:
    return _HEADER_BYTES + _CELL_BYTES * _COUNTERS * workers * slots
