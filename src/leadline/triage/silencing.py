"""Does a silence fit an incident?"""

from collections.abc import Collection, Iterable, Mapping

from leadline.triage.case import Case
from leadline.triage.keys import category_of, scope_of
from leadline.vocabulary import FailureCategory, Silence

_BY_FEATURE = (FailureCategory.COST, FailureCategory.DATA)


def is_silenced(case: Case, silences: Iterable[Silence], at: float) -> bool:
    return any(in_force(silence, at) and fits(silence, case.key, case.dimensions) for silence in silences)


def in_force(silence: Silence, at: float) -> bool:
    return silence.at <= at < silence.until


def fits(silence: Silence, key: str, dimensions: Mapping[str, Collection[str]]) -> bool:
    """`dimensions` are those of the incident."""
    return (
        silence.key in ("", key)
        and silence.category in (None, category_of(key))
        and (not silence.feature or _features(key, dimensions) == {silence.feature})
    )


def _features(key: str, dimensions: Mapping[str, Collection[str]]) -> set[str]:
    """Those that it hits; a key that is a feature's own has no other."""
    if category_of(key) in _BY_FEATURE:
        return {scope_of(key)}
    return set(dimensions.get("feature", ()))
