"""The sentences, lines and table cells of a document, each judged by itself."""

import math
import re
from collections.abc import Iterator

_PIECE = re.compile(r"[^\n|]+?(?:[.!?](?=\s)|(?=[\n|])|\Z)|```[^`]{0,2000}```")
_LEAST_LETTERS, _LEAST_IN_A_CELL = 12, 28
"""A cell of a table that is shorter is a title or a name."""
_TELLING_WORD = 4
_LONGEST = 600
_OPENING = "sentenceopens"
_FOR_EACH_DOUBLING = 0.12
"""Margin: of many sentences one looks odd by chance."""


def sentences(document: str) -> Iterator[tuple[str, int, int]]:
    """(sentence, start, end) of each piece with enough letters to say something; a long one is cut off."""
    for match in _PIECE.finditer(document):
        piece = match.group()[:_LONGEST]
        in_a_cell = document.startswith("|", match.end())
        least = _LEAST_IN_A_CELL if in_a_cell else _LEAST_LETTERS
        if sum(map(str.isalpha, piece)) >= least and not (in_a_cell and _is_a_title(piece)):
            yield piece, match.start(), match.start() + len(piece)


def _is_a_title(cell: str) -> bool:
    words = [word for word in cell.split() if len(word) >= _TELLING_WORD]
    return sum(not word[0].islower() for word in words) > len(words) / 2


def marked(sentence: str) -> str:
    """With a word before it, so that runs of words tell how a sentence begins."""
    return f"{_OPENING} {sentence}"


def corrected(margin: float, sentences_seen: int) -> float:
    """The highest margin of so many sentences, made comparable."""
    return margin - _FOR_EACH_DOUBLING * math.log2(max(1, sentences_seen))
