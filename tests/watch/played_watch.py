"""A real watch in a process of its own, whose time is told by a file."""

import asyncio
import mmap
import signal
import struct
from pathlib import Path

import msgspec
from tests.watch.watch_process import parts

from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.watch import delivery, lookout
from leadline.watch.lookout import Watch
from leadline.watch.triage_loop import Clockwork, Triage

RULES = Rules()
_MOMENT = struct.Struct("d")


class WorldClock:
    """Unix seconds that one process sets and others read; they pass only when it says so."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            path.write_bytes(_MOMENT.pack(0.0))
        with path.open("r+b") as file:
            self._memory = mmap.mmap(file.fileno(), _MOMENT.size)

    def __call__(self) -> float:
        (now,) = _MOMENT.unpack(self._memory[:])
        return float(now)

    def set(self, now: float) -> None:
        self._memory[:] = _MOMENT.pack(now)


def run(folder: str, url: str, clock: str, baseline: str) -> None:
    """Until SIGTERM: the paths of its folder, its clock and its baseline, and where it tells people."""
    asyncio.run(_live(folder, url, WorldClock(Path(clock)), Path(baseline)))


async def _live(folder: str, url: str, clock: WorldClock, baseline_path: Path) -> None:
    baseline = msgspec.json.decode(baseline_path.read_bytes(), type=Baseline)
    lookout.LOOK_EVERY_S = delivery.LOOK_EVERY_S = 0.01  # a scenario's hours must pass in seconds

    def desk(snapshot: bytes | None) -> Desk:
        return Desk(RULES, baseline) if snapshot is None else Desk.restore(snapshot, RULES, baseline)

    triage = Triage(desk, rows_of, Clockwork(RULES.tick_s, RULES.tick_delay_s))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Watch(parts(folder, url, triage=triage, clock=clock)).run(stop)
