"""Decode a JSON body once into its struct, and say plainly what is wrong with one that does not fit."""

import re
from typing import TypeVar

import msgspec

T = TypeVar("T")

_MOST_TOKENS = 2**53
_any_json = msgspec.json.Decoder(msgspec.Raw)
_LONE_SURROGATE = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])"
    rb"|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F][0-9a-fA-F]{2}"
)


class Unparsable(ValueError):
    """`cut` = the bytes end before the JSON does; otherwise it is no JSON, or not of the wanted shape."""

    def __init__(self, sentence: str, *, cut: bool = False) -> None:
        super().__init__(sentence)
        self.cut = cut


def decode(decoder: msgspec.json.Decoder[T], data: bytes) -> T:
    """Raises Unparsable, whose text holds nothing of `data`."""
    try:
        return decoder.decode(data)
    except msgspec.ValidationError as error:
        raise Unparsable(str(error)) from error
    except RecursionError as error:
        raise Unparsable("it is nested too deeply") from error
    except ValueError as error:
        repaired = _without_lone_surrogates(data)
        if repaired != data:
            return decode(decoder, repaired)
        raise Unparsable(_reason(error), cut=_ends_early(error, data)) from error


def is_given(value: msgspec.Raw) -> bool:
    """Whether a field read as Raw stood in the body with something other than null."""
    return bool(value) and bytes(value) != b"null"


def count(value: float | None) -> int:
    """A number of tokens as every store can hold it: hosts send null, -1 and worse."""
    if value.__class__ is int and 0 <= value <= _MOST_TOKENS:
        return value
    return min(max(int(value or 0), 0), _MOST_TOKENS)


def is_whole(data: bytes) -> bool:
    """Whether the bytes are a JSON text from end to end."""
    try:
        _any_json.decode(data)
    except (ValueError, RecursionError):
        return False
    return True


def _without_lone_surrogates(data: bytes) -> bytes:
    # Models stream half a surrogate pair now and then; SDKs take it, strict decoders call it "truncated".
    return _LONE_SURROGATE.sub(rb"\\ufffd", data)


def _reason(error: ValueError) -> str:
    if isinstance(error, UnicodeDecodeError):
        return f"it is not UTF-8 ({error.reason} in a string)"
    return str(error)


def _ends_early(error: ValueError, data: bytes) -> bool:
    text = str(error)
    return "truncated" in text or text.endswith(f"(byte {len(data)})")
