"""Rows with keys of 130 kinds, and rows with what only looks like one."""

import re
import string
from collections.abc import Iterator
from random import Random

from training.fresh.secret_kinds import ASSIGNED, HARMLESS, KINDS
from training.fresh.writing import ALPHANUMERIC, FreshRow, Piece, joined, letters

_ALPHABETS = {
    "h": string.digits + "abcdef",
    "H": string.digits + "ABCDEF",
    "w": ALPHANUMERIC,
    "u": ALPHANUMERIC + "_-",
    "l": string.ascii_lowercase + string.digits,
    "U": string.ascii_uppercase + string.digits,
    "B": string.ascii_uppercase + "234567",
    "b": ALPHANUMERIC + "+/",
    "d": string.digits,
    "a": string.ascii_letters,
    "c": string.ascii_lowercase,
}
_FIELD = re.compile(r"\{(\w):(\d+)\}")

AROUND = (
    ("", ""),
    ("Please debug this: ", ""),
    ("Here is my environment:\n", "\nWhy does the deploy fail?"),
    ("2026-03-01T08:15:00Z INFO ", " accepted"),
    ("use (", ") to call the service"),
    ("```\n", "\n```"),
    ('{"message": "', '"}'),
    ("I found ", ", is that bad?"),
)


def rows(seed: int, count: int) -> Iterator[FreshRow]:
    """Half of them hold a secret; each kind comes equally often, and every other kind is for testing."""
    chance = Random(seed)  # noqa: S311 - the same rows from the same seed
    secret = [*KINDS.items(), *ASSIGNED.items()]
    for number in range(count):
        kinds = secret if number % 2 else list(HARMLESS.items())
        place = number // 2 % len(kinds)
        kind, form = kinds[place]
        before, behind = chance.choice(AROUND)
        text, spans = joined(
            (Piece(before), Piece(made(form, chance), "SECRET" if number % 2 else ""), Piece(behind))
        )
        yield FreshRow(
            id=f"fresh-secrets-{seed}-{number}",
            split="test" if place % 2 else "dev",
            text=text,
            kind=kind,
            label=number % 2,
            spans=spans,
        )


def made(form: str, chance: Random) -> str:
    plain = _FIELD.sub(lambda field: letters(chance, _ALPHABETS[field[1]], int(field[2])), form)
    return plain.replace("{{", "{").replace("}}", "}")
