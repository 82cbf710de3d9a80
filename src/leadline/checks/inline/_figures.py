"""Figures in a text: read with their scale and unit in every notation, so that two texts can be compared."""

import functools
import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

_UNITS = {
    "%": "%",
    "percent": "%",
    "per cent": "%",
    "prozent": "%",
    "pct": "%",
    "percentage points": "pp",
    "percentage point": "pp",
    "prozentpunkte": "pp",
    "pp": "pp",
    "us$": "USD",
    "$": "USD",
    "usd": "USD",
    "us dollars": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "pounds": "GBP",
    "¥": "JPY",
    "jpy": "JPY",
    "yen": "JPY",
    "chf": "CHF",
    "francs": "CHF",
}
CURRENCIES = frozenset({"USD", "EUR", "GBP", "JPY", "CHF"})
_SCALES = {
    **dict.fromkeys(("thousand", "tausend", "tsd", "k"), 1e3),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mn", "m"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "milliarde", "milliarden", "mrd", "b"), 1e9),
    **dict.fromkeys(("trillion", "trillions", "tn"), 1e12),
}
_WORDS = (
    "zero one,first,once,single two,second,twice,half,both,pair three,third,triple four,fourth,quarter "
    "five,fifth six,sixth seven,seventh eight,eighth nine,ninth ten,tenth eleven twelve,dozen thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
_NUMBER_WORDS = {
    word: float(value) for value, words in enumerate(_WORDS.split()) for word in words.split(",")
} | {
    "thirty": 30.0,
    "forty": 40.0,
    "fifty": 50.0,
    "sixty": 60.0,
    "seventy": 70.0,
    "eighty": 80.0,
    "ninety": 90.0,
    "hundred": 100.0,
    "hundreds": 100.0,
    "thousand": 1e3,
    "million": 1e6,
    "billion": 1e9,
}
_SCALE_WORDS = "|".join(sorted((word for word in _SCALES if len(word) > 1), key=len, reverse=True))
_UNIT_WORDS = "|".join(
    sorted((unit for unit in _UNITS if unit.isascii() and unit[0].isalpha()), key=len, reverse=True)
)


def _initials(words: str) -> str:
    """The engine tries every word of a choice in turn; what begins with none of these needs no try."""
    return "".join(sorted({word[0] for word in words.split("|")}))


# the digit comes first, its look-behind after it: so the engine skips from digit to digit
_FIGURE = re.compile(
    r"(\d(?<![^\W_]\d)(?<!\d[.,]\d)\d*(?:[.,'\u2019\u00a0\u202f]\d+)*)"
    rf"(?i:[\s-]?(?=[{_initials(_SCALE_WORDS)}])({_SCALE_WORDS})\b|([kmb])\b)?"
    rf"(?i:\s?([%€$£]|(?=[{_initials(_UNIT_WORDS)}])(?:{_UNIT_WORDS})\b))?"
)
_CURRENCY_BEFORE = re.compile(r"(?:(?:us|\b)?([$€£¥])|\b(usd|eur|gbp|jpy|chf))\s?[-\u2212]?\Z", re.IGNORECASE)
_LONGEST_CURRENCY = 6
_CURRENCY_WORDS = [
    (word, unit, re.compile(rf"{word}(?<![^\W\d_]{word})(?![^\W\d_])") if word.isalpha() else None)
    for word, unit in _UNITS.items()
    if unit in CURRENCIES and " " not in word
]
_MINUS = re.compile(r"(?<![^\s|(,;:])([-\u2212(])\s?(?:[$€£¥]|usd|eur|gbp|jpy|chf)?\s?\Z", re.IGNORECASE)
_LONGEST_MINUS = 8
_ENDS_A_SIGN = frozenset("-\u2212($€£¥DRPYFdrpyf")
"""Last letters of a minus and of a currency, without the space behind them."""
_LIST_MARK = re.compile(r"\n[ \t]*+(?:\*\*)?\(?\d{1,2}[.):](?:[ \t]|\*\*)")
_FEWEST_DIGITS_TO_ROUND = 3
_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}([.,])\d{3}(?![\d]|[.,]\d)")
_FEWEST_GROUPED = 3
_FARTHEST_ROUNDED = 0.051
"""Share by which a value changes at most when it is rounded to two digits."""
_SPELT = "spelt"
_MARKS = frozenset(".,")
_GAPS = str.maketrans("", "", "'\u2019\u00a0\u202f")
_DECIMAL = re.compile(r"\d([.,])\d{1,2}(?![\d]|[.,]\d)")
_ENGLISH = frozenset({"thousand", "million", "millions", "billion", "billions", "trillion", "trillions"})
_GERMAN = frozenset({"tausend", "tsd", "millionen", "mio", "milliarde", "milliarden", "mrd"})
Reading = tuple[float, float]
_Values = tuple[float, ...]
_MOST_NUMERALS = 2048


