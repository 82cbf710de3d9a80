"""Sliding windows in whole ticks: what was added leaves again when its tick is too old."""

from operator import add, sub

import msgspec

from leadline.triage.sketch import quantile


class SlidingSum(msgspec.Struct):
    """Sums of a few numbers over the last `span` ticks. Exact for numbers on a binary grid."""

    span: int
    sums: list[float]
    cells: list[tuple[int, tuple[float, ...]]] = []

    def add(self, tick: int, values: tuple[float, ...]) -> None:
        self.cells.append((tick, values))
        self.sums = list(map(add, self.sums, values))

    def expire(self, tick: int) -> None:
        """Forget every tick at or before `tick - span`."""
        cells, oldest = self.cells, tick - self.span
        while cells and cells[0][0] <= oldest:
            self.sums = list(map(sub, self.sums, cells.pop(0)[1]))


class SlidingSketch(msgspec.Struct):
    """Counts by bucket over the last `span` ticks."""

    span: int
    total: float = 0.0
    buckets: dict[int, float] = {}
    cells: list[tuple[int, dict[int, float]]] = []

    def add(self, tick: int, counts: dict[int, float]) -> None:
        self.cells.append((tick, counts))
        buckets = self.buckets
        for index, count in counts.items():
            buckets[index] = buckets.get(index, 0.0) + count
        self.total += sum(counts.values())

    def expire(self, tick: int) -> None:
        cells, buckets, oldest = self.cells, self.buckets, tick - self.span
        while cells and cells[0][0] <= oldest:
            counts = cells.pop(0)[1]
            self.total -= sum(counts.values())
            for index, count in counts.items():
                left = buckets[index] - count
                if left:
                    buckets[index] = left
                else:
                    del buckets[index]

    def quantile(self, share: float) -> float:
        return quantile(self.buckets, self.total, share)


def dyadic(weight: float) -> float:
    """The weight on a grid of 1/64, so that sums do not depend on their order."""
    return max(1, round(weight * 64)) / 64
