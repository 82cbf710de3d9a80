"""Units and scales that a caption or header gives to the figures under it: (in EUR million), weight_kg."""

import functools
import re
from typing import NamedTuple

from msgspec.structs import replace

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import Words
from leadline.checks.inline._numerals import times
from leadline.checks.inline._units import CURRENCIES, SHARES, scale_of, unit_of
from leadline.measures.remembering import remembered

_WORD = re.compile(
    r"°[CF]|(?:US|R)?[€$£¥₹](?=\W|\d|[A-Za-z]{1,3}\b|$)|[%‰]|['\u2019]?000s?\b|[^\W\d_]+[²³]?\.?|[,;|/\d+]"
)
_PIECE = re.compile(
    r"[(\[]([^)\]]*)[)\]]|(?:\b(?:in|en|i|em|w)\b|,)\s*([^,;|()\n]+)|(?<![\w.,])((?:US|R)?[$€£¥₹%](?:[^\d()]*|\s?['\u2019]?000s?))$"
    r"|_((?:[^\W_]{1,4}_)?[^\W_]{1,5})\s*$|\s((?:[A-Z]{3}|[^\W\d_]{2,8}\.) ?[^\W\d_]{1,4}\.?)$"
)
_JOINS = frozenset(
    {"of", "de", "di", "in", "en", "i", "em", "w", "us", "dati", "all", "amounts", "beträge", "bedragen", "x"}
    | {"montants", "importes", "importi", "valores", "belopp", "beløb", "kwoty", "figures", "values"}
)
_TIMES_THOUSAND = re.compile(r"\b1[.,\u00a0 \u2019']?000\b(?![.,]\d)")
_POINTS = re.compile(
    r"(?:%|percentage|per cent|procent)[- ]?points?\b|prozentpunkt|puntos porcentuales|points de pourcentage",
    re.IGNORECASE,
)
_NO_MONEY = frozenset(
    {"employee", "employe", "mitarbeitend", "personal", "headcount", "margin", "ratio", "share", "rate"}
    | {"number", "unit", "store", "custom", "user", "count", "volume", "order", "price", "site"}
)
_MONEY = frozenset(
    {"deposi", "loan", "revenue", "income", "cost", "asset", "liability", "debt", "equity", "balanc"}
    | {"paymen", "budget"}
)
_LENGTHS = re.compile(
    r"height|length|width|depth|distance|elevation|altitude|resolution|höhe|länge|breite", re.IGNORECASE
)
_MODEL = re.compile(r"[A-Z]{1,4}-?\d\w*")
"""A product rather than milligrams: MG-2."""
_LONGEST_NOTE = 160
_MOST_NOTES = 1024
_COUNT_NOTED = re.compile(r",?\s+[nN]\s*\Z")
_COUNTS = ("n", "N")
_ENUMERATED = re.compile(r"^\W*(?:[A-Z]|[IVX]{1,4}|\d{1,2})[.)]\s+(?=\S)")
_ENDS = frozenset(",;|/")
_OF_AN_ITEM = frozenset({"date", "clock", *SHARES})


class Note(NamedTuple):
    """What a caption or header says of the figures under it: their unit and a factor in it."""

    unit: str = ""
    scale: float = 1.0


NO_NOTE = Note()


@remembered(_MOST_NOTES, _LONGEST_NOTE)
def note_in(text: str) -> Note:
    """The unit and scale that a header or caption names: as a whole, in brackets, behind a comma or `in`, or
    at its end.
    """
    if len(text) > _LONGEST_NOTE or _MODEL.fullmatch(text):
        return NO_NOTE
    if _POINTS.search(text):
        return Note("pp")
    unit, scale = _unit_first(text, whole=True)
    for match in _PIECE.finditer(text):
        if match[4] and match[4].endswith("in") and match[4][-3:-2] in ("", "_"):
            return Note("length", 0.0254)
        of_length = bool(match[4] or _LENGTHS.search(text))
        for said in _sayings(match):
            own = _unit_first(said, of_length=of_length)
            unit = unit or own.unit
            scale = scale if scale != 1.0 else own.scale
    return Note(unit, scale)


