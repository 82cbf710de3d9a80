"""How much of an answer is made of the words of what it was given."""

from leadline.checks.inline._names import words
from leadline.vocabulary import Question

MEANINGFUL_WORD = 4
FEW_WORDS, _STEM = 8, 5
_MADE_OF = 0.5
"""Of recorded chats and answers in a role, those that only follow their system prompt stay below."""


def overlap(said: set[str], told: set[str]) -> float:
    """0..1: the share of the answer's meaningful words that the source holds; 1 when it has none."""
    meaningful = _meaningful(said)
    if not meaningful:
        return 1.0
    shared = len(told.intersection(meaningful))
    if len(meaningful) <= FEW_WORDS and shared < len(meaningful):
        stems = {word[:_STEM].rstrip("s") for word in told}
        shared = sum(word[:_STEM].rstrip("s") in stems for word in meaningful)
    return shared / len(meaningful)


def leans_on_instructions(question: Question, said: set[str], cap_chars: int) -> bool:
    """Whether the system prompt is what the answer was made from: documents are often put there. Words of
    the question itself say nothing of that.
    """
    if not question.system:
        return False
    own = said - words(question.prompt[:cap_chars])
    return bool(_meaningful(own)) and overlap(own, words(question.system[:cap_chars])) >= _MADE_OF


def _meaningful(said: set[str]) -> list[str]:
    return [word for word in said if len(word) >= MEANINGFUL_WORD or (word.isdigit() and len(word) > 2)]
