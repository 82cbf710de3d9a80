"""Hashed runs of words and letters of a text, by array arithmetic: no Python loop over the letters."""

import re

import numpy as np
from numpy.typing import NDArray

Buckets = NDArray[np.int64]
Weights = NDArray[np.float32]

BITS = 16
BUCKETS = 1 << BITS
_WORD_RUNS = (1, 2, 3)
_LETTER_RUNS = (4,)
_BETWEEN_WORDS = re.compile(r"[\W_]+")
_BLANK = 32
_LONGEST_WORD = 63
_STEP = np.uint64(0x9E3779B97F4A7C15)
"""2^64 over the golden ratio, odd: Fibonacci hashing (Knuth, TAOCP 3, 6.4)."""
_MIX = np.uint64(0xBF58476D1CE4E5B9)
"""From splitmix64 (Steele, Lea, Flood 2014)."""
_POWERS = np.cumprod(np.full(_LONGEST_WORD + 1, _STEP), dtype=np.uint64)


def buckets(text: str) -> Buckets:
    """The bucket, 0..BUCKETS-1, of each run of one to three words and of each run of four bytes."""
    plain = f" {_BETWEEN_WORDS.sub(' ', text.lower()).strip()} "
    letters = np.frombuffer(plain.encode("utf-8", "replace"), np.uint8).astype(np.uint64)
    if len(letters) < 3:
        return np.zeros(0, np.int64)
    words = _words(letters)
    runs = [_spread(_joined(words, length, _STEP), length) for length in _WORD_RUNS]
    runs += [_spread(_windows(letters, length), 16 + length) for length in _LETTER_RUNS]
    return np.concatenate(runs)


def weighed(text: str) -> tuple[Buckets, Weights]:
    """Each bucket that occurs once, and its weight: the logarithm of how often, scaled to length one."""
    found, counts = np.unique(buckets(text), return_counts=True)
    weights = np.log1p(counts).astype(np.float32)
    length = float(np.sqrt(np.dot(weights, weights)))
    return found, weights / np.float32(length or 1)


def _words(letters: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A number for each word: its letters times the powers of their places in it."""
    blanks = np.flatnonzero(letters == _BLANK)
    begins = blanks[:-1] + 1
    place = np.arange(len(letters)) - np.repeat(blanks, np.diff(np.append(blanks, len(letters))))
    terms = letters * _POWERS[np.minimum(place, _LONGEST_WORD)]
    return np.asarray(np.add.reduceat(terms, begins), dtype=np.uint64)


def _joined(words: NDArray[np.uint64], length: int, step: np.uint64) -> NDArray[np.uint64]:
    count = max(0, len(words) - length + 1)
    run = words[:count]
    for offset in range(1, length):
        run = run * step + words[offset : offset + count]
    return run


def _windows(letters: NDArray[np.uint64], length: int) -> NDArray[np.uint64]:
    count = max(0, len(letters) - length + 1)
    run = letters[:count] * _POWERS[0]
    for offset in range(1, length):
        run = run + letters[offset : offset + count] * _POWERS[offset]
    return np.asarray(run, dtype=np.uint64)


def _spread(numbers: NDArray[np.uint64], salt: int) -> Buckets:
    mixed = (numbers + np.uint64(salt)) * _MIX
    mixed ^= mixed >> np.uint64(29)
    return (mixed * _STEP >> np.uint64(64 - BITS)).astype(np.int64, copy=False)
