"""The order of events in each protocol, and ends that are none."""

from typing import Any

import msgspec
import pytest
from tests.translation.asking import CHAT, GENERATE, MESSAGES
from tests.translation.conftest import TELLING, read_stream, run, translator

from leadline.vocabulary import Answer, FailureKind, UpstreamFailure


def chunk(delta: dict[str, Any], finish: str | None = None, **more: Any) -> bytes:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return (
        b"data: "
        + msgspec.json.encode({"id": "c1", "model": "gpt-4o", "choices": [choice], **more})
        + b"\n\n"
    )


def call(index: int, arguments: str, name: str | None = None) -> dict[str, Any]:
    function = {"arguments": arguments, **({"name": name} if name else {})}
    return {
        "tool_calls": [{"index": index, **({"id": f"call_{index}"} if name else {}), "function": function}]
    }


DONE = b"data: [DONE]\n\n"
USAGE = (
    b'data: {"id":"c1","choices":[],"usage":{"prompt_tokens":9,"completion_tokens":5,'
    b'"prompt_tokens_details":{"cached_tokens":4}}}\n\n'
)


def told(given: bytes) -> list[Any]:
    """The data of each event."""
    lines = [line for line in given.splitlines() if line.startswith(b"data: {")]
    return [msgspec.json.decode(line.removeprefix(b"data: ")) for line in lines]


def anthropic(*events: dict[str, Any]) -> bytes:
    return b"".join(b"event: %s\ndata: %s\n\n" % (e["type"].encode(), msgspec.json.encode(e)) for e in events)


def test_calls_that_grow_side_by_side_become_blocks_one_after_the_other():
    stream = [
        chunk({"role": "assistant", "content": ""}),
        chunk({"content": "Let me see."}),
        chunk(call(0, "", "weather")),
        chunk(call(1, "", "clock")),
        chunk(call(1, '{"zone":')),
        chunk(call(0, '{"city":"Paris"}')),
        chunk(call(1, '"CET"}')),
        chunk({}, "tool_calls"),
        USAGE,
        DONE,
    ]
    events = told(run(translator(CHAT, MESSAGES), stream))

    shape = [(event["type"], event.get("index")) for event in events]
    assert shape == [
        ("message_start", None),
        *[("content_block_start", 0), ("content_block_delta", 0), ("content_block_stop", 0)],
        *[("content_block_start", 1), ("content_block_delta", 1), ("content_block_stop", 1)],
        *[("content_block_start", 2), ("content_block_delta", 2), ("content_block_stop", 2)],
        ("message_delta", None),
        ("message_stop", None),
    ]
    assert events[8]["delta"]["partial_json"] == '{"zone":"CET"}'
    assert events[10]["delta"]["stop_reason"] == "tool_use"
    assert events[10]["usage"] == {
        "input_tokens": 5,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 4,
        "output_tokens": 5,
    }


def test_the_arguments_of_the_first_call_go_on_as_they_come():
    stream = translator(CHAT, MESSAGES)
    stream.feed(chunk({"role": "assistant"}) + chunk(call(0, "", "weather")))

    assert b'"partial_json":"{"' in stream.feed(chunk(call(0, "{")))


def test_a_chat_client_gets_its_role_first_then_calls_counted_from_nought_then_usage_if_it_asked():
    usage = {"promptTokenCount": 9, "candidatesTokenCount": 3, "thoughtsTokenCount": 2}
    parts = [
        {"text": "Let me see."},
        {"functionCall": {"name": "weather", "args": {"city": "Paris"}}},
        {"functionCall": {"name": "clock", "args": {}}},
    ]
    head = {"responseId": "r1", "modelVersion": "gemini-2.5-flash"}
    stream = [
        b"data: "
        + msgspec.json.encode({**head, "candidates": [{"content": {"parts": [part]}}]})
        + b"\r\n\r\n"
        for part in parts
    ]
    last = {**head, "candidates": [{"content": {}, "finishReason": "STOP"}], "usageMetadata": usage}
    stream.append(b"data: " + msgspec.json.encode(last) + b"\r\n\r\n")

    given = run(translator(GENERATE, CHAT), stream)

    events = told(given)
    deltas = [event["choices"][0]["delta"] for event in events if event["choices"]]
    assert deltas[0] == {"role": "assistant", "content": ""}
    calls = [delta["tool_calls"][0] for delta in deltas if "tool_calls" in delta]
    assert [(made["index"], made["function"].get("name")) for made in calls] == [
        *[(0, "weather"), (0, None), (1, "clock"), (1, None)]
    ]
    assert len({made["id"] for made in calls if "id" in made}) == 2
    assert events[-2]["choices"][0]["finish_reason"] == "tool_calls"
    assert events[-1]["usage"]["completion_tokens"] == 5
    assert given.endswith(DONE)
    quiet = msgspec.structs.replace(TELLING, usage_wanted=False)
    assert b'"usage"' not in run(translator(GENERATE, CHAT, quiet), stream)


