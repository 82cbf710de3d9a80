"""An answer whose own words the model found improbable is told."""

import math

import msgspec

from leadline.checks.bounds import Share
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import FailureKind, Signal, Verdict

_CHECK = "confidence"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)


class Confidence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.hallucination` when the model gave the tokens that it chose a low probability. `score`
    is their geometric mean: `exp` of the mean of the log probabilities, 1 = sure of every word.

    Applies where the provider tells log probabilities: `logprobs: true` in OpenAI's format, `include:
    ["message.output_text.logprobs"]` in responses, `responseLogprobs` in Gemini's. Anthropic tells none.

    Blind spots: a model can be sure and wrong, and unsure about style; probabilities of different models do
    not compare; text that is long-winded or in a rare language scores lower. Not measured on labelled
    answers, of which none carry probabilities: watch the score of your own traffic before you lower or raise
    `least`.

    Cost: a comparison.

    Attributes:
        least: the geometric mean below which the answer is flagged.
    """

    least: Share = 0.5

    def inspect(self, exam: Examination) -> Signal:
        mean = exam.answer.mean_logprob
        if mean is None:
            return _NOT_APPLICABLE
        sure = math.exp(mean)
        if sure >= self.least:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=sure)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_HALLUCINATION,
            score=sure,
            evidence=f"the chosen tokens have a mean probability of {sure:.2f}, below {self.least:g}",
        )


PLUG: type[InlineCheck] = Confidence
