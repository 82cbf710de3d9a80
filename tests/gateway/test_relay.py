"""Streams: passed on as they come, replaced before the first byte, and never ended better than they were."""

import asyncio
import json

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from tests.gateway.conftest import KEY, Gateway, openai_answer, openai_chunks

from leadline.providers import _sse
from leadline.vocabulary import FailureKind, Verdict

WITH_USAGE = {"stream": True, "stream_options": {"include_usage": True}}


def sse(*events: dict[str, object], named: bool = False, line: str = "\n") -> list[bytes]:
    name = (lambda event: f"event: {event['type']}{line}") if named else (lambda _: "")
    return [f"{name(event)}data: {json.dumps(event)}{line}{line}".encode() for event in events]


CLAUDE_BEGINS = sse(
    {
        "type": "message_start",
        "message": {
            "id": "msg_1",
            "type": "message",
            "role": "assistant",
            "model": "claude-5",
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "usage": {"input_tokens": 9, "output_tokens": 1},
        },
    },
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Par"}},
    named=True,
)
GEMINI_BEGINS = sse(
    {"candidates": [{"content": {"role": "model", "parts": [{"text": "Par"}]}, "index": 0}]}, line="\r\n"
)


async def test_a_stream_passes_byte_for_byte_and_is_read_beside(start, primary):
    gateway = await start()
    events = openai_chunks("Par", "is")
    primary.streams(events)

    reply = await gateway.chat(**WITH_USAGE)
    exchange = (await gateway.recorded()).exchange

    assert reply.content == b"".join(events)
    assert reply.headers["x-leadline-provider"] == "openai-main"
    assert reply.headers["x-leadline-request-id"] == exchange.request_id
    assert "x-leadline-cost-usd" not in reply.headers
    assert exchange.served
    assert exchange.streaming
    assert exchange.answer
    assert exchange.answer.complete
    assert exchange.attempts[0].usage
    assert exchange.attempts[0].usage.output_tokens == 2
    assert exchange.attempts[0].cost_usd
    assert exchange.first_chunk_ms is not None
    assert exchange.overhead_ms is not None
    timings = exchange.attempts[0].timings
    assert timings
    assert timings.first_byte_ms
    assert 0 < exchange.overhead_ms <= exchange.first_chunk_ms - timings.first_byte_ms, "waiting is not ours"


