"""Numbers that carry their own proof: IBANs, payment cards, US social security numbers."""

import re
from collections.abc import Iterator

_IBAN_OPENS = re.compile(r"(?<![A-Za-z0-9])([A-Za-z]{2})\d{2}(?=[ -]?[A-Za-z0-9])")
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

_CARD = re.compile(r"(?<![\w.,+])(?<!\w-)(?<!\d )\d(?:[ -]?\d){11,18}(?![ -]?\d)(?!\w)(?![.,]\d)")
_ISSUED = re.compile(
    r"4\d*|5[0-8]\d*|6\d*|3[0-9]\d*|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d*"
    r"|(?:1800|2131)\d{11}|0604\d{8,15}"
)
"""Ranges of ISO/IEC 7812 that payment cards are issued in: a time in milliseconds is not in them."""

_SSN = re.compile(r"(?<![\w.-])(?!000|666|9\d\d)\d{3}([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w-])(?!\.\d)")


def ibans(text: str) -> Iterator[tuple[int, int]]:
    for match in _IBAN_OPENS.finditer(text):
        length = _IBAN_LENGTHS.get(match[1].upper())
        end = length and _end_after(text, match.start(), length)
        if end and _iban_is_right(text[match.start() : end]):
            yield match.start(), end


def cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if _ISSUED.fullmatch(digits) and _luhn_is_right(digits):
            yield match.span()


def social_security_numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _SSN.finditer(text):
        yield match.span()


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


def _luhn_is_right(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B. A row of one digit alone is a placeholder."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[::-2]))) % 10 == 0 and len(set(digits)) > 1
