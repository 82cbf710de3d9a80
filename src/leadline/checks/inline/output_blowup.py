"""An answer is not far longer than the answers of its template."""

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import FailureKind, FinishReason, Signal, Verdict

_CHECK = "output_blowup"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)


class OutputBlowup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `cost.output_blowup` when an answer is billed more output tokens than the 99th percentile of its
    template. `score` is billed output / that limit.

    Until 200 answers of the template are known the limit is the caller's own output limit. No provider
    writes past it, so what counts then is an answer that ran into it: cut by `length`, with at least
    `least_tokens`. Without either limit the check is not applicable.

    One answer in a hundred is above a 99th percentile by definition, so a known limit is exceeded only by a
    factor of `margin`: the rule on the rate (20 % of responses) does the rest.

    Blind spots: a template whose answers were always too long; short answers that are far too long for
    their purpose but below `least_tokens`.

    Attributes:
        margin: how many times the learnt percentile is still normal.
        least_tokens: answers below this never count; a cap of 1 token asked for on purpose is no blow-up.
    """

    margin: AboveZero = 1.0
    least_tokens: AtLeastZero = 256

    def inspect(self, exam: Examination) -> Signal:
        usage, answer = exam.answer.usage, exam.answer
        p99, limit = exam.learnt.output_p99, exam.question.output_limit
        if usage is None or not (p99 or limit):
            return _NOT_APPLICABLE
        if p99:
            score = usage.output_tokens / (p99 * self.margin)
            blown, against = score > 1, f"the template's p99 is {p99:.0f}"
        else:
            score = usage.output_tokens / (limit or 1)
            blown, against = answer.finish_reason is FinishReason.LENGTH, f"the limit is {limit}"
        if not blown or usage.output_tokens < self.least_tokens:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.COST_OUTPUT_BLOWUP,
            score=score,
            evidence=f"{usage.output_tokens} output tokens, {against} (x{score:.2f})",
        )


PLUG: type[InlineCheck] = OutputBlowup
