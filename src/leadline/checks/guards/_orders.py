"""A document as the search for orders in it reads it: its sentences by themselves, then where they stand."""

from collections.abc import Iterator, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from leadline.checks.guards import _order_signs, _standing
from leadline.checks.guards._ngrams import BUCKETS, weighed
from leadline.checks.guards._sentences import marked, sentences
from leadline.measures.embeddings import embed

SIGN_VALUE = 1.0
"""What a sign counts as an input, where a sentence's runs of words and letters together have length one."""
INPUTS = BUCKETS + len(_order_signs.NAMES)


class Page(msgspec.Struct, frozen=True):
    """Up to 80 sentences in a row. `signs` has a row for each; `vectors` too, and one for what else stands
    there.
    """

    pieces: Sequence[tuple[str, int, int]]
    signs: NDArray[np.bool_]
    vectors: NDArray[np.float32]

    def inputs(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float32]]]:
        """Of each sentence by itself: which inputs it has, and their values."""
        for (said, _, _), found in zip(self.pieces, self.signs, strict=True):
            yield inputs(said, found)

    def standing(self, document: str, margins: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of each sentence in its surroundings, given the margins of all by themselves."""
        telling = self.signs[:, [_order_signs.ORDER, _order_signs.QUESTION]].astype(np.float64)
        return _standing.standing(document, self.pieces, margins, self.vectors, telling)


def read(document: str) -> list[Page]:
    return [_page(document, block) for block in _standing.blocks(list(sentences(document))) if block]


def inputs(said: str, signs: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    found, values = weighed(marked(said))
    borne = np.flatnonzero(signs)
    return (
        np.concatenate([found, BUCKETS + borne]),
        np.append(values, np.full(len(borne), SIGN_VALUE, np.float32)),
    )


def _page(document: str, pieces: Sequence[tuple[str, int, int]]) -> Page:
    said = [one for one, _, _ in pieces]
    vectors = embed([*said, _standing.between(document, pieces)])
    return Page(pieces, np.array([_order_signs.signs(one) for one in said]), vectors)
