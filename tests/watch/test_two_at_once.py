"""Two troubles at once, through the real spool, watch and receiver."""

import time

import pytest
from tests.triage.streams import outage, row, stream
from tests.watch.playing import Live, incidents, paged, played, shifted

from leadline.replay.scenario import Scenario


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
    assert paged(receiver) == sorted(one["incident_id"] for one in found.values())
    live.close()
