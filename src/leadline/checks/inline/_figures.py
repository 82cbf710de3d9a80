"""Figures in a text: read with their scale and unit in every notation, so that two texts can be compared."""

import re
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from leadline.checks.inline._dates import Date, Written, dates
from leadline.checks.inline._numerals import decimal_mark, parsed
from leadline.checks.inline._units import (
    COMMA_SCALES,
    CURRENCIES,
    ENGLISH_SCALES,
    SHARES,
    Unit,
    scale_of,
    two_words,
    unit_of,
)

# the digit comes first, its look-behind after it: so the engine skips from digit to digit
_FIGURE = re.compile(
    r"\d(?<![^\W_]\d)(?<!\d[.,]\d)(?![QHTqht]\d\d\b)"
    r"(?:\d?:\d\d(?::\d\d)?(?![\d:])|\d{0,2}(?: \d{3})+(?!\d)(?:[.,]\d+)?"
    r"|\d*(?:[.,'\u2019\u00a0\u202f]\d+)*)[½¼¾]?"
)
_BEHIND = re.compile(
    r"([\s-]?)([%‰€$£¥₹]|°[CFcf]|[^\W\d_]{1,14}[²³]?\.?)"
    r"(?:[ \u00a0]?((?:d[ei] |d['\u2019])?[€$£¥₹]|(?:d[ei] |d['\u2019])?[^\W\d_]{2,12}(?:-[^\W\d_]{2,8})?))?"
)
_PER = re.compile(
    r"\s?(?:/\s?|(?:per|an?|je|pro|al|ao|por|par|i|im|om|each|every)\s)(?:1 ?|us )?"
    r"([€$£¥]|[^\W\d_]{1,10}[²³]?)( ?-?hours?\b)?",
    re.IGNORECASE,
)
_BEFORE = re.compile(r"(?:([$€£¥₹]|R\$)|\b([A-Z]{2,4}|kr|Rs|usd|eur|gbp|chf))[.\s]?[-\u2212(]?\Z")
_ENDS_A_SIGN = frozenset("-\u2212\u2013($€£¥₹.rsdpfABCDEFGHIJKLMNOPQRSTUVWXYZ")
_CODE = "|".join(sorted(CURRENCIES))
_MINUS = re.compile(
    rf"(?<![^\s|(,;:\[])[-\u2212\u2013](?:[$€£¥₹]|[A-Z]{{3}}\s?)?\Z|\bminus [$€£¥₹]?\Z"
    rf"|(?:^|[|\t\n:;,]\s?|\s\s|(?<!\d)(?<!\d\s)[$€£¥₹]\s?|(?<!\d\s)(?<!\w)(?:{_CODE})\s)"
    r"(\()[-\u2212]?\s?(?:[$€£¥₹]|[A-Z]{3})?\s?\Z"
)
_MAY_NEGATE = re.compile("[-\u2212\u2013(mM]")
_LONGEST_BEFORE = 8
_AHEAD_OF_A_POINT = frozenset(" \t\n(=<>|")
_LIST_MARK = re.compile(
    r"\n[ \t]*+(?:#+ |\| ?|\*\*)?"
    r"(?:(?:step|schritt|paso|étape|stap|steg|part|option|question|tip|#) ?)?"
    r"\(?\d{1,2}(?:[.):](?:[ \t]|\*\*)| \|)",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"[,;:] \d{1,2}\. (?=[A-Za-z])")
