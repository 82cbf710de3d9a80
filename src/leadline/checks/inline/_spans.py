"""Durations that tell rows, columns and figures apart: 3 years, cinque anni, 12 months."""

import re
from collections.abc import Sequence
from itertools import pairwise

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import Words
from leadline.checks.inline._numerals import NUMBER_WORDS
from leadline.checks.inline._units import SPANS, unit_of
from leadline.measures.remembering import remembered

_WORD = re.compile(r"\d+(?:[.,]\d+)?|[^\W\d_]+|[(:;]")
_ONES = frozenset(
    {"a", "an", "un", "une", "una", "uno", "ein", "eine", "einem", "einen", "een", "ett", "um", "uma"}
)
_DAYS = {"time": 1 / 86400, "months": 30.4375}
_MOST, _LONGEST = 2048, 160
MARK, DAY = "span:", "day:"


@remembered(_MOST, _LONGEST)
def spans_in(text: str) -> Words:
    """A word for each duration, the same for twelve months and a year."""
    found = _WORD.findall(text.casefold())
    return frozenset([span for one, other in pairwise(found) if (span := _span(one, other))])


def is_span(text: str) -> bool:
    """Whether a text begins with a duration and says nothing else but in brackets."""
    found = _WORD.findall(text.casefold())
    return len(found) > 1 and bool(_span(found[0], found[1])) and found[2:3] in ([], ["("], ["p"])


def days_of(found: Sequence[Figure]) -> Words:
    """A word for each day of a date, whatever its year."""
    return frozenset([f"{DAY}{date.month:02}{date.day:02}" for one in found for date in one.date])


def _span(number: str, word: str) -> str:
    unit = unit_of(word) if len(word) > 1 else None
    if unit is None or unit.kind not in SPANS:
        return ""
    count = 1.0 if number in _ONES else NUMBER_WORDS.get(number, 0.0)
    if number[0].isdigit():
        count = float(number.replace(",", "."))
    days = round(count * unit.factor * _DAYS[unit.kind])
    return f"{MARK}{days}" if days else ""
