"""A text completion with words of our own, whole or as a stream: nothing is translated into completions.

https://platform.openai.com/docs/api-reference/completions/object
"""

import msgspec

from leadline.translation.chat_answering import finish_of, usage_of
from leadline.translation.neutral import Delta, Reply, Telling, Text
from leadline.vocabulary import Answer

Json = dict[str, object]


def write_reply(reply: Reply, answer: Answer, telling: Telling) -> bytes:
    text = "".join(part.text for part in reply.parts if isinstance(part, Text))
    body = _body(telling, _choice(text, finish_of(answer)))
    if answer.usage is not None:
        body["usage"] = usage_of(answer.usage)
    return msgspec.json.encode(body)


class CompletionsSink:
    """Pieces of text, the finish reason, usage if asked for, and `[DONE]`."""

    sdks_raise = True

    def __init__(self, telling: Telling) -> None:
        self._telling = telling

    def closing(self, event: bytes) -> bytes:
        return event

    def begin(self, given_id: str, model: str) -> bytes:  # noqa: ARG002 - the Protocol's shape
        return b""

    def write(self, delta: Delta) -> bytes:
        return self._event([_choice(delta.text, None)]) if isinstance(delta, Text) else b""

    def end(self, answer: Answer) -> bytes:
        events = self._event([_choice("", finish_of(answer))])
        if self._telling.usage_wanted and answer.usage is not None:
            events += self._event([], usage=usage_of(answer.usage))
        return events + b"data: [DONE]\n\n"

    def _event(self, choices: list[Json], **more: object) -> bytes:
        return b"data: " + msgspec.json.encode({**_body(self._telling, *choices), **more}) + b"\n\n"


def _body(telling: Telling, *choices: Json) -> Json:
    return {
        "id": telling.id,
        "object": "text_completion",
        "created": int(telling.created_at),
        "model": telling.model,
        "choices": list(choices),
    }


def _choice(text: str, finish: str | None) -> Json:
    return {"index": 0, "text": text, "logprobs": None, "finish_reason": finish}
