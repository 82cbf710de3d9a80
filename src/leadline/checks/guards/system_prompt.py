"""The system prompt, where it does not belong: marks planted in it, and long pieces word for word."""

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar

import msgspec

from leadline.checks.bounds import AtLeastZero
from leadline.checks.guards import CostClass, Guard
from leadline.checks.guards._shared_runs import Original, original, pieces
from leadline.vocabulary import FailureKind, Finding, Place

_CANARY, _VERBATIM, _OWN = "canary", "verbatim", "own_prompt"
_LONGEST_WORD = 32
_SURE = 3.0
_WIDEST_SPACING = 3
"""Characters between two letters of a mark that somebody asked to be spelt."""


class SystemPrompt(msgspec.Struct, frozen=True, forbid_unknown_fields=True, dict=True):
    """Finds the marks that were planted in system prompts (`canaries`: random words that stand nowhere else,
    `label` canary; in any case, backwards, and with up to three blanks or marks between letters), pieces
    of `prompts` (`label` verbatim) and pieces of the system prompt that came with the request itself (`label`
    own_prompt): at least `least_words` words in order, in any case and punctuation, of which up to three
    in a row may be changed, left out or put in. A finding spans what was given away. The `score` of marks and
    of `prompts` is 1; of the request's own prompt one half at `least_words`, 1 at three times as many.

    What stands in quotation marks in the request's own prompt is meant to be said, and a prompt of fewer
    than six words is no secret; of one that is shorter than `least_words` all has to be given away.

    Blind spots: a prompt told in other words, translated, encoded beyond base64 and hex, or in pieces of
    fewer words. Documents that are put into the system prompt and quoted from there look like a leak: hand
    them over as messages or tool results, turn `own_prompt` off, or ask for a higher `threshold`. A text
    that is checked without a call has no system prompt.

    Cost: 0.2 ms for 1 KB, and as much for 1 KB of the system prompt at each look.

    Attributes:
        canaries: marks of at least 8 characters.
        prompts: system prompts to protect, whoever asks.
        own_prompt: false leaves the request's own system prompt out.
        least_words: a piece of so many words of a prompt counts.
    """

    cost_class: ClassVar[CostClass] = CostClass.SLOW
    places: ClassVar[frozenset[Place]] = frozenset({Place.OUTPUT, Place.TOOL_ARGUMENTS})

    canaries: tuple[str, ...] = ()
    prompts: tuple[str, ...] = ()
    own_prompt: bool = True
    least_words: AtLeastZero = 12

    def __post_init__(self) -> None:
        short = next((one for one in self.canaries if len(one) < 8), None)
        if short is not None:
            raise ValueError(f"the canary {short[:2]!r}... is too short: it needs 8 characters")
        if self.least_words < 1:
            raise ValueError("least_words must be 1 or more")
        self.__dict__["_planted"] = [_spelt(way) for one in self.canaries for way in (one, one[::-1])]
        self.__dict__["_known"] = self._originals(self.prompts, but_what_is_to_be_said=False)

    @property
    def reach(self) -> int | None:
        longest = max(map(len, self.canaries), default=0) * (1 + _WIDEST_SPACING)
        return max(longest, self.least_words * _LONGEST_WORD if self.prompts or self.own_prompt else 0)

    @property
    def labels(self) -> frozenset[str]:
        return frozenset({"canary", "verbatim", "own_prompt"})

    @property
    def unavailable(self) -> str:
        if self.canaries or self.prompts or self.own_prompt:
            return ""
        return "it has neither `canaries` nor `prompts` to protect, and `own_prompt` is off."

    def knowing(self, system_prompt: Sequence[str]) -> "KnowingSystemPrompt":
        """The same guard for one request, with its system prompt."""
        own = self._originals(system_prompt, but_what_is_to_be_said=True) if self.own_prompt else ()
        return KnowingSystemPrompt(self, own)

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:  # noqa: ARG002 - the Protocol's shape
        known: tuple[Original, ...] = self.__dict__["_known"]
        found = [_finding(_VERBATIM, one.start, one.end) for one in pieces(text, known)]
        return (*self._marks(text), *found)

    def score(self, words: float) -> float:
        """Of a piece of the request's own prompt, 0.5..1."""
        past = (words / self.least_words - 1) / (_SURE - 1)
        return 0.5 + 0.5 * max(0.0, min(1.0, past))

    def _originals(self, prompts: Sequence[str], *, but_what_is_to_be_said: bool) -> tuple[Original, ...]:
        found = [
            original(one, self.least_words, but_what_is_to_be_said=but_what_is_to_be_said) for one in prompts
        ]
        return tuple([one for one in found if one is not None])

    def _marks(self, text: str) -> Iterator[Finding]:
        for mark in self.__dict__["_planted"]:
            for found in mark.finditer(text):
                yield _finding(_CANARY, *found.span())


class KnowingSystemPrompt(msgspec.Struct, frozen=True):
    guard: SystemPrompt
    own: tuple[Original, ...]

    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:
        found = [
            _finding(_OWN, piece.start, piece.end, self.guard.score(piece.words))
            for piece in pieces(text, self.own)
        ]
        return (*self.guard.scan(text, place), *found)


def _spelt(mark: str) -> re.Pattern[str]:
    letters = [re.escape(one) for one in mark if one.isalnum()] or [re.escape(mark)]
    return re.compile(rf"[\W_]{{0,{_WIDEST_SPACING}}}".join(letters), re.IGNORECASE)


def _finding(label: str, start: int, end: int, score: float = 1.0) -> Finding:
    return Finding(FailureKind.SECURITY_DATA_EXTRACTION, label, start, end, score)


PLUG: type[Guard] = SystemPrompt
