"""An answer that was billed and holds nothing: somebody else is asked, else the client is told."""

import asyncio
import json

import anthropic
import msgspec
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from tests.gateway.conftest import KEY, hashed, openai_answer, openai_chunks, plan_for, target
from tests.gateway.silences import claude_stream, nothing, silent_stream
from tests.gateway.test_relay import sse

from leadline.gateway import relay
from leadline.vocabulary import FailureKind, KeyGrant, Route, RungSettings, Verdict

ASKED = [{"role": "user", "content": "?"}]
GEMINI_EMPTY: dict[str, object] = {
    "candidates": [{"content": {"role": "model"}, "finishReason": "STOP", "index": 0}],
    "usageMetadata": {"promptTokenCount": 5, "thoughtsTokenCount": 40, "totalTokenCount": 45},
}
THOUGHT = (
    {"type": "content_block_start", "index": 0, "content_block": {"type": "thinking", "thinking": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "thinking_delta", "thinking": "Well."}},
    {"type": "content_block_stop", "index": 0},
)


async def test_the_next_target_is_asked_and_the_record_says_why(start, primary, fallback):
    gateway = await start()
    primary.answers(nothing())
    fallback.answers(openai_answer("Paris"))

    reply = await gateway.chat()
    record = await gateway.recorded()

    assert reply.json()["choices"][0]["message"]["content"] == "Paris"
    assert reply.headers["x-leadline-selection-cause"] == "quality.empty"
    first, second = record.exchange.attempts
    assert len(primary.bodies) == 1, "the next one comes first: the same one bills each try"
    assert first.failure.kind is FailureKind.QUALITY_EMPTY
    assert first.usage.output_tokens == 5
    assert first.cost_usd, "what was billed for nothing counts as waste"
    assert record.exchange.wasted_usd == first.cost_usd
    assert second.selection.caused_by is FailureKind.QUALITY_EMPTY
    [signal] = [one for one in record.signals if one.kind is FailureKind.QUALITY_EMPTY]
    assert (signal.check, signal.verdict, signal.attempt) == ("empty_answer", Verdict.FAIL, 1)


async def test_nobody_else_speaks_either(start, primary, fallback):
    gateway = await start()
    primary.answers(nothing())
    fallback.answers(nothing())

    reply = await gateway.chat()

    assert reply.status_code == 502
    assert reply.headers["x-should-retry"] == "false"
    assert "billed an answer that holds nothing (quality.empty)" in reply.json()["error"]["message"]


async def test_the_only_target_is_asked_once_more(start, primary, fallback):
    plan = plan_for(primary, fallback)
    alone = msgspec.structs.replace(plan.routes["alone"], retries=1)
    gateway = await start(plan=msgspec.structs.replace(plan, routes={"alone": alone}))
    primary.answers(nothing())
    primary.answers(openai_answer("Paris"))

    reply = await gateway.chat("alone")

    assert reply.json()["choices"][0]["message"]["content"] == "Paris"
    assert len(primary.bodies) == 2


async def test_an_alias_may_let_them_pass(start, primary, fallback):
    plan = plan_for(primary, fallback)
    chat = msgspec.structs.replace(plan.routes["chat"], empty_answers="pass")
    gateway = await start(plan=msgspec.structs.replace(plan, routes={"chat": chat}))
    primary.answers(nothing())
    primary.streams(silent_stream())

    reply = await gateway.chat()
    streamed = await gateway.chat(stream=True, stream_options={"include_usage": True})

    assert reply.json()["choices"][0]["message"]["content"] is None
    assert streamed.content == b"".join(silent_stream())
    assert not fallback.bodies


async def test_a_ladder_of_the_alias_stands_in(start, primary, fallback):
    plan = plan_for(primary, fallback)
    rung = RungSettings("template", {"text": "Ask again, please."})
    alone = msgspec.structs.replace(plan.routes["alone"], fallback={"quality": (rung,)})
    gateway = await start(plan=msgspec.structs.replace(plan, routes={"alone": alone}))
    primary.answers(nothing())

    reply = await gateway.chat("alone")

    assert reply.json()["choices"][0]["message"]["content"] == "Ask again, please."
    assert reply.headers["x-leadline-fallback-rung"] == "template"


CALLED = {"id": "call_1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
RESULT = [
    {"role": "user", "content": "Look."},
    {"role": "assistant", "content": None, "tool_calls": [CALLED]},
    {"role": "tool", "tool_call_id": "call_1", "content": "nothing there"},
]


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        (nothing("length"), {}),
        (nothing("content_filter"), {}),
        (nothing("stop", refusal="I cannot."), {}),
        (nothing("tool_calls", tool_calls=[CALLED]), {}),
        (nothing("stop", audio={"id": "a", "data": "AAAA", "transcript": ""}), {}),
        (nothing("stop", tokens=0), {}),
        (nothing(), {"stop": ["\n"]}),
        (nothing(), {"messages": RESULT}),
        (nothing(), {"messages": [*RESULT[:1], {"role": "assistant", "content": "Here it is:"}]}),
    ],
    ids=[
        "limit",
        "filter",
        "refusal",
        "call",
        "audio",
        "not billed",
        "stop word",
        "tool result",
        "prefilled",
    ],
)
async def test_an_answer_that_says_why_or_may_be_silent_is_given_as_it_is(
    start, primary, fallback, answer, asked
):
    gateway = await start()
    primary.answers(answer)

    reply = await gateway.chat(**asked)

    assert reply.status_code == 200
    assert reply.json() == answer
    assert not fallback.bodies


