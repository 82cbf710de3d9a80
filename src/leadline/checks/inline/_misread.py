"""Figures of the source told in another size or other money: 2.37 billion as 237 million, EUR 235 as USD."""

import math
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._figures import Figure
from leadline.checks.inline._index import Index
from leadline.checks.inline._likeness import is_power_of_ten
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, SHARES, SPANS, same_unit

_FEWEST, _TELLING = 2, 3
"""Digits with which a numeral is hardly met by chance under the same label."""
_MARKED = 5
"""Digits with which it is hardly met by chance at all."""
_THOUSANDFOLD = 3
_LARGE = 1000
"""What is less may be the price of one: earnings per share stand in tables of millions, too."""
_OF_NO_MEASURE = CURRENCIES | SHARES
_PARTS_NOTHING = SPANS | {"date", "clock"}
"""So many days or months are paid so often, but are no tenth of anything."""
_OF_A_DAY = frozenset({"date", "clock"})


def misread(claim: Claim, index: Index) -> Statement | None:
    """What the source says in the same digits of the same thing, where it does not hold the figure."""
    figure = claim.figure
    if figure.digits < _FEWEST or figure.unit in _OF_A_DAY or not (figure.unit or figure.scaled):
        return None
    for one in _same_digits(claim, index):
        its = one.figure
        if (
            not one.told
            or its.per in CURRENCIES
            or its.unit in _OF_A_DAY
            or min(its.readings[0], figure.readings[0]) <= 0
        ):
            continue
        if _in_another_unit(figure, its):
            return one
        if figure.digits >= _TELLING and _in_another_size(claim, its, index):
            return one
    return None


def is_transposed(claim: Claim, index: Index) -> bool:
    """Whether the source has the figure of this label with two neighbouring digits the other way round."""
    mine = _digits(claim.figure)
    return len(mine) >= _TELLING and any(
        _exchanged(mine, _digits(one.figure)) for one in index.speaking_of(claim.words | claim.subject)
    )


def _digits(figure: Figure) -> str:
    return "".join(filter(str.isdigit, figure.text))


def _exchanged(mine: str, its: str) -> bool:
    if len(mine) != len(its) or mine == its:
        return False
    place = next(place for place in range(len(mine)) if mine[place] != its[place])
    return mine == its[:place] + its[place : place + 2][::-1] + its[place + 2 :]


def without_scale(claim: Claim, own: Sequence[Statement], named: AbstractSet[float]) -> bool:
    """`EUR 2,462` for what a table has as 2,462 thousand, where no word of the answer names thousands."""
    figure = claim.figure
    if figure.unit not in CURRENCIES or figure.scaled or figure.readings[0] < _LARGE or not own:
        return False
    if any(
        abs(value - its) <= _width(figure)
        for one in own
        for value in figure.readings
        for its in one.figure.readings
    ):
        return False
    scales = {one.figure.readings[0] / one.figure.bare[0] for one in own if one.figure.bare[0]}
    if len(scales) != 1 or any(abs(scale - 1.0) < 1 for scale in scales):
        return False
    return not any(abs(factor - scale) < 1 for factor in named for scale in scales)


def _same_digits(claim: Claim, index: Index) -> Iterable[Statement]:
    known = claim.words | claim.subject
    if claim.figure.digits >= _MARKED:
        return index.in_digits(claim.figure)
    return index.speaking_of(known)


def _in_another_unit(figure: Figure, its: Figure) -> bool:
    """The same numeral: of money in another currency, of weeks for months, of milligrams for grams."""
    if figure.unit in CURRENCIES and its.unit in CURRENCIES:
        other = not same_unit(figure.unit, its.unit)
        return other and abs(figure.readings[0] - its.readings[0]) <= _width(figure)
    if figure.digits < _TELLING and not _OF_NO_MEASURE.isdisjoint((figure.unit, its.unit)):
        return False
    return bool(figure.unit and its.unit) and figure.bare == its.bare and figure.readings != its.readings


def _in_another_size(claim: Claim, its: Figure, index: Index) -> bool:
    """Ten times, a thousandth: unless ten, a hundred or a share of ten is there to reckon with."""
    figure = claim.figure
    if figure.unit != its.unit and ((figure.unit and its.unit) or not (figure.scaled or its.scaled)):
        return False
    power = round(math.log10(abs(its.readings[0] / figure.readings[0])))
    if not power or abs(figure.readings[0] - its.readings[0] / 10.0**power) > _width(figure):
        return False
    if power % _THOUSANDFOLD == 0 and not its.unit and not its.scaled:
        return False  # its scale may be said in words that nobody knows
    tens = index.tens | {one.unit for one in claim.beside if is_power_of_ten(one)}
    return not (tens - _PARTS_NOTHING if power > 0 else tens)


def _width(figure: Figure) -> float:
    """Half a unit of the last digit that means something."""
    size = math.floor(math.log10(figure.readings[0])) + 1 - figure.digits
    return 0.5000001 * 10.0**size
