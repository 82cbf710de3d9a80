"""Numerals: what `1,234`, `1.234,5`, `12,34,567` or `4½` stand for."""

import functools
import re

_GROUPED = re.compile(r"(?<![\d.,])\d{1,3}([.,])\d{3}(?![\d]|[.,]\d)")
_FEWEST_GROUPED = 3
_DECIMAL = re.compile(r"\d([.,])\d{1,2}(?![\d]|[.,]\d)")
_GROUPS = str.maketrans("", "", "'\u2019\u00a0\u202f ")
_LAKHS = re.compile(r"\d{1,2}(?:,\d\d)+,\d{3}\Z")
_FRACTIONS = {"½": 0.5, "¼": 0.25, "¾": 0.75}
_MOST_NUMERALS = 2048
Reading = tuple[float, float]
Values = tuple[float, ...]


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


@functools.lru_cache(maxsize=_MOST_NUMERALS)
def parsed(numeral: str, factor: float, mark: str) -> tuple[tuple[Values, Values, Values, int], ...]:
    """For each number that the numeral stands for: scaled readings, bare ones, steps and meaningful digits.

    `mark` is how the text writes decimals, if that is known: with it `1.234` has one reading. Remembered, as
    the figures of an answer are mostly the source's.
    """
    written = re.sub(r"\D", "", numeral).lstrip("0")
    fraction = re.search(r"[.,]\d{1,2}\Z|[.,]\d{4,}\Z", numeral) is not None
    digits = max(1, len(written if fraction else written.rstrip("0")))
    found = []
    for readings in _readings(numeral, mark):
        bare = tuple([value for value, _ in readings])
        scaled = tuple([value * factor for value in bare]) if factor != 1.0 else bare
        found.append((scaled, bare, tuple([step * factor for _, step in readings]), digits))
    return tuple(found)


def _readings(numeral: str, mark: str) -> list[tuple[Reading, ...]]:
    more = _FRACTIONS.get(numeral[-1], 0.0)
    plain = (numeral[:-1] if more else numeral).translate(_GROUPS)
    if ":" in plain:
        return [((float(part), 1.0),) for part in plain.split(":")]
    parts = re.split(r"[.,]", plain)
    if len(parts) == 1 or _LAKHS.match(plain):
        return [((float("".join(parts)) + more, 1.0),)]
    decimal: Reading = (float(f"{''.join(parts[:-1])}.{parts[-1]}"), 0.1 ** len(parts[-1]))
    if "." in plain and "," in plain:
        return [(decimal,)]
    thousands = 1 <= len(parts[0]) <= 3 and all(len(part) == 3 for part in parts[1:])
    whole: Reading = (float("".join(parts)), 1.0)
    if len(parts) > 2:
        return [(whole,)] if thousands else [((float(part), 1.0),) for part in parts]
    if not thousands or parts[0] == "0" or (mark and mark in plain):
        return [(decimal,)]
    return [(whole,)] if mark else [(whole, decimal)]


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
