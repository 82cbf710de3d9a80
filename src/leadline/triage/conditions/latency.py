"""Is a model slower than its limit, or on the way there? No error code anywhere."""

import msgspec

from leadline.triage.reading import Now, Reading, Warned
from leadline.triage.trend import History
from leadline.triage.windows import SlidingSketch
from leadline.vocabulary import FailureKind, ProviderIdentifier
from leadline.vocabulary.tally import Tally

SHARE = 0.99


class ModelWindow(msgspec.Struct):
    sketch: SlidingSketch
    history: History
    p99_ms: float | None = None
    alarmed: bool = False


class LatencyWatch(msgspec.Struct):
    """By provider and model; successes of traffic only."""

    models: dict[tuple[str, str], ModelWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        for stratum, counts in tally.strata.items():
            if not counts.latency:
                continue
            window = self.models.get(stratum[:2])
            if window is None:
                window = self.models[stratum[:2]] = _new_window(now)
            window.sketch.add(now.tick, counts.latency)
        for window in self.models.values():
            window.sketch.expire(now.tick)
            known = window.sketch.total >= now.rules.latency_min
            window.p99_ms = window.sketch.quantile(SHARE) if known else None
            if window.p99_ms is not None:
                window.history.add(now.tick, window.p99_ms)

    def readings(self, now: Now) -> list[Reading]:
        """Of models that are over their limit or were so in the open incident. Unknown = not clear."""
        found = []
        for (provider, model), window in self.models.items():
            limit = now.baseline.sla_of(provider, model)
            p99 = window.p99_ms
            if limit is None or not (window.alarmed or (p99 is not None and p99 > limit)):
                continue
            key = f"PROVIDER:{provider}"
            breached = p99 is not None and p99 > limit
            window.alarmed = breached or (window.alarmed and key in now.open_keys)
            if window.alarmed:
                found.append(
                    Reading(
                        key=key,
                        subtype="latency",
                        breached=breached,
                        clear=p99 is not None and p99 <= now.rules.latency_clear_factor * limit,
                        measure="p99_ms",
                        measured=p99 or 0.0,
                        threshold=limit,
                    )
                )
        return found

    def warnings(self, now: Now) -> list[Warned]:
        rules = now.rules
        found = []
        for (provider, model), window in self.models.items():
            usual, p99 = now.baseline.p99_of(provider, model), window.p99_ms
            if usual is None or p99 is None or p99 < rules.latency_trend_factor * usual:
                continue
            limit, key = now.baseline.sla_of(provider, model), f"PROVIDER:{provider}"
            if limit is None or p99 > limit or key in now.open_keys:
                continue
            if not window.history.may_warn(now.tick, rules.ticks(rules.latency_trend_repeat_s)):
                continue
            if window.history.heads_for(limit, rules.ticks(rules.latency_trend_reach_s)):
                window.history.warned_tick = now.tick
                where = ProviderIdentifier(provider=provider, model=model)
                found.append(
                    Warned(
                        key=key,
                        kind=FailureKind.PROVIDER_SLOW,
                        measure="latency_trend",
                        measured=p99,
                        threshold=limit,
                        where=where,
                    )
                )
        return found


def _new_window(now: Now) -> ModelWindow:
    rules = now.rules
    return ModelWindow(
        SlidingSketch(rules.ticks(rules.latency_window_s)),
        History(rules.ticks(rules.latency_trend_window_s)),
    )
