"""Words and phrases that a text must not hold."""

import re
import unicodedata
from collections.abc import Iterator
from typing import ClassVar

import msgspec

from leadline.checks.guards import EVERYWHERE, CostClass, Guard
from leadline.vocabulary import FailureKind, Finding, Place

_WORD = re.compile(r"[^\W_]+")
_LONGEST_GAP = 8
"""Characters between two words of a phrase: blanks, hyphens, a line's end."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds each of a list of words and phrases, in any case and with any blanks or marks between the words
    of a phrase; letters may wear marks that the list does not have (nïghtjar for nightjar). Findings are
    sure: their `score` is 1.

    Blind spots: other forms of a word (list them), words written with blanks between their letters.

    Cost: 0.1 ms for 1 KB, whatever the length of the list.

    Attributes:
        words: what must not be said.
        label: what findings are called.
        kind: the failure kind of a finding.
        whole_words: false also finds them inside of longer words, and in languages without blanks.
    """

    cost_class: ClassVar[CostClass] = CostClass.FAST
    places: ClassVar[frozenset[Place]] = EVERYWHERE

    words: tuple[str, ...]
    label: str = "word"
    kind: FailureKind = FailureKind.SECURITY_JAILBREAK
    whole_words: bool = True

    def __post_init__(self) -> None:
        phrases: dict[str, list[tuple[str, ...]]] = {}
        for entry in self.words:
            parts = tuple(_WORD.findall(unicodedata.normalize("NFC", entry.casefold())))
            if not parts:
                raise ValueError(f"the entry {entry!r} holds no letter or digit")
            phrases.setdefault(parts[0], []).append(parts)
        self.__dict__["_phrases"] = phrases
        inside = "|".join(re.escape(entry) for entry in sorted(self.words, key=len, reverse=True))
        self.__dict__["_inside"] = re.compile(inside or r"(?!)", re.IGNORECASE)

    @property
    def reach(self) -> int | None:
        longest = max((len(entry) for entry in self.words), default=0)
        gaps = max((entry.count(" ") for entry in self.words), default=0)
        return longest + gaps * _LONGEST_GAP + 1

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({self.label})

    @property
    def unavailable(self) -> str:
        return "" if self.words else "its list of words is empty."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        spans = self._whole(text) if self.whole_words else self._within(text)
        return tuple([Finding(self.kind, self.label, start, end) for start, end in spans])

    def _within(self, text: str) -> Iterator[tuple[int, int]]:
        for match in self.__dict__["_inside"].finditer(text):
            yield match.span()

    def _whole(self, text: str) -> Iterator[tuple[int, int]]:
        phrases: dict[str, list[tuple[str, ...]]] = self.__dict__["_phrases"]
        for match in _WORD.finditer(text):
            for form in _forms(match.group()):
                for parts in phrases.get(form, ()):
                    end = _end_of(parts, text, match)
                    if end is not None:
                        yield match.start(), end


def _end_of(parts: tuple[str, ...], text: str, first: re.Match[str]) -> int | None:
    """Where the phrase that may begin at `first` ends; None = it does not stand there."""
    end = first.end()
    for part in parts[1:]:
        found = _WORD.search(text, end, end + _LONGEST_GAP + len(part) + 1)
        if found is None or part not in _forms(found.group()):
            return None
        end = found.end()
    return end


def _forms(word: str) -> tuple[str, ...]:
    """As it stands, and without the marks of its letters."""
    folded = word.casefold()
    if folded.isascii():
        return (folded,)
    bare = "".join([one for one in unicodedata.normalize("NFD", folded) if not unicodedata.combining(one)])
    return (folded,) if bare == folded else (folded, bare)


PLUG: type[Guard] = Words
