"""What a table says above a value: the head of its column."""

import re
from bisect import bisect_right
from functools import cached_property

_BLOCK = re.compile(r"\n[ \t\r]*\n")
_LONGEST_LINE = 400
_HEAD_LINES = 3
_CLOSED_BY = "\r\n"


class Columns:
    """Of a text with rows of cells between commas, semicolons, tabs or bars. Looks at nothing until asked."""

    def __init__(self, text: str) -> None:
        self._text = text

    def head(self, start: int, end: int) -> str:
        """The head above the cell that a value fills; empty where it stands in no table."""
        text = self._text
        begin = text.rfind("\n", max(0, start - _LONGEST_LINE), start) + 1
        if start - begin > _LONGEST_LINE:
            return ""
        mark = _mark_beside(text[begin:start], text[end : end + 3])
        return self._above(begin, mark, text.count(mark, begin, start)) if mark else ""

    @cached_property
    def _blocks(self) -> list[int]:
        return [0, *(match.end() for match in _BLOCK.finditer(self._text))]

    def _above(self, begin: int, mark: str, place: int) -> str:
        """From the first of the block's lines that has a cell at that place and no figures."""
        at = self._blocks[bisect_right(self._blocks, begin) - 1]
        for _ in range(_HEAD_LINES):
            close = self._text.find("\n", at, at + _LONGEST_LINE)
            if close < 0 or close >= begin:
                return ""
            cells = self._text[at:close].split(mark)
            if len(cells) > place and not any(map(str.isdigit, self._text[at:close])):
                return cells[place].strip()
            at = close + 1
        return ""


def _mark_beside(before: str, behind: str) -> str:
    """What parts the cell from its neighbours; empty when the value does not fill a cell."""
    left, right = before.rstrip(" \"'")[-1:], behind.lstrip(" \"'")[:1]
    for mark in ",;|\t":
        if (left == mark or not left) and (right == mark or right in _CLOSED_BY) and mark in left + right:
            return mark
    return ""
