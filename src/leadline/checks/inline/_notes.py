"""Units and scales that a caption or header gives to the figures under it: (in EUR million), weight_kg."""

import functools
import re
from typing import NamedTuple

from msgspec.structs import replace

from leadline.checks.inline._figures import Figure
from leadline.checks.inline._labels import Words
from leadline.checks.inline._units import CURRENCIES, SHARES, scale_of, unit_of

_WORD = re.compile(r"°[CF]|[€$£¥₹%‰]|[^\W\d_]+(?:[²³])?(?:/[^\W\d_]+[²³]?)?")
_NOTED_IN = re.compile(
    r"[(\[]([^)\]]*)[)\]]|(?:\b(?:in|en|i)\b|,)\s*([^,;|]*)$|((?:US)?[$€£¥₹%].*)$|_([^\W_]{1,5})\s*$"
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
_MAY_NOTE = re.compile(r"[(\[,$€£¥₹%_]|\b(?:in|en|i)\s")
_LONGEST_NOTE = 160
_MOST_NOTES = 1024
_OF_AN_ITEM = frozenset({"date", "clock", *SHARES})


class Note(NamedTuple):
    """What a caption or header says of the figures under it: their unit and a factor in it."""

    unit: str = ""
    scale: float = 1.0


NO_NOTE = Note()


def note_in(text: str) -> Note:
    """The unit and scale in the brackets of a header, behind its comma or `in`, or at the end of a key."""
    if len(text) > _LONGEST_NOTE or not _MAY_NOTE.search(text):
        return NO_NOTE
    unit, factor, scale = "", 1.0, 1.0
    for match in _NOTED_IN.finditer(text):
        if match[4] == "in":
            return Note("length", 0.0254)
        said = match[1] or match[2] or match[3] or match[4] or ""
        for word in [one.partition("/")[0] for one in _WORD.findall(said)]:
            if scale == 1.0 and (len(word) > 1 or unit) and (found := scale_of(word)):
                scale = found
                continue
            if word == "m":
                unit, scale = _metres_or_millions(unit, scale, length=bool(match[4] or _LENGTHS.search(text)))
                continue
            named = unit_of(word)
            if unit or named is None or (len(word) == 1 and word.isalpha() and len(said) > 3):
                continue
            unit, factor = named
    return Note(unit, factor * scale)


def _metres_or_millions(unit: str, scale: float, *, length: bool) -> tuple[str, float]:
    if length:
        return unit or "length", scale
    return unit, scale if scale != 1.0 else 1e6


def without_note(text: str) -> str:
    return re.sub(r"[(\[][^)\]]*[)\]]", " ", text) if "(" in text or "[" in text else text


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
    unit = next((note.unit for note in known if note.unit), "")
    scale = next((note.scale for note in known if note.scale != 1.0), 1.0)
    return Note(unit, scale)


def with_note(figure: Figure, note: Note) -> Figure:
    if note is NO_NOTE or figure.unit in _OF_AN_ITEM or (figure.unit and figure.unit not in CURRENCIES):
        return figure
    unit = figure.unit or note.unit
    if figure.scaled or note.scale == 1.0:
        return replace(figure, unit=unit)
    return replace(
        figure,
        unit=unit,
        readings=tuple([value * note.scale for value in figure.bare]),
        steps=tuple([step * note.scale for step in figure.steps]),
    )
