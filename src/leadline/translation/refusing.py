"""What a client is given in place of tool calls that policy denies: an answer of its protocol that says so.

Whole, or from the middle of a stream: what the client has of it stays, the calls have been held back, and
the refusal takes their place. How it ends tells programs, the words tell people.
"""

import re
from collections.abc import Callable, Iterator, Mapping

import msgspec

from leadline.providers._sse import EventSplitter, data_of
from leadline.translation.chat_streaming import ChatSink
from leadline.translation.codecs import CODECS
from leadline.translation.generate_streaming import GenerateSink
from leadline.translation.messages_streaming import MessagesSink
from leadline.translation.neutral import Reply, Telling, Text
from leadline.vocabulary import Answer, FinishReason, WireProtocol

Json = dict[str, object]
REFUSED = "tool_policy"
"""What the refused answer ended as, in the records."""
_BEGAN = re.compile(rb"(?m)^event: ?(?:content_block_start|response\.output_item\.added)")
_ENDED = re.compile(rb"(?m)^event: ?content_block_stop")
_KEPT = ("message", "reasoning")
"""Items of a response that call nothing."""


class Progress:
    """How far a stream has got that the client has: blocks or items begun and, at Anthropic's, ended."""

    __slots__ = ("began", "ended")

    def __init__(self) -> None:
        self.began = 0
        self.ended = 0

    def add(self, passed: bytes) -> None:
        """Whole events."""
        self.began += len(_BEGAN.findall(passed))
        self.ended += len(_ENDED.findall(passed))


def refused(answer: Answer, words: str) -> Answer:
    """The facts of the answer that the client is given: no call, the refusal, and what it all cost."""
    text = f"{answer.text}\n\n{words}" if answer.text else words
    return msgspec.structs.replace(
        answer,
        text=text,
        text_chars=answer.text_chars + len(words),
        tool_calls=(),
        finish_reason=FinishReason.FILTERED,
        finish_raw=REFUSED,
    )


def refusal(body: bytes, answer: Answer, words: str, protocol: WireProtocol, telling: Telling) -> bytes:
    """A whole answer. `body` is the one that the client would have had, `answer` its facts."""
    if protocol is WireProtocol.OPENAI_RESPONSES:
        return msgspec.json.encode(_without_calls(msgspec.json.decode(body), _message(words, telling)))
    told = refused(answer, words)
    reply = Reply(id=answer.response_id or "", model=answer.served_model or "", parts=[Text(told.text)])
    return CODECS[protocol].write_reply(reply, told, telling)


class Rest(msgspec.Struct, frozen=True):
    """The rest of a stream that is refused. `progress` is of what the client has; `held` whole events that
    it would have had next.
    """

    progress: Progress
    held: bytes
    answer: Answer
    words: str
    telling: Telling


def refusal_in_stream(rest: Rest, protocol: WireProtocol) -> bytes:
    """The events that end the stream in the client's protocol."""
    return _IN_STREAM[protocol](rest)


def _chat(rest: Rest) -> bytes:
    sink = ChatSink(rest.telling)
    sink.begin(rest.answer.response_id or "", rest.answer.served_model or "")  # the client has had a role
    return sink.write(Text(_apart(rest))) + sink.end(refused(rest.answer, rest.words))


def _generate(rest: Rest) -> bytes:
    sink = GenerateSink(rest.telling)
    sink.begin(rest.answer.response_id or "", rest.answer.served_model or "")
    told = refused(rest.answer, rest.words)
    # of an array the client has had nothing yet
    return sink.write(Text(told.text if rest.telling.in_array else _apart(rest))) + sink.end(told)


def _messages(rest: Rest) -> bytes:
    sink = MessagesSink(rest.telling, blocks=rest.progress.began)
    is_open = rest.progress.began > rest.progress.ended
    return sink.go_on(is_open=is_open, words=rest.words) + sink.end(refused(rest.answer, rest.words))


def _responses(rest: Rest) -> bytes:
    events = list(_events(rest.held))
    number = next((one["sequence_number"] for one in events if "sequence_number" in one), 0)
    at, item = rest.progress.began, _message(rest.words, rest.telling)
    last = next((one["response"] for one in reversed(events) if "response" in one), {})
    response = _without_calls(last if isinstance(last, dict) else {}, item)
    told: list[Json] = [
        {"type": "response.output_item.added", "output_index": at, "item": item},
        {"type": "response.output_item.done", "output_index": at, "item": item},
        {"type": "response.completed", "response": response},
    ]
    first = number if isinstance(number, int) else 0
    return b"".join(_event(event | {"sequence_number": first + place}) for place, event in enumerate(told))


_IN_STREAM: Mapping[WireProtocol, Callable[[Rest], bytes]] = {
    WireProtocol.OPENAI_CHAT: _chat,
    WireProtocol.ANTHROPIC_MESSAGES: _messages,
    WireProtocol.GEMINI_GENERATE: _generate,
    WireProtocol.OPENAI_RESPONSES: _responses,
}


def _apart(rest: Rest) -> str:
    return f"\n\n{rest.words}" if rest.answer.text else rest.words


def _message(words: str, telling: Telling) -> Json:
    """OpenAI's clients look for a refusal here."""
    return {
        "id": f"msg_{telling.id}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [{"type": "refusal", "refusal": words}],
    }


def _without_calls(response: Json, item: Json) -> Json:
    output = response.get("output")
    kept = [one for one in output if one.get("type") in _KEPT] if isinstance(output, list) else []
    return response | {"output": [*kept, item]}


def _events(held: bytes) -> Iterator[Json]:
    for event in EventSplitter().feed(held):
        data = data_of(event)
        if data is not None and data.lstrip().startswith(b"{"):
            yield msgspec.json.decode(data)


def _event(members: Json) -> bytes:
    kind = str(members["type"]).encode()
    return b"event: " + kind + b"\ndata: " + msgspec.json.encode(members) + b"\n\n"
