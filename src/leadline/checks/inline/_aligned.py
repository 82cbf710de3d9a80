"""Tables whose columns are set with blanks: a figure belongs to what stands above it."""

import re
from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from leadline.checks.inline._cells import RULE, WIDEST_CELL, Cell, is_value

_PIECE = re.compile(r"\S+(?: \S+)*")
_KEY_INSIDE = re.compile(r"[^\W\d_][^:]{0,30}: \S")
_SIGNS = frozenset("$€£¥₹(")
_FEWEST_CELLS = 3
_FARTHEST = 6
_MOST_COLUMNS = 24


class _Piece(NamedTuple):
    """`first` and `last`: from where to where it stands in its line."""

    text: str
    first: int
    last: int
    value: bool


def aligned(lines: Sequence[str], place: int) -> int:
    """How many lines from here on are one table: its heads, rules, rows and the labels between them."""
    size = rows = heads = 0
    columns: list[tuple[int, int]] = []
    parted = False
    for number, line in enumerate(lines[place:]):
        if not line.strip() or RULE.match(line):
            if parted and not line.strip() and not lines[place + number - 1].strip():
                break
            parted = True
            continue
        pieces = _pieces(line)
        if max(len(one.text) for one in pieces) > WIDEST_CELL or _is_keyed(pieces):
            break
        values = [(one.first, one.last) for one in pieces[not pieces[0].value :] if one.value]
        if not values:
            if len(pieces) == 1 and (not rows or line.rstrip().endswith((".", ":"))) and not heads:
                break
            if rows and parted and len(pieces) > 1:
                break  # the head of another table
            heads += not rows and len(pieces) > 1
        elif columns and not any(_overlap(one, other) for one in values for other in columns):
            break
        else:
            columns = columns + values if len(columns) < _MOST_COLUMNS else columns
            rows += len(pieces) > 1
            size = number + 1 if rows else size
        parted = False
    wide = any(len(_PIECE.findall(line)) >= _FEWEST_CELLS for line in lines[place : place + size])
    return size if rows + min(heads, 1) >= 2 and (wide or rows >= _FEWEST_CELLS) else 0


def rows_of(lines: Sequence[str], starts: Sequence[int]) -> list[list[Cell]]:
    """Rows of as many cells each, one for each column; the heads are joined to one row."""
    found = [(at, _pieces(line)) for at, line in enumerate(lines) if line.strip() and not RULE.match(line)]
    body = next((n for n, (_, pieces) in enumerate(found) if _values(pieces)), len(found))
    columns = _columns([pieces for _, pieces in found[body:]])
    heads = [""] * len(columns)
    table: list[list[Cell]] = []
    for number, (at, pieces) in enumerate(found):
        end = starts[at] + len(lines[at]) + 1
        placed = _in_columns(pieces, columns, head=number < body)
        if number < body:
            for place, one in placed:
                heads[place] = f"{heads[place]} {one.text}".strip()
            if number == body - 1:
                table.append([Cell(text, end, value=False) for text in heads])
            continue
        row: list[Cell | None] = [None] * len(columns)
        for place, one in placed:
            row[place] = row[place] or Cell(one.text, starts[at] + one.last + 1, one.value)
        table.append(_filled(row, starts[at], end))
    return table


def _filled(row: Sequence[Cell | None], start: int, end: int) -> list[Cell]:
    """Empty cells where the row has none; the last one ends with its line."""
    cells: list[Cell] = []
    for cell in row:
        cells.append(cell or Cell("", cells[-1].end if cells else start, value=False))
    cells[-1] = msgspec.structs.replace(cells[-1], end=end)
    return cells


def _pieces(line: str) -> list[_Piece]:
    """What gaps of two blanks part; a lone sign of a currency belongs to what follows it."""
    found: list[_Piece] = []
    sign: re.Match[str] | None = None
    for match in _PIECE.finditer(line):
        if match.group() in _SIGNS:
            sign = match
            continue
        first = sign.start() if sign else match.start()
        text = line[first : match.end()]
        found.append(_Piece(text, first, match.end(), is_value(text)))
        sign = None
    return found or [_Piece(line.strip(), 0, len(line), value=False)]


def _is_keyed(pieces: Sequence[_Piece]) -> bool:
    """A line of several keys with their values is no row: Invoice no: 12    Date: 3 May."""
    return len(pieces) > 1 and sum(_KEY_INSIDE.match(one.text) is not None for one in pieces) * 2 >= len(
        pieces
    )


def _values(pieces: Sequence[_Piece]) -> list[_Piece]:
    return [one for one in pieces[not pieces[0].value :] if one.value]


def _columns(rows: Sequence[Sequence[_Piece]]) -> list[tuple[int, int]]:
    """Where the columns stand: those of the row with most cells, and what overlaps none of them."""
    columns: list[tuple[int, int]] = []
    for pieces in sorted(rows, key=len, reverse=True):
        for one in pieces:
            spot = (one.first, one.last)
            if len(columns) < _MOST_COLUMNS and not any(_overlap(spot, column) for column in columns):
                columns.append(spot)
    return sorted(columns)


def _in_columns(
    pieces: Sequence[_Piece], columns: Sequence[tuple[int, int]], *, head: bool
) -> list[tuple[int, _Piece]]:
    """Each piece with the column that it stands nearest to, a label, which may be wide, with the first that
    it overlaps. As many heads as columns stand above them in their order.
    """
    if head and len(pieces) in (len(columns), len(columns) - 1):
        return list(enumerate(pieces, len(columns) - len(pieces)))
    spans, rest = divmod(len(columns) - 1, len(pieces))
    if head and len(pieces) > 1 and not rest and pieces[0].first >= columns[0][1]:
        return [(place, pieces[(place - 1) // spans]) for place in range(1, len(columns))]
    found = []
    for one in pieces:
        away = [max(column[0] - one.last, one.first - column[1]) for column in columns]
        if not one.value:
            away = [max(apart, -1) for apart in away]
        nearest = min(range(len(columns)), key=away.__getitem__)
        if away[nearest] <= _FARTHEST:
            found.append((nearest, one))
    return found


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]
