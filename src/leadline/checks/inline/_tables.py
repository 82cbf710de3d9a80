"""Where tables stand in a text, and their cells: markdown, tabs, semicolons, commas."""

import re
from collections.abc import Iterator, Sequence

from leadline.checks.inline._aligned import aligned
from leadline.checks.inline._cells import WIDEST_CELL, Cell, is_value
from leadline.checks.inline._chunks import opens_a_chunk

_CUT_FIGURE = re.compile(r"[^\d]\s[-(]?\d{1,3}\Z")
_MOST_COLUMNS = 100
"""A line of more cells is one of a list, however long."""
_SEPARATORS = "\t;,"
ALIGNED = "  "
"""What parts the cells of a table that is aligned by blanks."""
_GAP = re.compile(r" {2,}")
_LONE_SIGN = re.compile(r"([$€£¥₹])( {2,})(?=[(\d])")
_WRAPPED_FROM = 70
_GOES_ON = re.compile(r"\s{0,4}[^\s\-*•#>|]")


def blocks(lines: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    """First line, line behind the last, what parts the cells: nothing for a line or wrapped paragraph."""
    place = 0
    while place < len(lines):
        size, separator = _table_at(lines, place)
        if not size:
            size = 1
            while _is_wrapped(lines, place + size):
                size += 1
        yield place, place + size, separator
        place += size


def _is_wrapped(lines: Sequence[str], place: int) -> bool:
    """Whether a line goes on with the sentence of the one before, which was as long as lines are."""
    if place >= len(lines) or len(lines[place - 1]) < _WRAPPED_FROM or not _GOES_ON.match(lines[place]):
        return False
    if lines[place - 1].lstrip().startswith("#") or opens_a_chunk(lines[place - 1]):
        return False
    return "|" not in lines[place]


def with_tabs(line: str, separator: str) -> str:
    """The line with tabs between its cells, each in the place of what parted them."""
    if separator == ALIGNED:
        line = _LONE_SIGN.sub(r"\2\1", line.rstrip())
        return _GAP.sub(lambda gap: "\t" + gap.group()[1:], line)
    return "\t".join(_parts(line, separator))


def _table_at(lines: Sequence[str], place: int) -> tuple[int, str]:
    """How many lines from here on are one table, and what parts its cells; 0 = none."""
    line = lines[place]
    if line.count("|") >= 2 or (line.count("|") == 1 and place + 1 < len(lines) and "|" in lines[place + 1]):
        size = next((n for n, row in enumerate(lines[place:]) if "|" not in row), len(lines) - place)
        return (size, "|") if size >= 2 else (0, "")
    for separator in _SEPARATORS:
        if separator not in line:
            continue
        first = _parts(line, separator)
        width = len(first)
        if not 2 <= width <= _MOST_COLUMNS or max(map(len, first)) > WIDEST_CELL:
            continue
        if separator == "," and any(is_value(part) for part in first[1:]):
            continue  # a figure's own comma, or one of a sentence
        size, values = 0, 0
        for row in lines[place:]:
            parts = _parts(row, separator)
            if len(parts) != width or max(len(part) for part in parts) > WIDEST_CELL:
                break
            if separator == "," and _CUT_FIGURE.search(parts[0]):
                break
            size += 1
            values += any(is_value(part) for part in parts[1:])
        if size >= 2 and values >= size - 1:
            return size, separator
    return (size, ALIGNED) if ALIGNED in line and (size := aligned(lines, place)) else (0, "")


def _parts(line: str, separator: str) -> list[str]:
    """The cells of a line; a separator between quotation marks parts nothing."""
    pieces = line.split(separator)
    if '"' not in line:
        return pieces
    parts: list[str] = []
    open_quotes = False
    for piece in pieces:
        if open_quotes:
            parts[-1] += separator + piece
        else:
            parts.append(piece)
        open_quotes ^= piece.count('"') % 2 == 1
    return parts


def cells(line: str, start: int, separator: str) -> list[Cell]:
    cells, end = [], start
    for part in _parts(line, separator):
        end += len(part) + 1
        cells.append(Cell(part.strip(), end, is_value(part)))
    if separator == "|":
        cells = cells[1 if not cells[0].text else 0 :]
        if cells and not cells[-1].text and line.rstrip().endswith("|"):
            cells = cells[:-1]
    return cells or [Cell(line.strip(), end, is_value(line))]
