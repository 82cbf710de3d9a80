"""What examples teach about a topic: how near a text must come to them."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadline.checks.guards._sentences import sentences
from leadline.measures.embeddings import embed

Vectors = NDArray[np.float32]

_WHOLE = 300
_STEEPNESS = 20.0
_LEAST_THRESHOLD, _MOST_THRESHOLD = 0.15, 0.8
_NEIGHBOURS = 3
"""Of the examples: a text that is near to one alone shares a word with it more often than the topic."""
_INSIDE = 0.3
"""Quantile of the examples that has to lie inside, so that one odd example does not widen the topic."""
_PLAIN = (
    "Write a short poem about autumn.",
    "How do I sort a list in Python?",
    "What is the capital of Portugal?",
    "Summarise the attached report in three sentences.",
    "The meeting was moved to Thursday at ten.",
    "Translate this sentence into Spanish, please.",
    "Which exercises help against back pain?",
    "Our train leaves from platform four.",
    "Explain how photosynthesis works.",
    "Give me a recipe for lentil soup.",
    "The invoice for March has been paid.",
    "Who wrote this novel, and when?",
    "Compare these two laptops for me.",
    "My printer does not connect to the network.",
    "Thank you, that was helpful.",
    "Draft an e-mail that declines an invitation.",
)
"""Sentences of many kinds, against which any topic has to stand out."""


class Learnt(msgspec.Struct, frozen=True):
    examples: Vectors
    threshold: float

    def scores(self, vectors: Vectors) -> Sequence[float]:
        """0..1 for each row, one half at the threshold."""
        near = _near(vectors @ self.examples.T)
        return [float(one) for one in 1 / (1 + np.exp(-_STEEPNESS * (near - self.threshold)))]


def learn(examples: Vectors, counter_examples: Vectors) -> Learnt:
    """The threshold lies halfway between the examples, each left out and compared with the others, and the
    nearest sentence that is not of the topic.
    """
    alike = examples @ examples.T
    others = alike[~np.eye(len(examples), dtype=bool)].reshape(len(examples), -1)
    inside = float(np.quantile(_near(others), _INSIDE))
    apart = [embed(_PLAIN), *([counter_examples] if len(counter_examples) else [])]
    outside = max(float(_near(rows @ examples.T).max()) for rows in apart)
    halfway = (inside + outside) / 2
    return Learnt(examples, min(_MOST_THRESHOLD, max(_LEAST_THRESHOLD, halfway)))


def _near(likeness: Vectors) -> Vectors:
    """For each row the mean of the greatest."""
    return np.asarray(np.sort(likeness, axis=1)[:, -_NEIGHBOURS:].mean(axis=1), np.float32)


def passages(text: str) -> Iterator[tuple[str, int, int]]:
    """(passage, start, end): a short text whole, the sentences of a longer one."""
    if len(text) <= _WHOLE:
        if text.strip():
            yield text, 0, len(text)
        return
    yield from sentences(text)
