"""Do the guards see? Where a policy blocks, one that fails keeps its callers out, however few they are."""

import msgspec

from leadline.triage.conditions.blindness import OWN_KEY, blind_reading
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import Sight


class GuardBlindness(msgspec.Struct):
    """`counts` are (asked, failed) of each worker's life at the last look, `killed` its check processes that
    took too long or died; `recent` and `dying` sum how they grew. `unavailable` cannot work now, and why.

    Without a sight (a replay) there is nothing to judge.
    """

    counts: dict[str, tuple[int, int]] = {}
    recent: SlidingSum | None = None
    most: str = ""
    killed: dict[str, int] = {}
    dying: SlidingSum | None = None
    unavailable: dict[str, str] = {}

    def absorb(self, now: Now, sight: Sight | None) -> None:
        if self.recent is None:
            self.recent = SlidingSum(now.rules.ticks(now.rules.blind_window_s), [0.0, 0.0])
        if self.dying is None:
            self.dying = SlidingSum(now.rules.ticks(now.rules.blind_window_s), [0.0])
        if sight is not None:
            self._grow(now, sight, self.recent)
            self._grow_dying(now, sight, self.dying)
            self.unavailable = _unavailable(sight)
        self.recent.expire(now.tick)
        self.dying.expire(now.tick)

    def readings(self, now: Now) -> list[Reading]:
        asked, failed = self.recent.sums if self.recent is not None else (0.0, 0.0)
        rate, limit = failed / asked if asked else 0.0, now.rules.blind_skipped_ratio
        breached = failed >= now.rules.blind_skipped_min and rate >= limit
        killed = self.dying.sums[0] if self.dying is not None else 0.0
        dies = killed >= now.rules.blind_restarts
        if not (breached or dies or self.unavailable or OWN_KEY in now.open_keys):
            return []
        most = f", most of all {self.most}" if self.most else ""
        return [
            blind_reading(
                "guards_failing",
                breached=breached,
                measure="guards_without_verdict",
                figures=(rate, limit),
                evidence=f"guards gave no verdict {failed:.0f} of {asked:.0f} times{most}",
            ),
            blind_reading(
                "check_process_dying",
                breached=dies,
                measure="check_processes_killed",
                figures=(killed, float(now.rules.blind_restarts)),
                evidence=f"{killed:.0f} check processes took too long or died{most}" if dies else "",
            ),
            blind_reading(
                "guard_unavailable",
                breached=bool(self.unavailable),
                measure="guards_unavailable",
                figures=(float(len(self.unavailable)), 1.0),
                evidence="; ".join(f"{name}: {why}" for name, why in sorted(self.unavailable.items())),
            ),
        ]

    def _grow(self, now: Now, sight: Sight, recent: SlidingSum) -> None:
        """A life that is new began at nought; what one had counted before the first look is no news."""
        first, counts = not self.counts, {}
        for worker in sight.workers:
            latest = worker.lost.guards_asked, worker.lost.guards_failed
            before = self.counts.get(worker.life, latest if first else (0, 0))
            grown = tuple(float(max(0, new - old)) for new, old in zip(latest, before, strict=True))
            counts[worker.life] = latest
            if any(grown):
                recent.add(now.tick, grown)
            if grown[1]:
                self.most = worker.lost.guard_most
        self.counts = counts

    def _grow_dying(self, now: Now, sight: Sight, dying: SlidingSum) -> None:
        first = not self.killed
        latest = {worker.life: worker.lost.processes_killed for worker in sight.workers}
        grown = [
            max(0, count - self.killed.get(life, count if first else 0)) for life, count in latest.items()
        ]
        self.killed = latest
        if any(grown):
            dying.add(now.tick, (float(sum(grown)),))


def _unavailable(sight: Sight) -> dict[str, str]:
    return {name: why for worker in sight.workers for name, why in worker.lost.guards_unavailable.items()}
