"""An answer that was billed says something."""

import msgspec

from leadline.checks.bounds import AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import Answer, FailureKind, FinishReason, Signal, Verdict

_CHECK = "empty_answer"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_PASSED = Signal(check=_CHECK, verdict=Verdict.PASS)
_SAYS_SO_ITSELF = frozenset(
    {FinishReason.FILTERED, FinishReason.REFUSAL, FinishReason.MALFORMED, FinishReason.PAUSED}
)


class EmptyAnswer(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `quality.empty` when output tokens were billed for an answer without text and tool call: a model
    that thought until its limit, or one that ended its turn at once. `score` is the tokens billed.

    Applies to complete answers; a refusal, a filter and a call that the provider itself calls malformed have
    kinds of their own. An answer that brought something else than text, such as an image, is not empty.

    Blind spots: an answer of white space and punctuation; an empty answer for which nothing was billed.

    Attributes:
        least_tokens: billed output below this never counts.
    """

    least_tokens: AtLeastZero = 1

    def inspect(self, exam: Examination) -> Signal:
        answer, usage = exam.answer, exam.answer.usage
        if usage is None or not answer.complete or answer.block_reason is not None:
            return _NOT_APPLICABLE
        if answer.refused or answer.finish_reason in _SAYS_SO_ITSELF:
            return _NOT_APPLICABLE
        if _says_something(answer) or usage.output_tokens < self.least_tokens:
            return _PASSED
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.QUALITY_EMPTY,
            score=float(usage.output_tokens),
            evidence=f"nothing was said, and {usage.output_tokens} output tokens were billed, "
            f"{usage.reasoning_tokens} of them for reasoning; it ended with {answer.finish_raw}",
        )


def _says_something(answer: Answer) -> bool:
    """Of several choices only the first one's text is kept, but all are counted."""
    spoken = bool(answer.text.strip()) or answer.text_chars > len(answer.text)
    return spoken or bool(answer.tool_calls) or answer.more_than_text


PLUG: type[InlineCheck] = EmptyAnswer
