"""What clients are told when no target gives a usable answer, in each protocol, streamed or not."""

import msgspec
import pytest
from openai import AsyncOpenAI, AsyncStream
from tests.gateway.conftest import KEY, hashed, openai_answer, openai_chunks, plan_for, target

from leadline.triage.rows import rows_of
from leadline.vocabulary import FailureKind, KeyGrant, Origin, Route, RungSettings, TokenUsage

SORRY = RungSettings("template", {"text": "Sorry, later.", "json_text": '{"sorry": true}'})
ECHO = RungSettings("echo", {})
SPARE = RungSettings("model", {"alias": "spare"})


def laddered(primary, fallback, ladder, feature=None):
    """`alone`, `claude` and `gem` have one target and this ladder; `spare` is an alias to fall back on."""
    plan = plan_for(primary, fallback)
    routes = dict(plan.routes)
    for alias in ("alone", "claude", "gem"):
        routes[alias] = msgspec.structs.replace(routes[alias], retries=0, fallback=ladder)
    spare = (target("openai", "gpt-4o-nano", fallback.url, "openai-spare"),)
    routes["spare"] = Route(alias="spare", targets=spare, retries=0)
    keys = {hashed(KEY): KeyGrant(alias="alice", tenant="acme", rights=("simulate",)), **plan.keys}
    keys[hashed(KEY)] = msgspec.structs.replace(keys[hashed(KEY)], rights=("simulate",))
    return msgspec.structs.replace(plan, routes=routes, keys=keys, fallbacks=feature or {})


async def test_an_outage_is_answered_by_the_template(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (SORRY,)}))
    primary.answers({"error": {"message": "down"}}, status=503)

    reply = await gateway.chat("alone")

    assert reply.status_code == 200
    assert reply.json()["choices"][0]["message"]["content"] == "Sorry, later."
    assert reply.json()["model"] == "alone"
    assert reply.headers["x-leadline-selection"] == "fallback"
    assert reply.headers["x-leadline-fallback-rung"] == "template"
    assert reply.headers["x-leadline-selection-cause"] == "provider.outage"
    assert reply.headers["x-leadline-selection-cause-attempt"] == "1"
    seen = await gateway.recorded()
    assert (seen.exchange.rung, seen.exchange.status, seen.exchange.served) == ("template", 200, False)
    (row,) = rows_of(seen)
    assert (row.rung, row.kind) == ("template", FailureKind.PROVIDER_OUTAGE)


async def test_a_stream_is_answered_as_a_stream(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"default": (ECHO,)}))
    primary.answers({"error": {"message": "down"}}, status=503)

    reply = await gateway.chat("alone", stream=True)

    assert reply.headers["content-type"].startswith("text/event-stream")
    assert "Capital of France?" in reply.text
    assert '"finish_reason":"stop"' in reply.text
    assert reply.text.endswith("data: [DONE]\n\n")


@pytest.mark.parametrize("streaming", [False, True])
async def test_legacy_completions_get_text(start, primary, fallback, streaming):
    gateway = await start(laddered(primary, fallback, {"default": (SORRY,)}))
    primary.answers({"error": {"message": "down"}}, status=503)
    async with AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=KEY) as client:
        told = await client.completions.create(model="alone", prompt="Capital of France?", stream=streaming)
        pieces = [chunk async for chunk in told] if isinstance(told, AsyncStream) else [told]

    assert "".join(piece.choices[0].text for piece in pieces) == "Sorry, later."
    assert pieces[-1].choices[0].finish_reason == "stop"


@pytest.mark.parametrize("streaming", [False, True])
async def test_anthropic_s_clients_get_a_message(start, primary, fallback, streaming):
    gateway = await start(laddered(primary, fallback, {"error": (SORRY,)}))
    primary.answers({"type": "error", "error": {"type": "api_error", "message": "down"}}, status=500)

    body = {"model": "claude", "max_tokens": 9, "messages": [{"role": "user", "content": "Hi"}]}
    reply = await gateway.http.post(
        "/v1/messages", json=body | {"stream": streaming}, headers={"x-api-key": KEY}
    )

    assert reply.status_code == 200
    assert "Sorry, later." in reply.text
    assert ("event: message_stop" in reply.text) == streaming


