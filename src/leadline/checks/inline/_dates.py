"""Whole dates in a text, in any usual notation, so that a day of one and a month of another are found."""

import re
from collections.abc import Set as AbstractSet

from leadline.checks.inline._labels import MONTHS

_NAMES = "|".join(sorted(MONTHS, key=len, reverse=True))
_DATE = re.compile(
    rf"\b(?:(\d{{1,2}})(?:st|nd|rd|th|\.)?(?:\s+of)?\s+({_NAMES})\b\.?,?(?:\s+(\d{{4}})\b)?"
    rf"|({_NAMES})\.?\s+(\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s+(\d{{4}})\b)?"
    r"|(\d{4})-(\d{2})-(\d{2})\b|(\d{1,2})[./](\d{1,2})[./](\d{4})\b)",
    re.IGNORECASE,
)
_NUMERIC = re.compile(r"\d(?:\d{3}-\d{2}-\d|[./]\d{1,2}[./]\d{4})")
Date = tuple[int, int, int]


def dates(text: str) -> list[tuple[str, tuple[Date, ...]]]:
    """Each date as written with what it can mean, as (year, month, day); year 0 = not said."""
    return [(match.group(), tuple(_meanings(match))) for match in _DATE.finditer(text)]


def unknown_dates(answer: str, said_words: AbstractSet[str], source: str) -> list[str]:
    """Dates of the answer that the source does not hold although it holds dates: mixed from its parts."""
    if said_words.isdisjoint(MONTHS) and not _NUMERIC.search(answer):
        return []  # the words are at hand, to look for each month at each word is not
    said = dates(answer)
    held = [date for _, meanings in dates(source) for date in meanings] if said else []
    return [text for text, meanings in said if held and not any(_held(date, held) for date in meanings)]


def _held(date: Date, held: list[Date]) -> bool:
    year, month, day = date
    return any((month, day) == its[1:] and (not year or not its[0] or year == its[0]) for its in held)


def _meanings(match: re.Match[str]) -> list[Date]:
    day, name, year, name_us, day_us, year_us, iso_y, iso_m, iso_d, a, b, y = match.groups()
    if name:
        return [(int(year or 0), int(MONTHS[name.casefold()][1:]), int(day))]
    if name_us:
        return [(int(year_us or 0), int(MONTHS[name_us.casefold()][1:]), int(day_us))]
    if iso_y:
        return [(int(iso_y), int(iso_m), int(iso_d))]
    return [(int(y), int(b), int(a)), (int(y), int(a), int(b))]
