"""What a worker follows and tells: plans, overlays, parked checks, its own pulse."""

import asyncio
from typing import Any

import msgspec
from tests.gateway.conftest import (
    openai_answer,
    plan_for,
)

from leadline.gateway.parts import GatewayParts
from leadline.vocabulary import CheckSettings, Overlay, OverlayEntry, Signal, Verdict


async def test_a_request_keeps_the_generation_it_began_with(start, primary, fallback):
    gateway = await start()
    primary.streams([b": wait\n\n"], then="wait")
    asking = asyncio.create_task(gateway.chat("alone", stream=True))
    async with asyncio.timeout(5):
        while not primary.heads:
            await asyncio.sleep(0.001)

    gateway.plans.plan = msgspec.structs.replace(plan_for(primary, fallback), generation=8)
    gateway.app.follow_plan()
    await asking

    assert (await gateway.recorded()).exchange.plan_generation == 7
    assert gateway.app.generation == 8


async def test_a_plan_that_cannot_be_used_leaves_the_last_good_one(start, primary, fallback, capsys):
    gateway = await start()
    broken = plan_for(primary, fallback)
    gateway.plans.plan = msgspec.structs.replace(
        broken, generation=8, checks=(CheckSettings("no_such_check"),)
    )
    primary.answers(openai_answer())

    gateway.app.follow_plan()
    gateway.app.follow_plan()

    assert gateway.app.generation == 7
    assert (await gateway.chat()).status_code == 200
    assert capsys.readouterr().out.count("cannot be used") == 1


async def test_the_background_follows_the_plan_and_beats(start, primary, fallback):
    gateway = await start(settings={"poll_every_s": 0.005, "beat_every_s": 0.01})
    gateway.plans.plan = msgspec.structs.replace(plan_for(primary, fallback), generation=8)

    background = asyncio.create_task(gateway.app.run_background())
    async with asyncio.timeout(5):
        while not (gateway.app.generation == 8 and len(gateway.spool.heartbeats) > 1):
            await asyncio.sleep(0.001)
    background.cancel()

    beat = gateway.spool.heartbeats[-1]
    assert (beat.host, beat.pid, beat.plan_generation) == ("h", 1, 8)


async def test_dropped_copies_are_told_once_in_the_log(start, primary, capsys):
    gateway = await start()
    primary.answers(openai_answer())
    gateway.spool.full = True
    for _ in range(2):
        await gateway.chat()
        gateway.app.beat()

    assert capsys.readouterr().out.count("the spool is full") == 1


async def test_a_check_that_overruns_is_parked_and_reported(start, primary):
    class Slow:
        """A check that takes longer than all checks may, by the clock it is measured with."""

        calls = 0
        now = 0.0

        def inspect(self, _exam: object) -> Signal:
            self.calls += 1
            Slow.now += 0.2
            return Signal(check="slow", verdict=Verdict.PASS)

    slow = Slow()
    gateway = await start(build_check=lambda _settings: slow, perf=lambda: Slow.now)
    primary.answers(openai_answer())

    replies = [await gateway.chat() for _ in range(6)]
    gateway.app.beat()

    assert slow.calls == 5
    assert {reply.headers["x-leadline-checks"] for reply in replies} == {"json_schema=skipped"}
    assert gateway.spool.heartbeats[-1].checks_skipped == 6
    assert "parked" in gateway.spool.observations[-1].signals[0].evidence


async def test_what_the_watch_learnt_reaches_the_checks(start, primary):
    seen = []

    class Reading:
        def inspect(self, exam: Any) -> Signal:
            seen.append(exam.learnt)
            return Signal(check="reading", verdict=Verdict.PASS)

    gateway = await start(build_check=lambda _settings: Reading())
    gateway.plans.overlay = Overlay(
        generation=1,
        entries=(
            OverlayEntry(what="token_ratio", name="openai-main/gpt-4o", value=1.1, reason="seen"),
            OverlayEntry(what="token_ratio", name="openai-main/gpt-4o wide", value=1.6, reason="seen"),
            OverlayEntry(what="output_p99", name="report", value=900, reason="seen"),
        ),
    )
    gateway.app.follow_plan()
    primary.answers(openai_answer())

    await gateway.chat(headers={"x-leadline-template": "report"})

    await gateway.chat(messages=[{"role": "user", "content": "これはいくらですか。"}])

    assert (seen[0].token_ratio, seen[0].output_p99) == (1.1, 900)
    assert seen[1].token_ratio == 1.6, "of texts in this script"
    assert [each.exchange.counted_script for each in gateway.spool.observations] == ["ascii", "wide"]


async def test_a_new_overlay_does_not_resolve_secrets_again(start):
    resolved = []

    def resolve(reference: str) -> str:
        resolved.append(reference)
        return "s"

    gateway = await start(secrets=resolve)
    before = len(resolved)

    gateway.plans.overlay = Overlay(generation=1)
    gateway.app.follow_plan()

    assert before == len(resolved) == 5


def test_parts_and_settings_are_all_there_is_to_wire():
    """Every part is required, so that a forgotten one is an error at start and not at the first request."""
    assert not [field.name for field in msgspec.structs.fields(GatewayParts) if not field.required]
