"""What the watch knows of its own sight: how late it reads, whose heart has stopped, who takes nothing."""

from collections.abc import Callable, Sequence

import msgspec

from leadline.vocabulary import DeepCheckSight, Heartbeat, Sight, WorkerSight
from leadline.watch.blind_note import NoteReader
from leadline.watch.pulse import STUCK_S, Pulse
from leadline.watch.spool_reader import Batch, Seen, time_of

RECORDER = "recorder"
_FORGET_S = 900.0
"""A worker that went without a word and was never replaced is a loss for so long, then history."""


class _Life(msgspec.Struct):
    beat: Heartbeat
    heard_at: float


class Eyes:
    """Fed by the triage loop's own reading, so that what it judges and what it has read go together.

    A heart that beat before `started_at` is not waited for: whoever ran then may be gone on purpose.
    """

    def __init__(
        self,
        started_at: float,
        pulse: Pulse,
        note: NoteReader | None = None,
        deep: Callable[[], tuple[DeepCheckSight, ...]] = tuple,
    ) -> None:
        self.pulse = pulse
        self._started_at = started_at
        self._note = note
        self._deep = deep
        self._lives: dict[tuple[str, int], _Life] = {}
        self._late_s = 0.0

    def read(self, batch: Batch, now: float) -> None:
        """Take note of one reading of the spool."""
        for seen in batch.seen:
            if isinstance(seen.record, Heartbeat):
                self._beat(seen.record, now)
        behind_s = now - batch.horizon if batch.horizon else 0.0
        self._late_s = max(self._late_s, behind_s, _longest_wait(batch.seen))

    def look(self, now: float) -> Sight:
        """All that happened since the last look."""
        late_s, self._late_s = self._late_s, 0.0
        return Sight(
            lag_s=max(late_s, self._recorder_lag(now)),
            workers=tuple(self._workers(now)),
            disk_full=tuple(sorted(name for name, full in self.pulse.disk_full.items() if full)),
            untold=self.pulse.untold(now),
            reported=self._note.reported(now) if self._note else None,
            deep=self._deep(),
            deep_age_s=self.pulse.deep_age_s(now),
        )

    def already_told(self, incident_id: str) -> frozenset[str]:
        """Destinations that the supervisor has told of it."""
        return self._note.told(incident_id) if self._note else frozenset()

    def _beat(self, beat: Heartbeat, now: float) -> None:
        name = (beat.host, beat.worker)
        known = self._lives.get(name)
        if known is not None and known.beat.at > beat.at:
            return
        if beat.ending:
            self._lives.pop(name, None)
        elif beat.at >= self._started_at:
            self._lives[name] = _Life(beat, now)

    def _workers(self, now: float) -> list[WorkerSight]:
        self._lives = {name: life for name, life in self._lives.items() if now - life.heard_at <= _FORGET_S}
        return [_sight_of(life, now) for _, life in sorted(self._lives.items())]

    def _recorder_lag(self, now: float) -> float:
        progress = self.pulse.progress.get(RECORDER)
        if progress is None:
            return 0.0
        still_s = now - progress.moved_at
        return max(progress.lag_s(now), still_s if still_s > STUCK_S else 0.0)


def _sight_of(life: _Life, now: float) -> WorkerSight:
    beat = life.beat
    name = f"{beat.host}/{beat.worker}"
    return WorkerSight(
        name=name,
        life=f"{name}/{beat.pid}",
        silent_s=max(0.0, now - life.heard_at),
        requests=beat.requests,
        recorded=beat.recorded,
        dropped=beat.dropped,
        dropped_failures=beat.dropped_failures,
        drop_reason=beat.drop_reason,
        checks_skipped=beat.checks_skipped,
        lost=beat.lost,
    )


def _longest_wait(seen: Sequence[Seen]) -> float:
    """How long a writer's records had gathered before they were read, by that writer's own clock."""
    spans: dict[str, tuple[float, float]] = {}
    for one in seen:
        writer, at = one.segment.rsplit("-", 1)[0], time_of(one.record)
        first, last = spans.get(writer, (at, at))
        spans[writer] = (min(first, at), max(last, at))
    return max((last - first for first, last in spans.values()), default=0.0)
