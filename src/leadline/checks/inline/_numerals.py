"""Numerals: what `1,234`, `1.234,5`, `12,34,567` or `4½` stand for."""

import functools
import re
from typing import NamedTuple

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}([.,])\d{3}(?![\d]|[.,]\d)")
_FEWEST_GROUPED = 3
# 31.12. is a day, and so is 31.12.2024
_DECIMAL = re.compile(
    r"([.,])(?<=\d.)(?:\d{1,2}|(?<![./-]\d.)(?<![./-]\d\d.)\d{4,6})(?![\d]|[.,]\d|(?<=\.\d\d)\.)"
)
_SPACED = re.compile(r"(?<![\d.,])(?<!\d )\d{1,3}(?: \d{3})+(?!\d|[.,] ?\d)")
_GROUPS = str.maketrans("", "", "'\u2019\u00a0\u202f ½¼¾")
_NO_MARKS = str.maketrans("", "", "'\u2019\u00a0\u202f ½¼¾.,:")
_ASCII_MARKS = b"' .,:"
_AS_ZEROS = str.maketrans("123456789", "000000000")
_AS_ASCII_ZEROS = bytes.maketrans(b"123456789", b"000000000")
_BETWEEN = re.compile(r"[.,:]")
_FRACTION = re.compile(r"[.,]\d{1,2}\Z|[.,]\d{4,}\Z")
_LAKHS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}\Z")
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_MOST_NUMERALS, _LONGEST_NUMERAL = 2048, 40
Values = tuple[float, ...]
Parsed = tuple[Values, Values, Values, int]


def decimal_mark(text: str) -> str:
    """`.` or `,` when the text writes decimals with one of them throughout, or groups thousands with
    the other or with blanks, else nothing.
    """
    marks = set(_DECIMAL.findall(text))
    if marks:
        return marks.pop() if len(marks) == 1 else ""
    grouped = _GROUPED.findall(text)
    if len(grouped) >= _FEWEST_GROUPED and len(set(grouped)) == 1:
        return "," if grouped[0] == "." else "."
    return "," if len(_SPACED.findall(text)) >= _FEWEST_GROUPED else ""


class _Shape(NamedTuple):
    """What all numerals share that differ in their digits alone. `decimals`: how many digits stand behind the
    decimal mark, for each reading; none when it is several numbers. `steps`: the units of the last digit.
    """

    decimals: tuple[int, ...] = ()
    steps: Values = ()
    fraction: bool = False
    more: float = 0.0


def parsed(numeral: str, factor: float, mark: str) -> tuple[Parsed, ...]:
    """For each number that the numeral stands for: scaled readings, bare ones, steps and meaningful digits.

    `mark` is how the text writes decimals, if that is known: with it `1.234` has one reading. Remembered, as
    the figures of an answer are mostly the source's. More digits than any sum has are no number: they would
    be infinite, and lie in memory by the kilobyte.
    """
    return _parsed(numeral, factor, mark) if len(numeral) <= _LONGEST_NUMERAL else ()


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def _parsed(numeral: str, factor: float, mark: str) -> tuple[Parsed, ...]:
    written, zeros = _written(numeral)
    shape = _shape(numeral[0] + zeros[1:], mark)
    meant = written.lstrip("0")
    digits = len(meant if shape.fraction else meant.rstrip("0")) or 1
    if not shape.decimals:
        parts = [(float(part),) for part in _BETWEEN.split(numeral.translate(_GROUPS))]
        return tuple([_scaled(part, (1.0,), factor, digits) for part in parts])
    bare = tuple([float(f"{written}e-{decimals}") + shape.more for decimals in shape.decimals])
    return (_scaled(bare, shape.steps, factor, digits),)


def _written(numeral: str) -> tuple[str, str]:
    """Its digits alone, and itself with noughts for digits: as bytes that takes a quarter of the time."""
    if not numeral.isascii():
        return numeral.translate(_NO_MARKS), numeral.translate(_AS_ZEROS)
    plain = numeral.encode()
    return plain.translate(None, _ASCII_MARKS).decode(), plain.translate(_AS_ASCII_ZEROS).decode()


def _scaled(bare: Values, steps: Values, factor: float, digits: int) -> Parsed:
    if factor == 1.0:
        return bare, bare, steps, digits
    return times(bare, factor), bare, times(steps, factor), digits


def times(values: Values, factor: float) -> Values:
    if len(values) == 1:  # as most figures have
        return (values[0] * factor,)
    return tuple([value * factor for value in values])


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def _shape(numeral: str, mark: str) -> _Shape:
    """Of a numeral of which the first digit alone is known."""
    plain = numeral.translate(_GROUPS)
    fraction = _FRACTION.search(numeral) is not None
    if ":" in plain:
        return _Shape(fraction=fraction)
    parts = _BETWEEN.split(plain)
    if len(parts) == 1 or _LAKHS.match(plain):
        return _Shape((0,), (1.0,), fraction, _FRACTIONS.get(numeral[-1], 0.0))
    last = len(parts[-1])
    decimal = _Shape((last,), (0.1**last,), fraction)
    if "." in plain and "," in plain:
        return decimal
    thousands = 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    if len(parts) > 2:
        return _Shape((0,), (1.0,), fraction) if thousands else _Shape(fraction=fraction)
    if not thousands or parts[0] == "0" or (mark and mark in plain):
        return decimal
    return _Shape((0,) if mark else (0, last), (1.0,) if mark else (1.0, 0.1**last), fraction)


_WORDS = (
    "zero one,first,once,single two,second,twice,half,both,pair three,third,triple four,fourth,quarter "
    "five,fifth six,sixth seven,seventh eight,eighth nine,ninth ten,tenth eleven twelve,dozen thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen twenty"
)
_FOREIGN_WORDS = (
    "zwei,deux,dos,due,twee,dois,två drei,trois,tres,tre,drie,três "
    "vier,quatre,cuatro,quattro,quatro,fyra,fire "
    "fünf,cinq,cinco,cinque,vijf,fem sechs,seis,sei,zes,sex,seks sieben,siete,sette,zeven,sete,sju "
    "acht,huit,ocho,otto,oito,åtta neun,neuf,nueve,nove,negen,nio zehn,dix,diez,dieci,tien,dez,tio"
)
NUMBER_WORDS = (
    {word: float(value) for value, words in enumerate(_WORDS.split()) for word in words.split(",")}
    | {
        word: float(value)
        for value, words in enumerate(_FOREIGN_WORDS.split(), 2)
        for word in words.split(",")
    }
    | {
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
)
