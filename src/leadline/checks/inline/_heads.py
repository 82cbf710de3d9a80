"""The labels of rows and columns: their words, periods and units."""

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet

import msgspec

from leadline.checks.inline._cells import WIDEST_CELL, Cell
from leadline.checks.inline._labels import NOTHING, Words, kind_of, label_words, periods
from leadline.checks.inline._notes import NO_NOTE, Note, note_in, without_note
from leadline.checks.inline._units import CURRENCIES, scale_of, unit_of

_SHORT_PERIOD = 10
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
    return Head(text.strip(' *#:"'), label_words(without_note(text)), periods(text), _in_money(_note_of_label(text), text))


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
    """The first column holds labels where each of its cells says a unit, beside figures: 24 months."""
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
    parts = [label_words(without_note(label)) for label in labels]
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
