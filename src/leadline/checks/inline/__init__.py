"""Checks cheap enough for the hot path: pure, linear, no model, no I/O, all of them together under 50 ms.

To add one, copy `json_schema.py`: fields are settings, the docstring is its reference page, PLUG is last.
"""

from typing import Protocol

import msgspec

from leadline.vocabulary import Answer, ProviderIdentifier, Question, Signal


class Learnt(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What the watch has learnt and the overlay brings. None = not known yet.

    `token_ratio` is billed / counted input tokens of this provider and model. `output_p99` is the 99th
    percentile of this template's output tokens, known after 200 answers.
    """

    token_ratio: float | None = None
    output_p99: float | None = None


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
