"""Does a feature spend far more than it used to, or bill more tokens than it should?"""

import msgspec

from leadline.triage.columns import OWN_CALLS
from leadline.triage.conditions.provider import Target, identify
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind
from leadline.vocabulary.tally import Tally

NANO = 1e9


class FeatureWindow(msgspec.Struct):
    """`tokens` sums responses and token events; `cost` nano-dollars. `where` is its busiest target."""

    tokens: SlidingSum
    cost: SlidingSum
    where: Target


class CostWatch(msgspec.Struct):
    features: dict[str, FeatureWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        for feature, (responses, events, cost) in _by_feature(tally).items():
            window = self.features.get(feature)
            if window is None:
                window = self.features[feature] = _new_window(now)
            window.tokens.add(now.tick, (responses, events))
            window.cost.add(now.tick, (cost,))
        for feature, target in busiest_targets(tally).items():
            self.features[feature].where = target
        for feature, window in list(self.features.items()):
            window.tokens.expire(now.tick)
            window.cost.expire(now.tick)
            if not window.cost.cells and not window.tokens.cells and f"COST:{feature}" not in now.open_keys:
                del self.features[feature]

    def readings(self, now: Now) -> list[Reading]:
        """Of features that spend too much now or have an open incident; the others say nothing."""
        found = []
        for feature, window in self.features.items():
            is_open = f"COST:{feature}" in now.open_keys
            reading = _token_reading(feature, window, now) if is_open or window.tokens.sums[1] else None
            if reading is not None and (is_open or reading.breached):
                found.append(reading)
            usual = now.baseline.cost_per_min.get(feature)
            reading = _rate_reading(feature, window, usual, now) if usual is not None else None
            if reading is not None and (is_open or reading.breached):
                found.append(reading)
        return found


def busiest_targets(tally: Tally) -> dict[str, Target]:
    """By feature, the target with most requests in this tick."""
    most: dict[str, tuple[float, Target]] = {}
    for stratum, counts in tally.strata.items():
        if counts.requests:
            rank = (counts.requests, stratum[:4])
            most[stratum.feature] = max(most.get(stratum.feature, rank), rank)
    return {feature: target for feature, (_, target) in most.items()}


def _by_feature(tally: Tally) -> dict[str, tuple[float, float, float]]:
    """By feature: responses, token events, nano-dollars; traffic only."""
    sums: dict[str, tuple[float, float, float]] = {}
    for stratum, counts in tally.strata.items():
        if stratum.route not in OWN_CALLS:
            responses, events, cost = sums.get(stratum.feature, (0.0, 0.0, 0.0))
            sums[stratum.feature] = (
                responses + counts.responses,
                events + counts.token_events,
                cost + counts.cost_nanousd,
            )
    return sums


def _new_window(now: Now) -> FeatureWindow:
    rules = now.rules
    return FeatureWindow(
        SlidingSum(rules.ticks(rules.token_window_s), [0.0, 0.0]),
        SlidingSum(rules.ticks(rules.cost_window_s), [0.0]),
        ("unknown", "unknown", "global", "default"),
    )


def _token_reading(feature: str, window: FeatureWindow, now: Now) -> Reading:
    rules = now.rules
    responses, events = window.tokens.sums
    share = events / responses if responses else 0.0
    return Reading(
        key=f"COST:{feature}",
        subtype="cost",
        breached=events >= rules.token_min and share >= rules.token_share,
        clear=share < rules.token_clear_share,
        measure="token_event_share",
        measured=share,
        threshold=rules.token_share,
    )


def _rate_reading(feature: str, window: FeatureWindow, usual: float, now: Now) -> Reading:
    rules = now.rules
    per_min = window.cost.sums[0] / NANO * 60.0 / rules.cost_window_s
    return Reading(
        key=f"COST:{feature}",
        subtype="cost",
        breached=per_min >= rules.cost_factor * usual,
        clear=per_min < rules.cost_clear_factor * usual,
        measure="usd_per_min",
        measured=per_min,
        threshold=rules.cost_factor * usual,
        condition=FailureKind.COST_RATE,
        where=identify(window.where),
        feature=feature,
    )
