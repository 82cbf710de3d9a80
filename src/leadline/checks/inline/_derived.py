"""Figures that an answer has worked out from the source, and from its own figures that are right."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, islice, permutations

from leadline.checks.inline._answered_tables import BELOW_SENTENCES
from leadline.checks.inline._arithmetic import (
    SPANS,
    Wanted,
    akin,
    bills,
    of_one_thing,
    of_two,
    shares,
    signed,
    sums,
    times,
)
from leadline.checks.inline._claims import Claim
from leadline.checks.inline._combining import Target
from leadline.checks.inline._equations import written_out
from leadline.checks.inline._figures import Figure, is_year, tolerance
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import NOTHING, label_words
from leadline.checks.inline._pool import Asked, mistaken
from leadline.checks.inline._rates import Rate, conversions
from leadline.checks.inline._searching import SAID, UNSAID, Search, size_of
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, same_unit

_MOST_NEAR, _MOST_BESIDE, _MOST_MADE = 10, 24, 1_500
_FEW_STATEMENTS, _FEW_NUMBERS = 40, 12
_DIGITS_ENOUGH, _DIGITS_TO_STRETCH = 4, 3
_LOOSE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|just (?:under|over)|under|over|circa|rund|"
    r"etwa|knapp|gut|environ|unos|unas|casi|cerca|quasi|ongeveer|ungefär|om lag|close to|more than|"
    r"less than)\b|~",
    re.IGNORECASE,
)
_WORKED_OUT = re.compile(
    r"%\s+of\b|\b(?:"
    r"increas|decreas|gr[eo]w|r[io]s[ei]|ros\w|f[ea]ll|drop|declin|climb|jump|gain|los[te]|improv|up|down|high|low|"
    r"chang|margin|share|ratio|rate|portion|proportion|account|represent|made up|makes?\b|total|combin|"
    r"together|sum|add|differ|more|less|fewer|averag|mean|both|altogether|gap|times|twice|doubl|tripl|half|"
    r"remain|left|leav|includ|net|worth|equal|convert|equivalent|i\.e|exceed|above|below|range|spread|apart|"
    r"between|later|earlier|ahead|short|percent of|by\b|would|of them|quarter|third|majority|most\b|rais|cut|"
    r"per\b|each|so\b|comes?\b|gives?\b|brought|contain|cap|in all|free|runway|lasts?\b|"
    r"zunahme|anstieg|stieg|steig|gestiegen|sank|sinkt|gesunken|insgesamt|"
    r"zusammen|anteil|differenz|mehr|weniger|"
    r"durchschnitt|ergibt|ergeben|entspr|sind es|macht|je\b|pro\b|marge|margen|davon|von den|"
    r"soit|hausse|baisse|part|son\b|suma|subi|creci|pari|cresc|ökade|minskade|steg|samen|totaal)",
    re.IGNORECASE,
)
_CHANGE = re.compile(
    r"\b(?:increas|decreas|gr[eo]w|r[io]s[ei]|ros\w|fell|fall|drop|declin|climb|jump|gain|los[te]|shr[aiu]nk|improv|"
    r"stieg|gestiegen|sank|gesunken|wuchs|zunahm|zurück|augment|hausse|baiss|recul|subi|creci|aument|cresc|"
    r"ökade|minskade|steeg|daal)",
    re.IGNORECASE,
)
_THRESHOLD = re.compile(
    r"\b(?:(over|above|exceeds?|more than|at least|über|mehr als|plus de|más de|oltre)"
    r"|(?:under|below|less than|at most|fewer than|unter|weniger als|moins de|menos de))\s\W{0,2}\Z",
    re.IGNORECASE,
)
_POINTS = re.compile(r"\s?(?:points?|punkte?|puntos|punti|poäng)\b", re.IGNORECASE)
_TIMES = re.compile(
    r"\b(?:times|ratio|mal|fois|veces|volte|keer|gånger|per|each|average|apiece|je|pro|par|por)\b",
    re.IGNORECASE,
)
_OFTEN = (2.0, 4.0, 12.0, 52.0)
_CLOSE = 1.1
_MOST_MADE_AGAIN = 600
_SHORTLY_BEFORE = 40
_MOST_LISTED, _FEW_BESIDE = 16, 4
_MOST_EARLIER, _MOST_ROWS, _MOST_HOLDING = 6, 6, 4
_COUNTED = CURRENCIES | {"", "%"}
_RATE = re.compile(
    r"(?:rate|kurs|cours|taux|tipo|cambio|tasso|koers|câmbio|kurser)\b[^\d\n]{0,16}(\d{1,4}[.,]\d{1,6})\b",
    re.IGNORECASE,
)
_FINE = 0.005
"""Rates are told to three digits behind the point at least, prices are not."""
_SCALED_APART = CURRENCIES | {"pp"}


class Reckoner:
    """Works out what follows from the figures of a source and from those of the answer found right so far.

    `foreign`: the answer is in a language whose words for working out are not all known here.
    """

    def __init__(self, index: Index, rates: Sequence[Rate], asked: str, *, foreign: bool) -> None:
        self.index = index
        self._rates = rates
        self._asked = asked
        self._asks = any(word[0] == "#" for word in label_words(asked))
        self._foreign = foreign
        self._accepted: list[Statement] = []
        self._rows: list[int] = []
        self._columns: list[int] = []
        self._said: set[int] = set()
        self._left = _MOST_MADE
        self._any_scaled = any(one.figure.scaled for one in index.statements)
        self._search: Search | None = None

    def start_again(self) -> None:
        """For what was not explained before later figures of the answer were known."""
        self._left = max(self._left, _MOST_MADE_AGAIN)

    def accept(self, claim: Claim) -> None:
        """The figures of the answer that are right may be worked on, too."""
        held = [one for one in self.index.holding(claim.figure) if one.column]
        if len(held) <= _MOST_HOLDING:
            self._rows += [one.row for one in held]
            self._columns += [one.column for one in held]
        known, row = claim.words | claim.subject, -1 - claim.row
        self._accepted.append(
            Statement(claim.figure, known, known, NOTHING, claim.periods, row, told=False, noun=claim.noun)
        )

    def explains(self, claim: Claim) -> bool:
        """Whether plain arithmetic on figures that belong together gives this one, to its own precision."""
        near = self._near(claim)
        self._is_said_to_be_made(claim)
        if self._is_threshold(claim, near) or _adds_up(claim.figure, claim.beside):
            return True
        wanted = self._values_of(claim)
        if any(abs(value - target) <= width for value in self._listed(claim) for target, width in wanted):
            return True
        for value in islice(self._all_made(claim, near), self._left):
            self._left -= 1
            for target, width in wanted:
                if abs(abs(value) - target) <= width:
                    return True
        return False

    def finds(self, claim: Claim) -> bool:
        """Whether a figure that nothing explains is met among all that the figures of a report give."""
        if self._rates and self._is_converted(claim):
            return False  # what is converted follows from a rate, or is wrong
        if self._search is None:
            self._search = Search(self.index.statements)
        its, figure = -1 - claim.row, claim.figure
        points = figure.unit == "pp" or _POINTS.match(claim.right) is not None
        times = self._asks or _TIMES.search(f"{claim.ahead}#{claim.right}") is not None or _is_ratio(figure)
        size = size_of(figure)
        meant = [
            Target(value / size, width / size, figure.unit, points, times)
            for value, width in self._values_of(claim)
        ]
        asked = Asked(
            figure,
            claim.words | claim.subject,
            claim.periods,
            self._beside(claim),
            sorted(self._accepted, key=lambda one: one.row == its),
            self._numbers(claim),
            frozenset(self._rows[-_MOST_ROWS:]),
            frozenset(self._columns[-_MOST_ROWS:]),
            claim.words,
        )
        said = self._asks or points or self._is_said_to_be_made(claim)
        return self._search.finds(asked, meant, SAID if said else UNSAID)

    def _values_of(self, claim: Claim) -> list[tuple[float, float]]:
        """What the figure may mean, each with how far off that may be."""
        figure = claim.figure
        loose = _LOOSE.search(claim.left[-40:]) is not None
        slack = 3.0 if loose and figure.digits >= _DIGITS_TO_STRETCH else 1.0
        one_digit = figure.digits == 1 and (loose or figure.unit == "%")
        values = [
            (value, 0.5 * step if one_digit else slack * tolerance(figure, value, step))
            for value, step in zip(figure.readings, figure.steps, strict=False)
        ]
        if figure.scaled and figure.unit not in _SCALED_APART and not self.index.has(figure.unit):
            values += [(value, slack * 0.5) for value in figure.bare]
        elif figure.scaled and not self._any_scaled:
            values += [
                (value, slack * tolerance(figure, value, step * value / scaled))
                for value, step, scaled in zip(figure.bare, figure.steps, figure.readings, strict=False)
            ]
        return values

    def _all_made(self, claim: Claim, near: Sequence[Statement]) -> Iterator[float]:
        unit = claim.figure.unit
        yield from self._converted(claim)
        yield from conversions(claim.figure, [*self._accepted, *self.index.statements], self._rates_of(claim))
        if unit == "%" or unit in CURRENCIES:
            for one, other in combinations([its for its in near if its.figure.unit == unit], 2):
                if one.row == other.row:
                    a, b = signed(one.figure), signed(other.figure)
                    yield a + b
                    if unit != "%":
                        yield a - b
        if self._may_be_made(claim):
            yield from self._made(claim, near)

    def _beside(self, claim: Claim) -> list[Statement]:
        """Where the other figures of the sentence stand; a 22 that stands everywhere tells nothing."""
        held = [self.index.holding(other) for other in claim.beside if other is not claim.figure]
        return [one for its in held if len(its) <= _MOST_HOLDING for one in its]

    def _is_said_to_be_made(self, claim: Claim) -> bool:
        """What is said of one figure goes for those listed behind it: a margin of 18 %, ahead of B (14 %)."""
        if self._foreign or claim.row in self._said:
            return True
        said = _is_said_to_be_made(claim)
        if said:
            self._said.add(claim.row)
        return said

    def _listed(self, claim: Claim) -> Iterator[float]:
        """What the items of the answer's own list, or of its sentence, give: their total, or one of two as a
        share of the other.
        """
        figure = claim.figure
        yield from written_out(claim.ahead, figure)
        if figure.digits >= _DIGITS_ENOUGH:
            last = {one.row: signed(one.figure) for one in self._accepted if one.figure.unit == figure.unit}
            totals = list(accumulate(last.values(), initial=0.0))[-_MOST_LISTED:]
            yield from (b - a for a, b in combinations(totals, 2))
        if figure.unit == "pp":
            shares = [one.readings[0] for one in claim.beside if one.unit == "%"][:_FEW_BESIDE]
            yield from (abs(a - b) for a, b in combinations(shares, 2))
        if figure.unit == "%":
            telling = (
                one for one in claim.beside if one.unit in CURRENCIES or one.digits >= _DIGITS_TO_STRETCH
            )
            beside = list(islice(telling, _FEW_BESIDE))
            for one, other in permutations(beside, 2):
                if one.unit == other.unit and other.readings[0] and not is_year(one) and not is_year(other):
                    share = one.readings[0] / other.readings[0] * 100
                    yield from (share, abs(share - 100))

    def _converted(self, claim: Claim) -> Iterator[float]:
        """At the rate that the sentence names: `USD 2,164,050, or GBP 1.71 million at 0.7920`. Which way that
        goes is known where the source says between what it is.
        """
        if claim.figure.unit not in CURRENCIES or self._rates_of(claim):
            return
        named = _RATE.search(claim.sentence)
        rates = [
            one
            for one in claim.beside
            if not one.unit
            and not one.scaled
            and (one.steps[0] < _FINE or (named is not None and named[1] == one.text))
        ]
        amounts = [one for one in claim.beside if one.unit in CURRENCIES and one.unit != claim.figure.unit]
        for rate in rates:
            for amount in amounts:
                yield amount.readings[0] * rate.bare[0]
                if rate.bare[0]:
                    yield amount.readings[0] / rate.bare[0]

    def _is_converted(self, claim: Claim) -> bool:
        """Whether an amount of another currency stands ahead of this one in its sentence."""
        ahead = {one.unit for one in claim.beside if one.start < claim.figure.start} & CURRENCIES
        return claim.figure.unit in CURRENCIES and bool(ahead - {claim.figure.unit})

    def _rates_of(self, claim: Claim) -> Sequence[Rate]:
        """Those between the currencies that the sentence names, if it names another than the figure's."""
        out_of = {one.unit for one in claim.beside if one.unit in CURRENCIES} - {claim.figure.unit}
        if not out_of:
            return self._rates
        return [one for one in self._rates if not out_of.isdisjoint((one.into, one.out_of))]

    def _may_be_made(self, claim: Claim) -> bool:
        """Whether a figure is said to be worked out, or is so exact that it can hardly be so by chance."""
        unit = claim.figure.unit
        if self._foreign or claim.figure.digits >= _DIGITS_ENOUGH or unit == "pp":
            return True
        if unit not in ("", "%", *CURRENCIES, *SPANS) or (unit in SPANS and self.index.has("clock")):
            return True
        if self._asks and unit != "%":
            return True
        loosely = unit == "%" and _LOOSE.search(claim.left[-_SHORTLY_BEFORE:]) is not None
        return loosely or _WORKED_OUT.search(_around(claim)) is not None

    def _near(self, claim: Claim) -> list[Statement]:
        """The statements that may be meant: those of the sentence, of the named rows, of the same unit."""
        index, known = self.index, claim.words | claim.subject
        near = index.speaking_of(known)
        rows = [one for one in near if one.column and one.side and one.side <= known]
        beside = [one for its in claim.beside if its is not claim.figure for one in index.holding(its)]
        latest = [one for one in self._accepted if one.row == -1 - claim.row]
        latest += [one for one in self._accepted[-_MOST_EARLIER:] if one.row != -1 - claim.row]
        unit, few = claim.figure.unit, len(index.statements) <= _FEW_STATEMENTS
        alike = [one for one in index.statements if few and same_unit(one.figure.unit, unit)]
        measured = alike if unit not in _COUNTED else []  # of those a text has few, and they belong together
        found = [*latest, *beside, *measured, *(rows or near), *alike]
        own = set(map(id, index.holding(claim.figure)))
        once = {id(one): one for one in found if not mistaken(claim.figure, one.figure)}
        return [one for place, one in once.items() if place not in own][:_MOST_NEAR]

    def _is_threshold(self, claim: Claim, near: Sequence[Statement]) -> bool:
        """`More than 99 %` where the source has 99.5 %."""
        found = _THRESHOLD.search(claim.left)
        if found is None:
            return False
        value = claim.figure.readings[0]
        least, most = (value, value * _CLOSE) if found[1] else (value / _CLOSE, value)
        return any(
            same_unit(one.figure.unit, claim.figure.unit) and least <= one.figure.readings[0] <= most
            for one in near
        )

    def _made(self, claim: Claim, near: Sequence[Statement]) -> Iterator[float]:
        figure = claim.figure
        pool = [one for one in (*self._accepted, *self.index.statements) if not mistaken(figure, one.figure)]
        changed = figure.unit == "%" and _CHANGE.search(f"{claim.left}#{claim.right}") is not None
        wanted = Wanted(
            figure,
            figure.unit == "pp" or _POINTS.match(claim.right) is not None,
            self._asks or _TIMES.search(f"{claim.ahead}#{claim.right}") is not None,
            self._numbers(claim),
        )
        yield from bills(wanted, near)
        for one in near:
            belonging = (other for other in pool if other is not one and _together(one, other))
            beside = [
                other for other in islice(belonging, _MOST_BESIDE) if not changed or of_one_thing(one, other)
            ]
            for other in beside:
                if akin(figure.unit, one, other):
                    yield from of_two(wanted, one.figure, other.figure)
            if self._multiplies(claim, one):
                yield from times(wanted, one.figure, beside)
            if figure.unit == "%":
                yield from shares(one, beside)
                if one.figure.unit == "%":
                    yield 100 - one.figure.readings[0]
            yield from sums(figure, one, beside)

    def _multiplies(self, claim: Claim, one: Statement) -> bool:
        """Whether so many times a figure can be meant: of what has a unit, or of what is counted alike."""
        unit, its = claim.figure.unit, one.figure.unit
        if unit == "%":
            return False
        if its:
            return same_unit(unit, its) or (its == "months" and not unit)
        counted = bool(claim.noun) and claim.noun == one.noun
        return self._asks or bool(one.column) or counted or bool(unit and one.figure.scaled)

    def _numbers(self, claim: Claim) -> list[float]:
        """The whole numbers that the sentence, the question and the calendar offer to multiply by."""
        words = label_words(f"{claim.sentence} {self._asked}")
        for other in claim.beside:
            words = words.union(*[one.local for one in self.index.holding(other)[:_FEW_NUMBERS]])
        found = sorted(float(word[1:]) for word in words if word[0] == "#" and word[1:].isdecimal())
        return [number for number in (*_OFTEN, *found) if number not in claim.figure.bare][:_FEW_NUMBERS]


