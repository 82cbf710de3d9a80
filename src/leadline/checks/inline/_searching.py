"""Whether a figure is met among what many figures of a report give together, more surely than by chance."""

from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec
import numpy as np

from leadline.checks.inline._combining import Flags, Operand, Operands, Target, of_three, of_two
from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import NOTHING, Words, agree
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, SHARES

_OF_TIME = frozenset({"clock", "date"})
_MOST_NEAR, _MOST_OPERANDS, _MOST_OF_THREE, _MOST_LATEST = 16, 64, 10, 8
_FEWEST_AMOUNTS = 10
_NEIGHBOURS = 2
_FEWEST_SUMMED = 3
_BESIDE, _TIMED, _TOLD = 4.0, 0.5, 1.0
_COUNTED_ALIKE = CURRENCIES | SHARES | {""}


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


class Asked(NamedTuple):
    """What is known of the figure in question: the `words` and `periods` it is said with, the statements
    `beside` it, those found right so far (`accepted`, the sentence's own last), the `numbers` to multiply by,
    and the `rows` of tables that were spoken of.
    """

    figure: Figure
    words: Words
    periods: Words
    beside: Sequence[Statement]
    accepted: Sequence[Statement]
    numbers: Sequence[float]
    rows: AbstractSet[int] = frozenset()


class Search:
    """Every sum, difference, ratio, share, growth and product of two figures of a report, and of three of
    those that the answer speaks of. Prose with a few figures is left alone: what two of them give proves
    little there.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        amounts = sum(one.figure.unit in CURRENCIES for one in statements)
        is_report = amounts >= _FEWEST_AMOUNTS or any(one.column for one in statements)
        kept = [one for one in statements if one.figure.unit not in _OF_TIME] if is_report else []
        self._statements = [*kept, *_totals(kept)]

    def finds(self, asked: Asked, meant: Sequence[Target], limits: Limits) -> bool:
        if not self._statements:
            return False
        near, rest = self._ranked(asked)
        given = [Operand(number, "", number) for number in asked.numbers]
        operands = Operands([*given, *_operands(asked.figure, [*near, *rest])])
        size, first = len(operands.values), len(given)
        close = _block(size, first + len(near)) & ~_block(size, first)
        together = close.copy()
        together[first:, first:] |= _together([*near, *rest])
        few = Operands([*given, *_operands(asked.figure, near[:_MOST_OF_THREE])])
        for target in meant:
            for results in of_two(target, operands):
                hits = results.hits()
                if (hits & close).any() and results.chance(close & _up_to(hits & close)) <= limits.near:
                    return True
                if (hits & together).any() and results.chance(together) <= limits.together:
                    return True
            for results in of_three(target, few):
                if results.hits().any() and results.chance() <= limits.three:
                    return True
        return False

    def _ranked(self, asked: Asked) -> tuple[list[Statement], list[Statement]]:
        """The statements that the sentence speaks of, the best first, and the rest."""
        beside = set(map(id, asked.beside))
        ranked: list[tuple[float, int, Statement]] = []
        for place, one in enumerate(self._statements):
            if mistaken(asked.figure, one.figure):
                continue
            shared = len(asked.words & one.words)
            timed = bool(asked.periods & one.periods and agree(one.periods, asked.periods))
            told = one.column > 0 and one.row in asked.rows
            ranked.append(
                (-(shared + _TIMED * timed + _TOLD * told + _BESIDE * (id(one) in beside)), place, one)
            )
        ranked.sort(key=lambda one: one[:2])
        latest = [one for one in asked.accepted[-_MOST_LATEST:] if not mistaken(asked.figure, one.figure)]
        few = len(ranked) <= _MOST_OF_THREE
        named = [one for rank, _, one in ranked if rank < 0 or few][: _MOST_NEAR - len(latest)]
        chosen = set(map(id, named))
        rest = [one for _, _, one in ranked if id(one) not in chosen]
        return [*reversed(latest), *named], rest[:_MOST_OPERANDS]


def mistaken(figure: Figure, other: Figure) -> bool:
    """The same numeral in another unit or scale: what is made of it explains nothing."""
    return figure.bare == other.bare and figure.readings != other.readings


def _operands(wanted: Figure, found: Sequence[Statement]) -> Iterator[Operand]:
    """In the size of unit that the wanted figure is said in, as a table often says it once for all."""
    for one in found:
        figure, value = one.figure, _signed(one.figure)
        if figure.unit == wanted.unit:
            value /= size_of(wanted)
        yield Operand(value, figure.unit, figure.bare[0] if figure.unit else value)


def size_of(figure: Figure) -> float:
    """How large the unit is that it is said in: 1,000 for kWh. Money and shares are counted in their own."""
    if not figure.bare[0] or figure.unit in _COUNTED_ALIKE:
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


def _together(found: Sequence[Statement]) -> Flags:
    """Which belong together: in one row or column of a table, in neighbouring sentences, under one label."""
    rows, columns = np.array([one.row for one in found]), np.array([one.column for one in found])
    of_table = columns > 0
    beside: Flags = rows[:, None] == rows
    beside |= (columns[:, None] == columns) & of_table & of_table[:, None]
    beside |= (np.abs(rows[:, None] - rows) <= _NEIGHBOURS) & ~of_table & ~of_table[:, None]
    places = {word: place for place, word in enumerate(NOTHING.union(*[one.words for one in found]))}
    has = np.zeros((len(found), len(places)), dtype=np.float32)
    for place, one in enumerate(found):
        has[place, [places[word] for word in one.words]] = 1
    beside |= (has @ has.T) > 0
    return beside


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
