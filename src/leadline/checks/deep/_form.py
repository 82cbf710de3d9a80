"""How a text is written, beside what it says: whether it repeats itself, and how much of it is data."""

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Vector = NDArray[np.float32]

_RUN = 16
_READ_CHARS = 2048
_MARKS = re.compile(r"[{}\[\]<>\"=;|\\]")
_MOST_MARKS = 0.1
_WEIGHTS = np.array((0.6, 0.4), np.float32)
"""Beside an embedding of length one: a loop or JSON moves a window as far as another topic does."""


def with_form(vector: "Vector", text: str) -> "Vector":
    """The embedding and two more dimensions. A loop says what it said before, so its embedding stays."""
    return np.concatenate((vector, _WEIGHTS * np.array((_repeated(text), _data(text)), np.float32)))


def _repeated(text: str) -> float:
    """0..1: the share of its runs of sixteen characters that stood in it before."""
    read = text[:_READ_CHARS]
    count = len(read) - _RUN + 1
    return 1 - len({read[at : at + _RUN] for at in range(count)}) / count if count > 0 else 0.0


def _data(text: str) -> float:
    """0..1: the share of brackets, quotation marks and the like, of which prose has hardly any."""
    read = text[:_READ_CHARS]
    return min(1.0, len(_MARKS.findall(read)) / len(read) / _MOST_MARKS) if read else 0.0
