"""Gemini generateContent: what is asked, what goes upstream, what comes back."""

import json

import pytest

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import FailureKind, FinishReason, UpstreamReply

BODY = {
    "systemInstruction": {"parts": [{"text": "Be brief."}]},
    "contents": [
        {"role": "user", "parts": [{"text": "Weather in Ulm?"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "weather", "args": {"in": "Ulm"}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "weather", "response": {"sky": "rain"}}}]},
    ],
}
PATH = "/v1beta/models/gemini-2.5-flash:generateContent"


def _request(body: object, path: str = PATH, query: str = "", **headers: str) -> ClientRequest:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return ClientRequest(method="POST", path=path, query=query, headers=headers, body=raw)


@pytest.fixture
def gemini(build):
    return build("gemini")


def _ask(gemini, **changes: object):
    return gemini.read_question(_request({**BODY, **changes}))


def test_a_function_response_is_context_not_the_users_question(gemini):
    question = _ask(gemini)

    assert question.model == "gemini-2.5-flash"
    assert question.prompt == "Weather in Ulm?"
    assert question.context == 'Be brief.\nweather({"in": "Ulm"})\n{"sky": "rain"}'
    assert question.system == "Be brief."
    assert question.countable


def test_snake_case_and_single_objects_are_read_as_proto_json_allows(gemini):
    question = gemini.read_question(
        _request(
            {
                "system_instruction": {"parts": {"text": "Be brief."}},
                "contents": {"parts": {"text": "Hello"}},
                "generation_config": {"max_output_tokens": 9, "response_mime_type": "application/json"},
                "tools": {"function_declarations": [{"name": "f"}]},
            }
        )
    )
    assert (question.system, question.prompt, question.output_limit) == ("Be brief.", "Hello", 9)
    assert question.json_mode
    assert question.tool_names == ("f",)


def test_an_openapi_schema_becomes_the_json_schema_that_it_means(gemini):
    schema = {
        "type": "OBJECT",
        "properties": {
            "names": {"type": "ARRAY", "items": {"type": "STRING", "nullable": True}, "minItems": "1"},
            "kind": {"type": "STRING", "format": "enum", "enum": ["A", "B"]},
        },
        "required": ["names"],
        "propertyOrdering": ["names", "kind"],
    }
    question = _ask(gemini, generationConfig={"responseSchema": schema})

    assert json.loads(question.schema_json) == {
        "type": "object",
        "properties": {
            "names": {
                "type": "array",
                "items": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                "minItems": 1,
            },
            "kind": {"type": "string", "format": "enum", "enum": ["A", "B"]},
        },
        "required": ["names"],
    }


def test_a_json_schema_is_kept_as_it_is(gemini):
    question = _ask(gemini, generationConfig={"responseJsonSchema": {"type": "object"}})

    assert json.loads(question.schema_json) == {"type": "object"}


@pytest.mark.parametrize(
    "changes",
    [
        {"contents": [{"parts": [{"inlineData": {"mimeType": "image/png", "data": ""}}]}]},
        {"tools": [{"googleSearch": {}}]},
        {"cachedContent": "cachedContents/x"},
    ],
)
def test_what_we_cannot_count_is_said_to_be_uncountable(gemini, changes):
    assert not _ask(gemini, **changes).countable


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"contents": "hi"}'])
def test_a_body_that_is_no_request_is_told_why(gemini, body):
    with pytest.raises(UnreadableRequest, match="generateContent request"):
        gemini.read_question(_request(body))


@pytest.mark.parametrize(
    ("path", "base_url", "url"),
    [
        ("/v1/models/fast:generateContent", "http://u", "http://u/v1/models/gem:generateContent"),
        ("/v1beta/models/fast:generateContent", "http://u/", "http://u/v1beta/models/gem:generateContent"),
        ("/models/fast:generateContent", "http://u", "http://u/v1beta/models/gem:generateContent"),
        ("/v1beta/models/fast:generateContent", "http://u/v1", "http://u/v1/models/gem:generateContent"),
        ("/v1/models/a/b:generateContent", "http://u", "http://u/v1/models/gem:generateContent"),
        (
            "/v1alpha/models/fast:streamGenerateContent",
            "http://u",
            "http://u/v1alpha/models/gem:streamGenerateContent",
        ),
    ],
)
def test_the_clients_version_goes_on_with_the_targets_model(gemini, target, path, base_url, url):
    request = _request(BODY, path)

    sent = gemini.outbound(request, gemini.read_question(request), target("gemini", "gem", base_url), "sk")

    assert gemini.matches(path)
    assert sent.url == url
    assert sent.body == request.body


