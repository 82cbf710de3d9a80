"""The provider bills the input tokens that we counted, give or take what a tokenizer explains."""

import msgspec

from leadline.checks.bounds import AboveZero, AtLeastZero
from leadline.checks.inline import Examination, InlineCheck
from leadline.vocabulary import FailureKind, Question, Signal, Verdict

_CHECK = "token_mismatch"
_NOT_APPLICABLE = Signal(check=_CHECK, verdict=Verdict.NOT_APPLICABLE)
_CHARS_PER_TOKEN_OF_JSON = 3
_OWN_PROMPT_OF_TOOLS = 150


class TokenMismatch(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Flags `cost.token_mismatch` when the billed input differs from our own count by more than 15 % either
    way: text that somebody put into the prompt behind our back, a tokenizer that changed silently, or
    billing that is wrong. `score` is billed / expected, 1.0 = as expected.

    Expected = our count x the ratio learnt for this provider and model; for OpenAI the ratio is 1.0 from
    the start, for others the check is not applicable until a ratio is known. It is learnt for each script
    apart (ASCII, Latin with accents, other letters, wide characters), as tokenizers differ most there; until
    a script is known the ratio of all stands in. On traffic in eleven languages, with another tokenizer as a
    stand-in for the provider's, our count is off by 3.7 % (median) and by more than 15 % for .4 % of the
    requests; with one ratio for all it was 9.7 % and 27 %.

    A gap of at most `slack_tokens` never counts, because on short prompts fixed framing is more than 15 %:
    a "Hi" is billed 8 tokens by one model and 27 by another. A request with tools or a schema gets more
    slack, for a third of their JSON's characters and 150 tokens for tools: recorded traffic bills tools at
    0.4 to 2.3 times their JSON, most for models that carry a prompt of their own about tool use.

    Blind spots: up to `slack_tokens` of hidden text; requests with images, files or built-in tools (not
    countable); more hidden text when the request has many tools.

    Attributes:
        tolerance: share of the expected count.
        slack_tokens: the absolute gap below which nothing is flagged.
    """

    tolerance: AboveZero = 0.15
    slack_tokens: AtLeastZero = 25

    def inspect(self, exam: Examination) -> Signal:
        usage, counted = exam.answer.usage, exam.counted_input_tokens
        ratio = exam.learnt.token_ratio
        if ratio is None and exam.provider_type == "openai":
            ratio = 1.0
        if ratio is None or not counted or usage is None or not usage.input_tokens or ratio <= 0:
            return _NOT_APPLICABLE
        expected = counted * ratio
        gap = abs(usage.input_tokens - expected)
        score = usage.input_tokens / expected
        if gap <= max(self.tolerance * expected, self.slack_tokens + _doubt(exam.question)):
            return Signal(check=_CHECK, verdict=Verdict.PASS, score=score)
        return Signal(
            check=_CHECK,
            verdict=Verdict.FAIL,
            kind=FailureKind.COST_TOKEN_MISMATCH,
            score=score,
            evidence=f"billed {usage.input_tokens} input tokens, expected {expected:.0f} (x{score:.2f})",
        )


def _doubt(question: Question) -> float:
    """Tokens by which our count of tools and schema may be wrong."""
    rendered = len(question.tools_json) + len(question.schema_json or b"")
    return rendered / _CHARS_PER_TOKEN_OF_JSON + (_OWN_PROMPT_OF_TOOLS if question.tools_json else 0)


PLUG: type[InlineCheck] = TokenMismatch
