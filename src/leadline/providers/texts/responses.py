"""The texts of OpenAI's responses."""

from leadline.providers.texts.spots import Members, Texts, is_no_text, members_of, same_place
from leadline.vocabulary import Place

_BY_ROLE = {
    "system": Place.INPUT_SYSTEM,
    "developer": Place.INPUT_SYSTEM,
    "assistant": Place.INPUT_CONTEXT,
}
"""Whoever else speaks is a user."""
_BY_MEMBER = {
    "instructions": Place.INPUT_SYSTEM,
    "input": Place.INPUT_USER,
    "prompt": Place.INPUT_USER,
    "tools": Place.TOOL_DEFINITION,
    "text": Place.TOOL_DEFINITION,
}
_NO_TEXT = ("include", "conversation", "truncation", "tool_choice", "stream_options")
_SAID = "response.output_text.delta"
_CALL_WORDS = ("call", "arguments", "custom_tool")


def asked(body: object, texts: Texts) -> None:
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name in _NO_TEXT:
            continue
        texts.next_group()
        if isinstance(value, str):
            if not is_no_text(name, value):
                texts.add(_BY_MEMBER.get(name, Place.INPUT_CONTEXT), body, name)
        elif name == "input":
            for item in members_of(value):
                texts.next_group()
                texts.add_below(_place_of(item), item, same_place)
        else:
            place = _BY_MEMBER.get(name, Place.INPUT_CONTEXT)
            texts.add_below(place, value, same_place, free=name == "metadata")


def _place_of(item: Members) -> Place:
    kind = str(item.get("type") or "message")
    if kind == "message":
        return _BY_ROLE.get(str(item.get("role")), Place.INPUT_USER)
    return Place.TOOL_RESULT if kind.endswith("_output") else Place.INPUT_CONTEXT


def answered(body: object, texts: Texts) -> None:
    """Only what the model wrote: a response also repeats the caller's instructions and tools."""
    if not isinstance(body, dict):
        return
    for item in members_of(body.get("output")):
        texts.next_group()
        _item(item, texts)
    if isinstance(body.get("output_text"), str):
        texts.add(Place.OUTPUT, body, "output_text")
    texts.next_group()
    texts.add_below(Place.OUTPUT, body.get("error"), same_place)


def _item(item: Members, texts: Texts) -> None:
    place = Place.TOOL_ARGUMENTS if str(item.get("type", "")).endswith("_call") else Place.OUTPUT
    texts.add_below(place, item, same_place)


def streamed(body: object, texts: Texts) -> None:
    """Deltas grow; most other events repeat whole what has grown, some of them all of the answer."""
    if not isinstance(body, dict):
        return
    kind = str(body.get("type", ""))
    if kind.endswith(".done"):
        texts.ended.append(_channel(body, kind.removesuffix("done") + "delta"))
    calls = any(word in kind for word in _CALL_WORDS)
    for name in list(body):
        texts.next_group()
        value = body[name]
        if name == "response":
            answered(value, texts)
        elif name in ("item", "part") and isinstance(value, dict):
            _item(value, texts)
        elif isinstance(value, str):
            if name in ("delta", "text", "arguments", "refusal", "input", "code", "message"):
                place = Place.TOOL_ARGUMENTS if calls else Place.OUTPUT
                texts.add(place, body, name, _channel(body, kind) if name == "delta" else None)
        elif name not in ("logprobs", "usage"):
            texts.add_below(Place.OUTPUT, value, same_place)


def _channel(event: Members, kind: str) -> tuple[object, ...]:
    """What is said goes on from part to part."""
    if kind == _SAID:
        return (kind,)
    where = ("output_index", "content_index", "summary_index")
    return (kind, *(event.get(name) for name in where))