async def test_usage_that_only_we_asked_for_stays_with_us(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Paris"))

    reply = await gateway.chat(stream=True)
    attempt = (await gateway.recorded()).exchange.attempts[0]

    assert b'"usage"' not in reply.content
    assert reply.content.endswith(b"data: [DONE]\n\n")
    assert json.loads(primary.bodies[0])["stream_options"] == {"include_usage": True}
    assert attempt.usage
    assert attempt.usage.input_tokens == 12


async def test_each_event_reaches_the_client_while_the_upstream_is_still_speaking(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Par", finish=None), then="wait")

    async with _streaming(gateway) as reply:
        first = await anext(reply.aiter_bytes())

    assert b"Par" in first


async def test_an_error_before_the_first_event_fails_over_unseen(start, primary, fallback):
    gateway = await start()
    error = {"message": "overloaded", "type": "service_unavailable_error", "code": "server_is_overloaded"}
    primary.streams([b"data: " + json.dumps({"error": error}).encode() + b"\n\n"])
    fallback.streams(openai_chunks("Paris"))

    reply = await gateway.chat(**WITH_USAGE)
    attempts = (await gateway.recorded()).exchange.attempts

    assert reply.content == b"".join(openai_chunks("Paris"))
    assert reply.headers["x-leadline-selection"] == "fallback"
    assert attempts[0].failure
    assert attempts[0].failure.kind is FailureKind.PROVIDER_OVERLOADED


@pytest.mark.parametrize("nothing", ["silent end", "html", "status"])
async def test_a_stream_that_never_began_is_replaced(start, primary, fallback, nothing):
    gateway = await start()
    if nothing == "silent end":
        primary.streams([])
    elif nothing == "html":
        primary.answers(b"<html></html>", content_type="text/html")
    else:
        primary.answers({"error": {"message": "boom"}}, status=500)
    fallback.streams(openai_chunks("Paris"))

    reply = await gateway.chat(**WITH_USAGE)

    assert reply.status_code == 200
    assert reply.content == b"".join(openai_chunks("Paris"))


async def test_a_stream_that_never_began_and_has_no_net_is_an_error_with_a_status(start, primary):
    gateway = await start()
    primary.streams([])

    reply = await gateway.chat("alone", stream=True)

    assert reply.status_code == 502
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize("then", ["cut", "end"])
async def test_a_cut_stream_ends_with_an_error_and_never_with_done(start, primary, fallback, then):
    gateway = await start()
    primary.streams(openai_chunks("Par", "is", finish=None), then=then)

    reply = await gateway.chat(**WITH_USAGE)
    exchange = (await gateway.recorded()).exchange

    begun = b"".join(openai_chunks("Par", "is", finish=None))
    assert reply.content.startswith(begun)
    assert b'"error"' in reply.content[len(begun) :]
    assert b"[DONE]" not in reply.content
    assert b'"finish_reason":"stop"' not in reply.content
    assert not fallback.heads
    assert not exchange.served
    assert exchange.attempts[0].failure
    assert exchange.attempts[0].failure.kind is FailureKind.PROVIDER_TRUNCATED
    assert exchange.answer
    assert not exchange.answer.complete


async def test_a_stream_that_falls_silent_ends_with_an_error(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Par", finish=None), then="wait")

    reply = await gateway.chat(stream=True)
    failure = (await gateway.recorded()).exchange.attempts[0].failure

    assert b'"error"' in reply.content
    assert failure
    assert failure.kind is FailureKind.PROVIDER_TIMEOUT


async def test_an_error_inside_a_stream_is_the_upstream_s_own_and_comes_once(start, primary):
    gateway = await start()
    error = b'data: {"error":{"message":"boom","type":"server_error","code":"server_error"}}\n\n'
    primary.streams([*openai_chunks("Par", finish=None), error])

    reply = await gateway.chat(stream=True)
    failure = (await gateway.recorded()).exchange.attempts[0].failure

    assert reply.content.count(b'"error"') == 1
    assert failure
    assert failure.kind is not None


async def test_the_openai_sdk_raises_on_a_cut_stream(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Par", finish=None), then="cut")

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        stream = await client.chat.completions.create(
            model="alone", messages=[{"role": "user", "content": "?"}], stream=True
        )
        with pytest.raises(openai.APIError, match="broke off"):
            async for _ in stream:
                pass


async def test_the_anthropic_sdk_raises_on_a_cut_stream(start, primary):
    gateway = await start()
    primary.streams(CLAUDE_BEGINS, then="cut")

    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=gateway.url, max_retries=0) as client:
        stream = await client.messages.create(
            model="claude", max_tokens=9, messages=[{"role": "user", "content": "?"}], stream=True
        )
        with pytest.raises(anthropic.APIStatusError, match="broke off"):
            async for _ in stream:
                pass


async def test_the_genai_sdk_raises_on_a_cut_stream(start, primary):
    gateway = await start()
    primary.streams(GEMINI_BEGINS, then="cut")

    def read_all() -> None:
        client = genai.Client(api_key=KEY, http_options={"base_url": gateway.url})
        try:
            list(client.models.generate_content_stream(model="gem", contents="?"))
        finally:
            client.close()

    with pytest.raises(genai_errors.APIError, match="broke off"):
        await asyncio.to_thread(read_all)


async def test_a_client_of_http_1_0_gets_the_stream_without_chunks_and_its_end_by_the_close(start, primary):
    gateway = await start()
    events = openai_chunks("Par", "is")
    primary.streams(events)
    body = json.dumps({"model": "alone", "messages": [], **WITH_USAGE})
    head = f"POST /v1/chat/completions HTTP/1.0\r\napi-key: {KEY}\r\ncontent-length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", httpx.URL(gateway.url).port)

    writer.write((head + body).encode())
    answer = await asyncio.wait_for(reader.read(), 5)
    writer.close()

    head, _, stream = answer.decode().partition("\r\n\r\n")
    assert "transfer-encoding" not in head
    assert stream.encode() == b"".join(events)


async def test_a_client_that_leaves_mid_stream_cancels_the_upstream(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Par", finish=None), then="wait")

    async with _streaming(gateway) as reply:
        await anext(reply.aiter_bytes())
    # 0.2 s is the contract; the upstream would have been given up only after 0.5 s of silence
    await asyncio.wait_for(primary.left.wait(), 0.2)

    exchange = (await gateway.recorded()).exchange
    assert exchange.status == 499
    assert exchange.attempts[0].cancelled


async def test_a_client_that_hangs_up_on_the_terminal_marker_has_had_its_answer(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("Paris"), then="wait")

    async with _streaming(gateway) as reply:
        async for chunk in reply.aiter_bytes():
            if b"[DONE]" in chunk:
                break
    await asyncio.wait_for(primary.left.wait(), 5)

    exchange = (await gateway.recorded()).exchange
    assert exchange.status == 200
    assert exchange.served
    assert not exchange.attempts[0].cancelled
    assert exchange.attempts[0].usage


async def test_the_caller_s_own_fault_is_told_in_the_words_of_the_upstream(start, primary, fallback):
    gateway = await start()
    error = b'data: {"error":{"message":"too long","code":"context_length_exceeded"}}\n\n'
    both = b"".join([*openai_chunks("Par", finish=None), error])
    primary.streams([both])

    reply = await gateway.chat(stream=True)
    failure = (await gateway.recorded()).exchange.attempts[-1].failure

    assert reply.content == both
    assert failure
    assert failure.kind is None
    assert not fallback.heads


async def test_an_event_too_large_to_read_ends_the_stream_with_an_error_instead_of_a_gap(
    start, primary, monkeypatch
):
    monkeypatch.setattr(_sse, "LONGEST_EVENT", 300_000)
    gateway = await start()
    first, large, *rest = openai_chunks("Par", "x" * 1_000_000, "is")
    primary.streams([first, large, *rest])

    reply = await gateway.chat("alone", **WITH_USAGE)
    exchange = (await gateway.recorded()).exchange

    assert reply.content.startswith(first)
    assert json.loads(reply.content.removeprefix(first).removeprefix(b"data: "))["error"]
    assert exchange.attempts[0].failure.kind is FailureKind.PROVIDER_MALFORMED


async def test_a_slow_client_holds_the_upstream_back(start, primary):
    gateway = await start()
    events = openai_chunks(*["x" * 65_536] * 1000, finish=None)
    sent = primary.streams(events, then="wait")

    async with _streaming(gateway) as reply:
        await anext(reply.aiter_bytes())
        before, unchanged = -1, 0
        async with asyncio.timeout(20):
            while unchanged < 5:
                unchanged = unchanged + 1 if sent() == before else 0
                before = sent()
                await asyncio.sleep(0.02)

        assert 0 < sent() < len(events)


async def test_checks_judge_a_stream_after_its_last_byte(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("not json"))
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}

    reply = await gateway.chat(stream=True, response_format=schema)
    (signal,) = (await gateway.recorded()).signals

    assert "x-leadline-checks" not in reply.headers
    assert signal.verdict is Verdict.FAIL
    assert signal.kind is FailureKind.QUALITY_FORMAT


async def test_a_broken_off_answer_is_not_judged_as_well(start, primary):
    gateway = await start()
    primary.streams(openai_chunks("{", finish=None), then="cut")
    schema = {"type": "json_schema", "json_schema": {"name": "a", "schema": {"type": "object"}}}

    await gateway.chat(stream=True, response_format=schema)

    assert (await gateway.recorded()).signals == ()


async def test_a_whole_answer_to_a_streaming_client_is_no_stream(start, primary, fallback):
    gateway = await start()
    primary.answers(openai_answer())
    fallback.streams(openai_chunks("Paris"))

    reply = await gateway.chat(**WITH_USAGE)

    assert reply.content == b"".join(openai_chunks("Paris"))


def _streaming(gateway: Gateway):
    body = {"model": "alone", "stream": True, "messages": [{"role": "user", "content": "?"}]}
    headers = {"authorization": f"Bearer {KEY}"}
    timeout = httpx.Timeout(10)
    return gateway.http.stream("POST", "/v1/chat/completions", json=body, headers=headers, timeout=timeout)
