"""Who is right where two readings differ, and why: the quirks that providers are known for."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import msgspec

from leadline.wirecheck.recorded import Recorded

_any_json = msgspec.json.Decoder()
OURS = "we"
UNKNOWN = "unknown"


def reason(row: Recorded, fact: str, ours: object, recorded: object) -> tuple[str, str]:
    """Who is right (`we` or `unknown`) and a sentence why."""
    judge = _REASONS.get(fact)
    why = judge(row, ours, recorded) if judge is not None else None
    return (OURS, why) if why else (UNKNOWN, "No known quirk explains it: look at the body.")


def _cached(_: Recorded, ours: object, recorded: object) -> str | None:
    if isinstance(ours, int) and isinstance(recorded, int) and ours < recorded:
        return (
            "The provider reports more cached tokens than its prompt has. A part cannot be more than the "
            "whole, and a price must not go below zero."
        )
    return None


def _output(row: Recorded, ours: object, recorded: object) -> str | None:
    usage = row.facts.usage or {}
    total, given = usage.get("total_tokens"), usage.get("prompt_tokens")
    if isinstance(total, int) and isinstance(given, int) and ours == total - given != recorded:
        return "The total shows that reasoning is counted beside the completion, not in it, and billed too."
    return None


def _calls(row: Recorded, ours: object, recorded: object) -> str | None:
    parts = [
        (choice.get("index"), call.get("index"), call.get("id"))
        for choice in _choices(row)
        for call in _mappings(_mapping(choice.get("delta")).get("tool_calls"))
        if call.get("id")
    ]
    if len(set(parts)) == ours and len(parts) == recorded:
        return "A later chunk repeats a call with the same index and id: that is the same call."
    return None


def _text(row: Recorded, ours: object, recorded: object) -> str | None:
    twice = any(choice.get("message") and choice.get("delta") for choice in _choices(row))
    if twice and isinstance(ours, int) and isinstance(recorded, int) and ours < recorded:
        return "Each chunk carries the text so far in `message` and the new text in `delta`; only one counts."
    return None


def _id(row: Recorded, ours: object, recorded: object) -> str | None:
    if recorded is None and ours is not None and _whole(row).get("id") == ours:
        return "The body names its id, and the recording leaves it out."
    return None


def _status(row: Recorded, ours: object, recorded: object) -> str | None:
    status = _whole(row).get("status")
    if isinstance(status, str) and (ours, recorded) in ((status, None), (True, False)):
        return "The whole body names a status, in a word that the recording does not know: it has ended."
    return None


_REASONS: Mapping[str, Callable[[Recorded, object, object], str | None]] = {
    "cached_read_tokens": _cached,
    "output_tokens": _output,
    "tool_calls": _calls,
    "text_chars": _text,
    "id": _id,
    "finish": _status,
    "complete": _status,
}


def _choices(row: Recorded) -> Iterator[Mapping[str, Any]]:
    """Of a stream of chat completions."""
    for line in row.body.splitlines():
        if line.startswith(b"data:"):
            try:
                chunk = _any_json.decode(line[5:])
            except (ValueError, RecursionError):
                continue
            yield from _mappings(_mapping(chunk).get("choices"))


def _whole(row: Recorded) -> Mapping[str, Any]:
    try:
        return _mapping(_any_json.decode(row.body))
    except (ValueError, RecursionError):
        return {}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _mappings(value: object) -> Iterator[Mapping[str, Any]]:
    for item in value if isinstance(value, list) else ():
        if isinstance(item, Mapping):
            yield item
