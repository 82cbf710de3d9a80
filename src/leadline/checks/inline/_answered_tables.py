"""The figures in the tables of an answer, each with what its row and its column say of it."""

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Set as AbstractSet

from leadline.checks.inline._claims import MOST_CLAIMS, Claim
from leadline.checks.inline._figures import Figure
from leadline.checks.inline._heads import NO_HEAD, Head, head_of
from leadline.checks.inline._statements import Source

_HEADED = re.compile(r"^\|?([^|\n]{1,80})\|[^\n]*\n\|?[ :-]*-[ :|-]*$", re.MULTILINE)
_MOST_BESIDE = 8
BELOW_SENTENCES = 1 << 20
"""Rows of tables are counted from here on, so that none is taken for a sentence."""


def of_tables(answer: str, tokens: AbstractSet[str], vocabulary: AbstractSet[str]) -> dict[int, Claim]:
    """By where the figure begins; `tokens` are the answer's words, `vocabulary` the source's labels."""
    if answer.count("|") < 2:
        return {}
    cells = [one for one in Source(answer, tokens, len(answer)).statements if one.column][:MOST_CLAIMS]
    rows: defaultdict[int, list[Figure]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell.figure)
    heads = [(one.end(), head_of(one[1])) for one in _HEADED.finditer(answer)]
    found = {}
    for cell in cells:
        corner = _corner(heads, cell.figure.start)
        found[cell.figure.start] = Claim(
            cell.figure, cell.local & vocabulary, (cell.topic | corner.words) & vocabulary,
            cell.periods or corner.periods, cell.left, cell.right, "", "", cell.label,
            BELOW_SENTENCES + cell.row, beside=tuple(rows[cell.row][:_MOST_BESIDE]),
        )  # fmt: skip
    return found


def _corner(heads: list[tuple[int, Head]], place: int) -> Head:
    """What stands in the corner of the table: `| Broadcast, FY24 | EUR m |` says what all of it is about."""
    before = bisect_left(heads, place, key=lambda head: head[0])
    return heads[before - 1][1] if before else NO_HEAD
