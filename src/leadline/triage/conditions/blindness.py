"""Does Leadline itself see everything? Its lag, silence, drops and deliveries, as rules like all others."""

import msgspec

from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureKind, ProviderIdentifier, Sight, WorkerSight

OWN_NAME = "leadline"
OWN_KEY = f"DATA:{OWN_NAME}"
PARTS = {
    "watch_down": "watch-process",
    "watch_lag": "watch",
    "worker_silent": "gateway",
    "copies_dropped": "spool",
    "checks_skipped": "checks",
    "guards_failing": "guardrails",
    "check_process_dying": "guardrails",
    "guard_unavailable": "guardrails",
    "deep_late": "deep-checks",
    "deep_failing": "deep-checks",
    "deep_unavailable": "deep-checks",
    "disk_full": "stores",
    "untold": "destinations",
}
"""Which part of Leadline each rule speaks of; in the event it stands where a model would."""


class BlindWatch(msgspec.Struct):
    """`counts` holds (dropped, recorded, skipped, requests) of each worker's life; `recent` sums how
    they grew.

    Without a sight (a replay) there is nothing to judge.
    """

    view: Sight | None = None
    counts: dict[str, tuple[int, int, int, int]] = {}
    recent: SlidingSum | None = None

    def absorb(self, now: Now, sight: Sight | None) -> None:
        if sight is not None:
            self._grow(now, sight)
            self.view = sight
        if self.recent is not None:
            self.recent.expire(now.tick)

    def readings(self, now: Now) -> list[Reading]:
        view = self.view
        if view is None:
            return []
        found = [
            _lag(view, now),
            _silence(view, now),
            self._drops(view, now),
            self._skips(view, now),
            _stores(view),
            _deliveries(view, now),
            _reported(view),
        ]
        return found if OWN_KEY in now.open_keys or any(one.breached for one in found) else []

    def _grow(self, now: Now, sight: Sight) -> None:
        """What a life had counted before it was first looked at belongs to a time nobody asks about."""
        counts = {worker.life: _counts(worker) for worker in sight.workers}
        grown = [0.0] * 4
        for life, latest in counts.items():
            before = self.counts.get(life, latest if self.view is None else (0, 0, 0, 0))
            grown = [sum_ + max(0, new - old) for sum_, new, old in zip(grown, latest, before, strict=True)]
        self.counts = counts
        if self.recent is None:
            self.recent = SlidingSum(now.rules.ticks(now.rules.blind_window_s), [0.0] * 4)
        if any(grown):
            self.recent.add(now.tick, (grown[0], grown[1], grown[2], grown[3]))

    @property
    def _sums(self) -> list[float]:
        return self.recent.sums if self.recent is not None else [0.0] * 4

    def _drops(self, view: Sight, now: Now) -> Reading:
        dropped, recorded, _, _ = self._sums
        why = next((worker.drop_reason for worker in view.workers if worker.drop_reason), "")
        also = ", failures among them" if any(worker.dropped_failures for worker in view.workers) else ""
        return blind_reading(
            "copies_dropped",
            breached=dropped >= now.rules.blind_dropped_min,
            measure="copies",
            figures=(dropped, now.rules.blind_dropped_min),
            share=dropped / (dropped + recorded) if dropped else 0.0,
            evidence=f"{dropped:.0f} records were lost{also}: {why}" if dropped else "",
        )

    def _skips(self, view: Sight, now: Now) -> Reading:
        _, _, skipped, requests = self._sums
        names = sorted({worker.lost.skipped_most for worker in view.workers if worker.lost.skipped_most})
        most = f", most of all {' and '.join(names)}" if names else ""
        rate = skipped / requests if requests else 0.0
        return blind_reading(
            "checks_skipped",
            breached=skipped >= now.rules.blind_skipped_min and rate >= now.rules.blind_skipped_ratio,
            measure="skips_per_request",
            figures=(rate, now.rules.blind_skipped_ratio),
            evidence=f"checks gave no verdict {skipped:.0f} times in {requests:.0f} requests{most}",
        )


def _lag(view: Sight, now: Now) -> Reading:
    limit = now.rules.blind_lag_seconds
    return blind_reading(
        "watch_lag",
        breached=view.lag_s > limit,
        clear=view.lag_s <= now.rules.blind_lag_clear_factor * limit,
        measure="lag_s",
        figures=(view.lag_s, limit),
        # so late that nobody would hear of anything in time
        share=1.0 if view.lag_s >= now.rules.blind_lag_severe_seconds else 0.0,
        evidence=f"the watch read the spool {view.lag_s:.0f} s late",
    )


def _silence(view: Sight, now: Now) -> Reading:
    limit = now.rules.blind_silence_seconds
    silent = [worker for worker in view.workers if worker.silent_s > limit]
    longest = max((worker.silent_s for worker in view.workers), default=0.0)
    names = ", ".join(sorted(worker.name for worker in silent))
    return blind_reading(
        "worker_silent",
        breached=bool(silent),
        measure="silence_s",
        figures=(longest, limit),
        share=len(silent) / len(view.workers) if silent else 0.0,
        evidence=f"no heartbeat of gateway worker {names} for {longest:.0f} s" if silent else "",
    )


def _stores(view: Sight) -> Reading:
    full = " and ".join(view.disk_full)
    return blind_reading(
        "disk_full",
        breached=bool(full),
        measure="stores_full",
        figures=(float(len(view.disk_full)), 1.0),
        evidence=f"no room on the disk for {full}; people are told from memory" if full else "",
    )


def _deliveries(view: Sight, now: Now) -> Reading:
    limit = now.rules.blind_untold_s
    failing = sorted(name for name, since_s in view.untold.items() if since_s >= limit)
    return blind_reading(
        "untold",
        breached=bool(failing),
        measure="untold_s",
        figures=(max(view.untold.values(), default=0.0), limit),
        evidence=f"{', '.join(failing)} takes nothing; look at its deliveries" if failing else "",
    )


def _reported(view: Sight) -> Reading:
    reported = view.reported
    return blind_reading(
        "watch_down",
        breached=reported is not None,
        measure="reported",
        figures=(1.0 if reported else 0.0, 1.0),
        share=1.0 if reported else 0.0,
        evidence=reported.reason if reported else "",
    )


def blind_reading(
    subtype: str,
    *,
    breached: bool,
    measure: str,
    figures: tuple[float, float],
    clear: bool | None = None,
    share: float = 0.0,
    evidence: str = "",
) -> Reading:
    return Reading(
        key=OWN_KEY,
        subtype=subtype,
        breached=breached,
        clear=not breached if clear is None else clear,
        measure=measure,
        measured=figures[0],
        threshold=figures[1],
        condition=FailureKind.DATA_BLIND_SPOT,
        where=ProviderIdentifier(provider=OWN_NAME, model=PARTS[subtype]),
        feature=OWN_NAME,
        share=share,
        evidence=evidence[:200],
    )


def _counts(worker: WorkerSight) -> tuple[int, int, int, int]:
    return worker.dropped, worker.recorded, worker.checks_skipped, worker.requests