async def test_a_stream_without_a_word_is_replaced_before_the_client_hears_of_it(start, primary, fallback):
    gateway = await start()
    primary.streams(silent_stream())
    fallback.streams(openai_chunks("Par", "is"))

    reply = await gateway.chat(stream=True, stream_options={"include_usage": True})
    record = await gateway.recorded()

    assert reply.content == b"".join(openai_chunks("Par", "is"))
    assert reply.headers["x-leadline-selection-cause"] == "quality.empty"
    assert [one.failure and one.failure.kind for one in record.exchange.attempts] == [
        FailureKind.QUALITY_EMPTY,
        None,
    ]


@pytest.mark.parametrize("then", ["cut", "end"])
async def test_a_stream_that_breaks_off_before_its_first_word_is_replaced(start, primary, fallback, then):
    gateway = await start()
    primary.streams(silent_stream()[:1], then=then)
    fallback.streams(openai_chunks("Par", "is"))

    reply = await gateway.chat(stream=True, stream_options={"include_usage": True})
    record = await gateway.recorded()

    assert reply.content == b"".join(openai_chunks("Par", "is"))
    assert record.exchange.attempts[0].failure.kind is FailureKind.PROVIDER_TRUNCATED


async def test_an_error_behind_the_opening_of_a_stream_is_answered_elsewhere(start, primary, fallback):
    gateway = await start()
    error = {"message": "Overloaded", "type": "server_error", "code": "server_is_overloaded"}
    primary.streams([*silent_stream()[:1], *sse({"error": error})])
    fallback.streams(openai_chunks("Par", "is"))

    reply = await gateway.chat(stream=True, stream_options={"include_usage": True})

    assert reply.content == b"".join(openai_chunks("Par", "is"))
    assert reply.headers["x-leadline-selection-cause"] == "provider.overloaded"


async def test_an_error_behind_the_opening_of_a_message_has_a_status_of_its_own(start, primary):
    gateway = await start()
    error = {"type": "overloaded_error", "message": "Overloaded"}
    primary.streams([*claude_stream()[:2], *sse({"type": "error", "error": error}, named=True)])

    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=gateway.url, max_retries=0) as client:
        with pytest.raises(anthropic.InternalServerError, match="Overloaded"):
            await client.messages.create(
                model="claude", max_tokens=9, stream=True, messages=[{"role": "user", "content": "?"}]
            )


async def test_a_stream_that_only_thought_ends_with_an_error_and_without_its_marker(start, primary):
    gateway = await start()
    primary.streams(claude_stream(*THOUGHT))

    kinds = []

    async def note(stream):
        async for event in stream:
            kinds.append(event.type)  # noqa: PERF401 - what came before the error counts

    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=gateway.url, max_retries=0) as client:
        stream = await client.messages.create(
            model="claude", max_tokens=9, stream=True, messages=[{"role": "user", "content": "?"}]
        )
        with pytest.raises(anthropic.APIStatusError, match=r"quality\.empty"):
            await note(stream)

    assert "content_block_delta" in kinds
    assert "message_stop" not in kinds
    record = await gateway.recorded()
    assert record.exchange.attempts[0].failure.kind is FailureKind.QUALITY_EMPTY
    assert not record.exchange.served


async def test_a_host_s_thoughts_reach_the_client_while_they_come_and_then_the_error(start, primary):
    gateway = await start()
    go_on = primary.streams_in_two(
        silent_stream({"reasoning_content": "Hm"})[:2], silent_stream({"reasoning_content": "Hm"})[2:]
    )

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1", max_retries=0) as client:
        stream = await client.chat.completions.create(
            model="alone", stream=True, messages=[{"role": "user", "content": "?"}]
        )
        assert (await anext(stream)).choices[0].delta.role == "assistant"
        assert (await anext(stream)).choices[0].delta.to_dict()["reasoning_content"] == "Hm"
        go_on.set()
        with pytest.raises(openai.APIError, match=r"quality\.empty"):
            async for _ in stream:
                pass


async def test_google_s_empty_answer_raises_in_its_sdk(start, primary):
    gateway = await start()
    primary.answers(GEMINI_EMPTY)
    primary.streams(sse(GEMINI_EMPTY, line="\r\n"))

    def ask(*, streaming: bool) -> None:
        client = genai.Client(api_key=KEY, http_options={"base_url": gateway.url})
        try:
            if streaming:
                list(client.models.generate_content_stream(model="gem", contents="?"))
            else:
                client.models.generate_content(model="gem", contents="?")
        finally:
            client.close()

    for streaming in (False, True):
        with pytest.raises(genai_errors.ServerError, match=r"quality\.empty"):
            await asyncio.to_thread(ask, streaming=streaming)


