"""Whatever a client sends, it is translated or refused: translation never breaks."""

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.translation.asking import CHAT, GENERATE, HELLO, MESSAGES
from tests.translation.conftest import MODELS, TELLING, run, translator

from leadline.translation import (
    CODECS,
    Direction,
    NotPortable,
    Translated,
    TranslatedReply,
    translate_reply,
    translate_request,
)
from leadline.vocabulary import Answer, FinishReason, UpstreamFailure

SETTINGS = settings(max_examples=100, suppress_health_check=list(HealthCheck))
DIRECTIONS = [Direction(one, other) for one in CODECS for other in CODECS if one is not other]
WORDS = {
    CHAT: (
        *("messages", "tools", "tool_choice", "response_format", "stop", "temperature", "max_tokens", "user"),
        *(
            "role",
            "content",
            "type",
            "text",
            "image_url",
            "url",
            "tool_calls",
            "function",
            "name",
            "arguments",
        ),
        *("json_schema", "schema", "parameters", "id", "tool_call_id", "n", "logprobs", "modalities", "seed"),
    ),
    MESSAGES: (
        *("messages", "system", "tools", "tool_choice", "output_config", "stop_sequences", "max_tokens"),
        *("role", "content", "type", "text", "source", "data", "media_type", "input", "tool_use_id", "id"),
        *("name", "input_schema", "format", "schema", "metadata", "user_id", "top_k", "temperature"),
    ),
    GENERATE: (
        *(
            "contents",
            "systemInstruction",
            "tools",
            "toolConfig",
            "generationConfig",
            "parts",
            "text",
            "role",
        ),
        *("functionCall", "function_response", "args", "response", "name", "inlineData", "mimeType", "data"),
        *("functionDeclarations", "parameters", "responseSchema", "stopSequences", "topK", "candidateCount"),
    ),
}
TEXTS = st.sampled_from(
    [
        *(
            "user",
            "assistant",
            "model",
            "system",
            "tool",
            "text",
            "image_url",
            "function",
            "tool_use",
            "object",
        ),
        *(
            "tool_result",
            "json_schema",
            "data:image/png;base64,AA==",
            "{}",
            "a",
            "",
            "\x00",
            "weather",
            "auto",
        ),
    ]
)
SCALARS = st.none() | st.booleans() | st.integers(-(2**63), 2**64 - 1) | st.floats(allow_nan=False) | TEXTS


def bodies(client):
    names = st.sampled_from(WORDS[client])
    values = st.recursive(
        SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=4),
        max_leaves=12,
    )
    return st.dictionaries(names, values, max_size=5).map(lambda body: {**HELLO[client], **body})


@SETTINGS
@given(draws=st.data())
def test_any_object_is_translated_or_refused(draws):
    direction = draws.draw(st.sampled_from(DIRECTIONS))
    body = msgspec.json.encode(draws.draw(bodies(direction.client)))

    told = translate_request(body, direction, MODELS[direction.upstream], streaming=draws.draw(st.booleans()))

    assert isinstance(told, Translated | NotPortable)
    if isinstance(told, Translated):
        msgspec.json.decode(told.body)


@pytest.mark.parametrize("direction", DIRECTIONS, ids=str)
@pytest.mark.parametrize("number", ["1e999", "123456789012345678901234567890", "-0.0", "1e308"])
def test_odd_numbers_break_nothing(direction, number):
    name = {CHAT: "max_tokens", MESSAGES: "max_tokens", GENERATE: "generationConfig"}[direction.client]
    given_number = f'{{"maxOutputTokens": {number}}}' if name == "generationConfig" else number
    body = msgspec.json.encode({k: v for k, v in HELLO[direction.client].items() if k != name})
    body = body[:-1] + f',"{name}":{given_number},"odd":{number}}}'.encode()

    assert isinstance(
        translate_request(body, direction, MODELS[direction.upstream], streaming=False),
        Translated | NotPortable,
    )


@pytest.mark.parametrize("depth", [100, 400, 900])
def test_a_schema_without_ground_is_refused_or_carried(depth):
    schema = b'{"type":"object","properties":{"a":' * depth + b"{}" + b"}}" * depth
    body = b'{"model":"m","messages":[{"role":"user","content":"hi"}],"response_format":'
    body += b'{"type":"json_schema","json_schema":{"name":"a","schema":' + schema + b"}}}"
    for upstream in (MESSAGES, GENERATE):
        told = translate_request(body, Direction(CHAT, upstream), "m", streaming=False)
        assert isinstance(told, Translated | NotPortable)


@SETTINGS
@given(draws=st.data())
def test_any_bytes_of_an_upstream_make_a_stream_or_a_failure(draws):
    direction = draws.draw(st.sampled_from(DIRECTIONS))
    lines = st.sampled_from(
        [
            *(
                b"data: [DONE]\n\n",
                b'event: message_stop\ndata: {"type":"message_stop"}\n\n',
                b"data: {}\n\n",
            ),
            *(
                b'data: {"choices":[{"delta":{"content":"a"}}]}\n\n',
                b'data: {"choices"',
                b": ping\n\n",
                b"[{}",
            ),
            b'data: {"candidates":[{"content":{"parts":[{"text":"a"}]},"finishReason":"STOP"}]}\r\n\r\n',
            b'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}\n\n',
            b'data: {"choices":[{"delta":{},"finish_reason":"tool_calls"}]}\n\n',
            b'data: {"type":"content_block_delta","index":3,"delta":{"partial_json":"x"}}\n\n',
            b'data: {"type":"content_block_stop","index":3}\n\n',
            b'data: {"type":"content_block_start","index":3,"content_block":{"type":"tool_use"}}\n\n',
        ]
    )
    chunks = draws.draw(st.lists(lines | st.binary(max_size=20), max_size=12))

    stream = translator(direction.upstream, direction.client)
    run(stream, chunks)

    assert isinstance(stream.outcome(), Answer | UpstreamFailure)


@SETTINGS
@given(draws=st.data())
def test_any_body_of_an_upstream_makes_a_reply_or_a_failure(draws):
    direction = draws.draw(st.sampled_from(DIRECTIONS))
    body = draws.draw(st.binary(max_size=30) | bodies(direction.upstream).map(msgspec.json.encode))
    answer = Answer(finish_reason=draws.draw(st.sampled_from([None, *FinishReason])))

    told = translate_reply(body, answer, direction, TELLING)

    assert isinstance(told, TranslatedReply | UpstreamFailure)
