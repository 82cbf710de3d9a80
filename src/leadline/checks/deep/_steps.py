"""A figure that steps to another level, told from one that merely varies."""

import math
import statistics

import msgspec

_HALF_LIFE_S = 86_400.0
_SURE = 5.0
"""Standard errors of a window's mean: what chance does not do to windows that overlap, all day long."""
_MOST_PARTS = 50


class Step(msgspec.Struct, frozen=True):
    """From one level to the other; `factor` is their quotient, `limit` the one that it had to reach."""

    before: float
    after: float
    factor: float
    limit: float


class Level(msgspec.Struct):
    """Plain state: it is the memory that outlasts a restart. `latest` are logarithms of the newest figures;
    those that have left it make up `mean` and `variance`, whose `weight` halves in a day. `seen` counts them;
    `parts` are the means of the windows that they were, one after another, `part` is the last one so far.
    """

    latest: list[float] = []
    mean: float = 0.0
    variance: float = 0.0
    weight: float = 0.0
    seen: int = 0
    at: float = 0.0
    part: list[float] = []
    parts: list[float] = []

    def add(self, figure: float, at: float, window: int) -> None:
        """`figure` lies above 0; `at` is Unix seconds."""
        self.latest.append(math.log(figure))
        if len(self.latest) > window:
            self._learn(self.latest.pop(0), at)
            if len(self.part) >= window:
                self.parts = [*self.parts, math.fsum(self.part) / len(self.part)][-_MOST_PARTS:]
                self.part = []

    def within(self, figure: float, factor: float) -> float:
        """The figure, or as far from what is usual as the factor allows."""
        usual = math.exp(self.mean)
        return min(max(figure, usual / factor), usual * factor)

    def step(self, least: float, window: int, known_after: int) -> Step | None:
        """How far the window lies from what was usual, where that is a factor of at least `least` up or
        down, and no chance. What steps is learnt anew.
        """
        if self.seen < known_after or len(self.latest) < window:
            return None
        now = math.fsum(self.latest) / window
        limit = max(math.log(least), _SURE * self._error(window))
        if abs(now - self.mean) < limit:
            return None
        found = Step(math.exp(self.mean), math.exp(now), math.exp(now - self.mean), math.exp(limit))
        self.latest, self.part, self.parts = [], [], []
        self.mean, self.variance, self.weight, self.seen = 0.0, 0.0, 0.0, 0
        return found

    def _error(self, window: int) -> float:
        """Of a window's mean: as if its figures had nothing to do with one another, or as whole windows
        have differed, where neighbours are alike (a conversation grows from turn to turn).
        """
        apart = statistics.pstdev(self.parts) if len(self.parts) > 1 else 0.0
        return max(apart, math.sqrt(self.variance / window))

    def _learn(self, value: float, at: float) -> None:
        self.weight *= 0.5 ** (max(0.0, at - self.at) / _HALF_LIFE_S)
        self.weight += 1.0
        self.seen += 1
        self.part.append(value)
        self.at = max(self.at, at)
        away = value - self.mean
        self.mean += away / self.weight
        self.variance += (away * (value - self.mean) - self.variance) / self.weight
