"""What an answer says of a figure, held against what the source says of it."""

import math
import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property

import msgspec

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import NOTHING, Words, agree, label_words, periods
from leadline.checks.inline._likeness import comparable
from leadline.checks.inline._names import words
from leadline.checks.inline._sentences import sentences
from leadline.checks.inline._spans import DAY, MARK, days_of, spans_in
from leadline.checks.inline._statements import OF_A_TOTAL, TOTAL, Statement
from leadline.checks.inline._times import Times
from leadline.checks.inline._units import scale_in

_IN_TURN = frozenset({"respectively", "beziehungsweise", "respectivement", "respectivamente"})
_SHORT_ANSWER = 80
MOST_CLAIMS = 300
_LONGEST = 400
_MOST_BESIDE = 8
_SHORT_LABEL = 3
_HALF = 0.5
_SURE, _MANY_FIGURES = 2.0, 6
_INTO = re.compile(r"\b(?:to|until|auf|bis|à|a|till|naar|tot)\s\W{0,3}\Z", re.IGNORECASE)
_NEAR = 16
_OUT_OF = re.compile(r"\b(?:from|von|vom|de|från|van|da)\s\W{0,3}\Z", re.IGNORECASE)
_AGAINST = re.compile(
    r"\b(?:vs\.?|versus|against|compared (?:with|to)|gegenüber|gegen|contre|contro|contra|frente al?|mot|"
    r"tegen(?:over)?|wobec)\s(?:the|il|lo|la|le|les|el|den|der|die|das|het|de)?\s?\W{0,3}(?:[A-Z]{3}\s)?\Z",
    re.IGNORECASE,
)


class Claim(msgspec.Struct, frozen=True, gc=False):
    """A figure of the answer with the known label words of its clause, those said before it in the sentence
    (`subject`), and its period. `in_turn`: which of several things it is said of, the sentence tells by their
    order (respectively).
    """

    figure: Figure
    words: Words
    subject: Words
    periods: Words
    left: str
    right: str
    ahead: str
    beyond: str
    sentence: str
    row: int
    noun: str = ""
    beside: tuple[Figure, ...] = ()
    near: Words = NOTHING
    in_turn: bool = False

    @property
    def clause(self) -> str:
        return f"{self.left}#{self.right}"


def claims(
    answer: str,
    tokens: AbstractSet[str],
    found: Sequence[Figure],
    vocabulary: AbstractSet[str],
    question: str,
) -> Iterator[Claim]:
    """One for each figure that says of what it is; `tokens` are the answer's words. A short answer leans on
    its question.
    """
    asked = label_words(question) & vocabulary if len(answer) <= _SHORT_ANSWER else NOTHING
    in_turn = not tokens.isdisjoint(_IN_TURN)
    timed_labels = any(word.startswith(MARK) for word in vocabulary)
    dated_labels = any(word.startswith(DAY) for word in vocabulary)
    heading, made, when = NOTHING, 0, NOTHING
    for row, sentence in enumerate(sentences(answer, 0, found, Times(answer, tokens), vocabulary)):
        if not sentence.spoken_of:
            text = sentence.text.strip(" \n*_")
            if text.endswith(":") or text.count(" ") <= _SHORT_LABEL:
                heading = sentence.words & vocabulary
            continue
        listed = in_turn and not _IN_TURN.isdisjoint(words(sentence.text))
        made += len(sentence.spoken_of)
        if made > MOST_CLAIMS:
            return
        last, before, when = NOTHING, when, sentence.opening or (NOTHING if sentence.periods else when)
        beside = tuple(sentence.spoken_of[:_MOST_BESIDE])
        days = days_of(sentence.figures) & vocabulary if dated_labels else NOTHING
        for place, figure in enumerate(sentence.spoken_of):
            around = sentence.around(place)
            said = (around.before | around.behind) & vocabulary
            # what a thing is compared with may be another one
            other = not around.near and _AGAINST.search(around.ahead)
            subject = NOTHING if other else around.subject & vocabulary
            said |= around.outside & vocabulary
            subject |= days
            if timed_labels:
                said |= spans_in(f"{around.left}#{around.right}") & vocabulary
            gap = figure.start - sentence.spoken_of[place - 1].end if place else _LONGEST
            said = said or (last if around.left and gap <= len(around.left) else said)
            if not said and (TOTAL.search(around.left) or TOTAL.match(around.right.lstrip())):
                said = OF_A_TOTAL
            if not said and not subject:
                said = heading or asked
            last = said
            timed = around.periods or (before if sentence.is_timeless(figure) else NOTHING)
            yield Claim(
                figure, said, subject, timed, around.left, around.right, around.ahead, around.beyond,
                sentence.text[:_LONGEST], row, around.noun, beside, around.near, listed,
            )  # fmt: skip


