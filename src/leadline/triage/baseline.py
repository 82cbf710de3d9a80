"""What is normal for one installation or one replayed scenario: the figures the rules compare with."""

from collections.abc import Mapping
from typing import Self

import msgspec

DEFAULT_FAILURE_RATES = {"hallucination": 0.04, "format": 0.01, "coherence": 0.01, "feedback": 0.2}
"""Failure rate of a check before its own baseline is known (`INCIDENTS.md` 9). Of those who say what they
think of an answer many are discontent, however good most answers are.
"""

OTHER_FAILURE_RATE = 0.01


class Baseline(msgspec.Struct, frozen=True, kw_only=True):
    """A rule whose figure is absent is off: no limit, no cost rate, no retrieval threshold.

    `sla_ms` and `p99_ms` are milliseconds by model or `provider/model`; `quality` failure rates by check or
    subtype; `cost_per_min` US dollars by feature; `retrieval` (baseline, threshold) of the mean score by
    feature; `mitigation` recoverability 0..3 by category (`QUALITY`), absent = the live rule;
    `fallbacks` each `provider/model` that has a further rung below it.
    """

    sla_ms: dict[str, float] = {}
    p99_ms: dict[str, float] = {}
    quality: dict[str, float] = {}
    cost_per_min: dict[str, float] = {}
    retrieval: dict[str, tuple[float, float]] = {}
    mitigation: dict[str, int] = {}
    fallbacks: frozenset[str] = frozenset()

    @classmethod
    def of_meta(cls, meta: Mapping[str, object]) -> Self:
        """From the first line of a replay file. Raises msgspec.ValidationError naming the bad field."""
        figures = meta.get("baseline") or {}
        if not isinstance(figures, Mapping):
            raise msgspec.ValidationError("the baseline of a replay file is an object of figures")
        return msgspec.convert({**figures, "mitigation": meta.get("mitigation") or {}}, cls)

    def sla_of(self, provider: str, model: str) -> float | None:
        return self.sla_ms.get(f"{provider}/{model}", self.sla_ms.get(model))

    def p99_of(self, provider: str, model: str) -> float | None:
        return self.p99_ms.get(f"{provider}/{model}", self.p99_ms.get(model))

    def failure_rate(self, check: str, subtype: str) -> float:
        """The check's own rate, else that of what it finds, else a cautious default."""
        for name in (check, subtype):
            if name in self.quality:
                return self.quality[name]
        by_subtype = DEFAULT_FAILURE_RATES.get(subtype, OTHER_FAILURE_RATE)
        return DEFAULT_FAILURE_RATES.get(check, by_subtype)
