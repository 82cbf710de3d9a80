"""Pieces of a text that are word for word, or nearly so, in another one."""

import re
from collections.abc import Iterable, Iterator, Sequence

import msgspec

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_RUN = 4
"""Words in a row that both texts share: shorter runs are everybody's."""
_WIDEST_GAP = 3
"""Words that a retelling may change, leave out or put in between two such runs."""
_LEAST_SHARE = 0.7
_HALF_A_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
_SAID = re.compile(
    r"\"[^\"\n]{8,600}\"|“[^”\n]{8,600}”|«[^»\n]{8,600}»|„[^“”\n]{8,600}[“”]|「[^」\n]{4,600}」"
)
LEAST_PROMPT = 6.0
"""Words. "You are a helpful assistant" is nobody's secret."""


class Piece(msgspec.Struct, frozen=True):
    """`words` of it, changed ones not counted, are the other text's."""

    start: int
    end: int
    words: float


class Original(msgspec.Struct, frozen=True):
    """A text that must not be given away. `needed` words of it in their order are a piece."""

    runs: frozenset[tuple[str, ...]]
    needed: float


def original(text: str, least_words: float, *, but_what_is_to_be_said: bool) -> Original | None:
    """None = it is too short to be a secret. What stands in quotation marks is often meant to be said."""
    secret = _SAID.sub(" \n ", text) if but_what_is_to_be_said else text
    words = [match.group().casefold() for match in _WORD.finditer(secret)]
    length = sum(map(_length, words))
    if length < LEAST_PROMPT:
        return None
    return Original(
        frozenset(zip(*(words[at:] for at in range(_RUN)), strict=False)), min(least_words, length)
    )


def pieces(text: str, known: Sequence[Original]) -> Iterator[Piece]:
    """In their order; linear in the text."""
    if not known:
        return
    found = list(_WORD.finditer(text))
    words = [match.group().casefold() for match in found]
    runs = list(zip(*(words[at:] for at in range(_RUN)), strict=False))
    for one in known:
        for first, last, length in _joined(_covered(runs, one.runs), words):
            if length >= one.needed:
                yield Piece(found[first].start(), found[last].end(), length)


def _covered(runs: Sequence[tuple[str, ...]], known: frozenset[tuple[str, ...]]) -> Iterator[int]:
    """The numbers of the words that stand in a shared run."""
    until = 0
    for at, run in enumerate(runs):
        if run in known:
            yield from range(max(at, until), at + _RUN)
            until = at + _RUN


def _joined(covered: Iterable[int], words: Sequence[str]) -> Iterator[tuple[int, int, float]]:
    """(first word, last word, how many words are shared) of what hangs together."""
    first, last, length = -1, -1, 0.0
    for at in covered:
        much = _length(words[at])
        apart = at - last - 1
        if first >= 0 and apart <= _WIDEST_GAP and length >= _LEAST_SHARE * (at - first) * much:
            last, length = at, length + much
            continue
        if first >= 0:
            yield first, last, length
        first, last, length = at, at, much
    if first >= 0:
        yield first, last, length


def _length(word: str) -> float:
    """Writing without blanks: a sign is half a word."""
    return 0.5 if _HALF_A_WORD.match(word) else 1.0
