"""A check that is stuck on every answer: answers go on, it is parked, and the watch says that it is blind."""

import asyncio
import time

from tests.watch.records import SegmentWriter
from tests.watch.watch_process import parts

from leadline.asking import ask
from leadline.checks.inline import Examination
from leadline.gateway.checking import PARKED_AFTER, Checking
from leadline.vocabulary import Answer, Ask, Heartbeat, ProviderIdentifier, Query, Question, Signal, Verdict
from leadline.watch.lookout import Watch

BUDGET_S = 0.01
EXAM = Examination(
    question=Question(model="m"),
    answer=Answer(text="x"),
    target=ProviderIdentifier(provider="p", model="m"),
    provider_type="openai",
)


class Stuck:
    """Takes twice the budget for any answer."""

    calls = 0

    def inspect(self, exam):
        del exam
        self.calls += 1
        time.sleep(2 * BUDGET_S)
        return Signal(check="stuck", verdict=Verdict.PASS)


async def test_a_stuck_check_is_parked_and_opens_a_blind_spot(tmp_path):
    stuck = Stuck()
    checking = Checking([("stuck", stuck)], time.perf_counter, BUDGET_S)
    stop = asyncio.Event()
    watch = asyncio.create_task(Watch(parts(tmp_path, "http://127.0.0.1:1")).run(stop))
    writer, requests = SegmentWriter(tmp_path / "spool"), 0
    opened: list[dict[str, object]] = []
    try:
        async with asyncio.timeout(60):
            while not opened:
                writer.write(
                    Heartbeat(
                        host="h",
                        worker=0,
                        pid=1,
                        at=time.time(),
                        requests=requests,
                        recorded=requests,
                        checks_skipped=checking.skipped,
                    )
                )
                for _ in range(25):
                    (signal,) = checking.run(EXAM)
                    assert signal.verdict is Verdict.SKIPPED
                    requests += 1
                await asyncio.sleep(0.2)
                told = await ask(tmp_path / "watch.sock", Ask(name=Query.INCIDENTS))
                opened = [row for row in told.rows if row["key"] == "DATA:leadline"]
    finally:
        stop.set()
        await watch

    assert stuck.calls == PARKED_AFTER
    assert checking.parked == ("stuck",)
    assert checking.skipped == requests
