"""Is the watch well? Judged from outside, by whether it answers, moves on, and stays alive."""

from typing import Self

import msgspec

from leadline.triage.rules import Rules


class Limits(msgspec.Struct, frozen=True):
    """Ill for `patience_s` in a row, or `falls` deaths within `falls_within_s`: then people are told.

    A watch that is well again has `take_over_s` to go on with the incident.
    """

    patience_s: float
    falls: int
    falls_within_s: float
    take_over_s: float = 60.0

    @classmethod
    def of(cls, rules: Rules) -> Self:
        patience_s = max(rules.blind_watch_s, rules.blind_watch_least_seconds)
        return cls(patience_s, rules.blind_restarts, rules.blind_restarts_seconds)


class Look(msgspec.Struct, frozen=True):
    """What one look found. `stuck` are consumers of the watch that do not move; `restarts` of its process."""

    answers: bool
    restarts: int
    stuck: tuple[str, ...] = ()

    @property
    def trouble(self) -> str:
        if not self.answers:
            return "the watch does not answer"
        return f"the watch answers but its {' and '.join(self.stuck)} does not move" if self.stuck else ""


class Judge:
    """Give it every look in order of time (seconds of a steady clock)."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ill_since: float | None = None
        self._well_since: float | None = None
        self._restarts = 0
        self._falls: list[float] = []

    def verdict(self, look: Look, at: float) -> str:
        """Why Leadline sees nothing, as a sentence; empty while that is not certain."""
        self._note(look, at)
        if len(self._falls) >= self._limits.falls:
            return (
                f"the watch fell {len(self._falls)} times within {self._limits.falls_within_s:.0f} s; "
                "its log says why"
            )
        if self._ill_since is not None and at - self._ill_since >= self._limits.patience_s:
            return f"{look.trouble} since {at - self._ill_since:.0f} s; what happens now is not judged"
        return ""

    def is_well_again(self, at: float) -> bool:
        """Without trouble for as long as it takes to call it ill, and not falling."""
        falling = len(self._falls) >= self._limits.falls
        well = self._well_since is not None and at - self._well_since >= self._limits.patience_s
        return well and not falling

    def _note(self, look: Look, at: float) -> None:
        self._falls += [at] * max(0, look.restarts - self._restarts)
        self._restarts = look.restarts
        self._falls = [fall for fall in self._falls if at - fall <= self._limits.falls_within_s]
        if look.trouble:
            self._well_since = None
            self._ill_since = at if self._ill_since is None else self._ill_since
        else:
            self._ill_since = None
            self._well_since = at if self._well_since is None else self._well_since
