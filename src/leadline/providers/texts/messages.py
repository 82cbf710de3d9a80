"""The texts of Anthropic's messages."""

from leadline.providers.texts.spots import Members, Texts, is_no_text, members_of, same_place
from leadline.vocabulary import Place

_BY_MEMBER = {"system": Place.INPUT_SYSTEM, "tools": Place.TOOL_DEFINITION}
_DOCUMENTS = ("document", "search_result")
_SAID = "said"
_CALLS = ("tool_use", "server_tool_use", "mcp_tool_use")


def asked(body: object, texts: Texts) -> None:
    if not isinstance(body, dict):
        return
    for message in members_of(body.get("messages")):
        texts.next_group()
        if message.get("role") == "assistant":
            texts.add_below(Place.INPUT_CONTEXT, message, same_place)
        else:
            texts.add_below(Place.INPUT_USER, message, _of_block)
    for name, value in body.items():
        if name in ("messages", "metadata", "stop_sequences"):
            continue
        texts.next_group()
        place = _BY_MEMBER.get(name, Place.INPUT_CONTEXT)
        if not isinstance(value, str):
            texts.add_below(place, value, same_place)
        elif not is_no_text(name, value):
            texts.add(place, body, name)


def _of_block(members: Members) -> Place | None:
    kind = members.get("type")
    if not isinstance(kind, str):
        return None
    if kind.endswith("tool_result"):
        return Place.TOOL_RESULT
    return Place.INPUT_CONTEXT if kind in _DOCUMENTS else None


def answered(body: object, texts: Texts) -> None:
    """What is said is read as one: an answer with citations goes on in another block within a sentence."""
    blocks = list(members_of(body.get("content"))) if isinstance(body, dict) else []
    texts.next_group()
    for block in blocks:
        if block.get("type") == "text" and "text" in block:
            texts.add(Place.OUTPUT, block, "text")
    for block in blocks:
        texts.next_group()
        if block.get("type") == "text":
            texts.add_below(Place.OUTPUT, _beside_text(block), same_place)
        else:
            _block(block, texts)


def streamed(body: object, texts: Texts) -> None:
    if not isinstance(body, dict):
        return
    kind, at = body.get("type"), body.get("index")
    block, delta, message = body.get("content_block"), body.get("delta"), body.get("message")
    if kind == "content_block_start" and isinstance(block, dict):
        _began(block, at, texts)
    elif kind == "content_block_delta" and isinstance(delta, dict):
        _grew(delta, at, texts)
    elif kind == "content_block_stop":
        texts.ended.append((at,))
    elif kind == "message_delta":
        texts.ended.append((_SAID,))
    elif kind == "error":
        texts.add_below(Place.OUTPUT, body.get("error"), same_place)
    elif kind == "message_start" and isinstance(message, dict):
        answered(message, texts)


def _began(block: Members, at: object, texts: Texts) -> None:
    """A block begins with the first piece of what its deltas go on with; other members stand there whole."""
    if block.get("type") != "text":
        texts.ended.append((_SAID,))
    if block.get("type") in _CALLS:
        _block(block, texts)
        return
    for name in list(block):
        if isinstance(block[name], str) and name in ("text", "thinking"):
            texts.add(Place.OUTPUT, block, name, _channel(at, name))
        elif name not in ("type", "signature", "data"):
            texts.add_below(Place.OUTPUT, {name: block[name]}, same_place)


def _grew(delta: Members, at: object, texts: Texts) -> None:
    for name, value in delta.items():
        if not isinstance(value, str):
            texts.add_below(Place.OUTPUT, value, same_place)
        elif name == "partial_json":
            texts.add(Place.TOOL_ARGUMENTS, delta, name, (at, "input"))
        elif name not in ("type", "signature"):
            texts.add(Place.OUTPUT, delta, name, _channel(at, name))


def _channel(at: object, name: str) -> tuple[object, ...]:
    """What is said goes on from block to block."""
    return (_SAID, name) if name == "text" else (at, name)


def _beside_text(block: Members) -> Members:
    return {name: value for name, value in block.items() if name != "text"}


def _block(block: Members, texts: Texts) -> None:
    if block.get("type") in _CALLS:
        texts.add(Place.TOOL_ARGUMENTS, block, "name") if "name" in block else None
        if "input" in block:
            texts.add_json(Place.TOOL_ARGUMENTS, block, "input")
    elif block.get("type") != "redacted_thinking":
        texts.add_below(Place.OUTPUT, block, same_place)
