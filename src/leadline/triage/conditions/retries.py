"""Is the same asked again and again? Retries of SDKs, frameworks and loops multiply, and each is billed."""

import msgspec

from leadline.triage.columns import OWN_CALLS
from leadline.triage.conditions.cost import busiest_targets
from leadline.triage.conditions.provider import Target, identify
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind
from leadline.vocabulary.tally import Tally

_NOWHERE: Target = ("unknown", "unknown", "global", "default")


class RetryWindow(msgspec.Struct):
    """`sums` of requests and of those that repeat an earlier one. `where` is the feature's busiest target."""

    asked: SlidingSum
    where: Target = _NOWHERE


class RetryWatch(msgspec.Struct):
    """By feature, as retries are somebody's program and not a provider's fault."""

    features: dict[str, RetryWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        busiest = busiest_targets(tally)
        for feature, sums in _by_feature(tally).items():
            window = self.features.get(feature)
            if window is None:
                if not sums[1]:
                    continue
                span = now.rules.ticks(now.rules.storm_window_s)
                window = self.features[feature] = RetryWindow(SlidingSum(span, [0.0, 0.0]))
            window.asked.add(now.tick, sums)
            window.where = busiest.get(feature, window.where)
        for feature, window in list(self.features.items()):
            window.asked.expire(now.tick)
            if not window.asked.cells and f"COST:{feature}" not in now.open_keys:
                del self.features[feature]

    def readings(self, now: Now) -> list[Reading]:
        """Of features with a storm or an open incident; the others say nothing."""
        found = [_reading(feature, window, now) for feature, window in self.features.items()]
        return [one for one in found if one.breached or one.key in now.open_keys]


def _by_feature(tally: Tally) -> dict[str, tuple[float, float]]:
    """By feature: requests and repeats; traffic only."""
    sums: dict[str, tuple[float, float]] = {}
    for stratum, counts in tally.strata.items():
        if stratum.route not in OWN_CALLS and counts.requests:
            requests, repeats = sums.get(stratum.feature, (0.0, 0.0))
            sums[stratum.feature] = (requests + counts.requests, repeats + counts.repeats)
    return sums


def _reading(feature: str, window: RetryWindow, now: Now) -> Reading:
    rules = now.rules
    requests, repeats = window.asked.sums
    share = repeats / requests if requests else 0.0
    return Reading(
        key=f"COST:{feature}",
        subtype="retry_storm",
        breached=repeats >= rules.storm_min and share >= rules.storm_share,
        clear=share < rules.storm_clear_share,
        measure="repeated_share",
        measured=share,
        threshold=rules.storm_share,
        condition=FailureKind.COST_RETRY_STORM,
        where=identify(window.where),
        feature=feature,
        evidence=f"{repeats:.0f} of {requests:.0f} requests within {rules.storm_window_s:g} s repeat one",
    )
