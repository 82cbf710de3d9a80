"""Anthropic messages as they stand on the wire.

https://platform.claude.com/docs/en/api/messages and .../streaming
"""

from collections.abc import Sequence

import msgspec

from leadline.simulation.answers import SimulatedAnswer
from leadline.simulation.dialect import Dialect, pieces
from leadline.vocabulary import FinishReason, Question

_STOP = {FinishReason.STOP: "end_turn", FinishReason.LENGTH: "max_tokens"}


class AnthropicDialect:
    content_type = "text/event-stream; charset=utf-8"

    def whole(self, answer: SimulatedAnswer) -> bytes:
        content: list[dict[str, object]] = [{"type": "text", "text": answer.text, "citations": None}]
        message = _message(answer, content, _STOP[answer.finish_reason], answer.output_tokens)
        return msgspec.json.encode(message)

    def stream(self, answer: SimulatedAnswer, question: Question) -> list[bytes]:
        del question
        deltas = [
            _event("content_block_delta", index=0, delta={"type": "text_delta", "text": piece})
            for piece in pieces(answer.text)
        ]
        ending = {"stop_reason": _STOP[answer.finish_reason], "stop_sequence": None}
        return [
            _event("message_start", message=_message(answer, [], None, 1)),
            _event("content_block_start", index=0, content_block={"type": "text", "text": ""}),
            _event("ping"),
            *deltas,
            _event("content_block_stop", index=0),
            _event("message_delta", delta=ending, usage=_usage(answer, answer.output_tokens)),
            _event("message_stop"),
        ]

    def failure(self, status: int) -> bytes:
        overloaded = status == 529
        error = {
            "type": "overloaded_error" if overloaded else "api_error",
            "message": "Overloaded" if overloaded else "Internal server error",
        }
        return msgspec.json.encode({"type": "error", "error": error, "request_id": "req_simulated"})

    def models(self, names: Sequence[str]) -> bytes:
        listed = [
            {"type": "model", "id": name, "display_name": name, "created_at": "1970-01-01T00:00:00Z"}
            for name in names
        ]
        ends = {"first_id": names[0] if names else None, "last_id": names[-1] if names else None}
        return msgspec.json.encode({"data": listed, "has_more": False, **ends})


def _message(
    answer: SimulatedAnswer, content: list[dict[str, object]], stop: str | None, output_tokens: int
) -> dict[str, object]:
    return {
        "id": f"msg_{answer.answer_id}",
        "type": "message",
        "role": "assistant",
        "model": answer.model,
        "content": content,
        "stop_reason": stop,
        "stop_sequence": None,
        "usage": _usage(answer, output_tokens),
    }


def _usage(answer: SimulatedAnswer, output_tokens: int) -> dict[str, object]:
    return {
        "input_tokens": answer.input_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": 0,
        "output_tokens": output_tokens,
        "service_tier": "standard",
    }


def _event(kind: str, **fields: object) -> bytes:
    return f"event: {kind}\ndata: ".encode() + msgspec.json.encode({"type": kind, **fields}) + b"\n\n"


DIALECT: Dialect = AnthropicDialect()
