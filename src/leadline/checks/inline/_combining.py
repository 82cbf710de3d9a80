"""What two or three figures give by plain arithmetic, and how easily that meets a figure by chance."""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from leadline.checks.inline._units import CURRENCIES, MINOR, SHARES, same_unit

Values = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_AROUND = 1 / 3
"""How far around a figure other results are counted, as a share of it, to tell how densely they lie."""
_EXACT = 1e-9
_MONEY = CURRENCIES | {MINOR}
_PER_HUNDRED = frozenset({"mass", "volume"})


class Operand(NamedTuple):
    """A figure to work with: `value` with its sign in its `unit`, and the `factor` it is (6 of `6 days`)."""

    value: float
    unit: str
    factor: float


class Target(NamedTuple):
    """A figure to explain: its `value` without a sign, how far off a result may be, and whether it is said to
    be a number of `points`, or how many `times` one figure is another.
    """

    value: float
    width: float
    unit: str
    points: bool = False
    times: bool = False

    def meant(self, value: float, width: float) -> "Target":
        """The same figure as something else: a growth of 8 % as a ratio of 1.08."""
        return self._replace(value=value, width=width)


class Results(NamedTuple):
    """What one operation gives, whether that makes sense in the target unit, and what it should be."""

    values: Values
    sensible: Flags
    target: Target

    def hits(self) -> Flags:
        found: Flags = self.sensible & (np.abs(np.abs(self.values) - self.target.value) <= self.target.width)
        return found

    def chance(self, chosen: Flags | None = None) -> float:
        """How many of the chosen results would lie as near to a figure of this size by chance alone."""
        value, width = self.target.value, self.target.width
        reach = max(value * _AROUND, width)
        near = self.sensible & (np.abs(np.abs(self.values) - value) <= reach)
        count = np.count_nonzero(near if chosen is None else near & chosen)
        return float(count) * width / reach if reach else 0.0


class Operands:
    """Figures side by side, as arrays, in the order given."""

    def __init__(self, found: Sequence[Operand]) -> None:
        self.values: Values = np.array([one.value for one in found])
        self.factors: Values = np.array([one.factor for one in found])
        self._units = sorted({one.unit for one in found})
        places = {unit: place for place, unit in enumerate(self._units)}
        self._place = np.array([places[one.unit] for one in found], dtype=np.intp)
        alike = [
            [not one or not other or same_unit(one, other) for other in self._units] for one in self._units
        ]
        self.alike: Flags = np.array(alike, dtype=np.bool_)[self._place[:, None], self._place]
        self.plain = self.those(lambda unit: not unit)
        self.shares = self.those(lambda unit: unit in SHARES)
        self.whole: Flags = np.abs(self.factors - np.round(self.factors)) < _EXACT
        self.money = self.those(lambda unit: unit in _MONEY)

    def those(self, fitting: Callable[[str], bool]) -> Flags:
        flags = np.array([fitting(unit) for unit in self._units], dtype=np.bool_)
        found: Flags = flags[self._place]
        return found

    def in_unit(self, unit: str) -> Flags:
        """Those that are in the unit or say none; all for no unit."""
        return self.those(lambda its: not its or not unit or same_unit(unit, its))


def of_two(target: Target, found: Operands) -> Iterator[Results]:
    """Sums, differences, averages, ratios, shares, growth, products and quotients of any two."""
    a, b = found.values[:, None], found.values[None, :]
    both_shares = found.shares[:, None] & found.shares
    if target.points:
        yield Results(a - b, both_shares | (found.plain[:, None] & found.plain), target)
        return
    if target.unit == "%":
        yield from _in_hundredths(target, found, both_shares)
        return
    fits = found.in_unit(target.unit) & (~found.shares | (target.unit in ("", *SHARES)))
    alike = fits[:, None] & fits & found.alike
    upper = np.triu(alike, 1)
    yield Results(a + b, upper, target)
    yield Results(a + b, upper, target.meant(2 * target.value, 2 * target.width))
    yield Results(a - b, alike, target)
    yield from _products(target, found, fits)
    if target.times and not target.unit:
        yield Results(_ratio(a, b), found.alike & ~found.plain | alike, target)


def _in_hundredths(target: Target, found: Operands, both_shares: Flags) -> Iterator[Results]:
    a, b = found.values[:, None], found.values[None, :]
    ratio, width = _ratio(a, b), target.width / 100
    apart = found.alike & ~np.eye(len(found.values), dtype=np.bool_)
    yield Results(ratio - 1, apart, target.meant(target.value / 100, width))
    yield Results(ratio, apart, target.meant(target.value / 100, width))
    yield Results(a - b, both_shares, target)
    yield Results(a + b, np.triu(both_shares, 1), target)
    yield Results(a + b, np.triu(both_shares, 1), target.meant(2 * target.value, 2 * target.width))
    yield Results(a * b / 100, np.triu(both_shares, 1), target)
    yield Results(100 - b, both_shares & np.eye(len(found.values), dtype=np.bool_), target)


