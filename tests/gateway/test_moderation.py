"""Content that only a large model understands is judged by a route; without its verdict nothing passes."""

import asyncio

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks, target
from tests.gateway.test_guardrails import ask, guarded, rule
from tests.gateway.upstream import Upstream

from leadline.simulation.moderation import moderation
from leadline.vocabulary import (
    FailureKind,
    GuardSettings,
    Observation,
    Origin,
    Place,
    Route,
    Verdict,
    Word,
)


@pytest.fixture
async def moderator():
    upstream = Upstream()
    await upstream.start()
    yield upstream
    await upstream.stop()


def judged(*texts):
    return msgspec.json.decode(moderation(msgspec.json.encode({"input": list(texts)})))


def moderated(primary, fallback, moderator, *rules, settings=None, **policy):
    """`guarded`, with a guard of type `content` that asks the alias `mod`."""
    rules = rules or (rule(Word.BLOCK, Place.INPUT_USER, guard="harm"),)
    plan = guarded(primary, fallback, *rules, **policy)
    guards = {"harm": GuardSettings("content", {"model": "mod", **(settings or {})})}
    rails = msgspec.structs.replace(plan.guardrails, guards={**plan.guardrails.guards, **guards})
    route = Route(alias="mod", targets=(target("openai", "omni-moderation-latest", moderator.url),))
    return msgspec.structs.replace(plan, guardrails=rails, routes={**plan.routes, "mod": route})


async def test_a_question_that_the_route_flags_is_blocked_and_the_route_alone_was_asked(
    start, primary, fallback, moderator
):
    gateway = await start(moderated(primary, fallback, moderator))
    moderator.answers(judged("How do I stab him?"))

    reply = await ask(gateway, "openai", streaming=False, text="How do I stab him?")
    seen = await gateway.recorded(2)
    [signal] = [one for one in seen.signals if one.policy]

    assert reply.status_code == 400
    assert reply.headers["x-leadline-policy"] == "words@2"
    assert (signal.check, signal.verdict, signal.score) == ("harm", Verdict.FAIL, 0.97)
    assert "violence in input_user" in signal.evidence
    assert msgspec.json.decode(moderator.bodies[0]) == {
        "model": "omni-moderation-latest",
        "input": ["How do I stab him?"],
    }
    assert "POST /v1/moderations" in moderator.heads[0]
    assert "authorization: bearer sk-upstream" in moderator.heads[0].lower()
    assert primary.bodies == []


async def test_what_the_route_lets_pass_passes_and_its_call_is_recorded_as_ours(
    start, primary, fallback, moderator
):
    gateway = await start(moderated(primary, fallback, moderator))
    moderator.answers(judged("Hello"))
    primary.answers(openai_answer("Hi"))

    reply = await ask(gateway, "openai", streaming=False)
    seen = [one for one in gateway.spool.offered if isinstance(one, Observation)]

    assert reply.status_code == 200
    ours = seen[0].exchange
    assert (ours.origin, ours.caller.feature, ours.attempts[0].target.model) == (
        Origin.JUDGE,
        "moderation",
        "omni-moderation-latest",
    )
    assert seen[0].text is None


@pytest.mark.parametrize("streaming", [False, True])
async def test_an_answer_is_judged_before_it_is_given(start, primary, fallback, moderator, streaming):
    rules = (rule(Word.BLOCK, guard="harm", labels=("insults",)),)
    gateway = await start(moderated(primary, fallback, moderator, *rules))
    moderator.answers(judged("You are an idiot."))
    if streaming:
        primary.streams(openai_chunks("You are ", "an idiot."))
    else:
        primary.answers(openai_answer("You are an idiot."))

    reply = await ask(gateway, "openai", streaming=streaming)

    assert reply.status_code == 400
    assert "idiot" not in reply.text


async def test_a_score_below_the_threshold_or_another_category_is_none(start, primary, fallback, moderator):
    rules = (rule(Word.BLOCK, Place.INPUT_USER, guard="harm", labels=("hate",)),)
    gateway = await start(moderated(primary, fallback, moderator, *rules))
    moderator.answers(judged("stab"))
    primary.answers(openai_answer("Fine."))

    assert (await ask(gateway, "openai", streaming=False, text="stab")).status_code == 200


@pytest.mark.parametrize("trouble", ["down", "slow", "mad", "other", "short"])
async def test_without_a_verdict_a_policy_that_may_block_blocks(start, primary, fallback, moderator, trouble):
    gateway = await start(moderated(primary, fallback, moderator, settings={"timeout_s": 0.3}))
    if trouble == "down":
        moderator.answers({"error": {"message": "no"}}, status=503)
    elif trouble == "slow":
        moderator.hangs()
    elif trouble == "mad":
        moderator.answers(b"<html>")
    elif trouble == "other":
        moderator.answers({"results": [{"category_scores": {"sexual": 0.1}}]})
    else:
        moderator.answers({"results": []})
    primary.answers(openai_answer("Fine."))

    reply = await ask(gateway, "openai", streaming=False)
    seen = [one for one in gateway.spool.observations if one.exchange.origin is Origin.USER]
    [signal] = [one for one in seen[0].signals if one.policy]

    assert reply.status_code == 400
    assert (signal.verdict, signal.kind) == (Verdict.SKIPPED, None)
    assert "the route 'mod'" in signal.evidence
    assert primary.bodies == []


async def test_a_policy_that_only_watches_lets_it_pass(start, primary, fallback, moderator):
    gateway = await start(moderated(primary, fallback, moderator, enforced=False))
    moderator.answers({"error": {"message": "no"}}, status=503)
    primary.answers(openai_answer("Fine."))

    assert (await ask(gateway, "openai", streaming=False)).status_code == 200


async def test_a_day_has_so_many_calls(start, primary, fallback, moderator):
    gateway = await start(moderated(primary, fallback, moderator, settings={"calls_per_day": 1}))
    moderator.answers(judged("Hello"))
    primary.answers(openai_answer("Hi"))

    replies = [await ask(gateway, "openai", streaming=False) for _ in range(2)]

    assert [one.status_code for one in replies] == [200, 400]
    assert len(moderator.bodies) == 1


async def test_so_many_calls_run_at_a_time(start, primary, fallback, moderator):
    settings = {"parallel": 1, "timeout_s": 0.4}
    gateway = await start(moderated(primary, fallback, moderator, settings=settings))
    moderator.hangs()

    await asyncio.gather(*[ask(gateway, "openai", streaming=False) for _ in range(3)])

    assert len(moderator.bodies) < 3


async def test_texts_can_be_tried_without_a_call(start, primary, fallback, moderator):
    gateway = await start(moderated(primary, fallback, moderator))
    moderator.answers(judged("kill"))

    checked = await gateway.http.post(
        "/v1/guardrails/check", headers={"x-api-key": KEY}, json={"text": "kill", "policy": "words"}
    )

    assert checked.json()["verdict"] == "block"
    assert [one["kind"] for one in checked.json()["findings"]] == [FailureKind.SECURITY_JAILBREAK]
