"""A real watch in a process of its own whose time is told by a file: FOLDER WEBHOOK_URL CLOCK BASELINE"""

import asyncio
import mmap
import signal
import struct
import sys
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


async def main(folder, url, clock_path, baseline_path):
    baseline = msgspec.json.decode(Path(baseline_path).read_bytes(), type=Baseline)
    lookout.LOOK_EVERY_S = delivery.LOOK_EVERY_S = 0.01  # a scenario's hours must pass in seconds

    def desk(snapshot):
        return Desk(RULES, baseline) if snapshot is None else Desk.restore(snapshot, RULES, baseline)

    triage = Triage(desk, rows_of, Clockwork(RULES.tick_s, RULES.tick_delay_s))
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    watch = Watch(parts(folder, url, triage=triage, clock=WorldClock(Path(clock_path))))
    await watch.run(stop)


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
