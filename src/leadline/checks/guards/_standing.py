"""How a sentence stands in its document: does it belong there, or does it speak to somebody else?"""

import re
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Piece = tuple[str, int, int]

NAMES = (
    "margin",
    "margin over 0",
    "margin over 3",
    "over the others",
    "others",
    "likeness",
    "likeness to neighbours",
    "shared words",
    "sentences",
    "own line",
    "table",
    "margin x likeness",
    "margin x shared words",
    "question",
    "question x likeness",
    "order x likeness",
)
TOGETHER = 40
"""Sentences that are one another's surroundings: a page."""
_LOUD = 8.0
_QUIET = -5.0
"""Margins beyond which more says no more; `_QUIET` is also that of the others where there are none."""
_NO_LIKENESS = 0.3
"""Of a sentence that stands alone: what is usual."""
_ONE_IN_TEN = 10
_BARS_IN_A_TABLE = 60
_WORD = re.compile(r"[^\W\d_]{4,}")
_STEM = 6
_SEEN_AROUND = 400
_NOTHING = 1e-4
"""A shorter sum of embeddings is rounding."""


def blocks(pieces: Sequence[Piece]) -> Iterator[Sequence[Piece]]:
    """Pages of TOGETHER sentences; what is left over goes with the last one."""
    count = max(1, len(pieces) // TOGETHER)
    for at in range(count):
        yield pieces[at * TOGETHER : None if at == count - 1 else (at + 1) * TOGETHER]


def between(document: str, pieces: Sequence[Piece]) -> str:
    """What stands around the pieces and is none: titles, names and figures, the cells of a table."""
    since, found = pieces[0][1], []
    for _, start, end in pieces:
        found.append(document[since:start])
        since = end
    at = pieces[0][1]
    before, after = document[max(0, at - _SEEN_AROUND) : at], document[since : since + _SEEN_AROUND]
    return " ".join([before, *found, after])


def standing(
    document: str, pieces: Sequence[Piece], margins: Floats, vectors: NDArray[np.float32], signs: Floats
) -> Floats:
    """A row of NAMES for each piece. `margins` are those of the pieces by themselves, `vectors` their
    embeddings of length 1 and then that of what stands between them, `signs` two columns: is it an order, is
    it a question.
    """
    if not pieces:
        return np.zeros((0, len(NAMES)))
    margin = np.clip(margins, -_LOUD, _LOUD)
    others = _others(margins)
    likeness, near = _likeness(vectors)
    rest = between(document, pieces)
    shared = _shared_words([said for said, _, _ in pieces], rest)
    bars = rest.count("|") * _BARS_IN_A_TABLE > pieces[-1][2] - pieces[0][1]
    orders, questions = signs[:, 0], signs[:, 1]
    same = np.ones(len(pieces))
    many = same * np.log2(len(pieces))
    return np.column_stack(
        [
            margin,
            np.maximum(margin, 0),
            np.maximum(margin - 3, 0),
            np.maximum(margin - others, 0),
            others,
            likeness,
            near,
            shared,
            many,
            [_has_its_own_line(document, start, end) for _, start, end in pieces],
            same * bars,
            margin * likeness,
            margin * shared,
            questions,
            questions * likeness,
            orders * likeness,
        ]
    )


def _others(margins: Floats) -> Floats:
    """The highest margin of the sentences that are no neighbours; of many, that of one in ten."""
    count = len(margins)
    order = np.argsort(-margins, kind="stable")
    found = np.full(count, _QUIET)
    for at in range(count):
        left = count - 1 - (at > 0) - (at < count - 1)
        if left:
            skipped = left // _ONE_IN_TEN
            away = (one for one in order if abs(one - at) > 1)
            found[at] = margins[next(one for number, one in enumerate(away) if number == skipped)]
    clipped: Floats = np.clip(found, _QUIET, 3)
    return clipped


def _likeness(vectors: NDArray[np.float32]) -> tuple[Floats, Floats]:
    """Cosines with all the others together, and with the more similar neighbour."""
    said = vectors[:-1]
    usual = np.full(len(said), _NO_LIKENESS)
    rest = vectors.sum(axis=0) - said
    lengths = np.linalg.norm(rest, axis=1)
    alike = np.einsum("ij,ij->i", said, rest) / np.maximum(lengths, _NOTHING)
    whole = np.where(lengths > _NOTHING, alike, usual)
    if len(said) < 2:
        return whole, usual
    beside = np.einsum("ij,ij->i", said[1:], said[:-1])
    near: Floats = np.maximum(np.append(beside, -1.0), np.append(-1.0, beside))
    return whole, near


def _shared_words(said: Sequence[str], rest: str) -> Floats:
    """Which share of the words of each sentence stands in another one too, by their first letters."""
    words = [{word[:_STEM] for word in _WORD.findall(one.lower())} for one in said]
    seen: dict[str, int] = {}
    for one in (*words, {word[:_STEM] for word in _WORD.findall(rest.lower())}):
        for word in one:
            seen[word] = seen.get(word, 0) + 1
    return np.array([sum(seen[word] > 1 for word in one) / len(one) if one else 0.0 for one in words])


def _has_its_own_line(document: str, start: int, end: int) -> bool:
    return document[start - 1 : start] in {"", "\n"} and document[end : end + 1] in {"", "\n"}