def test_the_key_moves_from_the_query_to_our_header(gemini, target):
    request = _request(BODY, query="key=gw&alt=sse", **{"x-goog-api-key": "gw", "x-goog-api-client": "py"})

    sent = gemini.outbound(request, gemini.read_question(request), target("gemini", "gem"), "sk")

    assert sent.url.endswith(":generateContent?alt=sse")
    assert sent.headers["x-goog-api-key"] == "sk"
    assert sent.headers["x-goog-api-client"] == "py"
    assert "gw" not in sent.url + "".join(sent.headers.values())


def _reply(gemini, **members: object):
    return gemini.read_reply(UpstreamReply(status=200, headers={}, body=json.dumps(members).encode()))


def _candidate(finish: str | int | None, *parts: dict[str, object]) -> list[dict[str, object]]:
    return [{"content": {"parts": list(parts)}, "finishReason": finish}]


def test_tool_calls_end_with_stop_and_are_told_as_tool_calls(gemini):
    answer = _reply(gemini, candidates=_candidate("STOP", {"functionCall": {"name": "f", "args": {"a": 1}}}))

    assert answer.finish_reason == FinishReason.TOOL_CALLS
    assert answer.finish_raw == "STOP"
    assert answer.tool_calls[0].arguments == '{"a": 1}'


def test_thoughts_are_billed_but_are_not_the_answer(gemini):
    answer = _reply(
        gemini,
        candidates=_candidate("STOP", {"text": "hm", "thought": True}, {"text": "Rain"}),
        usageMetadata={"promptTokenCount": 5, "thoughtsTokenCount": 40, "candidatesTokenCount": 2},
    )
    assert answer.text == "Rain"
    assert answer.usage.output_tokens == 42
    assert answer.usage.reasoning_tokens == 40


def test_a_blocked_prompt_is_a_complete_answer_that_says_so(gemini):
    answer = _reply(gemini, promptFeedback={"blockReason": "SAFETY"}, usageMetadata={"promptTokenCount": 5})

    assert answer.block_reason == "SAFETY"
    assert answer.finish_reason == FinishReason.FILTERED
    assert answer.complete


def test_neither_candidate_nor_block_is_no_complete_answer(gemini):
    assert not _reply(gemini, usageMetadata={"promptTokenCount": 5}).complete
    assert not _reply(gemini, candidates=_candidate(None, {"text": "The cap"})).complete


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("MAX_TOKENS", FinishReason.LENGTH),
        ("SAFETY", FinishReason.FILTERED),
        ("RECITATION", FinishReason.FILTERED),
        ("MALFORMED_FUNCTION_CALL", FinishReason.MALFORMED),
        ("ESCALATION", FinishReason.OTHER),
        (2, FinishReason.LENGTH),
        (9, FinishReason.OTHER),
    ],
)
def test_finish_reasons_are_given_in_our_words(gemini, raw, reason):
    answer = _reply(gemini, candidates=_candidate(raw))

    assert (answer.finish_reason, answer.finish_raw) == (reason, str(raw))


@pytest.mark.parametrize("end", [b"\r\n\r\n", b"", b"\r\n"])
def test_a_last_event_counts_without_its_blank_line_as_googles_own_sdk_has_it(gemini, read_stream, end):
    body = b"data: " + json.dumps({"candidates": _candidate("STOP", {"text": "Rain"})}).encode() + end

    answer, relayed = read_stream(gemini, [body])

    assert answer.complete
    assert relayed == body


def test_an_array_that_never_closes_is_cut(gemini, read_stream):
    whole = json.dumps([{"candidates": _candidate("STOP", {"text": "Rain"})}]).encode()

    assert read_stream(gemini, [whole])[0].complete
    assert not read_stream(gemini, [whole[:-1]])[0].complete


def test_an_error_in_an_array_is_a_failure(gemini, read_stream):
    error = b'[{"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}]'

    assert read_stream(gemini, [error])[0].kind == FailureKind.PROVIDER_OVERLOADED


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"<html></html>", FailureKind.PROVIDER_MALFORMED),
        (b"{}", FailureKind.PROVIDER_MALFORMED),
        (b'{"error": {"code": 500, "status": "INTERNAL"}}', FailureKind.PROVIDER_OUTAGE),
        (b'{"candidates": [{"content"', FailureKind.PROVIDER_TRUNCATED),
    ],
)
def test_a_200_that_is_no_response_is_a_failure(gemini, body, kind):
    assert gemini.read_reply(UpstreamReply(status=200, headers={}, body=body)).kind == kind


def test_only_generating_calls_match(gemini):
    assert not gemini.matches("/v1beta/models/m:countTokens")
    assert not gemini.matches("/v2/models/m:generateContent")
