"""Take findings out of a text: by a mask, or by a token that is turned back in the same caller's answers."""

import re
from collections.abc import Iterable, Iterator
from typing import Protocol

import msgspec

_NO_NAME = re.compile(r"[^A-Z0-9]+")
LONGEST_TOKEN = 512
"""Characters that a stream has to hold back to see a whole token of what people usually redact."""


class Edit(msgspec.Struct, frozen=True, gc=False, order=True):
    """Put `instead` where `text[start:end]` stands."""

    start: int
    end: int
    instead: str


class TokenMaker(Protocol):
    """The tokens of one caller."""

    def token(self, label: str, text: str) -> str:
        """What stands for `text`; a mask where it is too long for a token."""

    def restored(self, text: str) -> Iterable[Edit]:
        """Edits that turn this caller's tokens back; others, and what only looks like one, stay."""


def mask(label: str) -> str:
    """`[EMAIL]`."""
    return f"[{name_of(label)}]"


def edited(text: str, edits: Iterable[Edit]) -> str:
    return "".join([piece for _, piece in pieces(text, merged(edits))])


def merged(edits: Iterable[Edit]) -> list[Edit]:
    """In order; of those that overlap the first stands for all of what they cover."""
    kept: list[Edit] = []
    for one in sorted(edits, key=lambda edit: (edit.start, -edit.end)):
        if kept and one.start < kept[-1].end:
            last = kept[-1]
            kept[-1] = Edit(last.start, max(last.end, one.end), last.instead)
        else:
            kept.append(one)
    return kept


def pieces(text: str, edits: Iterable[Edit]) -> Iterator[tuple[int, str]]:
    """What is written, each piece with where it stood; `edits` in order and apart."""
    at = 0
    for edit in edits:
        yield at, text[at : edit.start]
        yield edit.start, edit.instead
        at = edit.end
    yield at, text[at:]


def name_of(label: str) -> str:
    """A label as masks and tokens show it."""
    return _NO_NAME.sub("_", label.upper()).strip("_")[:40] or "REDACTED"
