"""Tool calls that policy denies never reach the client, whatever it speaks; real SDKs read what does."""

import asyncio
import json
from typing import Any

import anthropic
import msgspec
import openai
import pytest
from google import genai
from google.genai import types
from tests.gateway.conftest import KEY, openai_answer, openai_chunks, plan_for

from leadline.vocabulary import FailureKind, FinishReason, PolicyText, ToolPolicySettings, Verdict

RULES = """
@id("reading") permit(principal, action == Action::"read", resource);
@id("small-refunds") permit(principal, action == Action::"refund", resource)
when { context.input.amount < 100 };
@id("never-prod") forbid(principal, action, resource) when { context.arguments like "*prod*" };
"""
SMALL, LARGE = '{"amount": 7}', '{"amount": 700}'
SAID = "Denied: `refund` by policy `default-deny`."


def call(arguments=LARGE, name="refund", at=0):
    return {
        "index": at,
        "id": f"call_{at}",
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }


def chat_answer(*calls):
    answer = openai_answer()
    message = {"role": "assistant", "content": None, "tool_calls": list(calls)}
    answer["choices"] = [{"index": 0, "message": message, "finish_reason": "tool_calls"}]
    return answer


def chat_stream(*calls):
    """Text, then the calls in two pieces each, then the end."""
    text, *end = openai_chunks("Let me see. ", finish="tool_calls")

    def chunk(one):
        choice = {"index": 0, "delta": {"tool_calls": [one]}, "finish_reason": None}
        told = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return b"data: " + msgspec.json.encode({**told, "choices": [choice]}) + b"\n\n"

    pieces = []
    for one in calls:
        arguments = one["function"]["arguments"]
        pieces.append(chunk({**one, "function": {**one["function"], "arguments": arguments[:5]}}))
        pieces.append(chunk({"index": one["index"], "function": {"arguments": arguments[5:]}}))
    return [text, *pieces, *end]


def sse(*told):
    return [b"event: %s\ndata: %s\n\n" % (one["type"].encode(), msgspec.json.encode(one)) for one in told]


def message_stream(arguments=LARGE):
    message = {"id": "msg_1", "type": "message", "role": "assistant", "model": "claude-5", "content": []}
    usage = {"input_tokens": 9, "output_tokens": 1}
    block = {"type": "tool_use", "id": "toolu_1", "name": "refund", "input": {}}
    piece = {"type": "input_json_delta", "partial_json": arguments}
    return sse(
        {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Let me see. "}},
        {"type": "content_block_stop", "index": 0},
        {"type": "content_block_start", "index": 1, "content_block": block},
        {
            "type": "content_block_delta",
            "index": 1,
            "delta": piece,
        },
        {"type": "content_block_stop", "index": 1},
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 5}},
        {"type": "message_stop"},
    )


def response(arguments=LARGE, text="Let me see. "):
    item = {
        "id": "fc_1",
        "type": "function_call",
        "call_id": "call_1",
        "name": "refund",
        "arguments": arguments,
    }
    said = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "output_text", "text": text, "annotations": []}],
    }
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-4o",
        "status": "completed",
        "output": [said, {**item, "status": "completed"}],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {"input_tokens": 9, "output_tokens": 5, "total_tokens": 14},
    }


def response_stream(arguments=LARGE):
    whole: dict[str, Any] = response(arguments)
    said, item = whole["output"]
    part = {"type": "output_text", "text": "", "annotations": []}
    here = {"item_id": "msg_1", "output_index": 0, "content_index": 0}
    there = {"item_id": "fc_1", "output_index": 1}
    told: list[dict[str, Any]] = [
        {"type": "response.created", "response": {**whole, "status": "in_progress", "output": []}},
        {"type": "response.output_item.added", "output_index": 0, "item": {**said, "content": []}},
        {"type": "response.content_part.added", **here, "part": part},
        {"type": "response.output_text.delta", **here, "delta": "Let me see. "},
        {"type": "response.output_item.done", "output_index": 0, "item": said},
        {"type": "response.output_item.added", "output_index": 1, "item": {**item, "arguments": ""}},
        {
            "type": "response.function_call_arguments.delta",
            **there,
            "delta": arguments,
        },
        {"type": "response.output_item.done", "output_index": 1, "item": item},
        {"type": "response.completed", "response": whole},
    ]
    return sse(*[{**one, "sequence_number": at} for at, one in enumerate(told)])


def gemini(arguments=LARGE):
    parts = [{"text": "Let me see. "}, {"functionCall": {"name": "refund", "args": json.loads(arguments)}}]
    return {
        "candidates": [{"content": {"role": "model", "parts": parts}, "finishReason": "STOP", "index": 0}],
        "usageMetadata": {"promptTokenCount": 9, "candidatesTokenCount": 5, "totalTokenCount": 14},
        "modelVersion": "gemini-3",
        "responseId": "r1",
    }


