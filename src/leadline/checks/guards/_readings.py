"""What a text says to a model that reads past games: spaced letters, l33t, rot13, backwards, Morse code."""

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


_PLAIN = (
    *(
        "the",
        "and",
        "you",
        "your",
        "that",
        "this",
        "with",
        "all",
        "are",
        "not",
        "have",
        "from",
        "what",
        "will",
    ),
    *("for", "can", "any", "tell", "show", "give", "now", "please", "answer", "rules", "must", "every"),
)
"""Two different ones in a cipher tell that it is one; a text that is none hardly ever has two."""
_WORDS_BOTH_WAYS = {"and", "are", "not", "now"}
_PLAIN_ROT13 = re.compile(rf"\b(?:{'|'.join(codecs.encode(word, 'rot13') for word in _PLAIN)})\b")
_PLAIN_BACKWARDS = re.compile(
    rf"\b(?:{'|'.join(word[::-1] for word in _PLAIN if word not in _WORDS_BOTH_WAYS)})\b"
)
_WORD = re.compile(r"[^\W_]+")
_LETTER = r"[.\-\u2022\u2212\u2013\u00b7]{1,6}"
_MORSE = re.compile(rf"(?<!\S){_LETTER}(?:(?:[ ]{{1,3}}|[ ]?[/|\n][ ]?){_LETTER}){{11,}}(?!\S)")
_MORSE_GAP = re.compile(r" {2,3}| ?[/|\n] ?")
_MORSE_SIGNS = str.maketrans("\u2022\u00b7\u2212\u2013", "..--")
_MORSE_CODES = (
    ".- -... -.-. -.. . ..-. --. .... .. .--- -.- .-.. -- -. --- .--. --.- .-. ... - ..- ...- .-- -..- -.--"
    " --.. ----- .---- ..--- ...-- ....- ..... -.... --... ---.. ----. .-.-.- --..-- ..--.."
)
_MORSE_LETTERS = dict(zip(_MORSE_CODES.split(), "abcdefghijklmnopqrstuvwxyz0123456789.,?", strict=True))


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
    if _ROT13.search(folded) or _several(_PLAIN_ROT13, folded):
        yield codecs.decode(text, "rot13")
    if _BACKWARDS.search(folded) or _several(_PLAIN_BACKWARDS, folded):
        yield text[::-1]
        yield _WORD.sub(lambda match: match.group()[::-1], text)
    for match in _MORSE.finditer(text):
        yield _from_morse(match.group())


def _several(words: re.Pattern[str], folded: str) -> bool:
    """Whether at least two different ones of the words stand there."""
    first = words.search(folded)
    if first is None:
        return False
    return any(match.group() != first.group() for match in words.finditer(folded, first.end()))


def _from_morse(code: str) -> str:
    words = _MORSE_GAP.split(code.translate(_MORSE_SIGNS))
    return " ".join("".join(_MORSE_LETTERS.get(sign, "") for sign in word.split()) for word in words)


def _closed(match: re.Match[str]) -> str:
    return _SEPARATORS.sub("", match.group())
