"""What a text says to a model that reads past games: spaced letters, words below one another, l33t, rot13."""

import codecs
import re
from collections.abc import Iterator

_SPACED = re.compile(r"(?<![^\W_])[^\W_](?:[ .\-_*|/\u00b7][^\W_]){2,}(?![^\W_])")
_SEPARATORS = re.compile(r"[ .\-_*|/\u00b7]")
_WORD_GAP = re.compile(r"(?<=\w)\s{2,}(?=\w)")
_LEET = str.maketrans("0134579@$!|", "oieastgasil")
_LEET_WORD = re.compile(
    r"(?<![\w$@!|])(?=[^\W\d_]*[0134579@$!|])(?=[\d$@!|]*[A-Za-z])[A-Za-z0134579@$!|]{4,24}(?!\w)"
)
_LEAST_LEET_WORDS = 2
_LEAST_SPACED_WORDS = 2
_WORD_A_LINE = re.compile(r"(?:^[ \t]{0,8}\S{1,24}[ \t]{0,8}\n){3,}", re.MULTILINE)
_ROT13 = re.compile(r"\b(?:vafgehpgvba|vtaber|cerivbhf|flfgrz cebzcg|cebzcg|qvfertneq|sbetrg)")
_BACKWARDS = re.compile(r"\b(?:s?noitcurtsni|erongi|suoiverp|s?tpmorp|dragersid)")


def readings(text: str) -> Iterator[str]:
    """The text itself first, then every other way to read it that its form suggests."""
    yield text
    if len(_SPACED.findall(text)) >= _LEAST_SPACED_WORDS:
        yield _SPACED.sub(_closed, _WORD_GAP.sub("\n", text)).replace("\n", " ")
    leet = _LEET_WORD.findall(text)
    if len(leet) >= _LEAST_LEET_WORDS:
        yield _LEET_WORD.sub(lambda match: match.group().translate(_LEET), text)
    if _WORD_A_LINE.search(text):
        yield _WORD_A_LINE.sub(lambda match: match.group().replace("\n", " "), text)
    folded = text.lower()
    if _ROT13.search(folded):
        yield codecs.decode(text, "rot13")
    if _BACKWARDS.search(folded):
        yield text[::-1]


def _closed(match: re.Match[str]) -> str:
    return _SEPARATORS.sub("", match.group())