async def test_an_empty_response_ends_with_an_error_in_place_of_its_end(start, primary):
    gateway = await start()
    item = {"id": "rs_1", "type": "reasoning", "summary": []}
    usage = {"input_tokens": 4, "output_tokens": 9, "total_tokens": 13}
    response = {"id": "resp_1", "object": "response", "created_at": 1, "model": "gpt-4o", "output": []}
    done = {**response, "status": "completed", "output": [item], "usage": usage}
    events = sse(
        {"type": "response.created", "response": {**response, "status": "in_progress"}},
        {"type": "response.output_item.added", "output_index": 0, "item": item},
        {"type": "response.completed", "response": done},
        named=True,
    )
    primary.streams(events)

    reply = await gateway.http.post(
        "/v1/responses",
        json={"model": "alone", "input": "?", "stream": True},
        headers={"authorization": f"Bearer {KEY}"},
    )

    assert reply.content.startswith(b"".join(events[:2]))
    assert b"response.completed" not in reply.content
    last = reply.content.removeprefix(b"".join(events[:2])).decode()
    assert last.startswith("event: error")
    assert "quality.empty" in json.loads(last.partition("data: ")[2])["error"]["message"]


async def test_an_opening_is_held_for_a_while_only(start, primary, monkeypatch):
    """Something between may hang up on a connection that says nothing while the model thinks unseen."""
    monkeypatch.setattr(relay, "LONGEST_HOLD_S", -1.0)
    gateway = await start()
    opening = claude_stream()[:1]
    go_on = primary.streams_in_two(opening, claude_stream(*THOUGHT)[1:])

    async with gateway.http.stream(
        "POST",
        "/v1/messages",
        json={"model": "claude", "max_tokens": 9, "stream": True, "messages": ASKED},
        headers={"x-api-key": KEY},
    ) as reply:
        assert await anext(reply.aiter_raw()) == opening[0]
        go_on.set()


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_silence_in_another_protocol_is_answered_elsewhere_too(start, primary, fallback, streaming):
    plan = plan_for(primary, fallback)
    gemini = target("gemini", "gemini-3", primary.url.removesuffix("/v1"))
    route = Route(alias="chat", targets=(gemini, plan.routes["chat"].targets[1]), in_order=True)
    gateway = await start(plan=msgspec.structs.replace(plan, routes={"chat": route}))
    if streaming:
        primary.streams(sse(GEMINI_EMPTY, line="\r\n"))
        fallback.streams(openai_chunks("Par", "is"))
    else:
        primary.answers(GEMINI_EMPTY)
        fallback.answers(openai_answer("Paris"))

    reply = await gateway.chat(
        stream=streaming, stream_options={"include_usage": True} if streaming else None
    )

    assert "Par" in reply.text
    assert reply.headers["x-leadline-selection-cause"] == "quality.empty"


@pytest.mark.parametrize("streaming", [False, True], ids=["whole", "streamed"])
async def test_silence_of_the_only_target_in_another_protocol_is_an_error(
    start, primary, fallback, streaming
):
    plan = plan_for(primary, fallback)
    gemini = target("gemini", "gemini-3", primary.url.removesuffix("/v1"))
    route = Route(alias="chat", targets=(gemini,), retries=0)
    gateway = await start(plan=msgspec.structs.replace(plan, routes={"chat": route}))
    parts = [{"text": "Hm", "thought": True}]
    thought: dict[str, object] = {"candidates": [{"content": {"parts": parts}, "index": 0}]}
    if streaming:
        primary.streams(sse(thought, GEMINI_EMPTY, line="\r\n"))
    else:
        primary.answers(GEMINI_EMPTY)

    reply = await gateway.chat(stream=streaming)

    assert "quality.empty" in reply.text
    assert b"[DONE]" not in reply.content
    assert b'"finish_reason":"stop"' not in reply.content


async def test_a_text_may_be_complete(start, primary, fallback):
    gateway = await start()
    empty = {**nothing(), "object": "text_completion"}
    empty["choices"] = [{"index": 0, "text": "", "finish_reason": "stop", "logprobs": None}]
    primary.answers(empty)

    reply = await gateway.http.post(
        "/v1/completions",
        json={"model": "chat", "prompt": "a = ", "suffix": "1"},
        headers={"authorization": f"Bearer {KEY}"},
    )

    assert reply.json() == empty
    assert not fallback.bodies


async def test_a_simulated_silence_goes_the_same_way(start, primary, fallback):
    plan = plan_for(primary, fallback)
    keys = {hashed(KEY): KeyGrant(alias="alice", rights=("simulate",))}
    gateway = await start(plan=msgspec.structs.replace(plan, keys=keys))
    fallback.answers(openai_answer("Paris"))

    reply = await gateway.chat(headers={"x-leadline-simulate": "quality.empty"})

    assert reply.json()["choices"][0]["message"]["content"] == "Paris"
    assert reply.headers["x-leadline-simulated"] == "quality.empty"
