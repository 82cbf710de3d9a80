"""Numbers that carry their own proof: payment cards, US social security numbers."""

import re
from collections.abc import Iterator

from leadline.checks.guards._ibans import in_an_iban
from leadline.checks.guards._phones import is_called_one

_CARD = re.compile(r"\d(?<![\w.+]\d)(?<!\w-\d)(?<!\d \d)(?:[ -]?\d){11,18}(?![ -]?\d)(?!\w)(?!\.\d)")
_ISSUED = re.compile(
    r"4(?:\d{12}|\d{15}|\d{17,18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}"
    r"|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,16}|35\d{14,17}|(?:1800|2131)\d{11}|6\d{11,18}"
    r"|5[06-8]\d{10,17}|220[0-4]\d{12,15}|81\d{14,17}|9792\d{12}|0604\d{8,15}"
)
"""Ranges and lengths of ISO/IEC 7812 that payment cards are issued in: a time in milliseconds and the number
of a handset are not in them."""
_GROUPED = re.compile(r"\d+\Z|(?:\d{4}|\d{6})[ -]")
"""Cards are written in one piece or begin with a group of four or six; order numbers with one of three."""
_CARD_SAID = re.compile(
    r"\b(?:cards?|credit|debit|visa|mastercard|amex|pan|kreditkarte|karte|carte|tarjeta|cart[ãa]o|carta)\b"
    r"[^\n\d]{0,24}\Z",
    re.IGNORECASE,
)
_BEFORE = 40

_SSN = re.compile(
    r"\d(?<![\w.-]\d)\d\d(?<!000)(?<!666)(?<!9\d\d)([- ])(?!00)\d\d\1(?!0000)\d{4}(?![\w-])(?!\.\d)"
)


def cards(text: str) -> Iterator[tuple[int, int]]:
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match.group())
        if not _luhn_is_right(digits) or not _GROUPED.match(match.group()) or in_an_iban(text, match.start()):
            continue
        if _ISSUED.fullmatch(digits) or _CARD_SAID.search(
            text, max(0, match.start() - _BEFORE), match.start()
        ):
            yield match.span()


def social_security_numbers(text: str) -> Iterator[tuple[int, int]]:
    for match in _SSN.finditer(text):
        if match[1] == "-" or not is_called_one(text, *match.span()):
            yield match.span()


def _luhn_is_right(digits: str) -> bool:
    """ISO/IEC 7812-1, annex B. A row of one digit alone is a placeholder."""
    doubled = sum(sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2])
    return (doubled + sum(map(int, digits[::-2]))) % 10 == 0 and len(set(digits)) > 1
