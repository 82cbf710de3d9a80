"""Count tokens of text and of questions, offline, fast enough for every request."""

import functools
from typing import Protocol

import quicktok

from leadline.vocabulary import Question

_CL100K_FAMILIES = ("gpt-4-", "gpt-3.5", "gpt-35", "text-embedding")
_REASONING_FAMILIES = ("o1", "o3", "o4", "gpt-5")
_MOST_COUNTED = 4096
_counted: dict[int, int] = {}


class _Encoding(Protocol):
    def count(self, text: str) -> int: ...


def count_text(text: str, model: str, cap_chars: int | None = None) -> int:
    """Tokens of `text` in the model's own encoding; models of other houses are counted as o200k.

    Linear (about 3 us per KB) and total: any text has a count, a lone surrogate counts as `?`. Text beyond
    `cap_chars` is not read; its count is that of the head, scaled by length.
    """
    if cap_chars is not None and len(text) > cap_chars > 0:
        return round(count_text(text[:cap_chars], model) * len(text) / cap_chars)
    encoding = _encoding(_encoding_name(model))
    try:
        return encoding.count(text)
    except TypeError:  # what the binding raises for text that has no UTF-8 form
        return encoding.count(text.encode("utf-8", "replace").decode("utf-8"))


def count_question(question: Question, provider_type: str, model: str) -> int | None:
    """Input tokens that we expect to be billed; None when images, files or built-in tools forbid a guess.

    For OpenAI chat without tools or schema this is what is billed, to the token (recorded traffic: see
    tests/measures/test_tokens.py). Tools and schemas are counted as the caller's JSON, which OpenAI renders
    differently for each model family: 0.4 to 2.3 times our count. For other providers the count is a
    measure that a learnt ratio turns into an expectation.
    """
    if not question.countable:
        return None
    counted = question.overhead_tokens + count_text(question.prompt, model)
    if question.context:
        is_known = question.context == question.system
        counted += _count_again(question.system, model) if is_known else count_text(question.context, model)
    if question.tools_json:
        counted += count_text(question.tools_json.decode("utf-8", "replace"), model)
    if provider_type != "openai":
        return counted
    if question.schema_json:
        counted += count_text(question.schema_json.decode("utf-8", "replace"), model)
    # measured on recorded traffic: reasoning models are billed one token less of framing
    return counted - 1 if model.startswith(_REASONING_FAMILIES) and question.overhead_tokens else counted


def _count_again(instructions: str, model: str) -> int:
    """Most calls repeat a few system prompts. What is remembered is a hash and a number, never a text."""
    seen = hash((instructions, model))
    counted = _counted.get(seen)
    if counted is None:
        if len(_counted) >= _MOST_COUNTED:
            _counted.clear()
        counted = _counted[seen] = count_text(instructions, model)
    return counted


def warm(model: str) -> None:
    """Load the model's encoding now (0.4 s, 60 MB) instead of during the first request."""
    _encoding(_encoding_name(model))


@functools.lru_cache(maxsize=1024)
def _encoding_name(model: str) -> str:
    name = model.lower().rsplit("/", 1)[-1]
    return "cl100k_base" if name == "gpt-4" or name.startswith(_CL100K_FAMILIES) else "o200k_base"


@functools.cache
def _encoding(name: str) -> _Encoding:
    if not hasattr(quicktok, "get_encoding"):
        raise RuntimeError(
            "the installed module 'quicktok' is not the token counter: another distribution has the same "
            "module name. Remove 'quicktok' and install 'quicktok-v1'."
        )
    encoding: _Encoding = quicktok.get_encoding(name)
    return encoding