_ISO_TIME = re.compile(r"(?<=\d-\d\d)T(?=\d\d:\d\d)")
_CLOCKS = frozenset({"am", "pm", "a.m.", "p.m.", "a.m", "p.m", "uhr"})
_LETTER_AND_STOP = 2
_PENCE = frozenset({"p", "p."})
_RANGE = re.compile(
    r"(?:[-\u2013]| (?:[-\u2013]|to|bis|à|a|till|til|tot|do|naar|hasta)\s)(?:[$€£]|[A-Z]{3} )?"
)
_BETWEEN = re.compile(r" (?:and|und|et|y|e|en|och|og|a)\s(?:[$€£]|[A-Z]{3}\s)?")
_BETWEEN_OPENS = re.compile(
    r"\b(?:between|zwischen|entre|tra|fra|tussen|mellan|mellem|mellom|między)\s(?:[$€£]|[A-Z]{3}\s)?\Z",
    re.IGNORECASE,
)
_YEAR = re.compile(r"(?:19|20)\d\d")
_LONGEST_OPENING, _LONGEST_JOIN = 14, 9
_RATE = re.compile(r"\s?[ap]\.\s?([am])\.")
_SPAN_OF_RATE = {"a": "year", "m": "month"}
COMMAS_GROUP = ",000"
"""As a decimal mark: a comma parts thousands, a point may do either, as figures are copied."""
_FEWEST_DIGITS = 2
_PER_WORDS = {
    "month": "month months monat mois mes mese maand mês månad monthly monatlich mensual mensuel mensuels "
    "mensuales maandelijks",
    "year": "year years jahr an ans année año anno jaar ano år annum annual annually yearly jährlich annuel "
    "anual p.a",
    "day": "day days tag jour día giorno dag dia daily täglich",
    "week": "week weeks woche semaine semana settimana weekly wöchentlich",
    "hour": "hour hours h stunde heure hora ora uur timme hourly",
    "night": "night nights nacht nuit noche",
    "quarter": "quarter quartal trimestre quarterly kwartaal kvartal kwartał",
    "half": "semestre semester halbjahr sem",
}
EACH = re.compile(
    r"(?:/\s?|\b(?:per|pro|par|por|al|ao|à|all|om|per|je|each|every)\s)([^\W\d_]+)", re.IGNORECASE
)
PER_NAMED = {word: name for name, words in _PER_WORDS.items() for word in words.split()}


class Figure(msgspec.Struct, frozen=True, gc=False):
    """`readings`: what the numeral can mean (`1,234` is 1234 or 1.234), in the kind of unit's own unit.
    `bare`: the same unscaled.

    `steps` are the units of the last digit written, one for each reading: 3.9 million has 100,000. `per` says
    what it is for one of: a month, a kilogram.
    """

    text: str
    readings: tuple[float, ...]
    bare: tuple[float, ...]
    unit: str = ""
    steps: tuple[float, ...] = ()
    start: int = 0
    end: int = 0
    negative: bool = False
    per: str = ""
    digits: int = 1
    date: tuple[Date, ...] = ()

    @property
    def scaled(self) -> bool:
        return self.bare != self.readings


def figures(text: str, words: AbstractSet[str] = frozenset(), usual: str = "") -> Iterator[Figure]:
    """Every figure but the numbers of lists; a date and a time of day are one each. `words`: those
    of the text; `usual`: its decimal mark where it does not tell, or COMMAS_GROUP.
    """
    if "T" in text:
        text = _ISO_TIME.sub(" ", text)
    whole = iter(dates(text, words))
    text = _NUMBERED.sub(_blank, _LIST_MARK.sub(_blank, f"\n{text}")[1:])
    mark = decimal_mark(text) or usual
    day = next(whole, None)
    done = 0
    last: Figure | None = None
    for match in _FIGURE.finditer(text):
        start = match.start()
        while day is not None and day.end <= start:
            day = next(whole, None)
        if start < done:
            continue
        if day is not None and day.start <= start:
            done = day.end
            if last is not None:
                yield last
            last = _date(day)
            continue
        for figure in _read(text, match, mark):
            done = figure.end
            if last is not None:
                yield _as_in_range(last, figure, text)
            last = figure if last is None else _closing(last, figure, text)
    if last is not None:
        yield last


def _as_in_range(first: Figure, second: Figure, text: str) -> Figure:
    """The first figure of `2.7-2.8 billion` and `0,9 bis 1,0 %` has the scale and unit of the second."""
    alike = first.unit in ("", second.unit) or (not second.unit and first.unit in CURRENCIES)
    if first.scaled or not (second.scaled or second.unit) or not alike or not second.bare[-1]:
        return first
    if (_YEAR.fullmatch(first.text) and not second.scaled) or not is_range(text, first, second):
        return first
    factor = second.readings[-1] / second.bare[-1]
    return replace(
        first,
        unit=first.unit or second.unit,
        readings=tuple([value * factor for value in first.bare]),
        steps=tuple([step * factor for step in first.steps]),
    )


