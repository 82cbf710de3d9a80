"""Figures that an answer has worked out from the source: changes, sums, shares, averages, conversions."""

import re
from collections.abc import Iterator, Sequence
from itertools import chain, combinations, islice

from leadline.checks.inline._claims import Claim, Index
from leadline.checks.inline._figures import CURRENCIES, Figure, figures, unit_named
from leadline.checks.inline._statements import Statement

_CURRENCY = r"(us\$|[$€£¥]|[a-z]{3,11})"
_RATE = re.compile(
    rf"(?:1(?:[.,]0+)?\s*)?{_CURRENCY}\s*(?:1(?:[.,]0+)?\s*)?(?:=|equals|is|was|entspricht|/)\s*"
    rf"(us\$|[$€£¥]|[a-z]{{3}})?\s*(?:at|of|rate|kurs|was|stood at)?\s*(\d+[.,]\d+)\s*{_CURRENCY}?",
    re.IGNORECASE,
)
_RATE_PER = re.compile(
    r"(?:(us\$|[$€£¥])\s?)?(\d+[.,]\d+)\s*(us\$|[$€£¥]|(?:us )?[a-z]{3,11})?\s*(?:per|for one|to the|je|pro)"
    rf"\s*(?:1\s)?{_CURRENCY}",
    re.IGNORECASE,
)
_MOST_NEAR, _MOST_BESIDE = 24, 48
_FEW = 14
_LOOSE = re.compile(
    r"\b(?:about|around|approximately|roughly|nearly|almost|some|circa|rund|etwa)\b", re.IGNORECASE
)
_WORKED_OUT = re.compile(
    r"%\s+of\b|\b(?:"
    r"increas|decreas|gr[eo]w|r[io]s[ei]|ros\w|f[ea]ll|drop|declin|climb|jump|gain|los[te]|improv|up|down|high|low|"
    r"chang|margin|share|ratio|rate|portion|proportion|account|represent|made up|makes up|total|combin|"
    r"together|sum|add|differ|more|less|fewer|averag|mean|both|altogether|gap|times|twice|doubl|tripl|half|remain|left|"
    r"net|worth|equal|convert|equivalent|i\.e|exceed|above|below|range|spread|apart|between|later|earlier|"
    r"percent of|zunahme|anstieg|stieg|gestiegen|sank|gesunken|insgesamt|zusammen|anteil|differenz|mehr|"
    r"weniger|durchschnitt)",
    re.IGNORECASE,
)


def is_derived(claim: Claim, index: Index, source: Sequence[Statement], text: str) -> bool:
    """Whether plain arithmetic on figures that belong together gives this one, to its own precision."""
    worked_out = _WORKED_OUT.search(claim.sentence) is not None
    if not worked_out and claim.figure.unit not in CURRENCIES:
        return False
    near = [one for its in claim.beside if its is not claim.figure for one in index.holding(its)]
    near += index.speaking_of(claim.words)
    if not near:
        near = list(source) if len(source) <= _FEW else []
    figure, slack = claim.figure, 3.0 if _LOOSE.search(claim.clause) else 1.0
    wanted = [
        (value, slack * (0.5000001 * step + 1e-9 * value))
        for value, step in zip(figure.readings, figure.steps, strict=True)
    ]
    return any(
        abs(abs(made) - value) <= tolerance
        for made in chain(
            _made(figure, near[:_MOST_NEAR], source) if worked_out else (), _converted(figure, source, text)
        )
        for value, tolerance in wanted
    )


def _made(figure: Figure, near: Sequence[Statement], source: Sequence[Statement]) -> Iterator[float]:
    for one in near:
        others = (other for other in source if other is not one and _together(one, other))
        beside = list(islice(others, _MOST_BESIDE))
        a = signed(one.figure)
        for other in beside:
            yield from _of_two(figure.unit, a, signed(other.figure), one.figure.unit, other.figure.unit)
        if figure.unit in ("%", "pp"):
            yield from _shares(a, one, beside)
        else:
            yield from _sums(figure, one, beside)


def _together(one: Statement, other: Statement) -> bool:
    """In one row or column of a table, in one or neighbouring sentences, or under one label."""
    if one.column and other.column:
        return one.row == other.row or one.column == other.column or one.axes[:1] == other.axes[:1]
    same_kind = one.figure.unit == other.figure.unit and (one.figure.unit or one.figure.scaled)
    return not one.words.isdisjoint(other.words) or (bool(same_kind) and abs(one.row - other.row) <= 2)


def _of_two(unit: str, a: float, b: float, unit_a: str, unit_b: str) -> Iterator[float]:
    shares = unit_a == "%" and unit_b == "%"
    if unit == "%":
        for whole, part in ((a, b), (b, a)):
            if whole:
                yield (part - whole) / whole * 100
                yield part / whole * 100
    elif unit == "pp":
        if shares:
            yield b - a
    elif not unit or unit in (unit_a, unit_b) or not (unit_a or unit_b):
        if unit_a == unit_b or not (unit_a and unit_b):
            yield b - a
            yield a + b
            yield (a + b) / 2
        if not unit and a:
            yield b / a
        elif unit in CURRENCIES and b and unit_a == unit and not unit_b:
            yield a / b


def _shares(a: float, one: Statement, beside: Sequence[Statement]) -> Iterator[float]:
    total = a + sum(signed(other.figure) for other in beside if other.column == one.column and one.column)
    if total:
        yield a / total * 100


def _sums(figure: Figure, one: Statement, beside: Sequence[Statement]) -> Iterator[float]:
    """Totals and averages of a row or column, whole or any three to four neighbours of it."""
    if figure.unit and one.figure.unit not in ("", figure.unit):
        return
    for same in (
        [other for other in beside if other.row == one.row],
        [other for other in beside if other.column == one.column and one.column],
        [other for other in beside if other.axes[:1] == one.axes[:1]],
    ):
        values = [signed(other.figure) for other in same if other.figure.unit == one.figure.unit]
        total = signed(one.figure) + sum(values)
        yield total
        yield total / (len(values) + 1)
        if 2 <= len(values) <= 8:
            for few in (2, 3):
                for chosen in combinations(values, few):
                    yield signed(one.figure) + sum(chosen)


def _converted(figure: Figure, source: Sequence[Statement], text: str) -> Iterator[float]:
    if figure.unit not in CURRENCIES:
        return
    for into, out_of, rate in rates(text):
        for one in source:
            for value in one.figure.readings:
                if figure.unit == into and one.figure.unit in ("", out_of):
                    yield value * rate
                if figure.unit == out_of and one.figure.unit in ("", into):
                    yield value / rate


def rates(text: str) -> Iterator[tuple[str, str, float]]:
    """(into, out of, factor) of each exchange rate: one unit of the second is `factor` of the first."""
    for match in _RATE.finditer(text):
        one, quoted, numeral, after = match.groups()
        out_of, into = unit_named(one), unit_named(quoted or after or "")
        if out_of in CURRENCIES and into in CURRENCIES and out_of != into:
            yield into, out_of, _rate(numeral)
    for match in _RATE_PER.finditer(text):
        sign, numeral, after, per = match.groups()
        into, out_of = unit_named(sign or after or ""), unit_named(per)
        if out_of in CURRENCIES and into in CURRENCIES and out_of != into:
            yield into, out_of, _rate(numeral)


def signed(figure: Figure) -> float:
    return -figure.readings[0] if figure.negative else figure.readings[0]


def _rate(numeral: str) -> float:
    return next(iter(figures(numeral.replace(",", ".")))).readings[-1]
