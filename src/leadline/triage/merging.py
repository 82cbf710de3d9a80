"""Adds tallies of the same tick together; any order and grouping gives the same tally."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from leadline.triage.samples import merged_samples
from leadline.vocabulary import Condition
from leadline.vocabulary.tally import CheckCount, Counts, KeyTally, Tally

FEW_ROWS = 10
"""While a tick has fewer rows than this, their order is kept for the rule of little traffic."""

_Key = TypeVar("_Key")
_Sums = (
    "rows",
    "hard",
    "transport",
    "auth",
    "model_gone",
    "throttled",
    "broken",
    "opened",
    "responses",
    "requests",
    "repeats",
    "token_events",
    "cost_nanousd",
    "retrieved",
    "retrieval_micro",
)


def merged(tallies: Iterable[Tally]) -> Tally:
    """Raises ValueError when the tallies are of different ticks, or when there are none."""
    parts = list(tallies)
    if len({part.at for part in parts}) != 1:
        raise ValueError("only tallies of one tick can be merged; wait for the slowest watch")
    whole = Tally(at=parts[0].at)
    for part in parts:
        for stratum, counts in part.strata.items():
            known = whole.strata.get(stratum)
            whole.strata[stratum] = merged_counts(known, counts) if known else counts
        for key, tally in part.keys.items():
            held = whole.keys.get(key)
            whole.keys[key] = merged_key(held, tally) if held else tally
        for request, served in part.finals.items():
            whole.finals[request] = served or whole.finals.get(request, False)
        for name, condition in part.conditions.items():
            whole.conditions[name] = later(whole.conditions, condition)
    return whole


def later(known: Mapping[str, Condition], condition: Condition) -> Condition:
    """Of what is known by that name and this one, whichever was found later; the same in any order."""
    return max(known.get(condition.name, condition), condition, key=_lateness)


def _lateness(condition: Condition) -> tuple[float, bool, float]:
    return condition.at, condition.breached, condition.measured


def merged_counts(one: Counts, other: Counts) -> Counts:
    recent = sorted([*one.recent, *other.recent])
    return Counts(
        **{name: getattr(one, name) + getattr(other, name) for name in _Sums},
        latency=summed(one.latency, other.latency),
        checks={
            check: _merged_check(one.checks.get(check), other.checks.get(check))
            for check in {**one.checks, **other.checks}
        },
        recent=recent if one.rows + other.rows < FEW_ROWS else [],
    )


def merged_key(one: KeyTally, other: KeyTally) -> KeyTally:
    return KeyTally(
        count=one.count + other.count,
        blocked=one.blocked + other.blocked,
        confirmed_leaks=one.confirmed_leaks + other.confirmed_leaks,
        first_at=min(one.first_at, other.first_at),
        last_at=max(one.last_at, other.last_at),
        kinds=summed(one.kinds, other.kinds),
        dimensions={
            name: summed(one.dimensions.get(name, {}), other.dimensions.get(name, {}))
            for name in {**one.dimensions, **other.dimensions}
        },
        affected={
            kind: {**one.affected.get(kind, {}), **other.affected.get(kind, {})}
            for kind in {**one.affected, **other.affected}
        },
        samples=merged_samples(one.samples, other.samples),
    )


_Number = TypeVar("_Number", int, float)


def summed(one: Mapping[_Key, _Number], other: Mapping[_Key, _Number]) -> dict[_Key, _Number]:
    total = dict(one)
    for name, number in other.items():
        total[name] = total[name] + number if name in total else number
    return total


def _merged_check(one: CheckCount | None, other: CheckCount | None) -> CheckCount:
    if one is None or other is None:
        return one or other or CheckCount()
    named = sorted(name for name in (one.subtype, other.subtype) if name)
    return CheckCount(one.answers + other.answers, one.failed + other.failed, named[0] if named else "")
