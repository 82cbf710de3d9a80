"""Calls whose target speaks another protocol, through the whole hot path, against real servers."""

from typing import Any

import msgspec
import pytest
from tests.gateway.conftest import KEY, openai_answer, openai_chunks, plan_for, target

from leadline.vocabulary import CheckSettings, FailureKind, Plan, Route, SelectionReason

ANTHROPIC_ANSWER = {
    "id": "msg_1",
    "type": "message",
    "role": "assistant",
    "model": "claude-sonnet-4-5-20250929",
    "content": [{"type": "text", "text": "Paris"}],
    "stop_reason": "end_turn",
    "stop_sequence": None,
    "usage": {"input_tokens": 10, "cache_read_input_tokens": 4, "output_tokens": 3},
}


def events(*told, end=True):
    """An Anthropic stream."""
    message = {**ANTHROPIC_ANSWER, "content": [], "stop_reason": None}
    all_told: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        *(
            {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": t}}
            for t in told
        ),
    ]
    if end:
        all_told += [
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 3}},
            {"type": "message_stop"},
        ]
    return [b"event: %s\ndata: %s\n\n" % (e["type"].encode(), msgspec.json.encode(e)) for e in all_told]


@pytest.fixture
def crossing(primary, fallback) -> Plan:
    """Alias `chat` falls back from OpenAI to Anthropic; `weighted` shares its load between the two."""
    first = target("openai", "gpt-4o", primary.url, "openai-main")
    second = target("anthropic", "claude-sonnet-4-5", fallback.url, "anthropic-spare")
    plan = plan_for(primary, fallback)
    routes = {"chat": Route(alias="chat", targets=(first, second), retries=0)}
    return msgspec.structs.replace(plan, routes={**plan.routes, **routes})


async def test_a_chat_is_answered_by_anthropic_when_openai_is_down(start, primary, fallback, crossing):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.answers(ANTHROPIC_ANSWER, request_id="req_up", anthropic_ratelimit_tokens_limit="9")

    reply = await gateway.chat(temperature=0.5, seed=7)
    record = await gateway.recorded()

    assert reply.status_code == 200
    body = reply.json()
    assert body["choices"][0]["message"]["content"] == "Paris"
    assert body["choices"][0]["finish_reason"] == "stop"
    assert body["usage"]["prompt_tokens"] == 14
    assert reply.headers["x-leadline-translated"] == "openai_chat->anthropic_messages"
    assert reply.headers["x-leadline-dropped"] == "seed"
    assert reply.headers["x-leadline-selection-cause"] == "provider.outage"
    assert reply.headers["x-upstream-request-id"] == "req_up"
    assert "anthropic-ratelimit-tokens-limit" not in reply.headers

    asked = msgspec.json.decode(fallback.bodies[0])
    assert asked["messages"] == [
        {"role": "user", "content": [{"type": "text", "text": "Capital of France?"}]}
    ]
    assert (asked["model"], asked["temperature"]) == ("claude-sonnet-4-5", 0.5)
    assert "anthropic-version: 2023-06-01" in fallback.heads[0]
    assert KEY not in fallback.heads[0]

    last = record.exchange.attempts[-1]
    assert last.selection.reason is SelectionReason.FALLBACK
    assert last.selection.detail.endswith("; translated openai_chat->anthropic_messages; without seed")
    assert last.usage
    assert last.usage.cached_read_tokens == 4
    assert record.exchange.answer
    assert record.exchange.answer.finish_raw == "end_turn"


