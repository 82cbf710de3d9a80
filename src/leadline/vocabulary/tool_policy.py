"""Which tools a model may call: Cedar policies as people wrote them, and what the tools take."""

import msgspec

from leadline.vocabulary.exchange import Caller


class PolicyText(msgspec.Struct, frozen=True, kw_only=True):
    """Cedar policies under one name: a file's, or that of a rule activated at run time, `by` whom and why.

    `at` is Unix seconds, 0 for a file's. `text` is Cedar.
    """

    name: str
    text: str
    by: str = ""
    at: float = 0.0
    reason: str = ""


class ToolPolicySettings(msgspec.Struct, frozen=True, kw_only=True):
    """`enforcing` False = decisions are recorded and nothing is refused.

    `tools` are declarations of tools as any protocol has them, as JSON; what they say of a tool goes before
    what a request says of it.
    """

    policies: tuple[PolicyText, ...] = ()
    tools: tuple[bytes, ...] = ()
    enforcing: bool = True


class ToolAsker(msgspec.Struct, frozen=True, kw_only=True):
    """Who would have the tool called. `model` is the alias asked for, `tools_json` the tools of the request,
    `calls` how many calls the answer holds, `now` Unix seconds.
    """

    caller: Caller
    model: str
    now: float
    tools_json: bytes = b""
    calls: int = 1


class ToolDecision(msgspec.Struct, frozen=True, kw_only=True):
    """`policies` are the ids of those that decided; empty = none permits it, or none could be asked.

    `why` is a sentence for operators: it may name arguments, never their values.
    """

    tool: str
    allowed: bool
    policies: tuple[str, ...] = ()
    why: str = ""

    @property
    def decided_by(self) -> str:
        """As the client may be told."""
        return ", ".join(self.policies) or "default-deny"
