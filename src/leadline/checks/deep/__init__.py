"""Checks that may take seconds or a model. They run in the watch, on a copy, never on the hot path."""

from collections.abc import Sequence
from typing import Protocol

from leadline.vocabulary import Observation, Signal


class DeepCheck(Protocol):
    async def inspect(self, observation: Observation) -> Sequence[Signal]: ...
