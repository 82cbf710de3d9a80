"""Keeps what people decide at run time, on disk: routes, breakers held and tool policies, a file for each."""

import threading
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Generic, TypeVar

import msgspec

from leadline.configuration.decisions import read_holds, read_overrides, read_rules
from leadline.control.swapping import swap
from leadline.vocabulary import BreakerHold, PolicyText, RouteOverride, TargetChoice

Entry = TypeVar("Entry")
Result = TypeVar("Result")
Targets = tuple[TargetChoice, ...]


class Book(Generic[Entry]):
    """By name. Written before it takes effect, and taken back when it cannot."""

    def __init__(self, path: Path, read: Callable[[Path], dict[str, Entry]]) -> None:
        """Raises what `read` raises: DecisionsDamaged, or OSError."""
        self._path = path
        self._lock = threading.Lock()
        self._entries = read(path)

    @property
    def entries(self) -> Mapping[str, Entry]:
        return self._entries

    def decisions(self) -> Collection[Entry]:
        """All that holds now, for those who need no names."""
        return self._entries.values()

    def put(self, name: str, entry: Entry | None, take_effect: Callable[[], Result]) -> Result:
        """Keep `entry` (None = take it back) when `take_effect` accepts it, else leave all as it was.

        On disk before it takes effect: after a crash in between the next start does what was decided.
        """
        with self._lock:
            before = self._entries
            changed = {known: kept for known, kept in before.items() if known != name}
            if entry is not None:
                changed[name] = entry
            self._keep(changed)
            try:
                return take_effect()
            except BaseException:
                self._keep(before)
                raise

    def _keep(self, entries: dict[str, Entry]) -> None:
        swap(self._path, msgspec.json.format(msgspec.json.encode(entries), indent=2) + b"\n")
        self._entries = entries


class HoldBook(Book[BreakerHold]):
    """By the target as the person named it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_holds)


class RuleBook(Book[PolicyText]):
    """By the policy's name."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, read_rules)


class RouteBook(Book[RouteOverride]):
    """By alias. `configured` gives the targets of each alias as the file has them."""

    def __init__(self, path: Path, configured: Callable[[], Mapping[str, Targets]]) -> None:
        super().__init__(path, read_overrides)
        self._configured = configured

    @property
    def configured(self) -> Mapping[str, Targets]:
        return self._configured()

    def in_force(self, alias: str) -> Targets | None:
        """None = there is no such alias."""
        configured = self._configured().get(alias)
        override = self.entries.get(alias)
        return override.targets if override is not None and configured is not None else configured
