"""Errors inside a stream: the client's SDK raises on each, whatever form the upstream gave it."""

import asyncio
import json

import anthropic
import httpx
import openai
import pytest
from google import genai
from google.genai import errors as genai_errors
from tests.gateway.conftest import KEY, Gateway, openai_chunks
from tests.gateway.test_relay import CLAUDE_BEGINS, GEMINI_BEGINS, sse

from leadline.vocabulary import FailureKind


async def test_a_done_that_no_finish_preceded_is_held_back_so_that_the_openai_sdk_reads_the_error(
    start, primary
):
    gateway = await start()
    primary.streams([*openai_chunks("Par", finish=None), b"data: [DONE]\n\n"])

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.APIError, match="broke off"):
            await _read_openai(client)

    failure = (await gateway.recorded()).exchange.attempts[0].failure
    assert failure
    assert failure.kind is FailureKind.PROVIDER_TRUNCATED


async def test_a_client_that_hangs_up_on_an_error_leaves_a_failure_and_no_cancelled_call(start, primary):
    gateway = await start()
    error = b'data: {"error":{"message":"Busy","code":"server_is_overloaded"}}\n\n'
    primary.streams([*openai_chunks("Par", finish=None), error], then="wait")

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.APIError, match="Busy"):
            await _read_openai(client)

    attempt = (await gateway.recorded()).exchange.attempts[0]
    assert not attempt.cancelled
    assert attempt.failure
    assert attempt.failure.kind is FailureKind.PROVIDER_OVERLOADED


@pytest.mark.parametrize(
    "said",
    [
        b'data: {"error":{"message":"Slow down, please","code":429}}\n\n',
        b'data: {"object":"error","message":"Slow down, please","type":"X","code":429}\n\n',
        b'event: error\ndata: {"type":"error","message":"Slow down, please","code":429}\n\n',
        b'data: {"error":"Slow down, please"}\n\n',
    ],
)
async def test_the_openai_sdk_raises_on_an_error_inside_a_stream_nested_or_flat(start, primary, said):
    gateway = await start()
    primary.streams([*openai_chunks("Par", finish=None), said, b"data: [DONE]\n\n"])

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.APIError) as raised:
            await _read_openai(client)

    assert "Slow down" in f"{raised.value} {raised.value.body}"
    failure = (await gateway.recorded()).exchange.attempts[0].failure
    assert failure
    assert failure.kind is not None


@pytest.mark.parametrize(
    "said",
    [
        b'event: error\ndata: {"type":"error","error":{"type":"overloaded_error","message":"Busy"}}\n\n',
        b'data: {"type":"error","error":{"type":"overloaded_error","message":"Busy"}}\n\n',
        b'event: error\ndata: {"type":"overloaded_error","message":"Busy"}\n\n',
        b'data: {"type":"overloaded_error","message":"Busy"}\n\n',
    ],
)
async def test_the_anthropic_sdk_raises_on_an_error_inside_a_stream_named_or_not(start, primary, said):
    gateway = await start()
    primary.streams([*CLAUDE_BEGINS, said])

    async with anthropic.AsyncAnthropic(api_key=KEY, base_url=gateway.url, max_retries=0) as client:
        with pytest.raises(anthropic.APIStatusError, match="Busy"):
            await _read_anthropic(client)

    failure = (await gateway.recorded()).exchange.attempts[0].failure
    assert failure
    assert failure.kind is FailureKind.PROVIDER_OVERLOADED


@pytest.mark.parametrize(
    "said",
    [
        b'data: {"error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}\r\n\r\n',
        b'data: {"code":503,"message":"Busy","status":"UNAVAILABLE"}\r\n\r\n',
        b'data: {"responseId":"r","error":{"code":503,"message":"Busy","status":"UNAVAILABLE"}}\r\n\r\n',
        b'data: {"code":503,"message":"Busy","status":"UNAVAILABLE"}',
        b'data: {"error":{"code":"UNAVAILABLE","message":"Busy"}}\r\n\r\n',
        b'data: {"type":"error","code":"UNAVAILABLE","message":"Busy"}\r\n\r\n',
    ],
)
async def test_the_genai_sdk_raises_on_an_error_inside_a_stream_wherever_it_stands(start, primary, said):
    gateway = await start()
    primary.streams([*GEMINI_BEGINS, said])

    def read_all() -> None:
        client = genai.Client(api_key=KEY, http_options={"base_url": gateway.url})
        try:
            list(client.models.generate_content_stream(model="gem", contents="?"))
        finally:
            client.close()

    with pytest.raises(genai_errors.ServerError, match="Busy"):
        await asyncio.to_thread(read_all)
    failure = (await gateway.recorded()).exchange.attempts[0].failure
    assert failure
    assert failure.kind is FailureKind.PROVIDER_OVERLOADED


async def test_an_event_that_is_no_json_becomes_an_error_of_the_sdk_and_not_of_its_parser(start, primary):
    gateway = await start()
    primary.streams([*openai_chunks("Par", finish=None), b'data: {"choices":[{"de\n\n'])

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.APIError, match="not its protocol"):
            await _read_openai(client)


