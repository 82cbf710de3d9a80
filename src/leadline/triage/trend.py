"""Where a line through recent values is heading: early warnings before a limit is crossed."""

from collections.abc import Sequence

import msgspec

ENOUGH_OF_WINDOW = 0.5
"""A line needs values over at least this share of its window."""


class History(msgspec.Struct):
    """One value per tick over the last `span` ticks, and when a warning was last given."""

    span: int
    values: list[tuple[int, float]] = []
    warned_tick: int | None = None

    def add(self, tick: int, value: float) -> None:
        self.values.append((tick, value))
        while self.values[0][0] <= tick - self.span:
            self.values.pop(0)

    def heads_for(self, limit: float, within_ticks: int) -> bool:
        """Whether the line reaches the limit within so many ticks from the last value."""
        if len(self.values) < max(2.0, ENOUGH_OF_WINDOW * self.span):
            return False
        slope, latest = line(self.values)
        ahead = limit - latest
        return slope != 0 and 0 <= ahead / slope <= within_ticks

    def may_warn(self, tick: int, repeat_ticks: int) -> bool:
        return self.warned_tick is None or tick - self.warned_tick >= repeat_ticks


def line(points: Sequence[tuple[int, float]]) -> tuple[float, float]:
    """Least squares: (slope per tick, value of the line at the last point)."""
    n = len(points)
    mean_x = sum(x for x, _ in points) / n
    mean_y = sum(y for _, y in points) / n
    spread = sum((x - mean_x) ** 2 for x, _ in points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / spread if spread else 0.0
    return slope, mean_y + slope * (points[-1][0] - mean_x)
