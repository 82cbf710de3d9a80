"""Answers with status 200 that are refusals."""

import pytest
from training.fresh import refusals

from leadline.checks.inline.refusal import Refusal
from leadline.vocabulary import FailureKind, FinishReason, Verdict


@pytest.mark.parametrize(
    "facts",
    [
        {"refused": True},
        {"finish_reason": FinishReason.REFUSAL, "finish_raw": "refusal"},
        {"finish_reason": FinishReason.FILTERED, "finish_raw": "content_filter"},
        {"finish_reason": None, "block_reason": "SAFETY"},
    ],
)
def test_a_refusal_with_status_200_is_recognised(answered, facts):
    signal = Refusal().inspect(answered("", **facts))

    assert signal.kind is FailureKind.QUALITY_REFUSAL
    assert not signal.mitigated


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"finish_reason": None, "block_reason": "JAILBREAK"}, FailureKind.SECURITY_JAILBREAK),
        ({"finish_reason": FinishReason.FILTERED, "finish_raw": "SPII"}, FailureKind.SECURITY_PII_LEAK),
        (
            {"finish_reason": FinishReason.FILTERED, "finish_raw": "RECITATION"},
            FailureKind.SECURITY_DATA_EXTRACTION,
        ),
    ],
)
def test_what_a_provider_stopped_for_security_is_a_mitigated_security_finding(answered, facts, kind):
    signal = Refusal().inspect(answered("", **facts))

    assert signal.kind is kind
    assert signal.mitigated


@pytest.mark.parametrize("finish", [FinishReason.STOP, FinishReason.LENGTH, FinishReason.TOOL_CALLS, None])
def test_any_other_end_is_no_refusal(answered, finish):
    assert Refusal().inspect(answered("Paris", finish_reason=finish)).verdict is Verdict.PASS


@pytest.mark.parametrize("split", ["dev", "test"])
def test_answers_that_decline_are_told_from_those_that_sound_like_it_in_ten_languages(answered, split):
    wrong = [
        row.answer
        for row in refusals.rows()
        if row.split == split
        and (Refusal().inspect(answered(row.answer)).verdict is Verdict.FAIL) is not bool(row.label)
    ]

    assert wrong == []


def test_a_refusal_with_a_friendly_offer_is_one_all_the_same(answered):
    offer = "However, here is what I can do instead: " + "I can explain the law, or the history of it. " * 5

    signal = Refusal().inspect(answered("I'm sorry, but I can't help with that. " + offer))

    assert signal.kind is FailureKind.QUALITY_REFUSAL
