"""Figures in a text: read with their scale and unit in every notation, so that two texts can be compared."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

_UNITS = {
    "%": "%",
    "percent": "%",
    "per cent": "%",
    "percentage points": "%",
    "prozent": "%",
    "$": "USD",
    "usd": "USD",
    "dollar": "USD",
    "dollars": "USD",
    "€": "EUR",
    "eur": "EUR",
    "euro": "EUR",
    "euros": "EUR",
    "£": "GBP",
    "gbp": "GBP",
    "¥": "JPY",
    "jpy": "JPY",
    "yen": "JPY",
    "chf": "CHF",
}
_SCALES = {
    **dict.fromkeys(("thousand", "tausend", "k"), 1e3),
    **dict.fromkeys(("million", "millions", "millionen", "mio", "mn"), 1e6),
    **dict.fromkeys(("billion", "billions", "bn", "milliarde", "milliarden", "mrd"), 1e9),
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
_SCALE_WORDS = "|".join(sorted(_SCALES, key=len, reverse=True))
_UNIT_WORDS = "|".join(
    sorted((unit for unit in _UNITS if unit.isascii() and unit[0].isalpha()), key=len, reverse=True)
)
# the digit comes first, its look-behind after it: so the engine skips from digit to digit
_FIGURE = re.compile(
    r"(\d(?<![^\W_]\d)(?<!\d[.,]\d)\d*(?:[.,'\u2019\u00a0\u202f]\d+)*)"
    rf"(?i:[\s-]?({_SCALE_WORDS})\b)?(?i:\s?([%€$£]|(?:{_UNIT_WORDS})\b))?"
)
_CURRENCY_BEFORE = re.compile(r"(?:([$€£¥])|\b(usd|eur|gbp|jpy|chf))\s?\Z", re.IGNORECASE)
_LONGEST_CURRENCY = 5
_LIST_MARK = re.compile(r"^[ \t]*+(?:\*\*)?\(?\d{1,2}[.):](?:[ \t]|\*\*)", re.MULTILINE)
_FEWEST_DIGITS_TO_ROUND = 3


class Figure(NamedTuple):
    """`readings`: what the numeral can mean (`1,234` is 1234 or 1.234), scaled. `bare`: the same unscaled."""

    text: str
    readings: tuple[float, ...]
    bare: tuple[float, ...]
    unit: str

    @property
    def scaled(self) -> bool:
        return self.bare != self.readings


def figures(text: str) -> Iterator[Figure]:
    """Every figure but the numbers of lists. A date or version gives one figure for each of its parts."""
    text = _LIST_MARK.sub(" ", text)
    for match in _FIGURE.finditer(text):
        numeral, scale, unit = match.groups()
        unit = unit or _currency_before(text, match.start())
        factor = _SCALES[scale.lower()] if scale else 1.0
        for bare in _readings(numeral):
            scaled = tuple(value * factor for value in bare) if scale else bare
            yield Figure(match.group(), scaled, bare, _UNITS[unit.lower()] if unit else "")


def _currency_before(text: str, start: int) -> str:
    found = _CURRENCY_BEFORE.search(text, max(0, start - _LONGEST_CURRENCY), start)
    return (found[1] or found[2]) if found else ""


class KnownFigures:
    """What a source holds: each value with the units it has there."""

    def __init__(self, source: str, words: AbstractSet[str]) -> None:
        self._values: dict[float, set[str]] = {}
        self._mantissas: dict[float, set[str]] = {}
        for figure in figures(source):
            for value in figure.readings:
                self._values.setdefault(_key(value), set()).add(figure.unit)
                for rounded in _roundings(value):
                    self._values.setdefault(rounded, set()).add(figure.unit)
            if figure.scaled:
                for value in figure.bare:
                    self._mantissas.setdefault(_key(value), set()).add(figure.unit)
        for word in words & _NUMBER_WORDS.keys():
            self._values.setdefault(_NUMBER_WORDS[word], set()).add("")

    def hold(self, figure: Figure) -> bool:
        """By value and unit. A scale or unit that only one side names does not count against the figure:
        tables say "in millions" once.
        """
        if self._agree(self._values, figure.readings, figure.unit):
            return True
        elsewhere = self._values if figure.scaled else self._mantissas
        return self._agree(elsewhere, figure.bare, figure.unit)

    @staticmethod
    def _agree(known: dict[float, set[str]], values: tuple[float, ...], unit: str) -> bool:
        for value in values:
            units = known.get(_key(value))
            if units and (not unit or "" in units or unit in units):
                return True
        return False


def _readings(numeral: str) -> list[tuple[float, ...]]:
    """One tuple for each number that the numeral stands for."""
    plain = re.sub(r"['\u2019\u00a0\u202f]", "", numeral)
    marks = [character for character in plain if character in ".,"]
    if not marks:
        return [(float(plain),)]
    parts = re.split(r"[.,]", plain)
    thousands = len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    if len(set(marks)) == 2:
        return [(float("".join(parts[:-1]) + "." + parts[-1]),)]
    if len(marks) == 1:
        decimal = float(f"{parts[0]}.{parts[1]}")
        return [(float("".join(parts)), decimal)] if thousands else [(decimal,)]
    return [(float("".join(parts)),)] if thousands else [(float(part),) for part in parts]


def _roundings(value: float) -> Iterator[float]:
    digits = len(f"{value:.15g}".replace(".", "").strip("0"))
    if digits >= _FEWEST_DIGITS_TO_ROUND:
        yield from (_key(float(f"{value:.{kept}g}")) for kept in range(2, min(digits, 6)))


def _key(value: float) -> float:
    return float(f"{value:.9g}")
