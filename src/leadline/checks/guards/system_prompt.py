"""The system prompt, where it does not belong: marks planted in it, and long pieces word for word."""

import re
from collections.abc import Iterator
from typing import ClassVar

import msgspec

from leadline.checks.guards import CostClass, Guard
from leadline.vocabulary import FailureKind, Finding, Place

_WORD = re.compile(r"[^\W_]+")
_CANARY = "canary"
_LONGEST_WORD = 32


class SystemPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds the marks that were planted in system prompts (`canaries`: random words that stand nowhere else,
    `label` canary) and pieces of `prompts` of at least `least_words` words in their order, in any case and
    punctuation (`label` verbatim). A finding spans what was given away, and is sure: its `score` is 1.

    Blind spots: a prompt told in other words, translated, encoded beyond base64 and hex, or in pieces of
    fewer words; words that prompt and answer quote from the same source are found too.

    Cost: 0.2 ms for 1 KB.

    Attributes:
        canaries: marks of at least 8 characters.
        prompts: system prompts to protect.
        least_words: a run of so many words of a prompt counts.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset({Place.OUTPUT, Place.TOOL_ARGUMENTS})

    canaries: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    least_words: int = 12

    def __post_init__(self) -> None:
        short = next((one for one in self.canaries if len(one) < 8), None)
        if short is not None:
            raise ValueError(f"the canary {short[:2]!r}... is too short: it needs 8 characters")
        if self.least_words < 1:
            raise ValueError("least_words must be 1 or more")
        runs = {run for prompt in self.prompts for run, _, _ in self._runs(prompt)}
        self.__dict__["_known"] = frozenset(runs)

    @property
    def reach(self) -> int | None:
        longest = max(map(len, self.canaries), default=0)
        return max(longest, self.least_words * _LONGEST_WORD if self.prompts else 0)

    @property
    def unavailable(self) -> str:
        return "" if self.canaries or self.prompts else "it has neither `canaries` nor `prompts` to protect."

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        return (*self._marks(text), *self._pieces(text))

    def _marks(self, text: str) -> Iterator[Finding]:
        for mark in self.canaries:
            at = text.find(mark)
            while at >= 0:
                yield _finding(_CANARY, at, at + len(mark))
                at = text.find(mark, at + len(mark))

    def _pieces(self, text: str) -> Iterator[Finding]:
        """Runs that overlap are one piece."""
        if not self.prompts:
            return
        known: frozenset[tuple[str, ...]] = self.__dict__["_known"]
        since, until = 0, 0
        for run, start, end in self._runs(text):
            if run not in known:
                continue
            if until and start > until:
                yield _finding("verbatim", since, until)
                until = 0
            since, until = since if until else start, end
        if until:
            yield _finding("verbatim", since, until)

    def _runs(self, text: str) -> Iterator[tuple[tuple[str, ...], int, int]]:
        words = list(_WORD.finditer(text))
        said = [word.group().casefold() for word in words]
        for at in range(len(words) - self.least_words + 1):
            last = at + self.least_words
            yield tuple(said[at:last]), words[at].start(), words[last - 1].end()


def _finding(label: str, start: int, end: int) -> Finding:
    return Finding(FailureKind.SECURITY_DATA_EXTRACTION, label, start, end)


PLUG: type[Guard] = SystemPrompt
