"""Targets that share the load by weight: which of them serves this request."""

import hashlib
import math
from collections.abc import Callable
from itertools import groupby
from typing import Generic, TypeVar

import msgspec

from leadline.vocabulary import Selection, SelectionReason, Target

T = TypeVar("T")
M = TypeVar("M")
_PRIMARY = Selection(reason=SelectionReason.PRIMARY)
_LOAD_BALANCED = Selection(reason=SelectionReason.LOAD_BALANCED)


class Tier(msgspec.Struct, Generic[T], frozen=True):
    """`weights` beside `targets`; a weight of 0 is asked only when no other is left.

    `selection` is why a target of the first tier was chosen when nothing had failed.
    """

    targets: tuple[T, ...]
    weights: tuple[float, ...]
    selection: Selection = _PRIMARY

    @property
    def reason(self) -> SelectionReason:
        return self.selection.reason

    def place_at(self, chance: float) -> int:
        """The target at `chance` (0..1) of the sum of weights."""
        at = chance * sum(self.weights)
        for place, weight in enumerate(self.weights):
            at -= weight
            if at < 0:
                return place
        return max(range(len(self.weights)), key=self.weights.__getitem__)

    def place_for(self, who: str, name: Callable[[T], str]) -> int:
        """Always the same target for `who` while it is there, in proportion to the weights.

        Weighted rendezvous hashing (Schindelhauer and Schomaker 2005): a changed weight moves only the
        callers that the change is about.
        """
        scores = [
            -weight / math.log(_share(f"{who}\0{name(target)}")) if weight else 0.0
            for target, weight in zip(self.targets, self.weights, strict=True)
        ]
        return max(range(len(scores)), key=scores.__getitem__)

    def sparing(self, is_short: Callable[[T], bool]) -> "Tier[T]":
        """Without a share for those that will soon be out of what they are allowed, unless all will."""
        weights = tuple(
            [0.0 if is_short(one) else own for one, own in zip(self.targets, self.weights, strict=True)]
        )
        return Tier(self.targets, weights, self.selection) if any(weights) else self

    def without(self, place: int) -> "Tier[T]":
        return Tier(_but(self.targets, place), _but(self.weights, place), self.selection)


def tiers_of(targets: tuple[T, ...], target_of: Callable[[T], Target]) -> tuple[Tier[T], ...]:
    """Neighbours that have a weight and the same priority share a tier; each other target is its own."""
    tiers: list[Tier[T]] = []
    for _, group in groupby(enumerate(targets), lambda one: _tier_key(one[0], target_of(one[1]))):
        members = [target for _, target in group]
        weights = [target_of(member).weight for member in members]
        shared = len(members) > 1
        tiers.append(
            Tier(
                tuple(members),
                tuple(1.0 if weight is None else weight for weight in weights),
                _LOAD_BALANCED if shared else _PRIMARY,
            )
        )
    return tuple(tiers)


def _tier_key(place: int, target: Target) -> tuple[str, int]:
    return ("alone", place) if target.weight is None else ("shared", target.priority)


def _share(text: str) -> float:
    """A number between 0 and 1, without either, that depends on nothing but `text`."""
    digest = hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return (int.from_bytes(digest) + 1) / (2**64 + 2)


def _but(members: tuple[M, ...], place: int) -> tuple[M, ...]:
    return members[:place] + members[place + 1 :]
