"""An OpenAI chat stream, read into neutral deltas and written from them.

https://platform.openai.com/docs/api-reference/chat/streaming
"""

from collections.abc import Iterator

import msgspec

from leadline.providers._decoding import decode, is_given
from leadline.translation.chat_answering import (
    Call,
    Completion,
    Message,
    arguments_of,
    finish_of,
    name_losses,
    refusal_of,
    usage_of,
    words_of,
)
from leadline.translation.identity import minted, portable
from leadline.translation.neutral import CallBegan, CallGrew, Delta, Losses, Telling, Text
from leadline.vocabulary import Answer

_completion = msgspec.json.Decoder(Completion)
Json = dict[str, object]


class ChatSource:
    """Hosts differ in how they tell calls apart: by index, by id, or each one whole."""

    def __init__(self, losses: Losses) -> None:
        self.id = ""
        self.model = ""
        self.ended = False
        self.broken = False
        self._losses = losses
        self._keys: dict[object, int] = {}

    def read(self, data: bytes) -> Iterator[Delta]:
        """Raises Unparsable."""
        if data.strip() == b"[DONE]":
            self.ended = True
            return
        chunk = decode(_completion, data)
        if is_given(chunk.error):
            self.broken = True
            return
        self.id, self.model = self.id or chunk.id or "", self.model or chunk.model or ""
        for choice in chunk.choices or ():
            message = choice.delta or choice.message
            if message is None:
                continue
            if choice.index:
                self._losses.add("choices")
                continue
            yield from self._message(message)

    def _message(self, message: Message) -> Iterator[Delta]:
        name_losses(message, self._losses)
        if words := words_of(message):
            yield Text(words)
        for call in message.tool_calls or ():
            yield from self._call(call)
        if message.function_call is not None:
            yield from self._call(Call(index=0, function=message.function_call))

    def _call(self, call: Call) -> Iterator[Delta]:
        if call.function is None:
            self._losses.add("tool_calls.custom")
            return
        name = call.function.name or ""
        missing = call.id or len(self._keys) - (not name)
        place = missing if call.index is None else call.index
        if place not in self._keys:
            key = self._keys[place] = len(self._keys)
            yield CallBegan(key, portable(call.id) if call.id else minted(self.id, key, name), name)
        if arguments := arguments_of(call.function):
            yield CallGrew(self._keys[place], arguments)


class ChatSink:
    """Role first, then content and calls by index, the finish reason, usage if asked for, and `[DONE]`."""

    sdks_raise = True

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._id = telling.id
        self._model = telling.model
        self._places: dict[int, int] = {}
        """By key of a call: its index, which SDKs use as the place in a list."""

    def closing(self, event: bytes) -> bytes:
        return event

    def begin(self, given_id: str, model: str) -> bytes:
        self._id, self._model = given_id or self._id, model or self._model
        return self._chunk({"role": "assistant", "content": ""})

    def write(self, delta: Delta) -> bytes:
        match delta:
            case Text(text=text):
                return self._chunk({"content": text})
            case CallBegan(key=key, id=given_id, name=name):
                function = {"name": name, "arguments": ""}
                place = self._places.setdefault(key, len(self._places))
                call = {"index": place, "id": given_id, "type": "function", "function": function}
                return self._chunk({"tool_calls": [call]})
            case CallGrew(key=key, arguments=arguments):
                call = {"index": self._places[key], "function": {"arguments": arguments}}
                return self._chunk({"tool_calls": [call]})
            case _:
                return b""

    def end(self, answer: Answer) -> bytes:
        """Raises Unportable for an end that the protocol has no word for."""
        finish = finish_of(answer)
        refusal = refusal_of(answer)
        events = self._chunk({"refusal": refusal}) if refusal else b""
        events += self._chunk({}, finish)
        if self._telling.usage_wanted and answer.usage is not None:
            events += self._event({"choices": [], "usage": usage_of(answer.usage)})
        return events + b"data: [DONE]\n\n"

    def _chunk(self, delta: Json, finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
        return self._event({"choices": [choice]})

    def _event(self, members: Json) -> bytes:
        envelope: Json = {
            "id": self._id,
            "object": "chat.completion.chunk",
            "created": int(self._telling.created_at),
            "model": self._model,
        }
        return b"data: " + msgspec.json.encode(envelope | members) + b"\n\n"
