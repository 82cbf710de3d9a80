"""Probes: tiny real calls to the very target, asked for by the watch, sent by one worker only."""

import asyncio

import msgspec
import pytest

from leadline.gateway.probe_question import PROBED, probe_question
from leadline.gateway.prober import EVERYWHERE, PROBE, Prober
from leadline.vocabulary import Observation, Origin, Overlay, OverlayEntry, WireProtocol
from leadline.wiring.providers import surfaces


class Permits:
    """Each target once."""

    def __init__(self):
        self.asked, self.healthy = set(), []

    def may_probe(self, target, every_s, _now):
        assert every_s == 15.0
        first = target not in self.asked
        self.asked.add(target)
        return first

    def well(self, target, _now):
        self.healthy.append(target.model)


def asking_for(*providers, expires_at=None):
    return Overlay(
        generation=1,
        entries=tuple(
            OverlayEntry(what=PROBE, name=name, value=15.0, reason="an incident", expires_at=expires_at)
            for name in providers
        ),
    )


async def probed(gateway, overlay, seen):
    """Run a prober until `seen()`; its permits."""
    permits, app = Permits(), gateway.app
    active = msgspec.structs.replace(app.active, overlay=overlay)
    task = asyncio.create_task(Prober(gateway.parts, permits, lambda: active).run())
    try:
        async with asyncio.timeout(5):
            while not seen():
                await asyncio.sleep(0.01)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
    return permits


def probes(gateway):
    return [
        record.exchange
        for record in gateway.spool.offered
        if isinstance(record, Observation) and record.exchange.origin is Origin.PROBE
    ]


async def test_the_targets_of_the_provider_are_asked_for_one_token(start, primary, fallback):
    gateway = await start()
    active = gateway.app.active
    names = {t.identity.provider for r in active.plan.routes.values() for t in r.targets}
    for upstream in (primary, fallback):
        upstream.answers({"error": {"message": "overloaded", "type": "server_error"}}, status=503)

    def by_provider():
        return {exchange.attempts[0].target.provider: exchange for exchange in probes(gateway)}

    permits = await probed(gateway, asking_for(EVERYWHERE), lambda: set(by_provider()) == names)

    assert {target.provider for target in permits.asked} == names
    exchange = by_provider()["openai-main"]
    assert exchange.caller.tenant == "leadline"
    assert exchange.attempts[0].selection.reason == "probe"
    assert exchange.attempts[0].failure.kind == "provider.outage"
    assert permits.healthy == []
    asked = [msgspec.json.decode(body) for body in (*primary.bodies, *fallback.bodies)]
    assert {body["max_tokens"] for body in asked if "max_tokens" in body} == {1}


async def test_a_target_that_answers_is_well(start, primary):
    gateway = await start()
    [first, *_] = next(iter(gateway.app.active.plan.routes.values())).targets
    primary.answers(
        {
            "id": "c",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "p"}, "finish_reason": "length"}
            ],
            "usage": {"prompt_tokens": 8, "completion_tokens": 1, "total_tokens": 9},
        }
    )
    overlay = asking_for(first.identity.provider)

    permits = await probed(gateway, overlay, lambda: probes(gateway))

    assert first.identity.model in permits.healthy
    assert probes(gateway)[0].attempts[0].usage.output_tokens == 1


async def test_nothing_is_asked_once_the_wish_has_expired(start, primary):
    gateway = await start()
    looks = iter(range(40))

    permits = await probed(gateway, asking_for(EVERYWHERE, expires_at=1.0), lambda: next(looks) == 39)

    assert permits.asked == set()
    assert primary.heads == []


@pytest.mark.parametrize("protocol", PROBED)
def test_each_question_is_readable_by_its_own_surface(protocol):
    request = probe_question(protocol, "a-model")
    [surface] = [one for one in surfaces() if one.protocol is protocol]
    assert request is not None
    assert surface.matches(request.path) or request.path in surface.paths
    assert surface.read_question(surface.canonical(request)).model == "a-model"


def test_models_that_generate_no_text_are_left_alone():
    assert probe_question(WireProtocol.OPENAI_CHAT, "text-embedding-3-small") is None
    thinking = probe_question(WireProtocol.OPENAI_CHAT, "gpt-5-mini")
    assert thinking is not None
    assert "max_tokens" not in msgspec.json.decode(thinking.body)
