"""Units and scales that a caption or header gives to the figures under it: (in EUR million)."""

import re
from typing import NamedTuple

from leadline.checks.inline._figures import Figure, scale_named, unit_named
from leadline.checks.inline._labels import Words

UNIT_WORD = re.compile(r"us\$|[$€£¥%]|[^\W\d_]+", re.IGNORECASE)
_NOTED_IN = re.compile(r"[(\[]([^)\]]*)[)\]]|(?:\bin\b|,)\s*([^,;|]*)$|((?:us)?[$€£¥%].*)$", re.IGNORECASE)
_BRACKETS = re.compile(r"[(\[][^)\]]*[)\]]")
_NO_MONEY = frozenset(
    [
        "employee",
        "margin",
        "ratio",
        "share",
        "rate",
        "number",
        "unit",
        "store",
        "customer",
        "user",
        "count",
        "volume",
        "order",
        "price",
        "site",
    ]
)
_LONGEST_NOTE = 160
_MAY_NOTE = re.compile(r"[(\[,$€£¥%Ii](?:(?<=[iI])[nN]|(?<![iI]))")
_SHARES = frozenset({"%", "pp"})


class Note(NamedTuple):
    """What a caption or header says of the figures under it: their unit and a factor."""

    unit: str = ""
    scale: float = 1.0


NO_NOTE = Note()


def note_in(text: str) -> Note:
    """The unit and scale in the brackets of a header, behind its comma or after `in`."""
    if len(text) > _LONGEST_NOTE or not _MAY_NOTE.search(text):
        return NO_NOTE
    unit, scale = "", 1.0
    for match in _NOTED_IN.finditer(text):
        said = match[1] or match[2] or match[3] or ""
        for word in UNIT_WORD.findall(said):
            found = unit_named(word)
            if len(word) > 1 or not word.isalpha() or unit or len(said) <= 3:
                scale = scale if scale != 1.0 else scale_named(word)
            unit = unit or found
    return Note(unit, scale)


def without_note(text: str) -> str:
    return _BRACKETS.sub(" ", text) if "(" in text or "[" in text else text


def nearest(words: Words, *notes: Note) -> Note:
    """The nearest unit and scale of all that is said above; what counts things has no currency."""
    row, column, *above = notes
    if row.unit == "%" or column.unit == "%":
        return Note("%")
    own = [row, column, *above] if words.isdisjoint(_NO_MONEY) else [row, column]
    unit = next((note.unit for note in own if note.unit), "")
    scale = next((note.scale for note in own if note.scale != 1.0), 1.0)
    return Note(unit, scale)


def with_note(figure: Figure, note: Note) -> Figure:
    if note is NO_NOTE or figure.unit in _SHARES:
        return figure
    text, readings, bare, unit, steps, start, end, negative = figure
    if note.scale != 1.0 and not figure.scaled:
        readings = tuple([value * note.scale for value in bare])
        steps = tuple([step * note.scale for step in steps])
    return Figure(text, readings, bare, unit or note.unit, steps, start, end, negative)
