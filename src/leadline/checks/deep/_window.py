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
        """Of each drawn window the distance from the centre of all that are not in it."""
        vectors = np.stack([_halves(one) for one in self.reference])
        chance = np.random.default_rng(_SEED)
        distances = []
        for _ in range(_DRAWS):
            order = chance.permutation(len(vectors))
            drawn, rest = vectors[order[:size]], vectors[order[size:]]
            distances.append(float(np.linalg.norm(drawn.mean(0) - rest.mean(0))))
        self.usual = max(float(np.mean(distances)), _LEAST_USUAL)
        self.spread = max(float(np.std(distances)), _LEAST_SPREAD, _LEAST_SPREAD_SHARE * self.usual)
        self.centre = vectors.mean(0).astype(np.float32).tobytes()
        self.reference = []


def _halves(packed: bytes) -> "Vector":
    return np.frombuffer(packed, np.float16).astype(np.float32)


def _unpacked(packed: bytes) -> "Vector":
    return np.frombuffer(packed, np.float32)
