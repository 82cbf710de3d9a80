"""The labels of rows and columns: their words, periods and units."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import msgspec

from leadline.checks.inline._cells import WIDEST_CELL, Cell
from leadline.checks.inline._figures import figures
from leadline.checks.inline._labels import NOTHING, Words, kind_of, label_words, periods
from leadline.checks.inline._names import words
from leadline.checks.inline._notes import NO_NOTE, Note, note_in, without_note
from leadline.checks.inline._spans import days_of, is_span, spans_in
from leadline.checks.inline._units import CURRENCIES, scale_of, unit_of

_SHORT_PERIOD, _LONGEST_DATE = 10, 18
_LONG_WORD = re.compile(r"[^\W\d_]{2,}")
_SHARE = re.compile(r"\d\s?%")
_CODE = re.compile(r"(?<![\w/-])[A-Z]{3}(?![\w/-])")
_UNIT_SAID = re.compile(r"\d\s?[^\W\d_]{2,}")


class Head(msgspec.Struct, frozen=True, gc=False):
    """A label: `parts` are its words by cell."""

    text: str = ""
    words: Words = NOTHING
    periods: Words = NOTHING
    note: Note = NO_NOTE
    parts: tuple[Words, ...] = ()


NO_HEAD = Head()


def head_of(text: str) -> Head:
    """Of a column, or of a line above."""
    note = _in_money(_note_of_label(text), text)
    return Head(text.strip(' *#:"'), _words_of(text), periods(text), note)


def _words_of(label: str) -> Words:
    said = label_words(without_note(label))
    return said | spans_in(label) if _UNIT_SAID.search(label) else said


def days_in(row: Sequence[Cell]) -> Words:
    """The days that label a row: departures on 2 and on 23 June are two."""
    short = [cell.text for cell in row if cell.text and not cell.value and len(cell.text) <= _LONGEST_DATE]
    found = [figure for text in short if periods(text) for figure in figures(text, words(text))]
    return days_of(found)


def heads_of_spans(rows: Sequence[Sequence[Cell]]) -> bool:
    """Whether durations in the first row are labels: no cell below has one in their columns."""
    places = [place for place, cell in enumerate(rows[0]) if place and is_span(cell.text)]
    return bool(places) and not any(
        is_span(row[place].text) for row in rows[1:] for place in places if place < len(row)
    )


def _in_money(note: Note, text: str) -> Note:
    """With the one currency that a column's label names anywhere: USD equivalent (m)."""
    named = {one for one in _CODE.findall(text) if one in CURRENCIES}
    return note._replace(unit=named.pop()) if not note.unit and len(named) == 1 else note


def times_of(side: Words, top: Words) -> Words:
    """Of a cell: where row and column both name a year, the column's counts - notes due 2029, in 2024."""
    if not side or not top:
        return side or top
    kinds = {kind_of(one) for one in top}
    return top | {one for one in side if kind_of(one) not in kinds}


def is_named(text: str) -> bool:
    """Whether a cell that begins with a figure goes on with a word that is no unit: 40' DC, 2 beds."""
    return any(unit_of(word) is None and not scale_of(word) for word in _LONG_WORD.findall(text))


def label_first(rows: Sequence[list[Cell]]) -> None:
    """The first column holds labels where each of its cells says a unit, beside figures: 24 months. So does
    a duration in it.
    """
    for row in rows:
        if row[0].value and is_span(row[0].text) and any(cell.value for cell in row[1:]):
            row[0] = msgspec.structs.replace(row[0], value=False)
    if all(row and row[0].value and _UNIT_SAID.search(row[0].text) and len(row) > 1 for row in rows):
        for row in rows:
            row[0] = msgspec.structs.replace(row[0], value=False)


def side_of(row: Sequence[Cell], columns: AbstractSet[int]) -> Head:
    """The label of a row: its cells in the columns that hold no values, the short periods among them as such
    only.
    """
    cells = [cell.text for cell in row if cell.text and not cell.value]
    own = [
        cell.text for place, cell in enumerate(row) if cell.text and not cell.value and place not in columns
    ]
    labels = [cell for cell in own or cells if not (len(cell) <= _SHORT_PERIOD and periods(cell))]
    parts = [_words_of(label) for label in labels] + [days_in(row)]
    text = " ".join(labels)
    unit = next(filter(None, [unit_of(label.partition("/")[0]) for label in labels]), None)
    return Head(
        text.strip(' *#:"'),
        parts[0] if len(parts) == 1 else NOTHING.union(*parts),
        periods(" | ".join(cells)),
        Note(*unit) if unit else _note_of_label(text),
        tuple(filter(None, parts)),
    )


def _note_of_label(text: str) -> Note:
    """Of a header or label; as `umsatz_mio_eur` it may name its unit without brackets."""
    note = note_in(text)
    if (
        note == NO_NOTE
        and len(text) <= WIDEST_CELL
        and ("_" in text or ("%" in text and not _SHARE.search(text)))
    ):
        return note_in(f"({text.replace('_', ' ')})")
    return note