@pytest.fixture
def ruled(primary, fallback):
    def plan(text=RULES, *, enforcing=True):
        rules = ToolPolicySettings(policies=(PolicyText(name="p", text=text),), enforcing=enforcing)
        return msgspec.structs.replace(plan_for(primary, fallback), tool_policy=rules)

    return plan


async def denial(gateway, number=1):
    """The signal of the record, whose answer holds no call."""
    record = await gateway.recorded(number)
    assert record.exchange.answer.tool_calls == ()
    assert record.exchange.answer.finish_reason is FinishReason.FILTERED
    (signal,) = [one for one in record.signals if one.check == "tool_policy"]
    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.SECURITY_TOOL_DENIED)
    return signal


async def test_a_permitted_call_passes_byte_for_byte(start, primary, ruled):
    gateway = await start(ruled())
    primary.answers(chat_answer(call(SMALL)))
    reply = await gateway.chat("alone")
    assert reply.json() == chat_answer(call(SMALL))
    primary._told.clear()
    primary.streams(chat_stream(call(SMALL)))
    reply = await gateway.chat("alone", stream=True, stream_options={"include_usage": True})
    assert reply.content == b"".join(chat_stream(call(SMALL)))


async def test_a_denied_call_is_refused_in_words_that_name_the_policy(start, primary, ruled):
    gateway = await start(ruled())
    primary.answers(chat_answer(call()))
    reply = await gateway.chat("alone")
    choice = reply.json()["choices"][0]
    assert choice["finish_reason"] == "content_filter"
    assert "tool_calls" not in choice["message"]
    assert SAID in choice["message"]["content"]
    assert "amount" not in reply.text
    assert reply.headers["x-leadline-checks"] == "tool_policy=fail"
    assert reply.json()["usage"]["total_tokens"] == 15
    assert (await denial(gateway)).evidence == "refund: no policy permits it"


async def test_one_denied_call_takes_the_parallel_ones_with_it(start, primary, ruled):
    gateway = await start(ruled())
    primary.answers(chat_answer(call(SMALL, "read"), call('{"db": "prod"}', "read", 1)))
    reply = await gateway.chat("alone")
    assert "tool_calls" not in reply.json()["choices"][0]["message"]
    assert "`read` by policy `never-prod`" in reply.text


async def test_the_second_choice_is_no_way_around(start, primary, ruled):
    gateway = await start(ruled())
    answer = openai_answer()
    answer["choices"].append({**chat_answer(call())["choices"][0], "index": 1})
    primary.answers(answer)
    assert "call_0" not in (await gateway.chat("alone", n=2)).text


async def test_a_chat_stream_says_its_text_at_once_and_holds_its_calls(start, primary, ruled):
    gateway = await start(ruled())
    primary.streams(chat_stream(call(SMALL, "read"), call(LARGE, at=1)))
    client = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
    asked: dict[str, Any] = {"model": "alone", "messages": [{"role": "user", "content": "?"}]}
    chunks = [one async for one in await client.chat.completions.create(**asked, stream=True)]
    await client.close()
    deltas = [one.choices[0].delta for one in chunks if one.choices]
    assert not any(delta.tool_calls for delta in deltas)
    text = "".join(delta.content or "" for delta in deltas)
    assert text.startswith("Let me see. ")
    assert SAID in text
    assert chunks[-1].choices[0].finish_reason == "content_filter"
    assert (await gateway.recorded()).exchange.status == 200
    await denial(gateway)


async def test_an_anthropic_client_gets_a_refusal(start, primary, ruled):
    gateway = await start(ruled())
    client = anthropic.AsyncAnthropic(base_url=gateway.url, auth_token=KEY, max_retries=0)
    primary.streams(message_stream())
    asked: dict[str, Any] = {
        "model": "claude",
        "max_tokens": 9,
        "messages": [{"role": "user", "content": "?"}],
    }
    async with client.messages.stream(**asked) as stream:
        message = await stream.get_final_message()
    await client.close()
    assert [block.type for block in message.content] == ["text", "text"]
    assert SAID in message.content[1].model_dump()["text"]
    assert message.stop_reason == "refusal"
    assert message.usage.output_tokens == 5
    await denial(gateway)


async def test_a_responses_client_gets_a_refusal_streamed_and_whole(start, primary, ruled):
    gateway = await start(ruled())
    client = openai.AsyncOpenAI(base_url=f"{gateway.url}/v1", api_key=KEY, max_retries=0)
    primary.streams(response_stream())
    async with client.responses.stream(model="alone", input="?") as stream:
        told = [event async for event in stream]
        final = await stream.get_final_response()
    assert [event.sequence_number for event in told if hasattr(event, "sequence_number")] == list(range(8))
    assert [item.type for item in final.output] == ["message", "message"]
    assert SAID in final.output[1].model_dump_json()
    await denial(gateway)

    primary._told.clear()
    primary.answers(response())
    created = await client.responses.create(model="alone", input="?")
    await client.close()
    assert [item.type for item in created.output] == ["message", "message"]
    assert SAID in created.output[1].model_dump_json()
    await denial(gateway, 2)


