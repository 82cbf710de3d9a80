"""Numbers that carry their own proof: IBANs, payment cards, US social security numbers."""

import re
from collections.abc import Iterator

from leadline.checks.guards._phones import is_called_one

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
_IBAN_SHORTEST, _IBAN_LONGEST = 15, 34
_IBAN_WORD = re.compile(r"[A-Za-z]{2}\d{2}(?:[ -]?[A-Za-z0-9]{1,4}){3,8}")

_CARD = re.compile(r"\d(?<![\w.+]\d)(?<!\w-\d)(?<!\d \d)(?:[ -]?\d){11,18}(?![ -]?\d)(?!\w)(?!\.\d)")
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{17,18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35\d{14,17}|(?:1800|2131)\d{11}|6\d{11,18}"
    r"|5[06-8]\d{10,17}|220[0-4]\d{12,15}|81\d{14,17}|9792\d{12}|0604\d{8,15}"
)
"""Ranges and lengths of ISO/IEC 7812 that payment cards are issued in: a time in milliseconds and the number
of a handset are not in them."""
_CARD_SAID = re.compile(
    r"\b(?:cards?|credit|debit|visa|mastercard|amex|pan|kreditkarte|karte|carte|tarjeta|cart[ãa]o|carta)\b"
    r"[^\n\d]{0,24}\Z",
    re.IGNORECASE,
)
_BEFORE = 40

_SSN = re.compile(
    r"\d(?<![\w.-]\d)\d\d(?<!000)(?<!666)(?<!9\d\d)([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w-])(?!\.\d)"
)


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


def cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if not _luhn_is_right(digits):
            continue
        if _ISSUED.fullmatch(digits) or _CARD_SAID.search(
            text, max(0, match.start() - _BEFORE), match.start()
        ):
            yield match.span()


def social_security_numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _SSN.finditer(text):
        if match[1] == "-" or not is_called_one(text, *match.span()):
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
