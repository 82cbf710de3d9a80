"""What a guard found in one text, and where texts stand in a call."""

from enum import StrEnum

import msgspec

from leadline.vocabulary.taxonomy import FailureKind


class Place(StrEnum):
    """Where a text stands in a call. All but `output` and `tool_arguments` are part of the request."""

    INPUT_USER = "input_user"
    """What people wrote: every user message, not only the last one."""
    INPUT_SYSTEM = "input_system"
    INPUT_CONTEXT = "input_context"
    """Retrieved documents and earlier answers that the caller sends along."""
    TOOL_DEFINITION = "tool_definition"
    """Names and descriptions of the tools that the model may call."""
    TOOL_RESULT = "tool_result"
    """What a tool gave back, in the request."""
    OUTPUT = "output"
    """What the model says: every choice, its refusals and what it shows of its thoughts."""
    TOOL_ARGUMENTS = "tool_arguments"
    """What the model wants to call tools with: names and arguments of calls in an answer."""

    @property
    def asked(self) -> bool:
        """Whether the text is on its way to a model."""
        return self not in (Place.OUTPUT, Place.TOOL_ARGUMENTS)


class Finding(msgspec.Struct, frozen=True, gc=False):
    """`text[start:end]` is what was found; the whole text when a guard judges it as one.

    `label` is what it is in the guard's own words (`email`, `image`, `override`), never content. `score` is
    0..1: how sure the guard is; a rule of a policy acts from its `threshold` on.
    """

    kind: FailureKind
    label: str
    start: int
    end: int
    score: float = 1.0
