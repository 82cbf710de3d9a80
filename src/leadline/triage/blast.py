"""How far does a failure reach? Fills the `SystemState` of one tick, key by key."""

from collections.abc import Iterable

import msgspec

from leadline.triage.columns import OWN_CALLS
from leadline.triage.conditions.provider import ProviderWatch
from leadline.triage.key_events import KeyEvents
from leadline.triage.keys import EGRESS_KEY, SUBTYPE, category_of, scope_of
from leadline.triage.reach import Reach, Requests
from leadline.triage.reading import Now, Reading
from leadline.triage.windows import SlidingSum
from leadline.vocabulary import FailureCategory, FailureKind, KeyState, TrafficClass
from leadline.vocabulary.tally import Tally

_CLASSES = tuple(TrafficClass)
_PLACE = {name: place for place, name in enumerate(_CLASSES)}


class RequestWatch(msgspec.Struct):
    """Requests of the last minutes: all of them, by feature and class; and how troubled ones ended."""

    features: dict[str, SlidingSum] = {}
    endings: list[tuple[int, dict[int, bool]]] = []

    def absorb(self, now: Now, tally: Tally) -> None:
        span = now.rules.ticks(now.rules.blast_window_s)
        sums: dict[str, list[float]] = {}
        for stratum, counts in tally.strata.items():
            if counts.requests and stratum.route not in OWN_CALLS:
                cell = sums.setdefault(stratum.feature, [0.0] * len(_CLASSES))
                cell[_PLACE[stratum.traffic_class]] += counts.requests
        for feature, cell in sums.items():
            if feature not in self.features:
                self.features[feature] = SlidingSum(span, [0.0] * len(_CLASSES))
            self.features[feature].add(now.tick, tuple(cell))
        for feature, window in list(self.features.items()):
            window.expire(now.tick)
            if not window.cells:
                del self.features[feature]
        if tally.finals:
            self.endings.append((now.tick, tally.finals))
        while self.endings and self.endings[0][0] <= now.tick - span:
            self.endings.pop(0)

    @property
    def total(self) -> float:
        return sum(sum(window.sums) for window in self.features.values())

    def served_share(self, failed: Requests) -> float | None:
        """Of the failed requests whose end is known, the share that was served in the end."""
        ends = [good for _, endings in self.endings for name, good in endings.items() if name in failed]
        return sum(ends) / len(ends) if ends else None


def key_states(
    now: Now,
    readings: dict[str, list[Reading]],
    events: KeyEvents,
    requests: RequestWatch,
    providers: ProviderWatch,
) -> dict[str, KeyState]:
    """Of every key that is crossed or has an open incident."""
    crossed = {key for key, found in readings.items() if any(r.breached for r in found)}
    told_of = sorted(crossed | now.open_keys)
    total = requests.total if told_of else 0.0
    states = {}
    for key in told_of:
        breached = [reading for reading in readings.get(key, ()) if reading.breached]
        reach = events.reach(key)
        share, classes = _share(key, breached, reach, requests, total)
        states[key] = KeyState(
            affected_share=share,
            class_shares=classes,
            served_share=_served(key, reach, requests),
            outage_ticks=_outage_ticks(key, providers),
            mitigation=_mitigation(key, events, now),
            crossed=bool(breached),
            confirmed_leak=any(tally.confirmed_leaks for _, tally in events.rings.get(key, ())),
            latency_only=bool(breached) and all(reading.subtype == "latency" for reading in breached),
            users_affected=len(reach.users),
            measures={reading.subtype: (reading.measured, reading.threshold) for reading in breached},
        )
    return states


def _share(
    key: str, breached: list[Reading], reach: Reach, requests: RequestWatch, total: float
) -> tuple[float, dict[str, float]]:
    """(share of all requests, shares of the affected by class)."""
    known = [reading.share for reading in breached if reading.share is not None]
    if known:
        return max(known), {}
    feature = next((r.feature for r in breached if r.condition and r.feature), None)
    window = requests.features.get(feature) if feature else None
    if window is not None:
        by_class = {name.value: window.sums[place] for name, place in _PLACE.items() if window.sums[place]}
    else:
        fired = _fired_kinds(key, breached)
        by_class = reach.by_class(lambda kind: fired is None or kind in fired)
    reached = sum(by_class.values())
    if not reached:
        return 0.0, {}
    share = min(reached / total, 1.0) if total else 1.0
    return share, {name: weight / reached for name, weight in by_class.items()}


def _fired_kinds(key: str, breached: Iterable[Reading]) -> frozenset[str] | None:
    """For quality, only the failures of the checks that fired count."""
    fired = {reading.subtype for reading in breached}
    if category_of(key) is not FailureCategory.QUALITY or not fired:
        return None
    return frozenset(kind.value for kind in FailureKind if SUBTYPE[kind] in fired)


def _served(key: str, reach: Reach, requests: RequestWatch) -> float | None:
    """Of the requests that a provider failed; those that it merely served late are none."""
    if category_of(key) is not FailureCategory.PROVIDER:
        return None
    return requests.served_share(reach.requests(lambda kind: kind != FailureKind.PROVIDER_SLOW.value))


def _outage_ticks(key: str, providers: ProviderWatch) -> int:
    if key == EGRESS_KEY:
        return max((window.outage_ticks for window in providers.providers.values()), default=0)
    window = providers.providers.get(scope_of(key)) if category_of(key) is FailureCategory.PROVIDER else None
    return window.outage_ticks if window else 0


def _mitigation(key: str, events: KeyEvents, now: Now) -> int | None:
    """The configured recoverability of the category, else what can be seen live (`INCIDENTS.md` 9)."""
    category = category_of(key)
    configured = now.baseline.mitigation.get(category.name)
    if configured is not None or category is FailureCategory.PROVIDER:
        return configured
    tallies = [tally for _, tally in events.rings.get(key, ())]
    if tallies and all(tally.blocked == tally.count for tally in tallies):
        return 0
    if category is FailureCategory.SECURITY:
        return 3
    return 1 if scope_of(key) in now.baseline.fallbacks else 2
