"""The texts of OpenAI's chat, completions and embeddings."""

from typing import Any

from leadline.providers.texts.spots import Members, Texts, is_no_text, members_of, same_place
from leadline.vocabulary import Place

_BY_ROLE = {
    "system": Place.INPUT_SYSTEM,
    "developer": Place.INPUT_SYSTEM,
    "assistant": Place.INPUT_CONTEXT,
    "tool": Place.TOOL_RESULT,
    "function": Place.TOOL_RESULT,
}
"""Whoever else speaks is a user: hosts take roles in other cases, and some any."""
_BY_MEMBER = {
    "prompt": Place.INPUT_USER,
    "suffix": Place.INPUT_USER,
    "input": Place.INPUT_USER,
    "tools": Place.TOOL_DEFINITION,
    "functions": Place.TOOL_DEFINITION,
    "response_format": Place.TOOL_DEFINITION,
}
_CALLS = ("tool_calls", "function_call")
_NO_TEXT = frozenset({"stop", "encoding_format", "reasoning_effort", "tool_choice", "verbosity"})
_MESSAGES = "messages"
_THOUGHTS = ("reasoning_content", "reasoning", "reasoning_details")
_FACTS = frozenset({"choices", "usage", "prompt_filter_results", "x_groq"})
"""Of an answer; what else stands beside its choices is shown to people, such as a search's sources."""


def asked(body: object, texts: Texts) -> None:
    if not isinstance(body, dict):
        return
    for name, value in body.items():
        if name.casefold() == _MESSAGES:  # hosts written in Go take it in any case
            _messages(value, texts)
            continue
        if name in _NO_TEXT:
            continue
        texts.next_group()
        if isinstance(value, str):
            if not is_no_text(name, value):
                texts.add(_BY_MEMBER.get(name, Place.INPUT_CONTEXT), body, name)
        elif name in ("prompt", "input") and _is_tokens(value):
            texts.unread.append("tokens")
        else:
            place = _BY_MEMBER.get(name, Place.INPUT_CONTEXT)
            texts.add_below(place, value, same_place, free=name == "metadata")


def _messages(value: object, texts: Texts) -> None:
    for message in members_of(value):
        texts.next_group()
        place = _BY_ROLE.get(str(message.get("role")), Place.INPUT_USER)
        texts.add_below(place, message, same_place)


def answered(body: object, texts: Texts) -> None:
    for choice in _choices(body):
        texts.next_group()
        if isinstance(choice.get("message"), dict):
            _message(choice["message"], texts)
        if "text" in choice:
            texts.add(Place.OUTPUT, choice, "text")
    _beside(body, texts)


def streamed(body: object, texts: Texts) -> None:
    for choice in _choices(body):
        texts.next_group()
        at = choice.get("index") or 0
        if isinstance(choice.get("delta"), dict):
            _delta(choice["delta"], at, texts)
        if isinstance(choice.get("message"), dict):
            _message(choice["message"], texts)
        if "text" in choice:
            texts.add(Place.OUTPUT, choice, "text", (at, "text"))
        if choice.get("finish_reason"):
            texts.ended.append((at,))
    _beside(body, texts)


def _beside(body: object, texts: Texts) -> None:
    for name, value in body.items() if isinstance(body, dict) else ():
        if name not in _FACTS and isinstance(value, dict | list):
            texts.next_group()
            texts.add_below(Place.OUTPUT, value, same_place)


def _choices(body: object) -> list[Members]:
    return list(members_of(body.get("choices"))) if isinstance(body, dict) else []


def _message(message: Members, texts: Texts) -> None:
    for name, value in message.items():
        place = Place.TOOL_ARGUMENTS if name in _CALLS else Place.OUTPUT
        texts.next_group()
        if isinstance(value, str):
            if name != "role":
                texts.add(place, message, name)
        else:
            texts.add_below(place, value, same_place)


def _delta(delta: Members, at: int, texts: Texts) -> None:
    """Each member grows by itself; of calls each one does. Hosts without an index send calls whole. What is
    said follows what was thought.
    """
    if delta.get("content") or delta.get("tool_calls"):
        texts.ended += [(at, name) for name in _THOUGHTS]
    for name, value in delta.items():
        if name == "tool_calls":
            for call in members_of(value):
                _call(call, (at, name, call.get("index")), texts)
        elif name == "function_call" and isinstance(value, dict):
            _call({"function": value}, (at, name, 0), texts)
        elif isinstance(value, str):
            if name != "role":
                texts.add(Place.OUTPUT, delta, name, (at, name))
        elif name == "content":
            for part in members_of(value):
                _part(part, (at, name), texts)
        else:
            texts.add_below(Place.OUTPUT, value, same_place, channel=(at, name))


def _part(part: Members, channel: tuple[Any, ...], texts: Texts) -> None:
    if isinstance(part.get("text"), str):
        texts.add(Place.OUTPUT, part, "text", channel)
    else:
        texts.add_below(Place.OUTPUT, part, same_place, channel=(*channel, part.get("type")))


def _call(call: Members, channel: tuple[Any, ...], texts: Texts) -> None:
    for kind in ("function", "custom"):
        called = call.get(kind)
        if not isinstance(called, dict):
            continue
        for name, value in called.items():
            if isinstance(value, str):
                whole = channel[-1] is None
                texts.add(Place.TOOL_ARGUMENTS, called, name, None if whole else (*channel, name))
            else:
                texts.add_json(Place.TOOL_ARGUMENTS, called, name)


def _is_tokens(value: object) -> bool:
    if not isinstance(value, list) or not value:
        return False
    first = value[0]
    return isinstance(first, int) or (isinstance(first, list) and bool(first) and isinstance(first[0], int))
