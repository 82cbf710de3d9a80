"""What two sets of rules decide on the same history, incident by incident."""

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from leadline.vocabulary import Incident

FIELDS = ("severity", "opened_at", "resolved_at", "pages", "count", "reopens")


class Side(StrEnum):
    ONLY_A = "only in A"
    ONLY_B = "only in B"
    CHANGED = "changed"
    SAME = "same"


class Difference(msgspec.Struct, frozen=True):
    """One incident as A and as B see it. `changed` names the fields of FIELDS in which they differ."""

    key: str
    a: Incident | None
    b: Incident | None
    changed: tuple[str, ...] = ()

    @property
    def side(self) -> Side:
        if self.b is None:
            return Side.ONLY_A
        if self.a is None:
            return Side.ONLY_B
        return Side.CHANGED if self.changed else Side.SAME


def differences(a: Sequence[Incident], b: Sequence[Incident]) -> list[Difference]:
    """In order of opening. Incidents of one key are the same one when they are open at the same time."""
    left = list(b)
    found = []
    for incident in a:
        twin = next((other for other in left if _overlap(incident, other)), None)
        if twin is not None:
            left.remove(twin)
        found.append(_difference(incident, twin))
    found += [Difference(incident.key, None, incident) for incident in left]
    return sorted(found, key=_opened)


def _difference(a: Incident, b: Incident | None) -> Difference:
    if b is None:
        return Difference(a.key, a, None)
    return Difference(a.key, a, b, tuple(name for name in FIELDS if getattr(a, name) != getattr(b, name)))


def _overlap(one: Incident, other: Incident) -> bool:
    if one.key != other.key:
        return False
    first, second = sorted((one, other), key=lambda incident: incident.opened_at)
    return first.resolved_at is None or second.opened_at <= first.resolved_at


def _opened(difference: Difference) -> tuple[float, str]:
    times = [incident.opened_at for incident in (difference.a, difference.b) if incident is not None]
    return min(times), difference.key
