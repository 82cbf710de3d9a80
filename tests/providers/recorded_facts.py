"""The recorded facts as an independent parser read them, in our words.

They are an oracle, not the truth. Where we differ, we are right:

- Azure's grok models report more cached prompt tokens than the prompt has (a bug of the provider); we cap
  the cached part at the whole, so that no price goes below zero.
- x998988d67ed10d repeats its one tool call in a second chunk with the same index and id; the oracle counts
  two. It also never says a finish reason, so we call it incomplete although [DONE] came.
- xc2c1307e1ae715 and xdf1ca625085db9 say a status that OpenAI does not have ("complete"): dropped there.
- x24a7588b99724e and xbf1f6b5a278893 are embeddings with an id, which the oracle does not look for.
- x078846800220ff carries the text so far in `message` and the new text in `delta`; the oracle adds both.
"""

from collections.abc import Mapping
from typing import Any

from tests.providers.conftest import Recorded

from leadline.vocabulary import Answer

WE_ARE_RIGHT = {
    ("x998988d67ed10d", "tool_calls"),
    ("x078846800220ff", "text_chars"),
    ("xc2c1307e1ae715", "finish"),
    ("xdf1ca625085db9", "finish"),
    ("x24a7588b99724e", "id"),
    ("xbf1f6b5a278893", "id"),
}
NEVER_FINISHED = {"x998988d67ed10d"}


def _number(usage: Mapping[str, Any], *path: str) -> int:
    found: Any = usage
    for name in path:
        found = (found or {}).get(name)
    return found or 0


def _expected_usage(api: str, usage: Mapping[str, Any] | None) -> tuple[int, ...] | None:
    """Input, output, cached read, cache write, reasoning: by `WIRE.md` 1.2."""
    if not usage:
        return None
    if api == "chat.completions":
        cached = max(
            _number(usage, "prompt_tokens_details", "cached_tokens"),
            _number(usage, "cached_tokens"),
            _number(usage, "prompt_cache_hit_tokens"),
        )
        return (
            _number(usage, "prompt_tokens"),
            _number(usage, "completion_tokens"),
            min(cached, _number(usage, "prompt_tokens")),
            _number(usage, "prompt_tokens_details", "cache_write_tokens"),
            _number(usage, "completion_tokens_details", "reasoning_tokens"),
        )
    if api == "messages":
        read, write = (
            _number(usage, "cache_read_input_tokens"),
            _number(usage, "cache_creation_input_tokens"),
        )
        return (
            _number(usage, "input_tokens") + read + write,
            _number(usage, "output_tokens"),
            read,
            write,
            _number(usage, "output_tokens_details", "thinking_tokens"),
        )
    if api in ("completions", "embeddings"):
        return (_number(usage, "prompt_tokens"), _number(usage, "completion_tokens"), 0, 0, 0)
    if api == "responses":
        return (
            _number(usage, "input_tokens"),
            _number(usage, "output_tokens"),
            _number(usage, "input_tokens_details", "cached_tokens"),
            _number(usage, "input_tokens_details", "cache_write_tokens"),
            _number(usage, "output_tokens_details", "reasoning_tokens"),
        )
    thoughts = _number(usage, "thoughtsTokenCount")
    return (
        _number(usage, "promptTokenCount") + _number(usage, "toolUsePromptTokenCount"),
        _number(usage, "candidatesTokenCount") + thoughts,
        _number(usage, "cachedContentTokenCount"),
        0,
        thoughts,
    )


def read_facts(answer: Answer) -> dict[str, object]:
    """What we read of an answer, under the names of the recorded facts."""
    usage = answer.usage
    return {
        "finish": answer.finish_raw,
        "usage": usage
        and (
            usage.input_tokens,
            usage.output_tokens,
            usage.cached_read_tokens,
            usage.cache_write_tokens,
            usage.reasoning_tokens,
        ),
        "model": answer.served_model,
        "id": answer.response_id,
        "fingerprint": answer.fingerprint,
        "tool_calls": len(answer.tool_calls),
        "refusal": answer.refused,
        "block_reason": answer.block_reason,
        "text_chars": answer.text_chars,
    }


def recorded_facts(row: Recorded) -> dict[str, object]:
    """The recorded ones of the same names."""
    facts = row.facts
    return {
        **{name: facts[name] for name in read_facts(Answer()) if name in facts},
        "finish": str(facts["finish"][0]) if facts["finish"] else None,
        "usage": _expected_usage(row.row["api"], facts["usage"]),
    }


def differences(answer: Answer, row: Recorded) -> dict[str, tuple[object, object]]:
    """Ours and theirs, by name, where they differ and we are not known to be right."""
    mine, theirs = read_facts(answer), recorded_facts(row)
    return {
        name: (mine[name], theirs[name])
        for name in mine
        if mine[name] != theirs[name] and (row.id, name) not in WE_ARE_RIGHT
    }
