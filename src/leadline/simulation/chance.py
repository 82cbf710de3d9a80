"""Chance that repeats: the same seed gives the same choices on every machine."""

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")
_STEPS = 1 << 53


class Chance:
    """A stream of choices that depends on its seed only."""

    def __init__(self, seed: object) -> None:
        self._seed = str(seed).encode()
        self._drawn = 0

    def roll(self) -> float:
        """Evenly spread over [0, 1)."""
        self._drawn += 1
        digest = hashlib.blake2b(self._seed, digest_size=8, salt=self._drawn.to_bytes(16, "little"))
        return (int.from_bytes(digest.digest(), "little") % _STEPS) / _STEPS

    def between(self, least: int, most: int) -> int:
        return least + int(self.roll() * (most - least + 1))

    def pick(self, choices: Sequence[T]) -> T:
        return choices[int(self.roll() * len(choices))]
