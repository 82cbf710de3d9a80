"""An answer that says it ended by itself did not end exactly where the caller's limit is."""

import msgspec

from leadline.checks.bounds import AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import FailureKind, FinishReason, Signal, Verdict

_CHECK = "stopped_at_limit"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)


class StoppedAtLimit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `provider.truncated` when an answer has exactly as many output tokens as the caller allowed, or
    more, and yet claims to have ended by itself: hosts that report `stop` for `length` make a cut answer look
    whole. `score` is output tokens / limit.

    Not applicable without usage or limit, and to tool calls, whose arguments show themselves whether they
    are whole.

    Blind spots: an answer that happens to end at its limit is flagged, one in as many as the limit has
    tokens; so limits under `least_limit` do not count.

    Attributes:
        least_limit: limits below this are asked for on purpose, as by a classifier that answers in one token.
    """

    least_limit: AtLeastZero = 16

    def inspect(self, exam: Examination) -> Signal:
        answer, limit = exam.answer, exam.question.output_limit
        usage = answer.usage
        if usage is None or not limit or limit < self.least_limit or not answer.complete:
            return _NOT_APPLICABLE
        if answer.finish_reason is not FinishReason.STOP:
            return _NOT_APPLICABLE
        score = usage.output_tokens / limit
        if usage.output_tokens < limit:
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.PROVIDER_TRUNCATED,
            score=score,
            evidence=f"{usage.output_tokens} output tokens, the limit is {limit}, and it ended with "
            f"{answer.finish_raw}",
        )


PLUG: type[InlineCheck] = StoppedAtLimit