@pytest.mark.parametrize(
    "verb", ["generateContent", "streamGenerateContent", "streamGenerateContent?alt=sse"]
)
async def test_google_s_clients_get_candidates(start, primary, fallback, verb):
    gateway = await start(laddered(primary, fallback, {"error": (SORRY,)}))
    primary.answers({"error": {"code": 500, "status": "INTERNAL", "message": "down"}}, status=500)

    body = {"contents": [{"role": "user", "parts": [{"text": "Hi"}]}]}
    reply = await gateway.http.post(f"/v1beta/models/gem:{verb}", json=body, headers={"x-goog-api-key": KEY})

    assert reply.status_code == 200
    assert "Sorry, later." in reply.text
    if "alt=sse" not in verb:
        assert msgspec.json.decode(reply.content)


async def test_who_asks_for_json_gets_no_sentence(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (ECHO, SORRY)}))
    primary.answers({"error": {"message": "down"}}, status=503)

    reply = await gateway.chat("alone", response_format={"type": "json_object"})

    assert reply.json()["choices"][0]["message"]["content"] == '{"sorry": true}'


async def test_another_model_is_asked_before_the_template(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (SPARE, SORRY)}))
    primary.answers({"error": {"message": "down"}}, status=503)
    fallback.answers(openai_answer("From the spare."))

    reply = await gateway.chat("alone")

    assert reply.json()["choices"][0]["message"]["content"] == "From the spare."
    assert reply.headers["x-leadline-fallback-rung"] == "model"
    assert reply.headers["x-leadline-model"] == "gpt-4o-nano"
    assert reply.headers["x-leadline-selection-cause-attempt"] == "1"
    exchange = (await gateway.recorded()).exchange
    assert [attempt.number for attempt in exchange.attempts] == [1, 2]
    assert exchange.served


async def test_when_the_other_model_fails_too_the_next_rung_answers(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (SPARE, SORRY)}))
    for upstream in (primary, fallback):
        upstream.answers({"error": {"message": "down"}}, status=503)

    reply = await gateway.chat("alone")

    assert reply.headers["x-leadline-fallback-rung"] == "template"
    assert reply.headers["x-leadline-attempts"] == "2"


async def test_a_rate_limit_has_its_own_ladder(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (ECHO,), "rate_limit": (SORRY,)}))
    primary.answers({"error": {"message": "slow", "code": "rate_limit_exceeded"}}, status=429)

    assert (await gateway.chat("alone")).headers["x-leadline-fallback-rung"] == "template"


async def test_the_feature_s_ladder_goes_before_the_route_s(start, primary, fallback):
    plan = laddered(primary, fallback, {"error": (SORRY,)}, {"search": {"error": (ECHO,)}})
    gateway = await start(plan)
    primary.answers({"error": {"message": "down"}}, status=503)

    asked = await gateway.chat("alone", headers={"x-leadline-feature": "search"})
    other = await gateway.chat("alone")

    assert asked.headers["x-leadline-fallback-rung"] == "echo"
    assert other.headers["x-leadline-fallback-rung"] == "template"


async def test_a_caller_s_own_fault_is_not_smoothed_over(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"default": (SORRY,), "error": (SORRY,)}))
    primary.answers({"error": {"message": "bad", "type": "invalid_request_error"}}, status=400)

    assert (await gateway.chat("alone")).status_code == 400


SCHEMA = {
    "type": "json_schema",
    "json_schema": {"name": "x", "schema": {"type": "object", "required": ["a"]}},
}


async def test_an_answer_that_breaks_its_schema_is_replaced_and_its_verdict_stays_with_it(
    start, primary, fallback
):
    gateway = await start(laddered(primary, fallback, {"validation": (SPARE,)}))
    primary.answers(openai_answer("{}"))
    fallback.answers(openai_answer('{"a": 1}'))

    reply = await gateway.chat("alone", response_format=SCHEMA)

    assert reply.json()["choices"][0]["message"]["content"] == '{"a": 1}'
    assert reply.headers["x-leadline-selection-cause"] == "quality.format"
    seen = await gateway.recorded()
    first, second = rows_of(seen)
    assert [check.failed for check in first.checks or ()] == [True]
    assert [check.failed for check in second.checks or ()] == [False]
    assert seen.exchange.wasted_usd == pytest.approx((12 * 2.5 + 3 * 10) / 1e6)


