"""The sentences of a text, and what stands around each figure in its clause."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import pairwise

import msgspec

from leadline.checks.inline._figures import Figure, is_range, is_year
from leadline.checks.inline._labels import NOTHING, Words, kind_of, label_words
from leadline.checks.inline._names import words
from leadline.checks.inline._spans import spans_in
from leadline.checks.inline._times import Times
from leadline.checks.inline._units import CURRENCIES, SHARES

# each choice begins with what ends a sentence, its look-behind after it: so the engine skips to the next one
_SENTENCE_END = re.compile(
    r"\s(?:(?<=[.!?]\s)(?<!\b[A-Z]\.\s)(?<!\b[Nn]o\.\s)(?<!\bMio\.\s)(?<!\bMrd\.\s)\s*(?=[^\W\d_a-z]|[€$£]\d)"
    r"|(?<=\n)(?:\s*(?=[-*•#|\n]|\d{1,2}[.)]\s)|(?<=[^\n]:\n)|(?=[^\n]{0,48}:)))"
)
_CLAUSE_END = re.compile(
    r"[\s;,:().](?:(?<=[;,:])\s|(?<=[()])|(?<=[^\W\d_]{3}\.)\s|(?<=\s)(?:[-\u2013\u2014]\s"
    r"|(?:and|while|but|whereas|against|than|compared|versus|vs|und|während|aber|gegenüber|nach|et|mais|contre|y|"
    r"mientras|frente|e|mentre|contro|en|terwijl|tegenover|och|medan|og|mens|mot)\b))"
)
_REACH = 160
_RIGHT_BEHIND = 24
_CODE = re.compile(r"(?<![\w-])[^\W\d_]\w*-(?:\w+-)*\Z")
_OF_VALUES = frozenset({*CURRENCIES, *SHARES, "cent", "date", "clock"})
_AHEAD = 64
_BESIDE = 12
_NOUN = re.compile(r" ([^\W\d_]{3,})")
_PER_SO_MANY = re.compile(r"\b(?:per|je|pro|por) \Z", re.IGNORECASE)
_CAPITAL = re.compile(r"\b[^\W\d_a-zà-ÿ][\w-]* \Z")
_LONGEST_NUMBER = 4
_OF_THE_NEXT = re.compile(
    r"\s(?:to|on|at|from|with|out of|for|including|by|plus|or|zu|auf|bei|mit|sur|à|pour|con|su|op|på|till)\b"
    r"[^;,]*\b(?:of|is|was|were|are|war|waren|est|von|de|di|van|av|af)\s\W*\Z"
)
_THAN = re.compile(r"\bthan\s[^\d,;:(]*[,;:(]")
_FROM = re.compile(r"\b(?:from|de|da|från|fra|van|od)\s\W?\Z", re.IGNORECASE)
_CIRCUMSTANCE = re.compile(
    r"\s(?:after|despite|because|due to|owing to|thanks to|following|amid|après|malgré|grâce|trotz|wegen|"
    r"dank|infolge|efter|trots|dopo|nonostante|después|pese|gracias|ondanks|dankzij)\b"
)
_RATIO = re.compile(r"\d:\d")
_REFERENCE = re.compile(
    r"\b(?:passages?|pages?|steps?|chapters?|sections?|figure|table|no|nr|number|phase|level|type|part|volume|article|"
    r"option|item|line|question|paragraph|exhibit|note|season|seite|schritt|kapitel|abschnitt|étape)\.? #?\Z",
    re.IGNORECASE,
)
_COMPARING = (
    *("from", "versus", "vs", "than", "against", "compared", "prior", "previous", "earlier", "last"),
    *("after", "von", "gegenüber", "vorjahr", "nach", "contre", "après", "frente", "tras", "respecto"),
    *("dopo", "contro", "rispetto", "tegen", "vergeleken", "efter", "mot", "jämfört", "sammenlignet"),
    "wobec",
    *("mehr als", "weniger als", "als im", "plus que", "moins que", "par rapport", "más que", "menos que"),
    *("meer dan", "minder dan", "ten opzichte", "mer än", "mindre än", "mere end", "mindre end", "do que"),
)
_COMPARED = re.compile(rf"\b(?:{'|'.join(_COMPARING)})\b", re.IGNORECASE)
_MAY_COMPARE = frozenset(one.partition(" ")[0] for one in _COMPARING)


class Around(msgspec.Struct, frozen=True, gc=False):
    """What stands left and right of a figure up to the next ones, what is `ahead` of it whatever it is, the
    label words there, those said before in the sentence, and its period.
    """

    left: str
    right: str
    ahead: str
    beyond: str
    before: Words
    behind: Words
    subject: Words
    periods: Words
    near: Words
    outside: Words
    parted: bool

    @property
    def noun(self) -> str:
        """What is counted: the word behind the figure."""
        found = _NOUN.match(self.right)
        words = label_words(found[1]) if found else NOTHING
        return next(iter(words), "")


class Sentence:
    """`start`: where it begins in the text, whose `times` are known. `figures`: those in it; `spoken_of`:
    those of them that are said of something.
    """

    def __init__(
        self, text: str, start: int, figures: list[Figure], times: Times, labels: AbstractSet[str]
    ) -> None:
        self.text = text
        self.start = start
        self.figures = figures
        self._times = times
        self._labels = labels
        self.spoken_of = self._spoken_of(figures) if figures else []
        self._dated = bool(figures) and times.any(start, start + len(text))

    def _spoken_of(self, found: list[Figure]) -> list[Figure]:
        """The figures that are said of something: no years, no parts of versions."""
        kept: list[Figure] = []
        for place, figure in enumerate(found):
            begun = figure.start
            part = (place and found[place - 1].start == begun) or (
                place + 1 < len(found) and found[place + 1].start == begun
            )
            if not part and not is_year(figure) and not self._is_a_reference(figure):
                kept.append(figure)
        return kept

    def _is_a_reference(self, figure: Figure) -> bool:
        """`Passage 3` and `step 6` say where something stands, `SH-7741` which one it is, 2:1 a ratio."""
        at, behind = figure.start - self.start, figure.end - self.start
        if (at > 1 and _RATIO.match(self.text, at - 2)) or _RATIO.match(self.text, behind - 1):
            return True
        if self.text[at - 1 : at] == "-" and _CODE.search(self.text, max(0, at - 24), at):
            return True
        if _PER_SO_MANY.search(self.text, max(0, at - 5), at):
            return True
        if figure.unit or figure.scaled or len(figure.text) > _LONGEST_NUMBER:
            return False
        if f"#{figure.text}" in self._labels and _CAPITAL.search(self.text, max(0, at - 16), at):
            return True
        return figure.digits <= 2 and _REFERENCE.search(self.text, max(0, at - 12), at) is not None

    @cached_property
    def periods(self) -> Words:
        """All that it names."""
        return self._times.within((self.start, self.start + len(self.text)))

    def is_timeless(self, figure: Figure) -> bool:
        """Whether it names no time before a figure, nor behind it but of what that is compared with."""
        behind = figure.end - self.start
        begins = self._comparisons[0]
        against = bisect_left(begins, behind)
        last = begins[against] if against < len(begins) else len(self.text)
        return not self._times.any(self.start, self.start + last)

    @cached_property
    def opening(self) -> Words:
        """The time that it sets before it comes to its first figure: other sentences may go on with it."""
        return _one_time(self._times.within((self.start, self.spoken_of[0].start)))

    @cached_property
    def words(self) -> Words:
        return label_words(self.text[: 4 * _REACH])

    def around(self, place: int) -> Around:
        """What stands around a figure of those that are spoken of: from the end of the clause of the figure
        before to the end of its own, or to the figures beside it where no clause ends between; never further
        than `_REACH` characters, so that the work stays linear.
        """
        found = self.spoken_of
        opens, closes = self._range_of(place)
        at, behind = found[opens].start - self.start, found[closes].end - self.start
        first, last = max(0, at - _REACH), min(len(self.text), behind + _REACH)
        parted = True
        before_it = next((one for one in reversed(found[:opens]) if one.unit != "date"), None)
        if before_it is not None:
            closed, opened = self._clause_after(before_it.end - self.start, at)
            parted, first = closed < at, max(first, opened)
        if closes + 1 < len(found):
            last = min(last, found[closes + 1].start - self.start)
        last = self._clause_after(behind, last)[0]
        hard = self._item_start(at)
        first = max(first, hard)
        left, right = self.text[first:at], self._behind(closes, behind, last)
        before = label_words(_THAN.sub(" ", left) if " than " in left else left) | self._span_beside(
            opens, opens - 1, first
        )
        follows = label_words(right) | self._span_beside(closes, closes + 1, last)
        ahead = self.text[max(0, at - _AHEAD) : at]
        beyond = self.text[behind : behind + _AHEAD]
        near = self._period_beside(first, at, behind, last) if self._dated else NOTHING
        when = near or (self._period(first, at, behind) if self._dated else NOTHING)
        return Around(
            left,
            right,
            ahead,
            beyond,
            before,
            follows,
            self._subject(hard, first, found[place].unit),
            when,
            near,
            self._outside(first, at),
            parted,
        )

    def _range_of(self, place: int) -> tuple[int, int]:
        """The first and the last figure of the range that a figure is an end of: what is said of one end is
        said of the other.
        """
        if place and self._are_a_range(place - 1):
            return place - 1, place
        if place + 1 < len(self.spoken_of) and self._are_a_range(place):
            return place, place + 1
        return place, place

    def _are_a_range(self, place: int) -> bool:
        """And no change: from 3 to 4."""
        first, second = self.spoken_of[place : place + 2]
        if first.unit != second.unit or first.unit == "date":
            return False
        at = first.start - self.start
        return is_range(self.text, first, second, self.start) and not _FROM.search(
            self.text, max(0, at - 8), at
        )

    def _outside(self, first: int, at: int) -> Words:
        """What stands before the bracket that a figure is in: Intermodal (up 2 % to 5 million)."""
        bracket = self.text.rfind("(", max(0, at - _REACH), at)
        if not 0 <= bracket <= first + 1 or ")" in self.text[bracket:at]:
            return NOTHING
        ends = self._clauses[1]
        place = bisect_right(ends, bracket) - 1
        begins = max(ends[place] if place >= 0 else 0, bracket - _REACH)
        return label_words(self.text[begins:bracket])

    def _behind(self, place: int, behind: int, last: int) -> str:
        """What is said of a figure behind it: not the label of the next one, nor the circumstances."""
        right = self.text[behind:last]
        if place + 1 < len(self.spoken_of) and self.spoken_of[place + 1].start - self.start == last:
            right = _OF_THE_NEXT.sub(" ", right)
        circumstance = _CIRCUMSTANCE.search(right)
        return right[: circumstance.start()] if circumstance else right

    def _item_start(self, at: int) -> int:
        """Where an item of a list begins: behind a semicolon, or behind the key above its own key."""
        colon = self.text.rfind(": ", 0, at)
        above = self.text.rfind(": ", 0, colon) if colon > 0 else -1
        return max(self.text.rfind(";", 0, at), above) + 1

    def _span_beside(self, place: int, neighbour: int, edge: int) -> Words:
        """A duration or dose beside the figure is a label: `3 years p.a. +2.4 %`, `65 patients on 5 mg`."""
        if not 0 <= neighbour < len(self.spoken_of):
            return NOTHING
        figure, other = self.spoken_of[place], self.spoken_of[neighbour]
        touching = (other.end if neighbour < place else other.start) - self.start == edge
        spans = other.unit and other.unit != figure.unit and other.unit not in _OF_VALUES
        return label_words(other.text) | spans_in(other.text) if touching and spans else NOTHING

    def _clause_after(self, first: int, last: int) -> tuple[int, int]:
        """Where the first mark between two clauses begins and ends, or `last` and `first` without one."""
        starts, ends = self._clauses
        place = bisect_left(starts, first)
        if place < len(starts) and ends[place] <= last:
            return starts[place], ends[place]
        return last, first

    @cached_property
    def _clauses(self) -> tuple[list[int], list[int]]:
        """Where the marks between clauses begin and where they end."""
        return self._places(_CLAUSE_END)

    @cached_property
    def _comparisons(self) -> tuple[list[int], list[int]]:
        """Where words of comparing begin and where they end."""
        return ([], []) if _MAY_COMPARE.isdisjoint(words(self.text)) else self._places(_COMPARED)

    def _places(self, pattern: re.Pattern[str]) -> tuple[list[int], list[int]]:
        """In the text as far as a figure reaches: looked for once for all its figures."""
        first = max(0, self.figures[0].start - self.start - _REACH)
        last = self.figures[-1].end - self.start + _REACH
        found = list(pattern.finditer(self.text, first, last))
        return [match.start() for match in found], [match.end() for match in found]

    def _subject(self, hard: int, first: int, unit: str) -> Words:
        """What the sentence is about: what stands in it before the first figure of a kind."""
        opening = next(
            (one.start for one in self.spoken_of if one.start - self.start >= hard and one.unit == unit),
            first,
        )
        last = min(first, opening - self.start, hard + _REACH)
        return label_words(self.text[hard:last]) if last > hard else NOTHING

    def _period_beside(self, first: int, at: int, behind: int, last: int) -> Words:
        start, named = self.start, self._times.within
        begins, ends = self._comparisons
        place = bisect_right(ends, at) - 1
        compared = place >= 0 and begins[place] >= first
        after = named((start + behind, start + last))
        if after:
            return after
        opens = ends[place] if compared else first
        found = named((start + opens, start + at))
        # the period right behind another figure is that one's: 55 million in Q4 to reach 200 million
        early = named((start + opens, start + min(at, opens + _RIGHT_BEHIND)))
        left = found and early == found and first > 0 and at - opens > 2 * _RIGHT_BEHIND and not compared
        return NOTHING if left and start + opens in self._ends else found

    @cached_property
    def _ends(self) -> AbstractSet[int]:
        """Where the figures end that are spoken of."""
        return {one.end for one in self.spoken_of}

    def _period(self, first: int, at: int, behind: int) -> Words:
        """The only period of the sentence, unless the figure is what something else is compared with."""
        start, named = self.start, self._times.within
        begins, ends = self._comparisons
        place = bisect_right(ends, at) - 1
        if place >= 0 and begins[place] >= first - _BESIDE:
            return NOTHING
        bracket = self.text.find("(")
        until = bracket if 0 <= bracket < at else at
        closes = self.text.rfind(")", until, at) + 1
        reopened = closes and not (place >= 0 and begins[place] >= closes)
        opening = named((start, start + until), *([(start + closes, start + at)] if reopened else []))
        bracket = self.text.find("(", behind)
        until = bracket if bracket >= 0 else len(self.text)
        against = bisect_left(begins, behind)
        until = min(until, begins[against]) if against < len(begins) else until
        closing = named((start + behind, start + until))
        return _one_time(opening) or _one_time(opening | closing)


def sentences(
    text: str, start: int, found: Sequence[Figure], times: Times, labels: AbstractSet[str] = NOTHING
) -> Iterator[Sentence]:
    """Each sentence of a text that begins at `start`, with its figures. `labels`: those of the source."""
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    place = 0
    for first, last in pairwise(bounds):
        inside = []
        while place < len(found) and found[place].start < start + last:
            inside.append(found[place])
            place += 1
        yield Sentence(text[first:last], start + first, inside, times, labels)


def _one_time(found: Words) -> Words:
    """The periods, unless they are several of a kind."""
    kinds = [kind_of(one) for one in found]
    return found if len(kinds) == len(set(kinds)) else NOTHING
