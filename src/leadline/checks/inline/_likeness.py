"""Whether two figures are of one value, and whether one can be told for the other."""

import math
import re
from collections.abc import Sequence

from leadline.checks.inline._figures import Figure, tolerance
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, SHARES, same_unit, scale_of

_WORDS = re.compile(r"[^\W\d_]+\.?")
_FARTHEST_APART = 1e4
_FEW_WORDS = 4
_OF_MANY_SIZES = frozenset({"time", "months"})


def same_value(one: Figure, other: Figure) -> bool:
    """By value to the precision that the first is written with, in units that can be one."""
    if one.unit and other.unit and not same_unit(one.unit, other.unit):
        return False
    if not one.unit and other.unit in SHARES:  # a plain number is no rounded share
        return any(abs(mine - its) <= abs(mine) * 1e-9 for mine in one.bare for its in other.bare)
    if any(
        abs(mine - its) <= tolerance(one, mine, step)
        for mine, step in zip(one.readings, one.steps, strict=False)
        for its in other.readings
    ):
        return True
    if one.unit and other.unit and (one.scaled == other.scaled or one.unit not in CURRENCIES):
        return False
    return any(
        abs(mine - its) <= tolerance(one, mine, step / scaled * mine if scaled else step)
        for mine, step, scaled in zip(one.bare, one.steps, one.readings, strict=False)
        for its in other.bare
    )


def is_power_of_ten(figure: Figure) -> bool:
    value = figure.bare[0]
    return figure.digits == 1 and value > 1 and math.log10(value).is_integer()


def comparable(other: Statement, mine: Figure, noun: str, own: Sequence[Statement]) -> bool:
    """Money with money, shares with shares, days with days, and what is counted with its like: `mine` is the
    figure of an answer, that the statements of its `own` hold, the `noun` what it counts.
    """
    its = other.figure
    if not _is_near(its, mine) or (its.unit != mine.unit and not SHARES.isdisjoint((its.unit, mine.unit))):
        return False
    if its.unit in SHARES or its.unit in CURRENCIES:
        return its.unit in SHARES or any(
            one.unit in CURRENCIES for one in (mine, *(one.figure for one in own))
        )
    if its.unit:
        same = [one.figure for one in own if one.figure.unit == its.unit]
        if not same:
            return mine.unit == its.unit and any(one.column for one in own)
        return any(its.unit not in _OF_MANY_SIZES or _factor(one) == _factor(its) for one in same)
    if mine.unit and not other.column:
        return False
    return any(not one.figure.unit and _counts_alike(noun, other, one) for one in own)


def _factor(figure: Figure) -> float:
    return round(figure.readings[0] / figure.bare[0], 6) if figure.bare[0] else 1.0


def _counts_alike(noun: str, other: Statement, mine: Statement) -> bool:
    if other.column or mine.column:
        return bool(other.column and mine.column)
    if other.noun or mine.noun:
        return bool(other.noun) and other.noun in (noun, mine.noun)
    return max(len(other.local), len(mine.local)) <= _FEW_WORDS


def _is_near(one: Figure, other: Figure) -> bool:
    """Like is exchanged with like: a price of a share hardly with the total."""
    return _of_one_size(one.readings[0], other.readings[0]) or any(
        _of_one_size(a, b) for a in _sizes(one) for b in _sizes(other)
    )


def _of_one_size(a: float, b: float) -> bool:
    return a == b or bool(a and b and 1 / _FARTHEST_APART <= abs(a / b) <= _FARTHEST_APART)


def _sizes(figure: Figure) -> tuple[float, ...]:
    """As it stands, too, where only a caption or header gives its scale."""
    written = figure.scaled and any(scale_of(word) for word in _WORDS.findall(figure.text))
    return figure.readings[:1] if written else (figure.readings[0], figure.bare[0])
