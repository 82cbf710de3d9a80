"""What a source says: each of its figures with the labels and the period that it stands under."""

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise, takewhile
from typing import NamedTuple

from leadline.checks.inline._figures import (
    CURRENCIES,
    Figure,
    figures,
    unit_named,
)
from leadline.checks.inline._labels import Words, beside_a_month, label_words, periods
from leadline.checks.inline._notes import UNIT_WORD, Note, nearest, note_in, with_note, without_note
from leadline.checks.inline._tables import RULE, WIDEST_CELL, Cell, blocks, cells, is_value, with_tabs

_KEY_VALUE = re.compile(r"^[ \t>*•-]*+([^:=|\n.]{2,60}?)\**+\s*+[:=]\**+\s++(?=\S)")
_SENTENCE_END = re.compile(
    r"(?<=[.!?])\s+(?=[^\W\d_a-z])|\n\s*(?=[-*•#|\n]|\d{1,2}[.)]\s)|(?<=[^\n]:)\n|\n(?=[^\n]{0,48}:)"
)
CLAUSE_END = re.compile(r";|,\s|\s[-\u2013\u2014]\s|[()]|\b(?:and|while|but|whereas|und|während|aber)\b|\.\s")
_GENERAL = re.compile(
    r"\b(?:amounts?|figures|values|angaben|beträge)\s+(?:are\s+)?in\s+([^.;|\n]{2,40})", re.IGNORECASE
)
_COUNTED = re.compile(r"\s?[^\W\d_]+(?:[ -][^\W\d_]+)?")
_REACH = 160
IN_A_LIST = -1
"""The column of figures that stand behind a key and a colon."""
_FEWEST_OF_MONEY = 3


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


class _Head(NamedTuple):
    text: str = ""
    words: Words = frozenset()
    periods: Words = frozenset()
    note: Note = Note()


class Source:
    """`statements` of a text in its order, the figures in labels (`unlabelled`: mostly years), and the
    `currencies` that are named in it anywhere.
    """

    def __init__(self, text: str) -> None:
        self.statements: list[Statement] = []
        self.unlabelled: list[Figure] = []
        self._found: list[Figure] = []
        self._at = 0
        self._row = 0
        general = _GENERAL.search(text)
        self._general = note_in(f"({general[1]})") if general else Note()
        self._heading = ""
        self._caption = Note()
        self._read(text)
        self.currencies = {one.figure.unit for one in self.statements} & CURRENCIES
        self.currencies |= {
            unit for word in UNIT_WORD.findall(text) if (unit := unit_named(word)) in CURRENCIES
        }

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
        corner = note_in(f"({header[0].text})") if has_head else Note()
        self._caption = corner if corner != Note() else self._caption
        for number, row in enumerate(rows):
            self._row += 1
            if number == 0 and has_head:
                self.unlabelled += self._figures_before(row[-1].start + len(row[-1].text) + 1)
                continue
            self._table_row(row, heads if has_head else [], heading)

    def _table_row(self, row: Sequence[Cell], heads: Sequence[_Head], heading: _Head) -> None:
        labels = len(list(takewhile(lambda cell: not is_value(cell.text), row)))
        side = _head(" ".join(cell.text.strip() for cell in row[:labels]))
        for column, cell in enumerate(row):
            found = self._figures_before(cell.start + len(cell.text) + 1)
            if column < labels:
                self.unlabelled += found
                continue
            top = heads[column] if column < len(heads) else _Head()
            noted = nearest(side.words | top.words, side.note, top.note, self._caption, self._general)
            when = side.periods | top.periods or heading.periods
            axes = tuple([axis for axis in (side.words, top.words, heading.words) if axis])
            label = " ".join(f"{side.text} {top.text}".split())
            self.statements += [
                Statement(with_note(figure, noted), axes, when, self._row, column + 1, label)
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
        for sentence, first, inside in sentences(line, start, found):
            self._row += 1
            said = [
                with_note(one, self._general) if self._means_money(one, line, start) else one
                for one in inside
            ]
            self.statements += _of_sentence(sentence, first, said, self._row)

    def _means_money(self, figure: Figure, line: str, start: int) -> bool:
        """Where the text says that its amounts are in a currency: each figure that counts no things."""
        if self._general == Note() or is_year(figure):
            return False
        counted = _COUNTED.match(line[figure.end - start :])
        return len(figure.text) >= _FEWEST_OF_MONEY and not (counted and label_words(counted[0]))

    def _caption_of(self, line: str) -> None:
        note = note_in(line)
        if line.lstrip().startswith("#") or len(line) <= 2 * WIDEST_CELL:
            words = line.partition(":")[2] if _KEY_VALUE.match(line) else line
            self._heading = words if label_words(words) else self._heading
            self._caption = note if note != Note() else self._caption

    def _key_value(self, key: re.Match[str], line: str, found: Sequence[Figure]) -> None:
        words, when = label_words(without_note(key[1])), periods(key[1]) or periods(self._heading)
        noted = nearest(words, note_in(key[1]), Note(), self._caption, self._general)
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
                    )
                )


