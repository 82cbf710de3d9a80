"""By which of its kinds of failure an incident goes."""

from collections.abc import Iterable, Mapping

from leadline.triage.keys import SUBTYPE
from leadline.vocabulary import FailureKind

_CONSEQUENCES = frozenset({FailureKind.PROVIDER_SHORT_CIRCUITED.value})
"""Kinds that follow from another: they say that something is wrong, not what."""
_CONDITIONS = {kind.value: condition for kind, condition in SUBTYPE.items()}


def ranked_kinds(counts: Mapping[str, int], crossed: Iterable[str]) -> list[str]:
    """The kinds of an incident's events, the one to name it by first: most events, mere consequences last.
    Where each crossed condition is of one kind (`regression`, not `hard`), these kinds go before those that
    only happened at the time. A kind of a newer version takes part by its count.
    """
    conditions = set(crossed)
    crossing = {kind for kind in counts if _CONDITIONS.get(kind) in conditions}
    if not conditions or {_CONDITIONS[kind] for kind in crossing} != conditions:
        crossing = set()
    return sorted(counts, key=lambda kind: (kind in _CONSEQUENCES, kind not in crossing, -counts[kind], kind))
