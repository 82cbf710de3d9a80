"""Checks cheap enough for the hot path: pure, linear, no model, no I/O, all of them together under 50 ms.

To add one, copy `json_schema.py`: fields are settings, the docstring is its reference page, PLUG is last.
"""

from typing import Protocol, runtime_checkable

import msgspec

from leadline.vocabulary import Answer, ProviderIdentifier, Question, Signal

NOT_AVAILABLE = "not available"
"""How the evidence of a skip begins when a check's model is not installed: that is counted as blindness."""


class Learnt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the watch has learnt and the overlay brings. None = not known yet.

    `token_ratio` is billed / counted input tokens of this provider and model. `output_p99` is the 99th
    percentile of this template's output tokens, known after 200 answers. `centroid` is the mean embedding of
    this template's answers (float16), known after 20 of them, and `least_similarity` the cosine with it that
    its answers keep.
    """

    token_ratio: float | None = None
    output_p99: float | None = None
    centroid: bytes | None = None
    least_similarity: float | None = None


class Examination(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a check may look at. `counted_input_tokens` is our own count of the question."""

    question: Question
    answer: Answer
    target: ProviderIdentifier
    provider_type: str
    counted_input_tokens: int | None = None
    learnt: Learnt = Learnt()


class InlineCheck(Protocol):
    def inspect(self, exam: Examination) -> Signal:
        """One signal, whatever the answer looks like. Never raises on any text."""


@runtime_checkable
class Warmed(Protocol):
    """A check with a model: `warm` loads it when a plan comes into use, before a request needs it."""

    def warm(self) -> None: ...
