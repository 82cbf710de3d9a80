"""The text of an answer and the word it ended with, from what each SDK told, whole or event by event."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any


def _openai_said(told: Iterable[Any]) -> tuple[str, str]:
    choices = [choice for one in told for choice in one.get("choices") or ()]
    texts = [(one.get("message") or one.get("delta") or {}).get("content") or "" for one in choices]
    return "".join(texts), next((one["finish_reason"] for one in choices if one.get("finish_reason")), "none")


def _anthropic_said(told: Iterable[Any]) -> tuple[str, str]:
    text, end = "", "none"
    for one in told:
        text += "".join(block.get("text", "") for block in one.get("content") or ())
        delta = one.get("delta") or {}
        text += delta.get("text") or ""
        end = one.get("stop_reason") or delta.get("stop_reason") or end
    return text, end


def _gemini_said(told: Iterable[Any]) -> tuple[str, str]:
    candidates = [candidate for one in told for candidate in one.get("candidates") or ()]
    parts = [part for one in candidates for part in (one.get("content") or {}).get("parts") or ()]
    ends = [one["finish_reason"] for one in candidates if one.get("finish_reason")]
    return "".join(part.get("text") or "" for part in parts), ends[-1] if ends else "none"


SAID: Mapping[str, Callable[[Iterable[Any]], tuple[str, str]]] = {
    "openai": _openai_said,
    "anthropic": _anthropic_said,
    "gemini": _gemini_said,
}
