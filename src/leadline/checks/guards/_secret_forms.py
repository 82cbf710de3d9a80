"""Values that look random: behind the prefix of a key, or beside a telling name."""

import math
import re
import string
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise

_LOWER = {ord(letter): letter.lower() for letter in string.ascii_uppercase}
"""Keeps every place in the text, as `str.lower` does not."""
_STEMS = (
    "pass",
    "pwd",
    "secret",
    "token",
    "key",
    "credential",
    "kennwort",
    "contraseña",
    "senha",
    "wachtwoord",
    "пароль",
)
"""What names of secrets hold; looking for words is faster than for a pattern of them."""
_KINDS_OF_KEYS = re.compile(r"(?:api|access|account|auth|private|encryption|signing)[ _-]?\Z")
_LONGEST_KIND = 12
_VALUE = r"(?P<value>[^\s\"'`,;<>(){}\[\]]{6,512})"
_TOLD = re.compile(
    r"(?P<rest>[\w-]{0,24})"
    r"(?:[\"']?\s{0,4}(?:=>|:=|=|:)\s{0,4}(?:bearer\s|basic\s)?|\s(?:is|ist|lautet|est|es)(?::\s|\s)|>)"
    rf"[\"'`]?{_VALUE}"
)
_BEHIND_A_BLANK = re.compile(rf"(?P<rest>[\w-]{{0,24}})\s{{1,4}}{_VALUE}")
_AN_OPTION = re.compile(r"\s--?(?:[a-z]+-)?\Z|\blogin\s\S{1,80}\s{1,4}\Z")
"""Before a name: `--password x`, and `login jane password x` of a netrc file."""
_LONGEST_OPTION = 100
_SENT_BY_HAND = re.compile(
    rf"\b(?:curl|wget|http)\s[^\n]{{0,120}}?(?<=\s)(?:-u|--user)[ =][\"']?[^\s:\"']{{1,80}}:{_VALUE}"
)
_BEARER = re.compile(r"\b(?:Bearer|Basic)\s(?P<value>[\w+/.=~-]{16,4096})")
_OF_SOMETHING_ELSE = re.compile(
    r"(?:izer|at|on|in|url|uri|type|id|name|file|path|arn|ref|header|length|count|limit|ttl|size|expires\w*|expiry"
    r"|policy|version|field|format|prefix|regex|pattern|hint|provider|store|manager|endpoint|count\w*)\Z"
)
"""Ends of names that tell of a secret and hold none: `password_changed_at`, `token_url`."""
_STANDS_IN = re.compile(
    r"\$|%\w+%|env:|file:|vault:|arn:|\d{4}-\d\d-\d\d(?:T|\Z)"
    r"|(?:your|my|the|some|example|sample|dummy|fake|test|change|replace|insert|enter"
    r"|redacted|placeholder|secret|password|token|api)[_-]?(?:\w*[_-]|key|me|here|password|token|\b)",
    re.IGNORECASE,
)
_STANDS_IN_SOMEWHERE = re.compile(
    r"example|your[_-]?|xxxx|x{3}-x|placeholder|\*{3}|\.{3}|123456789|abcdefgh|changeme|redacted",
    re.IGNORECASE,
)
_CALL_OR_NAME = re.compile(r"[A-Za-z_]+|[A-Za-z_]\w{0,23}(?:\.[A-Za-z_]\w{0,23})+")
_PATH = re.compile(r"[~.]{0,2}/?[A-Za-z_.-]{1,24}\d{0,3}(?:/[A-Za-z_.-]{1,24}\d{0,3})+")
_LEAST_BITS = 2.6
"""Shannon entropy of the letters, bits: words of a language lie below, random values of 10 letters above."""
_LEAST_OF_LETTERS, _MOST_CHANGES = 10, 0.42
_KINDS = (str.islower, str.isupper, str.isdigit, lambda letter: not letter.isalnum())

_LONG_WORD = re.compile(r"[A-Za-z0-9_-]{24,400}")
_BOT = re.compile(r"[MNO][A-Za-z0-9]{23,27}\.[\w-]{6}\.[\w-]{27,40}(?![\w-])")
"""A bot's token at Discord: a number, a time and a signature in base64."""
_PARTING = re.compile(r"[_-]")
_KEY_WORDS = frozenset(
    ("sk", "rk", "csk", "pcsk", "pat", "tok", "token", "secret", "key", "apikey", "api", "auth")
)
_KEY_ENDINGS = ("key", "api", "token", "secret")
_WORDS_BEFORE = 3
_LEAST_RANDOM, _LEAST_HEX = 16, 32
_HEX = re.compile(r"[0-9a-f]+")
_IDENTIFIER = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def assigned_values(text: str) -> Iterator[tuple[int, int]]:
    plain = text.translate(_LOWER)
    for start, end in (*_named(plain), *_sent(text, plain)):
        if text[end : end + 1] != "(" and _looks_random(text[start:end]):
            yield start, end