async def test_a_request_that_the_stream_refuses_at_once_gets_the_status_and_words_of_the_upstream(
    start, primary, fallback
):
    gateway = await start()
    said = {"error": {"message": "Your prompt is too long.", "code": "context_length_exceeded"}}
    primary.streams([b"data: " + json.dumps(said).encode() + b"\n\n", b"data: [DONE]\n\n"])

    async with openai.AsyncOpenAI(api_key=KEY, base_url=f"{gateway.url}/v1") as client:
        with pytest.raises(openai.BadRequestError, match="too long") as raised:
            await client.chat.completions.create(
                model="chat", messages=[{"role": "user", "content": "?"}], stream=True
            )

    assert raised.value.response.headers["x-should-retry"] == "false"
    assert raised.value.response.headers["content-type"] == "application/json"
    assert not fallback.heads
    assert len(primary.heads) == 1


async def test_the_other_two_protocols_are_refused_at_once_as_well(start, primary):
    gateway = await start()
    headers = {"authorization": f"Bearer {KEY}", "x-goog-api-key": KEY}
    claude: dict[str, object] = {
        "type": "error",
        "error": {"type": "invalid_request_error", "message": "prompt is too long"},
    }
    gemini: dict[str, object] = {
        "error": {"code": 400, "message": "input token count", "status": "INVALID_ARGUMENT"}
    }
    primary.streams(sse(claude, named=True))
    primary.streams(sse(gemini, line="\r\n"))
    primary.streams([json.dumps([gemini]).encode()])

    ask = {"model": "claude", "max_tokens": 9, "messages": [], "stream": True}
    of_claude = await gateway.http.post("/v1/messages", json=ask, headers=headers)
    path = "/v1beta/models/gem:streamGenerateContent"
    of_gemini = await gateway.http.post(f"{path}?alt=sse", json={"contents": []}, headers=headers)
    of_array = await gateway.http.post(path, json={"contents": []}, headers=headers)

    assert (of_claude.status_code, of_claude.json()) == (400, claude)
    assert (of_gemini.status_code, of_gemini.json()) == (400, gemini)
    assert (of_array.status_code, of_array.json()) == (400, gemini)


@pytest.mark.parametrize("rest", [b"", b',\n{"candid', b"\n]"])
async def test_a_broken_array_stays_an_array_with_the_error_last_and_its_connection_is_cut(
    start, primary, rest
):
    gateway = await start()
    first = b'[{"candidates":[{"content":{"parts":[{"text":"Par"}]},"index":0}]}'
    primary.streams([first + rest])
    url = "/v1beta/models/gem:streamGenerateContent"

    pieces: list[bytes] = []
    with pytest.raises(httpx.RemoteProtocolError):
        await _read_into(pieces, gateway, url)

    whole, error = json.loads(b"".join(pieces))
    assert whole["candidates"]
    assert error["error"]["code"] == 502
    assert "broke off" in error["error"]["message"]


async def test_a_wait_is_told_after_a_passing_failure_and_none_where_waiting_is_no_use(start, primary):
    gateway = await start()
    spent = {"error": {"message": "?", "type": "insufficient_quota", "code": "insufficient_quota"}}
    primary.answers({"error": {"message": "boom"}}, status=503)
    primary.answers({"error": {"message": "?"}}, status=429, retry_after="1", retry_after_ms="0")
    primary.answers(spent, status=429)

    told = [(await gateway.chat("alone")).headers for _ in range(3)]

    assert [headers.get("retry-after") for headers in told] == ["5", "1", None]
    assert {headers["x-should-retry"] for headers in told} == {"false"}
    assert all("retry-after-ms" not in headers for headers in told)


async def _read_openai(client: openai.AsyncOpenAI) -> None:
    async for _ in await client.chat.completions.create(
        model="alone", messages=[{"role": "user", "content": "?"}], stream=True
    ):
        pass


async def _read_anthropic(client: anthropic.AsyncAnthropic) -> None:
    async for _ in await client.messages.create(
        model="claude", max_tokens=9, messages=[{"role": "user", "content": "?"}], stream=True
    ):
        pass


async def _read_into(pieces: list[bytes], gateway: Gateway, url: str) -> None:
    headers = {"x-goog-api-key": KEY}
    async with gateway.http.stream("POST", url, json={"contents": []}, headers=headers) as reply:
        async for piece in reply.aiter_bytes():
            pieces.append(piece)  # noqa: PERF401 - what came before the cut counts


async def test_an_error_inside_a_whole_200_gets_the_status_that_it_stands_for(start, primary):
    gateway = await start()
    said = {"error": {"message": "Your prompt is too long.", "code": "context_length_exceeded"}}
    primary.answers(said)

    reply = await gateway.chat("chat")

    assert (reply.status_code, reply.json()) == (400, said)
    assert len(primary.heads) == 1


@pytest.mark.parametrize("streaming", [True, False])
async def test_a_content_length_that_is_not_met_is_a_truncation(start, primary, streaming):
    gateway = await start()
    begun = b"".join(openai_chunks("Par", finish=None)) if streaming else b'{"id":"c1"}'
    primary.cuts_body(begun, promised=len(begun) + 100)

    reply = await gateway.chat("alone", stream=streaming)
    failure = (await gateway.recorded()).exchange.attempts[-1].failure

    assert b'"error"' in reply.content
    assert reply.status_code == (200 if streaming else 502)
    assert failure
    assert failure.kind is FailureKind.PROVIDER_TRUNCATED


async def test_a_refusal_without_readable_words_keeps_its_status(start, primary):
    gateway = await start()
    primary.answers(b"<html>Request Entity Too Large</html>", status=413, content_type="text/html")

    reply = await gateway.chat("chat")

    assert reply.status_code == 413
    assert reply.json()["error"]["code"] == "upstream_refused"
    assert "retry-after" not in reply.headers
