"""The events of each incident key over the last minutes, tick by tick."""

import msgspec

from leadline.triage.keys import EGRESS_KEY
from leadline.triage.merging import merged_key
from leadline.vocabulary import FailureKind, TrafficClass
from leadline.vocabulary.tally import KeyTally, Tally

Affected = dict[int, tuple[TrafficClass, float]]


class KeyEvents(msgspec.Struct):
    """`rings` holds (tick, tally) by key, oldest first, over `span` ticks."""

    span: int
    rings: dict[str, list[tuple[int, KeyTally]]] = {}

    def absorb(self, tick: int, tally: Tally) -> None:
        for key, counted in tally.keys.items():
            self.rings.setdefault(key, []).append((tick, counted))
        oldest = tick - self.span
        for key, ring in list(self.rings.items()):
            while ring and ring[0][0] <= oldest:
                ring.pop(0)
            if not ring:
                del self.rings[key]

    def add(self, tick: int, key: str, more: KeyTally) -> None:
        """Events that a rule itself gave at this tick."""
        ring = self.rings.setdefault(key, [])
        if ring and ring[-1][0] == tick:
            ring[-1] = (tick, merged_key(ring[-1][1], more))
        else:
            ring.append((tick, more))

    def since(self, key: str, tick: int) -> list[KeyTally]:
        """Tallies of the ticks after `tick`."""
        return [tally for at, tally in self.rings.get(key, ()) if at > tick]

    def count_since(self, key: str, tick: int) -> int:
        return sum(tally.count for at, tally in self.rings.get(key, ()) if at > tick)

    def affected(self, key: str, kinds: frozenset[str] | None = None) -> Affected:
        """Distinct requests with an event of the key, of these kinds only when given."""
        union: Affected = {}
        for _, tally in self.rings.get(key, ()):
            for kind, requests in tally.affected.items():
                if kinds is None or kind in kinds:
                    union.update(requests)
        return union

    def failed(self, key: str) -> set[int]:
        """Distinct requests that a provider failed, not those that it merely served late."""
        union: set[int] = set()
        for _, tally in self.rings.get(key, ()):
            for kind, requests in tally.affected.items():
                if kind != FailureKind.PROVIDER_SLOW.value:
                    union.update(requests)
        return union

    def users(self, key: str) -> int:
        found: set[str] = set()
        for _, tally in self.rings.get(key, ()):
            found.update(tally.dimensions.get("user", ()))
        return len(found)

    def move_to_egress(self, keys: list[str]) -> None:
        """What looked like the trouble of each provider was our own side's all along."""
        for key in keys:
            for tick, tally in self.rings.pop(key, []):
                ring = self.rings.setdefault(EGRESS_KEY, [])
                place = next((i for i, (at, _) in enumerate(ring) if at == tick), None)
                if place is None:
                    ring.append((tick, tally))
                else:
                    ring[place] = (tick, merged_key(ring[place][1], tally))
        if EGRESS_KEY in self.rings:
            self.rings[EGRESS_KEY].sort(key=lambda cell: cell[0])
