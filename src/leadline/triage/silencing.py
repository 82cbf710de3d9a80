"""Does a silence fit an incident?"""

from collections.abc import Iterable

from leadline.triage.case import Case
from leadline.triage.keys import category_of, scope_of
from leadline.vocabulary import FailureCategory, Silence

_BY_FEATURE = (FailureCategory.COST, FailureCategory.DATA)


def is_silenced(case: Case, silences: Iterable[Silence], at: float) -> bool:
    return any(silence.at <= at < silence.until and _fits(silence, case) for silence in silences)


def _fits(silence: Silence, case: Case) -> bool:
    return (
        silence.key in ("", case.key)
        and silence.category in (None, category_of(case.key))
        and (not silence.feature or _features(case) == {silence.feature})
    )


def _features(case: Case) -> set[str]:
    """Those that it hits; a key that is a feature's own has no other."""
    if category_of(case.key) in _BY_FEATURE:
        return {scope_of(case.key)}
    return set(case.dimensions.get("feature", ()))
