"""Lists in an answer that go down one column of a table: the item that was taken from another column."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence

from leadline.checks.inline._claims import Claim
from leadline.checks.inline._index import Index
from leadline.checks.inline._labels import NOTHING, Words, periods
from leadline.checks.inline._statements import Statement

_ITEM = re.compile(r"\s*(?:[-*•\u2013]|\d{1,2}[.)])\s")
_FEWEST_ITEMS = 3


def odd_ones(claims: Sequence[Claim], index: Index) -> dict[int, Statement]:
    """The cells that are meant in place of figures, by where those begin.

    All items but one must have the figure in this place of theirs from one column: of three only two figures
    exchanged within one item tell enough. What says its own column or time is none of the list.
    """
    items: dict[int, list[Claim]] = {}
    of_row: dict[int, list[Claim]] = {}
    for claim in claims:
        if _ITEM.match(claim.sentence):
            of_row[claim.row] = items.setdefault(claim.row, [])
        elif claim.row not in of_row and claim.row - 1 in of_row:  # it goes on behind an abbreviation
            of_row[claim.row] = of_row[claim.row - 1]
        if claim.row in of_row:
            of_row[claim.row].append(claim)
    if len(items) < _FEWEST_ITEMS:
        return {}
    said = {row: NOTHING.union(*[one.words | one.subject for one in item]) for row, item in of_row.items()}
    found: dict[int, tuple[Claim, Statement]] = {}
    for place in range(max(map(len, items.values()))):
        there = [item[place] for item in items.values() if place < len(item)]
        found |= {claim.figure.start: (claim, cell) for claim, cell in _odd_of(there, said, index)}
    odd = Counter(id(of_row[claim.row]) for claim, _ in found.values())
    enough = 1 if len(items) > _FEWEST_ITEMS else 2
    return {start: cell for start, (claim, cell) in found.items() if odd[id(of_row[claim.row])] >= enough}


def _odd_of(
    there: Sequence[Claim], said: dict[int, Words], index: Index
) -> Iterator[tuple[Claim, Statement]]:
    cells = [(claim, [one for one in index.holding(claim.figure) if one.column]) for claim in there]
    held = [(claim, own) for claim, own in cells if own and not any(_is_told(claim, one) for one in own)]
    columns = Counter(column for _, own in held for column in {one.column for one in own})
    if len(held) < _FEWEST_ITEMS:
        return
    column, times = columns.most_common(1)[0]
    if times != len(held) - 1:
        return
    for claim, own in held:
        if any(one.column == column for one in own) or not own[0].side & said[claim.row]:
            continue
        for other in index.in_row(own[0]):
            if other.column == column and other.figure.unit == own[0].figure.unit:
                yield claim, other


def _is_told(claim: Claim, one: Statement) -> bool:
    """Whether the claim says the column that it has its figure from, or a time."""
    if claim.periods or periods(claim.sentence) & one.periods:
        return True
    return not (one.local - one.side).isdisjoint(claim.words | claim.subject)
