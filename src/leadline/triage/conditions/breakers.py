"""Does a breaker open and close again and again? Then the target is neither well nor down."""

import msgspec

from leadline.triage.conditions.provider import Target, identify
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind
from leadline.vocabulary.tally import Tally


class OpeningWindow(msgspec.Struct):
    """`openings` sums how often the breaker went from closed to open."""

    openings: SlidingSum
    alarmed: bool = False


class BreakerWatch(msgspec.Struct):
    """By target, while there is something to remember."""

    targets: dict[Target, OpeningWindow] = {}

    def absorb(self, now: Now, tally: Tally) -> None:
        for stratum, counts in tally.strata.items():
            if counts.opened:
                self._window(stratum[:4], now).openings.add(now.tick, (counts.opened,))
        for target, window in list(self.targets.items()):
            window.openings.expire(now.tick)
            if not (window.openings.cells or window.alarmed):
                del self.targets[target]

    def readings(self, now: Now) -> list[Reading]:
        rules, found = now.rules, []
        for target, window in self.targets.items():
            [openings] = window.openings.sums
            key = f"PROVIDER:{target[0]}"
            breached = openings >= rules.oscillation_min
            window.alarmed = breached or (window.alarmed and key in now.open_keys)
            if window.alarmed:
                found.append(
                    Reading(
                        key=key,
                        subtype="oscillating",
                        breached=breached,
                        clear=openings < rules.oscillation_clear_below,
                        measure="openings",
                        measured=openings,
                        threshold=rules.oscillation_min,
                        condition=FailureKind.PROVIDER_OSCILLATING,
                        where=identify(target),
                        evidence=f"its breaker opened {openings:.0f} times and closed in between",
                    )
                )
        return found

    def _window(self, target: Target, now: Now) -> OpeningWindow:
        window = self.targets.get(target)
        if window is None:
            span = now.rules.ticks(now.rules.oscillation_window_s)
            window = self.targets[target] = OpeningWindow(SlidingSum(span, [0.0]))
        return window