class Figure(NamedTuple):
    """`readings`: what the numeral can mean (`1,234` is 1234 or 1.234), scaled. `bare`: the same unscaled.

    `steps` are the units of the last digit written, one for each reading: 3.9 million has 100,000.
    """

    text: str
    readings: tuple[float, ...]
    bare: tuple[float, ...]
    unit: str
    steps: tuple[float, ...] = ()
    start: int = 0
    end: int = 0
    negative: bool = False

    @property
    def scaled(self) -> bool:
        return self.bare != self.readings


def figures(text: str) -> Iterator[Figure]:
    """Every figure but the numbers of lists. A date or version gives one figure for each of its parts."""
    text = _LIST_MARK.sub(_blank, f"\n{text}")[1:]
    mark: str | None = None
    for match in _FIGURE.finditer(text):
        numeral, scale, letter, unit = match.groups()
        start, end = match.span()
        before = text[start - _LONGEST_MINUS if start > _LONGEST_MINUS else 0 : start]
        negative = False
        if before.rstrip()[-1:] in _ENDS_A_SIGN:
            unit = unit or _currency_before(before)
            negative = _is_negative(before, text[end : end + 2])
        named = _UNITS[unit.lower()] if unit else ""
        scale, written = (scale or letter or "").lower(), match.group()
        own_mark = ""
        if numeral[-4:-3] in _MARKS:  # what stands before three digits parts thousands or decimals
            mark = decimal_mark(text) if mark is None else mark
            own_mark = _mark_by(scale) or mark
        for readings, bare, steps in _parsed(numeral, scale, own_mark):
            yield Figure(written, readings, bare, named, steps, start, end, negative)


def _blank(mark: re.Match[str]) -> str:
    return " " * len(mark.group())


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def _parsed(numeral: str, scale: str, mark: str) -> tuple[tuple[_Values, _Values, _Values], ...]:
    """Scaled readings, bare ones and steps. Remembered: the figures of an answer are mostly the source's."""
    factor = _SCALES[scale] if scale else 1.0
    parsed = []
    for readings in _readings(numeral, mark):
        bare = tuple([value for value, _ in readings])
        scaled = tuple([value * factor for value in bare]) if scale else bare
        parsed.append((scaled, bare, tuple([step * factor for _, step in readings])))
    return tuple(parsed)


def _is_negative(before: str, behind: str) -> bool:
    """A minus, or the brackets of accountants."""
    found = _MINUS.search(before)
    return found is not None and (found[1] != "(" or ")" in behind)


def decimal_mark(text: str) -> str:
    """`.` or `,` when the text writes decimals with one of them throughout, or groups thousands with
    the other, else nothing.
    """
    marks = set(_DECIMAL.findall(text))
    if marks:
        return marks.pop() if len(marks) == 1 else ""
    grouped = _GROUPED.findall(text)
    if len(grouped) >= _FEWEST_GROUPED and len(set(grouped)) == 1:
        return "," if grouped[0] == "." else "."
    return ""


def unit_named(word: str) -> str:
    """The unit that a word or sign stands for, else nothing."""
    return _UNITS.get(word.casefold(), "")


def currencies_named(text: str) -> set[str]:
    """The currencies whose sign or name stands anywhere in the text."""
    folded = text.casefold()
    return {
        unit
        for word, unit, pattern in _CURRENCY_WORDS
        if word in folded and (pattern is None or pattern.search(folded))
    }


