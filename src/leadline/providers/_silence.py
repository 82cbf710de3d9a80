"""Whether a request has room for an empty answer: then silence is the answer, and no fault."""

import msgspec

from leadline.providers._decoding import Unparsable, decode

_RESULTS = ("tool_result", "function_call_output", "custom_tool_call_output")
_NOT_THE_CALLERS = ("tool", "function", "assistant", "model")
Stops = str | list[object] | None


class _Part(msgspec.Struct, rename={"function_response": "functionResponse"}):
    type: str = ""
    function_response: msgspec.Raw = msgspec.Raw()


class _Turn(msgspec.Struct):
    """A message, a content or an item of an input, of any protocol."""

    type: str = ""
    role: str = ""
    content: str | list[_Part] | None = None
    parts: list[_Part] | None = None


class _Generation(msgspec.Struct, rename="camel"):
    stop_sequences: Stops = None


class _Asked(msgspec.Struct, rename={"generation_config": "generationConfig"}):
    stop: Stops = None
    stop_sequences: Stops = None
    generation_config: _Generation | None = None
    messages: list[_Turn] | None = None
    contents: list[_Turn] | None = None
    input: str | list[_Turn] | None = None


_asked = msgspec.json.Decoder(_Asked)


def may_be_silent(body: bytes) -> bool:
    """Where a stop sequence may come first, where the answer goes on from words that were put into the
    model's mouth, and behind a tool's result: there a model ends its turn when nothing is left to say.

    https://platform.claude.com/docs/en/build-with-claude/handling-stop-reasons (empty responses)
    """
    try:
        asked = decode(_asked, body)
    except Unparsable:
        return False
    generation = asked.generation_config
    if asked.stop or asked.stop_sequences or (generation is not None and generation.stop_sequences):
        return True
    turns = asked.messages or asked.contents or asked.input
    last = turns[-1] if isinstance(turns, list) and turns else None
    if last is None:
        return False
    parts = last.content if isinstance(last.content, list) else last.parts or []
    answered = any(part.type in _RESULTS or part.function_response for part in parts)
    return last.role in _NOT_THE_CALLERS or last.type in _RESULTS or answered