def _is_ratio(figure: Figure) -> bool:
    """Nothing is counted in hundredths."""
    return not figure.unit and not figure.scaled and figure.steps[0] < 1


def _is_said_to_be_made(claim: Claim) -> bool:
    """By a word for it, by being about so much, or as a share in brackets behind what it is one of."""
    if _WORKED_OUT.search(_around(claim)) or _LOOSE.search(claim.left[-40:]):
        return True
    return claim.figure.unit == "%" and claim.ahead.endswith("(")


def _around(claim: Claim) -> str:
    if claim.row >= BELOW_SENTENCES:
        return claim.clause
    return f"{claim.ahead}{claim.figure.text}{claim.beyond}"


def _adds_up(figure: Figure, beside: Sequence[Figure]) -> bool:
    """Whether the figures behind it in the sentence are its parts."""
    parts = [signed(one) for one in beside if one.start > figure.start and one.unit == figure.unit]
    value = figure.readings[0]
    return len(parts) >= 2 and abs(sum(parts) - value) <= tolerance(figure, value, figure.steps[0])


def _together(one: Statement, other: Statement) -> bool:
    """In one row or column of a table, in one or neighbouring sentences, or under one label."""
    if one.row < 0 or other.row < 0 or not one.told or not other.told:
        return True
    if one.column and other.column:
        return one.row == other.row or one.column == other.column or one.side == other.side
    same_kind = one.figure.unit == other.figure.unit
    return bool(one.words & other.words) or abs(one.row - other.row) <= (3 if same_kind else 2)