def sentences(text: str, start: int, found: Sequence[Figure]) -> Iterator[tuple[str, int, list[Figure]]]:
    """Each sentence of a text that begins at `start`, with where it begins and the figures in it."""
    bounds = [0, *(match.end() for match in _SENTENCE_END.finditer(text)), len(text)]
    place = 0
    for first, last in pairwise(bounds):
        inside = []
        while place < len(found) and found[place].start < start + last:
            inside.append(found[place])
            place += 1
        yield text[first:last], start + first, inside


def _of_sentence(sentence: str, start: int, found: Sequence[Figure], row: int) -> Iterator[Statement]:
    spoken_of = telling(sentence, start, found)
    yield from (Statement(one, (), frozenset(), row, 0, "") for one in found if one not in spoken_of)
    for place, figure in enumerate(spoken_of):
        left, right, when = surroundings(sentence, start, spoken_of, place)
        axes = _prose_axes(figure, left, right)
        label = " ".join((left.strip(" :-*") or right.strip()).split()[-6:])
        yield Statement(figure, axes, when, row, 0, label)


def _prose_axes(figure: Figure, left: str, right: str) -> tuple[Words, ...]:
    """Money and shares are labelled by their clause, what is merely counted by the noun behind it."""
    if not figure.unit and not figure.scaled:
        counted = _COUNTED.match(right)
        words = label_words(counted[0]) if counted and not is_year(figure) else frozenset()
        return (words,) if words else ()
    before, behind = label_words(left), label_words(right)
    words = before or behind
    if not words:
        return ()
    return (words, before | behind) if before and behind else (words,)


def is_year(figure: Figure) -> bool:
    return not figure.unit and not figure.scaled and len(figure.text) == 4 and 1000 <= figure.bare[0] <= 2199


def telling(sentence: str, start: int, found: Sequence[Figure]) -> list[Figure]:
    """The figures that are said of something: no years, days of months, parts of dates or versions."""
    kept: list[Figure] = []
    for place, figure in enumerate(found):
        begun = figure.start
        part = (place and found[place - 1].start == begun) or (
            place + 1 < len(found) and found[place + 1].start == begun
        )
        if part or is_year(figure):
            continue
        if (
            figure.bare[0] <= 31
            and not figure.unit
            and beside_a_month(sentence, begun - start, figure.end - start)
        ):
            continue
        kept.append(figure)
    return kept


def surroundings(sentence: str, start: int, found: Sequence[Figure], place: int) -> tuple[str, str, Words]:
    """What stands left and right of a figure in its clause, and its period. `start` is where the sentence
    begins in the text of the figures `found`, all of which are in it.

    The left reaches back to what the clause before was about when its own says nothing; never further than
    `_REACH` characters, so that the work stays linear.
    """
    figure = found[place]
    at, behind = figure.start - start, figure.end - start
    first, last = max(0, at - _REACH), min(len(sentence), behind + _REACH)
    before = max(first, found[place - 1].end - start) if place else first
    after = min(last, found[place + 1].start - start) if place + 1 < len(found) else last
    bound = before
    for match in reversed(list(CLAUSE_END.finditer(sentence, before, at))):
        if label_words(sentence[match.end() : at]):
            bound = match.end()
            break
    closing = CLAUSE_END.search(sentence, behind, after)
    left, right = sentence[bound:at], sentence[behind : closing.start() if closing else after]
    when = _period_of(sentence[first:bound], left, right, sentence[behind + len(right) : last])
    if before > first and not label_words(left) and not label_words(right):
        left = f"{_last_labelled(sentence[first : min(before, at)])} {left}"
    return left, right, when


def _last_labelled(text: str) -> str:
    """The last clause that has a label of its own."""
    end = len(text)
    for match in reversed(list(CLAUSE_END.finditer(text))):
        if label_words(text[match.end() : end]):
            return text[match.end() : end]
        end = match.start()
    return text[:end]


_FROM = re.compile(
    r"\b(?:from|versus|vs|than|against|compared|prior|previous|earlier|last|von|gegenüber)\b", re.IGNORECASE
)


def _period_of(before: str, left: str, right: str, behind: str) -> Words:
    """The period beside the figure, else the only one around it, unless the figure is what something else is
    compared with.
    """
    since = max([match.end() for match in _FROM.finditer(left)], default=None)
    near = periods(right) or periods(left[since:])
    if near:
        return near
    if since is not None or _FROM.search(before[-12:]):
        return frozenset()
    compared = _FROM.search(right + behind)
    ahead = (right + behind)[: compared.start() if compared else None]
    return _one_time(periods(before)) or _one_time(periods(before + left + ahead))


def _one_time(found: Words) -> Words:
    """The periods, unless they are several of a kind."""
    kinds = [one[0] for one in found]
    return found if len(kinds) == len(set(kinds)) else frozenset()


def _head(text: str) -> _Head:
    """A header or label; as `umsatz_mio_eur` it may name its unit without brackets."""
    note = note_in(text)
    if note == Note() and len(text) <= WIDEST_CELL:
        note = note_in(f"({text})") if "_" in text or "%" in text else note
    return _Head(text.strip(" *#:"), label_words(without_note(text)), periods(text), note)
