"""What a cell of a table is: a figure or a label."""

import re

import msgspec

from leadline.checks.inline._labels import periods

RULE = re.compile(r"^[\s|:+=-]+$")
_NUMERAL = "0123456789.,"
_NUMBERED = re.compile(r"\s*\d{1,2}[.)]\s+[^\W\d_]{2}")
"""A label with its number in a list: `5. Social affairs`."""
WIDEST_CELL = 48


class Cell(msgspec.Struct, frozen=True, gc=False):
    """`text` without the white space around it; `end`: behind what parts it from the next one; `value`:
    whether it holds a figure.
    """

    text: str
    end: int
    value: bool


def is_value(text: str) -> bool:
    """Whether a cell holds a figure rather than a label; years and quarters are labels."""
    plain = text.strip(' *()-+$€£¥₹%<>~\u2212\t"')
    if not plain or not plain[0].isdigit():
        return False
    if plain.strip(_NUMERAL) == "" and "19" not in plain and "20" not in plain:
        return True
    return not _NUMBERED.match(text) and not periods(text)
