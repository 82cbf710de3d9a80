"""How sure the model was of its words: the probabilities of the tokens that it chose, where it tells them.

https://platform.openai.com/docs/api-reference/chat/object (`logprobs`), the same in responses, and
`logprobsResult` of https://ai.google.dev/api/generate-content. Gemini's `avgLogprobs` is left alone: what it
says is no mean over these tokens (recorded answers of a sentence give 0.0001 to 0.8 as a probability).
"""

from typing import TypeVar

import msgspec

from leadline.providers._decoding import Unparsable, decode, is_given

_Shape = TypeVar("_Shape")


class _Token(msgspec.Struct, gc=False):
    logprob: float | None = None


class _OfChat(msgspec.Struct, gc=False):
    """`token_logprobs` are those of legacy completions, whose first one is null."""

    content: list[_Token] | None = None
    token_logprobs: list[float | None] | None = None


class _Chosen(msgspec.Struct, gc=False, rename="camel"):
    log_probability: float | None = None


class _OfGemini(msgspec.Struct, gc=False, rename="camel"):
    chosen_candidates: list[_Chosen] | None = None


_of_chat = msgspec.json.Decoder(_OfChat)
_of_responses = msgspec.json.Decoder(list[_Token])
_of_gemini = msgspec.json.Decoder(_OfGemini)


class Sureness:
    """Adds up over choices' chunks. What is not of the known shape tells nothing and harms nothing."""

    __slots__ = ("_sum", "_tokens")

    def __init__(self) -> None:
        self._sum = 0.0
        self._tokens = 0

    def add_chat(self, written: msgspec.Raw) -> None:
        told = _read(_of_chat, written)
        if told is not None:
            self._add([token.logprob for token in told.content or ()])
            self._add(told.token_logprobs or [])

    def add_responses(self, written: msgspec.Raw) -> None:
        self._add([token.logprob for token in _read(_of_responses, written) or ()])

    def add_gemini(self, written: msgspec.Raw) -> None:
        told = _read(_of_gemini, written)
        if told is not None:
            self._add([chosen.log_probability for chosen in told.chosen_candidates or ()])

    def _add(self, logprobs: list[float | None]) -> None:
        known = [one for one in logprobs if one is not None and one <= 0]
        self._sum += sum(known)
        self._tokens += len(known)

    @property
    def mean_logprob(self) -> float | None:
        """Natural logarithm. None = nothing was told."""
        return self._sum / self._tokens if self._tokens else None


def _read(decoder: "msgspec.json.Decoder[_Shape]", written: msgspec.Raw) -> _Shape | None:
    if not is_given(written):
        return None
    try:
        return decode(decoder, bytes(written))
    except Unparsable:
        return None