def _sayings(match: re.Match[str]) -> list[str]:
    """What may begin with a unit: each part of a bracket, the last words of a key as one or alone."""
    bracket, rest, signed, suffix, last = match.groups()
    if bracket:
        return [part for piece in re.split("[,;]", bracket) for part in (piece, piece.rpartition(" in ")[2])]
    if suffix and suffix.startswith("per_"):
        return []
    if suffix:
        return [suffix.replace("_", " "), suffix.rpartition("_")[2]]
    return [rest or signed or last or ""]


def _unit_first(text: str, *, of_length: bool = False, whole: bool = False) -> Note:
    """What a text says that begins with a unit or scale: `thousands of pounds`, not `fiscal years end`.
    What is not money must be all that is said: `(kg)`, not `(days from order)`.
    """
    unit, factor, scale = "", 1.0, 1.0
    found = _WORD.findall(_TIMES_THOUSAND.sub("000", text))
    for place, word in enumerate(found):
        ahead = found[place + 1] if place + 1 < len(found) else ""
        folded = word.casefold()
        if folded in _JOINS:
            continue
        if scale == 1.0 and (factor_of := _scale(word, unit, ahead)):
            scale = factor_of
            continue
        if word == "m" and not unit:
            unit, scale = _metres_or_millions(unit, scale, length=of_length)
            continue
        named = unit_of(word)
        if unit or named is None:
            over = word in _ENDS or word.isdigit() or not (whole or (unit and unit not in CURRENCIES))
            return Note(unit, factor * scale) if over else NO_NOTE
        unit, factor = named
    return Note(unit, factor * scale)


def _scale(word: str, unit: str, ahead: str) -> float:
    """Of `m` only with a currency, and the three noughts of £'000."""
    if word.strip("'\u2019") in ("000", "000s"):
        return 1e3
    if word == "m":
        return 1e6 if unit in CURRENCIES and unit else 0.0
    if word.casefold() == "miles":  # thousands of in Spanish
        return 1e3 if ahead == "de" else 0.0
    if len(word) == 1 and not (unit or unit_of(ahead)):
        return 0.0
    return scale_of(word)


def _metres_or_millions(unit: str, scale: float, *, length: bool) -> tuple[str, float]:
    if length:
        return unit or "length", scale
    return unit, scale if scale != 1.0 else 1e6


def without_note(text: str) -> str:
    """A label without its brackets, and without the letter or number of a list in front of it."""
    text = re.sub(r"[(\[][^)\]]*[)\]]", " ", text) if "(" in text or "[" in text else text
    if text.rstrip()[-1:] in _COUNTS:
        text = _COUNT_NOTED.sub("", text)
    return _ENUMERATED.sub("", text, count=1) if "." in text or ")" in text else text


def nearest(words: Words, row: Note, column: Note, *above: Note) -> Note:
    """The nearest unit and scale of all that is said above; what counts things has no currency."""
    counts = not words.isdisjoint(_NO_MONEY) and words.isdisjoint(_MONEY)
    return _nearest(row, column, *(() if counts else above))


@functools.lru_cache(maxsize=_MOST_NOTES)
def _nearest(row: Note, column: Note, *above: Note) -> Note:
    if row.unit == "%" or column.unit == "%":
        return Note("%")
    for own in (row, column):
        if own.unit and own.unit not in CURRENCIES:
            return own
    known = (row, column, *above)
    nearest_first = (column, row, *above) if column.unit in CURRENCIES else known
    unit = next((note.unit for note in nearest_first if note.unit), "")
    scale = next((note.scale for note in known if note.scale != 1.0), 1.0)
    return Note(unit, scale) if unit or scale != 1.0 else NO_NOTE


def with_note(figure: Figure, note: Note) -> Figure:
    if note == NO_NOTE or figure.unit in _OF_AN_ITEM or (figure.unit and figure.unit not in CURRENCIES):
        return figure
    unit = figure.unit or note.unit
    if figure.scaled or note.scale == 1.0:
        return replace(figure, unit=unit)
    return replace(
        figure,
        unit=unit,
        readings=times(figure.bare, note.scale),
        steps=times(figure.steps, note.scale),
    )
