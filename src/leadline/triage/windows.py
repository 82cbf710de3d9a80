"""Sliding windows in whole ticks: what was added leaves again when its tick is too old."""

import msgspec

from leadline.triage.sketch import quantile


class SlidingSum(msgspec.Struct):
    """Sums of a few numbers over the last `span` ticks. Exact for numbers on a binary grid."""

    span: int
    sums: list[float]
    cells: list[tuple[int, tuple[float, ...]]] = []

    def add(self, tick: int, values: tuple[float, ...]) -> None:
        self.cells.append((tick, values))
        for place, value in enumerate(values):
            self.sums[place] += value

    def expire(self, tick: int) -> None:
        """Forget every tick at or before `tick - span`."""
        oldest = tick - self.span
        while self.cells and self.cells[0][0] <= oldest:
            for place, value in enumerate(self.cells.pop(0)[1]):
                self.sums[place] -= value


class SlidingSketch(msgspec.Struct):
    """Counts by bucket over the last `span` ticks."""

    span: int
    total: float = 0.0
    buckets: dict[int, float] = {}
    cells: list[tuple[int, dict[int, float]]] = []

    def add(self, tick: int, counts: dict[int, float]) -> None:
        self.cells.append((tick, counts))
        for index, count in counts.items():
            self.buckets[index] = self.buckets.get(index, 0.0) + count
            self.total += count

    def expire(self, tick: int) -> None:
        oldest = tick - self.span
        while self.cells and self.cells[0][0] <= oldest:
            for index, count in self.cells.pop(0)[1].items():
                left = self.buckets[index] - count
                self.total -= count
                if left:
                    self.buckets[index] = left
                else:
                    del self.buckets[index]

    def quantile(self, share: float) -> float:
        return quantile(self.buckets, self.total, share)


def dyadic(weight: float) -> float:
    """The weight on a grid of 1/64, so that sums do not depend on their order."""
    return max(1, round(weight * 64)) / 64
