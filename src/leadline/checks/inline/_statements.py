"""What a source says: each of its figures with the labels and the period that it stands under."""

import re
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from itertools import accumulate, takewhile
from typing import NamedTuple

from leadline.checks.inline._figures import CURRENCIES, Figure, currencies_named, figures
from leadline.checks.inline._labels import Words, label_words, periods
from leadline.checks.inline._notes import NO_NOTE, Note, nearest, note_in, with_note, without_note
from leadline.checks.inline._sentences import Around, Sentence, is_year, sentences
from leadline.checks.inline._tables import RULE, WIDEST_CELL, Cell, blocks, cells, is_value, with_tabs
from leadline.checks.inline._times import Times

_KEY_VALUE = re.compile(r"^[ \t>*•-]*+([^:=|\n.]{2,60}?)\**+\s*+[:=]\**+\s++(?=\S)")
_GENERAL = re.compile(
    r"\b(?:amounts?|figures|values|angaben|beträge)\s+(?:are\s+)?in\s+([^.;|\n]{2,40})", re.IGNORECASE
)
_AMOUNTS = frozenset({"amount", "amounts", "figures", "values", "angaben", "beträge"})
_COUNTED = re.compile(r"\s?[^\W\d_]+(?:[ -][^\W\d_]+)?")
IN_A_LIST = -1
"""The column of figures that stand behind a key and a colon."""
_FEWEST_OF_MONEY = 3
_MOST_LABELLED = 1000
"""Figures whose labels are read: a text of 8 KB that holds more than that is a list of numbers."""
_NONE: Words = frozenset()


class Statement(NamedTuple):
    """`axes`: the words of row, column and heading, or of the clause. `row` and `column` tell which figures
    belong together; prose has its sentence as row.
    """

    figure: Figure
    axes: tuple[Words, ...]
    periods: Words
    row: int
    column: int
    label: str
    words: Words
    """Those of all axes."""


class _Head(NamedTuple):
    text: str = ""
    words: Words = frozenset()
    periods: Words = frozenset()
    note: Note = NO_NOTE


_NO_HEAD = _Head()


