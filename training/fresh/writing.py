"""Digits, letters and rows, drawn by chance from a seed."""

import string
from collections.abc import Iterator, Sequence
from random import Random

import msgspec

ALPHANUMERIC = string.ascii_letters + string.digits


class Piece(msgspec.Struct, frozen=True):
    """A part of a text; `sort` names what it is, empty for plain words."""

    text: str
    sort: str = ""


class Span(msgspec.Struct, frozen=True):
    type: str
    start: int
    end: int
    value: str


class FreshRow(msgspec.Struct, frozen=True, kw_only=True):
    """`split` is dev for what may be looked at, test for what is only measured: their layouts differ, too."""

    id: str
    split: str
    text: str
    kind: str
    label: int
    spans: tuple[Span, ...] = ()


def filled(pattern: str, chance: Random) -> str:
    """`X` becomes a digit, `N` one of 2-9, `A` a capital, `#` a letter or digit; the rest stays."""
    drawn = {"X": string.digits, "N": string.digits[2:], "A": string.ascii_uppercase, "#": ALPHANUMERIC}
    return "".join(chance.choice(drawn[mark]) if mark in drawn else mark for mark in pattern)


def letters(chance: Random, alphabet: str, least: int, most: int = 0) -> str:
    return "".join(chance.choices(alphabet, k=chance.randint(least, most or least)))


def joined(pieces: Sequence[Piece]) -> tuple[str, tuple[Span, ...]]:
    """The text, and where in it the pieces with a sort stand."""
    text, spans = "", []
    for piece in pieces:
        if piece.sort:
            spans.append(Span(piece.sort, len(text), len(text) + len(piece.text), piece.text))
        text += piece.text
    return text, tuple(spans)


def split_of(layout: int) -> str:
    return "test" if layout % 2 else "dev"


def cycled(chance: Random, choices: Sequence[str], count: int) -> Iterator[str]:
    """Each as often as the others, in any order."""
    whole = [choices[number % len(choices)] for number in range(count)]
    chance.shuffle(whole)
    yield from whole
