"""The order of a conversation: turns that alternate, calls with ids, results beside their calls."""

import re

import msgspec

from leadline.providers._decoding import Unparsable, decode
from leadline.translation.identity import minted, portable
from leadline.translation.neutral import Part, Schema, Text, ToolResult, ToolUse, Turn, refuse

_object = msgspec.json.Decoder(Schema)
_TOOL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,63}")


def object_of(arguments: str) -> Schema:
    """The arguments of a tool call as an object; models write nothing at all for a call without any.

    Raises Unportable.
    """
    if not arguments.strip():
        return {}
    try:
        return decode(_object, arguments.encode())
    except Unparsable:
        return refuse("the arguments of a tool call are no JSON object")


def in_order(turns: list[Turn]) -> list[Turn]:
    """The turns as every protocol takes them: user first and last, alternating, with results first in
    their turn and each call and result under one id that fits everywhere. Raises Unportable.
    """
    merged: list[Turn] = []
    for turn in turns:
        parts = [part for part in turn.parts if not (isinstance(part, Text) and not part.text.strip())]
        if not parts:
            continue
        if merged and merged[-1].role == turn.role:
            merged[-1].parts += parts
        else:
            merged.append(Turn(turn.role, parts))
    if not merged:
        refuse("the conversation holds no words of the user")
    if merged[0].role != "user":
        refuse("the conversation begins with the assistant")
    if merged[-1].role != "user":
        refuse("the conversation ends with the assistant, whose words the answer would have to go on from")
    return _matched(merged)


def _matched(turns: list[Turn]) -> list[Turn]:
    calls: list[ToolUse] = []
    for at, turn in enumerate(turns):
        if turn.role == "assistant":
            turn.parts = [_named(part, at, n) for n, part in enumerate(turn.parts)]
            calls = [part for part in turn.parts if isinstance(part, ToolUse)]
        else:
            results = [part for part in turn.parts if isinstance(part, ToolResult)]
            if results:
                others = [part for part in turn.parts if not isinstance(part, ToolResult)]
                turn.parts = [*_in_order_of_calls(results, calls), *others]
    return turns


def _named(part: Part, turn: int, at: int) -> Part:
    if not isinstance(part, ToolUse):
        return part
    if not _TOOL_NAME.fullmatch(part.name):
        refuse("the name of a tool has characters that not all protocols take")
    given = portable(part.id) if part.id else minted(turn, at, part.name)
    return ToolUse(given, part.name, part.arguments)


def _in_order_of_calls(results: list[ToolResult], calls: list[ToolUse]) -> list[ToolResult]:
    """Google tells parallel calls of one tool apart by their order alone."""
    waiting = {call.id: call for call in calls}
    found: dict[str, ToolResult] = {}
    for result in results:
        call = waiting.pop(portable(result.id), None) if result.id else _first_of(waiting, result.name)
        if call is None:
            refuse("the result of a tool answers no call of the turn before it")
        found[call.id] = ToolResult(call.id, call.name, result.parts, result.failed)
    return [found[call.id] for call in calls if call.id in found]


def _first_of(waiting: dict[str, ToolUse], name: str) -> ToolUse | None:
    match = next((call.id for call in waiting.values() if call.name == name), None)
    return None if match is None else waiting.pop(match)


def may_be_called(name: str) -> str:
    """A tool's name, if all protocols take it. Raises Unportable."""
    return name if _TOOL_NAME.fullmatch(name) else refuse("a tool's name has characters that not all take")
