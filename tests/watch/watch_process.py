"""A real watch in a process of its own: python -m tests.watch.watch_process FOLDER WEBHOOK_URL"""

import asyncio
import random
import signal
import sys
import time
from typing import Any

from leadline.destinations.webhook import Webhook
from leadline.triage.baseline import Baseline
from leadline.triage.desk import Desk
from leadline.triage.rows import rows_of
from leadline.triage.rules import Rules
from leadline.vocabulary import DataLayout
from leadline.watch.lookout import Watch, WatchParts
from leadline.watch.outbound import Sender
from leadline.watch.triage_loop import Clockwork, Triage

RULES = Rules().scaled(0.1)


def desk(snapshot):
    return Desk(RULES, Baseline()) if snapshot is None else Desk.restore(snapshot, RULES, Baseline())


def parts(folder, url, **more):
    known: dict[str, Any] = {
        "layout": DataLayout(str(folder)),
        "triage": Triage(desk, rows_of, Clockwork(RULES.tick_s, RULES.tick_delay_s)),
        "destinations": {"hook": Webhook(url=url)},
        "send": Sender(allow_private=True),
        "clock": time.time,
        "jitter": random.random,
    }
    return WatchParts(**(known | more))


async def main(folder, url):
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await Watch(parts(folder, url)).run(stop)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2]))
