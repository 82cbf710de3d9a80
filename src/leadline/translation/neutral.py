"""A call in no provider's words: what all three protocols can say, and the names of what they cannot.

Readers turn a client's request into `Asked`, writers turn it into an upstream's body. What a reader leaves
unread or a writer cannot say is named in `Losses`; what must not be left out is `Unportable`.
"""

import re
from collections.abc import Mapping
from typing import Literal, NoReturn

import msgspec

Schema = dict[str, object]
"""A JSON Schema, decoded."""
_LONGEST_WORD = 40
_NAME = re.compile(r"[^A-Za-z0-9_.-]")
_LONGEST_NAME, _MOST_NAMES = 64, 32


class Unportable(ValueError):
    """The call cannot go to a target of another protocol; the message says which part of it cannot."""


def refuse(reason: str) -> NoReturn:
    raise Unportable(reason)


def no_word_for(finish_raw: str | None) -> NoReturn:
    said = str(finish_raw)[:_LONGEST_WORD]
    raise Unportable(f"the answer ended as {said!r}, for which the client's protocol has no word")


class Text(msgspec.Struct, frozen=True, gc=False):
    text: str


class Media(msgspec.Struct, frozen=True, gc=False):
    """An image, document or sound: its base64 `data`, or the public `url` it can be fetched from."""

    mime_type: str
    data: str = ""
    url: str = ""
    name: str = ""


class ToolUse(msgspec.Struct, frozen=True, gc=False):
    """`arguments` is a JSON object as text. `id` is "" where the protocol gave none."""

    id: str
    name: str
    arguments: str


class ToolResult(msgspec.Struct, frozen=True):
    id: str
    name: str
    parts: tuple[Text | Media, ...]
    failed: bool = False

    @property
    def text(self) -> str:
        return "\n".join(part.text for part in self.parts if isinstance(part, Text))


Part = Text | Media | ToolUse | ToolResult


class Turn(msgspec.Struct):
    role: Literal["user", "assistant"]
    parts: list[Part]


class Tool(msgspec.Struct, frozen=True):
    """`schema` None = it takes no arguments."""

    name: str
    description: str | None
    schema: Schema | None
    strict: bool = False


class Choice(msgspec.Struct, frozen=True):
    """Which tools the model may or must call. `only` empty = any of them."""

    mode: Literal["auto", "none", "required"] = "auto"
    only: tuple[str, ...] = ()
    parallel: bool = True


class JsonAnswer(msgspec.Struct, frozen=True):
    """The answer has to be JSON; `schema` None = any JSON object."""

    schema: Schema | None
    name: str = "answer"
    strict: bool = False


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """None = the client did not say."""

    temperature: float | None = None
    top_p: float | None = None
    top_k: int | None = None
    seed: int | None = None
    presence_penalty: float | None = None
    frequency_penalty: float | None = None


class Thinking(msgspec.Struct, frozen=True, kw_only=True):
    """How much to think first: a word of `models.EFFORTS`, or a `budget` of tokens."""

    effort: str = ""
    budget: int | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request. `words` are the client's own names for what a writer may have to leave out."""

    system: tuple[str, ...]
    turns: list[Turn]
    words: Mapping[str, str]
    streaming: bool
    tools: tuple[Tool, ...] = ()
    choice: Choice = Choice()
    wanted: JsonAnswer | None = None
    output_limit: int | None = None
    sampling: Sampling = Sampling()
    stop: tuple[str, ...] = ()
    user: str = ""
    thinking: Thinking | None = None


class Losses:
    """The names of what is not carried over, each once, in the client's words."""

    def __init__(self) -> None:
        self._names: dict[str, None] = {}

    def add(self, name: str) -> None:
        self._names[_NAME.sub("?", name[:_LONGEST_NAME])] = None

    @property
    def names(self) -> tuple[str, ...]:
        """At most 32, each of ASCII letters, digits, `_`, `.` and `-`; then `...`."""
        names = tuple(self._names)
        return names if len(names) <= _MOST_NAMES else (*names[:_MOST_NAMES], "...")


class Reply(msgspec.Struct, kw_only=True):
    """The content of a whole answer; how it ended and what it cost stands in the `Answer` beside it."""

    id: str = ""
    model: str = ""
    parts: list[Text | ToolUse] = []


class CallBegan(msgspec.Struct, frozen=True, gc=False):
    """`key` tells the calls of one answer apart."""

    key: int
    id: str
    name: str


class CallGrew(msgspec.Struct, frozen=True, gc=False):
    """`arguments` is the next piece of the JSON text."""

    key: int
    arguments: str


class CallEnded(msgspec.Struct, frozen=True, gc=False):
    key: int


Delta = Text | CallBegan | CallGrew | CallEnded


class Telling(msgspec.Struct, frozen=True, kw_only=True):
    """What an answer needs besides its content. `created_at` is in Unix seconds; `id` and `model` stand in
    for what the upstream did not say; `usage_wanted` and `in_array` are how the client wants its stream.
    """

    id: str
    model: str
    created_at: float
    usage_wanted: bool = True
    in_array: bool = False
