"""What an answer says of a figure, held against what the source says of it."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from leadline.checks.inline._figures import CURRENCIES, Figure
from leadline.checks.inline._labels import Words, agree, label_words
from leadline.checks.inline._names import words
from leadline.checks.inline._sentences import sentences
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._times import Times

_IN_TURN = frozenset({"respectively", "jeweils", "beziehungsweise"})
_LOSS = re.compile(
    r"\b(?:loss(?:es)?|negative|deficit|outflow|minus|declin|decreas|fell|fall|drop|down|lower|shrank|verlust|"
    r"reduc|cost|expens|paid|used|provision|tax|worse)",
    re.IGNORECASE,
)
_GAIN = re.compile(r"\b(?:profit|gain|positive|surplus|inflow|grew|rose|increas|earned|up\b)", re.IGNORECASE)
_BY = re.compile(
    r"\b(?:by|increase of|decrease of|rise of|decline of|um)\s+(?:\w+\s)?[^\w\s]?(?:[a-z]{3}\s)?\Z",
    re.IGNORECASE,
)
_MORE = re.compile(
    r"\s*(?:\w+\s+)?(?:more|less|higher|lower|above|below|mehr|weniger|increase|decrease|growth)\b",
    re.IGNORECASE,
)
_CLEARLY = 0.4
_SHORT_ANSWER = 80
_MOST = 64
_MOST_COMPARED = 10_000
"""What keeps a text of nothing but figures from taking seconds; reports take a few hundred."""
_MOST_CLAIMS = 400
_LONGEST = 400
_MOST_BESIDE = 6
_NEARLY = 0.4


class Claim(NamedTuple):
    """A figure of the answer with the known label words around it and its period."""

    figure: Figure
    words: Words
    periods: Words
    clause: str
    sentence: str = ""
    beside: tuple[Figure, ...] = ()


class Index:
    """The statements of a source by value and by word, so that a claim looks only at those it may mean."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        self._by_word: dict[str, list[int]] = {}
        for place, statement in enumerate(statements):
            for word in statement.words:
                self._by_word.setdefault(word, []).append(place)
        values = [
            (v, n) for n, one in enumerate(statements) for v in {*one.figure.readings, *one.figure.bare}
        ]
        self._by_value = sorted(values)
        self._compared = 0
        self._held: dict[tuple[tuple[float, ...], ...], list[Statement]] = {}

    @property
    def vocabulary(self) -> Words:
        return frozenset(self._by_word)

    def speaking_of(self, words: Words, but: Sequence[Statement] = ()) -> list[Statement]:
        """Those whose labels share a word, at most `_MOST` for each word and `_MOST_COMPARED` in all: none
        when so many were compared before.
        """
        if self._compared > _MOST_COMPARED:
            return []
        places = sorted({place for word in words for place in self._by_word.get(word, ())[:_MOST]})
        self._compared += len(places)
        known = set(map(id, but))
        return [one for place in places if id(one := self.statements[place]) not in known]

    def holding(self, figure: Figure) -> list[Statement]:
        """At most `_MOST` that hold its value, to the precision that it is written with."""
        value = (figure.readings, figure.steps, figure.bare)
        if value not in self._held:
            self._held[value] = self._look_up(figure) if self._compared <= _MOST_COMPARED else []
        self._compared += len(self._held[value])
        return self._held[value]

    def _look_up(self, figure: Figure) -> list[Statement]:
        places: set[int] = set()
        for value, step in {
            *zip(figure.readings, figure.steps, strict=True),
            *((v, 1e-9) for v in figure.bare),
        }:
            at = bisect_left(self._by_value, (value - step, -1))
            while at < len(self._by_value) and self._by_value[at][0] <= value + step and len(places) < _MOST:
                places.add(self._by_value[at][1])
                at += 1
        return [one for place in sorted(places) if same_value(figure, (one := self.statements[place]).figure)]


def claims(
    answer: str, tokens: AbstractSet[str], found: Sequence[Figure], vocabulary: Words, question: str
) -> Iterator[Claim]:
    """One for each figure that says of what it is; `tokens` are the answer's words. A short answer leans on
    its question.
    """
    asked = label_words(question) & vocabulary if len(answer) <= _SHORT_ANSWER else frozenset()
    made = 0
    in_turn = not tokens.isdisjoint(_IN_TURN)
    for sentence in sentences(answer, 0, found, Times(answer, tokens)):
        if not sentence.figures or (in_turn and not _IN_TURN.isdisjoint(words(sentence.text))):
            continue
        made += len(sentence.spoken_of)
        if made > _MOST_CLAIMS:
            return
        beside = tuple(sentence.spoken_of[:_MOST_BESIDE])
        for place, figure in enumerate(sentence.spoken_of):
            around = sentence.around(place)
            clause = f"{around.left} {figure.text} {around.right}"
            known = (around.before | around.behind) & vocabulary or asked
            yield Claim(figure, known, around.periods, clause, sentence.text[:_LONGEST], beside)