def scale_named(word: str) -> float:
    """The factor that a word stands for, else 1."""
    return _SCALES.get(word.casefold(), 1.0)


def _mark_by(scale: str) -> str:
    """The decimal mark of the language in which a scale is written."""
    return "." if scale in _ENGLISH else "," if scale in _GERMAN else ""


def _currency_before(before: str) -> str:
    found = _CURRENCY_BEFORE.search(before)
    return (found[1] or found[2]) if found else ""


class KnownFigures:
    """What a source holds: each value with the units it has there.

    `currencies` are all that the source names: a value without a unit there is in one of them. Only figures
    of those that are `asked` for may be asked after.
    """

    def __init__(
        self,
        found: Iterable[Figure],
        words: AbstractSet[str],
        currencies: AbstractSet[str],
        asked: Iterable[Figure],
    ) -> None:
        wanted = sorted({value for one in asked for value in (*one.readings, *one.bare)})
        self._values: dict[float, set[str]] = {}
        self._mantissas: dict[float, set[str]] = {}
        self._currencies = currencies
        for figure in found:
            for value in figure.readings:
                near = bisect_left(wanted, value * (1 - _FARTHEST_ROUNDED))
                if near == len(wanted) or wanted[near] > value * (1 + _FARTHEST_ROUNDED):
                    continue
                for held in _held(value):
                    self._values.setdefault(held, set()).add(figure.unit)
            if figure.scaled:
                for value in figure.bare:
                    self._mantissas.setdefault(_key(value), set()).add(figure.unit)
        named = {_UNITS[word] for word in words & _UNITS.keys()} | {_SPELT}
        for word in words & _NUMBER_WORDS.keys():
            self._values.setdefault(_NUMBER_WORDS[word], set()).update(named)

    def hold(self, figure: Figure) -> bool:
        """By value and unit. A scale or unit that only one side names does not count against the figure:
        tables say "in millions" once.
        """
        if self._agree(self._values, figure.readings, figure.unit):
            return True
        elsewhere = self._values if figure.scaled else self._mantissas
        return self._agree(elsewhere, figure.bare, figure.unit)

    def units_of(self, figure: Figure) -> frozenset[str]:
        """The units that the source has for this value; empty when the value is not there."""
        return frozenset().union(*(self._values.get(_key(value), ()) for value in figure.readings))

    def _agree(self, known: dict[float, set[str]], values: tuple[float, ...], unit: str) -> bool:
        for value in values:
            units = known.get(_key(value))
            if units and (not unit or unit in units or ("" in units and self._possible(unit))):
                return True
        return False

    def _possible(self, unit: str) -> bool:
        return unit not in CURRENCIES or not self._currencies or unit in self._currencies


def _readings(numeral: str, mark: str) -> list[tuple[Reading, ...]]:
    """One tuple for each number that the numeral stands for: its readings, each with its last digit's unit.

    `mark` is how the text writes decimals, if that is known: with it `1.234` has one reading.
    """
    plain = numeral.translate(_GAPS)
    points, commas = plain.count("."), plain.count(",")
    if not points and not commas:
        return [((float(plain), 1.0),)]
    parts = plain.replace(",", ".").split(".")
    thousands = 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    if points and commas:
        return [((float("".join(parts[:-1]) + "." + parts[-1]), 0.1 ** len(parts[-1])),)]
    whole: Reading = (float("".join(parts)), 1.0)
    if points + commas == 1:
        decimal: Reading = (float(f"{parts[0]}.{parts[1]}"), 0.1 ** len(parts[1]))
        if not thousands or parts[0] == "0":
            return [(decimal,)]
        if mark:
            return [(decimal,)] if mark in plain else [(whole,)]
        return [(whole, decimal)]
    return [(whole,)] if thousands else [((float(part), 1.0),) for part in parts]


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def _held(value: float) -> _Values:
    """The value and what it may be rounded to, as keys."""
    digits = len(f"{value:.15g}".replace(".", "").strip("0"))
    kept = range(2, min(digits, 6)) if digits >= _FEWEST_DIGITS_TO_ROUND else ()
    return (_key(value), *[float(f"{value:.{n}g}") for n in kept])


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def _key(value: float) -> float:
    return float(f"{value:.9g}")
