"""Anthropic messages: what is asked, what goes upstream, what comes back."""

import json

import pytest

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import FailureKind, FinishReason, UpstreamReply

BODY = {
    "model": "claude",
    "max_tokens": 64,
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {"role": "user", "content": "Weather in Ulm?"},
        {"role": "assistant", "content": [{"type": "tool_use", "name": "weather", "input": {"in": "Ulm"}}]},
        {"role": "user", "content": [{"type": "tool_result", "content": [{"type": "text", "text": "Rain"}]}]},
    ],
}


def _request(body: object, headers: dict[str, str] | None = None, query: str = "") -> ClientRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ClientRequest(method="POST", path="/v1/messages", query=query, headers=headers or {}, body=raw)


@pytest.fixture
def anthropic(build):
    return build("anthropic")


def _ask(anthropic, **changes: object):
    return anthropic.read_question(_request({**BODY, **changes}))


def test_a_tool_result_is_context_not_the_users_question(anthropic):
    question = _ask(anthropic)

    assert question.prompt == "Weather in Ulm?"
    assert question.context == 'Be brief.\nweather({"in": "Ulm"})\nRain'
    assert question.system == "Be brief."
    assert question.output_limit == 64
    assert question.wants_stream_usage
    assert question.countable


@pytest.mark.parametrize("name", ["output_format", "output_config"])
def test_both_places_of_a_schema_are_read(anthropic, name):
    wanted = {"type": "json_schema", "schema": {"type": "object"}}
    given = wanted if name == "output_format" else {"format": wanted}

    question = _ask(anthropic, **{name: given})

    assert json.loads(question.schema_json) == {"type": "object"}
    assert question.json_mode


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": [{"role": "user", "content": [{"type": "image", "source": {"type": "url"}}]}]},
        {"messages": [{"role": "assistant", "content": [{"type": "thinking", "thinking": "hm"}]}]},
        {"tools": [{"type": "web_search_20250305", "name": "web_search"}]},
        {"mcp_servers": [{"url": "http://x"}]},
    ],
)
def test_what_we_cannot_count_is_said_to_be_uncountable(anthropic, changes):
    assert not _ask(anthropic, **changes).countable


def test_a_failed_server_tool_in_the_history_does_not_make_it_unreadable(anthropic):
    failed = {"type": "web_search_tool_result", "content": {"type": "web_search_tool_result_error"}}

    assert _ask(anthropic, messages=[{"role": "assistant", "content": [failed]}]).model == "claude"


def test_a_body_without_messages_is_told_so(anthropic):
    with pytest.raises(UnreadableRequest, match="messages"):
        anthropic.read_question(_request({"model": "claude"}))


def test_the_version_goes_on_and_our_key_goes_in(anthropic, target):
    headers = {"authorization": "Bearer gw", "x-api-key": "gw", "anthropic-version": "2026-10-21"}
    request = _request(BODY, {**headers, "anthropic-beta": "a,b"}, query="beta=true")

    sent = anthropic.outbound(request, anthropic.read_question(request), target("anthropic", "claude"), "sk")

    assert sent.url == "https://api.anthropic.com/v1/messages?beta=true"
    assert sent.headers == {
        "anthropic-version": "2026-10-21",
        "anthropic-beta": "a,b",
        "x-api-key": "sk",
        "content-type": "application/json",
        "accept-encoding": "identity",
    }
    assert sent.body == request.body


def test_a_client_without_a_version_gets_ours_and_a_base_url_may_have_its_v1(build, target):
    provider, request = build("anthropic", default_version="2026-10-21"), _request(BODY)
    upstream = target("anthropic", "claude-x", "http://u/v1")

    sent = provider.outbound(request, provider.read_question(request), upstream, "sk")

    assert sent.headers["anthropic-version"] == "2026-10-21"
    assert sent.url == "http://u/v1/messages"
    assert json.loads(sent.body) == {**BODY, "model": "claude-x"}


def _event(kind: str, **members: object) -> bytes:
    return f"event: {kind}\ndata: {json.dumps({'type': kind, **members})}\n\n".encode()


START = _event(
    "message_start",
    message={"id": "msg", "model": "claude-1", "usage": {"input_tokens": 5, "cache_read_input_tokens": 100}},
)
BLOCK = _event("content_block_start", index=0, content_block={"type": "text", "text": ""})
TEXT = _event("content_block_delta", index=0, delta={"type": "text_delta", "text": "Rain"})
DELTA = _event("message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 7})
STOP = _event("message_stop")


def test_usage_of_the_start_and_the_end_are_one(anthropic, read_stream):
    answer, _ = read_stream(anthropic, [START + BLOCK + TEXT + DELTA + STOP])

    assert answer.complete
    assert answer.text == "Rain"
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (105, 7)
    assert answer.usage.cached_read_tokens == 100


def test_without_message_stop_a_stream_is_cut_even_after_its_stop_reason(anthropic, read_stream):
    answer, _ = read_stream(anthropic, [START + BLOCK + TEXT + DELTA])

    assert not answer.complete
    assert answer.finish_reason == FinishReason.STOP


def test_streamed_tool_input_is_put_together(anthropic, read_stream):
    block = _event(
        "content_block_start", index=1, content_block={"type": "tool_use", "name": "f", "input": {}}
    )
    parts = [
        _event("content_block_delta", index=1, delta={"type": "input_json_delta", "partial_json": part})
        for part in ('{"a"', ":1}")
    ]
    answer, _ = read_stream(anthropic, [START, block, *parts, DELTA, STOP])

    assert [(call.name, call.arguments) for call in answer.tool_calls] == [("f", '{"a":1}')]


def test_overload_in_the_middle_of_a_stream_is_an_overload(anthropic, read_stream):
    error = _event("error", error={"type": "overloaded_error", "message": "Overloaded"})

    failure, _ = read_stream(anthropic, [START + BLOCK + TEXT + error])

    assert failure.kind == FailureKind.PROVIDER_OVERLOADED


def test_a_refusal_is_told_after_its_text(anthropic, read_stream):
    refusal = _event("message_delta", delta={"stop_reason": "refusal"})

    answer, _ = read_stream(anthropic, [START + BLOCK + TEXT + refusal + STOP])

    assert answer.refused
    assert answer.finish_reason == FinishReason.REFUSAL


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html></html>", FailureKind.PROVIDER_MALFORMED),
        (b'{"type": "message"}', FailureKind.PROVIDER_MALFORMED),
        (b'{"type":"error","error":{"type":"api_error","message":"x"}}', FailureKind.PROVIDER_OUTAGE),
        (b'{"type": "message", "content": [', FailureKind.PROVIDER_TRUNCATED),
    ],
)
def test_a_200_that_is_no_message_is_a_failure(anthropic, body, kind):
    assert anthropic.read_reply(UpstreamReply(status=200, headers={}, body=body)).kind == kind


def test_a_wait_on_a_200_means_nothing(anthropic):
    body = b'{"type":"error","error":{"type":"api_error","message":"x"}}'

    assert (
        anthropic.read_reply(
            UpstreamReply(status=200, headers={"retry-after": "36"}, body=body)
        ).retry_after_s
        is None
    )


def test_only_generating_calls_match(anthropic):
    assert anthropic.matches("/v1/messages")
    assert anthropic.matches("/anthropic/v1/messages")
    assert not anthropic.matches("/v1/messages/count_tokens")
