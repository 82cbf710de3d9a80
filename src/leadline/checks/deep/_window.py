"""How far the latest vectors lie from those before them, against how far windows usually lie."""

from typing import TYPE_CHECKING

import msgspec
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

FOLLOW = 1 / 2000
"""Share of the centre that each later vector makes new."""
_DRAWS = 200
_OVERLAP = 4
"""Windows that followed one another begin a quarter of their length apart."""
_SEED = 7
_LEAST_USUAL, _LEAST_SPREAD = 0.02, 0.01
_LEAST_SPREAD_SHARE = 0.1
"""Windows of a real day differ more than windows drawn by chance; below this no spread is believed."""


class Window(msgspec.Struct):
    """Plain state: it is the memory that outlasts a restart. Vectors are bytes of float16.

    `reference` is gathered until it is whole; then `centre`, `usual` (the mean distance of its own windows)
    and `spread` (its standard deviation) take its place. `latest` are the vectors of the window.
    """

    reference: list[bytes] = []
    latest: list[bytes] = []
    centre: bytes = b""
    usual: float = 0.0
    spread: float = 0.0
    held: bool = False

    def add(self, vector: "Vector", size: int, reference: int, *, bad: bool) -> None:
        """A `bad` answer says nothing about what is normal, but it is part of the window."""
        packed = vector.astype(np.float16).tobytes()
        if not self.centre:
            if not bad:
                self.reference.append(packed)
            if len(self.reference) >= max(reference, size + 1):
                self._settle(size)
            return
        self.latest = [*self.latest, packed][-size:]
        if not (bad or self.held):
            centre = _unpacked(self.centre)
            self.centre = (centre + FOLLOW * (vector - centre)).astype(np.float32).tobytes()

    def away(self, size: int) -> float | None:
        """Standard deviations by which the window lies further off than usual; None = too early to say."""
        if not self.centre or len(self.latest) < size:
            return None
        mean = np.mean([_halves(one) for one in self.latest], axis=0)
        distance = float(np.linalg.norm(mean - _unpacked(self.centre)))
        return (distance - self.usual) / self.spread

    def _settle(self, size: int) -> None:
        """Windows drawn by chance, and those that followed one another: where calls come in bursts on one
        subject, the latter lie further off.
        """
        vectors = np.stack([_halves(one) for one in self.reference])
        chance = np.random.default_rng(_SEED)
        places = np.arange(len(vectors))
        drawn = [_apart(vectors, chance.permutation(places), size) for _ in range(_DRAWS)]
        starts = range(0, len(vectors) - size + 1, max(1, size // _OVERLAP))
        followed = [_apart(vectors, np.roll(places, -start), size) for start in starts]
        by_chance = max(float(np.mean(drawn)), _LEAST_USUAL)
        self.usual = max(by_chance, float(np.mean(followed)))
        spread = max(float(np.std(drawn)), float(np.std(followed)))
        self.spread = max(spread, _LEAST_SPREAD, _LEAST_SPREAD_SHARE * by_chance)
        self.centre = vectors.mean(0).astype(np.float32).tobytes()
        self.reference = []


def _apart(vectors: "Vector", order: "NDArray[np.int64]", size: int) -> float:
    """How far the first `size` in that order lie from the others."""
    distance = vectors[order[:size]].mean(0) - vectors[order[size:]].mean(0)
    return float(np.linalg.norm(distance))


def _halves(packed: bytes) -> "Vector":
    return np.frombuffer(packed, np.float16).astype(np.float32)


def _unpacked(packed: bytes) -> "Vector":
    return np.frombuffer(packed, np.float32)