async def test_a_stream_is_translated_event_by_event(start, primary, fallback, crossing):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.streams(events("Pa", "ris"))

    reply = await gateway.chat(stream=True)

    assert reply.headers["content-type"] == "text/event-stream"
    chunks = [line.removeprefix("data: ") for line in reply.text.split("\n\n") if line]
    assert chunks[-1] == "[DONE]"
    deltas = [msgspec.json.decode(chunk)["choices"][0]["delta"] for chunk in chunks[:-1]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    assert "".join(delta.get("content", "") for delta in deltas) == "Paris"


async def test_a_cut_stream_ends_with_the_clients_own_error(start, primary, fallback, crossing):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.streams(events("Pa", end=False), then="cut")

    reply = await gateway.chat(stream=True)
    record = await gateway.recorded()

    assert "[DONE]" not in reply.text
    assert '"finish_reason":"stop"' not in reply.text
    assert '"error"' in reply.text.split("\n\n")[-2]
    failure = record.exchange.attempts[-1].failure
    assert failure
    assert failure.kind in {FailureKind.PROVIDER_TRUNCATED, FailureKind.PROVIDER_CONNECTION}


async def test_an_error_inside_the_stream_is_told_in_the_clients_protocol(start, primary, fallback, crossing):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    fallback.streams(
        [*events("Pa", end=False), b"event: error\ndata: " + msgspec.json.encode(error) + b"\n\n"]
    )

    reply = await gateway.chat(stream=True)

    # as an event once the stream has begun, else as a whole reply: both in OpenAI's shape
    last = msgspec.json.decode(reply.text.strip().rpartition("data: ")[2])
    assert last["error"]["code"] in {"upstream_failed", "overloaded_error"}
    assert "[DONE]" not in reply.text


async def test_what_is_not_portable_is_not_asked_and_the_first_failure_stands(
    start, primary, fallback, crossing
):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)

    reply = await gateway.chat(n=2)
    record = await gateway.recorded()

    assert reply.status_code == 503
    assert not fallback.bodies
    assert "anthropic-spare/claude-sonnet-4-5 was not asked: `n`" in reply.headers["x-leadline-skipped"]
    assert "was not asked" in record.exchange.attempts[-1].selection.detail
    assert len(record.exchange.attempts) == 1


async def test_an_overload_of_anthropic_is_a_503_for_others(start, primary, fallback, crossing):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    fallback.answers(error, status=529)

    reply = await gateway.chat()

    assert reply.status_code == 503
    assert reply.json()["error"]["message"] == "Overloaded"
    assert reply.json()["error"]["type"] == "server_error"
    assert reply.headers["x-should-retry"] == "false"