class Source:
    """`statements` of a text in its order, the figures in labels (`unlabelled`: mostly years), and the
    `currencies` that are named in it anywhere. `tokens`: its words.
    """

    def __init__(self, text: str, tokens: AbstractSet[str]) -> None:
        self._times = Times(text, tokens)
        self.statements: list[Statement] = []
        self.unlabelled: list[Figure] = []
        self._found: list[Figure] = []
        self._at = 0
        self._row = 0
        general = None if tokens.isdisjoint(_AMOUNTS) else _GENERAL.search(text)
        self._general = note_in(f"({general[1]})") if general else NO_NOTE
        self._heading = ""
        self._caption = NO_NOTE
        self._read(text)
        self.currencies = {one.figure.unit for one in self.statements} & CURRENCIES
        self.currencies |= currencies_named(text)

    @property
    def figures(self) -> list[Figure]:
        """All, those in labels too."""
        return [*self.unlabelled, *(one.figure for one in self.statements)]

    def _read(self, text: str) -> None:
        lines = text.split("\n")
        starts = [0, *accumulate(len(line) + 1 for line in lines)]
        found = list(blocks(lines))
        for first, last, separator in found:
            if separator == ",":  # the commas would hold its figures together
                lines[first:last] = [with_tabs(line) for line in lines[first:last]]
        self._found = list(figures("\n".join(lines)))
        for first, last, separator in found:
            if separator:
                self._table(lines[first:last], starts[first:last], separator.replace(",", "\t"))
            else:
                self._line("\n".join(lines[first:last]), starts[first])

    def _figures_before(self, end: int) -> list[Figure]:
        first = self._at
        while self._at < len(self._found) and self._found[self._at].start < end:
            self._at += 1
        return self._found[first : self._at]

    # tables

    def _table(self, lines: Sequence[str], starts: Sequence[int], separator: str) -> None:
        rows = [
            cells(line, start, separator)
            for line, start in zip(lines, starts, strict=True)
            if not RULE.match(line)
        ]
        header = rows[0]
        heads = [_head(cell.text) for cell in header]
        has_head = not any(is_value(cell.text) for cell in header[1:])
        heading = _head(self._heading)
        corner = note_in(f"({header[0].text})") if has_head else NO_NOTE
        self._caption = corner if corner != NO_NOTE else self._caption
        for number, row in enumerate(rows):
            self._row += 1
            if number == 0 and has_head:
                self.unlabelled += self._figures_before(row[-1].start + len(row[-1].text) + 1)
                continue
            self._table_row(row, heads if has_head else [], heading)

    def _table_row(self, row: Sequence[Cell], heads: Sequence[_Head], heading: _Head) -> None:
        labels = len(list(takewhile(lambda cell: not is_value(cell.text), row)))
        if len(self.statements) > _MOST_LABELLED:
            labels = len(row)
        side = _head(" ".join([cell.text.strip() for cell in row[:labels]]))
        above = side.words | heading.words
        for column, cell in enumerate(row):
            found = self._figures_before(cell.start + len(cell.text) + 1)
            if column < labels:
                self.unlabelled += found
                continue
            top = heads[column] if column < len(heads) else _NO_HEAD
            if not found:
                continue
            noted = nearest(side.words | top.words, side.note, top.note, self._caption, self._general)
            when = side.periods | top.periods or heading.periods
            axes = tuple([axis for axis in (side.words, top.words, heading.words) if axis])
            words, label = above | top.words, f"{side.text} {top.text}"
            self.statements += [
                Statement(with_note(figure, noted), axes, when, self._row, column + 1, label, words)
                for figure in found
            ]

    # lines

    def _line(self, line: str, start: int) -> None:
        if not line.strip():
            return
        self._row += 1
        end = start + len(line)
        if self._at >= len(self._found) or self._found[self._at].start >= end:
            self._caption_of(line)
            return
        key = _KEY_VALUE.match(line)
        found = self._figures_before(end)
        if key and len(line) - key.end() <= WIDEST_CELL:
            self._key_value(key, line, found)
            return
        if len(line) <= 2 * WIDEST_CELL and not line.rstrip().endswith("."):
            self._heading, self._caption = line, note_in(line)
        if self._general != NO_NOTE:
            found = [
                with_note(one, self._general) if self._means_money(one, line, start) else one for one in found
            ]
        for sentence in sentences(line, start, found, self._times):
            self._row += 1
            if len(self.statements) > _MOST_LABELLED:
                self.unlabelled += sentence.figures
            elif sentence.figures:
                self.statements += _of_sentence(sentence, self._row)

    def _means_money(self, figure: Figure, line: str, start: int) -> bool:
        """Where the text says that its amounts are in a currency: each figure that counts no things."""
        if is_year(figure):
            return False
        counted = _COUNTED.match(line[figure.end - start :])
        return len(figure.text) >= _FEWEST_OF_MONEY and not (counted and label_words(counted[0]))

    def _caption_of(self, line: str) -> None:
        note = note_in(line)
        if line.lstrip().startswith("#") or len(line) <= 2 * WIDEST_CELL:
            words = line.partition(":")[2] if _KEY_VALUE.match(line) else line
            self._heading = words if label_words(words) else self._heading
            self._caption = note if note != NO_NOTE else self._caption

    def _key_value(self, key: re.Match[str], line: str, found: Sequence[Figure]) -> None:
        words, when = label_words(without_note(key[1])), periods(key[1]) or periods(self._heading)
        noted = nearest(words, note_in(key[1]), NO_NOTE, self._caption, self._general)
        heading = label_words(self._heading)
        axes = tuple([axis for axis in (words, heading) if axis])
        offset = found[0].start if found else 0
        rest = line[key.end() :]
        for figure in found:
            if figure.start - offset <= len(rest):
                self.statements.append(
                    Statement(
                        with_note(figure, noted),
                        axes,
                        when or periods(rest),
                        self._row,
                        IN_A_LIST,
                        key[1].strip(),
                        words | heading,
                    )
                )


def _of_sentence(sentence: Sentence, row: int) -> Iterator[Statement]:
    spoken_of = sentence.spoken_of
    if len(spoken_of) < len(sentence.figures):
        told = {one.start for one in spoken_of}
        rest = [one for one in sentence.figures if one.start not in told]
        yield from (Statement(one, (), _NONE, row, 0, "", _NONE) for one in rest)
    for place, figure in enumerate(spoken_of):
        around = sentence.around(place)
        label = " ".join((around.left.strip(" :-*") or around.right.strip()).split()[-6:])
        axes = _prose_axes(figure, around)
        yield Statement(figure, axes, around.periods, row, 0, label, _NONE.union(*axes))


def _prose_axes(figure: Figure, around: Around) -> tuple[Words, ...]:
    """Money and shares are labelled by their clause, what is merely counted by the noun behind it."""
    before, behind = around.before, around.behind
    if not figure.unit and not figure.scaled:
        counted = _COUNTED.match(around.right)
        words = label_words(counted[0]) if counted and not is_year(figure) else frozenset()
        return (words,) if words else ()
    words = before or behind
    if not words:
        return ()
    return (words, before | behind) if before and behind else (words,)


def _head(text: str) -> _Head:
    """A header or label; as `umsatz_mio_eur` it may name its unit without brackets."""
    note = note_in(text)
    if note == NO_NOTE and len(text) <= WIDEST_CELL:
        note = note_in(f"({text})") if "_" in text or "%" in text else note
    return _Head(text.strip(" *#:"), label_words(without_note(text)), periods(text), note)
