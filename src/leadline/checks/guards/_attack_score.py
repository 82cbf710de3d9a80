"""How surely a text takes command of a model: learnt runs of words, and phrases that are proof enough."""

import math
from collections.abc import Iterator

from leadline.checks.guards._attack_patterns import PATTERNS, Pattern
from leadline.checks.guards._linear import Classifier
from leadline.checks.guards._readings import readings

PATTERN_VALUE = 0.5
"""What a phrase counts as an input of the classifier, where a text's runs together have length one."""
PROOF = 0.99
_WINDOW, _STRIDE = 4096, 2048
"""Characters: an attack among pages of harmless text is judged by its own page."""
_FOR_EACH_DOUBLING = 0.6
"""Margin: of many pages one looks odd by chance."""


def inputs(text: str) -> dict[int, float]:
    """The phrases that stand in the text, as inputs of the classifier: number of the pattern to value."""
    folded = text.lower()
    return {at: PATTERN_VALUE for at, row in enumerate(PATTERNS) if row.search(text, folded)}


def judged(text: str, classifier: Classifier) -> tuple[float, Pattern | None]:
    """The highest score of any reading of any page, 0..1, and the phrase that says most, if one does."""
    best, said = 0.0, None
    for reading in readings(text):
        judged_apart = list(pages(reading))
        allowance = _FOR_EACH_DOUBLING * math.log2(len(judged_apart))
        for page in judged_apart:
            phrases = inputs(page)
            known = [PATTERNS[at] for at in phrases]
            proof = next((row for row in known if row.alone), None)
            learnt = classifier.score(classifier.margin(page, phrases) - allowance)
            score = max(learnt, PROOF) if proof else learnt
            if score > best:
                best, said = score, proof or (known[0] if known else None)
    return best, said


def pages(text: str) -> Iterator[str]:
    """The text, or overlapping pieces of it when it is long; every word stands whole in one of them."""
    if len(text) <= _WINDOW:
        yield text
        return
    for start in range(0, len(text) - _STRIDE, _STRIDE):
        yield text[start : start + _WINDOW]
