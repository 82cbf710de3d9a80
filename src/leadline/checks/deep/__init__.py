"""Checks that may take seconds or a model. They run in the watch, on a copy, never on the hot path.

To add one, copy `faithfulness.py`: fields are settings, the docstring is its reference page, PLUG is last.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import ClassVar, Protocol, runtime_checkable

import msgspec

from leadline.measures.embeddings import Embed
from leadline.vocabulary import Condition, FeedbackNote, Job, Observation, RetrievedChunk, Signal

Found = Signal | Condition | Job
"""A verdict on this answer, how a window of answers stands, or work that a finding asks for."""


class Unavailable(Exception):
    """What a check needs is not there, as a sentence. That is shown and counted, never skipped in silence."""


class DeepExamination(msgspec.Struct, frozen=True, kw_only=True):
    """One user's request as the spool has it. `chunks` were told of later; their text is also part of the
    context. `told_later` = it has been examined before, without them; `figures_later` = so were the figures
    of its retrieval. With `feedback` it is what somebody said of the request, whose text is not at hand any
    more; only a check that `hears_feedback` gets it.
    """

    observation: Observation
    chunks: tuple[RetrievedChunk, ...] = ()
    told_later: bool = False
    figures_later: bool = False
    feedback: FeedbackNote | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the gateway answered to a question of ours, and what that cost."""

    text: str
    cost_usd: float | None = None


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """A question to a model, by the alias of a route. `purpose` says on whose behalf, for its budget."""

    alias: str
    prompt: str
    system: str = ""
    temperature: float = 0.0
    most_tokens: int = 400


Ask = Callable[[Asking], Awaitable[Asked]]
"""Through the gateway, as a judge. Raises Unavailable when there is no answer to be had."""


ReadFile = Callable[[str], str]
"""A file that the settings name, beside the configuration, as text. Raises OSError or UnicodeDecodeError."""


class DeepTools(msgspec.Struct, frozen=True, kw_only=True):
    """What a check may be given. `embed` raises Unavailable where its model is not installed.

    `clock` is Unix seconds.
    """

    embed: Embed
    ask: Ask
    clock: Callable[[], float]
    read_file: ReadFile


class DeepCheck(Protocol):
    """At work in the watch. It may keep what it learns between two calls, which never overlap."""

    async def inspect(self, exam: DeepExamination) -> Sequence[Found]:
        """Empty = nothing to say. May raise: that is counted, and the next answer is given to it as ever."""


@runtime_checkable
class Remembering(Protocol):
    """A deep check whose learning outlasts a restart."""

    def remembered(self) -> bytes:
        """Of a slow check also while it is at work in its own thread."""

    def remember(self, memory: bytes) -> None:
        """Raises ValueError for what another version wrote; it then learns anew."""


@runtime_checkable
class Listening(Protocol):
    """A deep check that is also given what people said of answers."""

    hears_feedback: ClassVar[bool]


@runtime_checkable
class NamesFiles(Protocol):
    """A plug with settings that name files; `leadline check` looks into them."""

    def faults(self, read_file: ReadFile) -> Iterator[tuple[str, str]]:
        """(the setting, what is wrong there and what to do); nothing = it can start by these files."""


class DeepPlug(Protocol):
    """Its fields are its settings. `by_default`: it runs where the configuration names no deep checks.
    `slow`: it waits for others (a model behind the gateway), so it has a queue of its own and lets answers
    go by when that is full.
    """

    by_default: ClassVar[bool]
    slow: ClassVar[bool]

    def start(self, tools: DeepTools) -> DeepCheck:
        """Raises Unavailable, with what to do about it."""
