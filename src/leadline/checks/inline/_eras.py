"""Decades and centuries that an answer names, held against the years of its source."""

import re
from collections.abc import Sequence

from leadline.checks.inline._figures import Figure

_DECADE = re.compile(r"(\d\d|)(\d)0['\u2019]?s\b")
_SHORT_AFTER = re.compile(r"(?:['\u2019]|\b(?:the|early|late|mid)[ -])\Z", re.IGNORECASE)
_CENTURY = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|e|\u00e8me)?[ -](?:century|centuries|jahrhunderts?|eeuw|si\u00e8cle)\b",
    re.IGNORECASE,
)
_MARKS = ("0s", "0's", "0\u2019s", "centur", "Centur", "ahrhundert", "eeuw", "si\u00e8cle")
"""One of them stands wherever one of the two is named."""
_LONGEST_BEFORE = 6


def without_eras(mentioned: Sequence[Figure], answer: str, source: str) -> Sequence[Figure]:
    """The figures of an answer without those that name a decade (1980s, the '80s) or a century (19th century)
    in which a year of the source lies.
    """
    if not any(mark in answer for mark in _MARKS):
        return mentioned
    return [one for one in mentioned if not _has_year_of_era(answer, one.start, source)]


def _has_year_of_era(answer: str, start: int, source: str) -> bool:
    decade = _DECADE.match(answer, start)
    if decade is not None:
        before = answer[max(0, start - _LONGEST_BEFORE) : start]
        if not decade[1] and not _SHORT_AFTER.search(before):
            return False
        return _has_year(source, rf"{decade[1] or r'(?:1[89]|20)'}{decade[2]}\d")
    century = _CENTURY.match(answer, start)
    return century is not None and _has_year(source, rf"{int(century[1]) - 1:02d}\d\d")


def _has_year(source: str, years: str) -> bool:
    return re.search(rf"(?<![\d.,]){years}(?!\d|[.,]\d)", source) is not None
