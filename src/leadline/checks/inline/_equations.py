"""Sums that an answer writes out: 20 * $1,850 + 6 * $1,620 = $46,720."""

import re
from collections.abc import Iterator

from leadline.checks.inline._figures import Figure, figures

_EQUALS = re.compile(r"[=\u2248]\s*(?:[$€£¥₹]|[A-Z]{3})?\s*\Z")
_TIMES = re.compile(r"[^\d+=]{0,24}?[\u00d7*x\u00b7][^\d+=]{0,8}")
_BY = re.compile(r"[^\d+=]{0,24}?[\u00f7/][^\d+=]{0,8}")
_PLUS = re.compile(r"[^\d+=]{0,24}?\+[^\d+=]{0,8}")
_MINUS = re.compile(r"[^\d+=]{0,24}?[-\u2212\u2013][^\d+=]{0,8}")
_LONGEST = 160
_FEWEST = 2


def written_out(ahead: str, figure: Figure) -> Iterator[float]:
    """What the terms right ahead of `= figure` come to, products first; nothing where no such sum stands."""
    ahead = ahead[-_LONGEST:]
    if not _EQUALS.search(ahead):
        return
    terms = list(figures(ahead))
    if len(terms) < _FEWEST:
        return
    sums, product = 0.0, _factor(terms[-1], figure)
    used = 1
    for one, other in zip(terms[-2::-1], terms[:0:-1], strict=True):
        between = ahead[one.end : other.start]
        if _TIMES.fullmatch(between):
            product *= _factor(one, figure)
        elif _BY.fullmatch(between) and product:
            product = _factor(one, figure) / product
        elif _PLUS.fullmatch(between):
            sums, product = sums + product, _factor(one, figure)
        elif _MINUS.fullmatch(between):
            sums, product = sums - product, _factor(one, figure)
        else:
            break
        used += 1
    if used >= _FEWEST:
        yield sums + product


def _factor(one: Figure, figure: Figure) -> float:
    """A share as one; what is counted in other units than the result in the numerals that are written."""
    if one.unit == "%" and figure.unit != "%":
        return one.bare[0] / 100
    return one.readings[0] if one.unit == figure.unit else one.bare[0]