def _products(target: Target, found: Operands, fits: Flags) -> Iterator[Results]:
    """So many times a figure, a part of it, a share of it, it with and without a share."""
    value, factor = found.values[:, None], found.factors[None, :]
    counts = _counts(found)
    apart = ~np.eye(len(found.values), dtype=np.bool_)
    by_count = fits[:, None] & counts & apart & (~found.plain[:, None] | found.plain)
    yield Results(value * factor, by_count, target)
    yield Results(_ratio(value, factor), by_count, target)
    per_hundred = found.those(lambda unit: unit in _PER_HUNDRED)
    if per_hundred.any():
        yield Results(value * factor / 100, fits[:, None] & per_hundred & apart, target)
    if found.shares.any():
        by_share, share = fits[:, None] & found.shares, found.values[None, :] / 100
        for factor in (share, 1 + share, 1 - share):
            yield Results(value * factor, by_share, target)
        yield Results(_ratio(value, 1 + share), by_share, target)
        yield Results(_ratio(value, share), by_share, target)


def _counts(found: Operands) -> Flags:
    """What something can be multiplied by: six pieces, 2.5 hours, but no rate of exchange without a unit."""
    return ~found.shares & ~found.money & (~found.plain | found.whole)


def of_three(target: Target, found: Operands) -> Iterator[Results]:
    """Sums of three, sums and differences with a third figure, and products with one."""
    count = len(found.values)
    first, second = np.triu_indices(count, 1)
    a, b = found.values[first], found.values[second]
    alike = found.alike[first, second]
    if target.unit == "%":
        yield from _parts_of_sums(target, found, first, second)
        return
    fits = found.in_unit(target.unit) & (~found.shares | (target.unit in ("", *SHARES)))
    pair = (fits[first] & fits[second] & alike)[:, None]
    third = found.values[None, :]
    other = (np.arange(count) != first[:, None]) & (np.arange(count) != second[:, None])
    sums, gaps = (a + b)[:, None], (a - b)[:, None]
    yield Results(sums + third, pair & fits & other & (np.arange(count) > second[:, None]), target)
    yield Results(
        sums + third,
        pair & fits & (np.arange(count) > second[:, None]),
        target.meant(3 * target.value, 3 * target.width),
    )
    yield Results(sums - third, pair & fits & other, target)
    counts = pair & _counts(found) & other
    factor = found.factors[None, :]
    for made in (sums, gaps):
        yield Results(made * factor, counts, target)
        yield Results(_ratio(made, factor), counts, target)
    if found.shares.any():
        share = found.values[None, :] / 100
        for part in (share, 1 + share, 1 - share):
            yield Results(sums * part, pair & found.shares, target)
    yield from _with_a_product(target, found, fits)


def _with_a_product(target: Target, found: Operands, fits: Flags) -> Iterator[Results]:
    """So many times one figure and another, and so many times, of so many."""
    count = len(found.values)
    counts = _counts(found)
    product = (found.values[:, None] * found.factors[None, :])[:, :, None]
    sensible = (fits[:, None] & counts & ~np.eye(count, dtype=np.bool_))[:, :, None]
    third = found.values[None, None, :]
    yield Results(product + third, sensible & fits, target)
    yield Results(product - third, sensible & fits, target)
    ordered = (np.arange(count)[:, None] < np.arange(count))[None, :, :]
    yield Results(product * found.factors[None, None, :], sensible & counts & ordered, target)
    yield Results(_ratio(product, found.factors[None, None, :]), sensible & counts, target)
    if found.shares.any():
        share = found.values[None, None, :] / 100
        for part in (share, 1 + share, 1 - share):
            yield Results(product * part, sensible & found.shares, target)


def _parts_of_sums(
    target: Target, found: Operands, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> Iterator[Results]:
    """A sum or a difference as a share of a third figure, and a figure as a share of a sum."""
    a, b = found.values[first][:, None], found.values[second][:, None]
    third = found.values[None, :]
    alike = (found.alike[first, second] & ~found.shares[first] & ~found.shares[second])[:, None]
    fitting = alike & found.alike[first] & found.alike[second] & ~found.shares
    share = target.meant(target.value / 100, target.width / 100)
    for made in (a + b, a - b):
        yield Results(_ratio(made, third), fitting, share)
        yield Results(_ratio(third, made), fitting, share)
        yield Results(_ratio(made, third) - 1, fitting, share)
        yield Results(_ratio(third, made) - 1, fitting, share)
    yield Results(_ratio(third, a + b + third), fitting, share)
    all_shares = (found.shares[first] & found.shares[second])[:, None] & found.shares
    yield Results(a + b + third, all_shares, target)
    yield Results(a + b - third, all_shares, target)


def _ratio(one: Values, other: Values) -> Values:
    one, other = np.broadcast_arrays(one, other)
    return np.divide(one, other, out=np.zeros(one.shape), where=other != 0)
