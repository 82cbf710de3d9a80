"""Do the deep checks see? How old what waits for them is, which of them fail, which cannot work at all."""

import msgspec

from leadline.triage.conditions.blindness import OWN_KEY, blind_reading
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import DeepCheckSight, Sight


class _Trouble(msgspec.Struct):
    """`counts` were (looked, skipped and failed) at the last look; `recent` sums how they grew."""

    counts: tuple[int, int]
    recent: SlidingSum


class DeepBlindness(msgspec.Struct):
    """Without a sight (a replay) there is nothing to judge."""

    checks: dict[str, _Trouble] = {}
    parked: list[str] = []
    late_s: float = 0.0
    unavailable: dict[str, str] = {}

    def absorb(self, now: Now, sight: Sight | None) -> None:
        if sight is None:
            return
        self.late_s = sight.deep_age_s
        self.unavailable = {
            check.name: check.unavailable for check in sight.deep if check.asked_for and check.unavailable
        }
        self.parked = [check.name for check in sight.deep if check.parked]
        for check in sight.deep:
            self._grow(now, check)

    def readings(self, now: Now) -> list[Reading]:
        found = [self._late(now), self._failing(now), self._unavailable()]
        return found if OWN_KEY in now.open_keys or any(one.breached for one in found) else []

    def _grow(self, now: Now, check: DeepCheckSight) -> None:
        counts = check.looked, check.skipped + check.failed
        known = self.checks.get(check.name)
        if known is None:
            window = SlidingSum(now.rules.ticks(now.rules.blind_window_s), [0.0, 0.0])
            known = self.checks[check.name] = _Trouble((0, 0), window)
        # a watch that began anew counts from nought
        before = known.counts if counts >= known.counts else (0, 0)
        grown = tuple(float(max(0, new - old)) for new, old in zip(counts, before, strict=True))
        known.counts = counts
        if any(grown):
            known.recent.add(now.tick, grown)
        known.recent.expire(now.tick)

    def _late(self, now: Now) -> Reading:
        limit = now.rules.blind_deep_age_s
        return blind_reading(
            "deep_late",
            breached=self.late_s > limit,
            clear=self.late_s <= now.rules.blind_lag_clear_factor * limit,
            measure="deep_queue_age_s",
            figures=(self.late_s, limit),
            evidence=f"an answer has waited {self.late_s:.0f} s for the deep checks",
        )

    def _failing(self, now: Now) -> Reading:
        rates = {name: _rate(one.recent.sums, now) for name, one in self.checks.items()}
        rates |= dict.fromkeys(self.parked, 1.0)
        failing = sorted(name for name, rate in rates.items() if rate >= now.rules.blind_skipped_ratio)
        return blind_reading(
            "deep_failing",
            breached=bool(failing),
            measure="answers_not_judged",
            figures=(max(rates.values(), default=0.0), now.rules.blind_skipped_ratio),
            evidence=_silent(failing) if failing else "",
        )

    def _unavailable(self) -> Reading:
        named = "; ".join(f"{name}: {why}" for name, why in sorted(self.unavailable.items()))
        return blind_reading(
            "deep_unavailable",
            breached=bool(named),
            measure="checks_unavailable",
            figures=(float(len(self.unavailable)), 1.0),
            evidence=named,
        )


def _silent(failing: list[str]) -> str:
    return f"deep check {' and '.join(failing)} gives no verdict: it fails, hangs, skips or falls behind"


def _rate(sums: list[float], now: Now) -> float:
    """Share of the answers that the check gave no verdict on; 0 while they are too few to say."""
    looked, lost = sums
    return lost / (looked + lost) if lost >= now.rules.blind_skipped_min else 0.0
