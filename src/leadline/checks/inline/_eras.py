"""Decades and centuries that an answer names, held against the years of its source."""

import re

_DECADE = re.compile(r"(\d\d|)(\d)0['\u2019]?s\b")
_SHORT_AFTER = re.compile(r"(?:['\u2019]|\b(?:the|early|late|mid)[ -])\Z", re.IGNORECASE)
_CENTURY = re.compile(
    r"(\d{1,2})(?:st|nd|rd|th|\.|e|\u00e8me)?[ -](?:century|centuries|jahrhunderts?|eeuw|si\u00e8cle)\b",
    re.IGNORECASE,
)
_LONGEST_BEFORE = 6


def has_year_of_era(answer: str, start: int, source: str) -> bool:
    """Whether the numeral that begins there names a decade (1980s, the '80s) or a century (19th century) in
    which a year of the source lies.
    """
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
