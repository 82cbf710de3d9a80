"""Sentences that an answer has from its source word for word."""

from leadline.checks.inline._figures import Figure

_ENDS = (". ", "! ", "? ", "\n")
_SHORTEST = 40
"""Characters: a shorter one may say something else where it stands now."""


def stands_there(answer: str, figure: Figure, source: str) -> bool:
    """Whether the sentence of this figure is the source's own, so that nothing in it is exchanged."""
    begin = max(at + len(end) if (at := answer.rfind(end, 0, figure.start)) >= 0 else 0 for end in _ENDS)
    ends = [at for end in _ENDS if (at := answer.find(end, figure.end)) >= 0]
    sentence = answer[begin : min(ends, default=len(answer))].strip()
    return len(sentence) >= _SHORTEST and sentence in source
