"""Rows under a heading, at any width: the columns that matter least give way, none is cut to nothing."""

from collections.abc import Iterable, Iterator, Sequence

import msgspec
from rich.console import Console, ConsoleOptions
from rich.text import Text

_GAP = 2


class Column(msgspec.Struct, frozen=True):
    """`least` is the width below which a long value is left out; 0 = it is never cut.

    `rank` tells which columns stay in a narrow terminal: the lowest first.
    """

    name: str
    rank: int
    least: int = 0
    figure: bool = False


class Listing:
    """A renderable. `add` takes a cell for each column, and a line to stand below them at full width."""

    def __init__(self, columns: Sequence[Column]) -> None:
        self._columns = tuple(columns)
        self._rows: list[tuple[tuple[Text, ...], Text | None]] = []

    def add(self, *cells: str | Text, below: Text | None = None) -> None:
        texts = tuple(cell if isinstance(cell, Text) else Text(cell) for cell in cells)
        self._rows.append((texts, below))

    def __rich_console__(self, _console: Console, options: ConsoleOptions) -> Iterator[Text]:
        widths = self._widths(options.max_width)
        yield self._line((Text(column.name, style="dim") for column in self._columns), widths)
        for cells, below in self._rows:
            yield self._line(cells, widths)
            if below is not None:
                yield _fitted(below, options.max_width)

    def _widths(self, room: int) -> dict[int, int]:
        """Column number to width, of those that are shown."""
        natural = [
            max(len(column.name), *(cells[index].cell_len for cells, _ in self._rows), 0)
            for index, column in enumerate(self._columns)
        ]
        widths: dict[int, int] = {}
        left = room + _GAP
        for index in sorted(range(len(natural)), key=lambda i: self._columns[i].rank):
            least = min(natural[index], self._columns[index].least or natural[index])
            if least + _GAP <= left or not widths:
                widths[index] = min(least, room)
                left -= least + _GAP
        for index in sorted(widths, key=lambda i: self._columns[i].rank):
            more = max(0, min(left, natural[index] - widths[index]))
            widths[index] += more
            left -= more
        return widths

    def _line(self, cells: Iterable[Text], widths: dict[int, int]) -> Text:
        shown = []
        for index, cell in enumerate(cells):
            if index in widths:
                fitted = _fitted(cell, widths[index])
                space = Text(" " * (widths[index] - fitted.cell_len))
                shown.append(space + fitted if self._columns[index].figure else fitted + space)
        line = Text(" " * _GAP).join(shown)
        line.rstrip()
        return line


def _fitted(text: Text, width: int) -> Text:
    """One line of at most so many cells."""
    whole = Text(" ").join(text.split("\n")) if "\n" in text.plain else text.copy()
    whole.truncate(width, overflow="ellipsis")
    whole.no_wrap = True
    return whole
