"""What the client asked, read once from its body: enough for routing, counting and the checks."""

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """The facts of one request body.

    `context` is everything the model may lean on: all messages but the last user message, and tool results.
    `prompt` is the last user message. `system` is the system or developer text (also part of `context`).
    `schema_json` is the JSON Schema that the caller demands of the answer, as JSON bytes.
    `countable` is False when images, files or built-in tools make our token count meaningless.
    `bound_to` names what the upstream keeps for this conversation (a response id, ...): only it can go on.
    `overhead_tokens` is the protocol's fixed cost per message, known for OpenAI, else 0.
    """

    model: str
    streaming: bool = False
    prompt: str = ""
    context: str = ""
    system: str = ""
    schema_json: bytes | None = None
    json_mode: bool = False
    tool_names: tuple[str, ...] = ()
    tools_json: bytes = b""
    output_limit: int | None = None
    wants_stream_usage: bool = False
    countable: bool = True
    overhead_tokens: int = 0
    user: str = ""
    bound_to: str = ""
