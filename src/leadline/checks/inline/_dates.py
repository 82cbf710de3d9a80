"""Whole dates and times of day in a text, in any usual notation, so that two texts can be compared."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from datetime import date, timedelta
from typing import NamedTuple

from leadline.checks.inline._labels import MONTHS

# the digit comes first, its look-behind after it: so the engine skips from digit to digit
_DAY_FIRST = re.compile(
    r"\d(?<![\w.,/-]\d)(?:"
    r"(?:(?<=(\d))(\d?)(?:st|nd|rd|th|er|\.|º)?(?:[ \u00a0](?:of|de))?[ \u00a0]+([^\W\d_]{3,10})\b"
    r"(?:\.?,?[ \u00a0]+(?:de )?(\d{4})\b)?)"
    r"|(?<=(\d))(\d{3})-(\d{2})-(\d{2})(?!\d)|(?<=(\d))(\d?)([./])(\d{1,2})\11(?:(\d{4}|(?<=\d\d[/.]\d\d[/.])\d\d)\b|(?![\w.]))|(?<=(\d))(\d)-(\d\d)-(\d{4})(?![\w-]))"
)
_MONTH_FIRST = re.compile(
    r"\b([^\W\d_]{3,10})\.?[ \u00a0]+(\d{1,2})(?:st|nd|rd|th)?\b(?!:\d|\s?[%€$£]|[.,]\d)"
    r"(?:,?[ \u00a0]+(\d{4})\b)?"
)
_TWO_MARKS = re.compile(r"[-./]\d\d?[-./]")
_MONTHS = 12
_OF_DAYS = re.compile(r"\b(?:am|vom|bis|zum|per|den|der|dem|ab|seit|pr|kl|dne|do|od)\.? \Z", re.IGNORECASE)
_LONGEST_WORD = 8
_SHORT_YEAR = 2
_FURTHEST = timedelta(days=3700)


class Date(NamedTuple):
    """Year 0 = not said."""

    year: int
    month: int
    day: int


class Written(NamedTuple):
    """A date as it stands in the text, with what it can mean: 05/08 is in May or in August."""

    text: str
    meanings: tuple[Date, ...]
    start: int
    end: int


def dates(text: str, words: AbstractSet[str]) -> list[Written]:
    """`words` are those of the text in small letters: whether it names a month at all is seen at a glance."""
    named = not words.isdisjoint(MONTHS)
    if not named and not _TWO_MARKS.search(text):
        return []
    matches = list(_DAY_FIRST.finditer(text))
    order = _order(matches)
    found = [
        Written(match.group(), meant, *match.span())
        for match in matches
        if not _is_decimal(text, match) and (meant := tuple(_meanings(match, order)))
    ]
    if not named:
        return found
    taken, starts = {one.end for one in found}, [one.start for one in found]
    ends = [0, *[one.end for one in found]]
    for match in _MONTH_FIRST.finditer(text):
        month = MONTHS.get(match[1].casefold())
        if (
            month
            and match.start(2) not in taken
            and match.start() >= ends[bisect_right(starts, match.start())]
        ):
            meant = _possible([Date(int(match[3] or 0), int(month[1:]), int(match[2]))])
            if meant:
                found.append(Written(match.group(), meant, *match.span()))
    return sorted(found, key=lambda one: one.start)


def _is_decimal(text: str, match: re.Match[str]) -> bool:
    """`7.1.` at the end of a sentence is a number, unless a word that goes with days is ahead."""
    if match[11] != "." or match[13]:
        return False
    behind = text[match.end() : match.end() + 2].lstrip(" \u00a0")[:1]
    if behind and not (behind.isupper() or behind.isspace()):
        return False
    return _OF_DAYS.search(text[max(0, match.start() - _LONGEST_WORD) : match.start()]) is None


def same_date(one: Date, other: Date) -> bool:
    return one[1:] == other[1:] and (not one.year or not other.year or one.year == other.year)


def reckoned(said: Date, held: list[Date], spans: set[tuple[str, int]]) -> bool:
    """Whether a date is a day off one of the source's, or as far off as a duration of the source says."""
    for start in held:
        year = start.year or said.year or 2000
        try:
            begun, there = date(year, start.month, start.day), date(said.year or year, said.month, said.day)
        except ValueError:
            continue
        if abs(there - begun) > _FURTHEST or there == begun:
            continue
        begun, there = sorted((begun, there))  # six weeks before a date, too
        apart = there - begun
        months = abs((there.year - begun.year) * 12 + there.month - begun.month)
        if apart.days == 1 or any(
            abs(apart.days - count) <= 1 if kind == "time" else months == count for kind, count in spans
        ):
            return True
        if any(
            kind == "months" and _after(begun, count) - timedelta(days=1) == there for kind, count in spans
        ):
            return True
    return False


def _after(begun: date, months: int) -> date:
    year, month = divmod(begun.year * 12 + begun.month - 1 + months, 12)
    return date(min(max(year, 1), 9999), month + 1, min(begun.day, 28))


def _order(matches: Sequence[re.Match[str]]) -> str:
    """Whether a text puts the day or the month first between slashes, where one of its dates tells."""
    both = [(int(one[9] + one[10]), int(one[12])) for one in matches if one[11] == "/"]
    days, months = any(a > _MONTHS for a, _ in both), any(b > _MONTHS for _, b in both)
    return "" if days == months else "day" if days else "month"


def _meanings(match: re.Match[str], order: str) -> tuple[Date, ...]:
    ten, one, name, year, iso_first, iso_y, iso_m, iso_d, a_ten, a_one, mark, b, y, *dashed = match.groups()
    if name:
        month = MONTHS.get(name.casefold())
        return _possible([Date(int(year or 0), int(month[1:]), int(ten + one))]) if month else ()
    if iso_y:
        return _possible([Date(int(iso_first + iso_y), int(iso_m), int(iso_d))])
    if dashed[0]:
        tens, ones, month_of, year_of = dashed
        return _possible([Date(int(year_of), int(month_of), int(tens + ones))])
    a, y = int(a_ten + a_one), f"20{y}" if y and len(y) == _SHORT_YEAR else y
    found = [Date(int(y or 0), int(b), a)] if mark == "." or (y and order != "month") else []
    if mark == "/" and y and order != "day":
        found.append(Date(int(y), a, int(b)))
    return _possible(found)


def _possible(found: list[Date]) -> tuple[Date, ...]:
    return tuple([one for one in found if 1 <= one.month <= 12 and 1 <= one.day <= 31])
