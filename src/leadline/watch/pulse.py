"""How the watch itself is doing: who moves on, how far behind, which gateway workers are alive."""

import threading
from collections.abc import Mapping

import msgspec

from leadline.vocabulary import Heartbeat

STUCK_S = 5.0
LAGGING_S = 5.0
_VITAL = ("recorder", "triage")
_FORGET_WORKER_S = 900.0
_FORGET_REFUSAL_S = 900.0
_PROCESSES = ("processes_killed", "processes_timed_out", "processes_restarted")
_DROPS = ("dropped", "dropped_failures")
_COUNTS = (*_DROPS, "checks_skipped", *_PROCESSES)
"""What heartbeats count from their worker's start."""


def _count(beat: Heartbeat, name: str) -> int:
    return int(getattr(beat if name in _DROPS else beat.lost, name))


class Progress(msgspec.Struct, frozen=True):
    """`moved_at`: when the consumer last finished a step. `read_upto`: time of the last record it read."""

    moved_at: float
    read_upto: float
    backlog_bytes: int

    def lag_s(self, now: float) -> float:
        return max(0.0, now - self.read_upto) if self.backlog_bytes and self.read_upto else 0.0


class Pulse:
    """Written by the consumers' threads, read by metrics, health and the supervisor's pulse."""

    def __init__(self, started_at: float) -> None:
        self._lock = threading.Lock()
        self._started_at = started_at
        self._progress: dict[str, Progress] = {}
        self._workers: dict[tuple[str, int, int], Heartbeat] = {}
        self._gone = dict.fromkeys(_COUNTS, 0)
        self._refusing: dict[str, tuple[float, float]] = {}
        self.lost_copies = 0
        """Records that were not stored because the disk was full."""
        self.newer_records = 0
        self.bad_records = 0
        self.torn_tails = 0
        self.skipped_deep = 0
        self.disk_full: dict[str, bool] = {}

    def moved(self, consumer: str, progress: Progress) -> None:
        with self._lock:
            before = self._progress.get(consumer)
            read_upto = progress.read_upto or (before.read_upto if before else 0.0)
            self._progress[consumer] = Progress(progress.moved_at, read_upto, progress.backlog_bytes)

    def beat(self, heartbeat: Heartbeat) -> None:
        """Counts of a worker run from its start, so each life (pid) is kept apart and then summed."""
        with self._lock:
            self._workers[heartbeat.host, heartbeat.worker, heartbeat.pid] = heartbeat
            old = [key for key, beat in self._workers.items() if heartbeat.at - beat.at > _FORGET_WORKER_S]
            for key in old:
                gone = self._workers.pop(key)
                for name in _COUNTS:
                    self._gone[name] += _count(gone, name)

    def told(self, destination: str, state: str, at: float) -> None:
        """A try to tell a destination ended as `delivered`, `pending` or `failed`."""
        with self._lock:
            if state == "delivered":
                self._refusing.pop(destination, None)
            else:
                since, _ = self._refusing.get(destination, (at, at))
                self._refusing[destination] = (since, at)

    def untold(self, now: float) -> dict[str, float]:
        """Since how many seconds each destination takes nothing; what was given up long ago is history."""
        with self._lock:
            return {
                name: now - since
                for name, (since, last) in self._refusing.items()
                if now - last <= _FORGET_REFUSAL_S
            }

    def stuck(self, now: float) -> list[str]:
        """Consumers that have not finished a step for long."""
        progress = self.progress
        moved = {name: progress[name].moved_at if name in progress else self._started_at for name in _VITAL}
        return [name for name, at in moved.items() if now - at > STUCK_S]

    @property
    def progress(self) -> Mapping[str, Progress]:
        with self._lock:
            return dict(self._progress)

    @property
    def dropped(self) -> int:
        """Records that gateway workers could not write into the spool."""
        return self._counted("dropped")

    @property
    def dropped_failures(self) -> int:
        """Those of them that were copies of requests that failed or were flagged."""
        return self._counted("dropped_failures")

    @property
    def checks_skipped(self) -> int:
        """Checks and guards that gave no verdict."""
        return self._counted("checks_skipped")

    @property
    def processes(self) -> dict[str, int]:
        """Of the check processes of gateway workers: how many were killed, timed out, restarted."""
        return {name.removeprefix("processes_"): self._counted(name) for name in _PROCESSES}

    def _counted(self, name: str) -> int:
        with self._lock:
            lives = [_count(beat, name) for beat in self._workers.values()]
            return self._gone[name] + sum(lives)

    def workers(self, now: float) -> list[Heartbeat]:
        """Those heard of within the last minute, newest life of each last."""
        with self._lock:
            return sorted(
                (beat for beat in self._workers.values() if now - beat.at < 60), key=lambda beat: beat.at
            )

    def lag_s(self, now: float) -> float:
        """Of recorder and triage, whichever is further behind."""
        found = [p.lag_s(now) for name, p in self.progress.items() if name in _VITAL]
        return max(found, default=0.0)

    def deep_age_s(self, now: float) -> float:
        """How old the oldest answer is that waits for the deep checks."""
        progress = self.progress.get("deep")
        return progress.lag_s(now) if progress is not None else 0.0

    def trouble(self, now: float) -> str:
        """What keeps the watch from seeing, as a sentence; empty when all is well."""
        if stuck := self.stuck(now):
            return f"{stuck[0]} has not moved for over {STUCK_S:.0f} s; look at the watch's log."
        if full := [name for name, is_full in self.disk_full.items() if is_full]:
            return f"no room on the disk for {' and '.join(full)}; people are told from memory, make room."
        if self.lag_s(now) > LAGGING_S:
            return f"the watch is {self.lag_s(now):.0f} s behind the gateway."
        return ""