async def test_an_answer_that_a_check_dislikes_is_better_than_none(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"validation": (SPARE,)}))
    primary.answers(openai_answer("{}"))
    fallback.answers({"error": {"message": "down"}}, status=503)

    reply = await gateway.chat("alone", response_format=SCHEMA)

    assert (reply.status_code, reply.json()["choices"][0]["message"]["content"]) == (200, "{}")
    assert "x-leadline-fallback-rung" not in reply.headers
    assert "json_schema=fail" in reply.headers["x-leadline-checks"]
    assert (await gateway.recorded()).exchange.served


async def test_without_a_ladder_for_it_a_verdict_changes_nothing(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"default": (SORRY,)}))
    primary.answers(openai_answer("{}"))

    assert (await gateway.chat("alone", response_format=SCHEMA)).json()["choices"][0]["message"][
        "content"
    ] == "{}"


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("provider.outage", "error"),
        ("provider.timeout", "error"),
        ("provider.throttled", "rate_limit"),
        ("provider.short_circuited", "all_open"),
        ("quality.format", "validation"),
        ("quality.hallucination", "quality"),
        ("security.pii_leak", "guardrail"),
    ],
)
async def test_each_failure_mode_can_be_proved_without_a_call(start, primary, fallback, kind, mode):
    gateway = await start(laddered(primary, fallback, {mode: (SORRY,)}))

    reply = await gateway.chat("alone", headers={"x-leadline-simulate": kind})

    assert reply.headers["x-leadline-fallback-rung"] == "template", reply.text
    assert reply.headers["x-leadline-simulated"] == kind
    assert not primary.heads
    seen = await gateway.recorded()
    assert seen.exchange.origin is Origin.SIMULATED
    assert rows_of(seen) == [], "no incident comes of it"


async def test_a_simulated_failure_of_the_primary_is_answered_by_the_real_fallback(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {}))
    fallback.answers(openai_answer("Really."))

    reply = await gateway.chat("chat", headers={"x-leadline-simulate": "provider.outage"})

    assert reply.json()["choices"][0]["message"]["content"] == "Really."
    assert reply.headers["x-leadline-selection-cause"] == "provider.outage"
    assert not primary.heads


async def test_a_later_rung_is_proved_by_failing_all_before_it(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {"error": (SPARE, SORRY, ECHO)}))
    headers = {"x-leadline-simulate": "provider.outage; rung=echo"}

    reply = await gateway.chat("alone", headers=headers)

    assert reply.headers["x-leadline-fallback-rung"] == "echo"
    assert not primary.heads
    assert not fallback.heads


async def test_only_a_key_with_the_right_may_simulate(start, primary):
    gateway = await start()

    refused = await gateway.chat(headers={"x-leadline-simulate": "provider.outage"})

    assert refused.status_code == 403
    assert "rights: [simulate]" in refused.json()["error"]["message"]
    assert not primary.heads


@pytest.mark.parametrize("words", ["outage", "provider.outage; wrung=echo", "provider.outage; rung=", ""])
async def test_a_simulation_that_is_no_kind_is_told(start, primary, fallback, words):
    gateway = await start(laddered(primary, fallback, {}))

    told = await gateway.chat("alone", headers={"x-leadline-simulate": words})

    assert told.status_code == 400
    assert "provider.throttled" in told.json()["error"]["message"]


async def test_a_stream_that_broke_off_is_waste_of_a_known_size(start, primary, fallback):
    gateway = await start(laddered(primary, fallback, {}))
    primary.streams(openai_chunks("Pa", "ris")[:2], then="cut")

    await gateway.chat("alone", stream=True)

    exchange = (await gateway.recorded()).exchange
    (attempt,) = exchange.attempts
    assert attempt.cost_estimated
    assert attempt.cost_usd
    assert exchange.wasted_usd == attempt.cost_usd
    assert attempt.usage in (None, TokenUsage())
