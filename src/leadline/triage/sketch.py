"""Quantiles from counts in logarithmic buckets: mergeable, and at most 0.5 % off (DDSketch, VLDB 2019)."""

import math
from collections.abc import Mapping

RELATIVE_ERROR = 0.005
_GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR)
_BUCKETS_PER_LOG = 1 / math.log(_GAMMA)
_SMALLEST = 1e-3


def bucket(value: float) -> int:
    """The bucket whose values are within RELATIVE_ERROR of its middle."""
    return math.ceil(math.log(max(value, _SMALLEST)) * _BUCKETS_PER_LOG)


def middle(index: int) -> float:
    return 2 * math.pow(_GAMMA, index) / (_GAMMA + 1)


def quantile(buckets: Mapping[int, float], total: float, share: float) -> float:
    """Linear interpolation between neighbouring ranks, as `statistics.quantiles` (inclusive) does.

    `total` is the sum of the counts, at least 1.
    """
    position = share * (total - 1)
    rank = math.floor(position)
    above = total - 1 - rank
    upper, lower = _from_top(buckets, max(above - 1, 0.0), above)
    return lower + (position - rank) * (upper - lower)


def _from_top(buckets: Mapping[int, float], first: float, second: float) -> tuple[float, float]:
    """The values that have `first` and `second` others above them."""
    seen = 0.0
    upper: float | None = None
    value = 0.0
    for index in sorted(buckets, reverse=True):
        seen += buckets[index]
        value = middle(index)
        if upper is None and seen > first:
            upper = value
        if seen > second:
            break
    return (value if upper is None else upper), value
