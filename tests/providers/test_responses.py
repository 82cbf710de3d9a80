"""OpenAI's responses: what is asked, and what a stream of them says."""

import json

import pytest

from leadline.providers import ClientRequest, UnreadableRequest
from leadline.vocabulary import (
    Answer,
    FailureKind,
    FinishReason,
    UpstreamFailure,
    UpstreamReply,
    WireProtocol,
)

ERROR = {"code": "rate_limit_exceeded", "message": "Slow down.", "param": None}


@pytest.fixture(scope="module")
def responses(build):
    return build("openai", WireProtocol.OPENAI_RESPONSES)


def _request(**body: object) -> ClientRequest:
    raw = json.dumps({"model": "gpt", **body}).encode()
    return ClientRequest(method="POST", path="/v1/responses", query="", headers={}, body=raw)


def _event(kind: str, **members: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + json.dumps({"type": kind, **members}).encode() + b"\n\n"


CREATED = _event("response.created", response={"id": "r", "status": "in_progress", "output": []})
WORD = _event("response.output_text.delta", delta="Paris")


def _ended(status: str, **members: object) -> bytes:
    return _event(f"response.{status}", response={"id": "r", "status": status, "output": [], **members})


def test_the_words_of_a_request_are_read(responses):
    question = responses.read_question(
        _request(
            instructions="Be brief.",
            input=[
                {"role": "user", "content": "First"},
                {"type": "function_call", "name": "look", "arguments": "{}", "call_id": "c"},
                {"type": "function_call_output", "call_id": "c", "output": "42"},
                {"role": "user", "content": [{"type": "input_text", "text": "Capital?"}]},
            ],
            text={"format": {"type": "json_schema", "name": "n", "schema": {"type": "object"}}},
            max_output_tokens=9,
            stream=True,
        )
    )

    assert question.prompt == "Capital?"
    assert question.context == "Be brief.\nFirst\nlook({})\n42"
    assert question.system == "Be brief."
    assert question.schema_json == b'{"type": "object"}'
    assert (question.output_limit, question.streaming, question.countable) == (9, True, True)


@pytest.mark.parametrize(
    ("asked", "bound_to"),
    [
        ({"previous_response_id": "resp_1"}, "resp_1"),
        ({"conversation": "conv_1"}, "conv_1"),
        ({"conversation": {"id": "conv_1"}}, "conv_1"),
        ({}, ""),
    ],
)
def test_a_request_that_goes_on_says_from_what(responses, asked, bound_to):
    question = responses.read_question(_request(input="Hi", **asked))

    assert question.bound_to == bound_to
    assert question.countable is not bool(bound_to)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"model": "", "input": "x"}', b'{"input": "x"}'])
def test_what_is_no_request_is_unreadable(responses, body):
    with pytest.raises(UnreadableRequest, match="not a responses request"):
        responses.read_question(
            ClientRequest(method="POST", path="/v1/responses", query="", headers={}, body=body)
        )


@pytest.mark.parametrize(
    ("end", "finish"),
    [
        (_ended("completed"), FinishReason.STOP),
        (_ended("incomplete", incomplete_details={"reason": "max_output_tokens"}), FinishReason.LENGTH),
        (_ended("incomplete", incomplete_details={"reason": "content_filter"}), FinishReason.FILTERED),
    ],
)
def test_a_stream_ends_in_our_words(responses, read_stream, end, finish):
    outcome, relayed = read_stream(responses, [CREATED + WORD + end])

    assert isinstance(outcome, Answer)
    assert (outcome.finish_reason, outcome.complete, outcome.text) == (finish, True, "Paris")
    assert relayed == CREATED + WORD + end


def test_a_refusal_is_a_refusal(responses, read_stream):
    said = _event("response.refusal.delta", delta="I cannot.")

    outcome, _ = read_stream(responses, [CREATED + said + _ended("completed")])

    assert outcome.refused
    assert outcome.finish_reason is FinishReason.REFUSAL


def test_a_stream_has_not_begun_while_another_target_could_still_answer(responses):
    reader = responses.stream_reader(None)
    reader.feed(CREATED)
    assert not reader.started

    reader.feed(WORD)
    assert reader.started


@pytest.mark.parametrize("event", [_event("error", **ERROR), _event("error", error=ERROR)])
def test_an_error_reaches_the_client_in_the_form_on_which_its_sdk_raises(responses, read_stream, event):
    outcome, relayed = read_stream(responses, [CREATED + WORD, event])

    assert isinstance(outcome, UpstreamFailure)
    assert outcome.kind is FailureKind.PROVIDER_THROTTLED
    said = json.loads(relayed.rpartition(b"data: ")[2])
    assert said["type"] == "error"
    assert said["error"]["message"] == "Slow down."


def test_a_failed_response_is_a_failure_of_its_own_code(responses, read_stream):
    failed = _ended("failed", error={"code": "server_error", "message": "x"})

    outcome, relayed = read_stream(responses, [CREATED + WORD + failed])

    assert outcome.kind is FailureKind.PROVIDER_OUTAGE
    assert relayed.endswith(failed)


def test_a_response_in_the_background_is_no_truncation(responses):
    body = json.dumps({"id": "r", "status": "queued", "output": [], "model": "gpt"}).encode()

    answer = responses.read_reply(UpstreamReply(status=200, headers={}, body=body))

    assert (answer.complete, answer.finish_reason, answer.finish_raw) == (True, None, "queued")
