"""Ages, and dates of birth: numbers that only the words beside them make personal."""

import re
from collections.abc import Iterator

_MONTHS = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?"
    r"|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)"
)
_DATE = (
    r"\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})"
    rf"|\d{{1,2}}(?:st|nd|rd|th)?(?: of)? {_MONTHS}\.?,? \d{{4}}"
    rf"|{_MONTHS}\.? \d{{1,2}}(?:st|nd|rd|th)?,? \d{{4}}"
)
_BORN = (
    r"(?:born(?: on)?|date[ _]of[ _]birth|birth[ _]?da(?:te|y)|d\.?o\.?b\.?|geboren(?: am)?|geburtsdatum"
    r"|née? le|date de naissance|nacid[oa] el|fecha de nacimiento|nat[oa] il|data di nascita)"
)
_BIRTH_DATE = re.compile(rf"(?i)\b{_BORN}[\"']?(?: is|:|=|,| -)?[ \t\"']{{0,4}}({_DATE})(?!\d)")
_AGE = re.compile(
    r"(?i)\b(?:"
    r"(\d{1,3})(?=[ -]?(?:years?|yrs?|y)[ -]?(?:old|/?o)\b)"
    r"|(?:aged?|at the age of|age of|age is|turned|turning)[\"']?:? {0,2}(\d{1,3})(?![\d.,]*\d|%|:)\b"
    r"|(?:was|were|is|am|i'm|he's|she's) (\d{1,3})(?= years\b|[.!?](?:\s|$)|$)"
    r")"
)
_OLDEST = 120


def birth_dates(text: str) -> Iterator[tuple[int, int]]:
    for match in _BIRTH_DATE.finditer(text):
        yield match.span(1)


def ages(text: str) -> Iterator[tuple[int, int]]:
    """The number alone."""
    for match in _AGE.finditer(text):
        group = match.lastindex or 0
        if 0 < int(match[group]) <= _OLDEST:
            yield match.span(group)
