"""What follows from figures by plain arithmetic: changes, sums, shares, averages, products, durations."""

from collections.abc import Iterator, Sequence
from itertools import combinations
from typing import NamedTuple

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, MINOR, same_unit

SPANS = frozenset({"time", "months"})
_OF_TIME = frozenset({"clock", "date"})
_PER_HUNDRED = frozenset({"mass", "volume"})
_DAYS_OF_A_MONTH, _SECONDS_OF_A_DAY = 30.4375, 86400
_FEW_WORDS, _FEW_AMOUNTS, _FEW_REPEATED, _FEW_WHOLES = 6, 8, 5, 6
_LARGE = 3

_SIZES = (1e-6, 1e-3, 1e3, 1e6)


class Wanted(NamedTuple):
    """A figure to explain, and what is said of it: that it is a number of `points`, how many `times` one is
    another; `numbers` are whole ones that something may be multiplied by.
    """

    figure: Figure
    points: bool
    times: bool
    numbers: Sequence[float]


def signed(figure: Figure) -> float:
    return -figure.readings[0] if figure.negative else figure.readings[0]


def akin(unit: str, one: Statement, other: Statement) -> bool:
    """Whether two figures can be reckoned with: plain numbers, and shares, need to belong together."""
    a, b = one.figure, other.figure
    if unit == "%" and not (one.column and other.column) and a.unit != "%":
        return bool(a.unit or a.scaled or counted_alike(one, other)) and of_one_thing(one, other)
    if unit in CURRENCIES and not (a.unit in CURRENCIES or b.unit in CURRENCIES):
        return bool(one.column and other.column) or a.scaled or b.scaled
    return bool(a.unit or b.unit or a.scaled or b.scaled) or counted_alike(one, other)


def counted_alike(one: Statement, other: Statement) -> bool:
    """Whether a table, a sentence, a label or a noun says that two plain numbers are of a kind."""
    if one.column and other.column:
        return True
    if one.row == other.row and min(one.figure.digits, other.figure.digits) >= _LARGE:
        return True
    if one.noun and one.noun == other.noun:
        return True
    short = max(len(one.local), len(other.local)) <= _FEW_WORDS
    return short and not one.local.isdisjoint(other.local)


def of_one_thing(one: Statement, other: Statement) -> bool:
    """At two times: in one row of a table, in one sentence, under one label."""
    if one.column and other.column:
        return one.row == other.row or (one.side == other.side and one.column == other.column)
    return one.row == other.row or bool(one.local & other.local) or one.row < 0 or other.row < 0


def of_two(wanted: Wanted, one: Figure, other: Figure) -> Iterator[float]:
    """What two figures give in the unit that is wanted."""
    unit, a, b = wanted.figure.unit, signed(one), signed(other)
    if one.unit in _OF_TIME or other.unit in _OF_TIME:
        if unit in SPANS and one.unit == other.unit:
            yield from _apart(unit, one, other)
        return
    alike = same_unit(one.unit, other.unit)
    if wanted.points and one.unit in ("%", "pp", "") and alike:
        yield b - a
    if unit == "%":
        yield from _in_hundredths(one, other)
        return
    if unit in SPANS and alike and one.unit in CURRENCIES and a and b and wanted.figure.bare[0]:
        size = wanted.figure.readings[0] / wanted.figure.bare[0]
        yield from (a / b * size, b / a * size)
    if _fits(unit, one.unit) and _fits(unit, other.unit) and (alike or not (one.unit and other.unit)):
        yield from (b - a, a + b, (a + b) / 2)
    yield from _product(unit, one, other)
    yield from _product(unit, other, one)
    if wanted.times and not unit and alike and a and b:
        yield from (b / a, a / b)


def _in_hundredths(one: Figure, other: Figure) -> Iterator[float]:
    a, b = signed(one), signed(other)
    alike = same_unit(one.unit, other.unit)
    if alike or not (one.unit and other.unit):
        for whole, part in ((a, b), (b, a)):
            if whole:
                yield (part - whole) / whole * 100
                yield part / whole * 100
    if alike and one.unit == "%":
        yield a + b
    if {one.unit, other.unit} == {"%", "pp"}:
        yield from (a + b, a - b)


