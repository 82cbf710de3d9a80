"""What only looks like personal data: order numbers, versions, times, hashes, codes, prices, places."""

import string
from collections.abc import Callable
from random import Random

from training.fresh.numbers import IBANS, check_digit, iban
from training.fresh.writing import filled, letters

HEX = string.digits + "abcdef"

PATTERNS: dict[str, tuple[str, ...]] = {
    "order": ("ORD-XXXXXXXX", "#XXXXXXX", "PO XXXXXXXXXX", "order XXX-XXXXXXX-XXXXXXX"),
    "version": ("v1X.X.1X.4", "version 10.0.19045.XXXX", "2.1X.X", "1.2X.3-rc.X", "kernel 5.15.0-XXX"),
    "date": ("2026-0N-1X", "1X/0N/2025", "1X.0N.2026", "2026-0N-1XT1X:4X:5XZ", "1X-0N-2025 08:15",
             "202601NN"),
    "time": ("176XXXXXXX", "176XXXXXXXXXX", "08:1X:4X.XXX", "2026010112XXXX"),
    "isbn": ("978-0-306-XXXXX-X", "ISBN 0-19-853453-X", "97803064XXXXX"),
    "price": ("$N,XXX,XXX.XX", "1.2XX.XXX,XX EUR", "EUR 1XX 000 000", "N XXX XXX,00 kr", "12XXXXXX JPY"),
    "place": ("48.85XX, 2.35XX", "40.7128XX,-74.0060XX", "N 52° 31' 12.XX\""),
    "amount": ("1NX XXX XXX visitors", "N,XXX,XXX rows", "0.XXXXXXXXXX", "1.XXXe-10", "12 XXX 000 people"),
    "code": ("EAN 40063813339XX", "SKU XX-XXXX-XXXX", "TRK9XXXXXXXXXUS", "part NXX-XXXX", "room 1XX-2XX",
             "IMO 9XXXXXX", "PMID XXXXXXXX", "section 4.2.1.X", "table 3.X.1"),
    "log": ("pid=XXXXX", "took 12XX ms", "size=1XXXXXXX", "retry 3/5", "line 1XXX:2X", "port 80XX",
            "shard 00XX-00XX"),
    "phrase": ("127.0.0.1", "::1", "std::vector<a::b>", "@handle", "a@b", "user@localhost",
               "pages 100-2XX", "2019-2024", "1990/1991", "ratio 16:9:4", "10,000-20,000"),
}  # fmt: skip


def look_alike(chance: Random, kind: str) -> str:
    if kind in PATTERNS:
        return filled(chance.choice(PATTERNS[kind]), chance)
    return MADE[kind](chance)


def _wrong_card(chance: Random) -> str:
    digits = letters(chance, string.digits, 15)
    right = int(check_digit(f"4{digits[1:]}"))
    return f"4{digits[1:]}{(right + chance.randint(1, 9)) % 10}"


def _wrong_iban(chance: Random) -> str:
    right = iban(chance, chance.choice(tuple(IBANS)))
    return right[:3] + str((int(right[3]) + chance.randint(1, 9)) % 10) + right[4:]


def _wrong_social_security(chance: Random) -> str:
    return filled(
        chance.choice(("000-NX-XXXX", "666-NX-XXXX", "9NX-NX-XXXX", "NXX-00-XXXX", "NXX-NX-0000")), chance
    )


def _equipment(chance: Random) -> str:
    """An IMEI: fifteen digits with a right Luhn digit."""
    digits = f"35{letters(chance, string.digits, 12)}"
    return f"IMEI {digits}{check_digit(digits)}"


def _uuid(chance: Random) -> str:
    return "-".join(letters(chance, HEX, size) for size in (8, 4, 4, 4, 12))


MADE: dict[str, Callable[[Random], str]] = {
    "wrong card": _wrong_card,
    "wrong iban": _wrong_iban,
    "wrong ssn": _wrong_social_security,
    "equipment": _equipment,
    "uuid": _uuid,
    "sha": lambda chance: letters(chance, HEX, chance.choice((7, 32, 40, 64))),
    "digits": lambda chance: letters(chance, "123456789", 9, 11),
    "mac": lambda chance: ":".join(letters(chance, HEX, 2) for _ in range(6)),
    "trace": lambda chance: f"00-{letters(chance, HEX, 32)}-{letters(chance, HEX, 16)}-01",
}
KINDS = (*PATTERNS, *MADE)
