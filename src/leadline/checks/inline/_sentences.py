"""The sentences of a text, and what stands around each figure in its clause."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import Words, beside_a_month, label_words
from leadline.checks.inline._times import Times, lowered

# the first letters come first, their look-behinds after them: so the engine skips from one to the next
_SENTENCE_END = re.compile(
    r"\s(?:(?<=[.!?]\s)\s*(?=[^\W\d_a-z])"
    r"|(?<=\n)(?:\s*(?=[-*•#|\n]|\d{1,2}[.)]\s)|(?<=[^\n]:\n)|(?=[^\n]{0,48}:)))"
)
CLAUSE_END = re.compile(
    r"[;(),.\s](?:(?=[awub\u2013\u2014-])(?<=\s)"
    r"(?:[-\u2013\u2014](?=\s)|(?:and|while|but|whereas|und|während|aber)\b)|(?<=[;()])|(?<=[,.])(?=\s))"
)
_REACH = 160
_MOST_SPOKEN_OF = 200
"""A sentence with more figures is a list of numbers."""
_FROM = re.compile(r"\b(?:from|versus|vs|than|against|compared|prior|previous|earlier|last|von|gegenüber)\b")
_JUST_BEFORE = 12
_NONE: Words = frozenset()


class Around(NamedTuple):
    """What stands left and right of a figure in its clause, the label words there, and its period."""

    left: str
    right: str
    before: Words
    behind: Words
    periods: Words


class Sentence:
    """`start`: where it begins in the text, whose `times` are known. `figures`: those in it.

    `spoken_of`: those of them that are said of something: no years, days of months, parts of dates or
    versions.
    """

    def __init__(self, text: str, start: int, figures: list[Figure], times: Times) -> None:
        self.text = text
        self.start = start
        self.figures = figures
        self.spoken_of = self._spoken_of(times.months) if figures else figures
        self._times = times
        self._compared: list[tuple[int, int]] | None = None
        self._dated = times.any(start, start + len(text))
        self._clauses = self._marks() if self.spoken_of else ([], [])

    def _spoken_of(self, months: bool) -> list[Figure]:  # noqa: FBT001
        kept: list[Figure] = []
        found = self.figures
        for place, figure in enumerate(found):
            begun = figure.start
            part = (place and found[place - 1].start == begun) or (
                place + 1 < len(found) and found[place + 1].start == begun
            )
            if not part and not is_year(figure) and not (months and self._is_a_day(figure)):
                kept.append(figure)
        return kept[:_MOST_SPOKEN_OF]

    def around(self, place: int) -> Around:
        """What stands around a figure of those that are spoken of.

        The left reaches back to what the clause before was about when its own says nothing; never further
        than `_REACH` characters, so that the work stays linear.
        """
        found = self.spoken_of
        at, behind = found[place].start - self.start, found[place].end - self.start
        first, last = max(0, at - _REACH), min(len(self.text), behind + _REACH)
        before = max(first, found[place - 1].end - self.start) if place else first
        after = min(last, found[place + 1].start - self.start) if place + 1 < len(found) else last
        bound, said = self._opening(before, at)
        end = self._closing(behind, after)
        left, right = self.text[bound:at], self.text[behind:end]
        follows = label_words(right)
        when = self._period(first, bound, at, behind, end, last) if self._dated else _NONE
        if before > first and not said and not follows:
            left = f"{_last_labelled(self.text[first : min(before, at)])} {left}"
            said = label_words(left)
        return Around(left, right, said, follows, when)

    def _marks(self) -> tuple[list[int], list[int]]:
        """Where the marks between clauses begin and where they end, as far as a figure reaches."""
        first = max(0, self.figures[0].start - self.start - _REACH)
        last = self.figures[-1].end - self.start + _REACH
        spans = [match.span() for match in CLAUSE_END.finditer(self.text, first, last)]
        return [start for start, _ in spans], [end for _, end in spans]

    def _is_a_day(self, figure: Figure) -> bool:
        if figure.bare[0] > 31 or figure.unit:
            return False
        return beside_a_month(self.text, figure.start - self.start, figure.end - self.start)

    def _opening(self, before: int, at: int) -> tuple[int, Words]:
        """Where the clause of a figure begins, the last one with a label of its own, and its words."""
        starts, ends = self._clauses
        place = bisect_left(ends, at + 1) - 1
        while place >= 0 and starts[place] >= before:
            words = label_words(self.text[ends[place] : at])
            if words:
                return ends[place], words
            place -= 1
        return before, label_words(self.text[before:at])

    def _closing(self, behind: int, after: int) -> int:
        starts, ends = self._clauses
        place = bisect_left(starts, behind)
        return starts[place] if place < len(starts) and ends[place] <= after else after

    def _period(self, first: int, bound: int, at: int, behind: int, end: int, last: int) -> Words:
        """The period beside the figure, else the only one around it, unless the figure is what something
        else is compared with.
        """
        start, named = self.start, self._times.within
        compares = self._compares()
        since = max([its for its in compares if bound <= its[0] and its[1] <= at], default=None)
        near = named((start + behind, start + end))
        near = near or named((start + (since[1] if since else bound), start + at))
        if near:
            return near
        if since or any(bound - _JUST_BEFORE <= its[0] and its[1] <= bound for its in compares):
            return _NONE
        ahead = next((its[0] for its in compares if behind <= its[0] and its[1] <= last), last)
        return _one_time(named((start + first, start + bound))) or _one_time(
            named((start + first, start + at), (start + behind, start + ahead))
        )

    def _compares(self) -> list[tuple[int, int]]:
        """Where what is compared with something else begins: `up from`, `than`."""
        if self._compared is None:
            self._compared = [match.span() for match in _FROM.finditer(lowered(self.text))]
        return self._compared


def sentences(text: str, start: int, found: Sequence[Figure], times: Times) -> Iterator[Sentence]:
    """Each sentence of a text that begins at `start`, with the figures in it."""
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    place = 0
    for first, last in pairwise(bounds):
        inside = []
        while place < len(found) and found[place].start < start + last:
            inside.append(found[place])
            place += 1
        yield Sentence(text[first:last], start + first, inside, times)


def is_year(figure: Figure) -> bool:
    return not figure.unit and not figure.scaled and len(figure.text) == 4 and 1000 <= figure.bare[0] <= 2199


def _last_labelled(text: str) -> str:
    """The last clause that has a label of its own, if any."""
    if not label_words(text):
        return ""
    end = len(text)
    for match in reversed(list(CLAUSE_END.finditer(text))):
        if label_words(text[match.end() : end]):
            return text[match.end() : end]
        end = match.start()
    return text[:end]


def _one_time(found: Words) -> Words:
    """The periods, unless they are several of a kind."""
    kinds = [one[0] for one in found]
    return found if len(kinds) == len(set(kinds)) else _NONE
