"""Answers that end well by their own word: the empty ones, and those cut at the limit."""

import pytest

from leadline.checks.inline.empty_answer import EmptyAnswer
from leadline.checks.inline.stopped_at_limit import StoppedAtLimit
from leadline.vocabulary import FailureKind, FinishReason, TokenUsage, ToolCall, Verdict

BILLED = TokenUsage(output_tokens=64, reasoning_tokens=64)


@pytest.mark.parametrize("finish", [FinishReason.STOP, FinishReason.LENGTH, FinishReason.OTHER])
def test_nothing_said_but_tokens_billed_is_empty(answered, finish):
    signal = EmptyAnswer().inspect(answered(" \n", usage=BILLED, finish_reason=finish))

    assert signal.kind is FailureKind.QUALITY_EMPTY
    assert signal.score == 64


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("Paris", {}),
        ("", {"tool_calls": (ToolCall("look", "{}"),)}),
        ("", {"more_than_text": True}),
        ("", {"text_chars": 5}),
        ("", {"usage": TokenUsage(input_tokens=9)}),
    ],
)
def test_text_a_call_an_image_or_no_bill_is_not_empty(answered, text, facts):
    signal = EmptyAnswer().inspect(answered(text, **{"usage": BILLED, **facts}))

    assert signal.verdict is Verdict.PASS


@pytest.mark.parametrize(
    "facts",
    [
        {"usage": None},
        {"complete": False},
        {"refused": True},
        {"block_reason": "SAFETY"},
        {"finish_reason": FinishReason.FILTERED},
        {"finish_reason": FinishReason.MALFORMED},
        {"finish_reason": FinishReason.PAUSED},
    ],
)
def test_what_has_a_name_of_its_own_is_not_called_empty(answered, facts):
    signal = EmptyAnswer().inspect(answered("", **{"usage": BILLED, **facts}))

    assert signal.verdict is Verdict.NOT_APPLICABLE


def _stopped(answered, output_tokens, limit, **facts):
    usage = TokenUsage(output_tokens=output_tokens)
    question = {"output_limit": limit}
    return StoppedAtLimit().inspect(answered("Par", usage=usage, question=question, **facts))


@pytest.mark.parametrize("tokens", [64, 65])
def test_an_answer_that_stops_exactly_at_the_limit_was_cut_there(answered, tokens):
    signal = _stopped(answered, tokens, 64)

    assert signal.kind is FailureKind.PROVIDER_TRUNCATED
    assert signal.score == tokens / 64


def test_an_answer_below_the_limit_ended_by_itself(answered):
    assert _stopped(answered, 63, 64).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("limit", "facts"),
    [
        (None, {}),
        (1, {}),
        (64, {"finish_reason": FinishReason.LENGTH}),
        (64, {"finish_reason": FinishReason.TOOL_CALLS}),
        (64, {"complete": False}),
    ],
)
def test_a_declared_limit_a_tiny_one_or_none_is_not_its_business(answered, limit, facts):
    assert _stopped(answered, 64, limit, **facts).verdict is Verdict.NOT_APPLICABLE