def _named(plain: str) -> Iterator[tuple[int, int]]:
    for stem in _STEMS:
        at = plain.find(stem)
        while at >= 0:
            behind = at + len(stem)
            told = _told(plain, stem, at, behind)
            if told and not _OF_SOMETHING_ELSE.search(told["rest"]):
                yield told.span("value")
                behind = told.end()
            at = plain.find(stem, behind)


def _told(plain: str, stem: str, at: int, behind: int) -> re.Match[str] | None:
    """The name that the stem is part of, and its value."""
    if plain[at - 1 : at] == ":":  # a part of a resource's name, as in `arn:aws:...:secret:prod/db`
        return None
    if stem == "key" and not _KINDS_OF_KEYS.search(plain, max(0, at - _LONGEST_KIND), at):
        return None
    told = _TOLD.match(plain, behind)
    if not told and _AN_OPTION.search(plain, max(0, at - _LONGEST_OPTION), at):
        return _BEHIND_A_BLANK.match(plain, behind)
    return told


def _sent(text: str, plain: str) -> Iterator[tuple[int, int]]:
    for mark, pattern in (("curl", _SENT_BY_HAND), ("bearer ", _BEARER), ("basic ", _BEARER)):
        if mark in plain:
            yield from (match.span("value") for match in pattern.finditer(text))


def prefixed_keys(text: str) -> Iterator[tuple[int, int]]:
    """Long words that begin as keys do (`sk-`, `acme_api_`) and go on at random: unknown issuers."""
    for match in _LONG_WORD.finditer(text):
        word = match.group()
        bot = _BOT.match(text, match.start()) if text[match.end() : match.end() + 1] == "." else None
        if bot or _begins_as_a_key(word):
            yield bot.span() if bot else match.span()


def _begins_as_a_key(word: str) -> bool:
    begin = 0
    for part in _PARTING.split(word, _WORDS_BEFORE)[:_WORDS_BEFORE]:
        begin += len(part) + 1
        if _is_a_key_word(part.lower()) and _is_a_key(word[begin:]):
            return True
    return False


def is_placeholder(value: str) -> bool:
    """What manuals put where a key belongs."""
    return _STANDS_IN_SOMEWHERE.search(value) is not None


def _is_a_key_word(part: str) -> bool:
    return part in _KEY_WORDS or part.endswith(_KEY_ENDINGS)


def _is_a_key(rest: str) -> bool:
    letters = _PARTING.sub("", rest)
    if len(letters) < _LEAST_RANDOM or _IDENTIFIER.fullmatch(rest) or is_placeholder(rest):
        return False
    if _HEX.fullmatch(letters):
        return len(letters) >= _LEAST_HEX and letters == rest
    digits = sum(map(str.isdigit, letters))
    mixed = any(map(str.islower, letters)) and any(map(str.isupper, letters))
    return digits >= len(letters) / (25 if mixed else 6) and digits > 1 and _has_a_random_part(rest)


def _has_a_random_part(rest: str) -> bool:
    return any(
        len(part) >= _LEAST_RANDOM / 2 and any(map(str.isdigit, part)) and any(map(str.isalpha, part))
        for part in _PARTING.split(rest)
    )


def _looks_random(value: str) -> bool:
    """Several kinds of letters, none of them much more often than the others, and no placeholder."""
    if "://" in value or _STANDS_IN.match(value) or is_placeholder(value):
        return False
    if (_CALL_OR_NAME.fullmatch(value) and not _changes_case(value)) or _PATH.fullmatch(value):
        return False
    kinds = sum(any(is_one(letter) for letter in value) for is_one in _KINDS)
    mixed = kinds > 2 or (kinds > 1 and any(map(str.isdigit, value))) or _changes_case(value)
    return mixed and _entropy(value) >= _LEAST_BITS


def _changes_case(value: str) -> bool:
    """More often than words put together do."""
    changes = sum(one.isupper() != other.isupper() for one, other in pairwise(value))
    return len(value) >= _LEAST_OF_LETTERS and value.isalpha() and changes >= _MOST_CHANGES * len(value)


def _entropy(value: str) -> float:
    counts = Counter(value)
    return -sum(n / len(value) * math.log2(n / len(value)) for n in counts.values())