def _closing(first: Figure, second: Figure, text: str) -> Figure:
    """The second figure of `$340-360 million` is said in the currency of the first."""
    if second.unit or first.unit not in CURRENCIES or not is_range(text, first, second):
        return second
    if second.text.endswith("m"):  # millions, where it is money
        last = slice(len(second.readings) - 1, None)
        return replace(
            second,
            unit=first.unit,
            readings=second.readings[last],
            bare=second.bare[last],
            steps=second.steps[last],
        )
    return replace(second, unit=first.unit)


def is_range(text: str, first: Figure, second: Figure, begun: int = 0) -> bool:
    """Whether the two are the ends of one range: 2-3, 2 to 3, between 2 and 3. `begun`: where the text is."""
    if not 0 < second.start - first.end <= _LONGEST_JOIN:
        return False
    opening, end, start = first.start - begun, first.end - begun, second.start - begun
    if _RANGE.fullmatch(text, end, start):
        return True
    if not _BETWEEN.fullmatch(text, end, start):
        return False
    return _BETWEEN_OPENS.search(text, max(0, opening - _LONGEST_OPENING), opening) is not None


def _blank(mark: re.Match[str]) -> str:
    return " " * len(mark.group())


def _date(day: Written) -> Figure:
    values = tuple([float(one.month * 100 + one.day) for one in day.meanings])
    exact = (0.0,) * len(values)
    return Figure(day.text, values, values, "date", exact, day.start, day.end, date=day.meanings, digits=4)


class _Said(NamedTuple):
    """What stands around a numeral: unit, scale and the scale's word, and where they end."""

    unit: Unit | None = None
    scale: float = 0.0
    word: str = ""
    end: int = 0
    negative: bool = False
    metres: bool = False
    """Or millions: `30 m` can be both."""


def _read(text: str, match: re.Match[str], mark: str) -> list[Figure]:
    numeral, start, end = match.group(), match.start(), match.end()
    if mark == COMMAS_GROUP:
        mark = "." if "," in numeral else ""
    if " " in numeral and mark != ",":
        numeral, _, _ = numeral.partition(" ")
        end = start + len(numeral)
    before = text[start - _LONGEST_BEFORE if start > _LONGEST_BEFORE else 0 : start]
    if before[-1:] == "." and before[-2:-1] in _AHEAD_OF_A_POINT and numeral.isdecimal():
        numeral, start, before = f"0.{numeral}", start - 1, before[:-1]  # .05
    found = _BEHIND.match(text, end)
    if found is None and before.rstrip()[-1:] not in _ENDS_A_SIGN and ":" not in numeral:
        return [
            Figure(numeral, readings, bare, steps=steps, start=start, end=end, digits=digits)
            for readings, bare, steps, digits in parsed(numeral, 1.0, mark)
        ]
    said = _around(text, numeral, before, end, found, mark)
    unit, scale, stop = said.unit, said.scale, said.end
    written = text[start:stop]
    clock = _clock(numeral, said.word) if ":" in numeral or said.word in _CLOCKS else None
    if clock is not None:
        return [Figure(written, *clock, start=start, end=stop)]
    per = _per(text, stop) if unit is not None or scale or text[stop : stop + 5] == " per " else ""
    factor = (scale or 1.0) * (unit.factor if unit else 1.0)
    kind = unit.kind if unit else ""
    of_scale = mark or ("." if said.word in ENGLISH_SCALES else "," if said.word in COMMA_SCALES else "")
    return [
        _narrowed(
            Figure(written, readings, bare, kind, steps, start, stop, said.negative, per, digits),
            metres=said.metres,
        )
        for readings, bare, steps, digits in parsed(numeral, factor, of_scale)
    ]


def _narrowed(figure: Figure, *, metres: bool) -> Figure:
    """A share of 3.875 % is never one of 3,875; `30 m` may be 30 million."""
    readings, bare, steps = figure.readings, figure.bare, figure.steps
    if figure.unit in SHARES and len(readings) > 1:
        return replace(figure, readings=readings[-1:], bare=bare[-1:], steps=steps[-1:])
    if metres:
        return replace(
            figure,
            readings=(*readings, readings[0] * 1e6),
            bare=(*bare, bare[0]),
            steps=(*steps, steps[0] * 1e6),
        )
    return figure


