"""Exchange rates that a source names, and amounts converted at them."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from leadline.checks.inline._figures import Figure, figures
from leadline.checks.inline._statements import Statement
from leadline.checks.inline._units import CURRENCIES, unit_named

_CURRENCY = r"(us\$|[$€£¥₹]|[a-z]{3,11})"
_RATE = re.compile(
    rf"(?:1(?:[.,]0+)?\s*)?{_CURRENCY}\s*(?:1(?:[.,]0+)?\s*)?(?:=|equals|is|was|entspricht|/)\s*"
    rf"(us\$|[$€£¥₹]|[a-z]{{3}})?\s*(?:at|of|rate|kurs|was|stood at)?\s*(\d{{1,9}}[.,]\d{{1,9}})\s*"
    rf"{_CURRENCY}?",
    re.IGNORECASE,
)
_RATE_PER = re.compile(
    r"(?:(us\$|[$€£¥₹])\s?)?(?<![\d.,])(\d{1,9}(?:[.,]\d{1,9})?)\s*"
    r"(us\$|[$€£¥₹]|(?:us )?[a-ząćęłńóśźż]{2,11})?\s*"
    rf"(?:per|for one|to the|je|pro|za|pour|por|voor|för|für|=)\s*(?:1\s)?{_CURRENCY}",
    re.IGNORECASE,
)

_PAIR = re.compile(
    r"(?<![A-Za-z])([A-Za-z]{3})[/_-]([A-Za-z]{3})[\"']?\s*(?:[:=|]\s*)?(\d{1,6}[.,]\d{1,9})(?!\d|[.,]\d)"
)
_LISTED_PER = re.compile(
    r"(us\$|[$€£¥₹]|\b[a-z]{3}) (?:per|je|pro|par) ([$€£¥₹]|[a-z]{3})?\s?1?\s?([a-z]{3}|[$€£¥₹])?"
    r"((?:[ \t|:]{1,30}\d{1,6}[.,]\d{1,9})+)",
    re.IGNORECASE,
)
_OF_ALL = re.compile(
    r"foreign currenc\w+[^.\n]{0,40}?\b(?:(per)|in)\s(?:1\s)?(us\$|[$€£¥₹]|[a-z]{3})\b", re.IGNORECASE
)
_LISTED = re.compile(r"(?<![A-Za-z/])([A-Z]{3})((?:[ \t|:]{1,30}\d{1,6}[.,]\d{1,9})+)(?!\d|[.,]\d|\s?[a-z])")
_MOST_BELOW = 400
"""`Foreign currency per EUR 1`, and below it `JPY 164.00 162.50`, `USD 1.08 1.04`."""


class Rate(NamedTuple):
    """One unit of `out_of` is `factor` units of `into`."""

    into: str
    out_of: str
    factor: float


def rates(text: str) -> Iterator[Rate]:
    for match in _RATE.finditer(text):
        one, quoted, numeral, after = match.groups()
        yield from _between(unit_named(quoted or after or ""), unit_named(one), numeral)
    for match in _PAIR.finditer(text):
        one, other, numeral = match.groups()
        yield from _between(unit_named(other), unit_named(one), numeral)
    for match in _LISTED_PER.finditer(text):
        one, sign, name, numerals = match.groups()
        for numeral in re.findall(r"\d+[.,]\d+", numerals):
            yield from _between(unit_named(one), unit_named(sign or name or ""), numeral)
    base = _OF_ALL.search(text)
    for match in _LISTED.finditer(text, base.end(), base.end() + _MOST_BELOW) if base else ():
        theirs, ours = unit_named(match[1]), unit_named(base[2]) if base else ""
        into, out_of = (theirs, ours) if base and base[1] else (ours, theirs)
        for numeral in re.findall(r"\d+[.,]\d+", match[2]):
            yield from _between(into, out_of, numeral)
    for match in _RATE_PER.finditer(text):
        sign, numeral, after, per = match.groups()
        yield from _between(unit_named(sign or after or ""), unit_named(per), numeral)


def conversions(figure: Figure, source: Sequence[Statement], found: Sequence[Rate]) -> Iterator[float]:
    """What each amount of the source is in the currency of the figure."""
    if figure.unit not in CURRENCIES:
        return
    for into, out_of, rate in found:
        for one in source:
            for value in one.figure.readings:
                if figure.unit == into and one.figure.unit in ("", out_of):
                    yield value * rate
                if figure.unit == out_of and one.figure.unit in ("", into):
                    yield value / rate


def _between(into: str, out_of: str, numeral: str) -> Iterator[Rate]:
    if out_of in CURRENCIES and into in CURRENCIES and out_of != into:
        yield Rate(into, out_of, next(iter(figures(numeral.replace(",", ".")))).readings[-1])
