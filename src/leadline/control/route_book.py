"""Keeps what people changed about routes at run time, on disk, beside what the file says."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from leadline.control.swapping import swap
from leadline.vocabulary import RouteOverride, TargetChoice

T = TypeVar("T")
Targets = tuple[TargetChoice, ...]
_decoder = msgspec.json.Decoder(dict[str, RouteOverride])


class OverridesUnreadable(ValueError):
    """The file of overrides is damaged. Serving by the configuration alone would undo decisions unseen."""


class RouteBook:
    """`configured` gives the targets of each alias as the file has them."""

    def __init__(self, path: Path, configured: Callable[[], Mapping[str, Targets]]) -> None:
        """Raises OverridesUnreadable, or OSError."""
        self._path = path
        self._configured = configured
        self._lock = threading.Lock()
        self._overrides = read_overrides(path)

    @property
    def overrides(self) -> Mapping[str, RouteOverride]:
        """By alias."""
        return self._overrides

    def changes(self) -> Iterable[RouteOverride]:
        """What holds against the configuration."""
        return self._overrides.values()

    @property
    def configured(self) -> Mapping[str, Targets]:
        return self._configured()

    def in_force(self, alias: str) -> Targets | None:
        """None = there is no such alias."""
        configured = self._configured().get(alias)
        override = self._overrides.get(alias)
        return override.targets if override is not None and configured is not None else configured

    def put(self, alias: str, override: RouteOverride | None, take_effect: Callable[[], T]) -> T:
        """Keep `override` (None = take it back) when `take_effect` accepts it, else leave all as it was.

        On disk before it takes effect: after a crash in between the next start does what was decided.
        """
        with self._lock:
            before = self._overrides
            changed = {name: kept for name, kept in before.items() if name != alias}
            if override is not None:
                changed[alias] = override
            self._keep(changed)
            try:
                return take_effect()
            except BaseException:
                self._keep(before)
                raise

    def _keep(self, overrides: Mapping[str, RouteOverride]) -> None:
        swap(self._path, msgspec.json.format(msgspec.json.encode(overrides), indent=2) + b"\n")
        self._overrides = dict(overrides)


def read_overrides(path: Path) -> dict[str, RouteOverride]:
    """By alias; none when nobody has changed anything. Raises OverridesUnreadable, or OSError."""
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except msgspec.DecodeError as error:
        raise OverridesUnreadable(
            f"{path} holds the routes that were changed at run time and is damaged ({error}); "
            "mend it, or delete it to go by the configuration alone."
        ) from error
