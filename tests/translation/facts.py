"""What has to be the same before and after a translation, and where a protocol has fewer words.

- A refusal and a filtered answer are one word in every protocol but for the text beside it.
- A chat refusal carries a sentence of ours, since its clients look for one.
- Google has no word for a paused turn, and counts no cache writes. Anthropic cannot leave usage out.
- A Gemini prompt that was blocked has no candidates; elsewhere it is an answer that was refused.
- Gemini's parts that are no text, and reasoning anywhere, stay behind and are named.
"""

import json

from leadline.vocabulary import Answer, FinishReason, TokenUsage, WireProtocol

_REFUSED = (FinishReason.REFUSAL, FinishReason.FILTERED)
_WORDS_OF_OURS = ("The model refused to answer.", "The prompt was blocked: ")


def facts(answer: Answer, client: WireProtocol) -> dict[str, object]:
    return {
        "text": _own_text(answer),
        "calls": [(call.name, json.loads(call.arguments or "{}")) for call in answer.tool_calls],
        "finish": _finish(answer.finish_reason, client),
        "usage": _usage(answer.usage, client),
    }


def _finish(reason: FinishReason | None, client: WireProtocol) -> FinishReason | None:
    if reason in _REFUSED:
        return FinishReason.REFUSAL
    google = client is WireProtocol.GEMINI_GENERATE
    return FinishReason.OTHER if google and reason is FinishReason.PAUSED else reason


def _own_text(answer: Answer) -> str:
    text = answer.text
    for ours in _WORDS_OF_OURS:
        text = text.partition(ours)[0]
    return text


def _usage(usage: TokenUsage | None, client: WireProtocol) -> tuple[int, ...]:
    usage = usage or TokenUsage()
    written = 0 if client is WireProtocol.GEMINI_GENERATE else usage.cache_write_tokens
    return (
        usage.input_tokens,
        usage.output_tokens,
        usage.cached_read_tokens,
        written,
        usage.reasoning_tokens,
    )
