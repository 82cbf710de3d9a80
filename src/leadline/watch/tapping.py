"""What the watch expects of one who listens in on all that it sees: never a wait, all losses counted."""

import asyncio
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Protocol

import msgspec

from leadline.vocabulary import FailureEvent, Incident, Observation, Signal

SayHow = Callable[[str, str], None]
"""Hears (lane, `delivered` | `pending` | `failed`) of each try, as for destinations."""


class LaneCount(msgspec.Struct):
    """Records or spans: taken by the receiver, refused by it, and dropped because it was too slow."""

    exported: int = 0
    rejected: int = 0
    dropped: int = 0
    waiting: int = 0


class Tap(Protocol):
    """SayHow by the consumers' threads; `run` sends, until `stop`."""

    @property
    def counts(self) -> Mapping[str, LaneCount]: ...

    def observed(self, observation: Observation) -> None:
        """From the recorder, once the facts are kept."""

    def looked(self, observation: Observation, signals: Sequence[Signal]) -> None:
        """From deep checks."""

    def found(self, events: Iterable[FailureEvent], incidents: Iterable[Incident]) -> None:
        """From triage: its events, and the incidents that changed with them."""

    async def run(self, stop: asyncio.Event) -> None: ...
