"""Where a text names years, quarters, halves and months: looked for once, asked for many times."""

from bisect import bisect_left
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from leadline.checks.inline._labels import MONTHS, ORDINALS, PERIOD, Words, may_name_periods, period_named

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


class Times:
    """The periods of a text, `tokens` being its words. `months`: whether it names any month."""

    def __init__(self, text: str, tokens: AbstractSet[str]) -> None:
        self._text = text
        seeds = _SEEDS & tokens
        self.months = not seeds.isdisjoint(MONTHS)
        self._places = sorted(set(_places(text, seeds))) if seeds else []

    def any(self, first: int, last: int) -> bool:
        """Whether a period may begin there."""
        place = bisect_left(self._places, first)
        return place < len(self._places) and self._places[place] < last

    def within(self, *spans: tuple[int, int]) -> Words:
        """What `periods` says of the text of these spans, given as offsets."""
        found: set[str] = set()
        for first, last in spans:
            end = first
            for place in self._places[bisect_left(self._places, first) : bisect_left(self._places, last)]:
                match = PERIOD.match(self._text, place, last) if place >= end else None
                if match:
                    found.update(period_named(match))
                    end = match.end()
        if found and any(may_name_periods(self._text, first, last) for first, last in spans):
            return frozenset(found)
        return _NONE


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
