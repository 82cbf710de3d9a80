"""Two troubles at once, through the real spool, watch and receiver."""

import time

import msgspec
import pytest
from tests.triage.streams import START, outage, row, stream
from tests.watch.playing import Live

from leadline.replay.scenario import Scenario
from leadline.vocabulary import Query


def shifted(rows):
    """Seconds from the start instead of Unix time."""
    ordered = sorted(rows, key=lambda each: each.t)
    return tuple(msgspec.structs.replace(each, t=each.t - START) for each in ordered)


async def played(live, until):
    live.start()
    try:
        for tick in range(10, until + 1, 10):
            live.pass_time(float(tick))
            await live.settled(float(tick), seconds=120)
    finally:
        await live.stop()


def pages(receiver):
    """The incidents that were paged, once for each change that paged."""
    told = {(body["incident"]["incident_id"], body["sequence"]) for _, body in receiver.heard if body["page"]}
    return sorted(name for name, _ in told if "leadline" not in name)


def incidents(live):
    return {row["key"]: row for row in live.ask(Query.INCIDENTS) if row["key"] != "DATA:leadline"}


@pytest.mark.slow
@pytest.mark.timeout(120)
async def test_an_outage_and_a_cost_spike_at_once_are_two(tmp_path, receiver):
    """The spike has its own provider, feature and user; in one and the same minute."""
    dear = {"provider": "anthropic", "model": "claude", "cost_usd": 0.05, "feature": "agent", "user": "bot"}
    rows = shifted(
        [
            *stream(0, 300, 1.0),
            *outage(300, 600, 1.0, served=True),
            *stream(300, 600, 1.0, lambda _: dear, name="d"),
            row(600, "end"),
        ]
    )
    meta = {"baseline": {"cost_per_min": {"agent": 0.1}}}
    live = Live(tmp_path / "s", receiver.url, Scenario("two", meta, rows), float(int(time.time()) // 10 * 10))

    await played(live, 620)

    found = incidents(live)
    assert sorted(found) == ["COST:agent", "PROVIDER:openai"]
    assert pages(receiver) == sorted(one["incident_id"] for one in found.values())
    live.close()
