"""Ids of tool calls that stay the same however often a conversation is translated."""

import hashlib
import re

MINTED = "call_ll"
"""What the ids begin with that we make for calls that came without one."""
_FOREIGN = ("call_", "toolu_", "fc_", "chatcmpl-tool-")
_FITS = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""Anthropic's alphabet and OpenAI's length: an id of this form goes everywhere as it is."""


def minted(*seeds: object) -> str:
    """The same seeds give the same id."""
    return MINTED + hashlib.sha256("\0".join(map(str, seeds)).encode()).hexdigest()[:24]


def portable(given: str) -> str:
    """`given` where it fits everywhere, else one made from it."""
    return given if _FITS.fullmatch(given) else minted(given)


def is_googles(given: str) -> bool:
    """Whether Google gave this id: only then may it be told it."""
    return bool(given) and not given.startswith(_FOREIGN)