class Said:
    """The claims of an answer of these `words`, and which of them have the figure of a statement."""

    def __init__(self, claims: Sequence[Claim], words: AbstractSet[str], index: Index) -> None:
        self.claims = claims
        self._words = words
        self._index = index
        self.odd: Mapping[int, Statement] = {}
        """The cells that are meant in place of figures, by where those begin."""

    @cached_property
    def scales(self) -> frozenset[float]:
        """The factors that its words name: 1e6 for million and for MSEK."""
        return frozenset([scale_in(word) for word in self._words])

    def of(self, statement: Statement) -> Sequence[Claim]:
        return self._by_statement.get(id(statement), ())

    def beside(self, claim: Claim) -> Sequence[Claim]:
        """The nearest of its own sentence, itself among them."""
        row = self._rows[claim.row]
        place = bisect_left(row, claim.figure.start, key=lambda one: one.figure.start)
        return row[max(0, place - _MOST_BESIDE) : place + _MOST_BESIDE + 1]

    @cached_property
    def _rows(self) -> dict[int, list[Claim]]:
        rows: dict[int, list[Claim]] = {}
        for claim in self.claims:
            rows.setdefault(claim.row, []).append(claim)
        return {row: sorted(its, key=lambda one: one.figure.start) for row, its in rows.items()}

    @cached_property
    def _by_statement(self) -> dict[int, list[Claim]]:
        found: dict[int, list[Claim]] = {}
        for claim in self.claims:
            for statement in self._index.holding(claim.figure):
                found.setdefault(id(statement), []).append(claim)
        return found


def contradiction(claim: Claim, index: Index, said: Said) -> Statement | None:
    """What the source says in the place of this figure, when the figure stands there in another place.

    A place that another figure of the answer rightly takes is free for none.
    """
    own = _timed(index.holding(claim.figure))
    if not own or not all(one.told for one in own):
        return None
    best: tuple[float, Statement] | None = None
    known = claim.words | claim.subject
    most = max(len(known & one.words) for one in own)
    meant = [one for one in own if len(known & one.words) == most]
    for other in _rivals(claim, own, index):
        if not other.told or not agree(other.periods, claim.periods) or other in own:
            continue
        surer = min([_surer(claim, other, mine) for mine in own])
        if surer <= (best[0] if best else 0.0) or not comparable(other, claim.figure, claim.noun, own):
            continue
        least = max(_least_sure(other, mine, len(said.claims)) for mine in meant)
        sure = surer >= least or _is_mutual(other, claim, own, said)
        if sure and not _is_taken(other, claim, own, said):
            best = (surer, other)
    return best[1] if best else None


def _timed(own: Sequence[Statement]) -> Sequence[Statement]:
    """Without those that say no time of a figure of which the source says it in another place."""
    timed = [one for one in own if one.periods]
    if not timed or len(timed) == len(own):
        return own
    return [one for one in own if one.periods or not any(one.words & other.words for other in timed)]


def _is_mutual(other: Statement, claim: Claim, own: Sequence[Statement], said: Said) -> bool:
    """Whether the other's figure is told of what the claim's own is said of: the two have been exchanged."""
    apart = frozenset.union(*(one.local for one in own)) - other.local
    return not claim.words & apart and any(
        its is not claim and its.words & apart and not its.words & (other.local - apart)
        for its in said.of(other)
    )


def _least_sure(other: Statement, mine: Statement, figures: int) -> float:
    """How much better a claim must fit. Who errs in a table takes the neighbouring row or column, not both;
    and the more `figures` an answer has, the easier one of them seems out of place: then only what stands
    beside its own counts. Set on the third and fourth set of tests/checks/finchat.
    """
    if mine.column and other.column:
        return 0.0 if mine.row == other.row or mine.column == other.column else math.inf
    many = figures >= _MANY_FIGURES
    if mine.row == other.row and not mine.column:
        return _SURE if many else 0.0
    return math.inf if many else _SURE if mine.column or other.column else 0.0


def _rivals(claim: Claim, own: Sequence[Statement], index: Index) -> Iterator[Statement]:
    """Those that the claim may fit better than its own: each shares a word with the claim that its own has
    not, or has a shorter label where the claim does not say its own in full, or is of another time.
    """
    known = claim.words | (claim.subject if claim.words != OF_A_TOTAL else NOTHING)
    mine = min(own, key=lambda one: len(known - one.words)) if len(own) > 1 else own[0]
    if not agree(mine.periods, claim.periods) or (claim.periods and not mine.periods):
        yield from index.speaking_of(known, len(own))
        return
    words, shared = claim.words - mine.words, claim.words & mine.words
    subject = known - claim.words - mine.words
    in_full = mine.local <= known
    if in_full and not words and not subject:
        return
    for other in index.speaking_of(words | subject if in_full else known, len(own)):
        if (
            not words.isdisjoint(other.words)
            or (shared <= other.words and not subject.isdisjoint(other.words))
            or (not in_full and other.local < mine.local)
        ):
            yield other


