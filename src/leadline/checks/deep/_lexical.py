"""How far an answer strays from its source, in figures that need no model: words, pairs, sentences."""

import math
import re
from collections.abc import Sequence
from itertools import pairwise

import msgspec

FEATURES = (
    "novel_words",
    "novel_word_share",
    "novel_pair_share",
    "weakest_sentence",
    "missing_figures",
    "unsupported_sentences",
    "novel_sentences",
    "most_novel_pairs",
    "missing_names",
)
"""In the order of `features`; each grows with the distance between answer and source."""

_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n+")
_FIGURE = re.compile(r"\d[\d.,]*")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_ENDINGS = (
    ("ies", "y"),
    ("ied", "y"),
    ("sses", "ss"),
    ("ing", ""),
    ("edly", ""),
    ("ed", ""),
    ("es", ""),
    ("ly", ""),
    ("s", ""),
)
"""The first steps of Porter's stemmer (1980), and what stands for each ending."""
_SHORT_SENTENCE = 3
_SUPPORTED = 0.4
_NOVEL = 0.4
_FUNCTION_WORDS = """
a about all an and any are as at be been both but by can could did do does each for from had has
have he her his how i if in into is it its may more most no not of on one or other our over she
should so some such than that the their then there these they this those to two was we were what
when where which who will with would you your
"""
_FRAME = """
based given according passage context text source document information question answer mention
provide state suggest refer note important include specific explicit direct clear overall summary
additional however therefore also furthermore further following such example several different
various while although typical general usual often detail determine available unable possible appear
use make help may might must need like well many much another here because since due via within
without between among during before after way method step kind type thing whose whom why etc
"""
"""What answers say about their sources and themselves: new words that stray from nothing."""


class Source(msgspec.Struct, frozen=True):
    words: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    sentences: tuple[frozenset[str], ...]
    figures: frozenset[str]


def read_source(text: str) -> Source:
    stems = _stems(text)
    return Source(
        frozenset(stems),
        frozenset(pairwise(stems)),
        tuple(frozenset(_meaningful(_stems(sentence))) for sentence in _sentences(text)),
        frozenset(_figures(text)),
    )


def features(source: Source, answer: str) -> tuple[float, ...]:
    """One figure for each of `FEATURES`; 0 = nothing strays."""
    stems = _stems(answer)
    words = _meaningful(stems)
    novel = sum(word not in source.words for word in words)
    sentences = [_stems(sentence) for sentence in _sentences(answer)] or [stems]
    support = [_support(sentence, source) for sentence in sentences]
    return (
        math.log1p(novel),
        novel / max(1, len(words)),
        _novel_pairs(stems, source),
        1 - min(support),
        math.log1p(sum(figure not in source.figures for figure in _figures(answer))),
        math.log1p(sum(share < _SUPPORTED for share in support)),
        math.log1p(sum(_novel_share(sentence, source) > _NOVEL for sentence in sentences)),
        max(_novel_pairs(sentence, source) for sentence in sentences),
        math.log1p(sum(_stem(name.lower()) not in source.words for name in _NAME.findall(answer))),
    )


def weakest(source: Source, answer: str) -> str:
    """The sentence of the answer that the source supports least; empty when there is none."""
    sentences = _sentences(answer)
    return min(sentences, key=lambda one: _support(_stems(one), source)) if sentences else ""


def overlap(source: Source, answer: str) -> float:
    """The share of the answer's words that the source holds, 0..1."""
    words = _meaningful(_stems(answer))
    return sum(word in source.words for word in words) / len(words) if words else 0.0


def _support(sentence: Sequence[str], source: Source) -> float:
    """The share of its words in that sentence of the source which holds most of them."""
    words = frozenset(_meaningful(sentence))
    if not words:
        return 1.0
    return max((len(words & other) for other in source.sentences), default=0) / len(words)


def _novel_share(sentence: Sequence[str], source: Source) -> float:
    words = _meaningful(sentence)
    return sum(word not in source.words for word in words) / max(1, len(words))


def _novel_pairs(stems: Sequence[str], source: Source) -> float:
    pairs = list(pairwise(stems))
    return sum(pair not in source.pairs for pair in pairs) / max(1, len(pairs))


def _sentences(text: str) -> list[str]:
    return [one for one in _SENTENCE.split(text) if len(one.split()) >= _SHORT_SENTENCE]


def _figures(text: str) -> list[str]:
    return [figure.rstrip(".,") for figure in _FIGURE.findall(text)]


def _meaningful(stems: Sequence[str]) -> list[str]:
    return [stem for stem in stems if stem not in _FILLERS]


def _stems(text: str) -> list[str]:
    return [_stem(word.lower()) for word in _WORD.findall(text)]


def _stem(word: str) -> str:
    word = word.removesuffix("'s").removesuffix("\u2019s")
    for ending, instead in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= _SHORT_SENTENCE and not word.endswith("ss"):
            word = word.removesuffix(ending) + instead
            break
    if len(word) > _SHORT_SENTENCE and word[-1] == word[-2] and word[-1] not in "aeiouls":
        word = word[:-1]
    return word.removesuffix("e") if len(word) > _SHORT_SENTENCE else word


_FILLERS = frozenset(map(_stem, f"{_FUNCTION_WORDS} {_FRAME}".split())) | frozenset(_FUNCTION_WORDS.split())