def _product(unit: str, mine: Figure, of: Figure) -> Iterator[float]:
    """A share of a figure, so many times it, and a part of it."""
    if not _fits(unit, mine.unit):
        return
    value, factor = signed(mine), signed(of)
    if of.unit == "%":
        yield from (value * factor / 100, value * (1 + factor / 100), value * (1 - factor / 100))
    elif (not of.unit or (of.unit not in CURRENCIES and of.unit != mine.unit)) and (
        unit or (mine.unit and of.unit)
    ):
        bare = of.bare[0] if of.unit else of.readings[0]
        yield value * bare
        if mine.per and mine.per == of.unit:  # a price per MWh, and GWh
            yield from (value * bare * size for size in _SIZES)
        if of.unit in _PER_HUNDRED:
            yield value * bare / 100  # what a label says per 100 g
        if bare:
            yield value / bare


def _fits(unit: str, its: str) -> bool:
    return not its or not unit or same_unit(unit, its) or (unit == MINOR and its in CURRENCIES)


def _apart(unit: str, one: Figure, other: Figure) -> Iterator[float]:
    """From one time of day, or one date, to another."""
    if one.unit == "clock":
        for a in one.readings:
            for b in other.readings:
                seconds = abs(a - b) * 60
                yield from (seconds, seconds // 3600 * 3600, seconds % 3600)
    elif one.date and other.date:
        first, second = one.date[0], other.date[0]
        years = second.year - first.year if first.year and second.year else 0
        months = years * 12 + second.month - first.month
        days = months * _DAYS_OF_A_MONTH + second.day - first.day
        yield months if unit == "months" else days * _SECONDS_OF_A_DAY


def times(wanted: Wanted, one: Figure, beside: Sequence[Statement]) -> Iterator[float]:
    """So many times, a part of so many, and in proportion: for six of what is given for four."""
    value = signed(one)
    for number in wanted.numbers:
        yield value * number
        if number:
            yield value / number
    if not wanted.times:
        return
    wholes = [other.figure.bare[0] for other in beside if other.figure.bare[0] not in (0.0, 1.0)]
    for whole in (*wholes[:_FEW_WHOLES], 100.0):
        yield from (value * number / whole for number in wanted.numbers)


def shares(one: Statement, beside: Sequence[Statement]) -> Iterator[float]:
    """A figure's share of the total of its column and of its row."""
    if not one.column:
        return
    a = signed(one.figure)
    for total in (
        a + sum(signed(other.figure) for other in beside if other.column == one.column),
        a + sum(signed(other.figure) for other in beside if other.row == one.row),
    ):
        if total:
            yield a / total * 100


def sums(figure: Figure, one: Statement, beside: Sequence[Statement]) -> Iterator[float]:
    """Totals and averages of a row or column, whole or any three to four neighbours of it."""
    if not _fits(figure.unit, one.figure.unit):
        return
    has_unit = bool(one.figure.unit or one.figure.scaled)
    for same in (
        [other for other in beside if other.row == one.row],
        [other for other in beside if other.column == one.column and one.column],
        [other for other in beside if not other.column and other.local & one.local],
    ):
        values = [
            signed(other.figure)
            for other in same
            if other.figure.unit == one.figure.unit and (has_unit or counted_alike(one, other))
        ]
        total = signed(one.figure) + sum(values)
        yield total
        yield total / (len(values) + 1)
        if 2 <= len(values) <= _FEW_AMOUNTS:
            for few in (2, 3):
                yield from (signed(one.figure) + sum(chosen) for chosen in combinations(values, few))


def bills(wanted: Wanted, near: Sequence[Statement]) -> Iterator[float]:
    """A few amounts of money together, one of them so many times."""
    unit = wanted.figure.unit
    if unit not in CURRENCIES:
        return
    amounts = [signed(one.figure) for one in near if same_unit(one.figure.unit, unit)][:_FEW_AMOUNTS]
    for few in (2, 3):
        yield from (sum(chosen) for chosen in combinations(amounts, few))
    for one in amounts[:_FEW_REPEATED]:
        for other in amounts[:_FEW_REPEATED]:
            yield from (one * number + other for number in wanted.numbers)
