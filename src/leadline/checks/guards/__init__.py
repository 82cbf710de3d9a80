"""Guards say what stands in a text that may have to be stopped; what follows is the policy's word.

To add one, copy `words.py`: fields are settings, the docstring is its reference page, PLUG is last.
"""

from collections.abc import Sequence
from enum import StrEnum
from typing import ClassVar, Protocol, runtime_checkable

from leadline.vocabulary import Finding, Place


class CostClass(StrEnum):
    """`fast` guards take at most 0.2 ms for 1 KB and run in the worker; `slow` ones, and fast ones on long
    texts, run in the check process, which is killed when it takes too long.
    """

    FAST = "fast"
    SLOW = "slow"


class Scans(Protocol):
    def scan(self, text: str, place: Place) -> tuple[Finding, ...]:
        """Everything it finds, in any order. Pure, linear in the text, and never raises on any text.

        The caller reads the whole text, and gives the same guard what hides in it too: base64, escapes and
        letters that only look alike are undone before, so a guard need not do so.
        """


class Guard(Scans, Protocol):
    """Its fields are its settings. Built once per process, where it may compile and read what it ships with;
    a guard that needs a model builds in the check process only.
    """

    cost_class: ClassVar[CostClass]
    places: ClassVar[frozenset[Place]]
    """Where it makes sense; a policy that names another place is refused."""

    @property
    def reach(self) -> int | None:
        """The most characters that it has to see together to notice something: a stream that lets go of text
        keeps as many back. None = it judges texts as a whole, so it holds on streams that are held until
        their end.
        """

    @property
    def labels(self) -> frozenset[str]:
        """All that its findings may be called; a policy's rule that names another is refused."""

    @property
    def unavailable(self) -> str:
        """Why it cannot work as it is set up, as a sentence; empty = it can."""


@runtime_checkable
class ToldTheSystemPrompt(Protocol):
    """A guard of answers that compares them with the system prompt of their request."""

    def knowing(self, system_prompt: Sequence[str]) -> Scans:
        """What looks at the texts of one request. `system_prompt`: its texts with Place.INPUT_SYSTEM."""


@runtime_checkable
class NeedsLoading(Protocol):
    """A guard with a model that takes a while to read: the check process does so before its first text."""

    def load(self) -> None:
        """Raises ValueError where it cannot be read, as a sentence."""


EVERYWHERE = frozenset(Place)