def contradiction(claim: Claim, index: Index, beside: Iterable[Claim] = ()) -> Statement | None:
    """What the source says in the place of this figure, when the figure stands there in another place.

    A place that another figure of the answer (`beside`) rightly takes is free for none.
    """
    own = index.holding(claim.figure)
    if not claim.words:
        return _of_another_time(claim, own, index)
    if not own or not all(one.axes for one in own):
        return None
    fitting = [one for one in own if agree(one.periods, claim.periods)]
    mine = max([_fit(one, claim) for one in fitting], default=-1.0)
    dated = any(not one.periods.isdisjoint(claim.periods) for one in fitting)
    least = 1.0 if fitting else _NEARLY
    best, rival = mine + _CLEARLY, None
    for other in index.speaking_of(claim.words, but=own):
        fit = _fit(other, claim)
        if fit < least or fit + _CLEARLY < best:
            continue
        if not _comparable(other.figure, own[0].figure) or not agree(other.periods, claim.periods):
            continue
        named = not dated and not other.periods.isdisjoint(claim.periods)
        if fit + _CLEARLY * named < best:
            continue
        if mine >= 1.0 and not named and not _says_more(other, fitting, claim):
            continue
        if not any(_takes(other, its) for its in beside if its is not claim):
            best, rival = fit, other
    return rival


def turned_sign(claim: Claim, index: Index) -> Statement | None:
    """A loss that is told as a profit, or the other way round."""
    own = index.holding(claim.figure)
    if not claim.figure.negative and not any(one.figure.negative for one in own):
        return None
    own = [one for one in own if agree(one.periods, claim.periods) and _fit(one, claim) >= 1.0]
    if not own:
        return None
    if all(one.figure.negative for one in own):
        lossy = claim.figure.negative or _LOSS.search(claim.clause) is not None
        wrong = not lossy and _GAIN.search(claim.clause) is not None
    else:
        wrong = claim.figure.negative and not any(one.figure.negative for one in own)
        wrong = wrong and not any(_LOSS.search(one.label) for one in own)
    return own[0] if wrong else None


def same_value(one: Figure, other: Figure) -> bool:
    """By value to the precision that the first is written with, whatever the unit."""
    return any(
        abs(mine - its) <= 0.5000001 * step
        for mine, step in zip(one.readings, one.steps, strict=True)
        for its in other.readings
    ) or (
        one.scaled != other.scaled
        and any(
            abs(mine - its) <= 0.5000001 * min(1.0, step)
            for mine, step in zip(one.bare, one.steps, strict=True)
            for its in other.bare
        )
    )


def _comparable(one: Figure, other: Figure) -> bool:
    """Money with money, shares with shares, and what has no unit with anything but shares."""
    if one.unit == other.unit:
        return True
    shares = {"%", "pp"}
    return not (one.unit in shares or other.unit in shares)


def _of_another_time(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    """What the source has for the period that is named, when the figure is that of another period."""
    if not claim.periods or not own or any(agree(one.periods, claim.periods) for one in own):
        return None
    same_kind = [one for one in index.statements if one.figure.unit and one.figure.unit == claim.figure.unit]
    return next((one for one in same_kind if one.periods >= claim.periods), None)


def _takes(statement: Statement, claim: Claim) -> bool:
    return (
        same_value(claim.figure, statement.figure)
        and agree(statement.periods, claim.periods)
        and _fit(statement, claim) >= 1.0
    )


def is_change(claim: Claim) -> bool:
    """Whether the figure is said to be a change or a distance rather than a value."""
    at = claim.clause.find(claim.figure.text)
    return (
        _BY.search(claim.clause[:at]) is not None
        or _MORE.match(claim.clause[at + len(claim.figure.text) :]) is not None
    )


def _says_more(other: Statement, own: Sequence[Statement], claim: Claim) -> bool:
    """Whether its labels fit where the own ones fit too, and one more: `cost of revenue` beside `revenue`,
    or row and column beside the column alone.
    """
    said, mine = _said(other, claim), [_said(one, claim) for one in own]
    if any(axis > its for axis in said for ours in mine for its in ours):
        return True
    return other.column != 0 and len(said) > max((len(ours) for ours in mine), default=0)


def _said(statement: Statement, claim: Claim) -> list[Words]:
    return [axis for axis in statement.axes if axis <= claim.words]


def _fit(statement: Statement, claim: Claim) -> float:
    """How well the labels fit the words around the figure; 1 = a label in full."""
    covered, words = 0.0, claim.words
    for axis in statement.axes:
        shared = len(axis & words)
        if shared:
            covered += (shared / len(axis)) ** 2 * (1 + 0.5 * (shared - 1))
    return covered


__all__ = ["CURRENCIES", "Claim", "Index", "claims", "contradiction", "same_value", "turned_sign"]
