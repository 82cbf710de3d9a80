"""OpenAI chat completions: what is asked, what goes upstream, what comes back."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import FailureKind, FinishReason, UpstreamReply

BODY = {
    "model": "smart",
    "messages": [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Who wrote Faust?"},
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "tool_call_id": "1", "content": "Goethe"},
        {"role": "user", "name": "ann", "content": [{"type": "text", "text": "And Egmont?"}]},
        {"role": "assistant", "content": "It was"},
    ],
}


def _request(body: object, headers: dict[str, str] | None = None, query: str = "") -> ClientRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ClientRequest(
        method="POST", path="/v1/chat/completions", query=query, headers=headers or {}, body=raw
    )


@pytest.fixture
def openai(build):
    return build("openai")


def _ask(openai, **changes: object):
    return openai.read_question(_request({**BODY, **changes}))


def test_the_last_user_message_is_the_prompt_and_all_else_is_context(openai):
    question = _ask(openai)

    assert question.model == "smart"
    assert question.prompt == "And Egmont?"
    assert question.system == "Be brief."
    assert question.context == "Be brief.\nWho wrote Faust?\nlook({})\nGoethe\nIt was"
    assert question.overhead_tokens == 6 * 4 + 1 + 3
    assert question.countable


def test_limits_streams_users_and_tools_are_read(openai):
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    question = _ask(
        openai, stream=True, max_tokens=5, max_completion_tokens=7, user="ann", tools=tools, n=None
    )

    assert question.streaming
    assert not question.wants_stream_usage
    assert question.output_limit == 7
    assert question.user == "ann"
    assert question.tool_names == ("weather",)
    assert json.loads(question.tools_json) == tools


def test_a_demanded_schema_is_kept_as_its_bytes(openai):
    schema = {"type": "object", "properties": {"year": {"type": "integer"}}}
    wanted = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}

    question = _ask(openai, response_format=wanted)

    assert json.loads(question.schema_json) == schema
    assert question.json_mode
    assert _ask(openai, response_format={"type": "json_object"}).schema_json is None
    assert _ask(openai, response_format={"type": "json_object"}).json_mode
    assert not _ask(openai, response_format={"type": "text"}).json_mode


@pytest.mark.parametrize(
    "changes",
    [
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:"}}]}]},
        {"tools": [{"type": "web_search"}]},
        {"web_search_options": {}},
        {"audio": {"voice": "ash"}},
    ],
)
def test_what_we_cannot_count_is_said_to_be_uncountable(openai, changes):
    assert not _ask(openai, **changes).countable


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"hello", "malformed"),
        (b"[]", "array"),
        (b'{"messages": []}', "model"),
        (b'{"model": "", "messages": []}', "empty"),
        (b'{"model": 3, "messages": []}', r"\$\.model"),
        (b'{"model": "m", "messages": [{"role": "user", "content": 7}]}', r"messages\[0\]\.content"),
        (b'{"model": "m", "messages": [{"role": "user", "content": "\xff"}]}', "UTF-8"),
        (b'{"model": "m", "messages": [], "new": ' + b"[" * 100_000, "deep"),
    ],
)
def test_a_body_that_is_no_request_is_told_why(openai, body, says):
    with pytest.raises(UnreadableRequest, match=says):
        openai.read_question(_request(body))


@given(body=st.binary(max_size=200))
def test_no_bytes_make_a_reader_crash(build, body):
    for name, path in [
        ("openai", "/v1/chat/completions"),
        ("anthropic", "/v1/messages"),
        ("gemini", "/v1/models/m:generateContent"),
    ]:
        request = ClientRequest(method="POST", path=path, query="", headers={}, body=body)
        with pytest.raises(UnreadableRequest):
            build(name).read_question(request)
        assert build(name).read_reply(UpstreamReply(status=200, headers={}, body=body)).kind


def test_half_a_surrogate_pair_is_read_as_sdks_read_it(openai, target):
    request = _request(b'{"model": "m", "messages": [{"role": "user", "content": "a \\ud83d b"}]}')

    question = openai.read_question(request)

    assert question.prompt == "a \ufffd b"
    assert b'"other"' in openai.outbound(request, question, target("openai", "other"), "sk").body


def test_absurd_numbers_become_ones_that_can_be_stored(openai):
    assert _ask(openai, max_tokens=10**40).output_limit < 2**63
    usage = {"prompt_tokens": 10**40, "completion_tokens": -1}
    answer = _reply(openai, {"message": {"content": "x"}, "finish_reason": "stop"}, usage=usage)
    assert answer.usage.input_tokens < 2**63
    assert answer.usage.output_tokens == 0


def test_the_same_model_goes_on_byte_for_byte(openai, target):
    request = _request(b'{ "model" : "smart",  "messages": [],  "new": 1.50 }')

    sent = openai.outbound(request, openai.read_question(request), target("openai", "smart"), "sk")

    assert sent.body == request.body
    assert sent.url == "https://api.openai.com/v1/chat/completions"


def test_another_model_is_spliced_and_every_other_value_keeps_its_bytes(openai, target):
    request = _request(
        b'{"new": 1.50, "model": "smart", "messages": [ {"role":"user"} ], "seed":9007199254740993}'
    )

    sent = openai.outbound(request, openai.read_question(request), target("openai", 'gpt "4"'), "sk")

    assert sent.body == (
        rb'{"new":1.50,"model":"gpt \"4\"","messages":[ {"role":"user"} ],"seed":9007199254740993}'
    )


@pytest.mark.parametrize(
    "options", [{}, {"stream_options": None}, {"stream_options": {"include_obfuscation": True}}]
)
def test_a_stream_is_asked_for_its_usage(openai, target, options):
    request = _request({**BODY, **options, "stream": True})

    sent = openai.outbound(request, openai.read_question(request), target("openai", "smart"), "sk")

    asked = json.loads(sent.body)["stream_options"]
    assert asked == {**(options.get("stream_options") or {}), "include_usage": True}


def test_no_usage_is_asked_for_where_the_host_refuses_it(build, target):
    provider, request = build("openai", asks_stream_usage=False), _request({**BODY, "stream": True})

    sent = provider.outbound(request, provider.read_question(request), target("openai", "smart"), "sk")

    assert sent.body == request.body


def test_credentials_and_our_own_headers_stay_here(openai, target):
    gone = {
        "authorization": "Bearer gw",
        "api-key": "gw",
        "x-api-key": "gw",
        "x-goog-api-key": "gw",
        "cookie": "a=b",
        "host": "gateway",
        "connection": "keep-alive, x-hop",
        "x-hop": "1",
        "content-length": "7",
        "transfer-encoding": "chunked",
        "x-leadline-template": "t",
        "x-forwarded-for": "10.0.0.1",
        "accept-encoding": "gzip, br",
    }
    kept = {
        "openai-organization": "org",
        "x-stainless-lang": "python",
        "user-agent": "OpenAI/Python",
        "content-type": "application/json",
        "accept": "*/*",
    }
    request = _request(BODY, {**gone, **kept}, query="api-version=1&key=gw&k%65y=gw&beta=a%20b")

    sent = openai.outbound(
        request, openai.read_question(request), target("openai", "smart", "http://u/v1/"), "sk"
    )

    assert sent.headers == {**kept, "authorization": "Bearer sk", "accept-encoding": "identity"}
    assert sent.url == "http://u/v1/chat/completions?api-version=1&beta=a%20b"
    assert "gw" not in repr(sent)
    assert "sk" not in repr(sent)


def test_azure_takes_the_key_in_its_own_header(build, target):
    provider, request = build("openai", key_header="api-key"), _request(BODY)

    sent = provider.outbound(request, provider.read_question(request), target("openai", "smart"), "sk")

    assert sent.headers["api-key"] == "sk"
    assert "authorization" not in sent.headers


def _chunk(**members: object) -> bytes:
    return b"data: " + json.dumps({"id": "c", "model": "gpt", **members}).encode() + b"\n\n"


SAID = _chunk(choices=[{"index": 0, "delta": {"content": "Goethe"}}], usage=None)
ENDED = _chunk(choices=[{"index": 0, "delta": {}, "finish_reason": "stop"}], usage=None)
USAGE = _chunk(choices=[], usage={"prompt_tokens": 9, "completion_tokens": 2})
DONE = b"data: [DONE]\n\n"


@given(cuts=st.lists(st.integers(0, 500), max_size=6))
def test_the_usage_chunk_is_hidden_from_a_client_that_did_not_ask(build, read_stream, cuts):
    openai = build("openai")
    question = openai.read_question(_request({**BODY, "stream": True}))
    body = SAID + ENDED + USAGE + DONE
    edges = [0, *sorted(cuts), len(body)]
    chunks = [body[start:end] for start, end in pairwise(edges)]

    answer, relayed = read_stream(openai, chunks, question)

    assert relayed == SAID + ENDED + DONE
    assert answer.usage.input_tokens == 9
    assert answer.complete


def test_the_usage_chunk_reaches_a_client_that_asked(openai, read_stream):
    question = _ask(openai, stream=True, stream_options={"include_usage": True})

    _, relayed = read_stream(openai, [SAID + ENDED + USAGE + DONE], question)

    assert USAGE in relayed


def test_a_missing_done_is_forgiven_a_missing_finish_reason_is_not(openai, read_stream):
    assert read_stream(openai, [SAID + ENDED])[0].complete
    assert not read_stream(openai, [SAID + DONE])[0].complete
    assert read_stream(openai, [SAID + DONE])[0].finish_reason is None


def test_an_error_in_the_stream_is_a_failure_at_once(openai):
    reader = openai.stream_reader(_ask(openai, stream=True))
    reader.feed(SAID)
    assert reader.started
    reader.feed(b'data: {"error": {"message": "x", "code": "server_is_overloaded"}}\n\n')

    assert reader.failure.kind == FailureKind.PROVIDER_OVERLOADED
    assert reader.outcome() == reader.failure


def _reply(openai, choice: dict[str, object], **members: object):
    body = json.dumps({"choices": [{"index": 0, **choice}], **members}).encode()
    return openai.read_reply(UpstreamReply(status=200, headers={"retry-after": "36"}, body=body))


def test_a_refusal_is_a_refusal_although_the_finish_reason_is_stop(openai):
    answer = _reply(openai, {"message": {"content": None, "refusal": "I cannot."}, "finish_reason": "stop"})

    assert answer.refused
    assert answer.finish_reason == FinishReason.REFUSAL
    assert answer.finish_raw == "stop"


def test_an_unknown_finish_reason_keeps_its_word_and_none_is_not_invented(openai):
    strange = _reply(openai, {"message": {"content": "x"}, "finish_reason": "insufficient_system_resource"})
    silent = _reply(openai, {"message": {"content": "x"}, "finish_reason": None})

    assert (strange.finish_reason, strange.finish_raw) == (FinishReason.OTHER, "insufficient_system_resource")
    assert silent.finish_reason is None
    assert not silent.complete


def test_streamed_tool_calls_are_put_together(openai, read_stream):
    def call(at: int | None, **function: str) -> bytes:
        calls = [{"index": at, "function": function}]
        return _chunk(choices=[{"index": 0, "delta": {"tool_calls": calls}}])

    body = call(0, name="a", arguments="") + call(0, arguments='{"x"') + call(1, name="b", arguments="{}")
    answer, _ = read_stream(openai, [body + call(0, arguments=":1}") + ENDED])

    assert [(made.name, made.arguments) for made in answer.tool_calls] == [("a", '{"x":1}'), ("b", "{}")]


def test_reasoning_that_is_counted_beside_the_completion_is_billed_too(openai):
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 115,
        "completion_tokens_details": {"reasoning_tokens": 100},
    }
    answer = _reply(openai, {"message": {"content": "x"}, "finish_reason": "stop"}, usage=usage)

    assert answer.usage.output_tokens == 105


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<!DOCTYPE html><h1>It works!</h1>", FailureKind.PROVIDER_MALFORMED),
        (b"{}", FailureKind.PROVIDER_MALFORMED),
        (b'{"choices": []}', FailureKind.PROVIDER_MALFORMED),
        (b'{"choices": "none"}', FailureKind.PROVIDER_MALFORMED),
        (b'{"choices": [{"finish_reason": "stop"}]}', FailureKind.PROVIDER_MALFORMED),
        (b"null", FailureKind.PROVIDER_MALFORMED),
        (b"", FailureKind.PROVIDER_TRUNCATED),
        (b'{"choices": [{"message": {"content": "The cap', FailureKind.PROVIDER_TRUNCATED),
    ],
)
def test_a_200_that_is_no_completion_is_a_failure(openai, body, kind):
    failure = openai.read_reply(UpstreamReply(status=200, headers={}, body=body))

    assert failure.kind == kind
    assert failure.retry_same
    assert failure.fail_over


def test_only_generating_calls_match(openai):
    assert openai.matches("/v1/chat/completions")
    assert openai.matches("/chat/completions")
    assert not openai.matches("/v1/embeddings")
