"""Show a guard what a text hides: escapes undone, look-alike letters replaced, base64 and hex decoded."""

import base64
import binascii
import html
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from string import digits

from leadline.checks.guards import Scans
from leadline.checks.letters import bare, disguised, hidden
from leadline.vocabulary import Finding, Place

_ESCAPE = re.compile(
    r"\\u\{([0-9a-fA-F]{1,16})\}|\\u([0-9a-fA-F]{4})|\\x([0-9a-fA-F]{2})|%([0-9a-fA-F]{2})"
    r"|(&(?:#\d{1,16}|#[xX][0-9a-fA-F]{1,16}|[a-zA-Z]{2,12});)|(\\[\"/\\])"
)
_BEGUN_ESCAPE = re.compile(r"(?:\\[ux]?\{?[0-9a-fA-F]{0,16}|&[#a-zA-Z][0-9a-zA-Z]{0,17}|%[0-9a-fA-F]?)\Z")
_LONGEST_ESCAPE = 24
_ENCODED = re.compile(r"(?:[A-Za-z0-9+/_-]{4}){3,}[A-Za-z0-9+/_-]{0,3}={0,2}")
_LINE_BREAKS = re.compile(r"(?<=[A-Za-z0-9+/_-]{40})(?:\r?\n|\\n)(?=[A-Za-z0-9+/_-]{4})")
_CODE_BACKWARDS = re.compile(r"[A-Za-z0-9+/_=-]*(?:\n\r?[A-Za-z0-9+/_=-]{40,})*")
_SPREAD = 2
"""Characters of hex, or of base64 of base64, for each that they stand for; fewer in base64."""
_LONGEST_LINE = 80
_HEX = re.compile(r"(?:[0-9a-fA-F]{2}){8,}")
_LISTED = re.compile(
    r"[0-9](?<![\w.].)(?:[01]{7}|[0-9a-fA-F]{1,2})"
    r"(?:(?:, ?| )[0-9](?:[01]{7}|[0-9a-fA-F]{1,2})){11,}(?![\w.])"
    r"|[01](?<!\w.)[01]{7}(?:[01]{8}){11,}(?!\w)"
)
"""Bytes one by one, in binary, hex or decimal: `73 67 6e`, `01101001 01100111`, `105, 103, 110`. Those of
letters begin with a digit in each.
"""
_WORDS = re.compile(r"[A-Za-z]{2}[ .,!?][A-Za-z]")
_TURN = "\u202e"
_TURNED = re.compile(f"{_TURN}([^\u202c\u2069\n]+)[\u202c\u2069]?")
_OPEN_TURN = re.compile(f"{_TURN}[^\u202c\u2069\n{_TURN}]*\\Z")
"""What stands behind the sign that turns the direction is shown from right to left."""
_MOSTLY = 0.85
_DEPTH = 2
_LAYERS = 3
"""Of escapes within escapes, such as `%2541`."""


class Seen:
    """A text as it is read. `origin(start, end)` is where a span of it stands in the text as written."""

    __slots__ = ("_ends", "_starts", "text")

    def __init__(self, text: str, starts: Sequence[int], ends: Sequence[int]) -> None:
        self.text = text
        self._starts = starts
        self._ends = ends

    def origin(self, start: int, end: int) -> tuple[int, int]:
        last = max(start, end - 1)
        starts, ends = (self._starts[start], self._starts[last]), (self._ends[start], self._ends[last])
        return min(starts), max(ends)


def scanned(guard: Scans, text: str, place: Place) -> tuple[Finding, ...]:
    """What the guard finds in the text and in everything that the text stands for, with places in `text`."""
    found = list(guard.scan(text, place))
    for read in readings(text):
        found += _moved(guard.scan(read.text, place), read)
    for start, end, words in decoded(text):
        said = [words, *(read.text for read in readings(words))]
        found += [_at(one, start, end) for within in said for one in guard.scan(within, place)]
    return tuple(dict.fromkeys(found)) if len(found) > 1 else tuple(found)


def readings(text: str) -> Iterator[Seen]:
    """The other ways to read the text: as it is meant, without any marks, and in the order in which it is
    shown.
    """
    read = as_read(text)
    if read is not None:
        yield read
    unmarked = _changed(text, bare(text))
    if unmarked is not None:
        yield unmarked
    turned = _turned(text)
    if turned is not None:
        yield _through(turned, as_read(turned.text))


def as_read(text: str) -> Seen | None:
    """The text without escapes and disguises; None when that changes nothing."""
    read = None
    for _ in range(_LAYERS):
        said = text if read is None else read.text
        inner = _changed(said, _escapes(said)) if any(mark in said for mark in ("\\", "%", "&")) else None
        if inner is None:
            break
        read = inner if read is None else _through(read, inner)
    said = text if read is None else read.text
    letters = _changed(said, disguised(said))
    return letters if read is None else _through(read, letters)


def _through(outer: Seen, inner: Seen | None) -> Seen:
    """What is read in `outer`, with places in the text of `outer` itself."""
    if inner is None:
        return outer
    spans = [outer.origin(*inner.origin(at, at + 1)) for at in range(len(inner.text))]
    return Seen(inner.text, [start for start, _ in spans], [end for _, end in spans])


