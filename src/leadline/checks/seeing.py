"""Show a guard what a text hides: escapes undone, look-alike letters replaced, base64 and hex decoded."""

import base64
import binascii
import html
import re
import unicodedata
from collections.abc import Iterator, Sequence

from leadline.checks.guards import Scans
from leadline.vocabulary import Finding, Place

_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,6})\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})"
    r"|(&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,12});)|(\\[\"/\\])"
)
_ENCODED = re.compile(r"(?:[A-Za-z0-9+/_-]{4}){3,}[A-Za-z0-9+/_-]{0,3}={0,2}")
_LINE_BREAKS = re.compile(r"(?<=[A-Za-z0-9+/_-]{40})(?:\r?\n|\\n)(?=[A-Za-z0-9+/_-]{4})")
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_TAGS = range(0xE0020, 0xE007F)
"""Invisible twins of ASCII, which models read."""
_FOREIGN = "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορνιϲӏ"  # noqa: RUF001 - they look alike, that is it
_LOOK_ALIKE = dict(zip(_FOREIGN, "ABESIJKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXaopvicl", strict=True))
"""Cyrillic and Greek letters, and the Latin ones for which they pass."""
_MOSTLY = 0.85
_DEPTH = 2


class Seen:
    """A text as it is read. `origin(start, end)` is where a span of it stands in the text as written."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._ends = ends

    def origin(self, start: int, end: int) -> tuple[int, int]:
        return self._starts[start], self._ends[max(start, end - 1)]


def scanned(guard: Scans, text: str, place: Place) -> tuple[Finding, ...]:
    """What the guard finds in the text and in everything that the text stands for, with places in `text`."""
    found = list(guard.scan(text, place))
    read = as_read(text)
    if read is not None:
        found += _moved(guard.scan(read.text, place), read)
    for start, end, words in decoded(text):
        found += [_at(one, start, end) for one in guard.scan(words, place)]
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def as_read(text: str) -> Seen | None:
    """The text without escapes and disguises; None when that changes nothing."""
    plain = _unescaped(text) if any(mark in text for mark in ("\\", "%", "&")) else None
    if plain is None and text.isascii():
        return None
    letters = _undisguised(plain.text if plain is not None else text)
    if plain is None or letters is None:
        return plain or letters
    spans = [plain.origin(*letters.origin(at, at + 1)) for at in range(len(letters.text))]
    return Seen(letters.text, [start for start, _ in spans], [end for _, end in spans])


def decoded(text: str, depth: int = _DEPTH) -> Iterator[tuple[int, int, str]]:
    """Each piece of base64 or hex that stands for a readable text: (start, end, what it says)."""
    if len(text) < 12:
        return
    for pattern, decode in ((_ENCODED, _from_base64), (_HEX, _from_hex)):
        for match in pattern.finditer(text):
            words = decode(match.group())
            if words is None:
                continue
            yield *match.span(), words
            if depth > 1:
                for _, _, within in decoded(words, depth - 1):
                    yield *match.span(), within
    if _LINE_BREAKS.search(text):
        for _, _, words in decoded(_LINE_BREAKS.sub("", text), depth):
            yield 0, len(text), words


def _unescaped(text: str) -> Seen | None:
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for match, said in _characters(text):
        start, end = match
        pieces.append(text[at:start] + said)
        starts += [*range(at, start), *[start] * len(said)]
        ends += [*range(at + 1, start + 1), *[end] * len(said)]
        at = end
    if not pieces:
        return None
    pieces.append(text[at:])
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Seen("".join(pieces), starts, ends)


def _characters(text: str) -> Iterator[tuple[tuple[int, int], str]]:
    """Each escape and what it stands for; bytes written as `%c3%a9` are put together first."""
    waiting, since = bytearray(), 0
    last = 0
    for match in _ESCAPE.finditer(text):
        if waiting and (match[4] is None or match.start() != last):
            yield (since, last), waiting.decode("utf-8", "replace")
            waiting = bytearray()
        last = match.end()
        if match[4] is not None:
            since = since if waiting else match.start()
            waiting.append(int(match[4], 16))
        else:
            yield match.span(), _meant(match)
    if waiting:
        yield (since, last), waiting.decode("utf-8", "replace")


def _meant(match: re.Match[str]) -> str:
    if match[5] is not None:
        return html.unescape(match[5])
    if match[6] is not None:
        return match[6][1]
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd"


def _undisguised(text: str) -> Seen | None:
    if text.isascii():
        return None
    latin = sum(letter < "\u0250" for letter in text if letter.isalpha())
    swaps = _LOOK_ALIKE if latin * 2 > sum(map(str.isalpha, text)) else {}
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    for at, letter in enumerate(text):
        said = letter if letter.isascii() else _plain(letter, swaps)
        pieces.append(said)
        starts += [at] * len(said)
        ends += [at + 1] * len(said)
    read = "".join(pieces)
    return None if read == text else Seen(read, starts, ends)


def _plain(letter: str, swaps: dict[str, str]) -> str:
    code = ord(letter)
    if code in _TAGS:
        return chr(code - 0xE0000)
    if unicodedata.category(letter) == "Cf" or 0xFE00 <= code <= 0xFE0F:
        return ""
    read = unicodedata.normalize("NFKC", letter)
    return "".join([swaps.get(one, one) for one in read])


def _from_base64(piece: str) -> str | None:
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return _readable(base64.b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return None


def _from_hex(piece: str) -> str | None:
    return _readable(bytes.fromhex(piece))


def _readable(data: bytes) -> str | None:
    """The bytes as text, if it is one: what base64 makes of a word in a sentence is noise."""
    text = data.decode("utf-8", "ignore")
    printable = sum(letter.isprintable() or letter in "\n\r\t" for letter in text)
    return text if printable >= _MOSTLY * max(len(data), 1) else None


def _moved(found: tuple[Finding, ...], read: Seen) -> Iterator[Finding]:
    for one in found:
        if one.end > one.start:
            yield _at(one, *read.origin(one.start, one.end))


def _at(one: Finding, start: int, end: int) -> Finding:
    return Finding(one.kind, one.label, start, end, one.score)
