"""Where a text names years, quarters, halves and months: looked for once, asked for many times."""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from leadline.checks.inline._labels import (
    MONTHS,
    ORDINALS,
    PERIOD,
    Words,
    may_name_periods,
    month_ends_at,
    period_named,
)

_NONE: Words = frozenset()
_PARTS_OF_YEARS = ("quarter", "half", "quartal", "halbjahr")
_YEARS = tuple(f"{year}" for year in range(1900, 2100))
_SHORT = tuple(f"{year:02}" for year in range(100))
_SEEDS = frozenset(
    [
        *MONTHS, *_PARTS_OF_YEARS, *_YEARS, "fy", *(f"fy{year}" for year in (*_YEARS, *_SHORT)), "h1", "h2",
        *(f"q{n}" for n in "1234"), *(f"{n}q{year}" for n in "1234" for year in ("", *_SHORT)),
    ]
)  # fmt: skip
"""The words with which a period begins or, behind an ordinal, ends: no other word has one."""
_LONGEST_ORDINAL = max(map(len, ORDINALS))


class _Period(NamedTuple):
    start: int
    end: int
    names: tuple[str, ...]
    is_month: bool


class Times:
    """The periods of a text, `tokens` being its words. `months`: whether it names any month."""

    def __init__(self, text: str, tokens: AbstractSet[str]) -> None:
        self._text = text
        seeds = _SEEDS & tokens
        self.months = not seeds.isdisjoint(MONTHS)
        self._named = list(_periods_of(text, seeds)) if seeds else []
        self._starts = [one.start for one in self._named]

    def any(self, first: int, last: int) -> bool:
        """Whether a period begins there."""
        place = bisect_left(self._starts, first)
        return place < len(self._starts) and self._starts[place] < last

    def within(self, *spans: tuple[int, int]) -> Words:
        """What `periods` says of the text of these spans, given as offsets."""
        found: list[str] = []
        only_months = True
        for first, last in spans:
            for one in self._named[bisect_left(self._starts, first) : bisect_left(self._starts, last)]:
                if one.end <= last and (not one.is_month or month_ends_at(self._text, one.end, last)):
                    found += one.names
                    only_months = only_months and one.is_month
        if found and only_months and not any(may_name_periods(self._text, *span) for span in spans):
            return _NONE
        return frozenset(found)


def _periods_of(text: str, seeds: AbstractSet[str]) -> Iterator[_Period]:
    end = 0
    for place in sorted(set(_places(text, seeds))):
        match = PERIOD.match(text, place) if place >= end else None
        if match:
            end = match.end()
            yield _Period(place, end, tuple(period_named(match)), match[9] is not None)


def lowered(text: str) -> str:
    """In lower case, each letter in its place."""
    return text.replace("\u0130", "I").lower()  # the one letter that is two in lower case


def _places(text: str, seeds: AbstractSet[str]) -> Iterator[int]:
    plain = lowered(text)
    for seed in seeds:
        place = plain.find(seed)
        while place >= 0:
            yield place
            if seed in _PARTS_OF_YEARS:
                before = plain[max(0, place - _LONGEST_ORDINAL - 1) : place - 1]
                yield place - 1 - max([len(word) for word in ORDINALS if before.endswith(word)], default=-1)
            place = plain.find(seed, place + 1)
