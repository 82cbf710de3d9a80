"""The sentences, lines and table cells of a document, each judged by itself."""

import math
import re
from collections.abc import Iterator

_PIECE = re.compile(r"```[^`]{0,2000}```|[^\n|]+?(?:[.!?](?=\s)|[\u3002\uff01\uff1f]|(?=[\n|])|\Z)")
_LEAST_LETTERS, _LEAST_IN_A_CELL = 9, 28
"""A cell of a table that is shorter is a title or a name."""
_WRITTEN_DENSELY, _AS_MANY_LETTERS = "\u2e80", 3
"""From here on a sign is a syllable or a word."""
_TELLING_WORD = 4
_LONGEST = 400
_OPENING = "sentenceopens"
_FOR_EACH_DOUBLING = 0.12
"""Margin: of many sentences one looks odd by chance."""


def sentences(document: str) -> Iterator[tuple[str, int, int]]:
    """(sentence, start, end) of each piece with enough letters to say something; long ones come in parts."""
    for match in _PIECE.finditer(document):
        in_a_cell = document.startswith("|", match.end())
        least = _LEAST_IN_A_CELL if in_a_cell else _LEAST_LETTERS
        for start, end in _parts(document, *match.span()):
            piece = document[start:end]
            if _letters(piece) >= least and not (in_a_cell and _is_a_title(piece)):
                yield piece, start, end


def _parts(document: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > _LONGEST:
        blank = document.rfind(" ", start + _LONGEST // 2, start + _LONGEST)
        cut = blank if blank > 0 else start + _LONGEST
        yield start, cut
        start = cut
    yield start, end


def _letters(piece: str) -> int:
    if piece.isascii():
        return sum(map(str.isalpha, piece))
    return sum(_AS_MANY_LETTERS if one >= _WRITTEN_DENSELY else 1 for one in piece if one.isalpha())


def _is_a_title(cell: str) -> bool:
    words = [word for word in cell.split() if len(word) >= _TELLING_WORD]
    return sum(not word[0].islower() for word in words) > len(words) / 2


def marked(sentence: str) -> str:
    """With a word before it, so that runs of words tell how a sentence begins."""
    return f"{_OPENING} {sentence}"


def corrected(margin: float, seen: int) -> float:
    """The highest margin of so many sentences or pages, made comparable."""
    return margin - _FOR_EACH_DOUBLING * math.log2(max(1, seen))
