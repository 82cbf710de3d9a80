"""The small algorithms beneath the rules, against plain oracles."""

import math
import statistics

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.triage.conditions.provider import wilson_lower
from leadline.triage.cusum import Drift
from leadline.triage.rules import Rules
from leadline.triage.sketch import RELATIVE_ERROR, bucket, quantile
from leadline.triage.trend import History, line
from leadline.triage.windows import SlidingSketch, SlidingSum, dyadic

RULES = Rules()
Z = RULES.outage_confidence_z


@given(st.lists(st.floats(0.1, 1e6), min_size=2, max_size=300), st.floats(0.01, 0.99))
def test_a_quantile_of_the_sketch_is_within_its_error(values, share):
    buckets: dict[int, float] = {}
    for value in values:
        buckets[bucket(value)] = buckets.get(bucket(value), 0.0) + 1.0
    ordered = sorted(values)
    position = share * (len(values) - 1)
    low, high = ordered[math.floor(position)], ordered[math.ceil(position)]
    exact = low + (position - math.floor(position)) * (high - low)

    assert quantile(buckets, len(values), share) == pytest.approx(exact, rel=2.1 * RELATIVE_ERROR)


@given(st.lists(st.tuples(st.integers(1, 40), st.integers(0, 9)), max_size=60), st.integers(1, 12))
def test_a_sliding_sum_holds_exactly_the_ticks_of_its_window(cells, span):
    window = SlidingSum(span, [0.0])
    cells = sorted(cells)
    for tick in range(1, 45):
        for _, value in [cell for cell in cells if cell[0] == tick]:
            window.add(tick, (float(value),))
        window.expire(tick)
        assert window.sums == [sum(value for at, value in cells if tick - span < at <= tick)]


def test_a_sliding_sketch_forgets_what_left_its_window():
    sketch = SlidingSketch(2)
    sketch.add(1, {bucket(10_000.0): 50.0})
    sketch.add(2, {bucket(100.0): 50.0})
    sketch.expire(3)

    assert sketch.total == 50.0
    assert sketch.quantile(0.99) == pytest.approx(100.0, rel=RELATIVE_ERROR)


@given(st.floats(0.5, 1000))
def test_a_weight_moves_little_when_it_is_put_on_the_grid(weight):
    assert dyadic(weight) == pytest.approx(weight, abs=1 / 128)
    assert dyadic(weight) * 64 == int(dyadic(weight) * 64)


def test_the_wilson_bound_of_twelve_failures_in_twelve():
    """1 / (1 + z^2 / n), as the interval of Wilson (1927) has it for k = n."""
    assert wilson_lower(12, 12, Z) == pytest.approx(1 / (1 + Z**2 / 12))
    assert wilson_lower(0, 12, Z) == pytest.approx(0.0, abs=1e-12)


def test_the_sum_of_a_check_rises_with_failures_and_falls_with_passes():
    drift = Drift.between(0.04, RULES)

    assert drift.on_failure == pytest.approx(math.log(0.12 / 0.04))
    assert drift.on_pass == pytest.approx(math.log(0.88 / 0.96))
    assert drift.step(0.0, passes=100, failures=0, rules=RULES) == 0.0
    assert drift.step(0.0, passes=0, failures=100, rules=RULES) == 15.0


def test_a_check_that_hardly_ever_fails_is_held_to_two_per_cent():
    assert Drift.between(0.0, RULES).on_failure == pytest.approx(math.log(0.02 / 0.005))


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=50))
def test_the_line_is_the_least_squares_line(values):
    points = list(enumerate(values))
    slope, latest = line(points)
    oracle = statistics.linear_regression([x for x, _ in points], values)

    assert slope == pytest.approx(oracle.slope, abs=1e-6)
    assert latest == pytest.approx(oracle.intercept + oracle.slope * points[-1][0], abs=1e-6)


def test_a_line_that_moves_away_from_the_limit_never_reaches_it():
    history = History(10)
    for tick in range(10):
        history.add(tick, 100.0 - tick)

    assert not history.heads_for(200.0, 10_000)
    assert history.heads_for(80.0, 12)
    assert not history.heads_for(80.0, 10)


def test_scaled_rules_keep_counts_and_ratios_and_remember_the_scale():
    fast = RULES.scaled(0.1)

    assert (fast.time_scale, fast.tick_s, fast.hard_window_s) == (0.1, 1.0, 6.0)
    assert (fast.hard_min, fast.hard_ratio, fast.outage_ticks) == (5, 0.2, 4)
    for name in ("hard_window_s", "error_rate_window_s", "escalate_after_s", "repeat_page_s"):
        assert fast.ticks(getattr(fast, name)) == RULES.ticks(getattr(RULES, name))


def test_a_rule_of_zero_is_refused_by_name():
    with pytest.raises(ValueError, match="hard_min is 0"):
        Rules(hard_min=0)
