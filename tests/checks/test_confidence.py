"""An answer whose own words the model found improbable is told."""

import math

import pytest
from msgspec.structs import replace

from leadline.checks.inline.confidence import Confidence
from leadline.vocabulary import FailureKind, Verdict


def sure(answered, probability):
    exam = answered("So it is.")
    return replace(exam, answer=replace(exam.answer, mean_logprob=math.log(probability)))


def test_improbable_words_are_told(answered):
    signal = Confidence().inspect(sure(answered, 0.3))
    assert (signal.verdict, signal.kind) == (Verdict.FAIL, FailureKind.QUALITY_HALLUCINATION)
    assert signal.score == pytest.approx(0.3)
    assert Confidence(least=0.2).inspect(sure(answered, 0.3)).verdict is Verdict.PASS
    assert Confidence().inspect(sure(answered, 0.9)).verdict is Verdict.PASS


def test_without_probabilities_nothing_is_judged(answered):
    assert Confidence().inspect(answered("So it is.")).verdict is Verdict.NOT_APPLICABLE