def _surer(claim: Claim, other: Statement, mine: Statement) -> float:
    """How much better the claim fits another statement than the one whose figure it has; 0 = no better."""
    dated = _is_dated(claim, other, mine)
    if not dated and (_is_unlabelled(mine) or _is_unlabelled(other) or other.aside):
        return 0.0
    if other.periods and mine.periods & claim.periods and not other.periods & claim.periods:
        return 0.0
    said = claim.words
    for_other, for_mine = (said & other.words) - mine.words, (said & mine.words) - other.words
    if not for_other and not for_mine:
        beside = other.row == mine.row  # what a sentence is about tells none of its figures apart
        named = other.side if other.column else other.local if beside else other.words
        said = claim.subject
        for_other, for_mine = (said & named) - mine.words, (said & mine.words) - other.words
    if dated and other.row == mine.row and not mine.column and other.figure.unit == mine.figure.unit != "":
        return _SURE
    if for_mine and not _in_turn(claim.words, other, mine):
        return 0.0
    if dated and _alike(other, mine):
        return 2.0
    known = claim.words | claim.subject
    return _fit(known, for_other, other, mine) if for_other else _says_less(known, other, mine)


def _is_dated(claim: Claim, other: Statement, mine: Statement) -> bool:
    """Whether the claim names the other's time and not its own."""
    its = bool(other.periods & claim.periods)
    if not agree(mine.periods, claim.periods):
        return its or (not other.periods and other.local == mine.local)
    return its and not mine.periods and mine.local == other.local


def _is_unlabelled(statement: Statement) -> bool:
    return not statement.words or not (statement.named or statement.column)


def _fit(known: Words, for_other: Words, other: Statement, mine: Statement) -> float:
    """How much of the other's label is said, beside what is said of it alone."""
    fit = len(other.local & known) / max(1, len(other.local))
    if other.column:
        whole = other.side <= known or other.side == mine.side
        enough = whole or any(side <= known and side & for_other for side in other.sides)
    else:
        enough = fit >= _HALF or len(for_other) > 1 or bool(for_other & other.topic)
    return len(for_other) + fit if enough else 0.0


def _in_turn(said: Words, other: Statement, mine: Statement) -> bool:
    """`Wheat was sold at 198, barley at 172`: of two in one sentence the second label is said in full, the
    first is not.
    """
    same = other.row == mine.row and not other.column and other.named and other.local
    return bool(same) and other.local <= said and not mine.local <= said


def _says_less(known: Words, other: Statement, mine: Statement) -> float:
    """`Revenue` was not the cost of it: the claim says the other label in full, and not all of its own."""
    if not mine.local > other.local or not other.local <= known or _is_blank(other, mine):
        return 0.0
    structured = (mine.column and other.column) or (len(mine.local) <= _SHORT_LABEL and mine.row == other.row)
    return 1.0 if structured and not (mine.local - other.local) & known else 0.0


def _is_blank(other: Statement, mine: Statement) -> bool:
    """Whether the other stands in the same row, under a header of no label and no time: Amount, D."""
    same_row = bool(other.column) and other.row == mine.row and other.local == other.side
    return same_row and len(other.right.split()) == 1 and not periods(other.right)


def _alike(one: Statement, other: Statement) -> bool:
    """Whether two statements speak of one thing at different times."""
    if one.column and other.column:
        return one.side == other.side or one.column == other.column
    return bool(one.words & other.words) or one.row == other.row or not one.local or not other.local


def _is_taken(other: Statement, claim: Claim, own: Sequence[Statement], said: Said) -> bool:
    """By a claim that says what tells this statement from the claim's own ones, if anything does: two figures
    may have been exchanged.
    """
    apart = other.words.difference(*(one.words for one in own)) & (claim.words | claim.subject)
    return any(
        its.row == claim.row or its.words & other.local
        for its in said.of(other)
        if its is not claim
        and (not its.words or its.words & (apart or other.words))
        and agree(its.periods, other.periods)
    )


def wrong_way(claim: Claim, own: Sequence[Statement], index: Index) -> Statement | None:
    """The value that something rose from, told as the one that it rose to."""
    if not own or not all(_OUT_OF.search(one.ahead[-_NEAR:]) for one in own):
        return None
    if not _INTO.search(claim.ahead[-_NEAR:]):
        return None
    for one in own:
        for other in index.in_row(one):
            beside = other is not one and comparable(other, claim.figure, claim.noun, own)
            if beside and _INTO.search(other.ahead[-_NEAR:]):
                return other
    return None
