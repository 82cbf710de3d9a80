"""A hundred thousand failures of one outage, through the real spool, watch and receiver: one page."""

import time

import pytest
from tests.triage.streams import stream
from tests.watch.playing import Live, incidents, paged, played, shifted

from leadline.replay.scenario import Scenario

FAILURES = 100_000


@pytest.mark.slow
@pytest.mark.timeout(300)
async def test_a_hundred_thousand_failures_are_one_incident_and_one_page(tmp_path, receiver):
    failing = stream(300, 800, FAILURES / 500, lambda _: {"status": 503}, name="f")
    rows = shifted([*stream(0, 300, 1.0), *failing])
    live = Live(tmp_path / "s", receiver.url, Scenario("storm", {}, rows), float(int(time.time()) // 10 * 10))

    await played(live, 830)

    (one,) = incidents(live).values()
    assert (one["key"], one["count"], one["pages"]) == ("PROVIDER:openai", FAILURES, 1)
    assert paged(receiver) == [one["incident_id"]]
    live.close()
