"""Limits of a gateway key over all workers of a host: requests a minute, and requests at a time."""

import zlib
from collections.abc import Callable, Iterable, Mapping
from enum import StrEnum

import msgspec

from leadline.gateway.board import Board, Counter
from leadline.vocabulary import KeyGrant

_MINUTE_S = 60.0
_COUNT_BITS = 32
_COUNT_MASK = (1 << _COUNT_BITS) - 1
_PARALLEL_RETRY_S = 1.0
"""Nobody can know when another request of the key ends; a second is what SDKs wait anyway."""


class LimitReason(StrEnum):
    WITHIN = "within"
    REQUESTS_PER_MINUTE = "requests_per_minute"
    PARALLEL = "parallel"


class LimitDecision(msgspec.Struct, frozen=True):
    """`retry_after_s` is None when admitted."""

    reason: LimitReason
    retry_after_s: float | None = None

    @property
    def admitted(self) -> bool:
        return self.reason is LimitReason.WITHIN


WITHIN = LimitDecision(LimitReason.WITHIN)


class MinuteLimit:
    """Requests in the last minute: this minute's, plus the last one's by the share of it that lies within
    60 s (the sliding window counter), so that a burst at the turn of a minute does not pass twice.
    """

    def __init__(self, board: Board) -> None:
        self._board = board

    def admit(self, slot: int, limit: int, now: float) -> LimitDecision:
        """`now` is Unix seconds. Counts the request when it is admitted."""
        minute, elapsed_s = divmod(now, _MINUTE_S)
        this = int(minute)
        before = self._count(slot, this - 1)
        self._add(slot, this, 1)
        current = self._count(slot, this)
        if current + before * (1 - elapsed_s / _MINUTE_S) <= limit:
            return WITHIN
        self.take_back(slot, now)
        wait_s = _wait_s(limit, current - 1, before, elapsed_s)
        return LimitDecision(LimitReason.REQUESTS_PER_MINUTE, wait_s)

    def take_back(self, slot: int, now: float) -> None:
        """A counted request was refused for another reason."""
        self._add(slot, int(now // _MINUTE_S), -1)

    def _add(self, slot: int, minute: int, change: int) -> None:
        counter = _window(minute)
        cell = self._board.own(counter, slot)
        count = cell & _COUNT_MASK if cell >> _COUNT_BITS == minute else 0
        self._board.put(counter, slot, minute << _COUNT_BITS | max(0, count + change))

    def _count(self, slot: int, minute: int) -> int:
        cells = self._board.row(_window(minute), slot)
        return sum(cell & _COUNT_MASK for cell in cells if cell >> _COUNT_BITS == minute)


class ParallelLimit:
    """Requests in flight. Each admission is followed by one `release`."""

    def __init__(self, board: Board) -> None:
        self._board = board

    def admit(self, slot: int, limit: int) -> LimitDecision:
        self.add(slot, 1)
        if sum(self._board.row(Counter.IN_FLIGHT, slot)) <= limit:
            return WITHIN
        self.release(slot)
        return LimitDecision(LimitReason.PARALLEL, _PARALLEL_RETRY_S)

    def release(self, slot: int) -> None:
        self.add(slot, -1)

    def add(self, slot: int, change: int) -> None:
        own = self._board.own(Counter.IN_FLIGHT, slot)
        self._board.put(Counter.IN_FLIGHT, slot, max(0, own + change))


class KeyLimits:
    """Implements `gateway.parts.Limits` on a board. `clock` gives Unix seconds."""

    def __init__(self, board: Board, clock: Callable[[], float]) -> None:
        self._minute = MinuteLimit(board)
        self._parallel = ParallelLimit(board)
        self._size = board.slots
        self._clock = clock
        self._slots: Mapping[str, int] = {}
        self._in_flight: dict[str, int] = {}

    def follow(self, key_hashes: Iterable[str]) -> None:
        """Take over a plan's keys. What is in flight moves along with a key whose slot changes."""
        before, self._slots = self._slots, assign_slots(key_hashes, self._size)
        for key_hash, count in self._in_flight.items():
            old, new = before.get(key_hash), self._slots.get(key_hash)
            if old == new:
                continue
            if old is not None:
                self._parallel.add(old, -count)
            if new is not None:
                self._parallel.add(new, count)

    def decide(self, key_hash: str, grant: KeyGrant) -> LimitDecision:
        """Count a request in when all limits of its key admit it. A key of no plan has no limits here."""
        slot = self._slots.get(key_hash)
        if slot is None:
            return WITHIN
        now = self._clock()
        if grant.requests_per_minute is not None:
            decision = self._minute.admit(slot, grant.requests_per_minute, now)
            if not decision.admitted:
                return decision
        if grant.parallel is not None:
            decision = self._parallel.admit(slot, grant.parallel)
            if not decision.admitted:
                if grant.requests_per_minute is not None:
                    self._minute.take_back(slot, now)
                return decision
            self._in_flight[key_hash] = self._in_flight.get(key_hash, 0) + 1
        return WITHIN

    def enter(self, key_hash: str, grant: KeyGrant) -> float | None:
        """None = admitted; else the seconds after which another try may pass."""
        return self.decide(key_hash, grant).retry_after_s

    def leave(self, key_hash: str, grant: KeyGrant) -> None:
        """The end of a request that `enter` admitted."""
        count = self._in_flight.get(key_hash, 0)
        if grant.parallel is None or count == 0:
            return
        if count == 1:
            del self._in_flight[key_hash]
        else:
            self._in_flight[key_hash] = count - 1
        slot = self._slots.get(key_hash)
        if slot is not None:
            self._parallel.release(slot)


def assign_slots(key_hashes: Iterable[str], size: int) -> dict[str, int]:
    """A slot for each key, the same in every worker that knows the same keys, without talking to them.

    A key takes the slot that its crc32 points at, or the next free one; the sorted order of the hashes
    decides who comes first. So a key that comes or goes moves only those it collides with. With more keys
    than slots the last ones share, and so share their limits.
    """
    taken: set[int] = set()
    slots: dict[str, int] = {}
    for key_hash in sorted(key_hashes):
        slot = zlib.crc32(key_hash.encode()) % size
        if len(taken) < size:
            while slot in taken:
                slot = (slot + 1) % size
            taken.add(slot)
        slots[key_hash] = slot
    return slots


def _window(minute: int) -> Counter:
    return Counter.ODD_MINUTE if minute % 2 else Counter.EVEN_MINUTE


def _wait_s(limit: int, current: int, before: int, elapsed_s: float) -> float:
    """Seconds until one more request passes, if none comes meanwhile. A limit of 0 never passes: a minute."""
    if limit < 1:
        return _MINUTE_S
    room = limit - 1 - current
    if room >= 0 and before > 0:
        return max(0.0, _MINUTE_S * (1 - room / before) - elapsed_s)
    return _MINUTE_S - elapsed_s + _MINUTE_S * (1 - (limit - 1) / max(1, current))
