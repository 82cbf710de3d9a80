"""Has retrieval gone below its threshold, or is it on the way there?"""

import msgspec

from leadline.triage.conditions.cost import busiest_targets
from leadline.triage.conditions.provider import Target, identify
from leadline.triage.keys import scope_of
from leadline.triage.reading import Now, Reading, Warned
from leadline.triage.trend import History
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind
from leadline.vocabulary.tally import Tally

MICRO = 1e6


class RetrievalWindow(msgspec.Struct):
    """`scores` sums how many and their micro-units. `where` is the feature's busiest target."""

    scores: SlidingSum
    history: History
    where: Target
    mean: float | None = None


class DataWatch(msgspec.Struct):
    features: dict[str, RetrievalWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        if not now.baseline.retrieval and not self.features:
            return
        sums: dict[str, tuple[float, float]] = {}
        for stratum, counts in tally.strata.items():
            if counts.retrieved and stratum.feature in now.baseline.retrieval:
                n, micro = sums.get(stratum.feature, (0.0, 0.0))
                sums[stratum.feature] = (n + counts.retrieved, micro + counts.retrieval_micro)
        targets = busiest_targets(tally) if sums else {}
        for feature in sorted(sums.keys() | _open_features(now)):
            if feature not in self.features:
                self.features[feature] = _new_window(now)
        for feature, cell in sums.items():
            window = self.features[feature]
            window.scores.add(now.tick, cell)
            window.where = targets.get(feature, window.where)
        for window in self.features.values():
            window.scores.expire(now.tick)
            n, micro = window.scores.sums
            window.mean = micro / MICRO / n if n >= now.rules.retrieval_min else None
            if window.mean is not None:
                window.history.add(now.tick, window.mean)

    def readings(self, now: Now) -> list[Reading]:
        """Too few scores are neither breach nor clear."""
        found = []
        for feature, window in self.features.items():
            if feature not in now.baseline.retrieval:
                continue
            usual, threshold = now.baseline.retrieval[feature]
            mean = window.mean
            back = threshold + now.rules.retrieval_clear_margin * (usual - threshold)
            found.append(
                Reading(
                    key=f"DATA:{feature}",
                    subtype="embedding_drift",
                    breached=mean is not None and mean < threshold,
                    clear=mean is not None and mean > back,
                    measure="retrieval_mean",
                    measured=mean or 0.0,
                    threshold=threshold,
                    condition=FailureKind.DATA_RETRIEVAL,
                    where=identify(window.where),
                    feature=feature,
                )
            )
        return found

    def warnings(self, now: Now) -> list[Warned]:
        rules = now.rules
        found = []
        for feature, window in self.features.items():
            if feature not in now.baseline.retrieval:
                continue
            usual, threshold = now.baseline.retrieval[feature]
            mean, key = window.mean, f"DATA:{feature}"
            if mean is None or mean < threshold or key in now.open_keys:
                continue
            if usual - mean < rules.retrieval_trend_margin_lost * (usual - threshold):
                continue
            if not window.history.may_warn(now.tick, rules.ticks(rules.retrieval_trend_repeat_s)):
                continue
            if window.history.heads_for(threshold, rules.ticks(rules.retrieval_trend_reach_s)):
                window.history.warned_tick = now.tick
                found.append(
                    Warned(
                        key=key,
                        kind=FailureKind.DATA_EMBEDDING_DRIFT,
                        measure="embedding_trend",
                        measured=mean,
                        threshold=threshold,
                        where=identify(window.where),
                        feature=feature,
                    )
                )
        return found


def _open_features(now: Now) -> set[str]:
    """An open incident is not over because scores stopped coming."""
    open_features = {scope_of(key) for key in now.open_keys if key.startswith("DATA:")}
    return open_features & now.baseline.retrieval.keys()


def _new_window(now: Now) -> RetrievalWindow:
    rules = now.rules
    return RetrievalWindow(
        SlidingSum(rules.ticks(rules.retrieval_window_s), [0.0, 0.0]),
        History(rules.ticks(rules.retrieval_trend_window_s)),
        ("unknown", "unknown", "global", "default"),
    )
