"""Whether a figure is met among what many figures of a report give together, more surely than by chance."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec
import numpy as np

from leadline.checks.inline._combining import Flags, Operand, Operands, Target, of_three, of_two
from leadline.checks.inline._figures import Figure
from leadline.checks.inline._pool import COUNTED, Asked, Pool, mistaken
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, SHARES

_OF_TIME = frozenset({"clock", "date"})
_MOST_NEAR, _MOST_OPERANDS, _MOST_OF_THREE, _MOST_LATEST = 16, 64, 10, 8
_FEWEST_AMOUNTS = 10
_NEIGHBOURS = 2
_FEWEST_SUMMED = 3


class Limits(NamedTuple):
    """How many results may be expected to lie as near by chance: among those of figures that the sentence
    speaks of, of one row, column or label, and among those of three of the nearest.
    """

    near: float
    together: float
    three: float


SAID = Limits(1.0, 0.7, 0.3)
"""Where the answer says that it has worked a figure out. Measured on tests/checks/finchat: lower limits flag
faithful sums of reports, higher ones let wrong sums pass.
"""
UNSAID = Limits(0.2, 0.1, 0.0)


class Search:
    """Every sum, difference, ratio, share, growth and product of two figures of a report, and of three of
    those that the answer speaks of. Prose with a few figures is left alone: what two of them give proves
    little there.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        amounts = sum(one.figure.unit in CURRENCIES for one in statements)
        is_report = amounts >= _FEWEST_AMOUNTS or any(one.column for one in statements)
        kept = [one for one in statements if one.figure.unit not in _OF_TIME] if is_report else []
        self._pool = Pool([*kept, *_totals(kept)])

    def finds(self, asked: Asked, meant: Sequence[Target], limits: Limits) -> bool:
        if not self._pool.statements:
            return False
        chosen = self._chosen(asked)
        any_of_three = bool(limits.three) or any(
            not target.width for target in meant
        )  # else a hit is too many
        return any(
            _is_of_two(target, chosen, limits) or (any_of_three and _is_of_three(target, chosen, limits))
            for target in meant
        )

    def _chosen(self, asked: Asked) -> "_Chosen":
        latest = [one for one in asked.accepted[-_MOST_LATEST:] if not mistaken(asked.figure, one.figure)]
        latest.reverse()
        places, named = self._pool.ranked(asked)
        if len(places) <= _MOST_OF_THREE:
            named = len(places)
        named = min(named, _MOST_NEAR - len(latest))
        places = places[: named + _MOST_OPERANDS]
        found = [*latest, *[self._pool.statements[place] for place in places]]
        given = [Operand(number, "", number) for number in asked.numbers]
        operands = [*given, *_operands(asked.figure, found)]
        size, first, near = len(operands), len(given), len(latest) + named
        close = _block(size, first + near) & ~_block(size, first)
        together = close.copy()
        together[first:, first:] |= self._pool.together(latest, places)
        return _Chosen(operands, first + min(near, _MOST_OF_THREE), close, together)


class _Chosen(NamedTuple):
    """The figures to work with, the nearest first; `few` of them are tried by threes. `close` are the pairs
    of what the sentence speaks of, `together` those that belong together in the source, too.
    """

    operands: Sequence[Operand]
    few: int
    close: Flags
    together: Flags


def _is_of_two(target: Target, chosen: _Chosen, limits: Limits) -> bool:
    for results in of_two(target, Operands(chosen.operands)):
        hits = results.hits() & chosen.together
        if not hits.any():
            continue
        close = hits & chosen.close
        if close.any() and results.chance(chosen.close & _up_to(close)) <= limits.near:
            return True
        if results.chance(chosen.together) <= limits.together:
            return True
    return False


def _is_of_three(target: Target, chosen: _Chosen, limits: Limits) -> bool:
    return any(
        results.hits().any() and results.chance() <= limits.three
        for results in of_three(target, Operands(chosen.operands[: chosen.few]))
    )


def _operands(wanted: Figure, found: Sequence[Statement]) -> Iterator[Operand]:
    """In the size of unit that the wanted figure is said in, as a table often says it once for all."""
    for one in found:
        figure, value = one.figure, _signed(one.figure)
        if figure.unit == wanted.unit:
            value /= size_of(wanted)
        yield Operand(value, figure.unit, figure.bare[0] if figure.unit else value)


def size_of(figure: Figure) -> float:
    """How large the unit is that it is said in: 1,000 for kWh. Money and shares are counted in their own."""
    if not figure.bare[0] or figure.unit in COUNTED:
        return 1.0
    return figure.readings[0] / figure.bare[0]


def _signed(figure: Figure) -> float:
    return -figure.readings[0] if figure.negative else figure.readings[0]


def _up_to(hits: Flags) -> Flags:
    """The pairs of what stands no later than the first hit: those behind it, nobody had to look through."""
    last = int(np.maximum(*np.nonzero(hits)).min()) + 1
    return _block(len(hits), last)


def _block(size: int, last: int) -> Flags:
    flags = np.zeros((size, size), dtype=np.bool_)
    flags[:last, :last] = True
    return flags


def _totals(statements: Sequence[Statement]) -> list[Statement]:
    """The sum of each column of a table as one more statement, below its last row."""
    columns: dict[tuple[int, str], list[Statement]] = {}
    totals: list[Statement] = []
    for one in statements:
        if not one.column or one.figure.unit in SHARES:
            continue
        column = columns.setdefault((one.column, one.figure.unit), [])
        if column and one.row - column[-1].row > _NEIGHBOURS:
            totals += _total(column)
            column.clear()
        column.append(one)
    for column in columns.values():
        totals += _total(column)
    return totals


def _total(column: Sequence[Statement]) -> list[Statement]:
    if len(column) < _FEWEST_SUMMED:
        return []
    last, value = column[-1], sum(_signed(one.figure) for one in column)
    figure = Figure("", (abs(value),), (abs(value),), last.figure.unit, (1.0,), negative=value < 0)
    common = frozenset.intersection(*[one.words for one in column])
    return [msgspec.structs.replace(last, figure=figure, words=common, row=last.row + 1)]
