"""Bernoulli CUSUM: has the failure rate of a check moved from p0 to p1? (`STATISTICS.md`, Rates)."""

import math
from functools import lru_cache

import msgspec

from leadline.triage.rules import Rules


class Drift(msgspec.Struct, frozen=True):
    """What one failure adds to the sum and what one pass takes from it."""

    on_failure: float
    on_pass: float

    @staticmethod
    def between(usual: float, rules: Rules) -> "Drift":
        return _drift(usual, rules.quality_p0_floor, rules.quality_p1_factor, rules.quality_p1_floor)

    def step(self, total: float, passes: float, failures: float, rules: Rules) -> float:
        """The sum after one tick, between 0 and the cap that lets it come down again."""
        moved = total + failures * self.on_failure + passes * self.on_pass
        return min(max(moved, 0.0), rules.quality_cap_factor * rules.quality_h)


@lru_cache(maxsize=256)
def _drift(usual: float, p0_floor: float, p1_factor: float, p1_floor: float) -> Drift:
    """Log likelihood ratios of one failure and of one pass."""
    p0 = max(usual, p0_floor)
    p1 = min(max(p1_factor * p0, p1_floor), 0.99)
    return Drift(math.log(p1 / p0), math.log((1 - p1) / (1 - p0)))
