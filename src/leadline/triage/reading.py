"""What one rule says of one key at one tick: breached, clear, or neither, with the figures behind it."""

import msgspec

from leadline.triage.baseline import Baseline
from leadline.triage.rules import Rules
from leadline.vocabulary import FailureKind, ProviderIdentifier


class Now(msgspec.Struct, frozen=True):
    """The tick at which rules are read. `open_keys` have an open incident."""

    tick: int
    rules: Rules
    baseline: Baseline
    open_keys: frozenset[str] = frozenset()

    @property
    def at(self) -> float:
        return self.tick * self.rules.tick_s


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """`measured` and `threshold` are in the unit that `measure` names.

    `condition` is set when no single request is the culprit, so that the rule itself must speak; then
    `where` says of whom, and `feature` of what. `share` is the part of all traffic that a condition hits,
    where the rule knows it better than the requests with an event; `evidence` is a sentence of at most 200
    characters.
    """

    key: str
    subtype: str
    breached: bool
    clear: bool
    measure: str
    measured: float
    threshold: float
    condition: FailureKind | None = None
    where: ProviderIdentifier | None = None
    feature: str = ""
    share: float | None = None
    evidence: str = ""


class Warned(msgspec.Struct, frozen=True, kw_only=True):
    """A trend that has not crossed its limit yet: an event of severity LOW, nothing more."""

    key: str
    kind: FailureKind
    measure: str
    measured: float
    threshold: float
    where: ProviderIdentifier
    feature: str = ""