async def test_a_google_client_gets_a_refusal_streamed_and_whole(start, primary, ruled):
    gateway = await start(ruled())
    primary.streams([b"data: " + msgspec.json.encode(gemini()) + b"\r\n\r\n"])
    client = genai.Client(api_key=KEY, http_options=types.HttpOptions(base_url=gateway.url))
    asked: dict[str, Any] = {"model": "gem", "contents": "?"}
    chunks = await asyncio.to_thread(lambda: list(client.models.generate_content_stream(**asked)))
    assert not any(one.function_calls for one in chunks)
    assert SAID in "".join(one.text or "" for one in chunks)
    assert [one.finish_reason for one in chunks[-1].candidates or ()] == [types.FinishReason.SAFETY]

    primary._told.clear()
    primary.answers(gemini())
    whole = await asyncio.to_thread(lambda: client.models.generate_content(**asked))
    client.close()
    assert SAID in (whole.text or "")
    await denial(gateway, 2)


async def test_an_array_stream_stays_an_array(start, primary, ruled):
    gateway = await start(ruled())
    primary.answers(b"[" + msgspec.json.encode(gemini()) + b"]")
    asked: dict[str, Any] = {"contents": [{"role": "user", "parts": [{"text": "?"}]}]}
    path = "/v1beta/models/gem:streamGenerateContent"
    reply = await gateway.http.post(path, json=asked, headers={"x-goog-api-key": KEY})
    assert SAID in json.dumps(reply.json())
    assert "functionCall" not in reply.text


async def test_a_stream_that_breaks_off_gives_none_of_its_calls(start, primary, ruled):
    gateway = await start(ruled())
    primary.streams(chat_stream(call(SMALL))[:-3], then="cut")
    reply = await gateway.chat("alone", stream=True)
    assert "Let me see. " in reply.text
    assert "refund" not in reply.text
    assert '"error"' in reply.text
    assert "[DONE]" not in reply.text


async def test_an_error_told_among_held_calls_is_still_told(start, primary, ruled):
    gateway = await start(ruled())
    error = b'data: {"error": {"message": "overloaded", "type": "server_error", "code": 503}}\n\n'
    primary.streams([*chat_stream(call(SMALL))[:-3], error])
    reply = await gateway.chat("alone", stream=True)
    assert "refund" not in reply.text
    assert '"error"' in reply.text


async def test_a_host_that_says_in_each_chunk_that_there_are_no_calls_is_not_held_back(start, primary, ruled):
    gateway = await start(ruled())
    events = [event.replace(b'"delta":{', b'"delta":{"tool_calls":[],') for event in openai_chunks("a", "b")]
    taken = primary.streams(events[:2], then="wait")
    request = gateway.http.stream(
        "POST",
        "/v1/chat/completions",
        json={"model": "alone", "stream": True, "messages": [{"role": "user", "content": "?"}]},
        headers={"authorization": f"Bearer {KEY}"},
    )
    async with request as reply:
        assert b'"content":"a"' in await anext(reply.aiter_raw())
    assert taken() >= 1


async def test_log_only_passes_everything_and_records_what_would_be_denied(start, primary, ruled):
    gateway = await start(ruled(enforcing=False))
    primary.answers(chat_answer(call()))
    assert (await gateway.chat("alone")).json() == chat_answer(call())
    primary._told.clear()
    primary.streams(chat_stream(call()))
    reply = await gateway.chat("alone", stream=True, stream_options={"include_usage": True})
    assert reply.content == b"".join(chat_stream(call()))
    for number in (1, 2):
        record = await gateway.recorded(number)
        (signal,) = [one for one in record.signals if one.check == "tool_policy"]
        assert (signal.verdict, signal.kind) == (Verdict.PASS, None)
        assert signal.evidence == "would be denied, refund: no policy permits it"


async def test_calls_of_another_protocols_target_are_decided_too(start, primary, ruled):
    plan = ruled()
    claude = plan.routes["claude"].targets[0]
    crossed = msgspec.structs.replace(plan.routes["alone"], targets=(claude,))
    gateway = await start(msgspec.structs.replace(plan, routes={"alone": crossed}))
    primary.streams(message_stream())
    reply = await gateway.chat("alone", stream=True)
    assert SAID in reply.text
    assert "toolu_1" not in reply.text
    primary._told.clear()
    primary.streams(message_stream(SMALL))
    assert "toolu_1" in (await gateway.chat("alone", stream=True)).text
