"""Figures of the source told in another size or in other money: 2.37 billion as 237 million, EUR 235 as USD."""

import math
from collections.abc import Iterable

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._figures import Figure, tolerance
from leadline.checks.inline._index import Index
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, same_unit

_TELLING = 3
"""Digits with which a numeral is hardly met by chance under the same label."""
_MARKED = 5
"""Digits with which it is hardly met by chance at all."""
_THOUSANDFOLD = 3
_OF_TIME = frozenset({"date", "clock", "time", "months"})


def misread(claim: Claim, index: Index) -> Statement | None:
    """What the source says in the same digits, of the same thing, where it does not hold the figure itself."""
    figure = claim.figure
    if figure.digits < _TELLING or figure.unit in _OF_TIME or not (figure.unit or figure.scaled):
        return None
    for one in _same_digits(claim, index):
        its = one.figure
        if not one.told or its.unit in _OF_TIME or not its.readings[0] * figure.readings[0]:
            continue
        if _in_other_money(figure, its) or _in_another_size(claim, its, index):
            return one
    return None


def _same_digits(claim: Claim, index: Index) -> Iterable[Statement]:
    known = claim.words | claim.subject
    if claim.figure.digits >= _MARKED:
        return index.statements
    return index.speaking_of(known)


def _in_other_money(figure: Figure, its: Figure) -> bool:
    other = figure.unit in CURRENCIES and its.unit in CURRENCIES and not same_unit(figure.unit, its.unit)
    return other and abs(figure.readings[0] - its.readings[0]) <= _width(figure)


def _in_another_size(claim: Claim, its: Figure, index: Index) -> bool:
    """Ten times, a thousandth: unless ten, a hundred or a share of ten is there to reckon with."""
    figure = claim.figure
    if figure.unit != its.unit and (figure.unit and its.unit or not (figure.scaled or its.scaled)):
        return False
    power = round(math.log10(abs(its.readings[0] / figure.readings[0])))
    if not power or abs(figure.readings[0] - its.readings[0] / 10.0**power) > _width(figure):
        return False
    if power % _THOUSANDFOLD == 0 and not its.unit and not its.scaled:
        return False  # its scale may be said in words that nobody knows
    return not any(map(_is_a_power, (*claim.beside, *[one.figure for one in index.statements])))


def _is_a_power(figure: Figure) -> bool:
    value = figure.bare[0]
    return figure.digits == 1 and value > 1 and math.log10(value).is_integer()


def _width(figure: Figure) -> float:
    return tolerance(figure, figure.readings[0], figure.steps[0])
