"""The statements of a source by value and by word."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from itertools import chain

from leadline.checks.inline._figures import EACH, Figure, tolerance
from leadline.checks.inline._labels import Words, label_words
from leadline.checks.inline._likeness import is_power_of_ten, same_value
from leadline.checks.inline._statements import Statement

_MOST = 64
_AROUND = 12
_ABOUT = 0.01
_ROUND = 10
_MOST_COMPARED = 10_000
"""What keeps a text of nothing but figures from taking seconds; reports take a few hundred."""


class Index:
    """The statements of a source by value and by word, so that a claim looks only at those it may mean."""

    def __init__(self, statements: Sequence[Statement]) -> None:
        self.statements = statements
        labels: defaultdict[Words, list[int]] = defaultdict(list)
        values: list[float] = []
        places: list[int] = []
        for place, statement in enumerate(statements):
            labels[statement.words].append(place)
            figure = statement.figure
            meant = (*figure.readings, *figure.bare) if figure.scaled else figure.readings
            values += meant
            places += [place] * len(meant)
        by_word: defaultdict[str, list[list[int]]] = defaultdict(list)
        for words, its in labels.items():  # the cells of a row mostly share one label
            for word in words:
                by_word[word].append(its)
        self._labels_with = dict(by_word)
        self._by_word: dict[str, list[int]] = {}
        by_value = sorted(range(len(values)), key=values.__getitem__)
        self._values = [values[one] for one in by_value]
        self._by_value = [places[one] for one in by_value]
        self._held: dict[tuple[tuple[float, ...], tuple[float, ...], str], list[Statement]] = {}
        self._compared = 0
        self._units = {one.figure.unit for one in statements}
        self._numbered: set[str] | None = None

    def numbers(self, figure: Figure) -> bool:
        """Whether a label of a table has this number as a part of a name: 40' DC, Tier 2."""
        if self._numbered is None:
            self._numbered = {
                word for one in self.statements if one.column for word in one.local if word[0] == "#"
            }
        return f"#{figure.bare[0]:.0f}" in self._numbered

    def beside(self, one: Statement) -> Sequence[Statement]:
        """Those that stand before and behind it in its text."""
        place = self._places[id(one)]
        return self.statements[max(0, place - _AROUND) : place + _AROUND]

    def behind(self, one: Statement) -> Statement | None:
        place = self._places[id(one)] + 1
        return self.statements[place] if place < len(self.statements) else None

    def in_row(self, one: Statement) -> Sequence[Statement]:
        """Those of its sentence or of its row, itself among them."""
        return self._rows[one.row]

    def in_column(self, one: Statement) -> Sequence[Statement]:
        """Those of its column whose rows have its row's label, itself among them."""
        return self._columns[one.column, one.side]

    def in_digits(self, figure: Figure) -> Sequence[Statement]:
        """Those whose value begins with the digits of the figure's, whatever its size, and a few more."""
        value = abs(figure.readings[0])
        keys = {_begins(value * share) for share in (1 - _ABOUT, 1.0, 1 + _ABOUT)}
        return [
            self.statements[place] for place in sorted(p for key in keys for p in self._begun.get(key, ()))
        ]

    @cached_property
    def tens(self) -> AbstractSet[str]:
        """The units of the figures that are ten, a hundred or another power of ten."""
        return {one.figure.unit for one in self.statements if is_power_of_ten(one.figure)}

    @cached_property
    def priced(self) -> Words:
        """The words of what something is said for one of: per pallet, je Monat."""
        things = [each[1] for one in self.statements for each in EACH.finditer(one.clause)]
        return label_words("\n".join(things))

    @cached_property
    def _begun(self) -> dict[str, list[int]]:
        begun: defaultdict[str, list[int]] = defaultdict(list)
        for place, one in enumerate(self.statements):
            begun[_begins(abs(one.figure.readings[0]))].append(place)
        return begun

    @cached_property
    def _places(self) -> dict[int, int]:
        return {id(statement): place for place, statement in enumerate(self.statements)}

    @cached_property
    def _rows(self) -> dict[int, list[Statement]]:
        rows: defaultdict[int, list[Statement]] = defaultdict(list)
        for one in self.statements:
            rows[one.row].append(one)
        return rows

    @cached_property
    def _columns(self) -> dict[tuple[int, Words], list[Statement]]:
        columns: defaultdict[tuple[int, Words], list[Statement]] = defaultdict(list)
        for one in self.statements:
            columns[one.column, one.side].append(one)
        return columns

    def has(self, unit: str) -> bool:
        return unit in self._units

    @property
    def vocabulary(self) -> AbstractSet[str]:
        return self._labels_with.keys()

    def speaking_of(self, words: Words, times: int = 1) -> list[Statement]:
        """Those whose labels share a word, at most `_MOST` for each word and `_MOST_COMPARED` in all: none
        when so many were compared before. `times`: with how many others each of them will be compared.
        """
        if self._compared > _MOST_COMPARED:
            return []
        places = sorted({place for word in words for place in self._saying(word)})
        self._compared += len(places) * times
        return [self.statements[place] for place in places]

    def _saying(self, word: str) -> Sequence[int]:
        if word not in self._by_word:
            self._by_word[word] = sorted(chain.from_iterable(self._labels_with.get(word, ())))[:_MOST]
        return self._by_word[word]

    def holding(self, figure: Figure) -> list[Statement]:
        """At most `_MOST` that hold its value in its unit, to the precision that it is written with."""
        value = (figure.readings, figure.bare, figure.unit)
        if value not in self._held:
            self._held[value] = self._look_up(figure) if self._compared <= _MOST_COMPARED else []
            self._compared += len(self._held[value])
        return self._held[value]

    def _look_up(self, figure: Figure) -> list[Statement]:
        places: set[int] = set()
        for value, step in zip(
            (*figure.readings, *figure.bare), (*figure.steps, *[1.0] * len(figure.bare)), strict=False
        ):
            width = max(step, tolerance(figure, value, step))
            at = bisect_left(self._values, value - width)
            while at < len(self._values) and self._values[at] <= value + width and len(places) < _MOST:
                places.add(self._by_value[at])
                at += 1
        found = [
            one for place in sorted(places) if same_value(figure, (one := self.statements[place]).figure)
        ]
        written = [one for one in found if _is_written(figure, one.figure)]
        return written or found


def _is_written(figure: Figure, its: Figure) -> bool:
    """Whether a round figure is there as it is written: 140 is no 135 where the source has 140."""
    return figure.bare == its.bare and figure.bare[0] % _ROUND == 0


def _begins(value: float) -> str:
    """The first two digits of a value."""
    return f"{value:.1e}"[:3]