def behind(text: str, shown: int) -> int:
    """How many characters at the end of a growing text may belong to what shows `shown` characters: more
    where they are escaped, encoded, or mixed with what nobody sees.
    """
    begun = _BEGUN_ESCAPE.search(text, max(0, len(text) - _LONGEST_ESCAPE))
    whole = text if begun is None else text[: begun.start()]
    read = as_read(whole)
    if read is None:
        since = max(0, len(whole) - shown)
    else:
        since = read.origin(len(read.text) - shown, 0)[0] if len(read.text) > shown else 0
    held = len(text) - since
    code = _CODE_BACKWARDS.match(text[: -_SPREAD * shown - _LONGEST_LINE : -1])
    if code is not None and len(code.group()) > shown:
        held = max(held, min(len(code.group()), _SPREAD * shown + _LONGEST_LINE))
    turn = _OPEN_TURN.search(text)
    return held if turn is None else max(held, len(text) - turn.start())


def decoded(text: str, depth: int = _DEPTH) -> Iterator[tuple[int, int, str]]:
    """Each piece of base64, hex or listed bytes that is a readable text: (start, end, what it says)."""
    yield from _smuggled(text)
    if len(text) < 12:
        return
    yield from _codes(text, depth)
    if _LINE_BREAKS.search(text):
        for _, _, words in _codes(_LINE_BREAKS.sub("", text), depth):
            yield 0, len(text), words


def _codes(text: str, depth: int) -> Iterator[tuple[int, int, str]]:
    forms = _FORMS if sum(map(text.count, digits)) >= _LEAST_DIGITS else _FORMS[:-1]
    for pattern, decode in forms:
        for match in pattern.finditer(text):
            for words in _said_by(match, decode):
                yield *match.span(), words
                if depth > 1:
                    for _, _, within in decoded(words, depth - 1):
                        yield *match.span(), within


def _said_by(match: re.Match[str], decode: Callable[[str], str | None]) -> Iterator[str]:
    """What stands at the very beginning may be the rest of a longer code, cut anywhere."""
    for cut in range(1 if match.start() else 4):
        words = decode(match.group()[cut:])
        if words is not None:
            yield words


def _changed(text: str, changes: Iterable[tuple[int, int, str]]) -> Seen | None:
    """`changes` in order: (start, end, what is read there). None = that is the text itself."""
    pieces: list[str] = []
    starts: list[int] = []
    ends: list[int] = []
    at = 0
    for start, end, said in changes:
        pieces.append(text[at:start] + said)
        starts += [*range(at, start), *[start] * len(said)]
        ends += [*range(at + 1, start + 1), *[end] * len(said)]
        at = end
    pieces.append(text[at:])
    if (read := "".join(pieces)) == text:
        return None
    starts += range(at, len(text))
    ends += range(at + 1, len(text) + 1)
    return Seen(read, starts, ends)


def _escapes(text: str) -> Iterator[tuple[int, int, str]]:
    """Each escape and what it stands for; bytes written as `%c3%a9` are put together first."""
    waiting, since = bytearray(), 0
    last = 0
    for match in _ESCAPE.finditer(text):
        if waiting and (match[4] is None or match.start() != last):
            yield since, last, waiting.decode("utf-8", "replace")
            waiting = bytearray()
        last = match.end()
        if match[4] is not None:
            since = since if waiting else match.start()
            waiting.append(int(match[4], 16))
        else:
            yield *match.span(), _meant(match)
    if waiting:
        yield since, last, waiting.decode("utf-8", "replace")


def _meant(match: re.Match[str]) -> str:
    if match[5] is not None:
        return html.unescape(match[5])
    if match[6] is not None:
        return match[6][1]
    code = int(match[1] or match[2] or match[3], 16)
    return chr(code) if code < 0xD800 or 0xE000 <= code <= 0x10FFFF else "\ufffd"


def _turned(text: str) -> Seen | None:
    if _TURN not in text:
        return None
    order: list[int] = []
    at = 0
    for match in _TURNED.finditer(text):
        order += [*range(at, match.start()), *reversed(range(*match.span(1)))]
        at = match.end()
    order += range(at, len(text))
    return Seen("".join([text[here] for here in order]), order, [here + 1 for here in order])


def _from_base64(piece: str) -> str | None:
    body = piece.rstrip("=").replace("-", "+").replace("_", "/")
    if len(body) % 4 == 1:
        body = body[:-1]
    try:
        return _readable(base64.b64decode(body + "=" * (-len(body) % 4)))
    except (binascii.Error, ValueError):
        return None


def _from_hex(piece: str) -> str | None:
    return _readable(bytes.fromhex(piece[: len(piece) & ~1]))


def _smuggled(text: str) -> Iterator[tuple[int, int, str]]:
    for start, end, data in hidden(text):
        words = _readable(data)
        if words is not None:
            yield start, end, words


def _from_list(piece: str) -> str | None:
    """Of numbers that are none of a table: what they stand for has words."""
    numbers = re.findall(r"[0-9a-fA-F]+", piece)
    if len(numbers) == 1:
        numbers = re.findall(r"[01]{8}", piece)
    for base, size in ((2, 8), (16, 2), (10, 3)):
        try:
            data = bytes([int(number, base) for number in numbers if len(number) <= size])
        except ValueError:
            continue
        said = _readable(data)
        if said is not None and len(data) == len(numbers) and _WORDS.search(said):
            return said
    return None


_FORMS = ((_ENCODED, _from_base64), (_HEX, _from_hex), (_LISTED, _from_list))
_LEAST_DIGITS = 12
"""Of bytes one by one; most prose has fewer, and is spared the search for them."""


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