def test_done_without_a_finish_is_no_end():
    given = run(translator(CHAT, MESSAGES), [chunk({"content": "Par"}), DONE])

    assert b"message_stop" not in given
    assert b"end_turn" not in given


def test_the_end_goes_out_with_the_terminal_marker_and_only_once():
    stream = translator(CHAT, MESSAGES)
    stream.feed(chunk({"content": "Paris"}) + chunk({}, "stop"))

    assert b"message_stop" in stream.feed(DONE)
    assert stream.feed(DONE) == b""
    assert stream.finish() == b""


@pytest.mark.parametrize("client", [CHAT, GENERATE])
def test_an_error_inside_the_stream_ends_it_and_stands_as_its_failure(client):
    start = {"type": "message_start", "message": {"id": "m", "model": "claude", "content": []}}
    text = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Par"}}
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    stream = translator(MESSAGES, client)

    given = run(stream, [anthropic(start, text, error, text)])

    assert stream.gave_up
    assert stream.failure
    assert stream.failure.kind is FailureKind.PROVIDER_OVERLOADED
    assert given.count(b"Par") == 1
    read = read_stream(client, given)
    assert isinstance(read, Answer)
    assert not read.complete


def test_arguments_that_are_no_json_are_a_failure_where_an_object_is_needed():
    stream = translator(CHAT, GENERATE)

    given = run(stream, [chunk(call(0, '{"city', "weather")), chunk({}, "tool_calls"), DONE])

    outcome = stream.outcome()
    assert isinstance(outcome, UpstreamFailure)
    assert outcome.kind is FailureKind.QUALITY_FORMAT
    assert b"finishReason" not in given


def test_a_refusal_reaches_each_client_as_its_sdk_looks_for_it():
    start = {"type": "message_start", "message": {"id": "m", "model": "claude", "content": []}}
    end = {"type": "message_delta", "delta": {"stop_reason": "refusal"}, "usage": {"output_tokens": 1}}
    refused = [anthropic(start, end, {"type": "message_stop"})]
    chat, google = (
        told(run(translator(MESSAGES, CHAT), refused)),
        told(run(translator(MESSAGES, GENERATE), refused)),
    )

    assert chat[1]["choices"][0]["delta"] == {"refusal": "The model refused to answer."}
    assert chat[2]["choices"][0]["finish_reason"] == "content_filter"
    assert google[-1]["candidates"][0]["finishReason"] == "SAFETY"


def test_a_blocked_prompt_of_google_is_a_refusal_elsewhere():
    blocked = b'data: {"promptFeedback":{"blockReason":"SAFETY"},"responseId":"r"}\r\n\r\n'
    chat = told(run(translator(GENERATE, CHAT), [blocked]))
    messages = told(run(translator(GENERATE, MESSAGES), [blocked]))

    assert chat[1]["choices"][0]["delta"]["refusal"] == "The prompt was blocked: SAFETY."
    assert messages[-2]["delta"]["stop_reason"] == "refusal"


def test_an_array_is_closed_by_its_end_or_by_an_error():
    array = msgspec.structs.replace(TELLING, in_array=True)
    whole = run(translator(CHAT, GENERATE, array), [chunk({"content": "Paris"}), chunk({}, "stop"), DONE])
    broken = translator(CHAT, GENERATE, array)
    given = broken.feed(chunk({"content": "Par"})) + broken.finish()
    given += broken.closing(b'data: {"error":{"code":502}}\r\n\r\n')

    assert [element["candidates"][0].get("finishReason") for element in msgspec.json.decode(whole)] == [
        None,
        "STOP",
    ]
    assert msgspec.json.decode(given)[-1] == {"error": {"code": 502}}
    assert not broken.sdks_raise
    assert translator(CHAT, GENERATE).sdks_raise


def test_reasoning_stays_behind_and_is_named():
    stream = translator(CHAT, MESSAGES)

    given = run(stream, [chunk({"reasoning_content": "hm"}), chunk({"content": "Paris"}, "stop"), DONE])

    assert b"hm" not in given
    assert stream.losses.names == ("reasoning_content",)
