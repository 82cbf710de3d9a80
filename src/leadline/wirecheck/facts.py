"""Both sides' facts under the same names and in the same units, so that they can be compared."""

from collections.abc import Callable, Mapping
from typing import Any

from leadline.vocabulary import Answer, TokenUsage, UpstreamFailure
from leadline.wirecheck.recorded import ERRORS, Recorded

Values = dict[str, object]
Usage = Mapping[str, Any]

FACTS = (
    *("failure", "finish", "complete", "refusal", "block_reason"),
    *("input_tokens", "cached_read_tokens", "cache_write_tokens", "output_tokens", "reasoning_tokens"),
    *("model", "id", "fingerprint", "tool_calls", "text_chars"),
)
"""In the order in which people read them. `complete` = the terminal marker and a finish reason came."""
_TOKENS = FACTS[5:10]


def ours(outcome: Answer | UpstreamFailure) -> Values:
    """What we read. Of a failure nothing but that it is one."""
    if isinstance(outcome, UpstreamFailure):
        return {"failure": True}
    return {
        "failure": False,
        "finish": outcome.finish_raw,
        "complete": outcome.complete,
        "refusal": outcome.refused,
        "block_reason": outcome.block_reason,
        **_tokens(outcome.usage),
        "model": outcome.served_model,
        "id": outcome.response_id,
        "fingerprint": outcome.fingerprint,
        "tool_calls": len(outcome.tool_calls),
        "text_chars": outcome.text_chars,
    }


def theirs(row: Recorded) -> Values:
    """What was recorded. A fact that the recording does not have is left out."""
    if row.kind in ERRORS:
        return {"failure": True}
    facts = row.facts
    finish = str(facts.finish[0]) if facts.finish else None
    return {
        "failure": False,
        "finish": finish,
        "complete": _ended(row, finish),
        "refusal": facts.refusal,
        "block_reason": facts.block_reason,
        **_tokens(_USAGE[row.api](facts.usage) if facts.usage else None),
        "model": facts.model,
        "id": facts.id,
        "fingerprint": facts.fingerprint,
        "tool_calls": facts.tool_calls,
        "text_chars": facts.text_chars,
    }


def _ended(row: Recorded, finish: str | None) -> bool:
    said = finish is not None or row.facts.block_reason is not None
    return said and row.facts.done_marker is not False


def _tokens(usage: TokenUsage | None) -> Values:
    return {name: None if usage is None else getattr(usage, name) for name in _TOKENS}


def _number(usage: Usage, *path: str) -> int:
    found: Any = usage
    for name in path:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found if isinstance(found, int) else 0


def _of_chat(usage: Usage) -> TokenUsage:
    return TokenUsage(
        input_tokens=_number(usage, "prompt_tokens"),
        output_tokens=_number(usage, "completion_tokens"),
        cached_read_tokens=_number(usage, "prompt_tokens_details", "cached_tokens")
        or _number(usage, "cached_tokens")
        or _number(usage, "prompt_cache_hit_tokens"),
        cache_write_tokens=_number(usage, "prompt_tokens_details", "cache_write_tokens"),
        reasoning_tokens=_number(usage, "completion_tokens_details", "reasoning_tokens"),
    )


def _of_responses(usage: Usage) -> TokenUsage:
    return TokenUsage(
        input_tokens=_number(usage, "input_tokens"),
        output_tokens=_number(usage, "output_tokens"),
        cached_read_tokens=_number(usage, "input_tokens_details", "cached_tokens"),
        cache_write_tokens=_number(usage, "input_tokens_details", "cache_write_tokens"),
        reasoning_tokens=_number(usage, "output_tokens_details", "reasoning_tokens"),
    )


def _of_messages(usage: Usage) -> TokenUsage:
    read, write = (
        _number(usage, "cache_read_input_tokens"),
        _number(usage, "cache_creation_input_tokens"),
    )
    return TokenUsage(
        input_tokens=_number(usage, "input_tokens") + read + write,
        output_tokens=_number(usage, "output_tokens"),
        cached_read_tokens=read,
        cache_write_tokens=write,
        reasoning_tokens=_number(usage, "output_tokens_details", "thinking_tokens"),
    )


def _of_gemini(usage: Usage) -> TokenUsage:
    thoughts = _number(usage, "thoughtsTokenCount")
    return TokenUsage(
        input_tokens=_number(usage, "promptTokenCount") + _number(usage, "toolUsePromptTokenCount"),
        output_tokens=_number(usage, "candidatesTokenCount") + thoughts,
        cached_read_tokens=_number(usage, "cachedContentTokenCount"),
        reasoning_tokens=thoughts,
    )


_USAGE: Mapping[str, Callable[[Usage], TokenUsage]] = {
    "chat.completions": _of_chat,
    "completions": _of_chat,
    "embeddings": _of_chat,
    "responses": _of_responses,
    "messages": _of_messages,
    "messages.count_tokens": _of_messages,
    "generateContent": _of_gemini,
    "streamGenerateContent": _of_gemini,
    "countTokens": _of_gemini,
    "embedContent": _of_gemini,
    "batchEmbedContents": _of_gemini,
}
