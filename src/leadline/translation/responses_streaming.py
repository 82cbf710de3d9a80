"""An OpenAI responses stream, written from neutral deltas.

https://platform.openai.com/docs/api-reference/responses-streaming
"""

import msgspec

from leadline.translation.neutral import CallBegan, CallEnded, CallGrew, Delta, Telling, Text, ToolUse
from leadline.translation.responses_answering import (
    called,
    ended,
    envelope,
    item_id,
    message,
    refusal,
    said,
)
from leadline.vocabulary import Answer, FinishReason

Json = dict[str, object]


class _Call(msgspec.Struct):
    """A call that may still grow, at its place in the output."""

    at: int
    began: CallBegan
    pieces: list[str]


class ResponsesSink:
    """Each item is added, grows and is done; the whole response comes again at the end."""

    sdks_raise = True

    def __init__(self, telling: Telling) -> None:
        self._telling = telling
        self._response: Json = {}
        self._id = telling.id
        self._number = -1
        self._output: list[Json] = []
        self._words: list[str] | None = None
        """The text of the message that is open, the last item of the output."""
        self._calls: dict[int, _Call] = {}

    def closing(self, event: bytes) -> bytes:
        return event

    def begin(self, given_id: str, model: str) -> bytes:
        self._id = given_id or self._id
        self._response = envelope(self._id, model or self._telling.model, self._telling)
        events = self._event("response.created", response=self._response)
        return events + self._event("response.in_progress", response=self._response)

    def write(self, delta: Delta) -> bytes:
        match delta:
            case Text(text=text):
                return self._text(text)
            case CallBegan(key=key):
                return self._open_call(key, delta)
            case CallGrew(key=key, arguments=arguments):
                call = self._calls[key]
                call.pieces.append(arguments)
                here = {"item_id": item_id(self._id, call.at), "output_index": call.at}
                return self._event("response.function_call_arguments.delta", **here, delta=arguments)
            case CallEnded(key=key):
                return self._close_call(self._calls.pop(key))
        return b""

    def end(self, answer: Answer) -> bytes:
        """Raises Unportable for an end that the protocol has no word for."""
        events = self._close_message()
        for call in self._calls.values():
            events += self._close_call(call)
        self._calls.clear()
        if answer.finish_reason is FinishReason.REFUSAL:
            at = len(self._output)
            item = message(item_id(self._id, at), refusal())
            self._output.append(item)
            events += self._event("response.output_item.added", output_index=at, item=item)
            events += self._event("response.output_item.done", output_index=at, item=item)
        response = ended(self._response, self._output, answer)
        return events + self._event(f"response.{response['status']}", response=response)

    def _text(self, text: str) -> bytes:
        events = b""
        if self._words is None:
            self._words = []
            at, given_id = len(self._output), item_id(self._id, len(self._output))
            item = message(given_id, said("")) | {"status": "in_progress", "content": []}
            self._output.append(item)
            events = self._event("response.output_item.added", output_index=at, item=item)
            events += self._event("response.content_part.added", **self._here(), part=said(""))
        self._words.append(text)
        return events + self._event("response.output_text.delta", **self._here(), delta=text, logprobs=[])

    def _close_message(self) -> bytes:
        if self._words is None:
            return b""
        here, text, self._words = self._here(), "".join(self._words), None
        self._output[-1] = item = message(item_id(self._id, len(self._output) - 1), said(text))
        events = self._event("response.output_text.done", **here, text=text, logprobs=[])
        events += self._event("response.content_part.done", **here, part=said(text))
        return events + self._event(
            "response.output_item.done", output_index=len(self._output) - 1, item=item
        )

    def _here(self) -> Json:
        """The open message, which is the last item."""
        at = len(self._output) - 1
        return {"item_id": item_id(self._id, at), "output_index": at, "content_index": 0}

    def _open_call(self, key: int, began: CallBegan) -> bytes:
        events = self._close_message()
        at = len(self._output)
        self._calls[key] = _Call(at, began, [])
        item = called(item_id(self._id, at), ToolUse(began.id, began.name, ""))
        item |= {"arguments": "", "status": "in_progress"}
        self._output.append(item)
        return events + self._event("response.output_item.added", output_index=at, item=item)

    def _close_call(self, call: _Call) -> bytes:
        given_id, arguments = item_id(self._id, call.at), "".join(call.pieces) or "{}"
        item = called(given_id, ToolUse(call.began.id, call.began.name, arguments))
        self._output[call.at] = item
        done = {"item_id": given_id, "output_index": call.at, "name": call.began.name}
        events = self._event("response.function_call_arguments.done", **done, arguments=arguments)
        return events + self._event("response.output_item.done", output_index=call.at, item=item)

    def _event(self, kind: str, **members: object) -> bytes:
        self._number += 1
        data = msgspec.json.encode({"type": kind, "sequence_number": self._number, **members})
        return b"event: " + kind.encode() + b"\ndata: " + data + b"\n\n"