def _around(text: str, numeral: str, before: str, end: int, found: re.Match[str] | None, mark: str) -> _Said:
    unit, scale, word, stop = _behind(found, numeral, mark) if found else (None, 0.0, "", 0)
    stop = stop or end
    if stop > end and text[stop - 1] == ".":
        stop -= 1
    of_m = found is not None and found[2].rstrip(".") == "m"
    negative = False
    if before.rstrip()[-1:] in _ENDS_A_SIGN:
        money = _money_before(before)
        unit = money or unit
        if money and not scale and found is not None and of_m:
            scale, stop = 1e6, found.end(2)
        negative = _is_negative(before, text[end : end + 2])
    return _Said(unit, scale, word, stop, negative, unit is None and not scale and of_m)


def _behind(found: re.Match[str], numeral: str, mark: str) -> tuple[Unit | None, float, str, int]:
    """Unit, scale, the scale's word and where they end; the end is 0 when nothing is said."""
    gap, first, second = found.groups()
    if gap == "\n":
        return None, 0.0, "", 0
    if len(first) == _LETTER_AND_STOP and first[1] == ".":
        first = first[0]  # it ends its sentence
    folded = first.casefold()
    if folded in _CLOCKS:
        return None, 0.0, folded, found.end(2)
    scale = 1e3 if folded == "miles" and mark == "," else scale_of(first)  # thousands of, in Spanish
    if scale and (len(first) > 1 or not gap or (second and _is_money(unit_of(second)))):
        unit = unit_of(second) if second else None
        return unit, scale, folded, found.end(3) if unit else found.end(2)
    if second and (pair := two_words(first, second)):
        return pair, 0.0, "", found.end(3)
    unit = unit_of(first)
    if (first == "s" and not gap and len(numeral) == 4) or (folded in _PENCE and gap):
        unit = None  # the 1990s, and 5 p.m.
    if unit is None or first == "m":
        return None, 0.0, "", 0
    return unit, 0.0, "", found.end(2)


def _is_money(unit: Unit | None) -> bool:
    return unit is not None and unit.kind in CURRENCIES


def _money_before(before: str) -> Unit | None:
    found = _BEFORE.search(before)
    unit = unit_of(found[1] or found[2]) if found else None
    return unit if _is_money(unit) else None


def _is_negative(before: str, behind: str) -> bool:
    """A minus, or the brackets of accountants."""
    found = _MINUS.search(before) if _MAY_NEGATE.search(before) else None
    return found is not None and (found[1] is None or ")" in behind)


def _per(text: str, end: int) -> str:
    found = _PER.match(text, end)
    if found is None:  # per annum, al mese, ao mês
        rate = _RATE.match(text, end) if text[end - 1] == "%" else None
        return _SPAN_OF_RATE[rate[1]] if rate else ""
    word = found[1].casefold()
    scale = scale_of(word) if len(word) > 1 else 0.0
    unit = unit_of(found[1])
    if found[2] and unit is not None and unit.kind == "power":
        return "energy"
    return PER_NAMED.get(word) or (f"{scale:.0f}" if scale else unit.kind if unit else "")


def _clock(
    numeral: str, word: str
) -> tuple[tuple[float, ...], tuple[float, ...], str, tuple[float, ...]] | None:
    hour, *rest = [int(part) for part in re.split(r"[:.,]", numeral) if part.isdigit()] or [99]
    minute = rest[0] if rest else 0
    if hour > 24 or minute > 59:
        return None
    if word.startswith("p") and hour < 12:
        hour += 12
    minutes = hour * 60 + minute + (rest[1] / 60 if len(rest) > 1 else 0.0)
    readings = (minutes, minutes + 720) if hour <= 12 and not word.startswith(("a", "p")) else (minutes,)
    plain = (float(hour), float(hour % 12 or 12)) if not minute else (-1.0,)
    return readings, plain, "clock", (0.0,) * len(readings)


def is_year(figure: Figure) -> bool:
    return not figure.unit and not figure.scaled and len(figure.text) == 4 and 1700 <= figure.bare[0] <= 2199


def tolerance(figure: Figure, value: float, step: float) -> float:
    """Half a unit of the last digit that means something; a single digit must be exact. 1950 is no rounded
    1945, though 1,950 may be.
    """
    if figure.digits < _FEWEST_DIGITS:
        return abs(value) * 1e-9
    while not is_year(figure) and step >= 1 and value % (step * 10) == 0 and value / (step * 10) >= 10:
        step *= 10
    return 0.5000001 * step + abs(value) * 1e-9
