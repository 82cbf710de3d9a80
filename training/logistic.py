"""Logistic regression on sparse rows, in numpy alone: a limited-memory BFGS on the whole data."""

from collections.abc import Callable, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Row = tuple[NDArray[np.int64], NDArray[np.float32]]

_REMEMBERED = 12
_ARMIJO = 1e-4


class Rows(msgspec.Struct, frozen=True):
    """`buckets[i]` with `values[i]` belong to row `owners[i]`, 0..`count`-1."""

    buckets: NDArray[np.int64]
    values: Floats
    owners: NDArray[np.int64]
    count: int
    width: int

    def margins(self, weights: Floats) -> Floats:
        sums = np.bincount(self.owners, self.values * weights[self.buckets], self.count)
        return sums.astype(np.float64, copy=False)

    def backwards(self, residuals: Floats) -> Floats:
        sums = np.bincount(self.buckets, self.values * residuals[self.owners], self.width)
        return sums.astype(np.float64, copy=False)


class Fitted(msgspec.Struct, frozen=True):
    weights: Floats
    bias: float


def stacked(rows: Sequence[Row], width: int) -> Rows:
    lengths = [len(found) for found, _ in rows]
    return Rows(
        np.concatenate([found for found, _ in rows]),
        np.concatenate([values for _, values in rows]).astype(np.float64),
        np.repeat(np.arange(len(rows)), lengths),
        len(rows),
        width,
    )


def fit(rows: Rows, labels: Floats, strength: float, importance: Floats | None = None) -> Fitted:
    """Minimise the log loss plus |weights|^2 / (2 `strength`); the bias is free.

    `labels` are 0 or 1, `importance` multiplies the loss of each row. Deterministic.
    """
    shares = np.ones(rows.count) if importance is None else importance

    def loss(point: Floats) -> tuple[float, Floats]:
        weights, bias = point[:-1], point[-1]
        margins = rows.margins(weights) + bias
        value = np.dot(shares, np.logaddexp(0, margins) - labels * margins)
        residuals = shares * (1 / (1 + np.exp(-np.clip(margins, -60, 60))) - labels)
        slope = np.append(rows.backwards(residuals) + weights / strength, residuals.sum())
        return float(value + np.dot(weights, weights) / (2 * strength)), slope

    point = _minimise(loss, np.zeros(rows.width + 1))
    return Fitted(point[:-1], float(point[-1]))


def _minimise(
    loss: Callable[[Floats], tuple[float, Floats]], point: Floats, rounds: int = 300, enough: float = 1e-4
) -> Floats:
    """L-BFGS with backtracking (Nocedal, Wright: Numerical Optimization, algorithms 7.4 and 3.1)."""
    steps: list[tuple[Floats, Floats]] = []
    value, slope = loss(point)
    for _ in range(rounds):
        if np.abs(slope).max() < enough:
            break
        way = _direction(slope, steps)
        length, fall = 1.0, float(np.dot(slope, way))
        while (there := loss(point + length * way))[0] > value + _ARMIJO * length * fall and length > 1e-9:
            length /= 2
        step, turn = length * way, there[1] - slope
        if np.dot(step, turn) > 0:
            steps = [*steps[-_REMEMBERED + 1 :], (step, turn)]
        point, (value, slope) = point + step, there
    return point


def _direction(slope: Floats, steps: Sequence[tuple[Floats, Floats]]) -> Floats:
    way, pulls = -slope, []
    for step, turn in reversed(steps):
        pull = np.dot(step, way) / np.dot(step, turn)
        pulls.append(pull)
        way = way - pull * turn
    if not steps:
        return np.asarray(way / max(1.0, float(np.abs(slope).sum())))
    step, turn = steps[-1]
    way = way * (np.dot(step, turn) / np.dot(turn, turn))
    for (step, turn), pull in zip(steps, reversed(pulls), strict=True):
        way = way + (pull - np.dot(turn, way) / np.dot(step, turn)) * step
    return np.asarray(way)
