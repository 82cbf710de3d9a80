"""Rungs of the fallback ladder, one file each: what stands in when no target gives a usable answer.

To add one, copy `template.py`. Its file name is its `type` and what `x-leadline-fallback-rung` says.
"""

from typing import Protocol

from leadline.vocabulary import Question


class Rung(Protocol):
    """Its fields are its settings."""

    @property
    def alias(self) -> str:
        """The alias whose targets are asked next; empty = this rung answers by itself."""

    def answer(self, question: Question) -> str | None:
        """What the client is told in place of the model; None = it has nothing fitting to say."""


def wants_json(question: Question) -> bool:
    """Whether a program reads the answer, so that a sentence would break it."""
    return question.json_mode or question.schema_json is not None
