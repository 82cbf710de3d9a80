"""A scenario played live through the real watch, killed again and again: same incidents, same pages."""

import time
from collections import Counter
from random import Random
from typing import Any

import pytest
from tests.watch.playing import OWN_KEY, Live

from leadline.replay.scenario import read
from leadline.storage.duckdb import DuckDBFacts
from leadline.vocabulary import Ask, Command, Query

KILLS = 20


async def play_live(live, until, kills=(), orders=None):
    """Every tick up to `until`. At those in `kills` the watch dies so many seconds into it, at least once."""
    live.start()
    try:
        await _through(live, until, dict(kills), orders or {})
    finally:
        await live.stop()


async def _through(live, until, deaths, orders):
    tick = 10.0
    while tick <= until:
        live.pass_time(tick)
        if tick in deaths:
            for moment in deaths[tick]:
                time.sleep(moment)  # noqa: ASYNC251 - the moment of a death, not a wait for anything
                await live.kill()
                live.start()
        await live.settled(tick)
        for order in orders.get(tick, ()):
            await order(live)
            await live.settled(tick)
        tick += 10.0


def deaths(seed, until, ticks_that_matter):
    """20 deaths: near what matters, anywhere, and now and then while it is still starting."""
    chance = Random(seed)  # noqa: S311 - moments to kill at, the same in each run
    found = {}
    left = KILLS
    while left:
        tick = 10.0 * chance.randint(1, int(until) // 10)
        if chance.random() < 0.5:
            tick = chance.choice(ticks_that_matter) + 10.0 * chance.randint(-1, 1)
        moments = [chance.random() * 0.15] + ([0.2 + chance.random()] if chance.random() < 0.3 else [])
        if tick in found or len(moments) > left:
            continue
        found[tick] = moments
        left -= len(moments)
    return found


def story(live):
    """All that is kept of each incident: its whole form, its changes, and what was delivered."""
    told = {}
    for row in live.ask(Query.INCIDENTS):
        if row["key"] == OWN_KEY:
            continue
        (one,) = live.ask(Query.INCIDENT, incident_id=row["incident_id"])
        deliveries = [(d["sequence"], d["state"]) for d in one["deliveries"]]
        told[row["incident_id"]] = (one["incident"], one["updates"], deliveries)
    return told


def heard(receiver):
    """By idempotency key, as a receiver that heeds it takes them: the whole body, but for our own sight."""
    said: dict[str, Any] = {}
    for headers, body in receiver.heard:
        if body["incident"]["key"] == OWN_KEY:
            continue
        body["state"]["keys"].pop(OWN_KEY, None)
        assert said.setdefault(headers["idempotency-key"], body) == body
    receiver.heard.clear()
    return said


def recorded(live):
    facts = DuckDBFacts.open(live.folder / "facts")
    answer = facts.ask(Ask(name=Query.REQUESTS, limit=10_000, deadline_s=30))
    facts.close()
    return Counter(row["request_id"] for row in answer.rows)


async def acknowledge(live):
    await live.order(
        Command.ACKNOWLEDGE, incident_id=live.incident_of("QUALITY:openai/gpt-4o"), reason="mine"
    )


async def silence(live):
    until = live.clock() + 600
    await live.order(Command.SILENCE, key="COST:assistant", until=until, reason="a known load test")


async def resolve(live):
    await live.order(Command.RESOLVE, incident_id=live.incident_of("SECURITY:mallory-inc"))


ORDERS = {620.0: [silence], 760.0: [acknowledge], 900.0: [resolve]}


@pytest.fixture
def scenario(data):
    return read(data / "scenarios" / "c3_injection_cost_quality.jsonl.gz")


@pytest.mark.slow
@pytest.mark.timeout(200)
@pytest.mark.parametrize("orders", [{}, ORDERS], ids=["alone", "with orders"])
async def test_killed_twenty_times_it_opens_rises_pages_and_resolves_the_same(
    tmp_path, receiver, scenario, orders
):
    start = float(int(time.time()) // 10 * 10)
    steady = Live(tmp_path / "s", receiver.url, scenario, start)
    await play_live(steady, scenario.ends_at, orders=orders)
    expected, pages = story(steady), heard(receiver)
    moments = [step["at"] - start for one, *_ in expected.values() for step in one["severity_path"]]
    moments += [one["resolved_at"] - start for one, *_ in expected.values() if one["resolved_at"]]

    mortal = Live(tmp_path / "m", receiver.url, scenario, start)
    plan = deaths(scenario.name, scenario.ends_at, [10.0 * (moment // 10) for moment in moments])
    await play_live(mortal, scenario.ends_at, plan.items(), orders)

    assert sum(map(len, plan.values())) == KILLS
    assert any(body["page"] for body in pages.values())
    assert story(mortal) == expected
    assert heard(receiver) == pages
    assert recorded(mortal) == dict.fromkeys((one.exchange.request_id for one in mortal.records), 1)
    for live in (steady, mortal):
        live.close()
