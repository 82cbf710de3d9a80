"""Keeps the tool policies that people activated at run time, on disk, beside what the files say."""

import threading
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from leadline.control.swapping import swap
from leadline.vocabulary import PolicyText

T = TypeVar("T")


class RuleBook:
    def __init__(self, path: Path, rules: Iterable[PolicyText] = ()) -> None:
        """`rules` are those that `path` holds."""
        self._path = path
        self._lock = threading.Lock()
        self._rules = {rule.name: rule for rule in rules}

    @property
    def rules(self) -> Mapping[str, PolicyText]:
        """By name."""
        return self._rules

    def in_force(self) -> tuple[PolicyText, ...]:
        return tuple(self._rules.values())

    def put(self, name: str, rule: PolicyText | None, take_effect: Callable[[], T]) -> T:
        """Keep `rule` (None = take it back) when `take_effect` accepts it, else leave all as it was.

        On disk before it takes effect: after a crash in between the next start does what was decided.
        """
        with self._lock:
            before = self._rules
            changed = {known: kept for known, kept in before.items() if known != name}
            if rule is not None:
                changed[name] = rule
            self._keep(changed)
            try:
                return take_effect()
            except BaseException:
                self._keep(before)
                raise

    def _keep(self, rules: dict[str, PolicyText]) -> None:
        swap(self._path, msgspec.json.format(msgspec.json.encode(rules), indent=2) + b"\n")
        self._rules = rules
