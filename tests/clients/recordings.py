"""A recorded exchange as an upstream plays it, and what of it a client and the record should see."""

import json
import random
import re
from itertools import pairwise
from typing import Any

from tests.clients.upstream import Ending, Play
from tests.providers.conftest import Recorded

from leadline.vocabulary import TokenUsage

HOP = {"connection", "keep-alive", "transfer-encoding", "content-length", "content-encoding"}
USAGE = TokenUsage(input_tokens=17, output_tokens=4)
_DONE = b"data: [DONE]"
_BLANK_LINE = re.compile(rb"\r?\n\r?\n")


def asked(name: str, text: str = "Capital of France?", *, stream: bool = False) -> Recorded:
    """A request that nobody recorded, under the name `plain-TYPE`."""
    wire = _PLAIN[name]
    body: dict[str, Any] = {"contents": [{"parts": [{"text": text}]}]}
    if name != "gemini":
        body = {"messages": [{"role": "user", "content": text}], "stream": stream}
        if name == "anthropic":
            body["max_tokens"] = 9
    return Recorded(
        {
            "id": f"plain-{name}",
            "api": wire["api"],
            "provider": name,
            "kind": "ok",
            "facts": {},
            "streaming": stream,
            "request": {"path": wire["path"], "query": {}, "headers": {}, "body": json.dumps(body)},
            "response": {"status": 200, "headers": {}, "body": json.dumps(wire["answer"])},
        }
    )


_TEXT = {"type": "text", "text": "Paris"}
_PLAIN: dict[str, dict[str, Any]] = {
    "openai": {
        "api": "chat.completions",
        "path": "/v1/chat/completions",
        "answer": {
            "id": "c1",
            "model": "m",
            "choices": [
                {"index": 0, "message": {"role": "assistant", "content": "Paris"}, "finish_reason": "stop"}
            ],
        },
    },
    "anthropic": {
        "api": "messages",
        "path": "/v1/messages",
        "answer": {"id": "m1", "model": "m", "type": "message", "role": "assistant", "content": [_TEXT]}
        | {"stop_reason": "end_turn", "usage": {"input_tokens": 9, "output_tokens": 1}},
    },
    "gemini": {
        "api": "generateContent",
        "path": "/v1beta/models/plain-gemini:generateContent",
        "answer": {"candidates": [{"content": {"parts": [{"text": "Paris"}]}, "finishReason": "STOP"}]},
    },
}


def replayable(row: Recorded) -> bool:
    """Whether its SDK can ask it and read the answer.

    Not so where the request was not recorded, where a stream is framed as the SDK never asks for it, and
    where the recorder shortened a signature inside a stream so that the SDK gives up in its midst.
    """
    streamed_gemini = row.row["api"] == "streamGenerateContent"
    unreadable = streamed_gemini and (row.body.startswith(b"[") or b"_TRUNC" in row.body)
    return b'"_note"' not in row.request.body and not unreadable


def play_of(row: Recorded) -> Play:
    """The recorded response, a stream cut at odd places: inside events, line ends and characters."""
    headers = {name: value for name, value in row.reply.headers.items() if name not in HOP}
    return Play(
        status=row.reply.status,
        headers=headers,
        parts=cut(row.body, row.id),
        parts_with_usage=cut(_with_usage(row), row.id) if lacks_usage(row) else (),
        streamed=row.streamed,
    )


def breaks_off(row: Recorded, dice: random.Random, ending: Ending) -> Play:
    """The recorded stream without its end: cut behind one of its events, or somewhere in the next one."""
    end = _last_word(row)
    events = [match.end() for match in _BLANK_LINE.finditer(row.body, 0, end)] or [1]
    at = dice.choice(events) + dice.choice((0, 0, dice.randint(1, 20)))
    return Play(
        headers=play_of(row).headers,
        parts=cut(row.body[: min(at, end)], row.id),
        streamed=True,
        ending=ending,
    )


def half_of(row: Recorded, ending: Ending) -> Play:
    """A whole answer cut in half; with `WHOLE` its length is that of the half, so only the JSON tells."""
    return Play(
        headers=play_of(row).headers,
        parts=(row.body[: len(row.body.rstrip()) // 2],),
        streamed=ending is not Ending.WHOLE,
        ending=ending,
    )


def _last_word(row: Recorded) -> int:
    """Where what makes the answer whole begins: a stream that is cut before it is cut."""
    marker = {
        "messages": b"event: message_stop",
        "chat.completions": b'"finish_reason":"',
    }.get(row.row["api"], b'"finishReason"')
    return row.body.index(marker)


def cut(body: bytes, seed: str) -> tuple[bytes, ...]:
    """Up to eight parts, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311 - chance that repeats
    edges = sorted({0, len(body), *(dice.randint(0, len(body)) for _ in range(7))})
    return tuple(body[start:end] for start, end in pairwise(edges))


def asks_usage(row: Recorded) -> bool:
    return bool((json.loads(row.request.body).get("stream_options") or {}).get("include_usage"))


def lacks_usage(row: Recorded) -> bool:
    """A stream recorded without usage because nobody asked for it, as we do; then the upstream sends it."""
    chat = row.row["api"] == "chat.completions"
    return chat and row.streamed and not asks_usage(row) and not row.facts["usage"] and _DONE in row.body


def due_bytes(row: Recorded) -> bytes:
    """What the client should get: the recorded bytes, but for a chunk of usage that it did not ask for.

    One recorded host sends that chunk unasked; then it cannot be told from the one we asked for.
    """
    if row.row["api"] != "chat.completions" or not row.streamed or asks_usage(row):
        return row.body
    return b"\n\n".join([event for event in row.body.split(b"\n\n") if not _is_usage(event)])


def _is_usage(event: bytes) -> bool:
    if not event.startswith(b"data: {"):
        return False
    chunk = json.loads(event.removeprefix(b"data: "))
    return chunk.get("choices") == [] and bool(chunk.get("usage"))


def _with_usage(row: Recorded) -> bytes:
    """The last chunk but the terminal one, as OpenAI sends it to those who ask."""
    usage = {"prompt_tokens": USAGE.input_tokens, "completion_tokens": USAGE.output_tokens}
    chunk = {"id": row.facts["id"], "object": "chat.completion.chunk", "choices": [], "usage": usage}
    before, _, after = row.body.rpartition(_DONE)
    return before + b"data: " + json.dumps(chunk).encode() + b"\n\n" + _DONE + after
