"""Does a check fail more often than it used to? Per template and pooled, by CUSUM."""

import msgspec

from leadline.triage.cusum import Drift
from leadline.triage.reading import Now, Reading
from leadline.vocabulary.tally import CheckCount, Tally

POOLED = ""
NAMELESS = "other"
FORGET_AFTER_S = 86_400.0

Series = tuple[str, str, str, str]
"""provider, model, template (or POOLED), check."""


class CheckWindow(msgspec.Struct):
    """`cells` holds (tick, answers, failed) over the longer of the window and enough answers."""

    score: float = 0.0
    subtype: str = ""
    answers: float = 0.0
    failed: float = 0.0
    cells: list[tuple[int, float, float]] = []
    alarmed: bool = False

    def add(self, tick: int, count: CheckCount) -> None:
        self.cells.append((tick, count.answers, count.failed))
        self.answers += count.answers
        self.failed += count.failed
        self.subtype = self.subtype or count.subtype

    def expire(self, tick: int, span: int, least: float) -> None:
        """Forget old ticks, but never so many that fewer than `least` answers remain."""
        cells, oldest = self.cells, tick - span
        while cells and cells[0][0] <= oldest and self.answers - cells[0][1] >= least:
            _, answers, failed = cells.pop(0)
            self.answers -= answers
            self.failed -= failed


class QualityWatch(msgspec.Struct):
    """`alarmed` lists the series that fired and are not yet over."""

    series: dict[Series, CheckWindow] = {}
    alarmed: list[Series] = []

    def absorb(self, now: Now, tally: Tally) -> None:
        rules = now.rules
        span = rules.ticks(rules.quality_window_s)
        for name, count in _by_series(tally).items():
            window = self.series.get(name)
            if window is None:
                window = self.series[name] = CheckWindow()
            window.add(now.tick, count)
            window.expire(now.tick, span, rules.quality_clear_min)
            if not window.subtype:
                continue
            drift = Drift.between(now.baseline.failure_rate(name[3], window.subtype), rules)
            passes = count.answers - count.failed
            window.score = drift.step(window.score, passes, count.failed, rules)
            if window.score >= rules.quality_h and not window.alarmed:
                window.alarmed = True
                self.alarmed = sorted([*self.alarmed, name])
        if now.tick % rules.ticks(3600 * rules.time_scale) == 0:
            self._forget(now)

    def readings(self, now: Now) -> list[Reading]:
        """Of the series that fired, so that only their checks decide when it is over."""
        found = []
        still = []
        for name in self.alarmed:
            reading = self._reading(name, now)
            window = self.series[name]
            window.alarmed = reading.breached or reading.key in now.open_keys
            if window.alarmed:
                found.append(reading)
                still.append(name)
        self.alarmed = still
        return found

    def _reading(self, name: Series, now: Now) -> Reading:
        provider, model, _, check = name
        rules = now.rules
        window = self.series[name]
        window.expire(now.tick, rules.ticks(rules.quality_window_s), rules.quality_clear_min)
        usual = max(now.baseline.failure_rate(check, window.subtype), rules.quality_p0_floor)
        rate = window.failed / window.answers if window.answers else 0.0
        enough = window.answers >= rules.quality_clear_min
        return Reading(
            key=f"QUALITY:{provider}/{model}",
            subtype=window.subtype,
            breached=window.score >= rules.quality_h,
            clear=enough and rate < rules.quality_clear_factor * usual,
            measure="failure_rate",
            measured=rate,
            threshold=rules.quality_clear_factor * usual,
        )

    def _forget(self, now: Now) -> None:
        """Drop series of templates that nobody has used for a day, looked for once an hour."""
        oldest = now.tick - now.rules.ticks(FORGET_AFTER_S * now.rules.time_scale)
        for name, window in list(self.series.items()):
            if not window.alarmed and window.cells[-1][0] <= oldest:
                del self.series[name]


def _by_series(tally: Tally) -> dict[Series, CheckCount]:
    """Each check's counts, once for its template and once pooled; without a named template only pooled."""
    sums: dict[Series, CheckCount] = {}
    for stratum, counts in tally.strata.items():
        templates = (POOLED,) if stratum.template == NAMELESS else (stratum.template, POOLED)
        for check, count in counts.checks.items():
            for template in templates:
                name = (stratum.provider, stratum.model, template, check)
                total = sums.get(name)
                if total is None:
                    total = sums[name] = CheckCount()
                total.answers += count.answers
                total.failed += count.failed
                if count.subtype:
                    total.subtype = min(total.subtype or count.subtype, count.subtype)
    return sums
