"""Which policies hold for a call, reversible tokens, and checks without a call."""

import msgspec
import pytest
from tests.gateway.conftest import KEY, hashed, openai_answer, openai_chunks
from tests.gateway.test_guardrails import STREAMED, guarded, rule, said_in, text_of

from leadline.vocabulary import GuardPolicy, Place, Word

BOB = "lk-bob"


def scoped(primary, fallback, **scope):
    """`words@2` holds where `scope` says: everywhere, features, key, route."""
    plan = guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER))
    rails = msgspec.structs.replace(
        plan.guardrails, everywhere=scope.get("everywhere", ()), features=scope.get("features", {})
    )
    keys, routes = dict(plan.keys), dict(plan.routes)
    keys[hashed(KEY)] = msgspec.structs.replace(keys[hashed(KEY)], policies=scope.get("key", ()))
    routes["alone"] = msgspec.structs.replace(routes["alone"], policies=scope.get("route", ()))
    keys[hashed(BOB)] = msgspec.structs.replace(keys[hashed(BOB)], models=("*",))
    return msgspec.structs.replace(plan, guardrails=rails, keys=keys, routes=routes)


async def status(gateway, model, **more):
    asked = [{"role": "user", "content": "nightjar"}]
    return (await gateway.chat(model, messages=asked, **more)).status_code


async def test_a_policy_holds_for_its_key_alone(start, primary, fallback):
    gateway = await start(scoped(primary, fallback, key=("words@2",)))
    primary.answers(openai_answer("ok"))

    assert await status(gateway, "chat") == 400
    assert await status(gateway, "chat", key=BOB) == 200


async def test_a_policy_holds_for_its_route_alone(start, primary, fallback):
    gateway = await start(scoped(primary, fallback, route=("words@2",)))
    primary.answers(openai_answer("ok"))

    assert await status(gateway, "alone") == 400
    assert await status(gateway, "chat") == 200


async def test_a_policy_holds_for_its_feature_alone(start, primary, fallback):
    gateway = await start(scoped(primary, fallback, features={"faq": ("words@2",)}))
    primary.answers(openai_answer("ok"))

    assert await status(gateway, "chat", headers={"x-leadline-feature": "faq"}) == 400
    assert await status(gateway, "chat") == 200


async def test_of_several_policies_the_hardest_word_counts(start, primary, fallback):
    plan = guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER))
    mild = GuardPolicy(name="mild", version="1", enforced=True, rules=(rule(Word.REDACT, Place.INPUT_USER),))
    rails = msgspec.structs.replace(
        plan.guardrails,
        policies={**plan.guardrails.policies, "mild@1": mild},
        everywhere=("mild@1", "words@2"),
    )
    gateway = await start(msgspec.structs.replace(plan, guardrails=rails))

    reply = await gateway.chat("alone", messages=[{"role": "user", "content": "nightjar"}])

    assert reply.status_code == 400
    assert reply.headers["x-leadline-policy"] == "words@2"


async def test_labels_and_places_choose_among_findings(start, primary, fallback):
    deaf = [rule(Word.BLOCK, Place.INPUT_USER, labels=("another",)), rule(Word.BLOCK, Place.TOOL_RESULT)]
    gateway = await start(guarded(primary, fallback, *deaf))
    primary.answers(openai_answer("ok"))

    assert await status(gateway, "alone") == 200


@pytest.fixture
def tokenised(primary, fallback):
    plan = guarded(primary, fallback, rule(Word.REDACT, Place.INPUT_USER, tokens=True))
    keys = dict(plan.keys)
    keys[hashed(BOB)] = msgspec.structs.replace(keys[hashed(BOB)], models=("*",))
    rails = msgspec.structs.replace(plan.guardrails, token_key="env:TOKENS")
    return msgspec.structs.replace(plan, guardrails=rails, keys=keys)


def token_in(body):
    said = msgspec.json.decode(body)["messages"][0]["content"]
    return said[said.index("[CODE_NAME~") : said.index("]") + 1]


