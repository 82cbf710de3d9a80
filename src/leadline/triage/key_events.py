"""The events of each incident key over the last minutes, tick by tick."""

import msgspec

from leadline.triage.keys import EGRESS_KEY
from leadline.triage.merging import merged_key
from leadline.triage.reach import Reach
from leadline.vocabulary.tally import KeyTally, Tally

_NOBODY = Reach()


class KeyRings(msgspec.Struct):
    """(tick, tally) by key, oldest first, over `span` ticks: the part that is written down."""

    span: int
    rings: dict[str, list[tuple[int, KeyTally]]] = {}


class KeyEvents:
    """Reads and moves the rings; what can be computed from them is built anew after a restore."""

    def __init__(self, held: KeyRings) -> None:
        self._span = held.span
        self.rings = held.rings
        self._reaches = {key: Reach(ring) for key, ring in held.rings.items()}

    def absorb(self, tick: int, tally: Tally) -> None:
        for key, counted in tally.keys.items():
            self.rings.setdefault(key, []).append((tick, counted))
            self._reaches.setdefault(key, Reach()).enter(tick, counted)
        oldest = tick - self._span
        for key, ring in list(self.rings.items()):
            while ring and ring[0][0] <= oldest:
                self._reaches[key].leave(*ring.pop(0))
            if not ring:
                del self.rings[key], self._reaches[key]

    def add(self, tick: int, key: str, more: KeyTally) -> None:
        """Events that a rule itself gave at this tick."""
        ring = self.rings.setdefault(key, [])
        if ring and ring[-1][0] == tick:
            ring[-1] = (tick, merged_key(ring[-1][1], more))
        else:
            ring.append((tick, more))
        self._reaches.setdefault(key, Reach()).enter(tick, more)

    def since(self, key: str, tick: int) -> list[KeyTally]:
        """Tallies of the ticks after `tick`."""
        return [tally for at, tally in self.rings.get(key, ()) if at > tick]

    def count_since(self, key: str, tick: int) -> int:
        return sum(tally.count for at, tally in self.rings.get(key, ()) if at > tick)

    def reach(self, key: str) -> Reach:
        return self._reaches.get(key, _NOBODY)

    def move_to_egress(self, keys: list[str]) -> None:
        """What looked like the trouble of each provider was our own side's all along."""
        together = dict(self.rings.pop(EGRESS_KEY, []))
        for key in keys:
            self._reaches.pop(key, None)
            for tick, tally in self.rings.pop(key, []):
                together[tick] = merged_key(together[tick], tally) if tick in together else tally
        if together:
            self.rings[EGRESS_KEY] = sorted(together.items(), key=lambda cell: cell[0])
            self._reaches[EGRESS_KEY] = Reach(self.rings[EGRESS_KEY])
