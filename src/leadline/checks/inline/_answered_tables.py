"""The figures in the tables of an answer, each with what its row and its column say of it."""

from collections import defaultdict
from collections.abc import Set as AbstractSet

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._figures import Figure
from leadline.checks.inline._statements import Source

_MOST_BESIDE = 8
_BELOW_SENTENCES = 1 << 20
"""Rows of tables are counted from here on, so that none is taken for a sentence."""


def of_tables(answer: str, tokens: AbstractSet[str], vocabulary: AbstractSet[str]) -> dict[int, Claim]:
    """By where the figure begins; `tokens` are the answer's words, `vocabulary` the source's labels."""
    if answer.count("|") < 2:
        return {}
    cells = [one for one in Source(answer, tokens, len(answer)).statements if one.column]
    rows: defaultdict[int, list[Figure]] = defaultdict(list)
    for cell in cells:
        rows[cell.row].append(cell.figure)
    return {
        cell.figure.start: Claim(
            cell.figure, cell.local & vocabulary, cell.topic & vocabulary, cell.periods,
            cell.left, cell.right, "", "", cell.label, _BELOW_SENTENCES + cell.row,
            beside=tuple(rows[cell.row][:_MOST_BESIDE]),
        )
        for cell in cells
    }  # fmt: skip
