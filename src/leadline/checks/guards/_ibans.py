"""International bank account numbers."""

import re
from collections.abc import Iterator

_BEFORE = 40
_IBAN_OPENS = re.compile(r"\d\d(?<=(?<![A-Za-z0-9])[A-Za-z]{2}\d\d)(?=[ -]?[A-Za-z0-9])")
"""Like the others it begins with what is rare, a digit, and looks back from there: three times as fast."""
_IBAN_LENGTHS = {
    **dict.fromkeys(("NO",), 15),
    **dict.fromkeys(("BE",), 16),
    **dict.fromkeys(("DK", "FI", "FK", "FO", "GL", "NL", "SD"), 18),
    **dict.fromkeys(("MK", "SI"), 19),
    **dict.fromkeys(("AT", "BA", "EE", "KZ", "LT", "LU", "MN", "XK"), 20),
    **dict.fromkeys(("CH", "CR", "HR", "LI", "LV"), 21),
    **dict.fromkeys(("BG", "BH", "DE", "GB", "GE", "IE", "ME", "RS", "VA"), 22),
    **dict.fromkeys(("AE", "GI", "IL", "IQ", "OM", "SO", "TL"), 23),
    **dict.fromkeys(("AD", "CZ", "ES", "MD", "PK", "RO", "SA", "SE", "SK", "TN", "VG"), 24),
    **dict.fromkeys(("LY", "PT", "ST"), 25),
    **dict.fromkeys(("IS", "TR"), 26),
    **dict.fromkeys(("BI", "DJ", "FR", "GR", "IT", "MC", "MR", "SM"), 27),
    **dict.fromkeys(("AL", "AZ", "BY", "CY", "DO", "GT", "HU", "LB", "NI", "PL", "SV"), 28),
    **dict.fromkeys(("BR", "EG", "PS", "QA", "UA"), 29),
    **dict.fromkeys(("JO", "KW", "MU", "YE"), 30),
    **dict.fromkeys(("MT", "SC"), 31),
    "LC": 32,
    "RU": 33,
}
"""SWIFT IBAN registry: characters with the country and the check digits."""

_IBAN_SAID = re.compile(r"\biban\b[^\n]{0,24}\Z", re.IGNORECASE)
_IBAN_BEFORE = re.compile(r"\b[A-Za-z]{2}\d\d[ -]?[A-Za-z]{4}[ -]?\Z")
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34
_IBAN_WORD = re.compile(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}")


def ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN_OPENS.finditer(text):
        start = match.start() - 2
        length = _IBAN_LENGTHS.get(text[start : start + 2].upper())
        end = length and _end_after(text, start, length)
        if end and _iban_is_right(text[start:end]):
            yield start, end
        elif _IBAN_SAID.search(text, max(0, start - _BEFORE), start):
            yield from _of_another_length(text, start)


def _of_another_length(text: str, start: int) -> Iterator[tuple[int, int]]:
    """A country outside of the registry, or a length that it has not: where the text itself says IBAN."""
    word = _IBAN_WORD.match(text, start)
    if word is None or text[word.end() : word.end() + 1].isalnum():
        return
    written = re.sub(r"[ -]", "", word.group())
    if _IBAN_SHORTEST <= len(written) <= _IBAN_LONGEST and _iban_is_right(written):
        yield word.span()


def in_an_iban(text: str, start: int) -> bool:
    """Whether digits follow a country, check digits and a bank: of an account, right or not."""
    return _IBAN_BEFORE.search(text, max(0, start - _BEFORE), start) is not None


def _end_after(text: str, start: int, length: int) -> int | None:
    """Where `length` letters and digits end that single blanks or hyphens may part; None = they are fewer."""
    at = start
    while length:
        if at < len(text) and text[at] in " -" and text[at - 1] not in " -":
            at += 1
        if at >= len(text) or not (text[at].isascii() and text[at].isalnum()):
            return None
        at, length = at + 1, length - 1
    return at if at == len(text) or not text[at].isalnum() else None


def _iban_is_right(written: str) -> bool:
    """ISO 13616: the rearranged number leaves 1 when divided by 97."""
    plain = re.sub(r"[ -]", "", written)
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1
