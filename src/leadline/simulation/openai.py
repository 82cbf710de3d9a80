"""OpenAI chat completions as they stand on the wire.

https://platform.openai.com/docs/api-reference/chat/object and .../chat/streaming
"""

from collections.abc import Sequence

import msgspec

from leadline.simulation.answers import SimulatedAnswer
from leadline.simulation.dialect import Dialect, pieces
from leadline.vocabulary import FinishReason, Question

_FINISH = {FinishReason.STOP: "stop", FinishReason.LENGTH: "length"}


class OpenAIDialect:
    content_type = "text/event-stream; charset=utf-8"

    def whole(self, answer: SimulatedAnswer) -> bytes:
        message = {"role": "assistant", "content": answer.text, "refusal": None}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": _finish(answer)}
        return msgspec.json.encode(
            {**_head(answer, "chat.completion"), "choices": [choice], "usage": _usage(answer)}
        )

    def stream(self, answer: SimulatedAnswer, question: Question) -> list[bytes]:
        deltas: list[dict[str, object]] = [{"role": "assistant", "content": "", "refusal": None}]
        deltas += [{"content": piece} for piece in pieces(answer.text)]
        events = [_chunk(answer, delta, None) for delta in deltas]
        events.append(_chunk(answer, {}, _finish(answer)))
        if question.wants_stream_usage:
            events.append({**_head(answer, "chat.completion.chunk"), "choices": [], "usage": _usage(answer)})
        lines = [b"data: " + msgspec.json.encode(event) + b"\n\n" for event in events]
        return [*lines, b"data: [DONE]\n\n"]

    def failure(self, status: int) -> bytes:
        overloaded = status == 529
        error = {
            "message": "The model is overloaded." if overloaded else "The server had an error.",
            "type": "service_unavailable_error" if overloaded else "server_error",
            "param": None,
            "code": "server_is_overloaded" if overloaded else None,
        }
        return msgspec.json.encode({"error": error})

    def models(self, names: Sequence[str]) -> bytes:
        listed = [{"id": name, "object": "model", "created": 0, "owned_by": "simulated"} for name in names]
        return msgspec.json.encode({"object": "list", "data": listed})


def _head(answer: SimulatedAnswer, kind: str) -> dict[str, object]:
    return {
        "id": f"chatcmpl-{answer.answer_id}",
        "object": kind,
        "created": answer.created,
        "model": answer.model,
        "service_tier": "default",
    }


def _chunk(answer: SimulatedAnswer, delta: dict[str, object], finish: str | None) -> dict[str, object]:
    choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
    return {**_head(answer, "chat.completion.chunk"), "choices": [choice]}


def _finish(answer: SimulatedAnswer) -> str:
    return _FINISH[answer.finish_reason]


def _usage(answer: SimulatedAnswer) -> dict[str, object]:
    return {
        "prompt_tokens": answer.input_tokens,
        "completion_tokens": answer.output_tokens,
        "total_tokens": answer.input_tokens + answer.output_tokens,
        "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
    }


DIALECT: Dialect = OpenAIDialect()
