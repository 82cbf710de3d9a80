"""Gemini generateContent as it stands on the wire.

https://ai.google.dev/api/generate-content: events end in CRLF, usage is cumulative, there is no [DONE].
"""

from collections.abc import Sequence

import msgspec

from leadline.simulation.answers import SimulatedAnswer
from leadline.simulation.dialect import Dialect, pieces
from leadline.vocabulary import FinishReason, Question

_FINISH = {FinishReason.STOP: "STOP", FinishReason.LENGTH: "MAX_TOKENS"}


class GeminiDialect:
    content_type = "text/event-stream"

    def whole(self, answer: SimulatedAnswer) -> bytes:
        return msgspec.json.encode(_response(answer, answer.text, _FINISH[answer.finish_reason]))

    def stream(self, answer: SimulatedAnswer, question: Question) -> list[bytes]:
        del question
        parts = list(pieces(answer.text))
        finishes: list[str | None] = [None] * (len(parts) - 1)
        ends = [*finishes, _FINISH[answer.finish_reason]]
        return [
            b"data: " + msgspec.json.encode(_response(answer, part, end)) + b"\r\n\r\n"
            for part, end in zip(parts, ends, strict=True)
        ]

    def failure(self, status: int) -> bytes:
        del status
        message = "The model is overloaded. Please try again later."
        return msgspec.json.encode({"error": {"code": 503, "message": message, "status": "UNAVAILABLE"}})

    def models(self, names: Sequence[str]) -> bytes:
        methods = ["generateContent", "streamGenerateContent"]
        listed = [
            {"name": f"models/{name}", "displayName": name, "supportedGenerationMethods": methods}
            for name in names
        ]
        return msgspec.json.encode({"models": listed})


def _response(answer: SimulatedAnswer, text: str, finish: str | None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"parts": [{"text": text}], "role": "model"}, "index": 0}
    if finish is not None:
        candidate["finishReason"] = finish
    usage: dict[str, object] = {
        "promptTokenCount": answer.input_tokens,
        "totalTokenCount": answer.input_tokens,
    }
    if finish is not None:
        usage["candidatesTokenCount"] = answer.output_tokens
        usage["totalTokenCount"] = answer.input_tokens + answer.output_tokens
    return {
        "candidates": [candidate],
        "usageMetadata": usage,
        "modelVersion": answer.model,
        "responseId": answer.answer_id,
    }


DIALECT: Dialect = GeminiDialect()
