"""Sums that an answer writes out: 20 * $1,850 + 6 * $1,620 = $46,720."""

import re
from collections.abc import Iterator
from itertools import pairwise

from leadline.checks.inline._figures import Figure, figures

_EQUALS = re.compile(r"[=\u2248]\s*(?:[$€£¥₹]|[A-Z]{3})?\s*\Z")
_SIGNS = {
    "*": re.compile(r"[^\d+=]{0,24}?(?:[\u00d7*\u00b7]|(?<![A-Za-z])x(?![A-Za-z]))[^\d+=]{0,8}"),
    "+": re.compile(r"[^\d+=]{0,24}?\+[^\d+=]{0,8}"),
    "-": re.compile(r"[^\d+=]{0,24}?[-\u2212\u2013][^\d+=]{0,8}"),
    "/": re.compile(r"[^\d+=]{0,24}?[\u00f7/][^\d+=]{0,8}"),
}
"""What may stand between two terms, with their units; in this order, as `5 EUR/month - 3` is no quotient."""
_LONGEST = 160


def written_out(ahead: str, figure: Figure) -> Iterator[float]:
    """What the terms right ahead of `= figure` come to, products first; nothing where no such sum stands."""
    ahead = ahead[-_LONGEST:]
    if not _EQUALS.search(ahead):
        return
    terms = list(figures(ahead))
    signs = [_sign(ahead[one.end : other.start]) for one, other in pairwise(terms)]
    first = max((place + 1 for place, sign in enumerate(signs) if not sign), default=0)
    values = [_value(one, figure) for one in terms[first:]]
    if len(values) < 2 or any(not value and sign == "/" for sign, value in _beside(signs[first:], values)):
        return
    total, product = 0.0, values[0]
    for sign, value in _beside(signs[first:], values):
        if sign == "*":
            product *= value
        elif sign == "/":
            product /= value
        else:
            total, product = total + product, value if sign == "+" else -value
    yield total + product


def _beside(signs: list[str], values: list[float]) -> Iterator[tuple[str, float]]:
    return zip(signs, values[1:], strict=True)


def _sign(between: str) -> str:
    return next((sign for sign, pattern in _SIGNS.items() if pattern.fullmatch(between)), "")


def _value(one: Figure, figure: Figure) -> float:
    """A share as one; what is counted in other units than the result in the numerals that are written."""
    if one.unit == "%" and figure.unit != "%":
        return one.bare[0] / 100
    return one.readings[0] if one.unit == figure.unit else one.bare[0]
