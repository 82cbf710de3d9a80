"""What was billed against what was counted and what is usual."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadline.checks.inline.output_blowup import OutputBlowup
from leadline.checks.inline.token_mismatch import TokenMismatch
from leadline.vocabulary import FailureKind, FinishReason, TokenUsage, Verdict

counts = st.integers(min_value=0, max_value=2_000_000)


@pytest.fixture(scope="module")
def mismatch(answered):
    def mismatch(billed, counted, *, settings=None, **exam):
        usage = None if billed is None else TokenUsage(input_tokens=billed)
        return TokenMismatch(**(settings or {})).inspect(answered(counted=counted, usage=usage, **exam))

    return mismatch


@pytest.fixture(scope="module")
def blowup(answered):
    def blowup(output_tokens, *, limit=None, **exam):
        usage = TokenUsage(output_tokens=output_tokens)
        return OutputBlowup().inspect(answered(usage=usage, question={"output_limit": limit}, **exam))

    return blowup


@pytest.mark.parametrize(("billed", "counted"), [(1000, 1000), (1149, 1000), (851, 1000), (30, 8), (8, 30)])
def test_a_bill_near_our_count_passes(mismatch, billed, counted):
    signal = mismatch(billed, counted)

    assert signal.verdict is Verdict.PASS
    assert signal.score == pytest.approx(billed / counted)


@pytest.mark.parametrize(("billed", "counted"), [(1151, 1000), (849, 1000), (5000, 1000), (60, 20)])
def test_a_bill_far_from_our_count_either_way_is_a_mismatch(mismatch, billed, counted):
    signal = mismatch(billed, counted)

    assert signal.verdict is Verdict.FAIL
    assert signal.kind is FailureKind.COST_TOKEN_MISMATCH
    assert signal.score == pytest.approx(billed / counted)
    assert f"billed {billed}" in signal.evidence


def test_other_houses_wait_for_their_learnt_ratio(mismatch):
    assert mismatch(5000, 1000, provider_type="anthropic").verdict is Verdict.NOT_APPLICABLE
    learnt = {"token_ratio": 1.2}
    assert mismatch(1200, 1000, provider_type="anthropic", learnt=learnt).score == pytest.approx(1.0)
    assert mismatch(5000, 1000, provider_type="anthropic", learnt=learnt).verdict is Verdict.FAIL


@pytest.mark.parametrize(("billed", "counted"), [(None, 1000), (1000, None), (0, 1000), (1000, 0)])
def test_nothing_to_compare_is_not_applicable(mismatch, billed, counted):
    assert mismatch(billed, counted).verdict is Verdict.NOT_APPLICABLE


def test_tools_make_our_count_doubtful_but_not_blind(mismatch):
    tools = {"tools_json": b"x" * 300}

    assert mismatch(450, 200, question=tools).verdict is Verdict.PASS
    assert mismatch(1450, 200, question=tools).verdict is Verdict.FAIL


def test_the_slack_is_a_setting(mismatch):
    assert mismatch(60, 20, settings={"slack_tokens": 50}).verdict is Verdict.PASS


@given(billed=counts, counted=counts, ratio=st.none() | st.floats(allow_nan=False))
def test_any_figures_give_one_signal(mismatch, billed, counted, ratio):
    assert mismatch(billed, counted, learnt={"token_ratio": ratio}).check == "token_mismatch"


def test_an_answer_above_the_learnt_percentile_is_a_blow_up(blowup):
    learnt = {"output_p99": 400.0}

    assert blowup(400, learnt=learnt).verdict is Verdict.PASS
    signal = blowup(2000, learnt=learnt)
    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.COST_OUTPUT_BLOWUP)
    assert signal.score == pytest.approx(5.0)


def test_until_then_an_answer_that_ran_into_its_limit_is_a_blow_up(blowup):
    assert blowup(512, limit=512, finish_reason=FinishReason.LENGTH).verdict is Verdict.FAIL
    assert blowup(511, limit=512, finish_reason=FinishReason.STOP).verdict is Verdict.PASS


def test_a_small_limit_asked_for_on_purpose_is_no_blow_up(blowup):
    assert blowup(1, limit=1, finish_reason=FinishReason.LENGTH).verdict is Verdict.PASS
    assert blowup(20, learnt={"output_p99": 5.0}).verdict is Verdict.PASS


def test_without_any_limit_it_does_not_apply(blowup):
    assert blowup(100_000).verdict is Verdict.NOT_APPLICABLE


def test_the_learnt_percentile_wins_over_the_limit(blowup):
    learnt = {"output_p99": 4000.0}

    assert blowup(512, limit=512, learnt=learnt, finish_reason=FinishReason.LENGTH).verdict is Verdict.PASS
