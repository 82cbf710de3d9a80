"""Where a text names years, quarters, halves and months: looked for once, asked for many times."""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from leadline.checks.inline._labels import (
    MONTHS,
    ORDINALS,
    PARTS_OF_YEARS,
    PERIOD,
    SEEDS,
    Words,
    period_named,
)

_MOST_NAMED = 64
"""Periods of one sentence that are looked at: with so many it is of no single one."""
_LONGEST_ORDINAL = max(map(len, ORDINALS))


class Times:
    """The periods of a text, `tokens` being its words. `months`: whether it names any month."""

    def __init__(self, text: str, tokens: AbstractSet[str]) -> None:
        self._text = text
        seeds = SEEDS & tokens
        self.months = not seeds.isdisjoint(MONTHS)
        self._named = list(_periods_of(text, seeds)) if seeds else []
        self._starts = [start for start, _, _ in self._named]

    def any(self, first: int, last: int) -> bool:
        """Whether a period begins there."""
        place = bisect_left(self._starts, first)
        return place < len(self._starts) and self._starts[place] < last

    def within(self, *spans: tuple[int, int]) -> Words:
        """What the text of these spans, given as offsets, names of years, quarters, halves and months."""
        found: list[str] = []
        for first, last in spans:
            begin = bisect_left(self._starts, first)
            for place in range(begin, min(bisect_left(self._starts, last), begin + _MOST_NAMED)):
                _, end, names = self._named[place]
                if end <= last:
                    found += names
        return frozenset(found)


def _periods_of(text: str, seeds: AbstractSet[str]) -> Iterator[tuple[int, int, tuple[str, ...]]]:
    end = 0
    for place in sorted(set(_places(text, seeds))):
        match = PERIOD.match(text, place) if place >= end else None
        if match:
            end = match.end()
            yield place, end, tuple(period_named(match))


def _places(text: str, seeds: AbstractSet[str]) -> Iterator[int]:
    lowered = text.replace("\u0130", "I").lower()  # the one letter that is two in lower case
    for seed in seeds:
        place = lowered.find(seed)
        while place >= 0:
            yield place
            if seed in PARTS_OF_YEARS:
                before = lowered[max(0, place - _LONGEST_ORDINAL - 1) : place - 1]
                yield place - 1 - max([len(word) for word in ORDINALS if before.endswith(word)], default=-1)
            place = lowered.find(seed, place + 1)