async def test_a_token_is_turned_back_in_the_same_caller_s_answer(start, primary, tokenised):
    gateway = await start(tokenised)
    primary.answers(openai_answer("ok"))
    asked = [{"role": "user", "content": "What is Nightjar?"}]
    await gateway.chat("alone", messages=asked)
    token = token_in(primary.bodies[0])
    primary._told.clear()
    primary.answers(openai_answer(f"{token} is a bird."))

    mine = await gateway.chat("alone", messages=asked)
    other = await gateway.chat("alone", messages=asked, key=BOB)

    assert said_in("openai", mine.json()) == "Nightjar is a bird."
    assert said_in("openai", other.json()) == f"{token} is a bird."
    assert b"ightjar" not in b"".join(primary.bodies)
    assert token_in(primary.bodies[1]) == token


async def test_a_token_is_turned_back_in_a_stream_that_cuts_it(start, primary, tokenised):
    gateway = await start(tokenised)
    primary.answers(openai_answer("ok"))
    asked = [{"role": "user", "content": "What is Nightjar?"}]
    await gateway.chat("alone", messages=asked)
    token = token_in(primary.bodies[0])
    primary._told.clear()
    primary.streams(openai_chunks("It is ", token[:5], token[5:20], token[20:], "."))

    reply = await gateway.chat("alone", messages=asked, stream=True)

    assert text_of("openai", STREAMED, reply) == "It is Nightjar."


async def check(gateway, body, key=KEY):
    return await gateway.http.post(
        "/v1/guardrails/check", json=body, headers={"authorization": f"Bearer {key}"}
    )


async def test_a_text_is_checked_without_a_model(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK, Place.INPUT_USER)))

    reply = await check(gateway, {"text": "say nightjar"})

    told = reply.json()
    assert (told["verdict"], told["policy"], told["texts"]) == ("block", "words@2", None)
    (found,) = told["findings"]
    assert (found["start"], found["end"], found["label"], found["rule"]) == (4, 12, "code name", "block")
    assert told["ms"] >= 0
    assert primary.bodies == []


async def test_what_a_policy_would_redact_is_shown(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.REDACT, Place.OUTPUT)))
    texts = {"texts": ["nightjar", "fine"], "place": "output", "policy": "words"}

    there = (await check(gateway, texts)).json()
    elsewhere = (await check(gateway, texts | {"place": "input_user"})).json()

    assert there["texts"] == ["[CODE_NAME]", "fine"]
    assert (elsewhere["verdict"], elsewhere["texts"]) == ("pass", ["nightjar", "fine"])


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({"text": "x", "policy": "gone"}, 404, "unknown_policy"),
        ({}, 400, "body_unreadable"),
        ({"text": "x", "typo": 1}, 400, "body_unreadable"),
        ({"text": "x", "place": "nowhere"}, 400, "body_unreadable"),
    ],
)
async def test_what_cannot_be_checked_is_said(start, primary, fallback, body, status, code):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))

    reply = await check(gateway, body)

    assert (reply.status_code, reply.json()["error"]["code"]) == (status, code)


async def test_what_others_are_held_to_is_not_tried_without_the_right(start, primary, fallback):
    plan = scoped(primary, fallback, route=("words@2",))
    keys = dict(plan.keys)
    keys[hashed(BOB)] = msgspec.structs.replace(keys[hashed(BOB)], models=("chat",))
    asked = {"text": "nightjar", "policy": "words"}
    gateway = await start(msgspec.structs.replace(plan, keys=keys))

    assert (await check(gateway, asked)).json()["verdict"] == "block", "alice may call the model it holds for"
    assert (await check(gateway, asked, key=BOB)).status_code == 404

    keys[hashed(BOB)] = msgspec.structs.replace(keys[hashed(BOB)], rights=("try_policies",))
    gateway.plans.plan = msgspec.structs.replace(plan, keys=keys)
    gateway.app.follow_plan()
    assert (await check(gateway, asked, key=BOB)).json()["verdict"] == "block"


async def test_a_check_needs_a_key_and_a_post(start, primary, fallback):
    gateway = await start(guarded(primary, fallback, rule(Word.BLOCK)))

    assert (await check(gateway, {"text": "x"}, key="lk-nobody")).status_code == 401
    assert (await gateway.http.get("/guardrails/check")).status_code == 405


async def test_a_new_plan_replaces_the_policies_of_the_old_one(start, primary, fallback):
    gateway = await start(scoped(primary, fallback, everywhere=("words@2",)))
    primary.answers(openai_answer("ok"))
    assert await status(gateway, "alone") == 400

    gateway.plans.plan = scoped(primary, fallback)
    gateway.app.follow_plan()

    assert await status(gateway, "alone") == 200
