"""Keeps which breakers people hold, on disk, so that a restart does not let go of them."""

import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from leadline.control.swapping import swap
from leadline.vocabulary import BreakerHold

T = TypeVar("T")
_decoder = msgspec.json.Decoder(dict[str, BreakerHold])


class HoldsUnreadable(ValueError):
    """The file of holds is damaged. To go on without it would let go of targets unseen."""


class HoldBook:
    """By the target as the person named it."""

    def __init__(self, path: Path) -> None:
        """Raises HoldsUnreadable, or OSError."""
        self._path = path
        self._lock = threading.Lock()
        self._holds = _read(path)

    @property
    def holds(self) -> Mapping[str, BreakerHold]:
        return self._holds

    def changes(self) -> Collection[BreakerHold]:
        """What holds against the breakers."""
        return self._holds.values()

    def put(self, target: str, hold: BreakerHold | None, take_effect: Callable[[], T]) -> T:
        """Keep `hold` (None = release) when `take_effect` accepts it, else leave all as it was."""
        with self._lock:
            before = self._holds
            changed = {name: kept for name, kept in before.items() if name != target}
            if hold is not None:
                changed[target] = hold
            self._keep(changed)
            try:
                return take_effect()
            except BaseException:
                self._keep(before)
                raise

    def _keep(self, holds: Mapping[str, BreakerHold]) -> None:
        swap(self._path, msgspec.json.format(msgspec.json.encode(holds), indent=2) + b"\n")
        self._holds = dict(holds)


def _read(path: Path) -> dict[str, BreakerHold]:
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise HoldsUnreadable(
            f"{path} holds the breakers that people hold and is damaged ({error}); mend it, or delete it to "
            "let go of them all."
        ) from error
