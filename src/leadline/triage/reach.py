"""The distinct requests behind the events of one key, kept up to date as ticks come and go."""

from collections.abc import Callable, Iterable

from leadline.vocabulary import TrafficClass
from leadline.vocabulary.tally import KeyTally

Requests = dict[int, tuple[TrafficClass, float, int]]
"""Digest -> traffic class, weight, and the latest tick on which the request had such an event."""


class Reach:
    """By kind: the requests, and their weight by traffic class. `users` counts events by user."""

    def __init__(self, ring: Iterable[tuple[int, KeyTally]] = ()) -> None:
        self._requests: dict[str, Requests] = {}
        self._weights: dict[str, dict[TrafficClass, float]] = {}
        self.users: dict[str, int] = {}
        for tick, tally in ring:
            self.enter(tick, tally)

    def enter(self, tick: int, tally: KeyTally) -> None:
        for user, count in tally.dimensions.get("user", {}).items():
            self.users[user] = self.users.get(user, 0) + count
        for kind, affected in tally.affected.items():
            held = self._requests.setdefault(kind, {})
            weights = self._weights.setdefault(kind, {})
            for request, (traffic_class, weight) in affected.items():
                former = held.get(request)
                if former is not None:
                    weights[former[0]] -= former[1]
                held[request] = (traffic_class, weight, tick)
                weights[traffic_class] = weights.get(traffic_class, 0.0) + weight

    def leave(self, tick: int, tally: KeyTally) -> None:
        for user, count in tally.dimensions.get("user", {}).items():
            self.users[user] -= count
            if not self.users[user]:
                del self.users[user]
        for kind, affected in tally.affected.items():
            held, weights = self._requests[kind], self._weights[kind]
            for request in affected:
                traffic_class, weight, latest = held[request]
                if latest == tick:
                    del held[request]
                    weights[traffic_class] -= weight
            if not held:
                del self._requests[kind], self._weights[kind]

    def requests(self, wanted: Callable[[str], bool]) -> Requests:
        """Distinct requests with an event of a wanted kind."""
        chosen = [held for kind, held in self._requests.items() if wanted(kind)]
        if len(chosen) == 1:
            return chosen[0]
        union: Requests = {}
        for held in chosen:
            union.update(held)
        return union

    def by_class(self, wanted: Callable[[str], bool]) -> dict[str, float]:
        """Their weight by traffic class, a request that failed in several ways counted once."""
        kinds = [kind for kind in self._requests if wanted(kind)]
        weights: dict[TrafficClass, float] = {}
        if len(kinds) == 1:
            weights = self._weights[kinds[0]]
        else:
            for traffic_class, weight, _ in self.requests(wanted).values():
                weights[traffic_class] = weights.get(traffic_class, 0.0) + weight
        return {TrafficClass(name).value: weight for name, weight in weights.items() if weight}