async def test_spent_money_is_never_called_a_rate_limit(start, primary, fallback, crossing):
    gateway = await start(crossing)
    fallback.answers({"type": "error", "error": {"type": "api_error", "message": "x"}}, status=500)
    primary.answers({"error": {"message": "No money.", "code": "insufficient_quota"}}, status=429)
    body = {"model": "chat", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    assert reply.status_code == 402
    assert reply.json()["error"]["type"] == "billing_error"
    assert reply.headers["x-should-retry"] == "false"


async def test_what_a_filter_stopped_is_not_tried_on_another_provider(start, primary, fallback, crossing):
    gateway = await start(msgspec.structs.replace(crossing, routes=_turned_round(crossing)))
    primary.answers({"error": {"message": "Filtered.", "code": "content_filter"}}, status=400)
    body = {"model": "chat", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    assert reply.status_code == 400
    assert reply.json()["error"]["message"] == "Filtered."
    assert not fallback.bodies


def _turned_round(plan: Plan) -> dict[str, Route]:
    """Both targets are asked in translation."""
    first, second = plan.routes["chat"].targets
    elsewhere = msgspec.structs.replace(second, type="gemini")
    return {**plan.routes, "chat": Route(alias="chat", targets=(first, elsewhere), retries=0)}


async def test_who_speaks_the_clients_protocol_is_asked_first(start, primary, fallback, crossing):
    gateway = await start(crossing)
    fallback.answers(ANTHROPIC_ANSWER)
    body = {"model": "chat", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    assert reply.status_code == 200
    assert "x-leadline-translated" not in reply.headers
    assert not primary.bodies


async def test_whom_people_set_first_at_run_time_is_asked_first(start, primary, fallback, crossing):
    route = msgspec.structs.replace(crossing.routes["chat"], in_order=True)
    gateway = await start(msgspec.structs.replace(crossing, routes={**crossing.routes, "chat": route}))
    primary.answers(openai_answer("Paris"))
    body = {"model": "chat", "max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    assert reply.headers["x-leadline-provider"] == "openai-main"
    assert not fallback.bodies


async def test_a_messages_client_is_answered_by_openai(start, primary, fallback, crossing):
    gateway = await start(crossing)
    fallback.answers({"type": "error", "error": {"type": "api_error", "message": "x"}}, status=500)
    primary.streams(openai_chunks("Pa", "ris"))
    body = {"model": "chat", "max_tokens": 9, "stream": True, "messages": [{"role": "user", "content": "hi"}]}

    reply = await gateway.http.post("/v1/messages", json=body, headers={"x-api-key": KEY})

    kinds = [line.removeprefix("event: ") for line in reply.text.split("\n") if line.startswith("event")]
    assert kinds == [
        "message_start",
        "content_block_start",
        *["content_block_delta"] * 2,
        "content_block_stop",
        "message_delta",
        "message_stop",
    ]
    assert '"input_tokens":12' in reply.text
    assert b'"include_usage":true' in primary.bodies[0]


async def test_google_streams_an_array_to_those_who_ask_for_no_events(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Pa", "ris"))
    body = {"contents": [{"parts": [{"text": "hi"}]}]}

    reply = await gateway.http.post(
        "/v1beta/models/alone:streamGenerateContent", json=body, headers={"x-goog-api-key": KEY}
    )

    assert reply.headers["content-type"] == "application/json"
    told = reply.json()
    assert "".join(
        p["text"] for r in told for p in r["candidates"][0].get("content", {}).get("parts", [])
    ) == ("Paris")
    assert told[-1]["candidates"][0]["finishReason"] == "STOP"


async def test_an_answer_without_a_word_for_its_end_is_a_failure_and_never_a_stop(start, primary):
    gateway = await start()
    response = {"candidates": [{"finishReason": "MALFORMED_FUNCTION_CALL", "index": 0}]}
    primary.answers(response)

    reply = await gateway.chat("gem")
    record = await gateway.recorded()

    assert reply.status_code == 502
    failure = record.exchange.attempts[0].failure
    assert failure
    assert (failure.kind, failure.error_code) == (FailureKind.QUALITY_FORMAT, "untranslatable")


async def test_a_route_of_one_protocol_pays_nothing_for_translation(start, primary):
    gateway = await start()
    primary.answers(openai_answer())

    reply = await gateway.chat()

    assert not any(name.startswith(("x-leadline-translated", "x-leadline-dropped")) for name in reply.headers)


async def test_a_fabricated_figure_is_noticed_whatever_the_provider_speaks(
    start, primary, fallback, crossing
):
    plan = msgspec.structs.replace(crossing, checks=(CheckSettings("entities"),))
    gateway = await start(plan)
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    report = (
        "Summarise the report for the board. Northwind Instruments closed the third quarter with revenue of "
        "4,210 million EUR, up 12 % on the year before. Operating income was 611 million EUR, and free cash "
        "flow reached 388 million EUR. The order book stands at 9,870 million EUR."
    )
    lie = "Operating income was 745 million EUR."
    fallback.answers({**ANTHROPIC_ANSWER, "content": [{"type": "text", "text": lie}]})

    reply = await gateway.chat(messages=[{"role": "user", "content": report}])
    record = await gateway.recorded()

    assert reply.json()["choices"][0]["message"]["content"] == lie
    assert reply.headers["x-leadline-checks"] == "entities=fail"
    assert "745" in record.signals[0].evidence


async def test_a_refusal_of_what_we_translated_is_not_told_when_another_failed_before(
    start, primary, fallback, crossing
):
    gateway = await start(crossing)
    primary.answers({"error": {"message": "overloaded", "type": "server_error"}}, status=503)
    error = {"type": "error", "error": {"type": "invalid_request_error", "message": "messages: bad"}}
    fallback.answers(error, status=400)

    reply = await gateway.chat()
    record = await gateway.recorded()

    assert (reply.status_code, reply.json()["error"]["message"]) == (503, "overloaded")
    assert [one.status for one in record.exchange.attempts] == [503, 400]


async def test_a_route_may_refuse_to_be_translated(start, primary, fallback, crossing):
    chat = msgspec.structs.replace(crossing.routes["chat"], translate=False)
    gateway = await start(msgspec.structs.replace(crossing, routes={**crossing.routes, "chat": chat}))
    primary.answers({"error": {"message": "overloaded"}}, status=503)
    fallback.answers(ANTHROPIC_ANSWER)

    assert (await gateway.chat()).status_code == 503
    assert fallback.bodies == []
