"""Statements side by side, as arrays: which an answer's figure is said of, and which belong together."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import NOTHING, Words, agree
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, SHARES

Flags = npt.NDArray[np.bool_]
Places = npt.NDArray[np.intp]

_NEIGHBOURS = 2
_BESIDE, _TIMED, _TOLD = 4.0, 0.5, 1.0
COUNTED = CURRENCIES | SHARES | {""}
"""What texts are full of. Of other units they have few figures, which belong together."""


def mistaken(figure: Figure, other: Figure) -> bool:
    """The same numeral in another unit or scale: what is made of it explains nothing."""
    return figure.bare == other.bare and figure.readings != other.readings


class Asked(NamedTuple):
    """What is known of the figure in question: the `words` and `periods` it is said with, the statements
    `beside` it, those found right so far (`accepted`, the sentence's own last), the `numbers` to multiply by,
    the `rows` and `columns` of tables that were spoken of, and the words of its own `clause`, which tell
    more.
    """

    figure: Figure
    words: Words
    periods: Words
    beside: Sequence[Statement]
    accepted: Sequence[Statement]
    numbers: Sequence[float]
    rows: AbstractSet[int] = frozenset()
    columns: AbstractSet[int] = frozenset()
    clause: Words = NOTHING


class Pool:
    """Each statement is known by its place. The statements of a table have few sets of words and periods
    between them: each set is compared once for all of them.
    """

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        labels: dict[Words, int] = {}
        times: dict[Words, int] = {}
        self._label = np.array([labels.setdefault(one.words, len(labels)) for one in statements], np.intp)
        self._time = np.array([times.setdefault(one.periods, len(times)) for one in statements], np.intp)
        self._times = list(times)
        self._words = {word: place for place, word in enumerate(NOTHING.union(*labels))}
        self._says = self._said([*labels])
        self._rows = np.array([one.row for one in statements])
        self._columns = np.array([one.column for one in statements])
        self._places = {id(one): place for place, one in enumerate(statements)}
        self._written: dict[tuple[float, ...], list[int]] = {}
        self._cells: dict[int, list[int]] = {}
        for place, one in enumerate(statements):
            self._written.setdefault(one.figure.bare, []).append(place)
            if one.column:
                self._cells.setdefault(one.row, []).append(place)

    def ranked(self, asked: Asked) -> tuple[Places, int]:
        """All but those that the figure is mistaken for, the best first: those that share words and periods
        with what is said of it, or are held by a figure beside it. Then how many do at all.
        """
        said = [*asked.words, *asked.clause]
        known = [self._words[word] for word in said if word in self._words]
        score = self._says[:, known].sum(axis=1)[self._label]
        timed = [bool(asked.periods & its) and agree(its, asked.periods) for its in self._times]
        score += _TIMED * np.array(timed, np.bool_)[self._time]
        in_table = self._columns > 0
        score += _TOLD * (in_table & np.isin(self._rows, list(asked.rows)))
        score += _TIMED * (in_table & np.isin(self._columns, list(asked.columns)))
        beside = {id(one) for one in asked.beside}
        score[[self._places[one] for one in beside & self._places.keys()]] += _BESIDE
        alike = self._written.get(asked.figure.bare, ())
        score[[place for place in alike if mistaken(asked.figure, self.statements[place].figure)]] = -1.0
        order = np.argsort(-score, kind="stable")
        return order[: np.count_nonzero(score >= 0)], int(np.count_nonzero(score > 0))

    def together(self, others: Sequence[Statement], places: Places) -> Flags:
        """Which of `others` and of those in these places belong together: in one row or column of a table, in
        neighbouring sentences, under one label.
        """
        rows = np.concatenate(([one.row for one in others], self._rows[places]))
        columns = np.concatenate(([one.column for one in others], self._columns[places]))
        says = np.concatenate((self._said([one.words for one in others]), self._says[self._label[places]]))
        in_table = columns > 0
        beside: Flags = rows[:, None] == rows
        beside |= (columns[:, None] == columns) & in_table & in_table[:, None]
        beside |= (np.abs(rows[:, None] - rows) <= _NEIGHBOURS) & ~in_table & ~in_table[:, None]
        beside |= (says @ says.T) > 0
        return beside

    def _said(self, labels: Sequence[Words]) -> npt.NDArray[np.float32]:
        """1 for each word that a label has, a row for each."""
        says = np.zeros((len(labels), len(self._words)), np.float32)
        for row, words in enumerate(labels):
            says[row, [self._words[word] for word in words if word in self._words]] = 1.0
        return says
