"""What a letter stands for to whoever reads it: without marks, ornaments and what nobody sees."""

import functools
import re
import unicodedata
from collections.abc import Iterator

_FOREIGN = "АВЕЅІЈКМНОРСТУХаеорсухіјѕԁһԛԝΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορνιϲӏ"  # noqa: RUF001 - they look alike, that is it
_LOOK_ALIKE = dict(zip(_FOREIGN, "ABESIJKMHOPCTYXaeopcyxijsdhqwABEZHIKMNOPTYXaopvicl", strict=True))
"""Cyrillic and Greek letters, and the Latin ones for which they pass."""
_ORNATE = "ᴀʙᴄᴅᴇꜰɢʜɪᴊᴋʟᴍɴᴏᴘꞯʀꜱᴛᴜᴠᴡʏᴢɑɡıɩϳ"
_UNSEEN = "\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u2065\u2800\u3164\uffa0\ufffd"
_SELECTORS = (range(0xFE00, 0xFE10), range(0xE0100, 0xE01F0))
_ALPHABETS = (0x1F150, 0x1F170, 0x1F1E6)
"""A to Z in black discs, in black squares, and as flags are spelt."""
_STANDS_FOR = {
    **dict(zip(_ORNATE, "abcdefghijklmnopqrstuvwyzagiij", strict=True)),
    **dict.fromkeys(_UNSEEN, ""),
    **{chr(code): "" for codes in _SELECTORS for code in codes},
    **{chr(0xE0000 + code): chr(code) for code in range(0x20, 0x7F)},
    **{chr(first + at): chr(ord("a") + at) for first in _ALPHABETS for at in range(26)},
}
"""Small capitals and the like; what nobody sees; invisible twins of ASCII, which models read."""
_MARK = "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
_MARKS = re.compile(_MARK)
_SCRIPTS = (range(0xC0, 0x250), range(0x370, 0x530), range(0x1E00, 0x1F00), range(0x3041, 0x30FB))
_THEMSELVES = "\u4e00-\u9fff\uac00-\ud7a3" + "".join(
    chr(code)
    for codes in _SCRIPTS
    for code in codes
    if chr(code).isalpha()
    and chr(code) not in _STANDS_FOR
    and chr(code) not in _LOOK_ALIKE
    and unicodedata.is_normalized("NFKC", chr(code))
)
"""Letters of the most used scripts that stand for nothing else."""
_ODD = re.compile(rf"[^\n]?{_MARK}+|[^\x00-\x7f{_THEMSELVES}]|[\x00-\x08\x0e-\x1f\x7f]")
_LIKE_LATIN = re.compile(f"[{_FOREIGN}]")
_WORD = re.compile(r"[^\W\d_]+")
_ASCII_LETTER = re.compile("[A-Za-z]")
_WITH_MARKS = re.compile("[\u00c0-\u024f\u1e00-\u1eff]|" + _MARK)
_LATIN = re.compile("[A-Za-z\u00c0-\u024f]")
_LETTER = re.compile(r"[^\W\d_]")
_FOREIGN_LETTER = re.compile(rf"[^\n]?{_MARK}+|[^\x00-\x7f]")
_DENSE = 0.25
"""Of the letters. Czech has marks on a fifth of them."""
_HIDDEN = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]{4,}")


def disguised(text: str) -> Iterator[tuple[int, int, str]]:
    """(start, end, what it stands for) of each letter that stands for another one, with its marks. Marks
    stay where they make a letter that has a place of its own, such as é.
    """
    swapped: frozenset[int] | None = frozenset()
    if not text.isascii() and _LIKE_LATIN.search(text):
        swapped = _passing_for_latin(text)
    for match in _ODD.finditer(text):
        start, end = match.span()
        said = _plain(match.group(), swaps=swapped is None or start in swapped)
        if said != match.group():
            yield start, end, said


def bare(text: str) -> Iterator[tuple[int, int, str]]:
    """The same without any marks, where so many letters have them that they are an ornament."""
    if text.isascii():
        return
    odd = len(_WITH_MARKS.findall(text))
    if odd == 0 or odd <= _DENSE * len(_LETTER.findall(text)):
        return
    for match in _FOREIGN_LETTER.finditer(text):
        said = _MARKS.sub("", unicodedata.normalize("NFD", _plain(match.group(), swaps=False)))
        if said != match.group():
            yield *match.span(), said


def hidden(text: str) -> Iterator[tuple[int, int, bytes]]:
    """Bytes written as variation selectors, which nobody sees: (start, end, bytes)."""
    if text.isascii():
        return
    for match in _HIDDEN.finditer(text):
        codes = map(ord, match.group())
        yield *match.span(), bytes([code - 0xFE00 if code < 0xFE10 else code - 0xE00F0 for code in codes])


def _passing_for_latin(text: str) -> frozenset[int] | None:
    """Where letters of other scripts stand for Latin ones: in words that have both. None = everywhere."""
    if len(_LATIN.findall(text)) * 2 > len(_LETTER.findall(text)):
        return None
    mixed = [one for one in _WORD.finditer(text) if not one[0].isascii() and _ASCII_LETTER.search(one[0])]
    return frozenset([at for match in mixed for at in range(*match.span())])


def _plain(letter: str, *, swaps: bool) -> str:
    if len(letter) == 1:
        return _alone(letter, swaps=swaps)
    first, marks = _alone(letter[0], swaps=swaps), letter[1:]
    composed = unicodedata.normalize("NFC", first + marks)
    return composed if len(composed) == len(first) else _MARKS.sub("", composed)


@functools.lru_cache(4096)
def _alone(letter: str, *, swaps: bool) -> str:
    known = _STANDS_FOR.get(letter)
    if known is not None:
        return known
    if letter.isascii():
        return letter if letter.isprintable() or letter.isspace() else ""
    if unicodedata.category(letter) in ("Cf", "Cc"):
        return ""
    digit = unicodedata.decimal(letter, None)
    read = unicodedata.normalize("NFKC", letter) if digit is None else str(digit)
    return "".join([_LOOK_ALIKE.get(one, one) for one in read]) if swaps else read
